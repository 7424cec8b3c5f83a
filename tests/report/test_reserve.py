"""What to keep in reserve: quantiles and risks of the totals, as the tables of a run give them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from click.testing import CliRunner

from fundflow.report import frames
from fundflow.report.blocks import part
from fundflow.report.reserve import Asked, CannotReserve, reserve
from fundflow.report.reserve_command import reserve as command
from fundflow.report.source import Tables
from fundflow.results import Run


def totals(tables: Tables, column: str = "entitlement") -> np.ndarray:
    head = part(tables, "headline").commitments
    return frames.paths(tables, head, frames.entitlement(), "year", [2027, 2028, 2029])


def test_yearly_and_three_year_totals_are_those_of_the_tables(forty: Tables) -> None:
    found = reserve(forty, Asked(), 2027)
    paths = totals(forty)
    assert [one.years for one in found] == [(2027,), (2028,), (2029,), (2027, 2028, 2029)]
    assert found[0].mean == pytest.approx(paths[:, 0].mean())
    # Of 40 values the 90 % quantile is the 37th: ceil(41 x 0.9). The sum has quantiles of its own.
    at = [q.share for q in found[0].quantiles].index(0.9)
    assert found[0].quantiles[at].value == np.sort(paths[:, 0])[36]
    assert found[3].quantiles[at].value == np.sort(paths.sum(axis=1))[36]


def test_the_chance_to_pass_a_budget_counts_the_replications_above_it(forty: Tables) -> None:
    values = np.sort(totals(forty)[:, 0])
    found = reserve(forty, Asked(), 2027, int(values[29]))
    assert found[0].passed is not None and found[0].passed.count == 10  # the budget itself does not pass
    assert found[3].budget == 3 * int(values[29])
    low, high = found[0].passed.low, found[0].passed.high
    assert low < 0.25 < high


def test_districts_bearers_and_cash_are_taken_apart(forty: Tables) -> None:
    places = [reserve(forty, Asked(bearer="district", district=d), 2027)[0].mean for d in ("滨江区", "上城区")]
    whole = reserve(forty, Asked(bearer="district"), 2027)[0].mean
    assert 0 < sum(places) < whole
    paid = frames.payments_by_year(part(forty, "headline")).filter(pl.col("year") == 2027)["city"].sum()
    assert reserve(forty, Asked("cash", "city"), 2027)[0].mean == pytest.approx(paid / 40)


@pytest.mark.parametrize(
    ("asked", "year", "words"),
    [
        (Asked(of="headlin"), 2027, 'did you mean "headline"'),
        (Asked(district="滨江"), 2027, 'did you mean "滨江区"'),
        (Asked(), 1999, "the run holds 2021 to 2035"),
    ],
)
def test_what_the_run_does_not_hold_is_refused(forty: Tables, asked: Asked, year: int, words: str) -> None:
    with pytest.raises(CannotReserve, match=words):
        reserve(forty, asked, year)


def test_the_command_prints_a_table_and_writes_rows(run: Run, tmp_path: Path) -> None:
    for name, lang, words in (("r.csv", "zh", "超出概率"), ("r.json", "en", "P(more)")):
        given = [str(run.path), "--budget", "3亿", "--lang", lang, "--out", str(tmp_path / name)]
        result = CliRunner().invoke(command, given)
        assert result.exit_code == 0, result.output
        assert words in result.output and "3.00" in result.output and "146" in result.output
    rows = json.loads((tmp_path / "r.json").read_text())
    frame = pl.read_csv(tmp_path / "r.csv")
    assert frame.height == len(rows) == 4 and rows[3]["years"] == "2027-2029"
    assert rows[3]["budget"] == 3 * 3 * 10**10
    assert rows[0]["q97_5"] is None, "three replications hold no such quantile"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--budget", "many"], "no amount of money"),
        (["--budget", "-3"], "zero or more"),
        (["--out", "r.xlsx"], "must end in .csv or .json"),
        (["--year", "1990"], "the run holds 2021 to 2035"),
    ],
)
def test_bad_input_is_refused_with_what_is_allowed(run: Run, given: list[str], words: str) -> None:
    result = CliRunner().invoke(command, [str(run.path), *given])
    assert result.exit_code == 2 and words in result.output


def test_where_discretion_is_drawn_a_total_is_not_called_the_most(forty: Tables) -> None:
    import dataclasses

    from fundflow.report.notes import at_most, layers, without
    from fundflow.report.texts import Texts

    drawn = dataclasses.replace(forty, layers=("luck", "parameters", "readings"))
    assert at_most(forty, Texts("en")) and not at_most(drawn, Texts("en"))
    assert "discretion" in layers(drawn, Texts("en")) and without(drawn, Texts("en")) == "; not of policy"
    assert without(dataclasses.replace(drawn, layers=("luck", "risks")), Texts("zh")) == "；不含条文读法"
