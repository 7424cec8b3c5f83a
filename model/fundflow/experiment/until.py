"""Run until the mean of one total is known well enough, in batches whose sizes follow from the replications alone.

How many are needed is read off replications 0, 1, ... in order, so the answer is the same whether they were run at
once, resumed, or found in a longer run. Student's interval takes replications as independent; parameters spread
evenly make the mean a little better known than it says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fundflow.experiment.engine import SIMULATION
from fundflow.experiment.estimate import Estimate, estimate
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.running import RESULTS, Silent, Watch, run_scenario
from fundflow.report.reserve import Asked, paths_of
from fundflow.report.source import tables_of
from fundflow.results import Run
from fundflow.scenario import Scenario

FIRST = 20
"""Replications before the first look: with fewer the deviation is too rough a guide."""
MOST = 1000
_PERCENT = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*%\s*$")


@dataclass(frozen=True)
class Reached:
    """How far a run came.

    Attributes
    ----------
    total
        The mean over the replications that were needed, or over all where the precision was not reached.
    asked
        Half of the 95% interval over the mean that was asked for.
    enough
        Replications that would do, about; the number needed where the precision is reached.
    """

    run: Run
    total: Estimate
    asked: float
    enough: int

    @property
    def precision(self) -> float:
        """Half of the interval over the mean."""
        return _relative(self.total)

    @property
    def done(self) -> bool:
        """Whether the interval is as narrow as was asked."""
        return self.precision <= self.asked


def read_precision(text: str) -> float:
    """Read ``1%``.

    Raises
    ------
    Refused
        If it is no share between 0.01% and 50%.
    """
    match = _PERCENT.match(text)
    share = float(match[1]) / 100 if match else 0.0
    if not 0.0001 <= share <= 0.5:
        raise Refused(f"--until-precision {text}: must be a share from 0.01% to 50%, such as 1%")
    return share


def run_until(
    scenario: Scenario,
    precision: float,
    asked: Asked,
    year: int,
    *,
    at_most: int = MOST,
    workers: int | None = None,
    out: Path | None = None,
    results: Path = RESULTS,
    engine: str = SIMULATION,
    watch: Callable[[], Watch] = Silent,
    say: Callable[[Estimate, int], None] = lambda total, next_number: None,
) -> Reached:
    """Run replications until half of the 95% interval of a mean is at most a share of it.

    Parameters
    ----------
    precision
        The share.
    asked, year
        Which total.
    at_most
        Replications that are not passed, whatever the precision.
    watch
        Makes who is told how a batch goes on.
    say
        Told the estimate after each batch, and the number of replications that follows.

    Raises
    ------
    Refused
        If the total is zero in every replication, so that no share of it can be meant.
    """
    number = min(FIRST, at_most)
    while True:
        run = run_scenario(
            scenario, replications=number, workers=workers, out=out, results=results, engine=engine, watch=watch()
        )
        total = estimate(totals_of(run, asked, year)[:number])
        if total.certainly_zero:
            raise Refused(f"the total of {year} is zero in all {number} replications: no share of it can be reached")
        enough = number if _relative(total) <= precision else _next(total, precision)
        if enough == number or number >= at_most:
            return Reached(run, total, precision, enough)
        # At most three times as many at a time: an early guess may be far off.
        number = min(enough, 3 * number, at_most)
        say(total, number)


def totals_of(run: Run, asked: Asked, year: int) -> NDArray[np.int64]:
    """A total by replication, in fen, in the order of their numbers."""
    return paths_of(tables_of(run, as_simulated=True), asked, [year])[:, 0]


def _relative(total: Estimate) -> float:
    return total.half_width / abs(total.mean) if total.mean else float("inf")


def _next(total: Estimate, precision: float) -> int:
    """Replications after which the interval is narrow enough, if the deviation stays; at least a tenth more."""
    if not np.isfinite(_relative(total)):
        return 2 * total.n + 2
    return max(ceil(total.n * (_relative(total) / precision) ** 2), ceil(1.1 * total.n))
