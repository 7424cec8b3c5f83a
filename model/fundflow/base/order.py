"""What an ordered sample says: quantiles with their intervals, bands, and the interval of a share.

Every bound is a value that was observed. The ranks assume no shape: of ``n`` exchangeable values and
one more, the new one lies under the k-th smallest with probability k / (n + 1); and the number of values under a
quantile is binomial (David and Nagaraja 2003, "Order Statistics", section 7.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor, log
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEVEL = 0.95
"""Confidence of the intervals."""


@dataclass(frozen=True)
class Quantile:
    """A quantile of a sample.

    Attributes
    ----------
    value
        An observed value; None where the sample is too small to hold the quantile.
    low, high
        Interval at the confidence ``LEVEL``; None where the sample has no such bound.
    needed
        The least sample that has all three.
    """

    share: float
    value: int | None
    low: int | None
    high: int | None
    needed: int


@dataclass(frozen=True)
class Share:
    """How many of ``n`` did something, with the interval of the probability at the confidence ``LEVEL``."""

    count: int
    n: int
    low: float
    high: float

    @property
    def value(self) -> float:
        """The share."""
        return self.count / self.n


def upper_rank(n: int, share: float) -> int:
    """Rank, from 1, under which one more value lies with at least the probability ``share``; n + 1 if none."""
    return ceil((n + 1) * _exact(share))


def lower_rank(n: int, share: float) -> int:
    """Rank, from 1, under which one more value lies with at most the probability ``share``; 0 where there is none."""
    return floor((n + 1) * _exact(share))


def place_of(n: int, share: float) -> int:
    """Place, from 0, of a quantile in an ordered sample: the middle, or outwards so that a band holds its share.

    Where the sample is too small for the quantile it is the extreme.
    """
    if share == 0.5:
        return n // 2  # the upper of two middles, as `upper_rank` has it
    rank = lower_rank(n, share) if share < 0.5 else upper_rank(n, share)
    return min(max(rank, 1), n) - 1


def least_for(share: float) -> int:
    """The least sample that holds a band of this content: one more value lies in it with that probability."""
    return ceil(2 / (1 - _exact(share))) - 1


def band(paths: Any, share: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Bounds between which one more value lies with at least the probability ``share``, column by column.

    Parameters
    ----------
    paths
        Shape (replications, cells).

    Raises
    ------
    ValueError
        If there are fewer replications than ``least_for(share)``.
    """
    ordered = np.sort(np.asarray(paths), axis=0)
    n = len(ordered)
    if n < least_for(share):
        raise ValueError(f"a band of {share:.0%} needs at least {least_for(share)} replications, not {n}")
    tail = (1 - _exact(share)) / 2
    return ordered[floor((n + 1) * tail) - 1], ordered[ceil((n + 1) * (1 - tail)) - 1]


def band_error(paths: Any, share: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Half widths of the intervals of a band's two edges, column by column; infinite where one has no bound.

    Parameters
    ----------
    paths
        Shape (replications, cells).
    """
    ordered = np.sort(np.asarray(paths), axis=0)
    halves = []
    for edge in ((1 - share) / 2, (1 + share) / 2):
        low, high = _interval_ranks(len(ordered), edge)
        if low < 1 or high > len(ordered):
            halves.append(np.full(ordered.shape[1:], np.inf))
        else:
            halves.append((ordered[high - 1] - ordered[low - 1]) / 2.0)
    return halves[0], halves[1]


def quantile(values: Any, share: float) -> Quantile:
    """The value that one more outcome keeps with at least the probability ``share``, with the interval of the quantile.

    Parameters
    ----------
    values
        Whole numbers, shape (replications,).
    share
        Between 0 and 1; the amount that is enough in this share of cases.
    """
    ordered = np.sort(np.asarray(values))
    n = len(ordered)
    rank = upper_rank(n, share)
    low, high = _interval_ranks(n, share)

    def at(place: int) -> int | None:
        return int(ordered[place - 1]) if 1 <= place <= n else None

    return Quantile(share, at(rank), at(low), at(high), _needed(share))


def share_of(count: int, n: int) -> Share:
    """The share with Clopper and Pearson's interval, which covers at least at its rate.

    Raises
    ------
    ValueError
        If ``n`` is zero.
    """
    if n < 1:
        raise ValueError("a share needs at least one replication")
    from scipy.stats import binomtest

    found = binomtest(count, n).proportion_ci(confidence_level=LEVEL, method="exact")
    return Share(count, n, float(found.low), float(found.high))


def _interval_ranks(n: int, share: float) -> tuple[int, int]:
    """Ranks between which the quantile lies: as many values are under it as a binomial number says."""
    from scipy.stats import binom

    tail = (1 - LEVEL) / 2
    return int(binom.ppf(tail, n, share)), int(binom.ppf(1 - tail, n, share)) + 1


def _needed(share: float) -> int:
    """The least sample with a value above and one under the quantile at the confidence of the interval."""
    rare = min(share, 1 - share)
    return ceil(log((1 - LEVEL) / 2) / log(1 - rare))


def _exact(share: float) -> Fraction:
    """A share as written: 0.95 is 19/20, so that a rank does not hang on the last bit."""
    return Fraction(repr(share))
