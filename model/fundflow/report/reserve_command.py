"""``fundflow reserve``: what must be kept back, and how likely a budget is passed."""

from __future__ import annotations

from pathlib import Path

import click

from fundflow.report.command import Refused, _open
from fundflow.report.words import BEARERS, MEASURES


@click.command()
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--budget", metavar="AMOUNT", help="Yearly money, such as 3亿: how likely is more needed?")
@click.option("--year", type=int, help="First of three years [default: the scenario's budget year].")
@click.option("--measure", type=click.Choice(MEASURES), default="entitlement", show_default=True)
@click.option("--bearer", type=click.Choice(BEARERS), help="Who bears it [default: total; with --district: district].")
@click.option("--district", metavar="NAME", help="One district, on the map since April 2021.")
@click.option(
    "--of", "of", default="headline", show_default=True,
    help="headline, others, assumed, all, or the id of an instrument.",
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write the rows to a .csv or .json file.")
@click.option("--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True)
def reserve(
    run: Path, budget: str | None, year: int | None, measure: str, bearer: str | None, district: str | None,
    of: str, out: Path | None, lang: str,
) -> None:  # fmt: skip
    """Show what RUN needs in 50 to 97.5 % of cases, each year and in three years, with intervals.

    With a budget, also the chance that it is passed: each year against AMOUNT, three years against three times it.
    """
    from rich.console import Console

    from fundflow.base.money import parse_fen
    from fundflow.report.reserve import Asked, reserve_frame
    from fundflow.report.reserve import reserve as work_out
    from fundflow.report.reserve_table import notes, reserve_table
    from fundflow.report.source import tables_of
    from fundflow.report.texts import Texts

    if out is not None and out.suffix not in (".csv", ".json"):
        raise Refused(f"--out {out}: must end in .csv or .json")
    try:
        amount = None if budget is None else parse_fen(budget)
    except (ValueError, ArithmeticError) as fault:
        raise Refused(f"--budget {budget}: {fault}") from fault
    if amount is not None and amount < 0:
        raise Refused(f"--budget {budget}: must be zero or more")
    try:
        tables = tables_of(_open(run))
        asked = Asked(measure, bearer or ("district" if district else "total"), of, district)
        totals = work_out(tables, asked, tables.budget_year if year is None else year, amount)
    except ValueError as fault:
        raise Refused(str(fault)) from fault
    console, texts = Console(), Texts(lang)
    console.print(reserve_table(tables, asked, totals, texts))
    for note in notes(tables, totals, texts):
        console.print(note, style="dim", highlight=False, markup=False, soft_wrap=True)
    if out is not None:
        frame = reserve_frame(asked, totals)
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(frame.write_csv() if out.suffix == ".csv" else frame.write_json() + "\n", encoding="utf-8")
        click.echo(out)
