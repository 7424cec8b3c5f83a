"""Read a CSV file that a bureau wrote, as Excel saves it: in UTF-8 or GBK, with line numbers for its faults."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Callable, Mapping
from pathlib import Path


class FileFaults(ValueError):
    """Everything that is wrong with a file, one line a fault."""

    def __init__(self, path: Path, faults: list[str]) -> None:
        count = f"{len(faults)} fault{'s' if len(faults) > 1 else ''}"
        super().__init__("\n".join([f"{path}: {count}", *(f"  {fault}" for fault in faults)]))
        self.faults = faults


def read_rows(
    path: Path,
    names: Mapping[str, str],
    lacking: Callable[[set[str]], list[str]],
    faults: list[str],
    strict: bool = True,
) -> list[tuple[int, dict[str, str]]]:
    """Read the rows of a file that are not empty, with their line numbers and the cells of known columns.

    Parameters
    ----------
    path
        The file.
    names
        Columns by the headings that name them.
    lacking
        Says what a header with these columns lacks.
    faults
        Takes the faults of single rows and columns; the rows that can be read are returned all the same.
    strict
        Whether a column of another name is a fault.

    Raises
    ------
    FileFaults
        If the file cannot be read at all, or its header lacks something.
    """
    try:
        reader = csv.reader(io.StringIO(_text(path), newline=""), skipinitialspace=True, strict=True)
        header = [name.strip() for name in next(reader, [])]
        lines = [(reader.line_num, cells) for cells in reader]
    except csv.Error as error:
        raise FileFaults(path, [f"is no CSV file: {error}"]) from error
    columns = [names.get(name) for name in header]
    found = [name for name in columns if name is not None]
    twice = sorted({name for name in found if found.count(name) > 1})
    problems = lacking(set(found)) + [f"column {name!r} stands there twice" for name in twice]
    if strict:
        problems += [f'line 1, column "{name}"   unknown column{_near(name, names)}'
                     for name, column in zip(header, columns, strict=True) if column is None and name]  # fmt: skip
    if problems:
        raise FileFaults(path, problems)
    rows = []
    for number, cells in lines:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            more = "more" if len(cells) > len(header) else "fewer"
            faults.append(f"line {number}: has {more} cells than the header; quote an amount with commas")
            continue
        rows.append((number, {c: cell for c, cell in zip(columns, cells, strict=True) if c is not None}))
    return rows


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise FileFaults(path, [f"cannot be read: {error.strerror}"]) from error
    # Excel on a Chinese Windows saves CSV in GBK.
    for code in ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(code)
        except UnicodeDecodeError:
            continue
    raise FileFaults(path, ["is no text file in UTF-8 or GBK; save it as CSV"])


def _near(given: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(given, known, n=1, cutoff=0.4)
    return f'; did you mean "{near[0]}"?' if near else f"; allowed: {', '.join(dict.fromkeys(known.values()))}"
