"""A run that goes on until a mean is known well enough: how many that takes, and when it stops all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from fundflow.experiment.asked_total import read_total
from fundflow.experiment.command import run
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.until import read_precision, run_until, totals_of
from fundflow.experiment.until_command import told
from fundflow.report.reserve import Asked
from fundflow.scenario import Scenario

ENGINE = "tests.experiment.rate_engine"
CITY = Asked("award", "city", "headline")
YEAR = 2026


def scenario(spread: float = 0.2, rate: str = "0.2") -> Scenario:
    return Scenario.model_validate(
        {
            "title": "t", "author": "a", "date": "2026-01-01", "reason": "r",
            "simulation": {"rate": rate, "spread": spread},
        }
    )  # fmt: skip


def until(tmp_path: Path, precision: float, **more: Any) -> Any:
    return run_until(
        more.pop("scenario", scenario()), precision, CITY, YEAR, workers=0, out=tmp_path / "run", engine=ENGINE, **more
    )


def test_it_stops_when_the_interval_is_narrow_enough_and_not_much_later(tmp_path: Path) -> None:
    found = until(tmp_path, 0.05)
    # Lognormal luck of sigma 0.2: deviation 20.2 % of the mean, so (1.96 x 0.202 / 0.05)^2 = 63 replications.
    assert found.done and found.precision <= 0.05
    assert 40 < found.total.n < 90
    assert len(found.run.replications) == found.total.n
    fen = totals_of(found.run, CITY, YEAR)
    assert found.total.mean == pytest.approx(fen.mean())


def test_a_longer_run_gives_the_same_answer_and_nothing_is_run_again(tmp_path: Path) -> None:
    first = until(tmp_path, 0.06)
    narrower = until(tmp_path, 0.05)
    again = until(tmp_path, 0.06)
    assert narrower.total.n > first.total.n
    assert again.total == first.total
    assert len(again.run.replications) == narrower.total.n, "the folder holds the longer run"


def test_the_cap_stops_it_and_the_number_that_would_do_is_named(tmp_path: Path) -> None:
    found = until(tmp_path, 0.01, at_most=30)
    assert not found.done and found.total.n == 30
    assert 700 < found.enough < 3000  # (1.96 x 0.202 / 0.01)^2 = 1,570
    text = told(found, CITY, YEAR, "en")
    assert "after 30 replications, not 1.00%" in text and f"--at-most {found.enough}" in text
    assert "30 次模拟后" in told(found, CITY, YEAR, "zh")


def test_each_batch_is_told_with_the_estimate_so_far(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    until(tmp_path, 0.06, say=lambda total, following: seen.append((total.n, following)))
    assert seen[0][0] == 20 and seen[0][1] <= 60, "never more than three times as many at once"
    assert [n for n, _ in seen[1:]] == [following for _, following in seen[:-1]]


def test_a_total_that_is_zero_has_no_precision(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="is zero in all 20 replications"):
        until(tmp_path, 0.03, scenario=scenario(rate="0"))


def test_a_mean_without_spread_is_known_at_once(tmp_path: Path) -> None:
    assert until(tmp_path, 0.01, scenario=scenario(spread=0.0)).total.n == 20


@pytest.mark.parametrize("text", ["1", "0%", "60%", "-1%", "some"])
def test_a_precision_is_a_percentage(text: str) -> None:
    assert read_precision("2.5%") == 0.025
    with pytest.raises(Refused, match="such as 1%"):
        read_precision(text)


def test_a_total_is_named_in_words_in_any_order() -> None:
    assert read_total("2028 city award", []) == (Asked("award", "city", "headline"), 2028)
    assert read_total("区县 支出 all", []) == (Asked("cash", "district", "all"), None)
    assert read_total("eaglet", ["eaglet"]) == (Asked(of="eaglet"), None)
    with pytest.raises(Refused, match=r'"citi" says nothing; did you mean "city".*cash" *: award is named'):
        read_total("citi award cash", [])


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--total", "city"], "belong to --until-precision"),
        (["--until-precision", "1%", "--replications", "9"], "give one of them"),
        (["--layers", "luck", "--fixed-parameters"], "give one of them"),
        (["--until-precision", "many"], "such as 1%"),
        (["--layers", "lukc"], 'did you mean "luck"'),
        (["--until-precision", "5%", "--total", "city 2050"], "2050 is not simulated"),
    ],
)
def test_options_that_contradict_each_other_are_refused(options: list[str], words: str) -> None:
    result = CliRunner().invoke(run, ["scenarios/baseline.toml", *options])
    assert result.exit_code == 2 and words in result.output.replace("\n", " ")


def test_students_interval_at_the_stop_still_covers_at_about_its_rate(tmp_path: Path) -> None:
    """Stopping when the interval looks narrow favours small deviations; checked on fresh luck, many times."""
    from fundflow.experiment.estimate import estimate
    from fundflow.experiment.until import _next, _relative

    rng = np.random.default_rng(5)
    hits, trials = 0, 600
    for _ in range(trials):
        luck = np.exp(0.2 * rng.standard_normal(2000) - 0.02)  # mean 1
        n = 20
        while _relative(found := estimate(luck[:n])) > 0.03:
            n = min(_next(found, 0.03), 3 * n)
        hits += found.low <= 1 <= found.high
    assert 0.92 < hits / trials < 0.975
