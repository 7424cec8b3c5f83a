"""The scenarios that are shipped load, say why they exist, and differ from the baseline in what they say."""

import csv
import tomllib
from pathlib import Path

import numpy as np
import pytest

from fundflow.base.districts import DISTRICTS
from fundflow.experiment.engine import load
from fundflow.policy import load_catalogue
from fundflow.policy.instrument import Instrument
from fundflow.scenario import ScenarioFaults

FOLDER = Path(__file__).parents[2] / "scenarios"
BASELINE = FOLDER / "baseline.toml"
VARIANTS = ["sunset", "rd-rate-25", "one-to-one", "fixed-envelope"]


def catalogue_of(name: str):
    law = load(FOLDER / f"{name}.toml").policy
    return load_catalogue(law.changes, law.readings, law.after_expiry)


def test_the_shipped_scenarios_are_the_known_ones():
    assert sorted(path.stem for path in FOLDER.glob("*.toml")) == sorted(["baseline", *VARIANTS])


@pytest.mark.parametrize("name", VARIANTS)
def test_a_variant_holds_differences_only_and_says_who_when_and_why(name):
    table = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    assert table.pop("extends") == "baseline"
    assert {"title", "author", "date", "reason"} <= set(table)
    assert set(table) - {"title", "author", "date", "reason"} == {"policy"}
    assert load(FOLDER / f"{name}.toml").digest != load(BASELINE).digest


@pytest.mark.parametrize("name", ["sunset", "rd-rate-25", "one-to-one"])
def test_a_change_of_the_law_reaches_the_catalogue(name):
    assert catalogue_of(name).digest != catalogue_of("baseline").digest


def test_the_fixed_envelope_limits_city_money_from_2026():
    policy = load(FOLDER / "fixed-envelope.toml").policy
    assert policy.envelope("city-st-development-fund", 2025) is None
    assert policy.envelope("city-st-development-fund", 2026) == policy.envelope("city-st-development-fund", 2035) > 0


def test_the_baseline_forecasts_2021_to_2035_for_the_budget_year_2027():
    baseline = load(BASELINE)
    assert (baseline.start.year, baseline.end.year, baseline.budget_year) == (2021, 2035, 2027)
    assert baseline.population.size == 60_000


@pytest.mark.parametrize("name", ["baseline", *VARIANTS])
def test_a_scenario_that_was_written_down_is_the_same_scenario_when_it_is_read_again(name, tmp_path):
    scenario = load(FOLDER / f"{name}.toml", ["population.size=900"])
    written = tmp_path / "scenario.toml"
    written.write_text(scenario.to_toml(), encoding="utf-8")
    again = load(written)
    assert again.to_toml() == scenario.to_toml()
    assert again.digest == scenario.digest


def city_bears(one: Instrument) -> bool:
    """Whether any list of who bears what gives the city a part of an instrument anywhere on some day."""
    for _, sharing in one.sharing.versions:
        if not (sharing.province or sharing.other):
            days = np.array([one.in_force, *sharing.changes])
            for day in days:
                if sharing.city_quarters(np.arange(len(DISTRICTS)), np.full(len(DISTRICTS), day)).any():
                    return True
    return False


def test_the_budget_lines_are_the_instruments_of_which_the_city_bears_a_part():
    with (FOLDER / "budget-lines.csv").open(encoding="utf-8", newline="") as file:
        lines = [row["instrument"] for row in csv.DictReader(file)]
    borne = {one.id for one in load_catalogue().instruments.values() if not one.receipt and city_bears(one)}
    assert len(lines) == len(set(lines))
    assert sorted(borne - set(lines)) == [], "add a line without code to scenarios/budget-lines.csv"
    assert sorted(set(lines) - borne) == [], "no instrument of which the city bears a part"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("policy.changes.rnd-increase-subsidy-above-scale-sm.amount.rate=25%", "rnd-increase-subsidy-above-scale-sme"),
        ("policy.changes.rnd-increase-subsidy-above-scale-sme.amount.rat=25%", "rate"),
        ("policy.readings.discreton=1", "discretion"),
        ("policy.envelopes.city-st-development-fnd=1亿", "city-st-development-fund"),
        ("economy.brths=3", "births"),
        ("simulation.intke=daily", "intake"),
    ],
)
def test_a_misspelt_name_of_the_law_or_the_economy_is_told_with_the_one_meant(change, words):
    with pytest.raises(ScenarioFaults, match=f'did you mean "{words}"'):
        load(BASELINE, [change])
