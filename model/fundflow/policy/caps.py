"""Limits on what one claim may get: by claim, by year, in a life, or by another amount."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy import table
from fundflow.policy.conditions import reading_holds
from fundflow.policy.facts import FactBook
from fundflow.policy.outcome import Reason
from fundflow.policy.table import Table
from fundflow.policy.totals import Totals
from fundflow.policy.values import Dated
from fundflow.policy.view import View

Fen = NDArray[np.int64]


@dataclass(frozen=True)
class Cap:
    """One limit.

    ``scope`` is ``claim``, ``year`` or ``lifetime`` (less what the ``groups`` have had), or ``fact`` (another amount
    is the limit, where it is given). ``paid`` names facts that say what was had before, in place of the totals.
    ``times`` multiplies the limit: so much for each of the things that one claim is for.
    Where the limit differs by class, ``by`` names the enum and ``amounts`` the limit of each code; others get nothing.
    """

    scope: str
    amount: Dated[int] | None
    groups: tuple[str, ...]
    paid: tuple[str, ...]
    fact: str | None
    clause: str
    times: str | None = None
    by: str | None = None
    amounts: tuple[tuple[int, Dated[int]], ...] = ()
    together: bool = False
    """Whether all claimants together have no more than this in a year."""

    def most(self, view: View) -> Any:
        """The limit, a number or shape (n,)."""
        if self.by is None:
            assert self.amount is not None
            return self.amount.on(view.value_day)
        column = view.column(self.by)
        limit = np.zeros(view.n, dtype=np.int64)
        for code, amount in self.amounts:
            limit[np.asarray(column == code, np.bool_)] = amount.on(view.value_day)
        return limit


@dataclass(frozen=True)
class Reduced:
    """Amounts after a stage, and why they fell (0 where they did not)."""

    amount: Fen
    reason: NDArray[np.int8]


def reduced(before: Fen, after: Fen, reason: Reason) -> Reduced:
    """Note a reason wherever an amount fell."""
    return Reduced(after, np.where(after < before, reason, Reason.NONE).astype(np.int8))


def apply_cap(amount: Fen, cap: Any) -> Reduced:
    """Limit each amount to its cap, a number or shape (n,)."""
    return reduced(amount, np.minimum(amount, cap), Reason.CAP)


def apply_total_cap(amount: Fen, left: Fen, ids: NDArray[np.int64]) -> Reduced:
    """Limit amounts to what is left of a running total; claims on one total are served in id order, then row order."""
    room = np.maximum(left, 0)
    limited = np.minimum(amount, room)
    if len(np.unique(ids)) < len(ids):
        used: dict[int, int] = {}
        for row in np.argsort(ids, kind="stable"):
            one = int(ids[row])
            had = used.get(one, 0)
            limited[row] = min(int(amount[row]), max(int(room[row]) - had, 0))
            used[one] = had + int(limited[row])
    return reduced(amount, limited, Reason.TOTAL_CAP)


def apply_caps(amount: Fen, caps: tuple[Cap, ...], view: View, ids: Any, years: Any, totals: Totals) -> Reduced:
    """Apply the limits of an instrument in their order; the last that binds leaves its reason."""
    reason = np.zeros(len(amount), dtype=np.int8)
    for cap in caps:
        step = _apply(amount, cap, view, ids, years, totals)
        reason = np.where(step.reason > 0, step.reason, reason).astype(np.int8)
        amount = step.amount
    return Reduced(amount, reason)


def _apply(amount: Fen, cap: Cap, view: View, ids: Any, years: Any, totals: Totals) -> Reduced:
    if cap.scope == "fact":
        assert cap.fact is not None
        limit = view.given(view.book[cap.fact])
        return apply_cap(amount, amount if limit is None else np.maximum(limit, 0))
    most = cap.most(view)
    if cap.scope == "claim":
        return apply_cap(amount, most if cap.times is None else view.column(cap.times).astype(np.int64) * most)
    if cap.together:
        spent = sum((totals.paid_by_all(group, years) for group in cap.groups), np.zeros(len(amount), dtype=np.int64))
        return apply_total_cap(amount, most - spent, np.asarray(years))
    had = np.zeros(len(amount), dtype=np.int64)
    given = [view.given(view.book[name]) for name in cap.paid]
    for number, group in enumerate(cap.groups):
        told = given[number] if number < len(given) else None
        if told is not None:
            had = had + told
        else:
            had = had + (totals.paid(group, ids) if cap.scope == "lifetime" else totals.paid_in_year(group, ids, years))
    return apply_total_cap(amount, most - had, np.asarray(ids))


def _by_class(source: Table, by: str | None, book: FactBook) -> tuple[tuple[int, Dated[int]], ...]:
    inner = source.table("amounts", required=by is not None)
    found = []
    for word in inner.raw if inner is not None and by is not None else ():
        assert inner is not None and by is not None
        try:
            found.append((book[by].code(word), inner.dated(word, table.money)))
        except ValueError as error:
            inner.faults.add(f"{inner.where}.{word}", str(error))
    return tuple(found)


def read_caps(source: Table, book: FactBook, readings: Mapping[str, Any]) -> tuple[Cap, ...]:
    """Read the list ``caps``; those of another reading are checked and left out."""
    caps = []
    for one in source.tables("caps"):
        counts = reading_holds(one, readings)
        scope = one.get("scope", table.one_of("claim", "year", "lifetime", "fact"), "claim")
        by = one.get("by", lambda raw: book[table.text(raw)].name) if one.has("by") else None
        amount = None if scope == "fact" or by is not None else one.dated("amount", table.money)
        groups = one.get("groups", table.texts, ())
        paid = one.get("paid", lambda raw: tuple(book[name].name for name in table.texts(raw)), ())
        fact = one.get("fact", lambda raw: book[table.text(raw)].name) if scope == "fact" else None
        times = one.get("times", lambda raw: book[table.text(raw)].name, None)
        if times is not None and scope != "claim":
            one.fault("times", 'only a limit of the scope "claim" can be for each of several')
        clause = one.get("clause", table.text, "")
        amounts = _by_class(one, by, book)
        together = one.get("together", table.flag, False)
        if together and scope != "year":
            one.fault("together", 'only a limit of the scope "year" can be for all claimants')
        if scope in ("year", "lifetime") and not groups:
            one.fault("groups", "missing: a total over time names the group that it counts")
        one.finish()
        if counts:
            caps.append(Cap(scope, amount, groups, paid, fact, clause, times, by, amounts, together))
    return tuple(caps)
