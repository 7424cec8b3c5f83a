"""Write a run folder: each replication whole, blocks of ten as parts, the manifest last.

A replication is first a folder of its own under ``unfinished/``, renamed into place when it is whole, so a
killed worker leaves either everything or nothing. When its block is full (or the run ends) the replications
become one part of each table; only then does the manifest name them. Files that the manifest does not name
are leftovers.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from fundflow.results.files import sha256, write_json, write_table, write_text
from fundflow.results.reader import MANIFEST, Run, open_run
from fundflow.results.schema import PART_SIZE, REPLICATED, frame_of
from fundflow.results.summary import summarise

FORMAT = 1
UNFINISHED = "unfinished"


class OtherRun(RuntimeError):
    """The folder belongs to another run."""


def write_replication(folder: Path, replication: int, tables: Mapping[str, Any]) -> None:
    """Write one finished replication under ``unfinished/``, whole or not at all; called in the worker.

    Parameters
    ----------
    folder
        The run folder.
    replication
        Its number.
    tables
        Columns by table, as the simulation returns them; ``claims`` may be absent.

    Raises
    ------
    TableFault
        If a table does not fit its schema.
    """
    frames = {name: frame_of(name, tables[name], replication) for name in REPLICATED}
    if tables.get("claims") is not None and len(tables["claims"]):
        frames["claims"] = frame_of("claims", tables["claims"], replication)
    home = folder / UNFINISHED
    scratch = home / f".{replication:05d}.{os.getpid()}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    for name, frame in frames.items():
        write_table(scratch / f"{name}.parquet", frame)
    target = home / f"{replication:05d}"
    if target.exists():  # finished twice after a lost worker: the same bytes, keep the first
        shutil.rmtree(scratch)
        return
    os.replace(scratch, target)


class RunWriter:
    """The one writer of a run folder.

    Parameters
    ----------
    folder
        Where; made if absent.
    meta
        Content of ``run.json``; ``identity`` names the run.
    scenario_toml
        The resolved scenario.

    Raises
    ------
    OtherRun
        If the folder holds a run of another identity, or files that are no run.
    """

    def __init__(self, folder: Path, meta: Mapping[str, Any], scenario_toml: str) -> None:
        self.folder = folder
        _claim(folder, str(meta["identity"]))
        write_text(folder / "scenario.toml", scenario_toml)
        write_json(folder / "run.json", meta)
        self._manifest: dict[str, Any] = {
            "format": FORMAT,
            "identity": meta["identity"],
            "parts": [],
            "files": {},
        }
        if (folder / MANIFEST).exists():
            self._manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        self._drop_damaged_parts()
        self._drop_leftovers()

    def finished(self) -> set[int]:
        """Replications that need not be run again."""
        return {number for numbers in self._sealed().values() for number in numbers} | set(self._waiting())

    def seal_full(self) -> None:
        """Make parts of the blocks that are full."""
        for block, numbers in self._blocks().items():
            if len(numbers) == PART_SIZE:
                self._seal(block, numbers)

    def close(self) -> Run:
        """Make parts of everything finished, write the summary and the last manifest, and open the run."""
        for block, numbers in self._blocks().items():
            self._seal(block, numbers)
        if self._manifest["parts"] and not self._is_closed():
            self._write_manifest()
            write_text(self.folder / "summary.csv", summarise(open_run(self.folder)).write_csv())
            self._write_manifest(with_summary=True)
        shutil.rmtree(self.folder / UNFINISHED, ignore_errors=True)
        return open_run(self.folder)

    def _is_closed(self) -> bool:
        """Whether the last manifest already names the summary, so that a run found again is left as it is."""
        expected = self._manifest["files"].get("summary.csv")
        path = self.folder / "summary.csv"
        return expected is not None and path.exists() and sha256(path) == expected

    def _sealed(self) -> dict[int, list[int]]:
        return {part["block"]: part["replications"] for part in self._manifest["parts"]}

    def _waiting(self) -> list[int]:
        home = self.folder / UNFINISHED
        return sorted(int(path.name) for path in home.glob("[0-9]*") if path.is_dir()) if home.exists() else []

    def _blocks(self) -> dict[int, list[int]]:
        """Blocks with a replication not yet in a part, each with all its finished replications."""
        sealed = self._sealed()
        blocks: dict[int, set[int]] = {}
        for number in self._waiting():
            block = number // PART_SIZE
            blocks.setdefault(block, set(sealed.get(block, ()))).add(number)
        return {block: sorted(numbers) for block, numbers in sorted(blocks.items())}

    def _seal(self, block: int, numbers: list[int]) -> None:
        """Write one part of each table, then the manifest, then drop what the part replaces."""
        old = next((part for part in self._manifest["parts"] if part["block"] == block), None)
        held = set(old["replications"]) if old else set()
        fresh = [number for number in numbers if number not in held]
        files = {}
        for table in REPLICATED:
            frames = [pl.read_parquet(self._unit(number, table)) for number in fresh]
            frames += [
                pl.read_parquet(self.folder / name) for name in (old or {"files": ()})["files"] if _of(name, table)
            ]
            # The order of arrival must not show in the bytes: sort by replication, rows in the simulation's
            # order.
            frame = pl.concat(frames).sort("replication", maintain_order=True)
            name = f"{table}/{_part_name(block, len(numbers))}"
            write_table(self.folder / name, frame)
            files[name] = sha256(self.folder / name)
        if 0 in fresh and self._unit(0, "claims").exists():
            os.replace(self._unit(0, "claims"), self.folder / "claims.parquet")
        parts = [part for part in self._manifest["parts"] if part["block"] != block]
        parts.append({"block": block, "replications": numbers, "files": files})
        self._manifest["parts"] = sorted(parts, key=lambda part: int(part["block"]))
        self._write_manifest()
        for name in set(old["files"] if old else ()) - set(files):
            (self.folder / name).unlink(missing_ok=True)
        for number in fresh:
            shutil.rmtree(self.folder / UNFINISHED / f"{number:05d}", ignore_errors=True)

    def _unit(self, number: int, table: str) -> Path:
        return self.folder / UNFINISHED / f"{number:05d}" / f"{table}.parquet"

    def _write_manifest(self, with_summary: bool = False) -> None:
        names = ["scenario.toml", "run.json", "claims.parquet"]
        if with_summary:  # else it is that of fewer replications
            names.append("summary.csv")
        self._manifest["files"] = {name: sha256(self.folder / name) for name in names if (self.folder / name).exists()}
        self._manifest["replications"] = sum(len(numbers) for numbers in self._sealed().values())
        write_json(self.folder / MANIFEST, self._manifest)

    def _drop_damaged_parts(self) -> None:
        """Forget parts whose files are gone or changed, so that their replications are run again."""
        self._manifest["parts"] = [
            part
            for part in self._manifest["parts"]
            if all((self.folder / n).exists() and sha256(self.folder / n) == h for n, h in part["files"].items())
            and (0 not in part["replications"] or self._claims_are_whole())
        ]

    def _claims_are_whole(self) -> bool:
        expected = self._manifest["files"].get("claims.parquet")
        path = self.folder / "claims.parquet"
        return expected is None or (path.exists() and sha256(path) == expected)

    def _drop_leftovers(self) -> None:
        named = {name for part in self._manifest["parts"] for name in part["files"]}
        for table in REPLICATED:
            for path in (self.folder / table).glob("*part-*"):
                if f"{table}/{path.name}" not in named:
                    path.unlink()
        home = self.folder / UNFINISHED
        for path in home.glob(".*") if home.exists() else ():
            shutil.rmtree(path, ignore_errors=True)
        sealed = {number for numbers in self._sealed().values() for number in numbers}
        for number in sealed & set(self._waiting()):
            shutil.rmtree(home / f"{number:05d}", ignore_errors=True)


def _claim(folder: Path, identity: str) -> None:
    """Refuse a folder that is another run, or no run and not empty."""
    folder.mkdir(parents=True, exist_ok=True)
    header = folder / "run.json"
    if header.exists():
        try:
            other = json.loads(header.read_text(encoding="utf-8")).get("identity")
        except ValueError:
            other = "unreadable"
        if other != identity:
            raise OtherRun(f"{folder} holds another run ({str(other)[:8]}, not {identity[:8]}); choose another --out")
    elif any(not path.name.startswith(".") and path.name != "scenario.toml" for path in folder.iterdir()):
        raise OtherRun(f"{folder} is not empty and holds no run; choose another --out")


def _part_name(block: int, count: int) -> str:
    """Name a part; one that is not full carries its count, so that it is never rewritten in place."""
    return f"part-{block:04d}.parquet" if count == PART_SIZE else f"part-{block:04d}-{count}of{PART_SIZE}.parquet"


def _of(name: str, table: str) -> bool:
    return name.startswith(f"{table}/")
