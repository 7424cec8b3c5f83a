"""The commands ``budget`` and ``figures``. Libraries load when a command runs, so help is quick."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

CODES = Path("scenarios/budget-lines.csv")


class Refused(click.ClickException):
    """Bad input: the text says what is wrong, the exit code is 2."""

    exit_code = 2


def _observed_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Options that say which actuals a run is read with; give their values to ``_tables``."""
    for option in (
        click.option("--tolerance", type=click.FloatRange(min=0, min_open=True, max=10),
                     help="How near replications must come to the actuals, as [observed] tolerance."),
        click.option("--observed", metavar="FILE",
                     help="CSV of actuals to read RUN with (docs/actuals.md), or none [default: that of its folder]."),
    ):  # fmt: skip
        command = option(command)
    return command


def _tables(run: Any, observed: str | None, tolerance: float | None) -> Any:
    from fundflow.report.actuals import chosen
    from fundflow.report.source import tables_of

    if observed == "none":
        return tables_of(run, as_simulated=True)
    return tables_of(run, chosen(run.path, None if observed is None else Path(observed), tolerance))


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--year", type=int, help="Budget year [default: that of the scenario, with --adjust of the actuals].")
@click.option(
    "--plan",
    type=click.Path(path_type=Path),
    help="CSV with columns instrument, plan, expected (yuan, 万, 亿); with --adjust instrument, plan, district.",
)
@click.option(
    "--codes", type=click.Path(path_type=Path), help=f"CSV with columns instrument, code; by default {CODES}."
)
@click.option("--adjust", is_flag=True, help="The mid-year table: paid to date, still due, outturn, gap, overrun.")
@_observed_options
@click.option("--out", type=click.Path(path_type=Path), help="Workbook [default: RUN/budget.xlsx, adjust.xlsx].")
@click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Language of the mid-year table."
)
def budget(
    run: Path,
    year: int | None,
    plan: Path | None,
    codes: Path | None,
    adjust: bool,
    observed: str | None,
    tolerance: float | None,
    out: Path | None,
    lang: str,
) -> None:
    """Write the budget form of RUN: the city and each district, a line for each instrument."""
    opened = _open(run)
    target = out or opened.path / ("adjust.xlsx" if adjust else "budget.xlsx")
    if target.suffix.lower() != ".xlsx":
        raise Refused(f"{target} must end in .xlsx")
    try:
        tables = _tables(opened, observed, tolerance)
        show = _adjusted(tables, year, plan, target, lang) if adjust else _form(tables, year, plan, codes, target)
    except (ValueError, OSError) as fault:
        raise Refused(str(fault)) from fault
    show()


def _form(tables: Any, year: int | None, plan: Path | None, codes: Path | None, target: Path) -> Callable[[], None]:
    """Write the form, and give what prints it."""
    from fundflow.report.budget import budget_form
    from fundflow.report.plan import read_codes, read_plan
    from fundflow.report.terminal import print_form
    from fundflow.report.workbook import write_workbook

    # The file of the repository serves every run, also one whose catalogue lacks some of its lines.
    known, strict = (codes, True) if codes else (CODES if CODES.exists() else None, False)
    planned = read_plan(plan, tables) if plan else None
    form = budget_form(tables, year, planned, read_codes(known, tables, strict) if known else None)
    write_workbook(form, target)
    return lambda: print_form(form, target)


def _adjusted(tables: Any, year: int | None, plan: Path | None, target: Path, lang: str) -> Callable[[], None]:
    """Write the mid-year table, and give what prints it."""
    from fundflow.report.adjust import adjustment
    from fundflow.report.adjust_terminal import print_adjustment
    from fundflow.report.adjust_workbook import write_adjustment
    from fundflow.report.plan import read_plans_by_place

    form = adjustment(tables, year, read_plans_by_place(plan, tables) if plan else None)
    write_adjustment(form, target, lang)
    return lambda: print_adjustment(form, target, lang)


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option(
    "--lang",
    type=click.Choice(["zh", "en"]),
    default="zh",
    show_default=True,
    help="Language of the figures.",
)
@_observed_options
def figures(run: Path, lang: str, observed: str | None, tolerance: float | None) -> None:
    """Redraw the figures of RUN into RUN/figures, as PNG and SVG."""
    opened = _open(run)
    from fundflow.report.figures import draw_all

    try:
        paths = draw_all(_tables(opened, observed, tolerance), lang)
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
