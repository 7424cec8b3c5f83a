"""What changes an amount besides caps: factors under conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.money import times
from fundflow.policy import table
from fundflow.policy.caps import Reduced, reduced
from fundflow.policy.conditions import Condition, read_conditions, reading_holds
from fundflow.policy.facts import FactBook
from fundflow.policy.outcome import Reason
from fundflow.policy.table import Table
from fundflow.policy.values import Dated
from fundflow.policy.view import View

Fen = NDArray[np.int64]


@dataclass(frozen=True)
class Factor:
    """A share that is left of an amount where all conditions of ``when`` hold."""

    factor: Dated[Fraction]
    when: tuple[Condition, ...]
    before_caps: bool
    clause: str

    def apply(self, amount: Fen, view: View) -> Reduced:
        """Multiply where it applies, and cut down again."""
        struck = np.ones(view.n, dtype=np.bool_)
        for condition in self.when:
            struck &= condition.test(view)
        left = times(amount, self.factor.on(view.value_day))
        return reduced(amount, np.where(struck, left, amount), Reason.HALVED)


def apply_factors(amount: Fen, factors: tuple[Factor, ...], view: View) -> Reduced:
    """Apply factors in their order."""
    reason = np.zeros(len(amount), dtype=np.int8)
    for factor in factors:
        step = factor.apply(amount, view)
        reason = np.where(step.reason > 0, step.reason, reason).astype(np.int8)
        amount = step.amount
    return Reduced(amount, reason)


def read_factors(source: Table, book: FactBook, readings: Mapping[str, Any]) -> tuple[Factor, ...]:
    """Read the list ``modifiers``."""
    found = []
    for one in source.tables("modifiers"):
        counts = reading_holds(one, readings)
        factor = Factor(
            one.dated("factor", table.rate),
            read_conditions(one, "when", book, readings),
            one.get("before_caps", table.flag, False),
            one.get("clause", table.text, ""),
        )
        one.finish()
        if counts:
            found.append(factor)
    return tuple(found)
