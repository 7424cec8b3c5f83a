"""An amount that a review sets between two printed bounds, such as 5 to 20 万元."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from fundflow.base.money import times
from fundflow.policy.values import Dated
from fundflow.policy.view import View

Fen = NDArray[np.int64]


@dataclass(frozen=True)
class Reviewed:
    """What the review set, kept within the bounds.

    Where no review is known, the upper bound times ``share`` (reading 1) stands in for it; it never falls under the
    lower bound, which the text prints as well.
    """

    granted: str
    least: Dated[int]
    most: Dated[int]
    share: Fraction

    @property
    def facts(self) -> tuple[str, ...]:
        """What the review set."""
        return (self.granted,)

    def compute(self, view: View) -> tuple[Fen, Fen]:
        """The amount within its bounds, as base and as amount."""
        low, high = self.least.on(view.value_day), self.most.on(view.value_day)
        granted = view.given(view.book[self.granted])
        if granted is None:
            granted = times(np.full(view.n, high, dtype=np.int64), self.share)
        amount = np.clip(np.asarray(granted, np.int64), low, high)
        return amount, amount
