"""Which numbers move a total: against functions whose indices are known, and on a small city."""

from __future__ import annotations

import csv
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from SALib.analyze import morris as morris_analysis
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import morris as morris_plan
from SALib.sample import sobol as sobol_plan

from fundflow.base.draws import Draws
from fundflow.cli import main
from fundflow.experiment import pieces as pieces_module
from fundflow.experiment.engine import load
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.sensitivity import Factor, morris, problem_of, ranged, read_factor, sobol, tornado

CITY = ["population.size=600", "end=2022-12-31", "budget_year=2022"]
UNIT = 10**9
"""Fen for one unit of a test function, so that rounding to fen is far below what is compared."""


def factors(*names: str, low="0", high="1") -> list[Factor]:
    return [Factor(f"economy.{name}", Decimal(low), Decimal(high), None) for name in names]


def of(function, noise: float = 0.0, n: int = 1):
    """A run of a function of the written values; with noise, keyed by point and replication."""

    def run(points):
        found = []
        for number, point in enumerate(points):
            value = function(np.array([float(one) if one else 0.5 for one in point]))
            luck = np.array([Draws(1, r).normal("noise", [number])[0] for r in range(n)]) if noise else np.zeros(n)
            found.append(np.round(UNIT * (value + noise * luck)).astype(np.int64))
        return found

    return run


def ishigami(u: np.ndarray) -> float:
    """Ishigami and Homma 1990, a = 7, b = 0.1, over (-pi, pi)."""
    x = np.pi * (2 * u - 1)
    return float(np.sin(x[0]) + 7 * np.sin(x[1]) ** 2 + 0.1 * x[2] ** 4 * np.sin(x[0]))


def test_sobol_shares_are_those_of_salib_and_of_the_formula():
    three = factors("a", "b", "c")
    found = {one.factor.key[-1]: one for one in sobol(three, of(ishigami), 1024, 3)}
    x = sobol_plan.sample(problem_of(three), 1024, calc_second_order=False, seed=3)
    direct = sobol_analysis.analyze(
        problem_of(three), np.array([ishigami(row) for row in x]), calc_second_order=False, conf_level=0.95, seed=3
    )
    # V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225; their sum is the variance.
    b, a = 0.1, 7.0
    v1, v2, v13 = (1 + b * np.pi**4 / 5) ** 2 / 2, a**2 / 8, 8 * b**2 * np.pi**8 / 225
    whole = v1 + v2 + v13
    known = {"a": (v1 / whole, (v1 + v13) / whole), "b": (v2 / whole, v2 / whole), "c": (0.0, v13 / whole)}
    for i, name in enumerate("abc"):
        assert found[name].first == pytest.approx(direct["S1"][i], abs=1e-6)
        assert found[name].total == pytest.approx(direct["ST"][i], abs=1e-6)
        assert found[name].first == pytest.approx(known[name][0], abs=0.05)
        assert found[name].total == pytest.approx(known[name][1], abs=0.05)
    assert [one.factor.key[-1] for one in sobol(three, of(ishigami), 1024, 3)] == ["a", "b", "c"]  # 0.56, 0.44, 0.24


def test_morris_effects_are_those_of_salib_and_of_a_line():
    four = factors("a", "b", "c", "d")
    line = np.array([5.0, -2.0, 1.0, 0.0])
    found = {one.factor.key[-1]: one for one in morris(four, of(lambda u: float(line @ u)), 8, 5)}
    x = morris_plan.sample(problem_of(four), 8, num_levels=4, seed=5)
    direct = morris_analysis.analyze(problem_of(four), x, x @ line, num_levels=4, conf_level=0.95, seed=5)
    for i, name in enumerate("abcd"):
        assert found[name].mu_star / UNIT == pytest.approx(direct["mu_star"][i], abs=1e-6)
        # Of a line each effect is its slope over the whole range: 5, -2, 1, 0, without deviation.
        assert found[name].mu / UNIT == pytest.approx(line[i], abs=1e-6)
        assert found[name].sigma / UNIT == pytest.approx(0, abs=1e-6)
    assert [found[name].told for name in "abcd"] == [True, True, True, False]


def test_what_luck_alone_shows_is_called_below_the_floor():
    """d does nothing; luck differs at every point, so its mu* is not zero but stays at its floor."""
    four = factors("a", "b", "c", "d")
    found = {
        one.factor.key[-1]: one
        for one in morris(four, of(lambda u: float(5 * u[0] + 3 * u[1] + 2 * u[2]), noise=1.0, n=20), 10, 5)
    }
    assert found["d"].mu_star > 0 and not found["d"].told
    assert found["a"].told and found["b"].told and found["c"].told
    # Luck of deviation 1 in both ends of a step of 2/3, 20 replications: se = sqrt(2 / 20) / (2 / 3) = 0.474; mean of
    # half-normal values 0.798 se, and 1.645 deviations of sqrt((1 - 2 / pi) / 10) = 0.191 se: 0.53.
    assert found["d"].floor / UNIT == pytest.approx(0.474 * (0.798 + 1.645 * 0.191), rel=0.15)


def test_the_shares_know_what_luck_adds():
    """Variance of u is 1/12; luck of deviation 0.5 over 4 replications adds 0.0625."""
    found = sobol(factors("a", "b"), of(lambda u: float(u[0]), noise=0.5, n=4), 128, 3)
    assert found[0].noise == pytest.approx(0.0625 / (1 / 12 + 0.0625), rel=0.2)
    assert sobol(factors("a"), of(lambda u: 1.0), 4, 3)[0].told is False


def test_a_tornado_holds_the_others_and_stands_largest_first():
    three = factors("a", "b", "c")
    run = of(lambda u: float(2 * u[0] + 5 * (u[1] - 0.5) ** 2 - 4 * u[2]))
    found = tornado(three, run, lambda: run([("", "", "")])[0])
    assert [one.factor.key[-1] for one in found] == ["c", "a", "b"]
    # c from 0.5 to 0 and 1: +2 and -2 and a swing of -4; b is 1.25 up at both ends, a swing of 0.
    assert [round(one.mean / UNIT, 6) for one in (found[0].down, found[0].up, found[0].swing)] == [2, -2, -4]
    assert [round(one.mean / UNIT, 6) for one in (found[2].down, found[2].up, found[2].swing)] == [1.25, 1.25, 0]


def test_the_numbers_with_a_range_are_those_of_the_scenario():
    base = load("scenarios/baseline.toml", CITY)
    known = {one.key: one for one in ranged(base.tables())}
    one = known["economy.transitory_share"]
    assert (one.low, one.base, one.high) == (Decimal("0.2"), Decimal("0.4"), Decimal("0.6"))
    assert (one.at(0.0), one.at(0.5), one.at(1.0)) == ("0.2", "0.4", "0.6")
    assert "economy.intensity_sigma" not in known  # it has no range
    assert read_factor("transitory_share", known) == one
    assert read_factor("policy.changes.x.amount.rate=10%:30%", known).at(0.5) == "20%"
    for text, said in (
        ("transitory_shar", "transitory_share"), ("x=1", "low:high"), ("x=2:1", "rising"), ("x=1%:2", "same unit"),
        ("x=a:b", "no number"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=said):
            read_factor(text, known)


def call(monkeypatch, store: Path, *words: str):
    defaults = {**pieces_module.run_pieces.__kwdefaults__, "store": store}
    monkeypatch.setattr(pieces_module.run_pieces, "__kwdefaults__", defaults)
    start = ["sensitivity", "scenarios/baseline.toml", "--workers", "0", "--lang", "en"]
    return CliRunner().invoke(main, [*start, *(w for s in CITY for w in ("--set", s)), *words])


@pytest.mark.slow
def test_the_command_tells_what_moves_a_small_city(monkeypatch, tmp_path: Path):
    rate = "policy.changes.rnd-increase-subsidy-above-scale-sme.amount.rate=10%:20%"
    said = call(monkeypatch, tmp_path / "store", "--parameters", f"{rate},tax_ratio", "--replications", "2",
                "--of", "rnd-increase-subsidy-above-scale-sme", "--out", str(tmp_path / "out"))  # fmt: skip
    assert said.exit_code == 0, said.output
    rows = {row["parameter"]: row for row in csv.DictReader((tmp_path / "out" / "tornado.csv").open())}
    assert float(rows[rate.partition("=")[0]]["swing"]) > 0
    assert (tmp_path / "out" / "tornado.png").stat().st_size > 10_000


@pytest.mark.slow
@pytest.mark.parametrize("method", ["morris", "sobol"])
def test_the_command_runs_the_plans_on_a_small_city(monkeypatch, tmp_path: Path, method):
    said = call(monkeypatch, tmp_path / "store", "--method", method, "--parameters", "transitory_share,rd_growth_shift",
                "--replications", "2", "--points", "2", "--out", str(tmp_path / "out"))  # fmt: skip
    assert said.exit_code == 0, said.output
    assert len(list(csv.DictReader((tmp_path / "out" / f"{method}.csv").open()))) == 2
    assert (tmp_path / "out" / f"{method}.png").stat().st_size > 10_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--parameters", "transitory_shar"], "transitory_share"),
        (["--parameters", "transitory_share,transitory_share"], "twice"),
        (["--parameters", "population.size=-5:600"], "population.size"),
        (["--parameters", "economy.growth_sd=-0.1:0.3"], "must be zero or more"),
        (["--method", "sobol"], "name 1 to 10"),
        (["--method", "morris", "--parameters", "transitory_share", "--replications", "1"], "at least 2"),
        (["--parameters", "transitory_share", "--of", "nobody"], "no such instrument"),
        (["--parameters", "transitory_share", "--year", "2040"], "runs from 2021 to 2022"),
    ],
)  # fmt: skip
def test_bad_names_and_ranges_are_told_before_anything_runs(monkeypatch, tmp_path: Path, words, said):
    answer = call(monkeypatch, tmp_path, *words, "--out", str(tmp_path / "out"))
    assert answer.exit_code == 2 and said in answer.output, answer.output
    assert not list(tmp_path.rglob("*.parquet"))
