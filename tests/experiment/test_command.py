"""``fundflow run`` as typed: bad input is told at once, help is quick, a run cut off says how to go on."""

import subprocess
import sys
import time

import pytest
from click.testing import CliRunner

import fundflow.experiment.command as command
import fundflow.experiment.engine as engine
import fundflow.experiment.running as running
from fundflow.cli import main
from fundflow.results import open_run
from fundflow.scenario import load_scenario

SCENARIO = """
title = "t"
author = "a"
date = 2026-01-01
reason = "r"
replications = 3
"""


@pytest.fixture
def scenario(tmp_path, monkeypatch):
    """A scenario on the fake engine, without a report."""
    real = running.run_scenario
    monkeypatch.setattr(engine, "load", load_scenario)
    monkeypatch.setattr(engine, "code_version", lambda: "0+test")
    monkeypatch.setattr(running, "run_scenario", lambda *a, **k: real(*a, engine="tests.experiment.fake_engine", **k))
    monkeypatch.setattr(command, "report", lambda run, lang: print("reported", run.path, lang))
    file = tmp_path / "question.toml"
    file.write_text(SCENARIO, encoding="utf-8")
    return file


def type_in(*words):
    return CliRunner().invoke(main, ["run", *map(str, words)])


def test_a_run_is_written_and_reported(scenario, tmp_path):
    answer = type_in(scenario, "--out", tmp_path / "out", "--workers", 0, "--lang", "en")
    assert answer.exit_code == 0, answer.output
    assert f"reported {tmp_path / 'out'} en" in answer.output
    assert open_run(tmp_path / "out").replications == (0, 1, 2)


def test_options_go_over_the_scenario(scenario, tmp_path):
    options = ["--seed", 9, "--replications", 2, "--fixed-parameters", "--set", "population.size=70"]
    answer = type_in(scenario, "--out", tmp_path / "out", "--workers", 0, *options)
    assert answer.exit_code == 0, answer.output
    done = open_run(tmp_path / "out")
    assert done.replications == (0, 1)
    assert done.meta["seed"] == 9
    assert done.meta["fixed_parameters"] is True
    assert done.scenario["population"]["size"] == 70


def test_a_finished_run_is_said_to_be_found(scenario, tmp_path):
    words = [scenario, "--out", tmp_path / "out", "--workers", 0]
    type_in(*words)
    assert "The finished run was found" in type_in(*words).output


def test_every_fault_is_told_and_nothing_is_written(scenario, tmp_path):
    answer = type_in(scenario, "--out", tmp_path / "out", "--set", "sed=1", "--set", "population.size=-1")
    assert answer.exit_code == 2
    assert 'sed   unknown key; did you mean "seed"?' in answer.output
    assert "population.size = -1   must be 30 or more" in answer.output
    assert not (tmp_path / "out").exists()


def test_an_interrupted_run_says_how_to_go_on_and_does(scenario, tmp_path, monkeypatch):
    words = [scenario, "--out", tmp_path / "out", "--workers", 0, "--set", "simulation.interrupt_at=2"]
    monkeypatch.setattr(sys, "argv", ["fundflow", "run", *map(str, words)])
    answer = type_in(*words)
    assert answer.exit_code == 130
    assert "2 finished replications are kept" in answer.output
    assert f"To go on: fundflow run {scenario}" in answer.output
    assert open_run(tmp_path / "out").replications == (0, 1)


def test_a_folder_with_another_run_is_refused(scenario, tmp_path):
    type_in(scenario, "--out", tmp_path / "out", "--workers", 0)
    answer = type_in(scenario, "--out", tmp_path / "out", "--workers", 0, "--seed", 5)
    assert answer.exit_code == 2
    assert "holds another run" in answer.output


def test_no_command_of_runs_and_experiments_loads_a_heavy_library_before_it_is_called():
    program = (
        "import sys, click\nfrom fundflow.cli import COMMANDS, main\n"
        "law = {'award', 'policy'}\n"  # the law's own modules need numpy for their facts
        "for name in COMMANDS.keys() - law:\n    main.get_command(click.Context(main), name)\n"
        "heavy = {'numpy', 'polars', 'scipy', 'matplotlib', 'pydantic', 'simpy', 'rich'} & set(sys.modules)\n"
        "assert len(COMMANDS) > 12 and not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("words", [["--help"], ["run", "--help"]])
def test_help_needs_no_heavy_library_and_is_quick(words):
    program = (
        "import sys\nfrom fundflow.cli import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit:\n    pass\n"
        "heavy = {'numpy', 'polars', 'scipy', 'matplotlib', 'pydantic', 'simpy', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    times = []
    for _ in range(3):
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
        times.append(time.perf_counter() - start)
        assert done.returncode == 0, done.stderr
    assert min(times) < 1.0, "0.3 s on an idle machine; this one may be busy"
