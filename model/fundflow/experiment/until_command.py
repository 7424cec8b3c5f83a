"""``fundflow run --until-precision``: batches until the mean of a total is known well enough."""

from __future__ import annotations

from pathlib import Path

import click

from fundflow.experiment.asked_total import read_total
from fundflow.experiment.command import report
from fundflow.experiment.estimate import Estimate
from fundflow.experiment.experiment_errors import Refused, clear_errors
from fundflow.experiment.observing import check_actuals, lay_down
from fundflow.experiment.until import MOST, Reached, read_precision, run_until
from fundflow.report.reserve import Asked

FEN_YI = 10**10


def run_until_known(
    path: Path,
    sets: list[str],
    until_precision: str,
    total: str | None,
    at_most: int | None,
    workers: int | None,
    out: Path | None,
    lang: str,
) -> None:
    """Run, report, and say how many replications were needed, or that the cap came first.

    Raises
    ------
    click.ClickException
        With exit status 1 if the cap came first; the run is finished and reported all the same.
    """
    from rich.console import Console

    from fundflow.experiment.engine import load
    from fundflow.experiment.progress import Bar
    from fundflow.simulation.law import law_of

    precision = read_precision(until_precision)
    console = Console(stderr=True)
    with clear_errors():
        scenario = load(path, sets)
        check_actuals(scenario, at_most or MOST)
        asked, year = read_total(total or "headline entitlement", law_of(scenario).instruments)
        year = scenario.budget_year if year is None else year
        if not scenario.start.year <= year <= scenario.end.year:
            raise Refused(f"--total: {year} is not simulated; the scenario runs to {scenario.end.year}")

        def say(found: Estimate, following: int) -> None:
            reached = f"± {found.half_width / abs(found.mean):.2%}" if found.mean else "±"
            console.print(f"{found.n}: {found.mean / FEN_YI:,.3f} 亿元 {reached} -> {following}", highlight=False)

        reached = run_until(
            scenario, precision, asked, year, at_most=at_most or MOST, workers=workers, out=out,
            watch=lambda: Bar(console), say=say,
        )  # fmt: skip
        lay_down(scenario, reached.run.path)
    report(reached.run, lang)
    text = told(reached, asked, year, lang)
    if not reached.done:
        raise click.ClickException(text)
    click.echo(text)


def told(reached: Reached, asked: Asked, year: int, lang: str) -> str:
    """How many replications were needed; or how far the cap let the run come and what would do."""
    from fundflow.report.reserve_table import total_name
    from fundflow.report.source import tables_of
    from fundflow.report.texts import Texts

    texts = Texts(lang)
    found = reached.total
    said = {
        "what": total_name(tables_of(reached.run, as_simulated=True), asked, texts), "year": year, "n": found.n,
        "mean": f"{found.mean / FEN_YI:,.3f}", "error": f"{found.half_width / FEN_YI:,.3f}",
        "share": f"{reached.precision:.2%}", "asked": f"{reached.asked:.2%}", "enough": reached.enough,
    }  # fmt: skip
    return texts("until.reached" if reached.done else "until.capped", **said)
