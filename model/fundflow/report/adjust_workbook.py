"""The mid-year table as an Excel workbook: a sheet for the city, one for each district, one of notes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from fundflow.report.adjust import Adjustment, Place, Standing
from fundflow.report.adjust_terminal import notes
from fundflow.report.blocks import lead
from fundflow.report.budget import CITY
from fundflow.report.notes import law_notes, layers, run_note, without
from fundflow.report.texts import Texts
from fundflow.report.workbook_page import (
    HEAD,
    Column,
    in_wan,
    place_name,
    start_sheet,
    styles_of,
    sum_of,
    workbook_at,
    write_cell,
    write_notes,
)


def columns(form: Adjustment, texts: Texts) -> list[Column]:
    """Columns of a sheet, in order."""
    said = {"year": form.year, "month": form.until % 100}
    money = [Column(key, texts(f"adjust.{key}", **said), 13, "money", summed=True)
             for key in ("plan", "paid", "due", "outturn")]  # fmt: skip
    return [
        Column("number", texts("budget.number"), 5, "text"),
        Column("name", texts("budget.name"), 32, "text"),
        Column("department", texts("budget.department"), 12, "text"),
        Column("document", texts("budget.document"), 26, "text"),
        *money,
        Column("gap", texts("adjust.gap", **said), 13, "money"),
        Column("gap_rate", texts("adjust.gap_rate"), 9, "percent"),
        Column("low", texts("budget.low"), 13, "money"),
        Column("high", texts("budget.high"), 13, "money"),
        Column("chance", texts("adjust.chance", **said), 9, "percent"),
        Column("chance_low", texts("adjust.chance_low"), 9, "percent"),
        Column("chance_high", texts("adjust.chance_high"), 9, "percent"),
        Column("remark", texts("budget.reason"), 34, "text"),
    ]


def write_adjustment(form: Adjustment, out: Path, lang: str = "zh") -> Path:
    """Write the table; amounts in 万元 as numbers, sums and differences as formulas with their values stored.

    Raises
    ------
    OSError
        If the file cannot be written, for instance while Excel has it open.
    """
    texts = Texts(lang)
    with workbook_at(out) as book:
        styles = styles_of(book)
        for place in form.places:
            _write_sheet(book, styles, form, place, texts)
        write_notes(book, styles, texts, _notes(form, texts))
    return out


def _write_sheet(book: Any, styles: dict[str, Any], form: Adjustment, place: Place, texts: Texts) -> None:
    layout = columns(form, texts)
    at = {column.key: i for i, column in enumerate(layout)}
    name = place_name(place.place, texts)
    city = "杭州市" if texts.lang == "zh" else "Hangzhou, "
    who = f"{city}{'' if place.place == CITY or texts.lang == 'en' else '·'}{name}"
    title = texts("adjust.heading", who=who, year=form.year)
    page = start_sheet(book, styles, layout, name, title, texts("adjust.units"))
    row, number, spans = HEAD, 0, []
    for block, lines, subtotal in place.blocks:
        first = row
        for line in lines:
            number += 1
            values = line_values(form, line, place, texts) | {"number": number}
            _write_line(page, styles, layout, at, row, values, "")
            row += 1
        said = texts("budget.subtotal", block=texts(f"block.{block}"))
        _write_sum(page, styles, layout, at, row, subtotal, said, [f"{first + 1}:{row}"])
        spans.append(f"{row + 1}:{row + 1}")
        row += 1
    _write_sum(page, styles, layout, at, row, place.total, texts("budget.sum"), spans)


def line_values(form: Adjustment, line: Standing, place: Place, texts: Texts) -> dict[str, Any]:
    """Cells of a line by column; money in 万元, None where there is nothing to say."""
    meta = form.tables.instruments.get(line.name, {})
    return _numbers(line) | {
        "name": form.tables.name(line.name, texts.lang),
        "department": lead(meta),
        "document": f"{meta.get('document', '')} {meta.get('clause', '')}".strip(),
        "remark": texts("adjust.simulated") if line.paid is None else "",
    }


def _numbers(line: Standing) -> dict[str, Any]:
    chance = line.overrun
    return {
        "plan": in_wan(line.plan), "paid": in_wan(line.paid), "due": in_wan(line.due), "outturn": in_wan(line.outturn),
        "gap": in_wan(line.gap), "gap_rate": line.gap / line.plan if line.gap is not None and line.plan else None,
        "low": in_wan(line.low), "high": in_wan(line.high), "chance": chance and chance.share,
        "chance_low": chance and chance.low, "chance_high": chance and chance.high,
    }  # fmt: skip


def _write_line(
    page: Any,
    styles: dict[str, Any],
    layout: list[Column],
    at: dict[str, int],
    row: int,
    values: dict[str, Any],
    kind: str,
) -> None:
    for i, column in enumerate(layout):
        write_cell(page, row, i, values.get(column.key), styles[f"{kind}{column.style}"])

    def cell(key: str) -> str:
        return f"{xl_col_to_name(at[key])}{row + 1}"

    if not kind:
        outturn = f"={cell('paid')}+{cell('due')}"
        page.write_formula(row, at["outturn"], outturn, styles["money"], values["outturn"])
        if values["gap"] is not None:
            gap = f"={cell('outturn')}-{cell('plan')}"
            page.write_formula(row, at["gap"], gap, styles["money"], values["gap"])
    if values["gap_rate"] is not None:
        rate = f"={cell('gap')}/{cell('plan')}"
        page.write_formula(row, at["gap_rate"], rate, styles[f"{kind}percent"], values["gap_rate"])


def _write_sum(
    page: Any,
    styles: dict[str, Any],
    layout: list[Column],
    at: dict[str, int],
    row: int,
    line: Standing,
    name: str,
    rows: list[str],
) -> None:
    """Write a row of sums over ranges of rows (numbered from one), with their values stored."""
    values = _numbers(line) | {"name": name}
    _write_line(page, styles, layout, at, row, values, "sum-")
    for key in ("plan", "paid", "due", "outturn", "gap"):
        letter = xl_col_to_name(at[key])
        if values[key] is not None and rows:
            page.write_formula(row, at[key], sum_of(letter, rows), styles["sum-money"], values[key])


def _notes(form: Adjustment, texts: Texts) -> list[str]:
    tables = form.tables
    assert tables.reading is not None
    return [
        run_note(tables, texts),
        *notes(form, texts),
        texts("summary.layers", layers=layers(tables, texts), without=without(tables, texts)),
        *law_notes(tables, texts),
        *tables.reading.warnings,
    ]
