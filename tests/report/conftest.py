from __future__ import annotations

import dataclasses
from pathlib import Path

import polars as pl
import pytest

from fundflow.report.source import Tables, tables_of
from fundflow.results import Run
from tests.report.synthetic import make_run


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run of three replications: below every band."""
    return make_run(tmp_path_factory.mktemp("three") / "run", 3)


@pytest.fixture(scope="session")
def tables(run: Run) -> Tables:
    return tables_of(run)


@pytest.fixture(scope="session")
def forty(tables: Tables) -> Tables:
    """Forty replications, made of three by scaling: what matters is their number and that they differ."""
    parts: dict[str, list[pl.DataFrame]] = {"commitments": [], "payments": [], "settlements": [], "indicators": []}
    money = {
        "commitments": [c for c in tables.commitments.columns if c.startswith(("entitlement", "award_"))],
        "payments": ["city", "district_fen", "province"],
        "settlements": ["amount"],
        "indicators": [],
    }
    for number in range(40):
        for name, frames in parts.items():
            source: pl.DataFrame = getattr(tables, name).filter(pl.col("replication") == number % 3)
            scaled = [(pl.col(c) * (100 + number) // 100).alias(c) for c in money[name]]
            frames.append(source.with_columns(pl.lit(number, pl.Int32).alias("replication"), *scaled))
    return dataclasses.replace(
        tables, replications=tuple(range(40)), **{name: pl.concat(frames) for name, frames in parts.items()}
    )


def only(tables: Tables, count: int, path: Path | None = None) -> Tables:
    """The first replications of a run."""
    keep = pl.col("replication") < count
    return dataclasses.replace(
        tables,
        replications=tuple(range(count)),
        commitments=tables.commitments.filter(keep),
        payments=tables.payments.filter(keep),
        settlements=tables.settlements.filter(keep),
        indicators=tables.indicators.filter(keep),
        path=path or tables.path,
    )
