"""Read a file of actuals: every fault at once, with line, column, value, what is allowed and the nearest key."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fundflow.base.calendar import day_of
from fundflow.base.districts import DISTRICTS, MAP_CHANGE, district_code
from fundflow.base.money import parse_fen
from fundflow.report.actuals.rows import (
    AWARD,
    CASH,
    ENTITLEMENT,
    STOCK,
    Actuals,
    Row,
    months_between,
    place_text,
)
from fundflow.report.frames import MAP_2021
from fundflow.report.source import WHOLE_CITY, Tables
from fundflow.report.text_table import FileFaults, read_rows
from fundflow.results.schema import INDICATORS

COLUMNS = {
    "month": ("月份", "月"),
    "year": ("年份", "年度", "年"),
    "instrument": ("项目", "政策项目", "预算项目"),
    "bearer": ("承担方", "级次", "层级"),
    "district": ("区县", "地区", "区、县（市）"),
    "amount": ("金额",),
    "count": ("数量", "笔数", "户数"),
    "kind": ("种类", "类别"),
    "award_year": ("安排年度",),
    "status": ("状态", "存量"),
}
KIND_WORDS = {
    "": CASH, "cash": CASH, "支出": CASH, "award": AWARD, "安排": AWARD, "entitlement": ENTITLEMENT,
    "应兑付": ENTITLEMENT,
}  # fmt: skip
BEARER_WORDS = {
    "city": "city", "市级": "city", "市": "city", "district": "district", "区县": "district", "区级": "district",
    "区县级": "district", "province": "province", "省级": "province", "省": "province",
}  # fmt: skip
EVERYWHERE = ("", WHOLE_CITY, "all", "whole city", "合计")
_MONTH = re.compile(r"^(\d{4})[-/.年]?(\d{1,2})月?$")
_YEAR = re.compile(r"^(\d{4})年?$")
_COUNT = re.compile(r"^\d[\d,]*$")
_LATEST_OLD = day_of(2021, 4, 30)
_BEFORE_ONLY = tuple(MAP_2021)
_AFTER_ONLY = ("临平区", "钱塘区")


ActualsFaults = FileFaults
"""Everything that is wrong with a file of actuals, one line a fault."""


@dataclass(frozen=True)
class Known:
    """What a file of actuals is held against.

    Attributes
    ----------
    instruments
        Names and dates by id, as in ``run.json``.
    start_year, end_year
        First and last simulated year.
    stocks
        Names of indicators that count something.
    """

    instruments: Mapping[str, Mapping[str, Any]]
    start_year: int
    end_year: int
    stocks: tuple[str, ...] = field(default_factory=lambda: countable())

    @staticmethod
    def of(tables: Tables) -> Known:
        """What the tables of a run know."""
        ids = {*tables.instruments, *tables.commitments["instrument"], *tables.payments["instrument"]}
        known = {name: tables.instruments.get(name, {}) for name in sorted(ids)}
        return Known(known, tables.start_year, tables.end_year)


def countable() -> tuple[str, ...]:
    """Indicators of one name that are numbers of something."""
    return tuple(name for name, (unit, _) in INDICATORS.items() if unit == "number" and "*" not in name)


def read_actuals(path: Path, known: Known) -> Actuals:
    """Read and check a file of actuals.

    Raises
    ------
    ActualsFaults
        With everything that is wrong in the file.
    """
    faults: list[str] = []
    names = {alias: column for column, aliases in COLUMNS.items() for alias in (column, *aliases)}
    table = read_rows(path, names, _one_of, faults)
    rows = [row for number, cells in table if (row := _Cells(number, cells, known, faults).row())]
    faults += _twice(rows)
    actuals = Actuals(path, tuple(rows))
    if not faults:
        faults += _holes(actuals)
    if not faults and not rows:
        faults.append("holds no row below its header")
    if faults:
        raise ActualsFaults(path, sorted(faults, key=_line_of))
    return Actuals(path, actuals.rows, tuple(_gaps(actuals)))


def _one_of(columns: set[str]) -> list[str]:
    """What the header lacks."""
    lacking = [] if columns & {"month", "year"} else ["column month or year is missing"]
    lacking += [] if columns & {"instrument", "status"} else ["column instrument is missing"]
    lacking += [] if columns & {"amount", "count"} else ["column amount or count is missing"]
    return lacking + ([] if "bearer" in columns or "instrument" not in columns else ["column bearer is missing"])


class _Cells:
    """The cells of one line, and where its faults go."""

    def __init__(self, number: int, cells: dict[str, str], known: Known, faults: list[str]) -> None:
        self.number, self.cells, self.known, self.faults = number, cells, known, faults
        self.sound = True

    def cell(self, column: str) -> str:
        return self.cells.get(column, "").strip()

    def fault(self, column: str, problem: str) -> None:
        self.faults.append(f'line {self.number}, {column} = "{self.cell(column)}"   {problem}')
        self.sound = False

    def row(self) -> Row | None:
        kind = self._kind()
        first, last = self._period(kind)
        name = self._stock() if kind == STOCK else self._instrument(first, last)
        bearer = "" if kind == STOCK else self._word("bearer", BEARER_WORDS)
        place = self._place(first, last)
        fen, count = self._amount(kind), self._count()
        if fen is None and count is None and self.sound:
            self.fault("count" if kind == STOCK else "amount", "must be given (write 0 for nothing)")
        award_year = self._award_year(kind, last)
        if not self.sound:
            return None
        return Row(self.number, kind, name, bearer, place, first, last, fen, count, award_year)

    def _kind(self) -> str:
        if self.cell("status"):
            for column in ("instrument", "bearer", "amount", "kind", "award_year"):
                if self.cell(column):
                    self.fault(column, "must be empty in a row of a status, which has a count alone")
            return STOCK
        return self._word("kind", KIND_WORDS)

    def _word(self, column: str, words: Mapping[str, str]) -> str:
        given = self.cell(column).lower()
        if given in words:
            return words[given]
        self.fault(column, f"must be {', '.join(dict.fromkeys(words.values()))}{_near(given, words)}")
        return ""

    def _period(self, kind: str) -> tuple[int, int]:
        month, year = self.cell("month"), self.cell("year")
        column = "month" if month else "year"
        if bool(month) == bool(year):
            self.fault(column, "a row has a month or a year" + (", not both" if month else ""))
            return 0, 0
        if month and kind != CASH:
            what = "statuses are counted at the end of a year" if kind == STOCK else "awards are summed by fiscal year"
            self.fault("month", f"{what}; give the year")
            return 0, 0
        found = (_MONTH if month else _YEAR).match(month or year)
        numbers = [int(one) for one in found.groups()] if found else []
        if not numbers or (month and not 1 <= numbers[1] <= 12):
            self.fault(column, f"must be a {column} such as {'2026-03' if month else '2026'}")
            return 0, 0
        if not self.known.start_year <= numbers[0] <= self.known.end_year:
            early = numbers[0] < self.known.start_year
            side = f"before the start of the scenario, {self.known.start_year}-01" if early else "after its end"
            self.fault(column, f"is {side}; simulated are {self.known.start_year} to {self.known.end_year}")
            return 0, 0
        low, high = (numbers[1], numbers[1]) if month else (1, 12)
        return numbers[0] * 100 + low, numbers[0] * 100 + high

    def _instrument(self, first: int, last: int) -> str:
        ids = {str(meta.get(lang)): one for one, meta in self.known.instruments.items() for lang in ("en", "zh")}
        ids |= {one: one for one in self.known.instruments}
        given = self.cell("instrument")
        if given not in ids:
            self.fault("instrument", f"is no instrument of this scenario{_near(given, ids)}")
            return ""
        begins = str(self.known.instruments[ids[given]].get("in_force") or "")
        if begins and last and last < int(begins[:4]) * 100 + int(begins[5:7]):
            self.fault("instrument", f"is not in force in {_said(last)}: it begins on {begins}")
        return ids[given]

    def _stock(self) -> str:
        given = self.cell("status")
        if given not in self.known.stocks:
            self.fault("status", f"is no number that a run counts{_near(given, self.known.stocks)}")
        return given

    def _place(self, first: int, last: int) -> str:
        given = self.cell("district")
        if given.lower() in EVERYWHERE:
            return WHOLE_CITY
        try:
            name = DISTRICTS[district_code(given)]
        except ValueError:
            self.fault("district", f"is no district of Hangzhou{_near(given, DISTRICTS)}")
            return ""
        # Months in which the map changed belong to both.
        if first and name in _BEFORE_ONLY and _first_day(first) > _LATEST_OLD:
            self.fault("district", f"does not exist in {_said(first)}: part of {MAP_2021[name]} since 2021-04-09")
        if last and name in _AFTER_ONLY and _first_day(last + 1 if last % 100 < 12 else last + 89) <= MAP_CHANGE:
            self.fault("district", f"does not exist in {_said(last)}: it begins on 2021-04-09")
        return name

    def _amount(self, kind: str) -> int | None:
        if kind == STOCK or not self.cell("amount"):
            return None
        try:
            fen = parse_fen(self.cell("amount"))
        except (ValueError, ArithmeticError):
            self.fault("amount", "must be money in yuan to the fen, such as 2000000, 200万 or 0.02亿")
            return None
        if fen < 0:
            self.fault("amount", "must be zero or more (money that comes back is no negative payment)")
        elif fen > 10**17:
            self.fault("amount", "must be below 1,000,000亿 yuan")
        return fen

    def _count(self) -> int | None:
        if not self.cell("count"):
            return None
        if not _COUNT.match(self.cell("count")) or len(self.cell("count")) > 12:
            self.fault("count", "must be a whole number, zero or more")
            return None
        return int(self.cell("count").replace(",", ""))

    def _award_year(self, kind: str, last: int) -> int | None:
        given = self.cell("award_year")
        if not given:
            return None
        found = _YEAR.match(given)
        if kind != CASH or not found:
            self.fault("award_year", "must be a year, such as 2025" if kind == CASH else "is for cash alone")
            return None
        if last and int(found[1]) > last // 100:
            self.fault("award_year", "is after the payment")
        return int(found[1])


def _twice(rows: Iterable[Row]) -> list[str]:
    """Cells that two rows give, and lines given both for the whole city and by district."""
    faults: list[str] = []
    seen: dict[tuple[str, str, str, str, int], list[tuple[int, int | None]]] = {}
    whole: dict[tuple[str, str, str], int] = {}
    for row in rows:
        for month in months_between(row.first, row.last) if row.kind == CASH else [row.year]:
            cell = (row.kind, row.name, *row.unit, month)
            for other, other_year in seen.setdefault(cell, []):
                if other_year in (row.award_year, None) or row.award_year is None:
                    faults.append(f"line {row.line}: {_said(month)} of {row.name}, {place_text(*row.unit)}, "
                                  f"is given in line {other} already")  # fmt: skip
                    break
            else:
                seen[cell].append((row.line, row.award_year))
                continue
            break
        if row.place == WHOLE_CITY:
            whole.setdefault((row.kind, row.name, row.bearer), row.line)
    for row in rows:
        line = whole.get((row.kind, row.name, row.bearer))
        if row.place != WHOLE_CITY and line is not None:
            faults.append(f"line {row.line}: {row.name}, {row.bearer}, is given by district here and for the whole "
                          f"city in line {line}; give one of the two")  # fmt: skip
    return faults


def _holes(actuals: Actuals) -> list[str]:
    """Months between covered ones for which no unit has a row: a month forgotten, not a month without payments."""
    if not actuals.spans:
        return []
    given = {month for row in actuals.of(CASH) for month in months_between(row.first, row.last)}
    between = months_between(min(a for a, _ in actuals.spans.values()), max(b for _, b in actuals.spans.values()))
    missing = [_said(month) for month in between if month not in given]
    if not missing:
        return []
    shown = ", ".join(missing[:12]) + (f" and {len(missing) - 12} more" if len(missing) > 12 else "")
    ends = f"between {_said(between[0])} and {_said(between[-1])}"
    return [f"no row for {shown}, {ends}: give the month, 0 for nothing paid"]


def _gaps(actuals: Actuals) -> list[str]:
    """Say what was taken for nothing paid."""
    given = {(*row.unit, row.name, month) for row in actuals.of(CASH) for month in months_between(row.first, row.last)}
    gaps = [cell for cell in actuals.covered() if cell not in given]
    if not gaps:
        return []
    bearer, place, name, month = gaps[0]
    return [f"{len(gaps)} covered months of single lines have no row and count as nothing paid, "
            f"such as {name}, {place_text(bearer, place)}, in {_said(month)}"]  # fmt: skip


def _near(given: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(given, [one for one in known if one], n=1, cutoff=0.4)
    return f'; did you mean "{near[0]}"?' if near else ""


def _first_day(month: int) -> int:
    return day_of(month // 100, month % 100)


def _said(month: int) -> str:
    return f"{month // 100}-{month % 100:02d}" if month > 9999 else str(month)


def _line_of(fault: str) -> tuple[int, str]:
    found = re.match(r"line (\d+)", fault)
    return (int(found[1]) if found else 0), fault
