"""Each open reading and each ceiling has a row; its effect is the paired difference of two runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from fundflow.cli import main
from fundflow.experiment import readings as module
from fundflow.experiment.engine import load
from fundflow.experiment.pieces import run_pieces
from fundflow.experiment.readings import openings, reading_effects
from fundflow.policy import load_catalogue

SETS = ["population.size=900", "end=2023-12-31", "budget_year=2023"]
CHOSEN = ("ceiling:incubator-high-tech-cultivation", "rnd-first-year", "cultivation-level", "angel-interest")


def test_every_reading_with_another_answer_and_every_ceiling_has_a_row() -> None:
    catalogue = load_catalogue()
    found = openings(catalogue)
    asked = {one.id for one in found}
    named = {i for i in asked if not i.startswith("ceiling:")}
    assert {r.id for r in catalogue.readings.values() if r.others} | {"after-expiry"} == named
    assert {f"ceiling:{i.id}" for i in catalogue.instruments.values() if i.ceiling} < asked
    assert len({(one.id, one.other) for one in found}) == len(found)
    assert all(one.other != one.taken for one in found)
    assert {r.id for r in catalogue.readings.values()} - asked == {"discretion"}


@pytest.mark.slow
def test_every_other_reading_runs_on_a_small_city(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = [one for one in openings(load_catalogue()) if one.id in CHOSEN]
    monkeypatch.setattr(module, "openings", lambda _: chosen)
    effects, own = reading_effects(load("scenarios/baseline.toml", SETS), 2, workers=0, store=tmp_path)
    by = {one.opening.id: one for one in effects}
    assert [abs(one.total.mean) for one in effects] == sorted((abs(one.total.mean) for one in effects), reverse=True)
    assert own["total"].mean > 0
    # 60 % of a ceiling of 150,000 yuan a firm: the instrument pays exactly two fifths less.
    ceiling = by["ceiling:incubator-high-tech-cultivation"]
    base = run_pieces([load("scenarios/baseline.toml", SETS)], range(2), workers=0, store=tmp_path)
    rows = base.totals(0, keys=("year", "instrument")).filter(year=2023, instrument="incubator-high-tech-cultivation")
    assert ceiling.total.mean == -0.4 * rows["total"].sum() / 2 != 0
    assert by["rnd-first-year"].total.mean >= 0
    assert by["angel-interest"].run is False and by["angel-interest"].total.certainly_zero


def test_the_command_tells_the_largest_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    chosen = [one for one in openings(load_catalogue()) if one.id in CHOSEN[:3]]
    monkeypatch.setattr(module, "openings", lambda _: chosen)
    monkeypatch.setattr(reading_effects, "__kwdefaults__", {**reading_effects.__kwdefaults__, "store": tmp_path})
    words = ["readings", "scenarios/baseline.toml", "--replications", "2", "--workers", "0", "--lang", "en"]
    out = tmp_path / "r.csv"
    said = CliRunner().invoke(main, [*words, *(w for s in SETS for w in ("--set", s)), "--out", str(out)])
    assert said.exit_code == 0, said.output
    assert "Ceiling paid in" in said.output and "100% → 60% (likely)" in said.output
    assert len(out.read_text().splitlines()) == len(chosen) + 1
    wrong = CliRunner().invoke(main, [*words, "--out", "r.txt"])
    assert wrong.exit_code == 2 and ".csv" in wrong.output
