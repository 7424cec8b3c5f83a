"""An amount measured by a tax deduction: so much of an outlay, at what deducting it would save."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fundflow.base.money import times
from fundflow.policy import table
from fundflow.policy.facts import FactBook
from fundflow.policy.table import Table
from fundflow.policy.values import Dated
from fundflow.policy.view import View

Fen = NDArray[np.int64]
VALUED = ("tax-saved", "in-full")


@dataclass(frozen=True)
class Deduction:
    """A further deduction of a part of an outlay.

    It is worth the tax that it saves, at the general rate or, where the fact ``reduced`` holds, at the reduced one;
    ``in_full`` pays the deducted part itself.
    """

    base: str
    rate: Dated[Fraction]
    tax: Dated[Fraction]
    reduced: str
    reduced_tax: Dated[Fraction]
    in_full: bool
    share: Fraction

    @property
    def facts(self) -> tuple[str, ...]:
        """The outlay, and whether the reduced rate holds."""
        return (self.base, self.reduced)

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """Outlay, and rate x outlay x tax rate."""
        base = np.maximum(view.column(self.base), 0)
        rate = self.rate.on(view.value_day) * self.share
        if self.in_full:
            return base, times(base, rate)
        low = np.asarray(view.column(self.reduced), np.bool_)
        general = times(base, rate * self.tax.on(view.value_day))
        return base, np.where(low, times(base, rate * self.reduced_tax.on(view.value_day)), general)


def read_deduction(source: Table, book: FactBook, share: Fraction) -> Deduction:
    """Read ``{ kind = "deduction", base, rate, tax_rate, reduced, reduced_tax_rate, valued }``."""

    def name(key: str) -> str:
        return source.get(key, lambda raw: book[table.text(raw)].name)

    return Deduction(
        base=name("base"),
        rate=source.dated("rate", table.rate),
        tax=source.dated("tax_rate", table.rate),
        reduced=name("reduced"),
        reduced_tax=source.dated("reduced_tax_rate", table.rate),
        in_full=source.get("valued", table.one_of(*VALUED), VALUED[0]) == VALUED[1],
        share=share,
    )
