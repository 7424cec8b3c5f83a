"""How much a claim is worth before any limit: a closed set of amount kinds.

Each kind gives a base and an amount, in fen, cut down once at the end of its formula (reading 2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fundflow.base.money import times
from fundflow.policy import table
from fundflow.policy.amounts_tax import read_deduction
from fundflow.policy.facts import MILLION, FactBook
from fundflow.policy.reviewed import Reviewed
from fundflow.policy.table import Table
from fundflow.policy.values import Dated
from fundflow.policy.view import View
from fundflow.policy.yearly_interest import GROWTH, YearlyInterest

Fen = NDArray[np.int64]
_LIMIT = 2**62


class Amount(Protocol):
    """An amount kind with its parameters."""

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that the formula reads."""

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Base and amount of each claim, shape (n,)."""


def product(columns: list[NDArray[Any]], factor: Fraction) -> Fen:
    """Multiply columns by an exact factor and cut down once, whatever the size of the intermediate product."""
    largest = max(abs(factor.numerator), 1)
    for column in columns:
        largest *= 1 if column.dtype == object or not column.size else max(int(np.abs(column).max()), 1)
    if largest < _LIMIT and all(column.dtype != object for column in columns):
        out = columns[0].astype(np.int64)
        for column in columns[1:]:
            out = out * column
        return np.asarray(out * factor.numerator // factor.denominator, np.int64)
    wide = columns[0].astype(object)
    for column in columns[1:]:
        wide = wide * column.astype(object)
    return np.array([int(value * factor.numerator // factor.denominator) for value in wide], dtype=np.int64)


def _zeros_up(values: Fen) -> Fen:
    # A falling R&D outlay has a negative increase; nothing is ever owed to the state for it.
    return np.maximum(values, 0)


@dataclass(frozen=True)
class Fixed:
    """The same amount for every claim; ``share`` is the part of a ceiling that is really paid."""

    amount: Dated[int]
    share: Fraction

    facts: tuple[str, ...] = ()

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """The amount, as base and as amount."""
        base = np.full(view.n, self.amount.on(view.value_day), dtype=np.int64)
        return base, times(base, self.share)


@dataclass(frozen=True)
class ByClass:
    """An amount by the value of an enum; nothing for values that are not listed."""

    by: str
    amounts: tuple[tuple[int, Dated[int]], ...]
    share: Fraction

    @property
    def facts(self) -> tuple[str, ...]:
        """The enum."""
        return (self.by,)

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """The amount of each claim's class."""
        column = view.column(self.by)
        base = np.zeros(view.n, dtype=np.int64)
        for code, amount in self.amounts:
            base[np.asarray(column == code, np.bool_)] = amount.on(view.value_day)
        return base, times(base, self.share)


@dataclass(frozen=True)
class Rate:
    """A rate of a base that may have a limit of its own; ``of`` names the instrument whose payments are the base."""

    base: str
    rate: Dated[Fraction]
    limit: Dated[int] | None
    share: Fraction
    of: str = ""

    @property
    def facts(self) -> tuple[str, ...]:
        """The base."""
        return (self.base,)

    def own_rate(self, day: int) -> Fraction:
        """The rate of a day, with the part of a ceiling that is really paid."""
        return self.rate.on(day) * self.share

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Base and rate times base."""
        base = _zeros_up(_limited(view.column(self.base), self.limit, view))
        return base, times(base, self.own_rate(view.value_day))


def _limited(base: Fen, limit: Dated[int] | None, view: View) -> Fen:
    return base if limit is None else np.minimum(base, limit.on(view.value_day))


@dataclass(frozen=True)
class RateByBand:
    """One rate for the whole base, by the band in which it lies: (lowest base, rate), rising."""

    base: str
    bands: tuple[tuple[int, Fraction], ...]
    share: Fraction

    @property
    def facts(self) -> tuple[str, ...]:
        """The base."""
        return (self.base,)

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Base, and the rate of its band times the base; nothing below the first band."""
        base = _zeros_up(view.column(self.base))
        amount = np.zeros(view.n, dtype=np.int64)
        for lowest, rate in self.bands:
            amount = np.where(base >= lowest, times(base, rate * self.share), amount)
        return base, amount


@dataclass(frozen=True)
class PerUnit:
    """An amount for each unit; ``group`` and ``most`` limit the units to so many for each of something else."""

    units: tuple[str, ...]
    amount: Dated[int]
    share: Fraction
    group: str | None
    most: int

    @property
    def facts(self) -> tuple[str, ...]:
        """What is counted."""
        return self.units + ((self.group,) if self.group else ())

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Units (as base) and their amount."""
        units = sum((view.column(name).astype(np.int64) for name in self.units), np.zeros(view.n, dtype=np.int64))
        if self.group is not None:
            groups = view.given(view.book[self.group])
            if groups is not None:
                units = np.minimum(units, groups * self.most)
        return units, product([units], self.amount.on(view.value_day) * self.share)


@dataclass(frozen=True)
class Interest:
    """Interest on a principal: principal x yearly rate x multiple x days / day base.

    Days may count only up to, or only past, some day. Where no days are asked for, the whole year counts.
    """

    principal: str
    rate: str
    multiple: Dated[Fraction]
    limit: Dated[int] | None
    days: str | None
    up_to: int | None
    past: int | None
    day_base: int
    base_fact: str | None
    share: Fraction

    @property
    def facts(self) -> tuple[str, ...]:
        """Principal, rate and days."""
        extra = [name for name in (self.days, self.base_fact) if name]
        return (self.principal, self.rate, *extra)

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Principal and interest."""
        principal = _zeros_up(_limited(view.column(self.principal), self.limit, view))
        factor = self.multiple.on(view.value_day) * self.share / MILLION
        rate = view.column(self.rate)
        if self.days is None:
            return principal, product([principal, rate], factor)
        days = view.column(self.days)
        if self.past is not None:
            days = np.maximum(days - self.past, 0)
        if self.up_to is not None:
            days = np.minimum(days, self.up_to)
        given = None if self.base_fact is None else view.given(view.book[self.base_fact])
        if given is None:
            return principal, product([principal, rate, days], factor / self.day_base)
        amount = np.zeros(view.n, dtype=np.int64)
        for base in np.unique(np.maximum(given, 1)):
            rows = np.maximum(given, 1) == base
            amount[rows] = product([principal[rows], rate[rows], days[rows]], factor / int(base))
        return principal, amount


@dataclass(frozen=True)
class Difference:
    """What is left of a base after a share of it was paid before."""

    base: str
    limit: Dated[int] | None
    minus: Dated[Fraction]
    share: Fraction

    @property
    def facts(self) -> tuple[str, ...]:
        """The base."""
        return (self.base,)

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Base, and base less the share already paid (which was cut down)."""
        base = _zeros_up(_limited(view.column(self.base), self.limit, view))
        return base, times(base - times(base, self.minus.on(view.value_day)), self.share)


@dataclass(frozen=True)
class Spread:
    """A sum that the law prints for several years, in equal yearly parts."""

    amount: Dated[int]
    years: int
    share: Fraction

    facts: tuple[str, ...] = ()

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """The whole sum, and the part of one year."""
        base = np.full(view.n, self.amount.on(view.value_day), dtype=np.int64)
        return base, times(base, self.share / self.years)


@dataclass(frozen=True)
class ForEach:
    """An amount of any kind, for each of so many: heads of a group that claims as one, stations of one owner."""

    each: Amount
    times: str

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of the amount and the number."""
        return (*self.each.facts, self.times)

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Base and amount of one, multiplied."""
        base, amount = self.each.compute(view)
        number = view.column(self.times)
        return product([base, number], Fraction(1)), product([amount, number], Fraction(1))


@dataclass(frozen=True)
class Bundle:
    """Several amounts that are paid together."""

    parts: tuple[Amount, ...]

    @property
    def facts(self) -> tuple[str, ...]:
        """The facts of all parts."""
        return tuple(dict.fromkeys(name for part in self.parts for name in part.facts))

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Sums of bases and of amounts."""
        pairs = [part.compute(view) for part in self.parts]
        none = np.zeros(view.n, dtype=np.int64)
        return sum((base for base, _ in pairs), none), sum((amount for _, amount in pairs), none)


def read_amount(source: Table, book: FactBook, discretion: Fraction) -> Amount | None:
    """Read the table ``amount``; None after a fault."""
    kind = source.get("kind", table.one_of(*_KINDS))
    if kind is None:
        return None
    # 不超过 and 最高 are ceilings: what is really paid is a share of them (reading 1).
    ceiling = source.get("ceiling", table.flag, False)
    share = source.get("discretion", table.rate, discretion) if ceiling else Fraction(1)
    before = len(source.faults.found)
    source.get("range", lambda raw: [table.multiple(one) for one in raw], None)
    amount = _KINDS[kind](source, book, share)
    if source.has("times"):
        amount = ForEach(amount, _name(source, "times", book))
    source.finish()
    return amount if len(source.faults.found) == before else None


def _name(source: Table, key: str, book: FactBook) -> str:
    return source.get(key, lambda raw: book[table.text(raw)].name)


def _fixed(source: Table, book: FactBook, share: Fraction) -> Amount:
    return Fixed(source.dated("amount", table.money), share)


def _range(source: Table, book: FactBook, share: Fraction) -> Amount:
    return Fixed(source.dated("ceiling_amount", table.money), source.get("discretion", table.rate, Fraction(1)))


def _spread(source: Table, book: FactBook, share: Fraction) -> Amount:
    years = source.get("years", table.count)
    if years == 0:
        source.fault("years", "must be one or more")
    return Spread(source.dated("amount", table.money), years or 1, share)


def _reviewed(source: Table, book: FactBook, share: Fraction) -> Amount:
    least, most = source.dated("least", table.money), source.dated("most", table.money)
    return Reviewed(_name(source, "granted", book), least, most, share)


def _by_class(source: Table, book: FactBook, share: Fraction) -> Amount:
    by = _name(source, "by", book)
    inner = source.table("amounts", required=True)
    amounts = []
    if by is not None and inner is not None:
        for word in inner.raw:
            try:
                amounts.append((book[by].code(word), inner.dated(word, table.money)))
            except ValueError as error:
                inner.faults.add(f"{inner.where}.{word}", str(error))
    return ByClass(by, tuple(amounts), share)


def _rate(source: Table, book: FactBook, share: Fraction) -> Amount:
    of = source.get("of", table.text) if source.raw.get("kind") == "share_of" else ""
    limit = source.dated("base_limit", table.money, None)
    return Rate(_name(source, "base", book), source.dated("rate", table.rate), limit, share, of or "")


def _rate_by_band(source: Table, book: FactBook, share: Fraction) -> Amount:
    bands = tuple((one.get("from", table.money), one.get("rate", table.rate)) for one in source.tables("bands"))
    return RateByBand(_name(source, "base", book), bands, share)


def _per_unit(source: Table, book: FactBook, share: Fraction) -> Amount:
    units = source.get("units", lambda raw: tuple(book[name].name for name in table.texts(raw)))
    limit = source.table("most_for_each")
    group, most = None, 0
    if limit is not None:
        group, most = _name(limit, "fact", book), limit.get("units", table.count)
        limit.finish()
    return PerUnit(units, source.dated("amount", table.money), share, group, most)


def _interest(source: Table, book: FactBook, share: Fraction) -> Amount:
    if "years" in source.raw:
        return YearlyInterest(
            principal=_name(source, "principal", book),
            rate=_name(source, "rate_fact", book),
            multiple=source.dated("multiple", table.multiple),
            years=_name(source, "years", book),
            since=_name(source, "since", book),
            past=max(source.get("from_year", table.count, 1) - 1, 0),
            growth=source.get("growth", table.one_of(*GROWTH), "simple"),
            share=share,
        )
    days = _name(source, "days", book) if "days" in source.raw else None
    base_fact = _name(source, "day_base_fact", book) if "day_base_fact" in source.raw else None
    return Interest(
        principal=_name(source, "principal", book),
        rate=_name(source, "rate_fact", book),
        multiple=source.dated("multiple", table.multiple),
        limit=source.dated("principal_limit", table.money, None),
        days=days,
        up_to=source.get("days_up_to", table.count, None),
        past=source.get("days_past", table.count, None),
        day_base=source.get("day_base", table.count, 360) or 360,
        base_fact=base_fact,
        share=share,
    )


def _difference(source: Table, book: FactBook, share: Fraction) -> Amount:
    limit = source.dated("base_limit", table.money, None)
    return Difference(_name(source, "base", book), limit, source.dated("minus", table.rate), share)


def _bundle(source: Table, book: FactBook, share: Fraction) -> Amount:
    parts = [read_amount(one, book, share) for one in source.tables("parts")]
    return Bundle(tuple(part for part in parts if part is not None))


_KINDS: dict[str, Callable[[Table, FactBook, Fraction], Amount]] = {
    "fixed": _fixed, "by_class": _by_class, "rate": _rate, "rate_by_band": _rate_by_band, "per_unit": _per_unit,
    "matching": _rate, "share_of": _rate, "interest": _interest, "difference": _difference, "range": _range,
    "bundle": _bundle, "reviewed": _reviewed, "deduction": read_deduction, "spread": _spread,
}  # fmt: skip
