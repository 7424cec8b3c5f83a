"""What another value changes: a claim of an instrument, or who satisfies a set of conditions."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

import numpy as np

from fundflow.base.calendar import date_of
from fundflow.base.money import yuan_text
from fundflow.policy import Catalogue, Totals, settle
from fundflow.policy.answer import STATUSES, _ground_of
from fundflow.policy.conditions import ConditionSet, judge
from fundflow.policy.faults import MissingFacts
from fundflow.policy.instrument import Instrument
from fundflow.policy.outcome import Status
from fundflow.policy.view import View
from tests.policy.probe.changing import Place, law, others, with_other
from tests.policy.probe.claimants import DAY, Edges, Rows, Search, batch_of, every, told

ROUNDS = 12
FAR = 400


def effect(place: Place, seed: int = 1) -> str | None:
    """Name a claim or a status that another value changes; None where none was found."""
    for other in others(place.value):
        changed = with_other(place, other)
        if isinstance(changed, str):
            continue
        found = _effect(place, changed, seed)
        if found is not None:
            return f"{place} -> {other}: {found}"
    return None


def _effect(place: Place, changed: Catalogue, seed: int) -> str | None:
    before = law()
    for old, new in _pairs(before.instruments, changed.instruments):
        found = _of_instrument(place, old, new, changed, seed)
        if found is not None:
            return found
    for old, new in _pairs(before.conditions, changed.conditions):
        found = _of_conditions(place, old, new, seed)
        if found is not None:
            return found
    return None


def _pairs(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[Any, Any]]:
    return [(one, after[name]) for name, one in before.items() if after[name] is not one and after[name] != one]


def _numbers(*entries: Any) -> dict[str, set[int]]:
    """Money, counts and rates of the values, and the bases at which a rate reaches an amount."""
    found: dict[str, set[int]] = {"yuan": set(), "count": set(), "fraction": set()}
    for value in (v for one in entries for v in one.values if not isinstance(v.value, str)):
        scaled = {"yuan": 100, "fraction": 1_000_000}.get(value.unit, 1)
        found["count" if value.unit not in found else value.unit].add(int(value.value * scaled))
    rates = [rate for rate in found["fraction"] if rate]
    found["yuan"] |= {fen * 1_000_000 // rate for fen in list(found["yuan"]) for rate in rates}
    return found


def _edges(*entries: Any) -> Edges:
    edges = Edges()
    for one in entries:
        listed = one.eligible if isinstance(one, Instrument) else one.conditions
        edges.add(listed)
        if isinstance(one, Instrument):
            for factor in one.modifiers:
                edges.add(factor.when)
            if one.competition is not None and one.competition.rank_fact is not None:
                places = {places for _, places in one.competition.places.versions}
                edges.points.setdefault(one.competition.rank_fact, set()).update(places)
                edges.either.add(one.competition.rank_fact)
            if one.right is not None:
                edges.spans.append((one.right.since, None, one.right.months))
            edges.either |= _instead(one)
    return edges


def _instead(one: Instrument) -> set[str]:
    """Facts of an instrument that stand in for a value or a list of it."""
    found = {item.fact for item in one.lists}
    for part in _parts(one.amount):
        for name in ("base_fact", "group", "granted", "years", "since"):
            given = getattr(part, name, None)
            found |= {given} if isinstance(given, str) else set()
    found |= {one.overlap.fact} if one.overlap and one.overlap.fact else set()
    found |= {past.fact for past in one.history} | {name for cap in one.caps for name in cap.paid}
    return found | {cap.fact for cap in one.caps if cap.fact}


def _parts(amount: Any) -> list[Any]:
    inner = [*getattr(amount, "parts", ()), *([amount.each] if hasattr(amount, "each") else [])]
    return [amount, *(deep for one in inner for deep in _parts(one))]


def _days(*entries: Any) -> tuple[list[int], list[int]]:
    """Trigger days inside the validity, and those at its ends."""
    first, last = min(one.in_force for one in entries), max(one.expires or one.in_force + 3 * FAR for one in entries)
    inside = [max(one.in_force for one in entries) + 45, (first + last) // 2]
    validity = [day for one in entries for day in (one.in_force, one.expires) if day is not None]
    ends = {day + more for day in validity for more in (-1, 0, 1)}
    ends |= {one.events_from + more for one in entries if isinstance(one, Instrument) for more in (-1, 0)}
    for one in entries:
        if isinstance(one, Instrument) and one.pay.opens is not None:
            year = date_of(inside[1]).replace(month=one.pay.opens[0], day=one.pay.opens[1])
            ends |= {(year - date_of(0)).days + more for more in (-1, 0)}
        if isinstance(one, Instrument) and one.right is not None and one.expires is not None:
            ends |= {one.expires + one.right.months * 30 // k for k in (1, 2, 3)}
        for value in one.values if isinstance(one, Instrument) else ():
            ends |= {value.start - 1, value.start, value.start + 30} if value.start is not None else set()
    return sorted(set(inside)), sorted(ends)


class Found:
    """Claimants who satisfy an entry as it is, for several choices of what they do not say; searched for when asked."""

    def __init__(self, one: Instrument | ConditionSet, seed: int) -> None:
        edges = _edges(one)
        self._listed = one.eligible if isinstance(one, Instrument) else one.conditions
        self._search = Search(one.book, _facts(one), edges, _numbers(one), _days(one)[0], seed)
        self._open: list[set[str]] = [set(), set(edges.either)]
        self._open += [part for name in sorted(edges.either) for part in ({name}, edges.either - {name})]
        self._known: list[tuple[Rows, set[str]]] = []

    def __iter__(self) -> Iterator[tuple[Rows, set[str]]]:
        yield from self._known
        while self._open:
            without = self._open.pop(0)
            try:
                rows = self._search.passing(self._listed, without)
            except MissingFacts:
                continue
            if rows is not None:
                self._known.append((rows, without))
                yield rows, without


@lru_cache(maxsize=64)
def _found(name: str, seed: int) -> Found:
    whole = law()
    return Found(whole.instruments[name] if name in whole.instruments else whole.conditions[name], seed)


def claimants(name: str, seed: int = 1) -> Found:
    """Claimants who satisfy an instrument or a set of conditions."""
    return _found(name, seed)


def _facts(one: Any) -> list[str]:
    names = list(one.facts)
    if isinstance(one, Instrument):
        names += [past.fact for past in one.history] + [item.fact for item in one.lists]
        names += sorted(_instead(one))
    return list(dict.fromkeys(names))


def _focus(old: Any, new: Any) -> list[str]:
    """The facts of the parts that differ."""
    if isinstance(old, ConditionSet):
        pairs = zip(old.conditions, new.conditions, strict=True)
        return [name for was, one in pairs if was != one for name in one.facts]
    names = [name for was, one in zip(old.eligible, new.eligible, strict=True) if was != one for name in one.facts]
    if names:
        return names
    for was, one in zip(old.modifiers, new.modifiers, strict=True):
        if was != one:
            names += [name for condition in one.when for name in condition.facts]
    names += list(old.amount.facts) + [n for cap in old.caps for n in (*cap.paid, cap.times, cap.by) if n]
    names += list(old.competition.facts) if old.competition else []
    names += [old.right.since] if old.right else []
    return names + [item.source for item in old.lists]


def _of_instrument(place: Place, old: Instrument, new: Instrument, changed: Catalogue, seed: int) -> str | None:
    inside, ends = _days(old, new)
    search = Search(old.book, _facts(old), _edges(old, new), _numbers(old, new), [*inside, *ends], seed)
    focus = _focus(old, new)
    for number in range(ROUNDS):
        for rows, without in _found(old.id, seed):
            tried = _tried(search, rows, without, focus, number)
            batch = batch_of(tried, one_of=8 if number % 4 == 3 else 1)
            try:
                was = settle(law(), [old], batch, totals=Totals())[0]
                now = settle(changed, [new], batch, totals=Totals())[0]
            except MissingFacts:
                continue
            found = _difference(was, now)
            if found is not None:
                row, what = found
                return f"{old.id}, {told(tried, row, old.book, focus)}: {what}"
    return None


def _tried(search: Search, rows: Rows, without: set[str], focus: list[str], number: int) -> Rows:
    n = len(rows[DAY]) * (4 if number else 1)
    tried = {name: np.resize(column, n) for name, column in rows.items()}
    half = np.arange(n) % 4 > 0
    if number % 3 == 1:
        tried = search.change(tried, [*focus, DAY], half)
    elif number:
        tried = search.change(tried, focus, half)
    else:
        tried[DAY] = np.where(half, search.random.choice(search.days, n), tried[DAY])
    return {name: column for name, column in tried.items() if name not in without}


def _difference(was: Any, now: Any) -> tuple[int, str] | None:
    """The first claim that differs, and in what."""
    for name, words in (
        ("eligible", lambda v: "eligible" if v else "refused"), ("award", lambda v: f"award {yuan_text(int(v))}"),
        ("entitlement", lambda v: f"due {yuan_text(int(v))}"), ("award_other", lambda v: f"share {yuan_text(int(v))}"),
        ("status", lambda v: STATUSES[Status(v)]),
    ):  # fmt: skip
        one, other = getattr(was, name), getattr(now, name)
        rows = np.flatnonzero(one != other)
        if len(rows):
            row = int(rows[0])
            return row, f"{words(one[row])} -> {words(other[row])}"
    paid = np.flatnonzero((was.award_day != now.award_day) & (was.award + was.award_other > 0))
    if len(paid):
        row = int(paid[0])
        return row, f"decided {date_of(int(was.award_day[row]))} -> {date_of(int(now.award_day[row]))}"
    for name in ("day", "city", "district", "province"):
        one, other = was.payments[name], now.payments[name]
        if len(one) != len(other) or (one != other).any():
            at = 0 if len(one) != len(other) else int(np.flatnonzero(one != other)[0])
            return int(was.payments["row"][at]), f"paid {name} {one[at]} -> {other[at]}"
    return None


def _of_conditions(place: Place, old: ConditionSet, new: ConditionSet, seed: int) -> str | None:
    days = [day + more for one in (old, new) for day in (one.in_force, one.expires) if day for more in (-1, 0, 1)]
    for day in days:
        was, now = STATUSES[_ground_of(old, day)], STATUSES[_ground_of(new, day)]
        if was != now:
            return f"{old.id} on {date_of(day)}: {was} -> {now}"
    inside, _ = _days(old, new)
    search = Search(old.book, _facts(old), _edges(old, new), _numbers(old, new), inside, seed)
    focus = _focus(old, new)
    for number in range(1, ROUNDS):
        for rows, without in _found(old.id, seed):
            tried = _tried(search, rows, without, focus, number + number % 3)
            n = len(tried[DAY])
            facts = {name: column for name, column in tried.items() if name != DAY}
            try:
                held = [
                    judge(one.conditions, View(facts, one.book, n, tried[DAY], int(tried[DAY][0]))).eligible
                    for one in (old, new)
                ]
            except MissingFacts:
                continue
            rows_hit = np.flatnonzero(held[0] != held[1])
            if len(rows_hit):
                row = int(rows_hit[0])
                words = ["satisfied" if one[row] else "not satisfied" for one in held]
                return f"{old.id}, {told(tried, row, old.book, focus)}: {words[0]} -> {words[1]}"
    return None


__all__ = ["effect", "every"]
