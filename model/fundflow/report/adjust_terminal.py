"""The mid-year table on the terminal: the city's lines, then the total of each district."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from fundflow.report.adjust import Adjustment, Chance, Standing
from fundflow.report.notes import reading_note
from fundflow.report.reasons import wan
from fundflow.report.texts import Texts
from fundflow.report.workbook_page import place_name


def print_adjustment(form: Adjustment, written: Path, lang: str = "zh", console: Console | None = None) -> None:
    """Print the table, amounts in 万元, which actuals it rests on, and where the workbook is."""
    console, texts = console or Console(), Texts(lang)
    city, *districts = form.places
    title = texts("adjust.heading", who=texts("budget.sheet_city"), year=form.year)
    unit = texts("unit.wan")
    table = Table(title=f"{title}（{unit}）" if lang == "zh" else f"{title} ({unit})", title_justify="left")
    _headings(table, form, texts, texts("budget.name"))
    for block, lines, subtotal in city.blocks:
        for line in lines:
            table.add_row(form.tables.name(line.name, lang), *cells(line))
        name = texts("budget.subtotal", block=texts(f"block.{block}"))
        table.add_row(name, *cells(subtotal), style="bold")
        table.add_section()
    table.add_row(texts("budget.sum"), *cells(city.total), style="bold")
    console.print(table)
    beneath = Table(title=texts("adjust.districts", year=form.year), title_justify="left")
    _headings(beneath, form, texts, texts("word.district"))
    for place in districts:
        if place.lines:
            beneath.add_row(place_name(place.place, texts), *cells(place.total))
    console.print(beneath)
    for note in notes(form, texts):
        console.print(note, style="dim", soft_wrap=True, highlight=False, markup=False)
    console.print(reading_note(form.tables, texts), soft_wrap=True, highlight=False, markup=False, style="bold")
    console.print(texts("budget.saved", path=written), soft_wrap=True, highlight=False, markup=False)


def notes(form: Adjustment, texts: Texts) -> list[str]:
    """What the columns mean."""
    return [texts(f"adjust.note_{one}") for one in ("basis", "paid", "gap", "chance")]


def cells(line: Standing) -> list[str]:
    """Cells of a line in 万元."""
    known = "—" if line.low is None or line.high is None else f"{wan(line.low)[:-3]}–{wan(line.high)[:-3]}"
    return [_or_dash(line.plan), _or_dash(line.paid), wan(line.due), wan(line.outturn), known, _or_dash(line.gap),
            chance(line.overrun)]  # fmt: skip


def chance(found: Chance | None) -> str:
    """A probability with its interval, in percent."""
    return "—" if found is None else f"{found.share:.0%} ({100 * found.low:.0f}–{found.high:.0%})"


def _or_dash(fen: int | None) -> str:
    return "—" if fen is None else wan(fen)


def _headings(table: Table, form: Adjustment, texts: Texts, first: str) -> None:
    table.add_column(first, overflow="fold")
    until = form.until
    said = {"year": form.year, "month": until % 100}
    for key in ("plan", "paid", "due", "outturn"):
        table.add_column(texts(f"adjust.{key}", **said), justify="right", no_wrap=True)
    table.add_column(texts("budget.range"), justify="right", no_wrap=True)
    for key in ("gap", "chance"):
        table.add_column(texts(f"adjust.{key}", **said), justify="right", no_wrap=True)
