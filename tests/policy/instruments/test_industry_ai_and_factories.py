"""AI zone, top-up of the R&D deduction, future factories: each bound one step below, at and above, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fundflow.policy import Totals, load_catalogue
from fundflow.policy.outcome import Status
from tests.policy.helpers import batch, catalogue, one, yuan

TOP_UP = "st20-super-deduction-reward"


def test_an_ordinary_ai_project_has_a_fifth_of_its_spending_up_to_five_million() -> None:
    # 20 % of 24,999,995 is 4,999,999; of 25 million 5 million; more is cut at the limit.
    spending = [yuan(24_999_995), yuan(25_000_000), yuan(25_000_005), yuan(90_000_000)]
    got = one(batch("2022-06-30", verified_spending=spending), "ai19-core-tech-project")
    assert got.award.tolist() == [yuan(4_999_999), *[yuan(5_000_000)] * 3]


def test_a_recommended_core_project_has_the_limit_of_twenty_million_and_no_second_grant() -> None:
    facts: dict[str, Any] = {"verified_spending": [yuan(99_999_995), yuan(100_000_000), yuan(200_000_000)]}
    claims = batch("2022-06-30", expert_recommended=True, **facts)
    got = one(claims, "ai19-core-tech-foundation")
    assert got.award.tolist() == [yuan(19_999_999), yuan(20_000_000), yuan(20_000_000)]
    assert not one(claims, "ai19-core-tech-project").eligible.any()


@pytest.mark.parametrize(("rate", "fen"), [("20%", 2_000_000), ("50%", 5_000_000), ("100%", 10_000_000)])
def test_the_rate_under_the_higher_limit_is_a_reading(rate: str, fen: int) -> None:
    cat = load_catalogue(readings={"ai-core-rate": rate})
    claims = batch("2022-06-30", expert_recommended=True, verified_spending=yuan(10_000_000))
    assert one(claims, "ai19-core-tech-foundation", cat=cat).award.tolist() == [yuan(fen)]


def test_other_city_money_for_the_same_project_is_weighed_against_the_ai_grant() -> None:
    other = [yuan(1_999_999), yuan(2_000_000), yuan(2_000_001)]
    got = one(batch("2022-06-30", verified_spending=yuan(10_000_000), other_city_money=other), "ai19-core-tech-project")
    assert got.award.tolist() == [yuan(2_000_000), 0, 0]


def test_an_open_platform_needs_five_million_of_investment_and_has_five_million_in_its_life() -> None:
    least = [yuan(5_000_000) - 1, yuan(5_000_000), yuan(5_000_000)]
    got = one(
        batch(
            "2021-06-30", actual_investment=least, equipment_and_software=yuan(4_000_000),
            serves_industry_well=[True, True, False],
        ),
        "ai19-open-platform",
    )  # fmt: skip
    assert got.award.tolist() == [0, yuan(1_200_000), 0]
    totals = Totals()
    for paid in (3_000_000, 2_000_000, 0):  # 30 % of 10 million, then what is left of 5 million, then nothing
        claim = batch("2021-06-30", actual_investment=yuan(10_000_000), equipment_and_software=yuan(10_000_000))
        assert one(claim, "ai19-open-platform", totals=totals).award.tolist() == [yuan(paid)]


def test_a_scenario_of_fifteen_million_is_general_and_one_fen_more_makes_it_a_key_project() -> None:
    total = [yuan(14_999_995), yuan(15_000_000), yuan(15_000_000) + 1, yuan(50_000_000), yuan(60_000_000)]
    claims = batch("2022-06-30", total_investment=total)
    general, key = one(claims, "ai19-scenario-general"), one(claims, "ai19-scenario-key")
    assert general.award.tolist() == [yuan(2_999_999), yuan(3_000_000), 0, 0, 0]
    assert key.award.tolist() == [0, 0, yuan(3_000_000), yuan(10_000_000), yuan(10_000_000)]


def test_teams_and_standards_have_their_amounts_and_half_of_them_at_half_discretion() -> None:
    half = load_catalogue(readings={"discretion": "50%"})
    for cat, part in ((catalogue(), 1.0), (half, 0.5)):
        team = one(batch("2022-06-30"), "ai19-leading-team", cat=cat)
        standards = one(batch("2022-06-30", standard_level=[1, 2, 0]), "ai19-standards", cat=cat)
        assert team.award.tolist() == [yuan(5_000_000 * part)]
        assert standards.award.tolist() == [yuan(1_000_000 * part), yuan(300_000 * part), 0]
    assert not one(batch("2022-06-30", ai_team=False), "ai19-leading-team").award.any()


def test_ai_money_is_shared_by_the_standard_lists_and_ends_after_2023() -> None:
    got = one(batch("2023-12-31", ["西湖区", "余杭区"], standard_level=[1, 1]), "ai19-standards")
    assert got.award_city.tolist() == [yuan(500_000), yuan(250_000)]
    assert got.status.tolist() == [Status.IN_FORCE] * 2
    lapsed = one(batch("2024-01-01", standard_level=1), "ai19-standards", cat=load_catalogue(after_expiry="lapses"))
    early = one(batch("2020-01-12", standard_level=1), "ai19-standards")
    assert not lapsed.award.any() and early.status.tolist() == [Status.NOT_COVERED]


def test_the_top_up_is_off_until_a_scenario_switches_it_on() -> None:
    claims = batch("2021-12-31", deducted_rnd=yuan(8_000_000), home_district=3)
    assert not one(claims, TOP_UP).award.any()
    on = load_catalogue(changes={TOP_UP: {"active": True}})
    # A further deduction of 25 % of 8 million saves 25 % of 2 million.
    got = one(claims, TOP_UP, cat=on)
    assert (got.award[0], got.award_city[0], got.award_district[0]) == (yuan(500_000), 0, yuan(500_000))


def test_a_high_tech_firm_saves_at_its_lower_rate_and_other_districts_pay_nothing() -> None:
    on = load_catalogue(changes={TOP_UP: {"active": True, "values": {"districts": ["滨江区"]}}})
    facts: dict[str, Any] = {"home_district": [3, 3, 2], "certified_high_tech": [True, False, False]}
    got = one(batch("2021-12-31", deducted_rnd=yuan(8_000_000), **facts), TOP_UP, cat=on)
    assert got.award.tolist() == [yuan(300_000), yuan(500_000), 0]
    whole = load_catalogue(changes={TOP_UP: {"active": True}}, readings={"super-deduction-base": "in-full"})
    assert one(batch("2021-12-31", deducted_rnd=yuan(8_000_000)), TOP_UP, cat=whole).award.tolist() == [yuan(2_000_000)]


def test_what_a_deduction_saves_is_cut_once_at_the_end() -> None:
    on = load_catalogue(changes={TOP_UP: {"active": True}})
    # 1.07 yuan x 25 % x 15 % = 0.0401 yuan: four fen; a falling outlay owes nothing.
    claims = batch("2021-12-31", deducted_rnd=[107, -5], certified_high_tech=True)
    assert one(claims, TOP_UP, cat=on).award.tolist() == [4, 0]


@pytest.mark.parametrize(
    ("name", "code", "amount", "places"),
    [
        ("ff-chain-leader-factory", 1, 5_000_000, 5),
        ("ff-intelligent-factory", 2, 2_000_000, 20),
        ("ff-digital-workshop", 3, 800_000, 50),
    ],
)
def test_a_level_of_factories_has_its_amount_for_its_places_and_none_for_the_next(
    name: str, code: int, amount: int, places: int
) -> None:
    score = np.arange(places + 1, 0, -1)
    got = one(batch("2022-11-30", factory_grade=code, review_score=score), name)
    assert got.award.tolist() == [yuan(amount)] * places + [0]
    other = 1 if code != 1 else 2
    assert not one(batch("2022-11-30", factory_grade=other, review_score=1), name).award.any()


def test_a_workshop_that_rises_to_an_intelligent_factory_and_a_chain_leader_gets_the_differences() -> None:
    totals = Totals()
    names = ("ff-digital-workshop", "ff-intelligent-factory", "ff-chain-leader-factory")
    paid = [
        int(one(batch(f"202{2 + n}-11-30", factory_grade=3 - n, review_score=1), name, totals=totals).award[0])
        for n, name in enumerate(names)
    ]
    assert paid == [yuan(800_000), yuan(1_200_000), yuan(3_000_000)]
    # Who falls back to a lower level has had more than it gives.
    back = one(batch("2025-11-30", factory_grade=2, review_score=1), "ff-intelligent-factory", totals=totals)
    assert back.award.tolist() == [0]


def test_an_internet_platform_has_two_million_and_the_third_when_it_becomes_national() -> None:
    totals = Totals()
    name = "ff-industrial-internet-grant"
    assert one(batch("2022-10-01", platform_level=2), name, totals=totals).award.tolist() == [yuan(2_000_000)]
    assert one(batch("2024-10-01", platform_level=1), name, totals=totals).award.tolist() == [yuan(1_000_000)]
    assert one(batch("2024-10-01", platform_level=[1, 0]), name).award.tolist() == [yuan(3_000_000), 0]


def test_each_rule_of_the_documents_on_industry_is_named() -> None:
    register = catalogue().register
    assert {"ai-plan-2023-scenario-target", "ff-2025-training", "cage-first-sets"} <= set(register.targets)
    assert register.same_as["hz128-rd-superdeduction-topup"] == TOP_UP
    assert {"cage-land-rules", "srdi-land-price", "ff-space-quota"} <= set(register.no_outlay)
