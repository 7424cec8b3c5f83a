"""What the workbooks of the bureau share: opening one, formats, the head and the print set-up of a sheet, notes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xlsxwriter

from fundflow.base.districts import DISTRICT_EN
from fundflow.report.budget import CITY
from fundflow.report.source import WHOLE_CITY
from fundflow.report.texts import Texts

FEN_WAN = 10**6
HEAD = 3
"""Rows above the first line: title, units, column names."""


@dataclass(frozen=True)
class Column:
    """A column of a sheet: its heading, its width in characters, and the format of its cells."""

    key: str
    heading: str
    width: float
    style: str
    summed: bool = False


@contextmanager
def workbook_at(out: Path) -> Iterator[Any]:
    """Open a workbook and close it; its folder is made.

    Raises
    ------
    OSError
        If the file cannot be written, for instance while Excel has it open.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    try:
        with xlsxwriter.Workbook(str(out)) as book:
            yield book
    except xlsxwriter.exceptions.FileCreateError as error:
        raise OSError(f"{out} cannot be written: {error}") from error


def place_name(place: str, texts: Texts) -> str:
    """Name of a sheet."""
    if place == CITY:
        return texts("budget.sheet_city")
    if place == WHOLE_CITY:
        return texts("word.no_district")
    return place if texts.lang == "zh" else DISTRICT_EN[place]


def styles_of(book: Any) -> dict[str, Any]:
    """Formats of cells by kind; those of sums begin with ``sum-``."""
    cell: dict[str, Any] = {"font_name": "宋体", "font_size": 10, "border": 1, "valign": "vcenter"}
    kinds: dict[str, dict[str, Any]] = {
        "text": {"text_wrap": True},
        "money": {"num_format": "#,##0.00;[Red]-#,##0.00;0.00"},
        "percent": {"num_format": "0.0%"},
        "count": {"num_format": "#,##0"},
    }
    styles = {name: book.add_format({**cell, **extra}) for name, extra in kinds.items()}
    styles |= {
        f"sum-{name}": book.add_format({**cell, **extra, "bold": True, "bg_color": "#EEEEEE"})
        for name, extra in kinds.items()
    }
    styles["head"] = book.add_format(
        {**cell, "bold": True, "text_wrap": True, "align": "center", "bg_color": "#DDE6EF"}
    )
    styles["title"] = book.add_format({"font_name": "黑体", "font_size": 16, "align": "left"})
    styles["units"] = book.add_format({"font_name": "宋体", "font_size": 10, "font_color": "#555555"})
    styles["note"] = book.add_format({"font_name": "宋体", "font_size": 10, "text_wrap": True, "valign": "top"})
    return styles


def start_sheet(
    book: Any, styles: dict[str, Any], layout: Sequence[Column], name: str, title: str, units: str
) -> Any:
    """A sheet with title, units and column names, set up for printing on A3; its lines begin at row ``HEAD``."""
    page = book.add_worksheet(name)
    page.write_string(0, 0, title, styles["title"])
    page.write_string(1, 0, units, styles["units"])
    page.set_row(0, 26)
    page.set_row(2, 42)
    for i, column in enumerate(layout):
        page.set_column(i, i, column.width)
        page.write_string(2, i, column.heading, styles["head"])
    page.freeze_panes(HEAD, 2)
    page.set_landscape()
    page.set_paper(8)  # A3
    page.fit_to_pages(1, 0)
    page.repeat_rows(2)
    page.set_footer("&C&P / &N")
    return page


def sum_of(letter: str, rows: Sequence[str]) -> str:
    """Formula of a sum of one column over ranges of rows, each ``first:last`` and numbered from one."""
    ranges = (span.split(":") for span in rows)
    return f"=SUM({','.join(f'{letter}{first}:{letter}{last}' for first, last in ranges)})"


def in_wan(fen: int | None) -> float | None:
    """Fen as a number of 万元: the only place where money becomes a float, for Excel."""
    return None if fen is None else fen / FEN_WAN


def write_cell(page: Any, row: int, column: int, value: Any, style: Any) -> None:
    """Write a text or a number; nothing leaves the cell blank."""
    if value is None or value == "":
        page.write_blank(row, column, None, style)
    elif isinstance(value, str):
        page.write_string(row, column, value, style)
    else:
        page.write_number(row, column, value, style)


def write_notes(book: Any, styles: dict[str, Any], texts: Texts, notes: Sequence[str]) -> None:
    """A sheet of notes, one a row."""
    page = book.add_worksheet(texts("budget.sheet_notes"))
    page.set_column(0, 0, 110)
    page.write_string(0, 0, texts("budget.sheet_notes"), styles["title"])
    for row, note in enumerate(notes, start=1):
        page.write_string(row, 0, note, styles["note"])
