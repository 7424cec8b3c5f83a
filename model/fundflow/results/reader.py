"""Read a run folder: only what its manifest names, so that a run cut off reads like a finished one."""

from __future__ import annotations

import json
import tomllib
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl

from fundflow.results.files import sha256
from fundflow.results.schema import schema_of

MANIFEST = "manifest.json"


class NoRun(FileNotFoundError):
    """The folder holds no run that can be read; the text says what is missing."""


@dataclass(frozen=True)
class Run:
    """The finished part of a run.

    Attributes
    ----------
    path
        The run folder.
    meta
        ``run.json``: name, identity, seed, version, digests, warnings.
    scenario
        ``scenario.toml`` as plain tables (numbers with a point are Decimal).
    manifest
        ``manifest.json``: the finished parts with their replications and hashes.
    """

    path: Path
    meta: dict[str, Any] = field(repr=False)
    scenario: dict[str, Any] = field(repr=False)
    manifest: dict[str, Any] = field(repr=False)

    @property
    def identity(self) -> str:
        """Hash of scenario, catalogue, population, seed and version."""
        return str(self.meta["identity"])

    @property
    def replications(self) -> tuple[int, ...]:
        """Numbers of the finished replications, ascending."""
        return tuple(sorted(number for part in self.manifest["parts"] for number in part["replications"]))

    @property
    def payments(self) -> pl.LazyFrame:
        """Cash: dated payments."""
        return self.table("payments")

    @property
    def commitments(self) -> pl.LazyFrame:
        """Entitlements and awards by year."""
        return self.table("commitments")

    @property
    def settlements(self) -> pl.LazyFrame:
        """What one level of government owes another."""
        return self.table("settlements")

    @property
    def recoveries(self) -> pl.LazyFrame:
        """Money claimed back."""
        return self.table("recoveries")

    @property
    def indicators(self) -> pl.LazyFrame:
        """Firms, R&D, places, queues, fund balances."""
        return self.table("indicators")

    @property
    def claims(self) -> pl.LazyFrame:
        """Every claim of replication 0, paid or not; empty until replication 0 is finished."""
        return self.table("claims")

    @property
    def summary(self) -> pl.DataFrame:
        """``summary.csv``: bands by year over the finished replications.

        Raises
        ------
        NoRun
            If the run was cut off before the summary was written.
        """
        path = self.path / "summary.csv"
        if not path.exists():
            raise NoRun(f"{path} is missing: the run was cut off; go on with the same command")
        return pl.read_csv(path)

    def table(self, name: str) -> pl.LazyFrame:
        """One table of the finished part, lazily; replications in order."""
        files = [
            self.path / file
            for part in sorted(self.manifest["parts"], key=lambda part: part["block"])
            for file in part["files"]
            if file.startswith(f"{name}/")
        ]
        if name == "claims" and "claims.parquet" in self.manifest["files"]:
            files = [self.path / "claims.parquet"]
        if not files:
            return pl.LazyFrame(schema=schema_of(name))
        return pl.scan_parquet(files)

    def faults(self) -> list[str]:
        """Compare every file with its hash in the manifest; an empty list if all agree."""
        named = dict(self.manifest["files"])
        for part in self.manifest["parts"]:
            named |= part["files"]
        faults = []
        for name, expected in sorted(named.items()):
            path = self.path / name
            if not path.exists():
                faults.append(f"{name} is missing")
            elif sha256(path) != expected:
                faults.append(f"{name} is not the file that the run wrote")
        return faults


def open_run(path: str | Path) -> Run:
    """Open the finished part of a run folder.

    Raises
    ------
    NoRun
        If there is no run folder, or nothing in it is finished yet.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise NoRun(f"{folder} is no run folder; `fundflow run` writes one and prints its name")
    missing = [name for name in (MANIFEST, "run.json", "scenario.toml") if not (folder / name).exists()]
    if missing:
        raise NoRun(f"{folder} holds no finished replication: {', '.join(missing)} missing")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        meta = json.loads((folder / "run.json").read_text(encoding="utf-8"))
        scenario = tomllib.loads((folder / "scenario.toml").read_text(encoding="utf-8"), parse_float=Decimal)
    except ValueError as fault:
        raise NoRun(f"{folder} is damaged: {fault}") from fault
    return Run(folder, meta, scenario, manifest)
