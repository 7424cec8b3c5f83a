"""The commands ``budget`` and ``figures``. Libraries load when a command runs, so help is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

CODES = Path("scenarios/budget-lines.csv")


class Refused(click.ClickException):
    """Bad input: the text says what is wrong, the exit code is 2."""

    exit_code = 2


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="Budget year; by default that of the scenario.")
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    help="CSV with columns instrument, plan, expected (yuan, 万, 亿).",
)
@click.option(
    "--codes", type=click.Path(path_type=Path), help=f"CSV with columns instrument, code; by default {CODES}."
)
@click.option("--out", type=click.Path(path_type=Path), help="Workbook to write; by default RUN/budget.xlsx.")
def budget(run: Path, year: int | None, plan: Path | None, codes: Path | None, out: Path | None) -> None:
    """Write the budget form of RUN: the city and each district, a line for each instrument."""
    from fundflow.report.budget import budget_form
    from fundflow.report.plan import read_codes, read_plan
    from fundflow.report.source import tables_of
    from fundflow.report.terminal import print_form
    from fundflow.report.workbook import write_workbook

    opened = _open(run)
    target = out or opened.path / "budget.xlsx"
    # The file of the repository serves every run, also one whose catalogue lacks some of its lines.
    known, strict = (codes, True) if codes else (CODES if CODES.exists() else None, False)
    if target.suffix.lower() != ".xlsx":
        raise Refused(f"{target} must end in .xlsx")
    try:
        tables = tables_of(opened)
        planned = read_plan(plan, tables) if plan else None
        form = budget_form(tables, year, planned, read_codes(known, tables, strict) if known else None)
        write_workbook(form, target)
    except (ValueError, OSError) as fault:
        raise Refused(str(fault)) from fault
    print_form(form, target)


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the figures.",
)
def figures(run: Path, lang: str) -> None:
    """Redraw the figures of RUN into RUN/figures, as PNG and SVG."""
    opened = _open(run)
    from fundflow.report.figures import draw_all

    try:
        paths = draw_all(opened, lang)
    except (ValueError, OSError) as fault:
        raise Refused(str(fault)) from fault
    for path in paths:
        click.echo(path)


def _open(run: Path) -> Any:
    from fundflow.results import NoRun, open_run

    # A run may be called by its name alone.
    home = Path("results") / run
    folder = home if not run.exists() and home.exists() else run
    try:
        return open_run(folder)
    except NoRun as fault:
        raise Refused(str(fault)) from fault
