"""Claims that may be decided later and together: what they get is the same, and one call does the work of many.

Two claims are bound to their order where the one reads what the other was granted: a running total, a history or an
overlap of one claimant or one matter. Events whose instruments are linked by such names form a *circle*. The claims of
a circle wait; when they are decided, the first claims of all claimants go together, then the second ones, and so on.
A circle in which money, ranks or a change of shares make a claim depend on who is decided with it does not wait.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from fundflow.policy import Batch, Catalogue, Instrument

Ints = NDArray[np.int64]
Facts = dict[str, NDArray[Any]]


@dataclass(frozen=True)
class Claims:
    """Claims of one event, made on one day; arrays of shape (n,).

    ``number`` orders the decisions: claims with one number are decided at once. ``classes`` are the claimants' size
    classes of the day on which they claimed, None where nobody asks.
    """

    trigger: str
    number: Ints
    ids: Ints
    zone: Ints
    day: Ints
    facts: Facts
    classes: Ints | None

    def take(self, rows: Ints) -> Claims:
        """Some of the claims, in order of decision, day and id."""
        rows = rows[np.lexsort((self.ids[rows], self.day[rows], self.number[rows]))]
        return Claims(
            self.trigger, self.number[rows], self.ids[rows], self.zone[rows], self.day[rows],
            {name: column[rows] for name, column in self.facts.items()},
            None if self.classes is None else self.classes[rows],
        )  # fmt: skip

    def batch(self) -> Batch:
        """What the chain of claims takes."""
        return Batch(ids=self.ids, zone=self.zone, trigger_day=self.day, facts=self.facts)


def joined(parts: list[Claims]) -> Claims:
    """Claims of one event with the same facts in one table."""
    if len(parts) == 1:
        return parts[0]
    first = parts[0]
    known = [one.classes for one in parts if one.classes is not None]
    return Claims(
        trigger=first.trigger,
        number=np.concatenate([one.number for one in parts]),
        ids=np.concatenate([one.ids for one in parts]),
        zone=np.concatenate([one.zone for one in parts]),
        day=np.concatenate([one.day for one in parts]),
        facts={name: np.concatenate([one.facts[name] for one in parts]) for name in first.facts},
        classes=np.concatenate(known) if len(known) == len(parts) else None,
    )


class Circles:
    """Which events are linked by the running totals that their instruments read and fill.

    Parameters
    ----------
    catalogue
        The law.
    alone
        Whether what an instrument pays, apart from such totals, does not depend on the claims decided with it.
    """

    def __init__(self, catalogue: Catalogue, alone: Callable[[Instrument], bool]) -> None:
        instruments = catalogue.instruments.values()
        asked = {group for one in instruments for group in _read(one)}
        self._root: dict[str, str] = {one.trigger: one.trigger for one in instruments}
        first: dict[str, str] = {}
        for one in instruments:
            for name in _names(one, asked):
                self._join(one.trigger, first.setdefault(name, one.trigger))
        self._waits: dict[str, bool] = {}
        self._linked: set[str] = set()
        self._matters: dict[str, set[str]] = {}
        for trigger in self._root:
            circle, opened = self.of(trigger), catalogue.triggered_by(trigger)
            named = [one for one in opened if _names(one, asked)]
            # Linked instruments of one event must be awarded alike, or a year's end could change their order.
            same = len({(one.pay.opens, one.pay.steps) for one in named}) < 2
            self._waits[circle] = self._waits.get(circle, True) and same and all(alone(one) for one in opened)
            if named:
                self._linked.add(circle)
            found = self._matters.setdefault(circle, set())
            for one in opened:
                if one.overlap is not None and one.overlap.owner and one.overlap.matter:
                    fact = one.book[one.overlap.matter]
                    found.update((fact.name, *fact.aliases))

    def of(self, trigger: str) -> str:
        """The name of an event's circle."""
        while (above := self._root.get(trigger, trigger)) != trigger:
            trigger = above
        return trigger

    def waits(self, trigger: str) -> bool:
        """Whether the claims of an event may wait."""
        return self._waits.get(self.of(trigger), True)

    def linked(self, circle: str) -> bool:
        """Whether earlier claims of a circle can change later ones."""
        return circle in self._linked

    def matters(self, circle: str) -> set[str]:
        """Facts that number a matter whose payments are set off against each other."""
        return self._matters[circle]

    def _join(self, one: str, other: str) -> None:
        self._root[self.of(one)] = self.of(other)


def _read(one: Instrument) -> set[str]:
    return {group for cap in one.caps for group in cap.groups} | {past.group for past in one.history}


def _names(one: Instrument, asked: set[str]) -> set[str]:
    """Under which names an instrument reads what was granted, or notes what others read."""
    overlap = {f"overlap {one.overlap.group}"} if one.overlap is not None and one.overlap.owner else set()
    return _read(one) | (asked & {*one.counts_into}) | overlap


class Later:
    """Claims that wait, by circle."""

    def __init__(self, circles: Circles) -> None:
        self.circles = circles
        self._parts: dict[str, list[Claims]] = {}

    def add(self, claims: Claims) -> None:
        """Let claims wait."""
        self._parts.setdefault(self.circles.of(claims.trigger), []).append(claims)

    @property
    def names(self) -> list[str]:
        """The circles in which claims wait, in the order of their first claim."""
        return list(self._parts)

    def due(self, circle: str) -> Iterator[Claims]:
        """What waits in a circle, in portions in which no claim can change another; nothing waits afterwards."""
        parts = self._parts.pop(circle, [])
        kinds: dict[tuple[str, ...], list[Claims]] = {}
        for part in parts:
            kinds.setdefault((part.trigger, *sorted(part.facts)), []).append(part)
        tables = [joined(some) for some in kinds.values()]
        if not tables or not self.circles.linked(circle):
            yield from (table.take(np.arange(len(table.ids))) for table in tables)
            return
        turns = self._turns(tables, self.circles.matters(circle))
        for turn in range(1 + max((int(one.max(initial=-1)) for one in turns), default=-1)):
            for table, own in zip(tables, turns, strict=True):
                rows = np.flatnonzero(own == turn)
                if len(rows):
                    yield table.take(rows)

    def _turns(self, tables: list[Claims], matters: set[str]) -> list[Ints]:
        """For each claim how many earlier decisions on its claimant, or on its matter, wait too."""
        owner = _owners(tables, matters)
        number = np.concatenate([table.number for table in tables])
        order = np.lexsort((number, owner))
        same = np.diff(owner[order], prepend=-1) == 0
        later = same & (np.diff(number[order], prepend=-1) != 0)
        count = np.cumsum(later)
        starts = np.maximum.accumulate(np.where(same, 0, np.arange(len(order))))
        turns = np.empty(len(order), np.int64)
        turns[order] = count - count[starts]
        return np.split(turns, np.cumsum([len(table.ids) for table in tables])[:-1])


def _owners(tables: list[Claims], matters: set[str]) -> Ints:
    """A number for each claim that it shares with all claims of its claimant and of its matter, shape (all claims,)."""
    ids = np.concatenate([table.ids for table in tables])
    known, node = np.unique(ids, return_inverse=True)
    numbered = sorted(name for name in matters if any(name in table.facts for table in tables))
    if not numbered:
        return np.asarray(node, np.int64)
    # Claimants and matters are linked by their claims.
    given = [np.concatenate([table.facts.get(name, table.ids) for table in tables]) for name in numbered]
    matter, other = np.unique(np.concatenate(given).astype(np.int64), return_inverse=True)
    size = len(known) + len(matter)
    ends = (np.tile(node, len(numbered)), len(known) + other)
    links = coo_array((np.ones(len(other), np.int8), ends), shape=(size, size))
    return np.asarray(connected_components(links, directed=False)[1][node], np.int64)
