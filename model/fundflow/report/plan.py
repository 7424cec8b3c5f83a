"""Read what the bureau knows about lines: last year's plan and expected outturn, and budget codes."""

from __future__ import annotations

import csv
import difflib
import io
from dataclasses import dataclass
from pathlib import Path

from fundflow.base.money import parse_fen
from fundflow.report.source import Tables


@dataclass(frozen=True)
class Planned:
    """Last year's plan and expected outturn of a line in fen; None where the file says nothing."""

    plan: int | None
    expected: int | None


class PlanFaults(ValueError):
    """Everything that is wrong with a file of the bureau, one line a fault."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        super().__init__("\n".join([f"{path}: {count}", *(f"  {fault}" for fault in faults)]))
        self.faults = faults


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
    ids = {*tables.instruments, *tables.commitments["instrument"], *tables.payments["instrument"]}
    by_name = {tables.name(i, "zh"): i for i in sorted(ids)}
    return by_name | {i: i for i in ids}


def _rows(path: Path, columns: tuple[str, ...]) -> list[tuple[int, dict[str, str]]]:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise PlanFaults(path, [f"cannot be read: {error.strerror}"]) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel on a Chinese Windows saves CSV in GBK.
        try:
            text = raw.decode("gb18030")
        except UnicodeDecodeError:
            raise PlanFaults(path, ["is no text file in UTF-8 or GBK; save it as CSV"]) from None
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
        header = [name.strip() for name in reader.fieldnames or ()]
        reader.fieldnames = header
        missing = [name for name in columns if name not in header]
        if missing:
            raise PlanFaults(
                path,
                [f"column {name!r} is missing; the header must be: {','.join(columns)}" for name in missing],
            )
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise PlanFaults(path, [f"is no CSV file: {error}"]) from error
    faults = [
        f"line {n}: has {'more' if None in row else 'fewer'} cells than the header; quote an amount with commas"
        for n, row in rows
        if None in row or None in row.values()
    ]
    if faults:
        raise PlanFaults(path, faults)
    return [(n, row) for n, row in rows if any(cell.strip() for cell in row.values())]


def _instrument(given: str, tables: Tables, number: int, faults: list[str]) -> str | None:
    known = known_instruments(tables)
    if given.strip() in known:
        return known[given.strip()]
    near = difflib.get_close_matches(given.strip(), known, n=1, cutoff=0.4)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    faults.append(f"line {number}: {given.strip()!r} is no instrument of this run{hint}")
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
