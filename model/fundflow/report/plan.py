"""Read what the bureau knows about lines: last year's plan and expected outturn, and budget codes."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

from fundflow.base.districts import DISTRICTS, district_code
from fundflow.base.money import parse_fen
from fundflow.report.source import Tables
from fundflow.report.text_table import FileFaults, read_rows


@dataclass(frozen=True)
class Planned:
    """Last year's plan and expected outturn of a line in fen; None where the file says nothing."""

    plan: int | None
    expected: int | None


PlanFaults = FileFaults
"""Everything that is wrong with a file of the bureau, one line a fault."""


def read_plan(path: Path, tables: Tables) -> dict[str, Planned]:
    """Read a CSV file with the columns ``instrument, plan, expected``, in yuan, 万 or 亿.

    ``instrument`` is an id or the Chinese name; an empty amount is unknown.

    Raises
    ------
    PlanFaults
        If the file cannot be read; with every unknown instrument and bad amount at once.
    """
    faults: list[str] = []
    planned: dict[str, Planned] = {}
    for number, row in _rows(path, ("instrument", "plan", "expected")):
        instrument = _instrument(row["instrument"], tables, number, faults)
        amounts = [_amount(row[key], key, number, faults) for key in ("plan", "expected")]
        if instrument in planned:
            faults.append(f"line {number}: {instrument} is given twice")
        elif instrument is not None:
            planned[instrument] = Planned(*amounts)
    if faults:
        raise PlanFaults(path, faults)
    return planned


def read_plans_by_place(path: Path, tables: Tables) -> dict[tuple[str, str], int]:
    """Read the plan of the year: a CSV file with the columns ``instrument, plan`` and, if wanted, ``district``.

    An empty district is the city's own budget.

    Returns
    -------
    dict
        Plan in fen by place ("city" or a district of the map of 2021) and instrument.

    Raises
    ------
    PlanFaults
        If the file cannot be read; with every unknown instrument, district and bad amount at once.
    """
    faults: list[str] = []
    plans: dict[tuple[str, str], int] = {}
    for number, row in _rows(path, ("instrument", "plan"), ("district",)):
        instrument = _instrument(row["instrument"], tables, number, faults)
        place = _place(row.get("district", ""), number, faults)
        fen = _amount(row["plan"], "plan", number, faults)
        if instrument is None or place is None or fen is None:
            continue
        if (place, instrument) in plans:
            faults.append(f"line {number}: {instrument} is given twice for {place}")
        plans[place, instrument] = fen
    if faults:
        raise PlanFaults(path, faults)
    return plans


def read_codes(path: Path, tables: Tables, strict: bool = True) -> dict[str, str]:
    """Read a CSV file with the columns ``instrument, code``; unless strict, leave out what the run does not know.

    Raises
    ------
    PlanFaults
        If the file cannot be read or names an unknown instrument.
    """
    faults: list[str] = []
    codes: dict[str, str] = {}
    for number, row in _rows(path, ("instrument", "code")):
        instrument = _instrument(row["instrument"], tables, number, faults)
        if instrument is not None:
            codes[instrument] = row["code"].strip()
    if faults and strict:
        raise PlanFaults(path, faults)
    return codes


def known_instruments(tables: Tables) -> dict[str, str]:
    """Ids of the run's instruments by id and by Chinese name."""
    ids = {*tables.instruments, *tables.commitments["instrument"].unique(), *tables.payments["instrument"].unique()}
    by_name = {tables.name(i, "zh"): i for i in sorted(ids)}
    return by_name | {i: i for i in ids}


def _instrument(given: str, tables: Tables, number: int, faults: list[str]) -> str | None:
    known = known_instruments(tables)
    if given.strip() in known:
        return known[given.strip()]
    near = difflib.get_close_matches(given.strip(), known, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    faults.append(f"line {number}: {given.strip()!r} is no instrument of this run{hint}")
    return None


def _place(given: str, number: int, faults: list[str]) -> str | None:
    if given.strip() in ("", "city", "市级", "市本级"):
        return "city"
    try:
        name = DISTRICTS[district_code(given.strip())]
        if name in DISTRICTS[:13]:
            return name
    except ValueError:
        pass
    near = difflib.get_close_matches(given.strip(), DISTRICTS[:13], n=1, cutoff=0.3)
    hint = f"; did you mean {near[0]!r}?" if near else f"; known: {'、'.join(DISTRICTS[:13])}"
    faults.append(f"line {number}, district: {given.strip()!r} is no district since 2021{hint}")
    return None


def _amount(given: str, column: str, number: int, faults: list[str]) -> int | None:
    if not given.strip():
        return None
    try:
        fen = parse_fen(given)
    except ValueError as error:
        faults.append(f"line {number}, {column}: {error}")
        return None
    if fen < 0:
        faults.append(f"line {number}, {column}: {given.strip()} must be zero or more")
        return None
    return fen


def _rows(path: Path, columns: tuple[str, ...], more: tuple[str, ...] = ()) -> list[tuple[int, dict[str, str]]]:
    """Rows of a file with these columns; others are left aside."""

    def lacking(found: set[str]) -> list[str]:
        header = ",".join(columns)
        return [f"column {name!r} is missing; the header must be: {header}" for name in columns if name not in found]

    faults: list[str] = []
    rows = read_rows(path, {name: name for name in (*columns, *more)}, lacking, faults, strict=False)
    if faults:
        raise PlanFaults(path, faults)
    return rows
