"""``fundflow.run``: the command line as one call, with data frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from fundflow.experiment.engine import SIMULATION, load
from fundflow.experiment.observing import check_actuals, lay_down
from fundflow.experiment.running import run_scenario
from fundflow.results import Run
from fundflow.scenario import Scenario


@dataclass(frozen=True)
class Forecast:
    """Results of a run as data frames; ``docs/results.md`` describes every column."""

    run: Run
    payments: pl.DataFrame = field(repr=False)
    commitments: pl.DataFrame = field(repr=False)
    settlements: pl.DataFrame = field(repr=False)
    recoveries: pl.DataFrame = field(repr=False)
    indicators: pl.DataFrame = field(repr=False)
    claims: pl.DataFrame = field(repr=False)
    summary: pl.DataFrame = field(repr=False)


def forecast(
    scenario: str | Path | Scenario,
    sets: Sequence[str] = (),
    replications: int | None = None,
    seed: int | None = None,
    workers: int = 0,
    fixed_parameters: bool = False,
    out: str | Path | None = None,
    engine: str = SIMULATION,
) -> Forecast:
    """See ``fundflow.run``.

    Raises
    ------
    ValueError
        If ``sets`` are given for a scenario that is already loaded.
    """
    asked = _scenario(scenario, sets, seed, fixed_parameters)
    check_actuals(asked, replications)
    run = run_scenario(
        asked,
        replications=replications,
        workers=workers,
        out=None if out is None else Path(out),
        engine=engine,
    )
    lay_down(asked, run.path)
    return Forecast(
        run,
        payments=run.payments.collect(),
        commitments=run.commitments.collect(),
        settlements=run.settlements.collect(),
        recoveries=run.recoveries.collect(),
        indicators=run.indicators.collect(),
        claims=run.claims.collect(),
        summary=run.summary,
    )


def _scenario(
    scenario: str | Path | Scenario, sets: Sequence[str], seed: int | None, fixed_parameters: bool
) -> Scenario:
    if isinstance(scenario, Scenario):
        if sets:
            raise ValueError("sets go over a scenario file; load the scenario with them instead")
        changes: dict[str, Any] = {} if seed is None else {"seed": seed}
        if fixed_parameters:
            changes["fixed_parameters"] = True
        return Scenario.model_validate(scenario.tables() | changes)
    return load(scenario, [*sets, *overrides(seed, fixed_parameters)])


def overrides(seed: int | None, fixed_parameters: bool, layers: str | None = None) -> list[str]:
    """Options of the command line that are keys of a scenario."""
    given = [f"seed={seed}"] * (seed is not None) + ["fixed_parameters=true"] * fixed_parameters
    return given + [f"uncertainty.layers={layers}"] * (layers is not None)
