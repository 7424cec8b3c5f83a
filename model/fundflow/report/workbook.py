"""The budget form as an Excel workbook: a sheet for the city, one for each district, one of notes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from xlsxwriter.utility import xl_col_to_name

from fundflow.report.blocks import lead
from fundflow.report.budget import CITY, Form, Line, Sheet
from fundflow.report.notes import law_notes, layers, run_note, without
from fundflow.report.texts import Texts
from fundflow.report.workbook_page import (
    FEN_WAN,
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


def columns(form: Form, texts: Texts) -> list[Column]:
    """Columns of a sheet, in order; years stand in the headings."""
    last, year = form.year - 1, form.year
    money = [
        ("plan", "budget.plan", {"last": last}),
        ("expected", "budget.expected", {"last": last}),
        ("last", "budget.model_last", {"last": last}),
        ("carried", "budget.carried", {}),
        ("new", "budget.new", {}),
        ("settlement", "budget.settlement", {}),
        ("total", "budget.total", {"year": year}),
    ]
    return [
        Column("number", texts("budget.number"), 5, "text"),
        Column("name", texts("budget.name"), 30, "text"),
        Column("department", texts("budget.department"), 12, "text"),
        Column("evidence", texts("budget.evidence"), 6, "text"),
        Column("document", texts("budget.document"), 26, "text"),
        Column("status", texts("budget.status"), 13, "text"),
        Column("code", texts("budget.code"), 12, "text"),
        *(Column(key, texts(text, **values), 12, "money", summed=True) for key, text, values in money),
        *(Column(f"year{y}", texts("budget.year", year=y), 12, "money", summed=True) for y in form.following),
        Column(
            "increase",
            texts("budget.increase_plan" if form.has_plan else "budget.increase", last=last),
            12,
            "money",
        ),
        Column("increase_rate", texts("budget.increase_rate"), 8, "percent"),
        Column("recipients", texts("budget.recipients"), 9, "count"),
        Column("mean_amount", texts("budget.mean_amount"), 10, "money"),
        Column("low", texts("budget.low"), 12, "money"),
        Column("high", texts("budget.high"), 12, "money"),
        Column("reason", texts("budget.reason"), 70, "text"),
    ]


def write_workbook(form: Form, out: Path) -> Path:
    """Write the form; amounts in 万元 as numbers, totals as formulas with their values stored.

    Raises
    ------
    OSError
        If the file cannot be written, for instance while Excel has it open.
    """
    texts = Texts("zh")
    with workbook_at(out) as book:
        styles = styles_of(book)
        for sheet in form.sheets:
            _write_sheet(book, styles, form, sheet, texts)
        write_notes(book, styles, texts, _notes(form, texts))
    return out


def _write_sheet(book: Any, styles: dict[str, Any], form: Form, sheet: Sheet, texts: Texts) -> None:
    layout = columns(form, texts)
    at = {column.key: i for i, column in enumerate(layout)}
    name = place_name(sheet.place, texts)
    who = f"杭州市{'' if sheet.place == CITY else '·'}{name}"
    title = texts("budget.heading", who=who, year=form.year)
    page = start_sheet(book, styles, layout, name, title, texts("budget.units"))
    row, number, subtotals = HEAD, 0, []
    for block, lines in sheet.blocks(form.tables):
        first = row
        for line in lines:
            number += 1
            values = line_values(form, line, texts) | {"number": number}
            for i, column in enumerate(layout):
                write_cell(page, row, i, values[column.key], styles[column.style])
            _write_row_formulas(page, styles, form, at, row, values)
            row += 1
        name = texts("budget.subtotal", block=texts(f"block.{block}"))
        _write_sum(page, styles, form, lines, layout, at, texts, row, name, [f"{first + 1}:{row}"])
        subtotals.append(f"{row + 1}:{row + 1}")
        row += 1
    _write_sum(page, styles, form, sheet.lines, layout, at, texts, row, texts("budget.sum"), subtotals)
    write_cell(page, row, at["low"], in_wan(sheet.low), styles["sum-money"])
    write_cell(page, row, at["high"], in_wan(sheet.high), styles["sum-money"])


def line_values(form: Form, line: Line, texts: Texts) -> dict[str, Any]:
    """Cells of a line by column; money in 万元, None where there is nothing to say."""
    meta = form.tables.instruments.get(line.instrument, {})
    base = line.plan if form.has_plan else line.last
    increase = None if base is None else line.total - base
    return {
        "name": form.tables.name(line.instrument, texts.lang),
        "department": lead(meta),
        "evidence": str(meta.get("evidence", "")),
        "document": f"{meta.get('document', '')} {meta.get('clause', '')}".strip(),
        "status": texts("word.list_and").join(texts(f"status.{s}") for s in line.statuses),
        "code": line.code,
        "plan": in_wan(line.plan),
        "expected": in_wan(line.expected),
        "last": in_wan(line.last),
        "carried": in_wan(line.carried),
        "new": in_wan(line.new),
        "settlement": in_wan(line.settlement),
        "total": in_wan(line.total),
        **{f"year{y}": in_wan(fen) for y, fen in zip(form.following, line.following, strict=True)},
        "increase": in_wan(increase),
        "increase_rate": increase / base if increase is not None and base else None,
        "recipients": round(line.recipients),
        "mean_amount": in_wan(line.mean_award) if line.recipients else None,
        "low": in_wan(line.low),
        "high": in_wan(line.high),
        "reason": line.reason,
    }


def _write_row_formulas(
    page: Any, styles: dict[str, Any], form: Form, at: dict[str, int], row: int, values: dict[str, Any]
) -> None:
    def cell(key: str) -> str:
        return f"{xl_col_to_name(at[key])}{row + 1}"

    base = "plan" if form.has_plan else "last"
    total = f"={cell('carried')}+{cell('new')}+{cell('settlement')}"
    page.write_formula(row, at["total"], total, styles["money"], values["total"])
    if values["increase"] is not None:
        page.write_formula(
            row,
            at["increase"],
            f"={cell('total')}-{cell(base)}",
            styles["money"],
            values["increase"],
        )
    if values["increase_rate"] is not None:
        rate = f'=IF({cell(base)}=0,"",{cell("increase")}/{cell(base)})'
        page.write_formula(row, at["increase_rate"], rate, styles["percent"], values["increase_rate"])


def _write_sum(
    page: Any,
    styles: dict[str, Any],
    form: Form,
    lines: Sequence[Line],
    layout: list[Column],
    at: dict[str, int],
    texts: Texts,
    row: int,
    name: str,
    rows: list[str],
) -> None:
    """Write a row of sums over ranges of rows (numbered from one), with their values stored."""
    for i, column in enumerate(layout):
        style = styles[f"sum-{column.style}"]
        if column.summed and lines:
            value = sum(line_values(form, line, texts)[column.key] or 0 for line in lines)
            page.write_formula(row, i, sum_of(xl_col_to_name(i), rows), style, value)
        else:
            page.write_blank(row, i, None, style)
    page.write_string(row, at["name"], name, styles["sum-text"])
    known = [line for line in lines if not form.has_plan or line.plan is not None]
    if not known:
        return
    # Only lines with a plan: a file that names a few lines must not make the rest look like new money.
    base = sum((line.plan or 0) if form.has_plan else line.last for line in known)
    increase = sum(line.total for line in known) - base
    letter, base_letter = (xl_col_to_name(at[k]) for k in ("increase", "plan" if form.has_plan else "last"))
    page.write_formula(row, at["increase"], sum_of(letter, rows), styles["sum-money"], in_wan(increase))
    if base:
        rate = f"={letter}{row + 1}/{base_letter}{row + 1}"
        page.write_formula(row, at["increase_rate"], rate, styles["sum-percent"], increase / base)


def form_error(form: Form, texts: Texts) -> str:
    """The Monte Carlo error of the city's total."""
    city, n = form.sheets[0], len(form.tables.replications)
    if n < 2:
        return texts("budget.note_error_one")
    share = f"{city.error / abs(city.total):.1%}" if city.total else "—"
    return texts("budget.note_error", year=form.year, error=f"{city.error / FEN_WAN:,.0f}", share=share, n=n)


def _notes(form: Form, texts: Texts) -> list[str]:
    tables = form.tables
    rules = [
        "budget.note_blocks",
        "budget.note_cash",
        "budget.note_range",
        "budget.note_mean",
        "budget.note_increase",
        "budget.note_map",
    ]
    return [
        run_note(tables, texts),
        f"随机种子：{tables.seed if tables.seed is not None else '—'}。",
        *(texts(rule) for rule in rules),
        texts("summary.layers", layers=layers(tables, texts), without=without(tables, texts)),
        form_error(form, texts),
        *law_notes(tables, texts),
        *tables.warnings,
    ]
