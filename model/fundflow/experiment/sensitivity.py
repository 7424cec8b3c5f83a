"""Which numbers move a total: one at a time (tornado), in steps all over their ranges (Morris), as shares (Sobol).

The draws are the same at every point, so a number that does nothing gives exactly zero; what a few replications
cannot tell from zero is called so. Sampling plans and indices are those of SALib.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from fundflow.experiment.estimate import LEVEL, Estimate, estimate
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.varying import number_of, written

LEVELS_OF_MORRIS = 4
"""Grid levels of a Morris trajectory: a step is two thirds of the range (Morris 1991: p / (2 (p - 1)))."""
Run = Callable[[Sequence[tuple[str, ...]]], list[NDArray[np.int64]]]
"""From points (one written value a factor) to totals by replication in fen, shape (replications,) each."""


@dataclass(frozen=True)
class Factor:
    """A number of the scenario with the range that is searched; ``base`` is None where nothing is known of it."""

    key: str
    low: Decimal
    high: Decimal
    base: Decimal | None
    unit: str = ""

    def at(self, part: float) -> str:
        """The value at a part of the range, as it is written in a scenario."""
        value = self.low + (self.high - self.low) * Decimal(repr(float(part)))
        return written(value, self.unit)


@dataclass(frozen=True)
class Swing:
    """A factor at its ends, the others as they are: paired differences in fen."""

    factor: Factor
    down: Estimate
    up: Estimate
    swing: Estimate


@dataclass(frozen=True)
class Effect:
    """Elementary effects of a factor over its whole range, in fen.

    Attributes
    ----------
    mu_star, confidence
        Mean of the absolute effects (Campolongo, Cariboni and Saltelli 2007) and the half-width of its 95 % interval.
    mu, sigma
        Mean and deviation of the effects: a deviation near ``mu_star`` means that others or its own level matter.
    floor
        What ``mu_star`` would be of a factor that does nothing but is met by as much luck, at 95 %.
    """

    factor: Factor
    mu_star: float
    confidence: float
    mu: float
    sigma: float
    floor: float

    @property
    def told(self) -> bool:
        """Whether the effect stands above the noise."""
        return self.mu_star > self.floor


@dataclass(frozen=True)
class Share:
    """Shares of the variance over the ranges: of the factor alone and with all that it acts through."""

    factor: Factor
    first: float
    first_confidence: float
    total: float
    total_confidence: float
    noise: float

    @property
    def told(self) -> bool:
        """Whether the share stands above its own error and above what luck adds to the variance."""
        return self.total > max(self.total_confidence, self.noise)


def tornado(factors: Sequence[Factor], run: Run, base: Callable[[], NDArray[np.int64]]) -> list[Swing]:
    """Each factor at both ends of its range, the others as they are; largest swing first.

    Parameters
    ----------
    run
        Is given points with one value other than None; the others stay as the scenario has them.
    base
        Totals with nothing changed.
    """
    points = []
    for number, _ in enumerate(factors):
        for end in (0.0, 1.0):
            points.append(tuple(one.at(end) if i == number else "" for i, one in enumerate(factors)))
    middle, totals = base(), run(points)
    found = [
        Swing(factor, estimate(low - middle), estimate(high - middle), estimate(high - low))
        for factor, low, high in zip(factors, totals[::2], totals[1::2], strict=True)
    ]
    return sorted(found, key=lambda one: -abs(one.swing.mean))


def morris(factors: Sequence[Factor], run: Run, trajectories: int, seed: int) -> list[Effect]:
    """Elementary effects along random trajectories, by SALib; largest first.

    The floor of a factor uses the error of each of its effects that luck leaves, se: a factor without effect would
    show the mean of r half-normal values, se sqrt(2 / pi), with the deviation se sqrt((1 - 2 / pi) / r).
    """
    from SALib.analyze import morris as analysis
    from SALib.sample import morris as plan

    problem = problem_of(factors)
    x = plan.sample(problem, trajectories, num_levels=LEVELS_OF_MORRIS, seed=seed)
    totals = run([tuple(f.at(part) for f, part in zip(factors, row, strict=True)) for row in x])
    y = np.array([float(one.mean()) for one in totals])
    found = analysis.analyze(problem, x, y, num_levels=LEVELS_OF_MORRIS, conf_level=LEVEL, seed=seed)
    errors: list[list[float]] = [[] for _ in factors]
    for i in range(len(x) - 1):
        moved = np.flatnonzero(x[i] != x[i + 1])
        if len(moved) == 1:  # within a trajectory one factor moves; between two, several may
            step = abs(float(x[i + 1][moved[0]] - x[i][moved[0]]))
            errors[moved[0]].append(_error(totals[i + 1] - totals[i]) / step)
    effects = [
        Effect(
            factor, float(found["mu_star"][i]), float(found["mu_star_conf"][i]), float(found["mu"][i]),
            float(found["sigma"][i]), _floor(errors[i]),
        )
        for i, factor in enumerate(factors)
    ]  # fmt: skip
    return sorted(effects, key=lambda one: -one.mu_star)


def sobol(factors: Sequence[Factor], run: Run, points: int, seed: int) -> list[Share]:
    """First-order and total shares of the variance by Saltelli's plan, by SALib; largest total share first.

    ``noise`` is the part of the variance over the points that the luck of the few replications of each explains.
    """
    from SALib.analyze import sobol as analysis
    from SALib.sample import sobol as plan

    problem = problem_of(factors)
    x = plan.sample(problem, points, calc_second_order=False, seed=seed)
    totals = run([tuple(f.at(part) for f, part in zip(factors, row, strict=True)) for row in x])
    y = np.array([float(one.mean()) for one in totals])
    if float(np.ptp(y)) == 0:
        return [Share(factor, 0.0, 0.0, 0.0, 0.0, 0.0) for factor in factors]
    found = analysis.analyze(problem, y, calc_second_order=False, conf_level=LEVEL, seed=seed)
    # All points share their draws: what counts is the luck of a difference of two of them.
    between = [_error(b - a) ** 2 for a, b in zip(totals, totals[1:], strict=False)]
    noise = float(np.mean(between)) / 2 / float(np.var(y))
    shares = [
        Share(
            factor, float(found["S1"][i]), float(found["S1_conf"][i]), float(found["ST"][i]),
            float(found["ST_conf"][i]), noise,
        )
        for i, factor in enumerate(factors)
    ]  # fmt: skip
    return sorted(shares, key=lambda one: -one.total)


def problem_of(factors: Sequence[Factor]) -> dict[str, Any]:
    """The factors as SALib wants them: all on [0, 1], so that effects are those of the whole range."""
    return {"num_vars": len(factors), "names": [one.key for one in factors], "bounds": [[0.0, 1.0]] * len(factors)}


def _error(fen: NDArray[np.int64]) -> float:
    """Standard error of a mean; zero where a single replication cannot tell."""
    n = len(fen)
    return float(fen.astype(np.float64).std(ddof=1)) / float(np.sqrt(n)) if n > 1 else 0.0


def _floor(errors: Sequence[float]) -> float:
    if not errors:
        return 0.0
    r, se = len(errors), float(np.mean(errors))
    half = float(stats.norm.ppf(LEVEL)) * float(np.sqrt((1 - 2 / np.pi) / r))
    return se * (float(np.sqrt(2 / np.pi)) + half)


def ranged(tables: dict[str, Any], prefix: str = "economy") -> list[Factor]:
    """Every number of the economy that has a range of its own, in the order of the scenario."""
    found = []
    for name, given in tables[prefix].items():
        if isinstance(given, dict) and {"value", "low", "high"} <= set(given) and given["low"] != given["high"]:
            ends = [given[one] for one in ("low", "value", "high")]
            if all(isinstance(one, int | float) for one in ends):
                low, value, high = (Decimal(str(one)) for one in ends)
                found.append(Factor(f"{prefix}.{name}", low, high, value))
    return found


def read_factor(text: str, known: dict[str, Factor]) -> Factor:
    """Read ``KEY`` (a number with a range) or ``KEY=low:high``.

    Raises
    ------
    Refused
        With the nearest key.
    """
    from fundflow.scenario.faults import nearest

    key, sign, ends = text.partition("=")
    key = key.strip()
    if not sign:
        for name in (key, f"economy.{key}"):
            if name in known:
                return known[name]
        raise Refused(f"--parameters {text}: no number with a range of that name{nearest(key, known)}; "
                      "give others as KEY=low:high")  # fmt: skip
    parts = ends.split(":")
    try:
        if len(parts) != 2:
            raise ValueError("a range is low:high, such as 10%:30%")
        (low, unit), (high, other) = (number_of(one) for one in parts)
        if unit != other or low >= high:
            raise ValueError("both ends need the same unit and rising order")
        own = known.get(key)
        if low < 0 and own is not None and own.low >= 0:
            raise ValueError(f"must be zero or more; the scenario has {own.low} to {own.high}")
    except ValueError as error:
        raise Refused(f"--parameters {text}: {error}") from None
    return Factor(key, low, high, None, unit)
