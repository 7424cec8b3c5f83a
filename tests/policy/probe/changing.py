"""A catalogue in which one recorded value is another: the raw table is changed and read again by the real reader."""

from __future__ import annotations

import copy
import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cache
from importlib import resources
from typing import Any

from fundflow.base.calendar import date_of
from fundflow.policy import Catalogue
from fundflow.policy.catalogue import _condition_set, _document
from fundflow.policy.envelopes import read_envelopes
from fundflow.policy.faults import Faults
from fundflow.policy.funds import read_fund
from fundflow.policy.instrument import Surroundings, read_instrument, reading_names
from fundflow.policy.overlap import share_groups
from fundflow.policy.pools import read_pools
from fundflow.policy.recording import Value
from fundflow.policy.table import Table, rate
from fundflow.policy.values import ALWAYS, Dated, is_dated
from tests.policy.helpers import catalogue

PARTS = ("instruments", "conditions", "funds", "pools", "envelopes")
THOUSANDTH = Fraction(1, 1000)


@dataclass(frozen=True)
class Place:
    """One value of one entry; ``part`` is ``document`` for the dates of a document."""

    part: str
    entry: str
    value: Value

    def __str__(self) -> str:
        day = "" if self.value.start is None else f" from {date_of(self.value.start)}"
        return f"{self.entry}.{self.value.name} = {self.value.plain} {self.value.unit}{day}"

    @property
    def key(self) -> str:
        """Under what the value is called in a list of exceptions."""
        home = "" if self.part in ("instruments", "conditions") else f"{self.part}."
        return f"{home}{self.entry}.{self.value.name}"


@cache
def raw_files() -> dict[str, dict[str, Any]]:
    """The files of the catalogue as parsed; nobody may change them."""
    home = resources.files("fundflow.policy").joinpath("catalogue")
    names = sorted(one.name for one in home.iterdir() if one.name.endswith(".toml"))
    return {name: tomllib.loads(home.joinpath(name).read_text("utf-8"), parse_float=Decimal) for name in names}


@cache
def law() -> Catalogue:
    """The catalogue in which documents lapse, so that their last days act, with every instrument switched on."""
    whole = catalogue("lapses")
    return replace(
        whole,
        instruments=share_groups({name: _on(one) for name, one in whole.instruments.items()}),
        funds={name: _on(one) for name, one in whole.funds.items()},
    )


def _on(one: Any) -> Any:
    """An instrument or fund that is off by default, switched on as a scenario may do."""
    if any(active for _, active in one.active.versions):
        return one
    return replace(one, active=Dated(((ALWAYS, True),)))


def places() -> list[Place]:
    """Every recorded value of the catalogue."""
    whole = law()
    groups = {part: getattr(whole, part) for part in PARTS} | {"document": whole.documents}
    return [Place(part, one.id, v) for part, group in groups.items() for one in group.values() for v in one.values]


def home_of(part: str, name: str) -> str:
    """The file in which an entry stands."""
    if part == "document":
        return f"{name}.toml"
    return next(file for file, raw in raw_files().items() if name in raw.get(part, {}))


def others(value: Value) -> list[Any]:
    """Other values worth trying, the nearest first, as a file would print them."""
    v, unit = value.value, value.unit
    if unit == "date":
        day = date.fromisoformat(str(v))
        return [day + timedelta(days=more) for more in (1, -1, 40, 366)]
    if unit == "day-of-year":
        month, day = (int(one) for one in str(v).split("-"))
        return [f"{month:02d}-{day - 1:02d}" if day > 1 else f"{month:02d}-{day + 1:02d}"]
    assert not isinstance(v, str)
    if unit in ("days", "months", "years"):
        return [f"{int(v) + more} {unit}" for more in (1, -1, 12) if int(v) + more >= 0]
    near = [v - THOUSANDTH, v + THOUSANDTH, v / 2, v * 2] if unit == "fraction" else [v + 1, v - 1, v * 2, v // 2]
    kept = [one for one in near if one >= 0 and one != v]
    if unit == "fraction":
        return [_decimal(Fraction(one)) for one in kept]
    return [str(one) if unit == "yuan" else int(one) for one in kept]


def _decimal(value: Fraction) -> str:
    whole, rest = divmod(value.numerator * 10**12, value.denominator)
    return f"{whole // 10**12}.{whole % 10**12:012d}"


def put(raw: dict[str, Any], value: Value, other: Any) -> dict[str, Any]:
    """A copy of an entry's table with another value in one place."""
    found = copy.deepcopy(raw)
    steps: list[Any] = []
    for part in value.name.split("."):
        match = re.match(r"^(.*?)((?:\[\d+\])*)$", part)
        assert match is not None
        steps += [match[1], *(int(n) for n in re.findall(r"\d+", match[2]))]
    inner: Any = found
    for step in steps[:-1]:
        inner = inner[step]
    last, old = steps[-1], inner[steps[-1]]
    if isinstance(old, int) and isinstance(other, str):
        other = int(Fraction(other.split()[0]))
    if steps[-3:-2] == ["instalments"] and last == "share":
        _balance(inner, found["pay"]["instalments"], Fraction(other))
    if is_dated(old):
        key = date_of(value.start).isoformat() if value.start is not None else "always"
        inner[last] = {**old, key if key in old else "always": other}
    else:
        inner[last] = other
    if last == "valid_for":
        found.pop("expires", None)
    return found


def _balance(mine: dict[str, Any], instalments: list[dict[str, Any]], other: Fraction) -> None:
    """Let another instalment take what one gives up, so that they still add up."""
    second = next(one for one in instalments if one is not mine)
    rest = sum(_rate(one["share"]) for one in instalments if one is not mine and one is not second)
    second["share"] = _decimal(1 - rest - other)


def _rate(raw: Any) -> Fraction:
    return Fraction(rate(raw))


def with_other(place: Place, other: Any) -> Catalogue | str:
    """The catalogue with another value in one place; the first fault where it is refused."""
    whole, faults = law(), Faults()
    file = home_of(place.part, place.entry)
    raw = raw_files()[file]
    around = Surroundings(whole.facts, whole.readings, whole.cost_sharing, whole.pools, whole.envelopes)
    instruments, conditions = dict(whole.instruments), dict(whole.conditions)
    funds, envelopes = dict(whole.funds), dict(whole.envelopes)
    if place.part == "document":
        changed = put(raw["document"], place.value, other)
        document = _document(file, changed, "lapses", whole.cost_sharing, faults)
        for name, one in raw.get("instruments", {}).items():
            _read(instruments, name, read_instrument(name, one, document, around, faults), whole)
        for name, one in raw.get("conditions", {}).items():
            conditions[name] = _condition_set(name, one, document, around, faults)
    else:
        one = put(raw[place.part][place.entry], place.value, other)
        document = whole.documents.get(file[:-5])
        if place.part == "funds":
            found = read_fund(place.entry, Table(one, place.entry, faults), document, reading_names(whole.readings))
            funds[place.entry] = _on(found)
        elif place.part == "envelopes":
            envelopes |= read_envelopes({place.entry: one}, faults)
        elif place.part == "pools":
            read_pools({place.entry: one}, faults, whole.readings)
        elif place.part == "instruments":
            _read(instruments, place.entry, read_instrument(place.entry, one, document, around, faults), whole)
        else:
            conditions[place.entry] = _condition_set(place.entry, one, document, around, faults)
    if faults.found:
        return str(faults.found[0])
    return replace(
        whole, instruments=share_groups(instruments), conditions=conditions, funds=funds, envelopes=envelopes
    )


def _read(instruments: dict[str, Any], name: str, found: Any, whole: Catalogue) -> None:
    """Put an instrument in; what another takes the place of ends as it did."""
    if found is None:
        return
    found = _on(found)
    old = whole.instruments[name]
    if old.superseded_by is not None:
        start = whole.instruments[old.superseded_by].in_force
        end = start - 1 if found.expires is None else min(found.expires, start - 1)
        found = replace(found, expires=end, superseded_from=start)
    instruments[name] = found
