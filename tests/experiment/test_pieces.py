"""An experiment is cut into pieces that are found again, shared and added to, and equal what a run writes."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from fundflow.experiment.engine import load
from fundflow.experiment.pieces import Pieces, run_pieces
from fundflow.experiment.running import run_scenario
from fundflow.report.source import tables_of

SMALL = ["population.size=600", "end=2027-12-31"]


class Counter:
    def __init__(self) -> None:
        self.done: list[tuple[int, int]] = []

    def advanced(self, finished: int, wanted: int) -> None:
        self.done.append((finished, wanted))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pieces")


@pytest.fixture(scope="module")
def pieces(store: Path) -> Pieces:
    names = ("baseline", "one-to-one")
    return run_pieces([load(f"scenarios/{n}.toml", SMALL) for n in names], range(2), workers=0, store=store)


def test_a_piece_holds_the_money_of_the_run_folder_to_the_fen(pieces: Pieces, tmp_path: Path) -> None:
    run = run_scenario(load("scenarios/baseline.toml", SMALL), replications=2, workers=0, out=tmp_path / "run")
    tables = tables_of(run)
    cube = pieces.cube(0).collect()
    for column in ("entitlement_city", "award_district", "claims"):
        assert cube[column].sum() == tables.commitments[column].sum() > 0
    assert cube["cash_district"].sum() == tables.payments["district_fen"].sum() > 0
    first = tables.commitments.filter(replication=1, year=2023)["entitlement_city"].sum()
    assert pieces.totals(0).filter(replication=1, year=2023)["city"].item() == first


def test_variants_are_paired_and_only_the_split_differs(pieces: Pieces) -> None:
    base, even = (pieces.totals(v).sort("replication", "year") for v in (0, 1))
    assert base["total"].equals(even["total"])
    assert not base["city"].equals(even["city"])
    districts = pieces.totals(0, keys=("year", "district"))
    assert districts["total"].sum() == base["total"].sum()


def test_what_is_there_is_not_run_again_and_more_replications_add(pieces: Pieces, store: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*.parquet")}
    watch = Counter()
    more = run_pieces([pieces.scenarios[0]], range(3), workers=0, store=store, watch=watch)
    assert watch.done == [(2, 3), (3, 3)]
    assert {path: path.stat().st_mtime_ns for path in before} == before
    assert more.cube(0).collect()["replication"].n_unique() == 3


@pytest.mark.slow
def test_any_number_of_workers_gives_the_same_bytes(pieces: Pieces, tmp_path: Path) -> None:
    other = run_pieces(pieces.scenarios, range(2), workers=2, store=tmp_path)
    for variant in (0, 1):
        assert other.cube(variant).collect().equals(pieces.cube(variant).collect())
    files = [sorted(p.relative_to(home) for p in home.rglob("000001.parquet")) for home in (tmp_path, pieces.store)]
    assert files[0] == files[1] and len(files[0]) == 2
    for file in files[0]:
        assert (tmp_path / file).read_bytes() == (pieces.store / file).read_bytes()


def test_the_same_scenario_twice_is_run_once(store: Path, pieces: Pieces) -> None:
    twice = run_pieces([pieces.scenarios[1], pieces.scenarios[1]], [5], workers=0, store=store)
    assert len(list(store.rglob("000005.parquet"))) == 1
    both = [twice.totals(v).select(pl.col("total").sum()).item() for v in (0, 1)]
    assert both[0] == both[1] > 0
