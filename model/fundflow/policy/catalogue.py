"""The catalogue: every document's file read, changed by a scenario, checked, with all faults at once."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

from fundflow.base.calendar import add_months, date_of
from fundflow.policy import table
from fundflow.policy.conditions import ConditionSet, penalties_of, read_conditions
from fundflow.policy.envelopes import Envelope, read_envelopes
from fundflow.policy.equity import check_funds
from fundflow.policy.facts import Fact, FactBook, read_facts
from fundflow.policy.faults import Faults, unknown
from fundflow.policy.funds import Fund, read_fund
from fundflow.policy.instrument import (
    Document,
    Instrument,
    Surroundings,
    book_of,
    names_of,
    read_instrument,
    reading_names,
)
from fundflow.policy.overlap import share_groups
from fundflow.policy.penalties import ALL_MONEY, Penalty
from fundflow.policy.pools import Pool, read_pools
from fundflow.policy.readings import Reading, read_readings
from fundflow.policy.register import Register, read_register
from fundflow.policy.remembered import Remembered
from fundflow.policy.split import CostSharing, read_cost_sharing
from fundflow.policy.table import Table
from fundflow.policy.values import overlay

AFTER_EXPIRY = ("renewed", "lapses")
_PARTS = ("document", "facts", "instruments", "conditions", "funds", "pools", "envelopes", "register")
_CHANGEABLE = _PARTS[2:-1]
_GENERAL = ("facts.toml", "readings.toml", "cost-sharing.toml")
_NO_LAW = {"envelopes", "pools", "register"}


@dataclass(frozen=True)
class Catalogue:
    """What the law says under one set of changes and readings."""

    instruments: dict[str, Instrument]
    conditions: dict[str, ConditionSet]
    readings: dict[str, Reading]
    envelopes: dict[str, Envelope]
    funds: dict[str, Fund]
    pools: dict[str, Pool]
    cost_sharing: dict[str, CostSharing]
    documents: dict[str, Document]
    facts: dict[tuple[str, str], Fact] = field(repr=False)
    register: Register = field(repr=False, default_factory=Register)
    digest: str = ""
    left_out: tuple[Instrument, ...] = ()
    """Instruments of the law that a forecast does without."""

    def without(self, names: Iterable[str]) -> Catalogue:
        """The catalogue without some instruments; it still knows that they exist."""
        gone = set(names)
        kept = {name: one for name, one in self.instruments.items() if name not in gone}
        left_out = (*self.left_out, *(one for name, one in self.instruments.items() if name in gone))
        return replace(self, instruments=kept, left_out=left_out)

    def several_wait_for(self, trigger: str) -> bool:
        """Whether the law has several instruments for an event, so that a claim may be another one's."""
        return len(self.triggered_by(trigger)) + sum(one.trigger == trigger for one in self.left_out) > 1

    def triggered_by(self, trigger: str) -> list[Instrument]:
        """The instruments that wait for an event, in the order of the catalogue."""
        return self._by_trigger.get(trigger, [])

    @cached_property
    def _by_trigger(self) -> dict[str, list[Instrument]]:
        found: dict[str, list[Instrument]] = {}
        for one in self.instruments.values():
            found.setdefault(one.trigger, []).append(one)
        return found

    def penalties(self) -> list[tuple[Instrument | ConditionSet, Penalty]]:
        """Every penalty with the entry that states it, in the order of the catalogue."""
        entries: list[Instrument | ConditionSet] = [*self.instruments.values(), *self.conditions.values()]
        return [(one, penalty) for one in entries for penalty in one.penalties]

    def find(self, name: str) -> list[Instrument | ConditionSet]:
        """What an id stands for: an instrument, the members of a pool, a condition set, or all that name the rule.

        Raises
        ------
        ValueError
            If nothing has the id; the message names the nearest.
        """
        if name in self.instruments:
            return [self.instruments[name]]
        if name in self.conditions:
            return [self.conditions[name]]
        pools = [pool.id for pool in self.pools.values() if name == pool.id or name in pool.rules]
        if pools:
            return [one for one in self.instruments.values() if one.pool in pools]
        found: list[Instrument | ConditionSet] = [one for one in self.instruments.values() if name in one.rules]
        found = found or [one for one in self.conditions.values() if name in one.rules]
        if not found:
            raise ValueError(f'instrument "{name}": {unknown(name, self.names)}')
        return found

    @property
    def names(self) -> list[str]:
        """Every id that ``find`` answers."""
        several: list[Instrument | ConditionSet] = [*self.instruments.values(), *self.conditions.values()]
        ids = [one.id for one in several] + [rule for one in several for rule in one.rules]
        return list(dict.fromkeys([*ids, *self.pools, *(r for pool in self.pools.values() for r in pool.rules)]))


_KNOWN: Remembered[Catalogue] = Remembered(8)
_PARSED: Remembered[dict[str, Any]] = Remembered(128)


def load_catalogue(
    changes: Mapping[str, Any] | None = None,
    readings: Mapping[str, Any] | None = None,
    after_expiry: str | Mapping[str, str] = "renewed",
    directory: Path | None = None,
) -> Catalogue:
    """Read the catalogue.

    Parameters
    ----------
    changes
        What a scenario changes: nested tables by id of instrument, condition set, fund, pool or envelope, or under
        ``cost-sharing``; a value may be a table of values by date.
    readings
        Other readings of the law, by id.
    after_expiry
        ``renewed`` or ``lapses``, for all documents or by document (id or number; ``default`` for the rest).
    directory
        A folder of further documents.

    Returns
    -------
    Catalogue

    Raises
    ------
    CatalogueFaults
        If anything is wrong; it lists every fault.
    """
    home = resources.files("fundflow.policy")
    general = {name: home.joinpath(name).read_bytes() for name in _GENERAL}
    law = {one.name: one.read_bytes() for one in home.joinpath("catalogue").iterdir() if one.name.endswith(".toml")}
    further = {} if directory is None else {path.name: path.read_bytes() for path in sorted(directory.glob("*.toml"))}
    place = None if directory is None else (str(directory), directory.is_dir())

    def read() -> Catalogue:
        return _load(changes or {}, readings or {}, after_expiry, general, law, directory, further)

    asked = [general, law, place, further, changes or {}, readings or {}, after_expiry]
    # The tables of a catalogue are its caller's own; what they hold is frozen.
    known = _KNOWN.get(asked, read)
    own: dict[str, Any] = {name: dict(part) for name, part in vars(known).items() if isinstance(part, dict)}
    return replace(known, **own)


def _load(
    changes: Mapping[str, Any],
    readings: Mapping[str, Any],
    after_expiry: str | Mapping[str, str],
    general: Mapping[str, bytes],
    law: Mapping[str, bytes],
    directory: Path | None,
    further: Mapping[str, bytes],
) -> Catalogue:
    faults = Faults()
    facts_raw, readings_raw, sharing_raw = (_parse(name, general[name], faults) for name in _GENERAL)
    files = _files(law, directory, further, faults)
    taken = read_readings(readings_raw, readings, faults)
    _apply(changes, files, sharing_raw, faults)
    catalogue = _build(facts_raw, taken, sharing_raw, files, after_expiry, faults)
    faults.check("policy")
    raw = [facts_raw, sharing_raw, files, {k: str(v.value) for k, v in taken.items()}, _plain(after_expiry)]
    text = json.dumps(raw, sort_keys=True, default=str, ensure_ascii=False)
    return Catalogue(**{**catalogue.__dict__, "digest": hashlib.sha256(text.encode()).hexdigest()})


def _plain(after_expiry: str | Mapping[str, str]) -> Any:
    return after_expiry if isinstance(after_expiry, str) else dict(after_expiry)


def _parse(name: str, content: bytes, faults: Faults) -> dict[str, Any]:
    try:
        parsed = _PARSED.get(content, lambda: tomllib.loads(content.decode("utf-8-sig"), parse_float=Decimal))
        # A scenario replaces entries of the parts and leaves what is inside of them as it is.
        return {part: dict(raw) if isinstance(raw, dict) else raw for part, raw in parsed.items()}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        faults.add(name, f"cannot be read: {error}")
        return {}


def _files(
    law: Mapping[str, bytes], directory: Path | None, further: Mapping[str, bytes], faults: Faults
) -> dict[str, dict[str, Any]]:
    files = {name: _parse(name, law[name], faults) for name in sorted(law)}
    if directory is not None:
        if not directory.is_dir():
            faults.add(str(directory), "no such folder")
            return files
        for own, content in further.items():
            name = own if own not in files else f"{directory.name}/{own}"
            files[name] = _parse(name, content, faults)
    for name, raw in files.items():
        for part in raw:
            if part not in _PARTS:
                faults.add(f"{name}: {part}", unknown(part, _PARTS))
            elif not isinstance(raw[part], dict):
                faults.add(f"{name}: {part} = {table.show(raw[part])}", "must be a table")
                raw[part] = {}
    return files


def _apply(
    changes: Mapping[str, Any], files: dict[str, dict[str, Any]], sharing: dict[str, Any], faults: Faults
) -> None:
    places = {
        name: group for raw in files.values() for part in _CHANGEABLE for group in [raw.get(part, {})] for name in group
    }
    for name, change in changes.items():
        if name == "cost-sharing":
            for one, value in change.items() if isinstance(change, dict) else ():
                if one not in sharing:
                    faults.add(f"cost-sharing.{one}", unknown(str(one), sharing))
                else:
                    sharing[one] = overlay(sharing[one], value)
        elif name not in places:
            faults.add(f"{name}", unknown(str(name), [*places, "cost-sharing"]))
        elif not isinstance(change, dict):
            faults.add(f"{name} = {table.show(change)}", "must be a table")
        else:
            places[name][name] = overlay(places[name][name], change)


def _build(
    facts_raw: dict[str, Any],
    readings: dict[str, Reading],
    sharing_raw: dict[str, Any],
    files: dict[str, dict[str, Any]],
    after_expiry: str | Mapping[str, str],
    faults: Faults,
) -> Catalogue:
    facts = read_facts(facts_raw, faults)
    for raw in files.values():
        facts.update(read_facts(raw.get("facts", {}), faults))
    sharing = read_cost_sharing(sharing_raw, faults, readings)
    envelopes: dict[str, Envelope] = {}
    pools: dict[str, Pool] = {}
    for raw in files.values():
        envelopes.update(read_envelopes(raw.get("envelopes", {}), faults))
        pools.update(read_pools(raw.get("pools", {}), faults, readings))
    around = Surroundings(facts, readings, sharing, pools, envelopes)
    instruments: dict[str, Instrument] = {}
    conditions: dict[str, ConditionSet] = {}
    funds: dict[str, Fund] = {}
    documents: dict[str, Document] = {}
    register = Register()
    for file, raw in files.items():
        register.add(read_register(file, raw.get("register", {}), faults), faults)
        if set(raw) <= _NO_LAW:
            continue
        law = _document(file, raw.get("document", {}), after_expiry, sharing, faults)
        documents[law.id] = law
        for name, one in raw.get("instruments", {}).items():
            if name in instruments:
                faults.add(name, f"is in the catalogue twice, again in {file}")
            found = read_instrument(name, one, law, around, faults)
            if found is not None:
                instruments[name] = found
        for name, one in raw.get("conditions", {}).items():
            conditions[name] = _condition_set(name, one, law, around, faults)
        for name, one in raw.get("funds", {}).items():
            funds[name] = read_fund(name, Table(one, name, faults), law, reading_names(readings))
    check_funds(funds.values(), conditions, instruments, faults)
    _check_bans(instruments, conditions, documents, faults)
    _check(instruments, pools, envelopes, files, after_expiry, documents, faults)
    instruments = share_groups(_supersede(instruments, files, readings, faults))
    return Catalogue(instruments, conditions, readings, envelopes, funds, pools, sharing, documents, facts, register)


def _supersede(
    instruments: dict[str, Instrument],
    files: Mapping[str, dict[str, Any]],
    readings: Mapping[str, Reading],
    faults: Faults,
) -> dict[str, Instrument]:
    """End each instrument that another takes the place of on the day before that one's first."""
    named = {name for raw in files.values() for name in raw.get("instruments", {})}
    found = {}
    for name, one in instruments.items():
        heir = one.superseded_by
        if heir is not None and (heir not in named or heir == name):
            faults.add(f"{name}.superseded_by = {heir!r}", unknown(heir, [other for other in named if other != name]))
        elif heir is not None and heir in instruments:
            start = instruments[heir].in_force
            end = start - 1 if one.expires is None else min(one.expires, start - 1)
            until = _back_from(instruments[heir], one, readings)
            one = replace(one, expires=end, superseded_from=start, superseded_until=until)
        found[name] = one
    return found


def _back_from(heir: Instrument, one: Instrument, readings: Mapping[str, Reading]) -> int | None:
    """The last day of an heir that lapses, where the rule that it took the place of comes back (reading 61)."""
    comes_back = readings["superseded"].value == "comes-back" and heir.law.after_expiry == "lapses"
    return heir.expires if comes_back and one.expires is None else None


def _document(
    file: str, raw: Any, after_expiry: str | Mapping[str, str], sharing: Mapping[str, Any], faults: Faults
) -> Document:
    source = Table(raw, f"{file}: document", faults)
    name = file.rsplit("/", 1)[-1].removesuffix(".toml")
    number = source.get("number", table.text)
    english, chinese = source.get("title", table.names) or ("", "")
    shares = source.get("cost_sharing", table.one_of(*sharing), "city")
    start, end = source.get("in_force", table.day) or 0, source.get("expires", table.day, None)
    length = source.get("valid_for", table.span, None)
    if length is not None:
        last = int(add_months(start, length[0])) + length[1] - 1
        if end is not None and end != last:
            source.fault("valid_for", f"ends on another day than expires: {date_of(last)}")
        end = last
    events = source.get("events_from", table.day, start)
    if events is not None and events > start:
        source.fault("events_from", "is after in_force; events from that day on count anyway")
    found = Document(
        name,
        number or "",
        english,
        chinese,
        source.get("department", table.text, ""),
        start,
        end,
        shares,
        _after_expiry(name, number or "", after_expiry, faults),
        events,
        source.get("rules", table.texts, ()),
        source.values(start),
    )
    if found.expires is not None and found.expires < found.in_force:
        source.fault("expires", "is before in_force")
    source.finish()
    return found


def _after_expiry(name: str, number: str, given: str | Mapping[str, str], faults: Faults) -> str:
    chosen = given if isinstance(given, str) else given.get(name, given.get(number, given.get("default", "renewed")))
    if chosen not in AFTER_EXPIRY:
        faults.add(f"after_expiry = {chosen!r}", unknown(str(chosen), AFTER_EXPIRY))
    return chosen


def _condition_set(name: str, raw: Any, law: Document, around: Surroundings, faults: Faults) -> ConditionSet:
    source = Table(raw, name, faults)
    source.names = names_of(source, around.readings)
    recipient = source.get("recipient", table.text, "firm")
    book: FactBook = book_of(source, recipient, around.facts)
    english, chinese = source.get("name", table.names) or ("", "")
    start, end = source.get("in_force", table.day, law.in_force), source.get("expires", table.day, law.expires)
    penalties = penalties_of(source, book, around.readings)
    found = ConditionSet(
        name,
        english,
        chinese,
        law.number,
        source.get("clause", table.text),
        source.get("rules", table.texts, ()),
        read_conditions(source, "all", book, around.readings),
        book,
        start,
        end,
        source.values(start),
        penalties,
    )
    if not found.conditions:
        source.fault("all", "must list conditions")
    source.finish()
    return found


def _check(
    instruments: Mapping[str, Instrument],
    pools: Mapping[str, Pool],
    envelopes: Mapping[str, Envelope],
    files: Mapping[str, dict[str, Any]],
    after_expiry: str | Mapping[str, str],
    documents: Mapping[str, Document],
    faults: Faults,
) -> None:
    for pool in pools.values():
        members = [one for one in instruments.values() if one.pool == pool.id and one.competition is not None]
        ranked = sum(one.competition.places.on(one.in_force) or 0 for one in members if one.competition)
        if pool.places is not None and ranked > pool.places:
            faults.add(f"pools.{pool.id}.places = {pool.places}", f"its members rank {ranked}: more than all together")
        if pool.envelope not in envelopes:
            faults.add(f"pools.{pool.id}.envelope = {pool.envelope!r}", unknown(str(pool.envelope), envelopes))
    if not isinstance(after_expiry, str):
        known = [*documents, *(one.number for one in documents.values()), "default"]
        for name in after_expiry:
            if name not in known:
                faults.add(f"after_expiry.{name}", unknown(name, known))
    _check_cycles({name: raw for one in files.values() for name, raw in one.get("instruments", {}).items()}, faults)


def _check_bans(
    instruments: Mapping[str, Instrument],
    conditions: Mapping[str, ConditionSet],
    documents: Mapping[str, Document],
    faults: Faults,
) -> None:
    """A ban names what it keeps from: an instrument, a condition set, a document, a department, or all."""
    departments = {name for one in instruments.values() for name in one.departments}
    known = [ALL_MONEY, *instruments, *conditions, *documents, *departments]
    owners: list[Instrument | ConditionSet] = [*instruments.values(), *conditions.values()]
    for owner in owners:
        for penalty in owner.penalties:
            for name in penalty.bars:
                if name not in known:
                    faults.add(f"{owner.id}.penalties.bars = {name!r}", unknown(name, known))


def _check_cycles(raw: Mapping[str, Any], faults: Faults) -> None:
    """An instrument may have another's payments as its base, but not by a detour its own."""
    bases = {
        name: one["amount"]["of"]
        for name, one in raw.items()
        if isinstance(one, dict) and isinstance(one.get("amount"), dict) and "of" in one["amount"]
    }
    for name, base in bases.items():
        if base not in raw:
            faults.add(f"{name}.amount.of = {base!r}", unknown(str(base), raw))
        seen, here = {name}, base
        while here in bases and here not in seen:
            seen.add(here)
            here = bases[here]
        if here == name:
            faults.add(f"{name}.amount.of = {base!r}", "is a circle: the base is in the end its own payments")
