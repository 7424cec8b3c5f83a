"""Which value of a key meets a wish: a search on a grid of values, every point run with the same draws."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from fundflow.experiment.estimate import estimate
from fundflow.experiment.target import Level, Target


@dataclass(frozen=True)
class Point:
    """A value that was tried: its place on the grid, the value, fen by replication, and what they say."""

    step: int
    value: Decimal
    fen: NDArray[np.int64]
    level: Level


@dataclass(frozen=True)
class Solution:
    """What the search found.

    Attributes
    ----------
    points
        All that was tried, by value.
    answer
        The value nearest to the bound that meets the wish; for an equality the nearest value; None where there is
        none.
    low, high
        Interval of the value at which the wish begins to fail: where the ends of the 95 % interval of the statistic
        cross the amount, read off between the points; None where an end lies outside the range.
    why
        ``found``, ``never`` (no value of the range meets the wish), ``always`` (all do) or ``both ways`` (the total
        rises in one part of the range and falls in another).
    """

    points: tuple[Point, ...]
    answer: Point | None
    low: float | None
    high: float | None
    why: str


def grid_of(low: Decimal, high: Decimal, steps: int, whole: bool) -> list[Decimal]:
    """Even values from ``low`` to ``high``; whole numbers where the key takes no others."""
    if whole:
        steps = min(steps, int(high - low))
        return sorted({low + round((high - low) * i / steps) for i in range(steps + 1)})
    return [round(low + (high - low) * i / steps, 12) for i in range(steps + 1)]


def solve(target: Target, grid: Sequence[Decimal], run: Callable[[Decimal], NDArray[np.int64]]) -> Solution:
    """Search the grid for the bound of the wish.

    The ends and the middle are run first; then the bracket is narrowed by the secant through its ends, held in its
    inner part so that it shrinks at every step, until its ends are neighbours on the grid.

    Parameters
    ----------
    grid
        Values in rising order, at least two.
    run
        Total by replication in fen at a value, shape (replications,); the same replications each time.
    """
    tried: dict[int, Point] = {}

    def at(step: int) -> Point:
        if step not in tried:
            fen = run(grid[step])
            tried[step] = Point(step, grid[step], fen, target.level(fen))
        return tried[step]

    last = len(grid) - 1
    below, above = at(0), at(last)
    if last > 1:
        middle = at(last // 2)
        if _turns([below, middle, above]):
            return _ended(tried, None, target, "both ways")
        if target.met(middle.level) == target.met(below.level):
            below, above = middle, above
        else:
            above = middle
    if target.met(below.level) == target.met(above.level):
        return _all_or_none(tried, target)
    while above.step - below.step > 1:
        span, gap = above.step - below.step, above.level.value - below.level.value
        part = (target.fen - below.level.value) / gap if gap else 0.5
        inner = min(max(part, 0.1), 0.9)  # a secant may creep along one end
        step = below.step + min(max(round(inner * span), 1), span - 1)
        new = at(step)
        if target.met(new.level) == target.met(below.level):
            below = new
        else:
            above = new
    if _turns(sorted(tried.values(), key=lambda one: one.step)):
        return _ended(tried, None, target, "both ways")
    meeting = below if target.met(below.level) else above
    if target.sign == "=":
        meeting = min(below, above, key=lambda one: abs(one.level.value - target.fen))
    return _ended(tried, meeting, target, "found")


def _all_or_none(tried: dict[int, Point], target: Target) -> Solution:
    """Both ends are on one side: either nothing binds, or nothing does."""
    points = list(tried.values())
    nearest = min(points, key=lambda one: abs(one.level.value - target.fen))
    if target.sign != "=" and target.met(points[0].level):
        return _ended(tried, nearest, target, "always")
    return _ended(tried, None, target, "never")


def _turns(points: Sequence[Point]) -> bool:
    """Whether the mean certainly rises between two points and certainly falls between two others."""
    moves = [estimate(b.fen - a.fen) for a, b in zip(points, points[1:], strict=False)]
    return any(one.low > 0 for one in moves) and any(one.high < 0 for one in moves)


def _ended(tried: dict[int, Point], answer: Point | None, target: Target, why: str) -> Solution:
    points = tuple(sorted(tried.values(), key=lambda one: one.step))
    if why != "found":
        return Solution(points, answer, None, None, why)
    found = [_crossing(points, [getattr(one.level, end) for one in points], target.fen) for end in ("low", "high")]
    rising = points[-1].level.value >= points[0].level.value
    # Of a rising total the upper end of the interval crosses first.
    first, second = (found[1], found[0]) if rising else (found[0], found[1])
    return Solution(points, answer, first, second, why)


def _crossing(points: Sequence[Point], curve: Sequence[float], amount: int) -> float | None:
    """Where a curve through the points crosses an amount, by straight lines; None outside or where it is infinite."""
    for (a, b), (left, right) in zip(
        zip(points, points[1:], strict=False), zip(curve, curve[1:], strict=False), strict=True
    ):
        if np.isfinite([left, right]).all() and min(left, right) <= amount <= max(left, right):
            part = (amount - left) / (right - left) if right != left else 0.0
            return float(a.value) + part * float(b.value - a.value)
    return None
