"""Actuals that a scenario names: checked before anything is simulated, laid into the run folder for its reports."""

from __future__ import annotations

from pathlib import Path

from fundflow.report.actuals import LEAST, Choice, Known, TooFewLeft, forget, keep, read_actuals
from fundflow.scenario import Scenario
from fundflow.simulation.engine import describe
from fundflow.simulation.law import law_of


def check_actuals(scenario: Scenario, replications: int | None = None) -> None:
    """Read the actuals of a scenario against its law and horizon.

    Raises
    ------
    ActualsFaults
        With everything wrong in the file.
    TooFewLeft
        If fewer replications are asked for than can ever be left after weighing.
    """
    if scenario.observed is None:
        return
    known = Known(describe(law_of(scenario)), scenario.start.year, scenario.end.year)
    read_actuals(Path(scenario.observed.file), known)
    wanted = scenario.replications if replications is None else replications
    if wanted < LEAST:
        raise TooFewLeft(
            f"{wanted} replications are too few to be weighed by actuals: {LEAST} effective ones must be left; "
            "ask for 200 or more"
        )


def lay_down(scenario: Scenario, folder: Path) -> None:
    """Put the actuals of a scenario into the run folder, or take out those of an earlier reading."""
    if scenario.observed is None:
        forget(folder)
    else:
        keep(folder, Choice(Path(scenario.observed.file), float(scenario.observed.tolerance)))
