"""The single tests that conditions are made of: compare, among, ratio, elapsed."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import add_months, date_of
from fundflow.base.money import ratio_at_least, ratio_over, yuan_text
from fundflow.policy import table
from fundflow.policy.facts import MILLION, Fact, FactBook
from fundflow.policy.recording import as_millionths
from fundflow.policy.table import Table
from fundflow.policy.values import Dated
from fundflow.policy.view import View

Bools = NDArray[np.bool_]
BOUNDS: dict[str, Callable[[Any, Any], Any]] = {
    "at_least": operator.ge, "at_most": operator.le, "over": operator.gt, "under": operator.lt,
}  # fmt: skip
_WORDS = {
    "at_least": ("at least", "不低于"), "at_most": ("at most", "不超过"),
    "over": ("over", "超过"), "under": ("under", "小于"),
}  # fmt: skip


class Leaf(Protocol):
    """A test on columns."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts it may read."""

    def test(self, view: View) -> Bools:
        """Which claims pass."""

    def say(self, book: FactBook, day: int, lang: str) -> str:
        """The test in words."""


@dataclass(frozen=True)
class Compare:
    """A fact against a bound: at_least and at_most include it, over and under do not."""

    bound: str
    fact: str
    value: Dated[Any]

    @property
    def facts(self) -> tuple[str, ...]:
        """The one fact."""
        return (self.fact,)

    def test(self, view: View) -> Bools:
        """Which claims are on the right side of the bound."""
        return np.asarray(BOUNDS[self.bound](view.column(self.fact), self.value.on(view.value_day)), np.bool_)

    def say(self, book: FactBook, day: int, lang: str) -> str:
        """The test in words."""
        fact = book[self.fact]
        return f"{_call(fact, lang)} {_WORDS[self.bound][lang == 'zh']} {_amount(fact, self.value.on(day), lang)}"


@dataclass(frozen=True)
class Summed:
    """The sum of several counts against a bound."""

    bound: str
    names: tuple[str, ...]
    value: Dated[int]

    @property
    def facts(self) -> tuple[str, ...]:
        """What is counted."""
        return self.names

    def test(self, view: View) -> Bools:
        """Which claims have a sum on the right side of the bound."""
        total = sum((view.column(name) for name in self.names), np.zeros(view.n, dtype=np.int64))
        return np.asarray(BOUNDS[self.bound](total, self.value.on(view.value_day)), np.bool_)

    def say(self, book: FactBook, day: int, lang: str) -> str:
        """The test in words."""
        counted = (" 与 " if lang == "zh" else " plus ").join(_call(book[name], lang) for name in self.names)
        return f"{counted} {_WORDS[self.bound][lang == 'zh']} {self.value.on(day)}"


@dataclass(frozen=True)
class Amongst:
    """A fact that is one of some values."""

    fact: str
    values: tuple[Any, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The one fact."""
        return (self.fact,)

    def test(self, view: View) -> Bools:
        """Which claims have one of the values."""
        column = view.column(self.fact)
        held = np.asarray(column == self.values[0], np.bool_)
        for value in self.values[1:]:
            held |= column == value
        return held

    def say(self, book: FactBook, day: int, lang: str) -> str:
        """The test in words."""
        fact = book[self.fact]
        values = ("、" if lang == "zh" else " or ").join(fact.text(value) for value in self.values)
        return f"{_call(fact, lang)} {'为' if lang == 'zh' else 'is'} {values}"


@dataclass(frozen=True)
class Ratio:
    """A part against a share of a whole, by cross-multiplication; or a given share, where the parts are not known.

    ``whole`` lists facts, the first that is given counts. ``bands`` are (highest value of the whole or None, share):
    the first band that holds the whole counts.
    """

    bound: str
    part: str
    whole: tuple[str, ...]
    share: str | None
    bands: tuple[tuple[int | None, Fraction], ...] | None
    value: Dated[Fraction] | None

    @property
    def facts(self) -> tuple[str, ...]:
        """Part and whole, or the share in their place."""
        return (self.part, *self.whole, *((self.share,) if self.share else ()))

    def test(self, view: View) -> Bools:
        """Which claims are on the right side of the share."""
        if self.share is not None and view.given(view.book[self.share]) is not None:
            assert self.value is not None
            return np.asarray(
                BOUNDS[self.bound](view.column(self.share), _plain(self.value.on(view.value_day) * MILLION)), np.bool_
            )
        part, whole = view.column(self.part), view.first(self.whole)
        if self.value is not None:
            return _cross(self.bound, part, whole, self.value.on(view.value_day))
        held = np.zeros(view.n, dtype=np.bool_)
        left = np.ones(view.n, dtype=np.bool_)
        for highest, rate in self.bands or ():
            inside = left if highest is None else left & np.asarray(whole <= highest, np.bool_)
            held |= inside & _cross(self.bound, part, whole, rate)
            left = left & ~inside
        return held

    def say(self, book: FactBook, day: int, lang: str) -> str:
        """The test in words."""
        rates = [self.value.on(day)] if self.value else [rate for _, rate in self.bands or ()]
        shown = "/".join(f"{float(rate) * 100:g}%" for rate in rates)
        joiner, word = ("占", _WORDS[self.bound][1]) if lang == "zh" else ("over", _WORDS[self.bound][0])
        return f"{_call(book[self.part], lang)} {joiner} {_call(book[self.whole[0]], lang)} {word} {shown}"


def _cross(bound: str, part: NDArray[Any], whole: NDArray[Any], rate: Fraction) -> Bools:
    if part.dtype == object or whole.dtype == object:
        # Fractional areas and the like: exact, and only ever a handful.
        left, right = part.astype(object) * rate.denominator, whole.astype(object) * rate.numerator
        return np.asarray(BOUNDS[bound](left, right), np.bool_)
    if bound in ("at_least", "under"):
        reached = ratio_at_least(part, whole, rate)
        return reached if bound == "at_least" else ~reached
    passed = ratio_over(part, whole, rate)
    return passed if bound == "over" else ~passed


@dataclass(frozen=True)
class Elapsed:
    """Calendar time between two days, or a count of it where the days are not known."""

    since: str
    until: str | None
    counts: tuple[str, ...]
    unit: str
    bounds: tuple[tuple[str, int], ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The days, or the counts in their place."""
        return (*self.counts, self.since, *((self.until,) if self.until else ()))

    def test(self, view: View) -> Bools:
        """Which claims lie within the bounds; an anniversary completes a year."""
        start = view.given(view.book[self.since]) if self.since in view.book else None
        stop: Any = view.day
        if start is not None and self.until is not None:
            stop = view.given(view.book[self.until])
        held = np.ones(view.n, dtype=np.bool_)
        for bound, length in self.bounds:
            if start is None or stop is None:
                held &= np.asarray(BOUNDS[bound](view.first(self.counts), length), np.bool_)
            elif self.unit == "days":
                held &= BOUNDS[bound](stop, start + length)
            elif isinstance(stop, int):
                held &= _completed(bound, start, stop, self._months(length))
            else:
                held &= BOUNDS[bound](stop, add_months(start, self._months(length)))
        return held

    def _months(self, length: int) -> int:
        return 12 * length if self.unit == "years" else length

    def say(self, book: FactBook, day: int, lang: str) -> str:
        """The test in words."""
        unit = {"days": "天", "months": "个月", "years": "年"}[self.unit] if lang == "zh" else self.unit
        tests = [f"{_WORDS[bound][lang == 'zh']} {length} {unit}" for bound, length in self.bounds]
        return f"{_call(book[self.counts[0]], lang)} {(' and ' if lang == 'en' else '且').join(tests)}"


def _completed(bound: str, start: NDArray[Any], stop: int, months: int) -> Bools:
    """Compare one day with the anniversaries of many, by the latest start that has completed the months."""
    if bound in ("at_least", "under"):
        reached = np.asarray(start <= _latest_start(stop, months), np.bool_)
        return reached if bound == "at_least" else ~reached
    passed = np.asarray(start <= _latest_start(stop - 1, months), np.bool_)
    return passed if bound == "over" else ~passed


def _latest_start(day: int, months: int) -> int:
    """The last day whose date so many months later is not after a day; the month's end stands for longer months."""
    back = int(add_months(day, -months))
    if date_of(day + 1).day > 1:
        return back
    first = back - date_of(back).day + 1
    return int(add_months(first, 1)) - 1


def _call(fact: Fact, lang: str) -> str:
    return fact.zh if lang == "zh" else fact.en


def _amount(fact: Fact, value: Any, lang: str) -> str:
    if fact.type == "money":
        return f"{yuan_text(value)} {'元' if lang == 'zh' else 'yuan'}"
    return fact.text(value)


def _plain(value: Fraction) -> Any:
    return int(value) if value.denominator == 1 else value


def millionths(raw: Any) -> Any:
    """Read a rate as a fact of the type rate holds it."""
    return _plain(table.multiple(raw) * MILLION)


table.WRITERS[millionths] = as_millionths


def threshold(fact: Fact) -> Callable[[Any], Any]:
    """The reader of a bound on a fact."""
    if fact.type == "money":
        return table.money
    if fact.type == "rate":
        return millionths
    if fact.type == "day":
        return table.day
    return table.count


def read_leaf(source: Table, book: FactBook) -> Leaf | None:
    """Read the one test of a condition; a fault and None where there is none."""
    for bound in BOUNDS:
        if source.has(bound):
            return _read_compare(source, bound, bound, book)
    if source.has("used") or source.has("count"):
        return _read_counted(source, "used" if "used" in source.raw else "count", book)
    if source.has("is"):
        return _read_among(source, "is", book)
    if source.has("among"):
        return _read_among(source, "among", book)
    if source.has("ratio"):
        return _read_ratio(source, book)
    if source.has("elapsed"):
        return _read_elapsed(source, book)
    known = "at_least, at_most, over, under, is, among, ratio, elapsed, count, used, related, when, any_of"
    source.faults.add(source.where, f"tests nothing; a condition has one of {known}")
    return None


def _only(inner: Table) -> str | None:
    names = list(inner.raw)
    if len(names) != 1:
        inner.faults.add(inner.where, "must name one fact")
        return None
    return str(names[0])


def _fact(inner: Table, key: str, name: str | None, book: FactBook) -> Fact | None:
    if name is None:
        return None
    try:
        return book[name]
    except ValueError as error:
        inner.faults.add(f"{inner.where}.{key}", str(error))
        return None


def _read_compare(source: Table, key: str, bound: str, book: FactBook) -> Leaf | None:
    inner = source.table(key)
    assert inner is not None
    fact = _fact(inner, "", _only(inner), book)
    if fact is None:
        return None
    if fact.type in ("enum", "bool", "list"):
        inner.faults.add(inner.where, f'"{fact.name}" is {fact.type}: test it with is or among')
        return None
    value = inner.dated(next(iter(inner.raw)), threshold(fact))
    return None if value is None else Compare(bound, fact.name, value)


def _read_counted(source: Table, key: str, book: FactBook) -> Leaf | None:
    inner = source.table(key)
    assert inner is not None
    several = "facts" in inner.raw
    named = inner.get("facts", table.texts, ()) if several else (inner.get("fact", table.text),)
    facts = [_fact(inner, "facts" if several else "fact", name, book) for name in named]
    for bound in BOUNDS:
        if inner.has(bound):
            value = inner.dated(bound, table.count)
            inner.finish()
            counted = tuple(fact.name for fact in facts if fact is not None)
            if not counted or len(counted) < len(facts) or value is None:
                return None
            return Summed(bound, counted, value) if several else Compare(bound, counted[0], value)
    inner.faults.add(inner.where, f"needs one of {', '.join(BOUNDS)}")
    return None


def _read_among(source: Table, key: str, book: FactBook) -> Leaf | None:
    inner = source.table(key)
    assert inner is not None
    fact = _fact(inner, "", _only(inner), book)
    if fact is None:
        return None
    name = next(iter(inner.raw))

    def read(raw: Any) -> tuple[Any, ...]:
        words = raw if isinstance(raw, list) else [raw]
        if not words:
            raise ValueError("must name a value")
        return tuple(fact.parse(str(w).lower() if isinstance(w, bool) else str(w)) for w in words)

    values = inner.get(name, read)
    return None if values is None else Amongst(fact.name, values)


def _read_ratio(source: Table, book: FactBook) -> Leaf | None:
    inner = source.table("ratio")
    assert inner is not None
    part = _fact(inner, "part", inner.get("part", table.text), book)
    wholes = inner.get("whole", lambda raw: (raw,) if isinstance(raw, str) else table.texts(raw))
    whole = [_fact(inner, "whole", name, book) for name in wholes or ()]
    share_name = inner.get("share", table.text, None)
    share = _fact(inner, "share", share_name, book) if share_name else None
    bound = next((name for name in BOUNDS if inner.has(name)), None)
    if bound is None:
        inner.faults.add(inner.where, f"needs one of {', '.join(BOUNDS)}")
        return None
    value, bands = None, None
    if isinstance(inner.raw[bound], list):
        bands = tuple(
            (one.get("up_to", table.money, None), one.get("rate", table.multiple)) for one in inner.tables(bound)
        )
    else:
        value = inner.dated(bound, table.multiple)
    inner.finish()
    if part is None or not whole or None in whole or (value is None and bands is None):
        return None
    named = tuple(one.name for one in whole if one is not None)
    return Ratio(bound, part.name, named, share.name if share else None, bands, value)


def _read_elapsed(source: Table, book: FactBook) -> Leaf | None:
    inner = source.table("elapsed")
    assert inner is not None
    since = _fact(inner, "since", inner.get("since", table.text), book)
    until_name = inner.get("until", table.text, None)
    until = _fact(inner, "until", until_name, book) if until_name else None
    raw_counts = inner.get("counts", lambda raw: (raw,) if isinstance(raw, str) else table.texts(raw))
    counts = [_fact(inner, "counts", name, book) for name in raw_counts or ()]
    unit = inner.get("unit", table.one_of("days", "months", "years"))
    bounds = [(name, inner.get(name, table.count, unit=unit or "")) for name in BOUNDS if inner.has(name)]
    inner.finish()
    if since is None or not counts or None in counts or not bounds:
        return None
    names = tuple(one.name for one in counts if one is not None)
    return Elapsed(since.name, until.name if until else None, names, unit, tuple(bounds))
