"""The budget form on the terminal: the city's lines, then the total of each district."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from fundflow.report.budget import Form, Sheet
from fundflow.report.reasons import wan
from fundflow.report.texts import Texts
from fundflow.report.workbook import form_error
from fundflow.report.workbook_page import place_name

_WIDE = 130
"""Columns from which the parts of a total fit beside it; a cut-off amount is worse than none."""


def print_form(form: Form, written: Path, console: Console | None = None) -> None:
    """Print the form, amounts in 万元, and where the workbook is."""
    console = console or Console()
    texts = Texts("zh")
    wide = console.width >= _WIDE
    city, *districts = form.sheets
    console.print(_city(form, city, texts, wide))
    table = Table(title=texts("budget.districts", year=form.year), title_justify="left")
    _headings(table, form, texts, texts("word.district"), wide)
    for sheet in districts:
        if sheet.lines:
            table.add_row(place_name(sheet.place, texts), *_sums(form, sheet, wide))
    console.print(table)
    console.print(texts("budget.units"), style="dim")
    console.print(form_error(form, texts), style="dim", soft_wrap=True, highlight=False)
    if city.low is None:
        console.print(texts("budget.no_range"), style="dim")
    console.print(texts("budget.saved", path=written), soft_wrap=True)


def _city(form: Form, city: Sheet, texts: Texts, wide: bool) -> Table:
    title = texts("budget.heading", who=texts("budget.sheet_city"), year=form.year)
    table = Table(title=f"{title}（{texts('unit.wan')}）", title_justify="left")
    _headings(table, form, texts, texts("budget.name"), wide)
    for block, lines in city.blocks(form.tables):
        for line in lines:
            table.add_row(
                form.tables.name(line.instrument, "zh"),
                *(wan(fen) for fen in (line.carried, line.new, line.settlement) if wide),
                wan(line.total),
                *(wan(fen) for fen in line.following),
                _range(line.low, line.high),
            )
        name = texts("budget.subtotal", block=texts(f"block.{block}"))
        table.add_row(name, *_sums(form, Sheet(city.place, lines, None, None), wide), style="bold")
        table.add_section()
    table.add_row(texts("budget.sum"), *_sums(form, city, wide), style="bold")
    return table


def _headings(table: Table, form: Form, texts: Texts, first: str, wide: bool) -> None:
    table.add_column(first, overflow="fold")
    headings = [texts(f"budget.{key}") for key in ("carried", "new", "settlement") if wide]
    headings += [
        texts("budget.total", year=form.year),
        *(texts("budget.year", year=y) for y in form.following),
    ]
    for heading in [*headings, texts("budget.range")]:
        table.add_column(heading, justify="right", no_wrap=True)


def _sums(form: Form, sheet: Sheet, wide: bool) -> list[str]:
    lines = sheet.lines
    parts = [
        sum(line.carried for line in lines),
        sum(line.new for line in lines),
        sum(line.settlement for line in lines),
    ]
    following = [sum(line.following[i] for line in lines) for i in range(len(form.following))]
    return [
        *(wan(fen) for fen in [*(parts if wide else []), sheet.total, *following]),
        _range(sheet.low, sheet.high),
    ]


def _range(low: int | None, high: int | None) -> str:
    return "—" if low is None or high is None else f"{wan(low)[:-3]}–{wan(high)[:-3]}"
