"""Any figure of a run is the sum of the claims behind it, to the fen."""

from __future__ import annotations

import json
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from fundflow.cli import main
from fundflow.experiment.engine import load
from fundflow.experiment.explain import CannotExplain, Question, explain
from fundflow.experiment.running import run_scenario
from fundflow.report import frames
from fundflow.report.source import tables_of
from fundflow.results import Run

SETS = ["population.size=900", "end=2028-12-31", "policy.envelopes.city-st-development-fund=200万"]


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("explain") / "run"
    return run_scenario(load("scenarios/baseline.toml", SETS), replications=2, workers=0, out=folder)


@pytest.mark.parametrize("measure", ["entitlement", "award", "cash"])
def test_claims_add_up_to_every_cell_of_the_books(ran: Run, measure: str) -> None:
    cells = 0
    for year, bearer in product((None, 2021, 2024, 2027), (None, "city", "district", "province")):
        found = explain(ran, Question(measure, year, bearer=bearer))
        assert found.explained + found.earlier == found.figure, (year, bearer)
        cells += found.figure > 0
    assert cells >= 9
    for name in ran.meta["instruments"]:
        found = explain(ran, Question(measure, instrument=name, bearer="district"))
        assert found.explained + found.earlier == found.figure, name


def test_the_figure_is_that_of_the_reports(ran: Run) -> None:
    tables = tables_of(ran)
    drawn = frames.paths(tables, tables.commitments, "entitlement_district", "year", [2027])
    assert explain(ran, Question(year=2027, bearer="district")).figure == drawn[0, 0]
    assert explain(ran, Question(year=2027, bearer="district", replication=1)).figure == drawn[1, 0]
    assert explain(ran, Question(year=2027, bearer="district")).mean == drawn.mean()


def test_another_replication_is_simulated_again_and_adds_up_too(ran: Run) -> None:
    found = explain(ran, Question(year=2026, replication=1))
    assert found.explained == found.figure > 0
    assert set(found.claims["claimant"]) != set(explain(ran, Question(year=2026)).claims["claimant"])


def test_a_run_of_another_version_is_only_read_and_not_simulated(ran: Run) -> None:
    other = Run(ran.path, {**ran.meta, "identity": "0" * 64}, ran.scenario, ran.manifest)
    assert explain(other, Question(year=2027)).figure > 0
    with pytest.raises(CannotExplain, match="another version"):
        explain(other, Question(year=2027, replication=1))


def test_unknown_names_are_told_all_at_once_with_the_nearest(ran: Run) -> None:
    words = ["--year", "1999", "--bearer", "cty", "--district", "西胡区", "--replication", "7"]
    said = CliRunner().invoke(main, ["explain", str(ran.path), *words])
    assert said.exit_code == 2
    for part in ('did you mean "city"', 'did you mean "西湖区"', "--year 1999", "holds 0 to 1"):
        assert part in said.output


def test_the_command_tells_stages_clauses_and_shares(ran: Run, tmp_path: Path) -> None:
    out = tmp_path / "claims.csv"
    said = CliRunner().invoke(main, ["explain", str(ran.path), "--year", "2027", "--top", "2", "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert "与数字相等" in said.output and "→" in said.output and "杭科资〔2020〕72号 8(" in said.output
    asked = CliRunner().invoke(main, ["explain", str(ran.path), "--year", "2027", "--json"])
    answer = json.loads(asked.output)
    assert sum(claim["fen"] for claim in answer["claims"]) == answer["figure_fen"] == answer["explained_fen"]
    assert len(out.read_text(encoding="utf-8").splitlines()) == len(answer["claims"]) + 1
    one = answer["claims"][0]["claimant"]
    alone = CliRunner().invoke(main, ["explain", str(ran.path), "--year", "2027", "--claimant", str(one)])
    assert str(one) in alone.output and alone.exit_code == 0
