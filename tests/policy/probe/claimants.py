"""Claimants at the edges of a rule: their facts are searched for, so that no list of them must be kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import add_months, date_of
from fundflow.base.districts import DISTRICTS
from fundflow.policy import Batch
from fundflow.policy.conditions import Condition
from fundflow.policy.facts import MILLION, Fact, FactBook
from fundflow.policy.faults import MissingFacts
from fundflow.policy.leaves import Compare, Elapsed, Ratio, Summed
from fundflow.policy.view import View

Rows = dict[str, NDArray[Any]]
DAY = "trigger day"
PLACE = "district"


@dataclass
class Edges:
    """What the conditions and values of some versions of one rule compare facts with."""

    points: dict[str, set[int]] = field(default_factory=dict)
    ratios: list[tuple[str, str, Any]] = field(default_factory=list)
    spans: list[tuple[str, str | None, int]] = field(default_factory=list)
    sums: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    either: set[str] = field(default_factory=set)
    """Facts that stand in for others, so that some claimants do not say them."""

    def add(self, conditions: Sequence[Condition]) -> None:
        for one in every(conditions):
            leaf = one.leaf
            if isinstance(leaf, Compare):
                self.points.setdefault(leaf.fact, set()).update(int(v) for _, v in leaf.value.versions)
            elif isinstance(leaf, Summed):
                self.sums += [(leaf.names, int(v)) for _, v in leaf.value.versions]
            elif isinstance(leaf, Ratio):
                rates = [v for _, v in leaf.value.versions] if leaf.value else [r for _, r in leaf.bands or ()]
                tops = {top for top, _ in leaf.bands or () if top is not None}
                for whole in leaf.whole:
                    self.ratios += [(leaf.part, whole, rate) for rate in rates]
                    self.points.setdefault(whole, set()).update(tops)
                if leaf.share is not None:
                    self.either.add(leaf.share)
                    self.points.setdefault(leaf.share, set()).update(int(rate * MILLION) for rate in rates)
                self.either |= set(leaf.whole[:-1])
            elif isinstance(leaf, Elapsed):
                for _, length in leaf.bounds:
                    months = {"days": 0, "months": length, "years": 12 * length}[leaf.unit]
                    self.spans.append((leaf.since, leaf.until, months if months else -length))
                    for name in leaf.counts:
                        self.points.setdefault(name, set()).add(length)
                self.either |= {leaf.since, *leaf.counts, *((leaf.until,) if leaf.until else ())}


def every(conditions: Sequence[Condition]) -> Iterator[Condition]:
    """All conditions, also those inside others."""
    for one in conditions:
        yield one
        yield from every((*one.first, *one.second, *one.third))


class Search:
    """Draws claimants of one rule.

    Parameters
    ----------
    book, names
        The facts that the rule reads.
    edges
        Bounds that the rule compares with.
    numbers
        Money (fen), counts and rates (millionths) that stand anywhere in the rule.
    days
        Trigger days.
    """

    def __init__(
        self,
        book: FactBook,
        names: Sequence[str],
        edges: Edges,
        numbers: dict[str, set[int]],
        days: Sequence[int],
        seed: int,
    ) -> None:
        self.facts: list[Fact] = list({book[n].name: book[n] for n in names if n != PLACE}.values())
        self.book, self.edges, self.days = book, edges, np.array(days)
        self.random = np.random.default_rng(seed)
        self.pools = {fact.name: self._pool(fact, numbers) for fact in self.facts}

    def _pool(self, fact: Fact, numbers: dict[str, set[int]]) -> NDArray[Any]:
        own = set(self.edges.points.get(fact.name, ()))
        if fact.type == "bool":
            return np.array([False, True])
        if fact.type == "enum":
            return np.array(sorted({code for _, code in fact.codes}))
        if fact.type == "day":
            return np.array(sorted(own | {int(d) for d in self.days} | {int(d) - 400 for d in self.days}))
        more = numbers.get({"money": "yuan", "rate": "fraction"}.get(fact.type, "count"), set())
        step = {"money": 100, "rate": 1000}.get(fact.type, 1)
        near = {p + s for p in own for s in (-step, -1, 0, 1, step)}
        wide = {p + s for p in more for s in (-1, 0, 1)}
        spread = {"money": {10**k for k in range(4, 13)}, "rate": {k * 50_000 for k in range(21)}}.get(
            fact.type, set(range(13)) | {20, 50, 150, 1000, 10_000}
        )
        # What the rule compares this very fact with is drawn more often than what stands elsewhere in it.
        weighted = [*sorted(near)] * (1 + 8 * len(spread) // max(len(near), 1)) if near else []
        found = [p for p in [*weighted, *sorted(wide), *sorted(spread)] if p >= 0 or fact.signed]
        return np.array(found or [0])

    def draw(self, n: int) -> Rows:
        """Some claimants, any facts."""
        rows: Rows = {fact.name: self._column(fact, n) for fact in self.facts}
        rows[DAY] = self.random.choice(self.days, n)
        rows[PLACE] = self.random.integers(0, len(DISTRICTS), n)
        return self.aligned(rows, np.ones(n, bool))

    def _column(self, fact: Fact, n: int) -> NDArray[Any]:
        if fact.type == "list":
            column = np.empty(n, dtype=object)
            pool = self._pool(Fact(**{**fact.__dict__, "type": "count"}), {})
            for row in range(n):
                size = int(self.random.integers(0, 5))
                column[row] = tuple(int(v) for v in self.random.choice(pool, size))
            return column
        return self.random.choice(self.pools[fact.name], n)

    def aligned(self, rows: Rows, where: NDArray[np.bool_]) -> Rows:
        """Put parts at their shares of wholes, and days at their distances, in some rows."""
        n = len(rows[DAY])
        for part, whole, rate in self.edges.ratios:
            if part in rows and whole in rows:
                hit = np.flatnonzero(where & (self.random.random(n) < 0.5))
                rounded = np.maximum(rows[whole][hit] // 100_000_000, 1) * 100_000_000
                small = rows[whole][hit] < 100_000_000
                rows[whole][hit] = np.where(small, np.maximum(rows[whole][hit], 1), rounded)
                exact = [int(w * rate.numerator // rate.denominator) for w in rows[whole][hit].tolist()]
                rows[part][hit] = np.array(exact, np.int64) + self.random.integers(-1, 2, len(hit))
        for names, value in self.edges.sums:
            if all(name in rows for name in names):
                hit = np.flatnonzero(where & (self.random.random(n) < 0.7))
                rows[names[0]][hit] = max(value, 0) + self.random.integers(-1, 2, len(hit))
                for name in names[1:]:
                    rows[name][hit] = 0
        for since, until, months in self.edges.spans:
            if since in rows:
                hit = np.flatnonzero(where & (self.random.random(n) < 0.6))
                end = rows[until][hit] if until in rows else rows[DAY][hit]
                start = add_months(end, -months) if months > 0 else end + months
                rows[since][hit] = start + self.random.integers(-1, 2, len(hit))
        return rows

    def change(self, rows: Rows, names: Sequence[str], where: NDArray[np.bool_]) -> Rows:
        """Draw some facts of some rows anew."""
        found = {name: column.copy() for name, column in rows.items()}
        n = len(found[DAY])
        fresh = self.draw(n)
        for name in names:
            if name in found:
                hit = where & (self.random.random(n) < 0.7)
                found[name][hit] = fresh[name][hit]
        return self.aligned(found, where & (self.random.random(n) < 0.5))

    def passing(self, conditions: Sequence[Condition], without: set[str], n: int = 300, tries: int = 80) -> Rows | None:
        """Claimants who satisfy all conditions, found by redrawing the facts of the first that fails."""
        rows = {k: v for k, v in self.draw(n).items() if k not in without}
        for _ in range(tries):
            failed = np.full(n, -1)
            score = np.zeros(n, np.int64)
            view = View(rows, self.book, n, rows[DAY], int(rows[DAY][0]))
            for number, condition in enumerate(conditions):
                held = condition.test(view)
                score += held
                failed[(failed < 0) & ~held] = number
            if (failed < 0).sum() >= n // 4:
                break
            best = np.argsort(-score, kind="stable")[: n // 3]
            order = np.resize(best, n)
            rows = {name: column[order] for name, column in rows.items()}
            failed = failed[order]
            keep = np.arange(n) < len(best)
            for number in np.unique(failed[failed >= 0]).tolist():
                rows = self.change(rows, conditions[number].facts, (failed == number) & ~keep)
        good = np.flatnonzero(failed < 0)
        return None if not len(good) else {name: column[np.resize(good, n)] for name, column in rows.items()}


def batch_of(rows: Rows, one_of: int = 1) -> Batch:
    """The rows as claims of different claimants, or of so many rows each."""
    n = len(rows[DAY])
    facts = {name: column for name, column in rows.items() if name not in (DAY, PLACE)}
    return Batch(1 + np.arange(n) // one_of, np.zeros(n, np.int64), rows[DAY].astype(np.int64), facts, rows[PLACE])


def told(rows: Rows, row: int, book: FactBook, names: Sequence[str]) -> str:
    """One claimant in words: the day, and the facts that matter."""
    said = [date_of(int(rows[DAY][row])).isoformat(), DISTRICTS[int(rows[PLACE][row])]]
    said += [f"{n}={book[n].text(rows[n][row])}" for n in dict.fromkeys(names) if n in rows and book[n].type != "list"]
    return " ".join(said)


__all__ = ["DAY", "PLACE", "Edges", "MissingFacts", "Rows", "Search", "batch_of", "every", "told"]
