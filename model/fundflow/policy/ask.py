"""From words typed or a file of applicants to a batch of claims, with every fault told at once."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import day_of, parse_day
from fundflow.policy.facts import Fact, FactBook
from fundflow.policy.faults import CatalogueFaults, Faults, unknown
from fundflow.policy.instrument import Instrument
from fundflow.policy.outcome import Batch
from fundflow.policy.split import read_district

DISTRICT = ("district", "区县", "区、县（市）", "地区")
LABELS = ("id", "name", "claimant", "编号", "企业名称", "名称")
EARLIEST, LATEST = day_of(1990), day_of(2100)


@dataclass(frozen=True)
class Asked:
    """A batch with the words by which its rows are called and the facts that no rule here reads."""

    batch: Batch
    labels: list[str]
    has_district: bool
    ignored: tuple[str, ...]


def read_day(text: str) -> int:
    """Read the day of a question.

    Raises
    ------
    ValueError
        If it is no date of this century or the last decade of the one before.
    """
    try:
        day = parse_day(text.strip())
    except ValueError:
        raise ValueError("must be a date, such as 2021-12-31") from None
    if not EARLIEST <= day < LATEST:
        raise ValueError("must lie between 1990 and 2099")
    return day


def read_words(words: Sequence[str]) -> dict[str, str]:
    """Read ``FACT=VALUE`` words.

    Raises
    ------
    CatalogueFaults
        If a word has no equals sign, or a fact is given twice.
    """
    faults = Faults()
    given: dict[str, str] = {}
    for word in words:
        name, equals, value = word.partition("=")
        if not equals or not name.strip():
            faults.add(word, "must be FACT=VALUE")
        elif name.strip() in given:
            faults.add(word, "is given twice")
        else:
            given[name.strip()] = value
    faults.check("facts")
    return given


def read_file(path: Path) -> list[dict[str, str]]:
    """Read a CSV of applicants; UTF-8, or the GB 18030 of Chinese spreadsheets.

    Raises
    ------
    CatalogueFaults
        If it is no table with a header.
    """
    faults = Faults()
    try:
        content = path.read_bytes()
    except OSError as error:
        raise CatalogueFaults(str(path), [f"cannot be read: {error.strerror}"]) from None
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("gb18030", errors="replace")
    try:
        reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
        header = [name.strip() for name in reader.fieldnames or []]
        if not any(header):
            faults.add("line 1", "must be a header with the names of facts")
        for name in {one for one in header if header.count(one) > 1}:
            faults.add(f"column {name!r}", "stands twice")
        rows = []
        for row in reader:
            if None in row or None in row.values():
                faults.add(f"line {reader.line_num}", f"must have {len(header)} cells like the header")
                continue
            rows.append({name.strip(): (value or "").strip() for name, value in row.items()})
    except csv.Error as error:
        raise CatalogueFaults(str(path), [f"is no CSV file: {error}"]) from None
    if not rows and not faults.found:
        faults.add("line 2", "missing: the file lists no applicants")
    faults.check(str(path))
    return rows


def make_batch(
    rows: Sequence[Mapping[str, str]],
    books: Sequence[FactBook],
    everywhere: Mapping[str, Fact],
    day: int,
    faults: Faults,
    competing: bool,
) -> Asked:
    """Turn the cells of rows into columns.

    Parameters
    ----------
    rows
        Facts as typed; an empty cell counts as not given.
    books
        What the rules asked may read.
    everywhere
        All facts of the catalogue by name: those no rule here reads are accepted and told as ignored.
    day
        The trigger day of all claims.
    faults
        Collects what cannot be read.
    competing
        Whether the rows are ranked, so that nobody may stand twice.
    """
    single = len(rows) == 1
    names = list(dict.fromkeys(name for row in rows for name in row))
    columns: dict[str, NDArray[Any]] = {}
    ignored: list[str] = []
    for name in names:
        cells = [row.get(name, "") for row in rows]
        if name in DISTRICT or name in LABELS:
            continue
        facts = [book[name] for book in books if name in book]
        if not facts:
            if name in everywhere:
                ignored.append(name)
            else:
                known = [*dict.fromkeys(n for book in books for n in book.facts), "district"]
                faults.add(name if not single else f"{name} = {cells[0]!r}", "fact " + unknown(name, known))
            continue
        for fact in dict.fromkeys(facts):
            column = _column(fact, name, cells, single, faults)
            if column is None:
                continue
            if fact.name in columns:
                faults.add(name, f'is the same fact as "{fact.name}", given twice')
            columns[fact.name] = column
    district, has_district = _districts(rows, single, faults)
    ids, labels = _labels(rows, competing, faults)
    count = len(rows)
    batch = Batch(ids, np.zeros(count, np.int64), np.full(count, day, np.int64), columns, district)
    return Asked(batch, labels, has_district, tuple(ignored))


def _column(fact: Fact, name: str, cells: Sequence[str], single: bool, faults: Faults) -> NDArray[Any] | None:
    if not any(cells) and not single:
        return None
    values: list[Any] = []
    before = len(faults.found)
    for number, cell in enumerate(cells):
        where = f"{name} = {cell!r}" if single else f"line {number + 2}: {name} = {cell!r}"
        if not cell and not single:
            values.append(_blank(fact, f"line {number + 2}: {name}", faults))
            continue
        try:
            values.append(fact.parse(cell))
        except (ValueError, OverflowError) as error:
            faults.add(where, str(error) or "cannot be read")
    return fact.column(values) if len(faults.found) == before else None


def _blank(fact: Fact, where: str, faults: Faults) -> Any:
    if fact.presumed is not None:
        return fact.presumed
    if fact.type == "enum" and any(code == 0 for code, _ in fact.labels):
        return 0
    if fact.type == "list":
        return ()
    faults.add(where, "missing, though other lines give it")
    return 0


def _districts(rows: Sequence[Mapping[str, str]], single: bool, faults: Faults) -> tuple[NDArray[np.int64], bool]:
    codes, known = [], True
    given = any(row.get(key) for row in rows for key in DISTRICT)
    for number, row in enumerate(rows):
        cell = next((row[key] for key in DISTRICT if row.get(key)), "")
        where = f"district = {cell!r}" if single else f"line {number + 2}: district = {cell!r}"
        code = 0
        if cell:
            try:
                code = read_district(cell.strip())
            except ValueError as error:
                faults.add(where, str(error))
        elif given:
            faults.add(where, "missing, though other lines give it")
        else:
            known = False
        codes.append(code)
    return np.array(codes, dtype=np.int64), known


def _labels(rows: Sequence[Mapping[str, str]], competing: bool, faults: Faults) -> tuple[NDArray[np.int64], list[str]]:
    labels = [next((row[key] for key in LABELS if row.get(key)), str(n + 1)) for n, row in enumerate(rows)]
    numbers = [row.get("id") or row.get("编号") or "" for row in rows]
    whole = all(one.isascii() and one.isdigit() and len(one) < 18 for one in numbers)
    if competing and any(numbers):
        for one in {n for n in numbers if n and numbers.count(n) > 1} if len(numbers) < 5000 else ():
            lines = [str(k + 2) for k, n in enumerate(numbers) if n == one]
            faults.add(f"id {one}", f"stands in lines {', '.join(lines)}: each applicant is ranked once")
    ids = [int(one) for one in numbers] if whole else range(1, len(rows) + 1)
    return np.array(list(ids), dtype=np.int64), labels


def facts_everywhere(facts: Mapping[tuple[str, str], Fact]) -> dict[str, Fact]:
    """All declared facts by name and alias, whatever the entity."""
    found: dict[str, Fact] = {}
    for fact in facts.values():
        for name in (fact.name, *fact.aliases, fact.zh):
            found.setdefault(name, fact)
    return found


def books_of(asked: Sequence[Any]) -> list[FactBook]:
    """The books of facts of instruments and condition sets."""
    return [one.book for one in asked]


def needs_district(asked: Sequence[Any]) -> bool:
    """Whether the district decides who bears what, or who is paid at all."""
    return any(
        isinstance(one, Instrument) and (one.by_place or one.sharing.versions[-1][1].by_district) for one in asked
    )
