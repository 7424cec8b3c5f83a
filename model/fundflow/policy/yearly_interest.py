"""Interest by years held, that begins only after some years."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import add_months, year_of
from fundflow.policy.facts import MILLION
from fundflow.policy.values import Dated
from fundflow.policy.view import View

Fen = NDArray[np.int64]
GROWTH = ("simple", "compound")


@dataclass(frozen=True)
class YearlyInterest:
    """Interest on a principal for the years past a number of them.

    ``years`` is a fact; where it is not given, the years run by the calendar from the day ``since`` to the event.
    ``compound`` growth adds interest to the principal at the end of each whole year, within a year it is simple.
    """

    principal: str
    rate: str
    multiple: Dated[Fraction]
    years: str
    since: str
    past: int
    growth: str
    share: Fraction

    @property
    def facts(self) -> tuple[str, ...]:
        """Principal, rate and years, or the day from which they run."""
        return (self.principal, self.rate, self.years, self.since)

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Principal and interest."""
        principal = np.maximum(view.column(self.principal), 0)
        factor = self.multiple.on(view.value_day) / MILLION
        rows = zip(principal.tolist(), view.column(self.rate).tolist(), self._years(view), strict=True)
        interest = [int(fen * self._growth(rate * factor, years) * self.share) for fen, rate, years in rows]
        return principal, np.array(interest, dtype=np.int64)

    def _years(self, view: View) -> list[Fraction]:
        start = view.given(view.book[self.since])
        if view.given(view.book[self.years]) is not None or start is None:
            held = view.column(self.years).tolist()
        else:
            stop = np.broadcast_to(np.asarray(view.day, np.int64), (view.n,))
            held = [years_between(*days) for days in zip(start.tolist(), stop.tolist(), strict=True)]
        return [max(Fraction(one) - self.past, Fraction(0)) for one in held]

    def _growth(self, rate: Any, years: Fraction) -> Any:
        return grown(rate, years, self.growth)


def grown(rate: Any, years: Fraction, growth: str) -> Any:
    """Interest on one after some years, simple or added to the principal at the end of each whole year."""
    if growth == "simple":
        return rate * years
    whole = years.numerator // years.denominator
    return (1 + rate) ** whole * (1 + rate * (years - whole)) - 1


def years_between(start: int, stop: int) -> Fraction:
    """Years by the calendar: whole ones to the last anniversary, then days over the days to the next one."""
    whole = year_of(stop) - year_of(start)
    if int(add_months(start, 12 * whole)) > stop:
        whole -= 1
    last, following = (int(add_months(start, 12 * (whole + more))) for more in (0, 1))
    return whole + Fraction(stop - last, following - last)
