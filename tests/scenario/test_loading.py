"""Loading a scenario: what it extends, what the command line sets, and what is frozen."""

import copy
import pickle
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from fundflow.scenario import ScenarioFaults, load_scenario

BASE = """
title = "Base"
author = "tests"
date = 2026-01-01
reason = "a base to extend"
seed = 5

[population]
size = 1000

[policy.changes.rnd.amount]
rate = "20%"
cap = "50万元"

[economy]
growth = 0.10
"""
CHILD = """
extends = "base"
title = "Child"
author = "tests"
date = 2026-02-01
reason = "a change"

[policy.changes.rnd.amount]
rate = { always = "20%", 2026-01-01 = "25%" }
"""


class Economy(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    growth: float = Field(ge=-1, le=1)
    births: int = 3


SECTIONS = {"economy": Economy}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.toml").write_text(BASE, encoding="utf-8")
    (tmp_path / "child.toml").write_text(CHILD, encoding="utf-8")
    return tmp_path


def test_a_scenario_holds_differences_over_the_one_it_extends(folder):
    child = load_scenario(folder / "child.toml")
    assert child.title == "Child"
    assert child.seed == 5
    assert child.policy.changes["rnd"]["amount"] == {
        "cap": "50万元",
        "rate": {"always": "20%", "2026-01-01": "25%"},
    }


def test_a_scenario_is_named_for_its_file(folder):
    assert load_scenario(folder / "child.toml").name == "child"


def test_an_override_goes_over_the_file(folder):
    scenario = load_scenario(
        folder / "child.toml",
        ["population.size=50", "policy.changes.rnd.amount.cap=60万元", "policy.after_expiry = lapses"],
    )
    assert scenario.population.size == 50
    assert scenario.policy.changes["rnd"]["amount"]["cap"] == "60万元"
    assert scenario.policy.after_expiry == "lapses"


def test_an_override_of_a_dated_value_keeps_the_other_dates(folder):
    scenario = load_scenario(folder / "child.toml", ["policy.changes.rnd.amount.rate.2028-01-01=30%"])
    assert list(scenario.policy.changes["rnd"]["amount"]["rate"]) == ["always", "2026-01-01", "2028-01-01"]


def test_numbers_with_a_point_are_read_exactly(folder):
    assert load_scenario(folder / "base.toml").economy["growth"] == Decimal("0.10")


def test_the_defaults_of_a_section_are_filled_in(folder):
    assert load_scenario(folder / "base.toml", sections=SECTIONS).economy == {"growth": 0.1, "births": 3}
    assert load_scenario(folder / "base.toml").section("economy", Economy).births == 3


@pytest.mark.parametrize("sections", [None, SECTIONS])
def test_the_resolved_scenario_loads_again_with_the_same_digest(folder, sections):
    scenario = load_scenario(folder / "child.toml", ["seed=9"], sections)
    (folder / "scenario.toml").write_text(scenario.to_toml(), encoding="utf-8")
    again = load_scenario(folder / "scenario.toml", sections=sections)
    assert again.digest == scenario.digest
    assert again.name == "child"


def test_the_digest_does_not_depend_on_the_number_of_replications_nor_on_the_files_name(folder):
    (folder / "other.toml").write_text(CHILD, encoding="utf-8")
    digest = load_scenario(folder / "child.toml").digest
    assert load_scenario(folder / "other.toml", ["replications=400"]).digest == digest


@pytest.mark.parametrize(
    "change",
    [
        "seed=6",
        "end=2030-12-31",
        "population.seed=2",
        "economy.growth=0.2",
        "policy.after_expiry=lapses",
        "fixed_parameters=true",
        "policy.changes.rnd.amount.cap=1万元",
    ],
)
def test_the_digest_changes_with_whatever_can_change_a_result(folder, change):
    assert load_scenario(folder / "base.toml", [change]).digest != load_scenario(folder / "base.toml").digest


def test_a_scenario_cannot_be_changed(folder):
    scenario = load_scenario(folder / "child.toml")
    with pytest.raises(ValueError, match="frozen"):
        scenario.seed = 7
    with pytest.raises(TypeError, match="frozen"):
        scenario.policy.changes["rnd"]["amount"]["cap"] = "1元"
    with pytest.raises(TypeError, match="frozen"):
        scenario.policy.changes.update({})


def test_a_copy_of_a_table_is_an_ordinary_one(folder):
    changes = copy.deepcopy(load_scenario(folder / "child.toml").policy.changes)
    changes["rnd"]["amount"]["cap"] = "1元"
    assert type(changes["rnd"]) is dict


def test_a_scenario_reaches_a_worker_unchanged(folder):
    scenario = load_scenario(folder / "child.toml", sections=SECTIONS)
    again = pickle.loads(pickle.dumps(scenario))
    assert again == scenario and again.digest == scenario.digest


@pytest.mark.parametrize(
    ("given", "year", "fen"),
    [
        ("'2亿'", 2030, 200_000_000_00),
        ("5000000", 2030, 5_000_000_00),
        ("'unlimited'", 2030, None),
        ("{2026 = '1亿', 2028 = '3亿'}", 2025, None),
        ("{2026 = '1亿', 2028 = '3亿'}", 2026, 100_000_000_00),
        ("{2026 = '1亿', 2028 = '3亿'}", 2027, 100_000_000_00),
        ("{2026 = '1亿', 2028 = '3亿'}", 2035, 300_000_000_00),
        ("{every_year = '1亿', 2028 = '3亿'}", 2021, 100_000_000_00),
    ],
)
def test_an_envelope_has_an_amount_for_each_year(folder, given, year, fen):
    scenario = load_scenario(folder / "base.toml", [f"policy.envelopes.fund={given}"])
    assert scenario.policy.envelope("fund", year) == fen


def test_an_envelope_that_is_not_named_is_not_limited(folder):
    assert load_scenario(folder / "base.toml").policy.envelope("fund", 2026) is None


def test_dates_stay_dates(folder):
    assert load_scenario(folder / "child.toml").date == date(2026, 2, 1)


def test_every_fault_carries_over_to_a_worker_and_back(folder):
    with pytest.raises(ScenarioFaults) as caught:
        load_scenario(folder / "base.toml", ["sed=1"])
    assert str(pickle.loads(pickle.dumps(caught.value))) == str(caught.value)


def test_included_files_lie_under_the_file_that_includes_them(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a.toml").write_text("[policy.readings]\nx = 1\ny = 1\n", encoding="utf-8")
    (tmp_path / "parts" / "b.toml").write_text("[policy.readings]\nz = 2\n", encoding="utf-8")
    path = tmp_path / "one.toml"
    text = 'title = "t"\nauthor = "a"\ndate = 2026-01-01\nreason = "r"\ninclude = ["parts/*.toml"]\n'
    path.write_text(text + "[policy.readings]\nz = 3\n", encoding="utf-8")
    assert dict(load_scenario(path).policy.readings) == {"x": 1, "y": 1, "z": 3}
    path.write_text(text.replace("parts/*.toml", "party/*.toml"), encoding="utf-8")
    with pytest.raises(ScenarioFaults, match=r'include = "party/\*.toml".*no such file'):
        load_scenario(path)


def test_two_included_files_may_not_give_one_value(tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    stream = '[economy.streams.{}]\ntrigger = "{}"\nyearly = {}\n'
    (tmp_path / "parts" / "a.toml").write_text(stream.format("same", "one", 0), encoding="utf-8")
    (tmp_path / "parts" / "b.toml").write_text(stream.format("same", "two", 3), encoding="utf-8")
    (tmp_path / "parts" / "c.toml").write_text(stream.format("other", "two", 3), encoding="utf-8")
    path = tmp_path / "one.toml"
    path.write_text(
        'title = "t"\nauthor = "a"\ndate = 2026-01-01\nreason = "r"\ninclude = ["parts/*.toml"]\n', encoding="utf-8"
    )
    with pytest.raises(ScenarioFaults, match=r"b.toml: 1 fault\n  economy.streams.same.trigger.*a.toml too"):
        load_scenario(path)


def test_actuals_are_seen_from_the_file_that_names_them_and_are_no_part_of_the_digest(folder):
    (folder / "data").mkdir()
    (folder / "data" / "paid.csv").write_text("year,count,status\n2026,1,firms\n")
    plain = load_scenario(folder / "base.toml", sections=SECTIONS)
    text = (folder / "base.toml").read_text()
    long = '[observed]\nfile = "data/paid.csv"\ntolerance = 0.3'
    for name, line in (("short", 'observed = "data/paid.csv"'), ("long", long)):
        body = f"{line}\n{text}" if name == "short" else f"{text}\n{line}\n"
        (folder / f"{name}.toml").write_text(body)
        scenario = load_scenario(folder / f"{name}.toml", sections=SECTIONS)
        assert scenario.observed.file == str((folder / "data" / "paid.csv").resolve())
        assert scenario.observed.tolerance == (0.2 if name == "short" else 0.3)
        assert scenario.digest == plain.digest and "observed" not in scenario.to_toml()


@pytest.mark.parametrize(("line", "words"), [
    ('observed = "none.csv"', 'observed.file = "none.csv"   no such file'),
    ('[observed]\ntolerance = 0.3', "observed.file   missing"),
    ('[observed]\nfile = "base.toml"\ntolerance = 0', "observed.tolerance = 0   must be more than 0"),
    ('[observed]\nfile = "base.toml"\ntolerence = 1', 'observed.tolerence   unknown key; did you mean "tolerance"?'),
])  # fmt: skip
def test_actuals_that_cannot_be_are_told(folder, line, words):
    body = (folder / "base.toml").read_text()
    (folder / "odd.toml").write_text(f"{line}\n{body}" if line.startswith("observed") else f"{body}\n{line}\n")
    with pytest.raises(ScenarioFaults) as caught:
        load_scenario(folder / "odd.toml", sections=SECTIONS)
    assert words in str(caught.value)
