"""A grid of keys: every cell is the scenario with its values, its difference to the first cell is paired."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from fundflow.cli import main
from fundflow.experiment import pieces as pieces_module
from fundflow.experiment.engine import load
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.pieces import run_pieces
from fundflow.experiment.question import Question
from fundflow.experiment.sweep import sweep_cells
from fundflow.experiment.varying import cells_of, read_varied, value_now
from fundflow.scenario import Scenario
from tests.experiment.rate_engine import FEN, award

ENGINE = "tests.experiment.rate_engine"
CITY = ["population.size=600", "end=2024-12-31", "budget_year=2024"]


def scenario(rate: float, **more) -> Scenario:
    table = {"title": "t", "author": "a", "date": "2026-01-01", "reason": "r", "simulation": {"rate": rate, **more}}
    return Scenario.model_validate(table)


def test_a_range_holds_both_ends_and_even_steps_in_exact_decimals():
    assert read_varied("a.b=10%:30%:5").values == ("10%", "15%", "20%", "25%", "30%")
    assert read_varied("a=0.1:0.4:4").values == ("0.1", "0.2", "0.3", "0.4")
    assert read_varied("a=300万:100万:2").values == ("300万", "100万")
    assert read_varied('a=1,"x,y",[1, 2]').values == ("1", '"x,y"', "[1, 2]")
    assert read_varied("a.b=10%:30%:5").numbers == [10, 15, 20, 25, 30]
    assert read_varied("a=renewed,lapses").numbers is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a", "KEY=from:to:n"), ("=1", "KEY=from:to:n"), ("a=", "KEY=from:to:n"), ("a b=1,2", "KEY=from:to:n"),
        ("a=1:2", "how many"), ("a=1:2:1", "2 to 2000"), ("a=1:1:3", "different ends"), ("a=1:2:x", "10%:30%:5"),
        ("a=10%:3:4", "same unit"), ("a=1,1", "twice"), ("a=1:2:9999", "2 to 2000"),
    ],
)  # fmt: skip
def test_a_bad_range_says_what_is_allowed(text, said):
    with pytest.raises(Refused, match=said):
        read_varied(text)


def test_a_grid_has_every_combination_once_the_last_key_fastest():
    cells = cells_of([read_varied("a=1,2"), read_varied("b=x,y,z")])
    assert cells == [("1", "x"), ("1", "y"), ("1", "z"), ("2", "x"), ("2", "y"), ("2", "z")]
    with pytest.raises(Refused, match="twice"):
        cells_of([read_varied("a=1,2"), read_varied("a=3,4")])
    with pytest.raises(Refused, match="more than 2000"):
        cells_of([read_varied("a=1:2:50"), read_varied("b=1:2:50")])


def test_the_difference_of_two_cells_is_that_of_the_same_luck(tmp_path: Path):
    both = [scenario(0.2), scenario(0.3)]
    pieces = run_pieces(both, range(30), workers=0, store=tmp_path, engine=ENGINE)
    first, second = sweep_cells(pieces, [("0.2",), ("0.3",)], Question("award", "city", (2026, 2026)))
    assert list(second.fen) == [award(both[1], r) for r in range(30)]
    # 0.3 and 0.2 times the same luck: the difference varies a third as much as the second cell itself.
    assert second.gap.deviation == pytest.approx(second.mean.deviation / 3, rel=1e-6)
    assert first.gap.certainly_zero and second.gap.mean == pytest.approx(0.1 * FEN * np.exp(0.02), rel=0.1)
    two = sweep_cells(pieces, [("0.2",), ("0.3",)], Question("award", "city", (2026, 2027)))[1]
    assert two.mean.mean == 2 * second.mean.mean
    none = sweep_cells(pieces, [("0.2",), ("0.3",)], Question("award", "city", (2030, 2030)))[1]
    assert none.mean.certainly_zero


def test_a_question_may_be_about_a_block_or_one_instrument(tmp_path: Path):
    pieces = run_pieces([scenario(0.2)], range(2), workers=0, store=tmp_path, engine=ENGINE)
    ask = {of: Question("award", "city", (2026, 2026), of).values(pieces, 0).sum() for of in ("all", "headline", "rnd")}
    assert ask["all"] == ask["headline"] == ask["rnd"] > 0
    there = [Question("award", "city", (2026, 2026), place=one).values(pieces, 0).sum() for one in ("西湖区", "滨江区")]
    assert there == [ask["all"], 0]
    assert Question("award", "city", (2026, 2026), "assumed").values(pieces, 0).sum() == 0
    with pytest.raises(Refused, match='did you mean "rnd"'):
        Question("award", "city", (2026, 2026), "rmd").values(pieces, 0)


def test_the_value_of_a_key_is_found_in_scenario_and_law():
    one = load("scenarios/baseline.toml", CITY)
    assert value_now(one, "population.size", "fundflow.simulation") == 600
    assert value_now(one, "economy.transitory_share", "fundflow.simulation")["high"] == 0.6
    key = "policy.changes.rnd-increase-subsidy-above-scale-sme.amount.rate"
    assert value_now(one, key, "fundflow.simulation") == "20%"
    assert value_now(one, "policy.changes.nobody.amount.rate", "fundflow.simulation") is None


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pieces")


def call(monkeypatch, store: Path, *words: str, sets=CITY):
    monkeypatch.setattr(
        pieces_module.run_pieces, "__kwdefaults__", {**pieces_module.run_pieces.__kwdefaults__, "store": store}
    )
    start = ["sweep", "scenarios/baseline.toml", "--workers", "0", "--lang", "en"]
    return CliRunner().invoke(main, [*start, *(w for s in sets for w in ("--set", s)), *words])


def test_the_command_writes_a_table_and_a_figure(monkeypatch, store: Path, tmp_path: Path):
    key = "policy.changes.rnd-increase-subsidy-above-scale-sme.amount.rate"
    said = call(monkeypatch, store, "--vary", f"{key}=10%,20%", "--replications", "3", "--measure", "award",
                "--bearer", "city", "--out", str(tmp_path))  # fmt: skip
    assert said.exit_code == 0, said.output
    rows = list(csv.DictReader((tmp_path / "sweep.csv").open()))
    assert [row[key] for row in rows] == ["10%", "20%"]
    assert float(rows[1]["difference"]) == pytest.approx(float(rows[1]["mean"]) - float(rows[0]["mean"]))
    assert float(rows[1]["difference"]) > 0
    assert (tmp_path / "sweep.png").stat().st_size > 10_000 and (tmp_path / "sweep.svg").exists()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--vary", "economy.transitory_shar=0.2,0.4"], 'did you mean "transitory_share"'),
        (["--vary", "policy.changes.rnd-nothing.amount.rate=10%,20%"], "rnd-nothing"),
        (["--vary", "population.size=-600,600"], "population.size"),
        (["--vary", "population.size=600,700", "--year", "2030"], "runs from 2021 to 2024"),
        (["--vary", "population.size=600,700", "--measure", "demand"], "entitlement"),
        (["--vary", "population.size=600,700", "--of", "rnd-increase"], "no such instrument"),
        (["--vary", "end=2023-12-31,2024-12-31", "--set", "budget_year=2023", "--year", "2024"],
         "runs from 2021 to 2023"),
    ],
)  # fmt: skip
def test_bad_keys_values_and_years_are_told_before_anything_runs(monkeypatch, tmp_path: Path, words, said):
    answer = call(monkeypatch, tmp_path, *words, "--out", str(tmp_path / "out"))
    assert answer.exit_code == 2 and said in answer.output
    assert not list(tmp_path.rglob("*.parquet")) and not (tmp_path / "out").exists()
