"""Means over replications with their Monte Carlo error, and what that error lets one say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

LEVEL = 0.95
"""Confidence of the interval of a mean."""


@dataclass(frozen=True)
class Estimate:
    """A mean over replications.

    Attributes
    ----------
    mean, deviation
        Of the replications, in the unit that was given.
    low, high
        Interval of the mean by Student's t, at the confidence ``LEVEL``; the mean itself where nothing varies, and
        infinite with a single replication that may vary.
    n
        Number of replications.
    """

    mean: float
    deviation: float
    low: float
    high: float
    n: int

    @property
    def half_width(self) -> float:
        """Half of the interval: the Monte Carlo error."""
        return (self.high - self.low) / 2

    @property
    def distinct(self) -> bool:
        """Whether the interval leaves zero out."""
        return self.low > 0 or self.high < 0

    @property
    def certainly_zero(self) -> bool:
        """Whether every replication gave exactly zero."""
        return self.mean == 0 and self.deviation == 0

    def enough(self) -> int | None:
        """How many replications would tell this mean from zero, about; None where it is zero or already told."""
        if self.mean == 0 or self.distinct or not np.isfinite(self.half_width):
            return None
        factor = float(stats.norm.ppf((1 + LEVEL) / 2))
        needed = max(int(np.ceil((factor * self.deviation / self.mean) ** 2)), 2)
        # Student's t is wider than the normal distribution where replications are few.
        while stats.t.ppf((1 + LEVEL) / 2, needed - 1) * self.deviation >= abs(self.mean) * np.sqrt(needed):
            needed += 1
        digits: int = 10 ** max(len(str(needed)) - 2, 0)
        return max(-(-needed // digits) * digits, self.n + 1)

    def words(self, lang: str = "zh") -> str:
        """What noise lets one say of a difference; empty where it is told from zero."""
        if self.distinct:
            return ""
        if self.certainly_zero:
            return "各次模拟均为零" if lang == "zh" else "exactly zero in every replication"
        if self.n < 2:
            return "只有一次模拟，无法判断" if lang == "zh" else "a single replication cannot tell"
        enough = self.enough()
        if lang == "zh":
            more = f"，约需 {enough:,} 次" if enough else ""
            return f"{self.n} 次模拟下与零无法区分{more}"
        more = f"; about {enough:,} would do" if enough else ""
        return f"not distinguishable from zero at {self.n} replications{more}"


def estimate(values: Any) -> Estimate:
    """Mean of one value a replication, with its interval.

    Parameters
    ----------
    values
        Shape (replications,); at least one.

    Raises
    ------
    ValueError
        If there is no replication.
    """
    data: NDArray[np.float64] = np.asarray(values, np.float64)
    n = len(data)
    if not n:
        raise ValueError("a mean needs at least one replication")
    mean = float(data.mean())
    if n == 1:
        return Estimate(mean, 0.0, -np.inf, np.inf, 1)
    deviation = float(data.std(ddof=1))
    half = float(stats.t.ppf((1 + LEVEL) / 2, n - 1)) * deviation / float(np.sqrt(n))
    return Estimate(mean, deviation, mean - half, mean + half, n)
