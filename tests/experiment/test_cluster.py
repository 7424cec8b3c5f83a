"""A Dask cluster gives the bytes of local processes, also when a worker is killed; a bad address is told."""

from __future__ import annotations

import importlib
import socket
import time
from pathlib import Path

import pytest
from click.testing import CliRunner

from fundflow.cli import main
from fundflow.experiment import cluster as module
from fundflow.experiment.cluster import spread_on
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.pieces import run_pieces
from fundflow.experiment.workers import ReplicationFailed
from tests.experiment.test_sweep import scenario

ENGINE = "tests.experiment.rate_engine"


def content(store: Path) -> dict[str, bytes]:
    return {str(one.relative_to(store)): one.read_bytes() for one in sorted(store.rglob("*")) if one.is_file()}


def run(store: Path, variants, spread=None, replications: int = 12):
    return run_pieces(variants, range(replications), workers=0, store=store, engine=ENGINE, spread=spread)


def test_two_cluster_workers_one_killed_in_the_middle_write_the_bytes_of_this_process(tmp_path: Path):
    mark = tmp_path / "mark"
    # The request to die is part of the scenario, hence of its identity: here the mark is already made.
    variants = [scenario(0.2, die_at=5, mark=str(mark)), scenario(0.3)]
    mark.touch()
    run(tmp_path / "here", variants)
    mark.unlink()
    with spread_on("local:2") as spread:
        run(tmp_path / "there", variants, spread)
        assert mark.exists(), "no worker was killed"
        assert len(content(tmp_path / "there")) == 24
        assert content(tmp_path / "there") == content(tmp_path / "here")
        # Whichever replication fails first is told with its number, and what is finished stays.
        broken = scenario(0.2, shape="nonsense")
        with pytest.raises(ReplicationFailed, match=r"replication \d+ failed: KeyError"):
            run(tmp_path / "there", [broken], spread)
        assert len(content(tmp_path / "there")) == 24
        # After a failure the same cluster goes on, and adds to what is there.
        run(tmp_path / "there", variants, spread, 15)
        assert len(content(tmp_path / "there")) == 30


def test_two_local_processes_one_killed_in_the_middle_write_the_bytes_of_this_process(tmp_path: Path):
    mark = tmp_path / "mark"
    variants = [scenario(0.2, die_at=5, mark=str(mark)), scenario(0.3)]
    mark.touch()
    run(tmp_path / "here", variants)
    mark.unlink()
    run_pieces(variants, range(12), workers=2, store=tmp_path / "there", engine=ENGINE)
    assert mark.exists(), "no worker was killed"
    assert content(tmp_path / "there") == content(tmp_path / "here")
    assert len(content(tmp_path / "there")) == 24


def test_an_address_that_listens_and_says_nothing_is_told_in_time(monkeypatch):
    monkeypatch.setattr(module, "ANSWER_SECONDS", 1)  # 10 seconds otherwise, and 5 more
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        started = time.monotonic()
        with pytest.raises(Refused, match="does not answer"), spread_on(f"tcp://127.0.0.1:{deaf.getsockname()[1]}"):
            pass
        assert time.monotonic() - started < 20


@pytest.mark.parametrize("address", ["nonsense", "local:0", "local:x", "tcp://", "host"])
def test_what_is_no_address_is_told_with_what_is_one(address):
    with pytest.raises(Refused, match=r"tcp://10\.0\.0\.5:8786|1 to 1000"), spread_on(address):
        pass


def test_an_address_that_does_not_answer_is_told_and_nothing_is_lost(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(module, "ANSWER_SECONDS", 1)
    words = ["sweep", "scenarios/baseline.toml", "--set", "population.size=600", "--vary", "population.seed=1,2"]
    said = CliRunner().invoke(main, [*words, "--cluster", "tcp://127.0.0.1:9", "--out", str(tmp_path / "out")])
    assert said.exit_code == 2 and "does not answer within 1 seconds" in said.output
    assert not (tmp_path / "out").exists()


def test_without_dask_the_extra_is_named(monkeypatch):
    real = importlib.import_module

    def absent(name: str, *rest):
        if name == "distributed":
            raise ImportError(name)
        return real(name, *rest)

    monkeypatch.setattr(module, "import_module", absent)
    with pytest.raises(Refused, match=r"pip install 'fundflow\[cluster\]'"), spread_on("local:2"):
        pass


def test_no_address_means_local_processes():
    with spread_on(None) as spread:
        assert spread is None
