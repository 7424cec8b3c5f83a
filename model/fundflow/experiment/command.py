"""``fundflow run``: a scenario in, a run folder, a summary and figures out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from fundflow.experiment.experiment_errors import Refused, clear_errors

if TYPE_CHECKING:
    from fundflow.results import Run


@click.command()
@click.argument("scenario", type=click.Path(path_type=Path))
@click.option("--set", "sets", multiple=True, metavar="KEY=VALUE", help="Override a dotted key of the scenario.")
@click.option("--replications", type=click.IntRange(min=1), help="How many random runs; more extend a finished run.")
@click.option("--seed", type=click.IntRange(min=0), help="Seed of the draws, instead of the scenario's.")
@click.option("--workers", type=click.IntRange(min=0), help="Processes [default: one for each processor].")
@click.option("--fixed-parameters", is_flag=True, help="Take stated values; draw luck alone, no parameters.")
@click.option(
    "--layers", metavar="LIST",
    help="What replications draw: luck,parameters,readings,risks [default: the scenario's].",
)
@click.option(
    "--until-precision", metavar="SHARE",
    help="Run until half the 95 % interval of the total's mean is this narrow: 1%.",
)
@click.option(
    "--total", metavar="WORDS", help='Which total, such as "city award 2027" [default: "headline entitlement"].'
)
@click.option("--at-most", type=click.IntRange(min=2), help="Replications that are not passed [default: 1000].")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="The run folder.")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of figures and summary."
)
def run(
    scenario: Path, sets: tuple[str, ...], replications: int | None, seed: int | None, workers: int | None,
    fixed_parameters: bool, layers: str | None, until_precision: str | None, total: str | None, at_most: int | None,
    out: Path | None, lang: str,
) -> None:  # fmt: skip
    """Run SCENARIO, write a run folder, print a summary and draw the figures.

    The same inputs find the finished run again; more replications extend it. Ctrl-C keeps every finished
    replication: the same command goes on.
    """
    if fixed_parameters and layers is not None:
        raise Refused("--fixed-parameters means --layers luck: give one of them")
    from fundflow.experiment.forecast import overrides

    given = [*sets, *overrides(seed, fixed_parameters, layers)]
    if until_precision is None:
        if total is not None or at_most is not None:
            raise Refused("--total and --at-most belong to --until-precision")
        report(_run(scenario, given, replications, workers, out), lang)
        return
    if replications is not None:
        raise Refused("--replications and --until-precision: give one of them; --at-most is the cap")
    from fundflow.experiment.until_command import run_until_known

    run_until_known(scenario, given, until_precision, total, at_most, workers, out, lang)


def _run(path: Path, sets: list[str], replications: int | None, workers: int | None, out: Path | None) -> Run:
    from rich.console import Console

    from fundflow.experiment.engine import load
    from fundflow.experiment.observing import check_actuals, lay_down
    from fundflow.experiment.progress import Bar
    from fundflow.experiment.running import run_scenario

    with clear_errors():
        scenario = load(path, sets)
        check_actuals(scenario, replications)
        finished = run_scenario(
            scenario, replications=replications, workers=workers, out=out, watch=Bar(Console(stderr=True))
        )
        lay_down(scenario, finished.path)
        return finished


def report(finished: Run, lang: str) -> None:
    """Draw the figures, then print the summary, which says where they are."""
    from fundflow.report.actuals import ActualsFaults, TooFewLeft
    from fundflow.report.figures import draw_all
    from fundflow.report.source import tables_of
    from fundflow.report.summary import print_summary
    from fundflow.report.unpaid import write_never_paid

    try:
        tables = tables_of(finished)
    except (ActualsFaults, TooFewLeft) as fault:  # the run is whole; what it was to be read with is not
        raise Refused(f"{fault}\nThe run is kept in {finished.path}") from fault
    draw_all(tables, lang)
    write_never_paid(tables)
    print_summary(tables, lang)
