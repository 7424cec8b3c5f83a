"""Facts that are worked out from others: what was granted before, and what a list amounts to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy import table
from fundflow.policy.facts import FactBook
from fundflow.policy.outcome import Facts
from fundflow.policy.table import Table
from fundflow.policy.totals import Totals


@dataclass(frozen=True)
class History:
    """A fact that the running totals answer: fen had from a group, or how often it was had."""

    fact: str
    what: str
    group: str


@dataclass(frozen=True)
class ListCount:
    """A number that a list stands for: how many entries are at most so much, or their sum, each at most so much."""

    fact: str
    source: str
    how: str
    most: int

    def count(self, column: NDArray[Any]) -> NDArray[np.int64]:
        """The number for each claim."""
        if self.how == "count_at_most":
            return np.array([sum(one <= self.most for one in entries) for entries in column], dtype=np.int64)
        return np.array([sum(min(one, self.most) for one in entries) for entries in column], dtype=np.int64)


def complete(
    facts: Facts, history: tuple[History, ...], lists: tuple[ListCount, ...], ids: NDArray[np.int64], totals: Totals
) -> Facts:
    """Add the facts that lists and totals answer, where the batch does not give them."""
    full = dict(facts)
    for one in lists:
        if one.fact not in full and one.source in full:
            full[one.fact] = one.count(full[one.source])
    for past in history:
        if past.fact not in full:
            answer = totals.paid if past.what == "paid" else totals.count
            full[past.fact] = answer(past.group, ids)
    return full


def read_history(source: Table, book: FactBook) -> tuple[History, ...]:
    """Read the table ``history``: ``paid_before = { paid = "group" }`` or ``{ count = "group" }``."""
    inner = source.table("history")
    found = []
    for name in inner.raw if inner else ():
        assert inner is not None
        one = inner.table(name)
        assert one is not None
        what = "count" if one.has("count") else "paid"
        group = one.get(what, table.text)
        one.finish()
        if name not in book:
            inner.fault(name, "no such fact")
        else:
            found.append(History(book[name].name, what, group))
    return tuple(found)


def read_lists(source: Table, book: FactBook) -> tuple[ListCount, ...]:
    """Read the table ``lists``: ``fact = { from = "list fact", count_at_most = 12 }`` or ``sum_each_at_most``."""
    inner = source.table("lists")
    found = []
    for name in inner.raw if inner else ():
        assert inner is not None
        one = inner.table(name)
        assert one is not None
        how = "count_at_most" if one.has("count_at_most") else "sum_each_at_most"
        most = one.get(how, table.count)
        origin = one.get("from", lambda raw: book[table.text(raw)].name)
        one.finish()
        if name not in book:
            inner.fault(name, "no such fact")
        elif origin is not None and most is not None:
            found.append(ListCount(book[name].name, origin, how, most))
    return tuple(found)
