"""The engine knows no instrument by name: one that is added as a file is paid in a simulation."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from fundflow.experiment.engine import load
from fundflow.scenario import ScenarioFaults, load_scenario
from fundflow.simulation import prepare
from tests.policy.test_catalogue import NEW
from tests.simulation.runs import SMALL, simulated

SCENARIO = """
extends = "baseline"
title = "A measure on patents"
author = "test"
date = 2026-01-01
reason = "one more document"

[policy]
catalogue = "more-law"

[economy.streams.patents]
trigger = "patent-year"
yearly = 12000
fixed_number = true
zones = "even"
evidence = "C"
source = "assumed for the test"
[economy.streams.patents.attributes]
patents = { kind = "whole", low = 1, high = 7 }
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    (tmp_path / "more-law").mkdir()
    (tmp_path / "more-law" / "patents.toml").write_text(NEW, encoding="utf-8")
    (tmp_path / "patents.toml").write_text(SCENARIO, encoding="utf-8")
    return tmp_path / "patents.toml"


def test_an_instrument_in_a_folder_of_the_scenario_is_paid_without_a_line_of_code(scenario: Path) -> None:
    ran = simulated(prepare(load(scenario, [*SMALL, "population.size=300", "end=2025-12-31"])))
    claims = ran["claims"].filter(instrument="patent-reward")
    # The document is in force from 2024: 10,000 yuan a patent from two on, at most 50,000.
    before = claims.filter(pl.col("event_day") < pl.lit("2024-01-01").str.to_date().dt.epoch("d"))
    assert before.height > 0 and before["award"].sum() == 0
    paid = claims.filter(pl.col("award") > 0)
    assert set(paid["award"]) == {2_000_000, 3_000_000, 4_000_000, 5_000_000}
    refused = claims.filter(pl.col("award") == 0, status="in_force")
    assert refused.height > 0 and not refused["eligible"].any()
    payments = ran["payments"].filter(instrument="patent-reward")
    assert payments.select(pl.sum_horizontal("city", "district_fen", "province").sum()).item() == paid["award"].sum()


def test_two_documents_for_one_matter_pay_the_higher_in_the_simulation(scenario: Path) -> None:
    overlap = 'clause = "3"\noverlap = { group = "patents", rule = "higher", per = "year" }'
    first = NEW.replace('clause = "3"', overlap, 1)
    # The second gives 12,000 a patent and at most 30,000: more for 2 patents, less from 4 on.
    second = first.split("[facts")[0].replace("〔2024〕1号", "〔2024〕2号").replace("patent-reward", "other-reward")
    second = second.replace('"1万元"', '"1.2万元"').replace('"5万元"', '"3万元"')
    (scenario.parent / "more-law" / "patents.toml").write_text(first, encoding="utf-8")
    (scenario.parent / "more-law" / "second.toml").write_text(second, encoding="utf-8")
    ran = simulated(prepare(load(scenario, [*SMALL, "population.size=300", "end=2024-12-31"])))
    claims = ran["claims"].filter(pl.col("instrument").is_in(["patent-reward", "other-reward"]), status="in_force")
    both = claims.group_by("claimant").agg(
        pl.col("award").sum(), pl.col("amount").filter(instrument="patent-reward").sum()
    )
    paid: dict[int, set[int]] = {int(amount) // 100: set() for amount in both["amount"]}
    for amount, award in zip(both["amount"], both["award"], strict=True):
        paid[int(amount) // 100].add(int(award) // 100)
    assert {n: paid[n] for n in (20_000, 30_000, 40_000, 50_000)} == {
        20_000: {24_000}, 30_000: {30_000}, 40_000: {40_000}, 50_000: {50_000},
    }  # fmt: skip


def test_the_folder_is_seen_from_the_file_that_names_it(scenario: Path) -> None:
    known = load_scenario(scenario)
    assert known.policy.catalogue == str((scenario.parent / "more-law").resolve())
    again = scenario.parent / "elsewhere" / "resolved.toml"
    again.parent.mkdir()
    again.write_text(known.to_toml(), encoding="utf-8")
    assert load_scenario(again, ["name=patents"]).digest == known.digest


def test_a_folder_that_does_not_exist_is_a_fault_with_its_place(scenario: Path) -> None:
    with pytest.raises(ScenarioFaults, match="no such folder"):
        load_scenario(scenario, ["policy.catalogue=nowhere"])


def test_a_slip_in_the_folder_is_told_when_the_scenario_is_loaded(scenario: Path) -> None:
    file = scenario.parent / "more-law" / "patents.toml"
    file.write_text(NEW.replace("at_least", "at_leest", 1), encoding="utf-8")
    with pytest.raises(ScenarioFaults, match="tests nothing"):
        load(scenario)
