"""浙政发〔2018〕43号 and 杭科领办〔2024〕1号: each payment by hand from its clause, at its edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fundflow.policy import load_catalogue
from fundflow.policy.outcome import Status
from tests.policy.helpers import batch, catalogue, one, yuan


def _province_pays(got: Any, *fen: int) -> None:
    """The province bears all of it, city and district nothing."""
    assert got.award_province.tolist() == list(fen) == got.award.tolist()
    assert not got.award_city.any() and not got.award_district.any()


def test_the_tenth_direction_of_a_special_is_supported_and_the_eleventh_is_not() -> None:
    got = one(batch("2021-06-30", direction_in_special=[1, 10, 11]), "zj43-major-direction-support")
    _province_pays(got, yuan(20_000_000), yuan(20_000_000), 0)


def test_a_national_zone_must_be_in_the_first_half_and_a_provincial_one_among_the_first_five() -> None:
    shares = [499_999, 500_000, 500_001]
    national = batch("2021-12-31", zone_level=1, national_rank_share=shares, provincial_rank=[9] * 3)
    _province_pays(one(national, "zj43-high-tech-zone-ranking"), yuan(20_000_000), yuan(20_000_000), 0)
    provincial = batch("2021-12-31", zone_level=2, provincial_rank=[4, 5, 6], national_rank_share=[1] * 3)
    _province_pays(one(provincial, "zj43-high-tech-zone-ranking"), yuan(20_000_000), yuan(20_000_000), 0)


def test_only_an_approved_town_has_ten_million() -> None:
    got = one(batch("2021-07-01", approved_town=[True, False]), "zj43-high-tech-town")
    _province_pays(got, yuan(10_000_000), 0)


def test_ten_billion_in_five_years_are_two_billion_a_year_and_the_sixth_year_has_nothing() -> None:
    got = one(batch("2022-01-01", programme_year=[1, 5, 6]), "zj43-zhijiang-lab")
    _province_pays(got, yuan(2_000_000_000), yuan(2_000_000_000), 0)
    lapsed = one(batch("2023-01-01", programme_year=1), "zj43-zhijiang-lab", cat=catalogue("lapses"))
    assert lapsed.status.tolist() == [Status.LAPSED] and not lapsed.award.any()


@pytest.mark.parametrize(("district", "city"), [("西湖区", 100_000_000), ("余杭区", 50_000_000)])
def test_a_fifth_of_the_research_outlay_is_shared_by_the_assumed_list(district: str, city: int) -> None:
    # 10,000,000 yuan of outlay x 20 % = 2,000,000 yuan = 200,000,000 fen; half of it, or a quarter, is the city's.
    got = one(batch("2021-12-31", district, research_outlay=yuan(10_000_000)), "zj43-new-rd-institution-subsidy")
    assert (got.award_city[0], got.award_district[0]) == (city, 200_000_000 - city)


def test_an_institution_that_does_not_work_for_the_market_has_nothing() -> None:
    got = one(batch("2021-12-31", research_outlay=yuan(1), market_oriented=False), "zj43-new-rd-institution-subsidy")
    assert not got.award.any()


@pytest.mark.parametrize("fact", ["well_known_founder", "pre_competitive_research"])
def test_an_rd_body_has_at_most_thirty_million_if_both_conditions_hold(fact: str) -> None:
    _province_pays(one(batch("2021-07-01", **{fact: [True, False]}), "zj43-rd-hq-grant"), yuan(30_000_000), 0)


def test_the_most_is_multiplied_by_what_is_really_paid_of_ceilings() -> None:
    half = load_catalogue(readings={"discretion": "50%"})
    _province_pays(one(batch("2021-07-01", approved_town=True), "zj43-rd-hq-grant", cat=half), yuan(15_000_000))
    # A floor is no ceiling: the town's ten million stay.
    _province_pays(one(batch("2021-07-01", approved_town=True), "zj43-high-tech-town", cat=half), yuan(10_000_000))


def test_a_national_carrier_is_paid_where_a_firm_leads_and_it_is_new() -> None:
    carriers = batch("2021-07-01", carrier_lead=[1, 2, 1], newly_approved=[True, True, False])
    _province_pays(one(carriers, "zj43-national-carrier-grant"), yuan(30_000_000), 0, 0)


def test_the_whole_rise_of_the_tax_goes_back_and_a_fall_costs_nothing() -> None:
    got = one(batch("2021-12-31", tax_increment_to_province=[yuan(7), 0, -yuan(7)]), "zj43-hitech-cit-return")
    _province_pays(got, yuan(7), 0, 0)


@pytest.mark.parametrize(
    ("name", "event"),
    [("zj43-hitech-certified-award", "first_certification"), ("zj43-pool-entry-award", "first_listing")],
)
def test_each_of_the_two_awards_is_paid_once_where_the_district_pays(name: str, event: str) -> None:
    firms = batch("2021-12-01", ["西湖区", "余杭区", "西湖区", "西湖区"], locality_pays=[True, True, False, True],
                  **{event: [True, True, True, False]})  # fmt: skip
    got = one(firms, name)
    assert got.award.tolist() == [yuan(200_000), yuan(200_000), 0, 0]
    assert got.award_city.tolist() == [yuan(100_000), yuan(50_000), 0, 0]


def test_thirty_percent_of_the_vouchers_that_were_really_paid_come_from_the_province() -> None:
    got = one(batch("2021-12-31", redeemed_vouchers_of_year=[yuan(1_000_000), 0]), "zj43-voucher-reimbursement")
    _province_pays(got, yuan(300_000), 0)


def test_each_international_application_has_ten_thousand() -> None:
    got = one(batch("2021-12-31", pct_applications=[0, 1, 7]), "zj43-pct-subsidy")
    _province_pays(got, 0, yuan(10_000), yuan(70_000))


def test_a_military_contract_has_at_most_35_percent_where_the_district_pays() -> None:
    contract = batch("2021-12-31", military_contract=[yuan(1_000_000)] * 2, locality_pays=[True, False])
    got = one(contract, "zj43-military-rd")
    assert got.award.tolist() == [yuan(350_000), 0] and got.award_city.tolist() == [yuan(175_000), 0]


def test_young_scientists_are_off_until_a_scenario_switches_them_on_and_then_five_thousand_are_paid() -> None:
    people = batch("2021-07-01", selection_number=[4_999, 5_000, 5_001])
    assert not one(people, "zj43-young-scientists").award.any()
    on = load_catalogue(changes={"zj43-young-scientists": {"active": True}})
    _province_pays(one(people, "zj43-young-scientists", cat=on), yuan(100_000), yuan(100_000), 0)


def test_nothing_of_the_opinion_is_due_before_it_was_issued() -> None:
    days = batch("2018-12-02", approved_town=True), batch("2018-12-03", approved_town=True)
    assert [int(one(day, "zj43-high-tech-town").award[0]) for day in days] == [0, yuan(10_000_000)]


def test_a_city_major_project_must_be_designed_or_called_and_the_city_pays() -> None:
    projects = batch("2024-06-30", "余杭区", organised_by=[1, 2, 0], project_score=[3, 2, 1])
    got = one(projects, "hz315-major-project-cap")
    assert got.award_city.tolist() == [yuan(10_000_000), yuan(10_000_000), 0] and not got.award_district.any()


def test_a_hundred_projects_are_served_and_the_next_best_is_not() -> None:
    got = one(batch("2024-06-30", organised_by=1, project_score=np.arange(101)), "hz315-major-project-cap")
    assert (got.award > 0).tolist() == [False] + [True] * 100


def test_the_plan_of_2024_counts_the_projects_of_all_of_that_year() -> None:
    facts: dict[str, Any] = {"organised_by": 1, "project_score": 1}
    cat = catalogue("lapses")
    days = ["2023-12-31", "2024-01-01", "2024-12-31", "2025-01-01"]
    paid = [int(one(batch(day, **facts), "hz315-major-project-cap", cat=cat).award[0]) > 0 for day in days]
    assert paid == [False, True, True, False]


def test_the_five_year_plan_asks_for_a_hundred_projects_a_year() -> None:
    held = catalogue().conditions["plan145-project-quota"]
    facts = {"key_projects_of_year": np.array([99, 100, 101])}
    assert held.holds(facts, 3, held.in_force).tolist() == [False, True, True]
