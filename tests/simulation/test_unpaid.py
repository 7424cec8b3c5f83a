"""What stood in the way of instruments that never paid, and why some cannot."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fundflow.base.calendar import day_of
from fundflow.policy import load_catalogue
from fundflow.report.source import Tables
from fundflow.report.texts import Texts
from fundflow.report.unpaid import never_paid, unpaid_lines, write_never_paid
from fundflow.simulation.law import silent
from fundflow.simulation.unpaid import Unpaid
from tests.policy.helpers import batch, catalogue, one, yuan
from tests.simulation.runs import awarded, inputs_of, run, simulated

GRANT = "generic-tech-platform-equipment-subsidy"
PASS, FAIL = 1, 0


def test_the_most_frequent_obstacle_is_kept_until_the_first_payment() -> None:
    unpaid = Unpaid()
    # Condition 1 (the yearly assessment) fails twice, condition 2 (three years) once.
    claims = batch("2021-06-30", new_equipment=yuan(10), yearly_assessment=[FAIL, FAIL, PASS],
                   equipment_years_before=[0, 0, 3])  # fmt: skip
    unpaid.add(one(claims, GRANT), np.ones(3, bool))
    assert unpaid.most() == [(GRANT, "1", 2)]
    # Claims of before the first day belong to other books.
    unpaid.add(one(claims, GRANT), np.zeros(3, bool))
    assert unpaid.most() == [(GRANT, "1", 2)]
    early = batch("2020-08-03", new_equipment=yuan(10), yearly_assessment=[PASS] * 5)
    unpaid.add(one(early, GRANT), np.ones(5, bool))
    assert unpaid.most() == [(GRANT, "not_covered", 5)]
    unpaid.add(one(batch("2021-06-30", new_equipment=yuan(10), yearly_assessment=PASS), GRANT), np.ones(1, bool))
    unpaid.add(one(claims, GRANT), np.ones(3, bool))
    assert unpaid.most() == []


@pytest.mark.parametrize(
    ("name", "start", "end", "events", "why"),
    [
        ("envoy-project-grant", 2021, 2035, {"envoy-year": True}, ""),
        ("envoy-project-grant", 2021, 2035, {"envoy-year": False}, "no_case"),
        ("envoy-project-grant", 2021, 2035, {}, "no_event"),
        ("makerspace-rent-relief", 2021, 2035, {"makerspace-assessed": True}, "off"),
        ("soft-science-project-first", 2015, 2020, {"soft-science-approved": True}, "not_yet"),
        ("soft-science-project-first", 2015, 2021, {"soft-science-approved": True}, ""),
        ("talent16-new-graduate-living-subsidy", 2021, 2035, {"graduate-arrived": True}, "ended"),
    ],
)
def test_why_an_instrument_cannot_pay(name: str, start: int, end: int, events: dict[str, bool], why: str) -> None:
    assert silent(catalogue().instruments[name], day_of(start), day_of(end, 12, 31), events) == why


def test_what_has_lapsed_before_the_first_day_cannot_pay_and_what_is_taken_for_renewed_can() -> None:
    events = {"envoy-year": True}
    days = (day_of(2024), day_of(2030))
    assert silent(catalogue("lapses").instruments["envoy-project-grant"], *days, events) == "ended"
    assert silent(catalogue("renewed").instruments["envoy-project-grant"], *days, events) == ""


def test_an_instrument_is_off_until_the_day_on_which_it_is_switched_on() -> None:
    name, events = "makerspace-rent-relief", {"makerspace-assessed": True}
    later = load_catalogue({name: {"active": {"always": False, "2030-01-01": True}}}).instruments[name]
    assert silent(later, day_of(2021), day_of(2029, 12, 31), events) == "off"
    assert silent(later, day_of(2021), day_of(2030, 1, 1), events) == ""


def _tables(tmp_path, ran) -> Tables:
    empty = pl.DataFrame()
    return Tables(tmp_path, ran["payments"], ran["commitments"], empty, ran["indicators"], (0,),
                  instruments=ran.inputs.instruments_meta)  # fmt: skip


def test_a_run_names_each_instrument_that_never_paid_with_its_reason(tmp_path) -> None:
    ran = run("population.size=600", "economy.streams.soft-science.yearly=200")
    paid = set(ran["commitments"].filter(awarded() > 0)["instrument"])
    told = never_paid(_tables(tmp_path, ran))
    instruments = {one.id for one in ran.inputs.catalogue.instruments.values() if not one.receipt}
    assert {each.instrument for each in told} == instruments - paid and paid
    by = {each.instrument: each for each in told}
    assert by["makerspace-rent-relief"].why == "off"
    assert by["agri-social-key-ex-ante"].why == "no_case"
    assert by["uni17-makerspace-recognition"].why == "no_event"
    major = by["soft-science-major-project-first"]
    assert (major.why, major.clause) == ("condition", "3(1)") and major.claims > 0
    lines = unpaid_lines(_tables(tmp_path, ran), Texts("zh"))
    assert lines[0].startswith("2021—2035 年从未支付的项目") and len(lines) > 4
    table = pl.read_csv(write_never_paid(_tables(tmp_path, ran)))
    assert (
        table.height == len(told)
        and not table.select(pl.any_horizontal(pl.col("why", "en", "zh") == "")).to_series().any()
    )


@pytest.mark.slow
def test_every_instrument_pays_in_fifteen_years_of_the_baseline_or_the_run_says_why_not(tmp_path) -> None:
    ran = simulated(inputs_of("population.size=60000", "end=2035-12-31", "budget_year=2027"), keep_claims=False)
    told = never_paid(_tables(tmp_path, ran))
    paid = set(ran["commitments"].filter(awarded() > 0)["instrument"])
    instruments = {one.id for one in ran.inputs.catalogue.instruments.values() if not one.receipt}
    assert paid | {each.instrument for each in told} == instruments
    # Whoever is named is off, ended, without cases or refused by a condition; luck alone keeps few from paying.
    assert sum(each.why in ("no_claim", "limit") for each in told) <= 5
    assert len(paid) > 90
