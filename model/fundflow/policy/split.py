"""Who bears what: the city's share by district, on dated lists; other bearers by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.districts import DISTRICTS, district_code
from fundflow.base.money import split_city
from fundflow.policy import table
from fundflow.policy.faults import Faults, nearest
from fundflow.policy.table import Table
from fundflow.policy.values import ALWAYS, Dated

Ints = NDArray[np.int64]
QUARTERS = {"1:1": 2, "1:3": 1, "3:1": 3, "city": 4, "district": 0}
OTHERS = ("fund", "buyer")


@dataclass(frozen=True)
class CostSharing:
    """A list of who bears what.

    Attributes
    ----------
    quarters
        The city's quarters for each district code, dated; empty where the district does not matter.
    city
        The city's quarters where the district does not matter.
    other
        A bearer that is no government: ``fund`` or ``buyer``.
    province
        Whether the province bears everything.
    matches
        Places of which the text says that the city pays as much as they put up themselves.
    assumed
        Why the text does not give this list, in English and Chinese; None where it does.
    """

    id: str
    quarters: tuple[Dated[int], ...] = ()
    everywhere: Dated[int] | None = None
    city: int = 0
    other: str = ""
    province: bool = False
    assumed: tuple[str, str] | None = None
    matches: tuple[str, ...] = ()
    odd_to_city: bool = False
    """Whether the fen that cannot be halved or quartered is the city's and not the district's (reading 2)."""
    reading: str = ""
    """The reading that may put another list in the place of this one."""

    @property
    def by_district(self) -> bool:
        """Whether the district must be known."""
        return bool(self.quarters)

    def city_quarters(self, district: Ints, days: Ints) -> Ints:
        """The city's share of each claim in quarters, by the list in force on its award day, shape (n,)."""
        if not self.quarters:
            return np.full(len(district), self.city, dtype=np.int64)
        if not len(district):
            return np.zeros(0, dtype=np.int64)
        starts, tables = self._tables
        return np.asarray(tables[np.searchsorted(starts, days, side="right") - 1, district], np.int64)

    @cached_property
    def _tables(self) -> tuple[Ints, Ints]:
        """The days on which any district's share changes, and the quarters of every district from each of them on."""
        starts = [ALWAYS, *self.changes]
        return np.array(starts, dtype=np.int64), np.array([self._on(day) for day in starts], dtype=np.int64)

    def shares(self, total: Ints, quarters: Ints) -> dict[str, Ints]:
        """Divide amounts among the bearers, cut down for the city; the parts add up to ``total``, shape (n,)."""
        none = np.zeros(len(total), dtype=np.int64)
        parts = {"city": none, "district": none, "province": none, "other": none}
        if self.other or self.province:
            return parts | {"other" if self.other else "province": total}
        city, district = self.split(total, quarters)
        return parts | {"city": city, "district": district}

    def split(self, total: Ints, quarters: Ints) -> tuple[Ints, Ints]:
        """City's and district's part of amounts, shape (n,); the odd fen is one's or the other's."""
        if not self.odd_to_city:
            return split_city(total, quarters)
        district, city = split_city(total, 4 - np.asarray(quarters, np.int64))
        return city, district

    def lists(self, day: int) -> dict[str, list[str] | float]:
        """The districts under each ratio on a day; where the district does not matter, each bearer's share."""
        if self.other or self.province:
            return {self.other or "province": 1.0}
        if self.matches:
            return {"1:1": list(self.matches)}
        if not self.quarters:
            return {name: part / 4 for name, part in (("city", self.city), ("district", 4 - self.city)) if part}
        found: dict[str, list[str] | float] = {}
        on = self._on(day)
        for ratio, quarters in QUARTERS.items():
            districts = [name for name, part in zip(DISTRICTS, on.tolist(), strict=True) if part == quarters]
            if districts:
                found[ratio] = districts
        return found

    @property
    def changes(self) -> tuple[int, ...]:
        """The days on which any district's ratio changes."""
        dated = [*self.quarters, *([self.everywhere] if self.everywhere is not None else [])]
        return tuple(sorted({start for one in dated for start, _ in one.versions if start != ALWAYS}))

    def _on(self, day: int) -> Ints:
        if self.everywhere is not None and day >= self.everywhere.versions[0][0]:
            return np.full(len(DISTRICTS), self.everywhere.on(day), dtype=np.int64)
        return np.array([one.on(day) for one in self.quarters], dtype=np.int64)


def _quarters(raw: Any) -> int:
    if raw not in QUARTERS:
        raise ValueError(f"must be one of {', '.join(QUARTERS)} (city : district)")
    return QUARTERS[raw]


BUILT_IN = {
    "city": CostSharing("city", city=4),
    "district": CostSharing("district", city=0),
    "half": CostSharing("half", city=2),
    "province": CostSharing("province", province=True),
    "locality": CostSharing("locality"),
    "one-to-one": CostSharing("one-to-one", city=2),
    "fund": CostSharing("fund", other="fund"),
    "buyer": CostSharing("buyer", other="buyer"),
}


OWN_LIST = "own-list"


def read_cost_sharing(raw: dict[str, Any], faults: Faults, readings: Mapping[str, Any]) -> dict[str, CostSharing]:
    """Read ``cost-sharing.toml``: one table for each list, with every district of both maps.

    A key ``all`` replaces the whole list from its first date on; ``like`` takes the districts of another list;
    ``reads_as`` names the list that a reading puts in the place of this one (``own-list``: none).
    """
    lists = dict(BUILT_IN)
    names = {f"reading.{name}": one.value for name, one in readings.items()}
    for name, one in raw.items():
        source = Table(one, f"cost-sharing.{name}", faults, names)
        like = source.get("like", table.one_of(*raw), None)
        if like is not None:
            taken = {key: value for key, value in raw[like].items() if key in DISTRICTS or key == "all"}
            source.raw = {**taken, **source.raw}
        assumed = source.get("assumed", table.names, None)
        source.get("source", table.text, "")
        instead = source.get("reads_as", table.one_of(OWN_LIST, *BUILT_IN), OWN_LIST)
        reading = str(source.raw.get("reads_as", "")).removeprefix("$reading.")
        matches = source.get("matches", table.texts, ())
        if matches:
            source.finish()
            lists[name] = CostSharing(name, city=4, assumed=assumed, matches=matches)
            continue
        everywhere = source.dated("all", _quarters, None) if source.has("all") else None
        quarters = []
        for district in DISTRICTS:
            quarters.append(source.dated(district, _quarters))
        source.finish()
        lists[name] = CostSharing(name, tuple(quarters), everywhere, assumed=assumed, reading=reading)
        if instead != OWN_LIST:
            lists[name] = replace(BUILT_IN[instead], id=name, assumed=assumed, reading=reading)
    odd = readings["odd-fen"].value == "city"
    return {name: replace(one, odd_to_city=odd) for name, one in lists.items()}


def read_district(text: str) -> int:
    """Code of a district as typed.

    Raises
    ------
    ValueError
        If there is no such district; the message names the nearest.
    """
    try:
        return district_code(text)
    except ValueError:
        close = nearest(text, DISTRICTS)
        known = "、".join(DISTRICTS)
        told = f'did you mean "{close}"?' if close else f"allowed: {known}"
        raise ValueError(f"no district of Hangzhou; {told}") from None
