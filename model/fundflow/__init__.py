"""Forecast of a city's technology subsidy money. ``fundflow.run`` is the command line in one call."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fundflow.experiment.forecast import Forecast
    from fundflow.results import Run
    from fundflow.scenario import Scenario

__all__ = ["open_run", "run"]


def run(
    scenario: str | Path | Scenario,
    *,
    sets: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 0,
    fixed_parameters: bool = False,
    out: str | Path | None = None,
) -> Forecast:
    """Run a scenario, or find its finished run again, and give the results as data frames.

    Parameters
    ----------
    scenario
        A scenario file, or a scenario already loaded.
    sets
        Overrides as ``KEY=VALUE`` with dotted keys.
    replications, seed
        Instead of those of the scenario.
    workers
        Processes; 0 runs in this one. With more, a script needs ``if __name__ == "__main__":`` around the
        call, since processes are spawned. The results are the same bytes.
    fixed_parameters
        Take the stated value of each uncertain parameter instead of drawing it.
    out
        The run folder; by default ``results/<name>-<identity>``.

    Returns
    -------
    Forecast
        ``payments, commitments, settlements, indicators, claims, summary`` as polars frames, and ``run``.

    Raises
    ------
    ScenarioFaults
        With every fault of the scenario.
    """
    from fundflow.experiment.forecast import forecast

    return forecast(scenario, sets, replications, seed, workers, fixed_parameters, out)


def open_run(path: str | Path) -> Run:
    """Open the finished part of a run folder.

    Raises
    ------
    NoRun
        If there is none.
    """
    from fundflow.results import open_run as opened

    return opened(path)
