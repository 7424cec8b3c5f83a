"""Running a scenario: found again, extended, interrupted, a worker killed; always the same bytes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import fundflow.experiment.engine
from fundflow.experiment.forecast import forecast
from fundflow.experiment.running import run_scenario
from fundflow.experiment.workers import Interrupted, ReplicationFailed, WorkersLost
from fundflow.results import OtherRun, open_run
from fundflow.scenario import Scenario, load_scenario

ENGINE = "tests.experiment.fake_engine"


@pytest.fixture(autouse=True)
def _one_version(monkeypatch):
    """Two processes of a test must agree on the version even while somebody edits the code."""
    monkeypatch.setattr(fundflow.experiment.engine, "code_version", lambda: "0+test")


def scenario(**changes) -> Scenario:
    table = {"title": "t", "author": "a", "date": "2026-01-01", "reason": "r", "replications": 12}
    return Scenario.model_validate(table | changes)


def content(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.name.startswith(".") and path.name != "timing.json"
    }


def run(out: Path, workers: int = 0, replications: int | None = None, **changes):
    return run_scenario(scenario(**changes), out=out, workers=workers, replications=replications, engine=ENGINE)


def test_no_one_and_two_workers_write_the_same_bytes(tmp_path):
    for workers in (0, 1, 2):
        run(tmp_path / str(workers), workers)
    assert content(tmp_path / "0") == content(tmp_path / "1") == content(tmp_path / "2")


def test_a_worker_has_one_thread_and_the_parent_keeps_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    log = tmp_path / "log"
    run(tmp_path / "run", 1, 2, simulation={"log": str(log)})
    lines = [line.split() for line in log.read_text().splitlines()]
    assert [line[2] for line in lines] == ["1", "1"]
    assert {line[1] for line in lines} != {str(os.getpid())}
    assert os.environ["OMP_NUM_THREADS"] == "7"


def test_the_same_inputs_find_the_finished_run_again(tmp_path):
    log = tmp_path / "log"
    run(tmp_path / "run", simulation={"log": str(log)})
    before = content(tmp_path / "run")
    again = run(tmp_path / "run", simulation={"log": str(log)})
    assert len(log.read_text().splitlines()) == 12
    assert again.replications == tuple(range(12))
    assert content(tmp_path / "run") == before


def test_more_replications_extend_a_run_and_give_the_bytes_of_one_made_at_once(tmp_path):
    log = tmp_path / "log"
    wish = {"log": str(log)}
    run(tmp_path / "steps", 0, 3, simulation=wish)
    run(tmp_path / "steps", 0, 14, simulation=wish)
    assert len(log.read_text().splitlines()) == 14
    run(tmp_path / "once", 0, 14, simulation=wish)
    assert content(tmp_path / "steps") == content(tmp_path / "once")


def test_fewer_replications_leave_a_larger_run_as_it_is(tmp_path):
    run(tmp_path / "run", 0, 5)
    assert len(run(tmp_path / "run", 0, 2).replications) == 5


def test_the_folder_is_named_for_scenario_and_identity_and_not_for_the_replications(tmp_path):
    few = run_scenario(scenario(), results=tmp_path, replications=2, workers=0, engine=ENGINE)
    more = run_scenario(scenario(), results=tmp_path, replications=3, workers=0, engine=ENGINE)
    other = run_scenario(scenario(seed=2), results=tmp_path, replications=2, workers=0, engine=ENGINE)
    assert few.path == more.path == tmp_path / f"scenario-{few.identity[:8]}"
    assert other.path != few.path


def test_a_killed_worker_loses_nothing_finished(tmp_path):
    run(tmp_path / "calm", 0)
    log = tmp_path / "log"
    wish = {"die_at": 7, "mark": str(tmp_path / "mark"), "log": str(log)}
    killed = run_scenario(scenario(simulation=wish), out=tmp_path / "killed", workers=2, engine=ENGINE)
    assert (tmp_path / "mark").exists()
    assert killed.replications == tuple(range(12))
    assert killed.faults() == []
    for name in ("payments", "indicators"):
        assert killed.table(name).collect().equals(open_run(tmp_path / "calm").table(name).collect())
    started = [int(line.split()[0]) for line in log.read_text().splitlines()]
    assert started.count(0) == 1, "a replication finished before the worker died is not run again"
    assert started.count(7) == 2


def test_workers_that_die_without_end_are_an_error_that_keeps_what_is_finished(tmp_path):
    with pytest.raises(WorkersLost, match="workers died"):
        run(tmp_path / "run", 1, simulation={"die_at": 5})
    assert open_run(tmp_path / "run").replications == (0, 1, 2, 3, 4)


def test_a_replication_that_fails_is_named_and_the_others_are_kept(tmp_path):
    for workers in (0, 1):
        with pytest.raises(ReplicationFailed, match=r"replication 4 failed: ArithmeticError: shares do not add up"):
            run(tmp_path / str(workers), workers, simulation={"fail_at": 4})
        assert set(range(4)) <= set(open_run(tmp_path / str(workers)).replications)


def test_an_interrupt_in_this_process_keeps_what_is_finished(tmp_path):
    with pytest.raises(Interrupted, match="3 finished replications are kept in"):
        run(tmp_path / "run", 0, simulation={"interrupt_at": 3})
    assert open_run(tmp_path / "run").replications == (0, 1, 2)


def test_run_json_names_what_the_run_is_made_of_and_leaves_wall_time_out(tmp_path):
    done = run(tmp_path / "run", 0, 2)
    assert done.meta["digests"]["catalogue"] == "c" * 64
    assert done.meta["digests"]["population"] == "p" * 64
    assert done.meta["warnings"] == ["assumed: everything"]
    assert done.meta["instruments"]["rnd"]["en"] == "R&D"
    assert "seconds" not in (tmp_path / "run" / "run.json").read_text()
    assert json.loads((tmp_path / "run" / "timing.json").read_text())["sessions"][0]["replications"] == 2


def test_the_scenario_of_the_folder_loads_again_to_the_same_digest(tmp_path):
    done = run(tmp_path / "run", 0, 1, policy={"readings": {"ties": "larger"}})
    again = load_scenario(tmp_path / "run" / "scenario.toml")
    assert again.digest == done.meta["digests"]["scenario"]


def test_a_forecast_is_data_frames(tmp_path):
    result = forecast(scenario(), replications=2, out=tmp_path / "run", seed=3, engine=ENGINE)
    assert result.payments["replication"].unique().to_list() == [0, 1]
    assert result.claims.height == 2
    assert result.run.meta["seed"] == 3
    assert not result.summary.is_empty()


PROGRAM = """
import sys
from pathlib import Path
from tests.experiment.test_running import run
import fundflow.experiment.engine
from fundflow.experiment.workers import Interrupted
fundflow.experiment.engine.code_version = lambda: "0+test"
if __name__ == "__main__":
    try:
        run(Path(sys.argv[1]), 2, 200, simulation={"slow": 0.05})
    except Interrupted as stop:
        print("kept", stop)
        sys.exit(130)
"""


def start(tmp_path: Path, until: str = "unfinished/0*") -> subprocess.Popen[str]:
    """Start a long run in a session of its own, and wait until it has finished something (or made a file)."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    root = str(Path(__file__).parents[2])
    process = subprocess.Popen(
        [sys.executable, str(program), str(tmp_path / "run")],
        env=os.environ | {"PYTHONPATH": root},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while not list((tmp_path / "run").glob(until)) and time.monotonic() < deadline:
        time.sleep(0.02)
    return process


def test_ctrl_c_at_the_terminal_keeps_every_finished_replication_without_a_traceback(tmp_path):
    process = start(tmp_path)
    os.killpg(process.pid, signal.SIGINT)  # a terminal signals the workers too
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err
    kept = open_run(tmp_path / "run")
    assert f"{len(kept.replications)} finished replications are kept" in out
    assert 0 < len(kept.replications) < 200
    assert kept.faults() == []


def test_ctrl_c_while_workers_are_still_starting_is_as_quiet(tmp_path):
    process = start(tmp_path, until="run.json")
    time.sleep(0.3)  # the workers are importing
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert "Traceback" not in err


def test_workers_end_with_a_parent_that_is_killed_and_the_run_goes_on_later(tmp_path):
    process = start(tmp_path)
    process.kill()
    process.communicate(timeout=60)  # returns once the workers, which share the pipes, have ended too
    finished = {int(path.name) for path in (tmp_path / "run" / "unfinished").glob("0*")}
    assert finished
    again = run(tmp_path / "run", 0, 30, simulation={"slow": 0.05})
    assert set(again.replications) >= set(range(30)) | finished


def test_a_change_of_the_code_that_decides_results_is_another_run(tmp_path, monkeypatch):
    first = run(tmp_path / "run", 0, 1)
    monkeypatch.setattr(fundflow.experiment.engine, "code_version", lambda: "0+changed")
    with pytest.raises(OtherRun):
        run(tmp_path / "run", 0, 1)
    assert first.meta["version"] == "0+test"
