"""Small file habits of a run folder: write whole or not at all, hash, and hold a folder for one writer."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl

ROWS_IN_GROUP = 131_072
"""Fixed, since the default follows the number of threads and the bytes would with it."""


class FolderInUse(RuntimeError):
    """Another program is writing to the run folder."""


def write_text(path: Path, text: str) -> None:
    """Write a text file so that a reader sees the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    other = path.with_name(f".{path.name}.{os.getpid()}")
    other.write_text(text, encoding="utf-8")
    os.replace(other, path)


def write_json(path: Path, value: Any) -> None:
    """Write JSON with sorted keys, so that equal values give equal bytes."""
    write_text(path, json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n")


def write_table(path: Path, frame: pl.DataFrame) -> None:
    """Write a Parquet file whole or not at all; equal frames give equal bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    other = path.with_name(f".{path.name}.{os.getpid()}")
    frame.rechunk().write_parquet(other, compression="zstd", statistics=True, row_group_size=ROWS_IN_GROUP)
    os.replace(other, path)


def sha256(path: Path) -> str:
    """Hash of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """Hold a folder for one writer; the system lets go when the program ends, however it ends.

    Raises
    ------
    FolderInUse
        If another program holds it.
    """
    try:
        import fcntl
    except ImportError:  # no such lock on this system: two writers are then the user's care
        yield
        return
    with (folder / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise FolderInUse(f"{folder} is being written by another run; wait for it or choose --out") from None
        yield
