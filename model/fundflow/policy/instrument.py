"""One instrument: a rule by which public money reaches a recipient, as read from a TOML table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy import table
from fundflow.policy.amounts import Amount, Rate, read_amount
from fundflow.policy.caps import Cap, read_caps
from fundflow.policy.competition import Competition, read_competition
from fundflow.policy.conditions import Condition, penalties_of, read_conditions
from fundflow.policy.envelopes import WHEN_SHORT
from fundflow.policy.facts import Fact, FactBook
from fundflow.policy.faults import unknown
from fundflow.policy.history import History, ListCount, read_history, read_lists
from fundflow.policy.modifiers import Factor, read_factors
from fundflow.policy.overlap import Overlap, read_overlap
from fundflow.policy.payment import Schedule, read_schedule
from fundflow.policy.penalties import Penalty
from fundflow.policy.recording import Value
from fundflow.policy.split import CostSharing
from fundflow.policy.table import Table
from fundflow.policy.values import Dated, is_dated

DISTRICT = "district"
VALUES_ON = ("trigger-day", "activity-year", "award-day", "right-since")


@dataclass(frozen=True)
class Document:
    """A document of the law: number, validity, who issued it, what follows after its end."""

    id: str
    number: str
    title_en: str
    title_zh: str
    department: str
    in_force: int
    expires: int | None
    cost_sharing: str
    after_expiry: str
    events_from: int = 0
    rules: tuple[str, ...] = ()
    values: tuple[Value, ...] = ()


@dataclass(frozen=True)
class Right:
    """A right that runs from a day: its claims keep their terms past the end of the document."""

    since: str
    months: int


@dataclass(frozen=True)
class Instrument:
    """An instrument with everything that the claim chain needs; frozen."""

    id: str
    name_en: str
    name_zh: str
    rules: tuple[str, ...]
    law: Document = field(repr=False)
    clause: str
    recipient: str
    trigger: str
    evidence: str
    in_force: int
    expires: int | None
    active: Dated[bool]
    values_on: str
    right: Right | None
    eligible: tuple[Condition, ...] = field(repr=False)
    amount: Amount = field(repr=False)
    competition: Competition | None
    pool: str | None
    caps: tuple[Cap, ...]
    modifiers: tuple[Factor, ...]
    overlap: Overlap | None
    envelope: str | None
    when_short: str
    sharing: Dated[CostSharing] = field(repr=False)
    pay: Schedule
    history: tuple[History, ...]
    lists: tuple[ListCount, ...]
    counts_into: tuple[str, ...]
    penalties: tuple[Penalty, ...]
    receipt: bool
    assumed: tuple[str, ...]
    book: FactBook = field(repr=False)
    changes: tuple[int, ...] = ()
    ceiling: bool = False
    """The law prints a most, not a value: the amount is the ceiling times the discretion."""
    readings: tuple[str, ...] = ()
    department: str = ""
    """Who pays or administers it; where the instrument does not say, who issued the document."""
    events_from: int = 0
    """Events from this day on count, although the document came later."""
    superseded_by: str | None = None
    superseded_from: int | None = None
    superseded_until: int | None = None
    """The day past which it counts again, where the other one has lapsed and the reading lets it come back."""
    by_place: bool = False
    """Some condition asks for the district, which the chain knows and no claimant needs to say."""
    values: tuple[Value, ...] = field(default=(), repr=False)
    """Every number that was read of it, as it holds after the changes of a scenario."""

    @property
    def document(self) -> str:
        """Number of the document."""
        return self.law.number

    @property
    def departments(self) -> tuple[str, ...]:
        """The departments that pay or administer it, one by one."""
        return tuple(self.department.split("、")) if self.department else ()

    @property
    def other_bearer(self) -> str:
        """A bearer that is no government: ``fund``, ``buyer`` or empty."""
        return self.sharing.versions[0][1].other

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of all facts that the instrument may read."""
        names: list[str] = [name for one in self.eligible for name in one.facts]
        names += self.amount.facts
        names += self.competition.facts if self.competition else ()
        for cap in self.caps:
            names += [*cap.paid, *(name for name in (cap.fact, cap.times, cap.by) if name)]
        for factor in self.modifiers:
            names += [name for one in factor.when for name in one.facts]
        names += self.overlap.facts if self.overlap else ()
        names += [one.source for one in self.lists]
        names += [self.right.since] if self.right else []
        return tuple(dict.fromkeys(names))

    def fact(self, name: str) -> Fact:
        """The declaration of a fact by name or alias."""
        return self.book[name]

    def award_days(self, trigger: NDArray[np.int64]) -> NDArray[np.int64]:
        """Days on which claims are decided, shape (n,).

        Events before the document may count (``events_from``), but nobody can decide on them before it is in force.
        """
        days = self.pay.award_days(trigger)
        return np.maximum(days, self.in_force) if self.events_from < self.in_force else days

    def own_rate(self, day: int) -> Fraction | None:
        """The rate that is paid when money suffices; None where the amount is no rate."""
        return self.amount.own_rate(day) if isinstance(self.amount, Rate) else None


@dataclass(frozen=True)
class Surroundings:
    """What the reading of an instrument refers to."""

    facts: dict[tuple[str, str], Fact]
    readings: Mapping[str, Any]
    sharing: Mapping[str, CostSharing]
    pools: Mapping[str, Any]
    envelopes: Mapping[str, Any]
    triggers: tuple[str, ...] = ()


def names_of(source: Table, readings: Mapping[str, Any]) -> dict[str, Any]:
    """What ``"$name"`` stands for inside a table: its own ``values``, and ``"$reading.name"``."""
    own = source.get("values", dict, {})
    return {**reading_names(readings), **own}


def reading_names(readings: Mapping[str, Any]) -> dict[str, Any]:
    """What ``"$reading.name"`` stands for."""
    return {f"reading.{name}": one.value for name, one in readings.items()}


def book_of(source: Table, recipient: str, facts: dict[tuple[str, str], Fact]) -> FactBook:
    """The facts that a table may use: those of its entities, by default of its recipient."""
    known = list(dict.fromkeys(entity for entity, _ in facts))

    def read(raw: Any) -> tuple[str, ...]:
        for one in table.texts(raw):
            if one not in known:
                raise ValueError(f'entity "{one}": {unknown(one, known)}')
        return tuple(raw)

    entities = source.get("entities", read, (recipient,))
    return FactBook(facts, (*entities, "claim"))


def read_instrument(name: str, raw: Any, law: Document, around: Surroundings, faults: Any) -> Instrument | None:
    """Read one table ``[instruments.*]``; None after a fault."""
    where = f"{name}"
    before = len(faults.found)
    source = Table(raw, where, faults)
    source.names = names_of(source, around.readings)
    recipient = source.get("recipient", table.text)
    book = book_of(source, recipient or "firm", around.facts)
    discretion = around.readings["discretion"].value
    english, chinese = source.get("name", table.names) or ("", "")
    amount_table = source.table("amount", required=True)
    amount = read_amount(amount_table, book, discretion) if amount_table else None

    def sharing(raw: Any) -> CostSharing:
        if raw not in around.sharing:
            raise ValueError(unknown(str(raw), around.sharing))
        return around.sharing[raw]

    def known(collection: Mapping[str, Any]) -> Any:
        return table.one_of(*collection)

    right_table = source.table("right")
    right = None
    if right_table is not None:
        since = right_table.get("since", lambda raw: book[table.text(raw)].name)
        if right_table.has("years"):
            months = 12 * (right_table.get("years", table.count) or 0)
        else:
            months = right_table.get("months", table.count)
        right = Right(since, months)
        right_table.finish()
    parts: dict[str, Any] = {
        "rules": source.get("rules", table.texts, ()),
        "clause": source.get("clause", table.text),
        "trigger": source.get("trigger", table.text),
        "evidence": source.get("evidence", table.one_of("A", "B", "C"), "C"),
        "department": source.get("department", table.text, law.department),
        "in_force": source.get("in_force", table.day, law.in_force),
        "superseded_by": source.get("superseded_by", table.text, None),
        "expires": source.get("expires", table.day, law.expires),
        "active": source.dated("active", table.flag, True),
        "values_on": source.get("values_on", table.one_of(*VALUES_ON), "trigger-day"),
        "eligible": read_conditions(source, "eligible", book, around.readings),
        "competition": read_competition(source.table("competition"), book),
        "pool": source.get("pool", known(around.pools), None),
        "caps": read_caps(source, book, around.readings),
        "modifiers": read_factors(source, book, around.readings),
        "overlap": read_overlap(source.table("overlap"), book),
        "envelope": source.get("envelope", known(around.envelopes), None),
        "when_short": source.get("when_short", table.one_of(*WHEN_SHORT), ""),
        "sharing": source.dated("cost_sharing", sharing, None) if source.has("cost_sharing") else None,
        "pay": read_schedule(source.table("pay")),
        "history": read_history(source, book),
        "lists": read_lists(source, book),
        "counts_into": source.get("counts_into", table.texts, ()),
        "penalties": penalties_of(source, book, around.readings),
        "receipt": source.get("receipt", table.flag, False),
        "assumed": source.get("assumed", table.texts, ()),
    }
    if parts["sharing"] is None:
        if law.cost_sharing in around.sharing:
            parts["sharing"] = Dated(((-(2**40), around.sharing[law.cost_sharing]),))
        else:
            source.fault("cost_sharing", f"missing, and the document's is {law.cost_sharing!r}")
    if parts["pool"] and amount is not None and not isinstance(amount, Rate):
        source.fault("pool", "only an amount of the kind rate can have a common rate")
    if not parts["when_short"]:
        envelope = around.envelopes.get(parts["envelope"])
        parts["when_short"] = envelope.when_short if envelope else "defer"
    parts["events_from"] = _events_from(source, parts["in_force"], law)
    source.finish()
    if amount is None or len(faults.found) > before:
        return None
    hangs_on = _readings(source.raw)
    found = Instrument(
        id=name,
        name_en=english,
        name_zh=chinese,
        law=law,
        recipient=recipient,
        right=right,
        amount=amount,
        book=book,
        changes=tuple(sorted(_changes(source.raw))),
        ceiling=bool(source.raw["amount"].get("ceiling", False)),
        readings=tuple(name for name in around.readings if name in hangs_on),
        values=source.values(parts["in_force"]),
        **parts,
    )
    return replace(found, by_place=DISTRICT in found.facts)


def _events_from(source: Table, in_force: int | None, law: Document) -> int:
    """From which day events count: as a rule from the day on which the instrument is in force."""
    start = law.in_force if in_force is None else in_force
    inherited = min(law.events_from, start) if "in_force" not in source.raw else start
    found: int | None = source.get("events_from", table.day, inherited)
    if found is not None and found > start:
        source.fault("events_from", "is after in_force; events from that day on count anyway")
    return inherited if found is None else found


def _changes(raw: Any) -> set[int]:
    """The days on which any value inside a table changes."""
    if is_dated(raw):
        return {table.day(day) for day in raw if day != "always"}
    if isinstance(raw, dict):
        return {day for one in raw.values() for day in _changes(one)}
    return {day for one in raw for day in _changes(one)} if isinstance(raw, list) else set()


def _readings(raw: Any) -> set[str]:
    """The readings on which any part of a table hangs."""
    if isinstance(raw, dict):
        own = set(raw.get("if_reading", ()))
        own |= {"discretion"} if raw.get("ceiling") is True else set()
        return own.union(*(_readings(one) for one in raw.values()))
    if isinstance(raw, list):
        return set().union(*(_readings(one) for one in raw))
    return {raw.removeprefix("$reading.")} if isinstance(raw, str) and raw.startswith("$reading.") else set()
