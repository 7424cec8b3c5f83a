"""The guarantee on the real simulation: any number of workers writes the same bytes."""

from fnmatch import fnmatch

import pytest

import fundflow.experiment.engine as engine
from fundflow.experiment.running import run_scenario
from fundflow.results import INDICATORS, open_run
from tests.experiment.test_running import content
from tests.experiment.test_scenarios import BASELINE

SMALL = ["population.size=500", "end=2024-12-31", "budget_year=2024"]


@pytest.mark.slow
def test_the_baseline_has_the_same_bytes_with_no_one_and_two_workers(tmp_path, monkeypatch):
    monkeypatch.setattr(engine, "code_version", lambda: "0+test")
    scenario = engine.load(BASELINE, SMALL)
    for workers in (0, 1, 2):
        run_scenario(scenario, replications=3, workers=workers, out=tmp_path / str(workers))
    assert content(tmp_path / "0") == content(tmp_path / "1") == content(tmp_path / "2")
    assert "claims.parquet" in content(tmp_path / "0")
    names = set(open_run(tmp_path / "0").indicators.collect()["name"])
    described = [name for name in names if any(fnmatch(name, pattern) for pattern in INDICATORS)]
    assert names == set(described), "docs/results.md must describe every indicator"


@pytest.mark.slow
def test_a_larger_horizon_changes_nothing_before_its_end(tmp_path, monkeypatch):
    """What is paid until the end of 2023 does not know whether the run goes on."""
    monkeypatch.setattr(engine, "code_version", lambda: "0+test")
    frames = []
    for end in (2023, 2024):
        sets = ["population.size=500", f"end={end}-12-31", "budget_year=2023"]
        run = run_scenario(engine.load(BASELINE, sets), replications=1, workers=0, out=tmp_path / str(end))
        frames.append(run.commitments.filter(year=2022).collect())
    assert frames[0].equals(frames[1])
    assert frames[0].height > 0
