"""``fundflow run``: a scenario in, a run folder, a summary and figures out."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from fundflow.results import Run


class Refused(click.ClickException):
    """Bad input: the text says what is wrong, the exit code is 2."""

    exit_code = 2


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a dotted key of the scenario.")
@click.option("--replications", type=click.IntRange(min=1), help="How many random runs; more extend a finished run.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the draws, instead of the scenario's.")
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@click.option("--fixed-parameters", is_flag=True, help="Take stated values; draw luck alone, no parameters.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The run folder.")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of figures and summary."
)
def run(
    scenario: Path,
    sets: tuple[str, ...],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    fixed_parameters: bool,
    out: Path | None,
    lang: str,
) -> None:
    """Run SCENARIO, write a run folder, print a summary and draw the figures.

    The same inputs find the finished run again; more replications extend it. Ctrl-C keeps every finished
    replication: the same command goes on.
    """
    finished = _run(scenario, [*sets], replications, seed, workers, fixed_parameters, out)
    _report(finished, lang)


def _run(
    path: Path,
    sets: list[str],
    replications: int | None,
    seed: int | None,
    workers: int | None,
    fixed_parameters: bool,
    out: Path | None,
) -> Run:
    from rich.console import Console

    from fundflow.experiment.engine import load
    from fundflow.experiment.forecast import overrides
    from fundflow.experiment.progress import Bar
    from fundflow.experiment.running import run_scenario
    from fundflow.experiment.workers import Interrupted, ReplicationFailed, WorkersLost
    from fundflow.results import FolderInUse, OtherRun
    from fundflow.scenario import ScenarioFaults

    try:
        scenario = load(path, [*sets, *overrides(seed, fixed_parameters)])
        return run_scenario(
            scenario, replications=replications, workers=workers, out=out, watch=Bar(Console(stderr=True))
        )
    except Interrupted as stop:
        click.echo(f"Interrupted.{stop}\nTo go on: {shlex.join(['fundflow', *sys.argv[1:]])}", err=True)
        raise SystemExit(130) from None
    except (ReplicationFailed, WorkersLost) as fault:
        raise click.ClickException(str(fault)) from fault
    except (ScenarioFaults, OtherRun, FolderInUse) as fault:
        raise Refused(str(fault)) from fault


def _report(finished: Run, lang: str) -> None:
    """Draw the figures, then print the summary, which says where they are."""
    from fundflow.report.figures import draw_all
    from fundflow.report.summary import print_summary

    draw_all(finished, lang)
    print_summary(finished, lang)
