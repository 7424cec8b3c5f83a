"""Instruments that no other file works through: each payment by hand from its clause, at its edges."""

from __future__ import annotations

from typing import Any

import pytest

from fundflow.policy import load_catalogue
from fundflow.policy.outcome import Reason
from tests.policy.helpers import batch, one, run, yuan


def on(name: str) -> Any:
    return load_catalogue({name: {"active": True}})


def test_the_city_matches_the_districts_part_of_an_approved_fund_to_the_fen() -> None:
    # 杭政办函〔2021〕39号 5(21): one for one with the government's part; the city bears its own half alone.
    facts: dict[str, Any] = {"set_up_by_main_platform": True, "approved_by_city_government": [True, True, False]}
    got = one(batch("2022-06-30", "余杭区", district_government_part=yuan(7) + 1, **facts), "bio21-fund-match")
    assert got.award_city.tolist() == [yuan(7) + 1, yuan(7) + 1, 0] and not got.award_district.any()
    other = batch("2022-06-30", district_government_part=1, set_up_by_main_platform=False,
                  approved_by_city_government=True)  # fmt: skip
    assert not one(other, "bio21-fund-match").award.any()


def test_a_hundredth_of_the_land_income_goes_into_the_fund_of_the_level_that_had_it() -> None:
    # 杭政函〔2021〕92号 4(1): at least 1 % of the income of the city and of the districts.
    income = {"land_revenue": yuan(1_000_000_000) + 99, "level_of_government": ["city", "district"]}
    book = load_catalogue().instruments["cage-land-revenue-fund-city"].book
    codes = [book["level_of_government"].code(word) for word in income["level_of_government"]]
    claims = batch("2022-12-31", "萧山区", land_revenue=income["land_revenue"], level_of_government=codes)
    city, district = run(claims, "cage-land-revenue-fund-city", "cage-land-revenue-fund-district")
    assert (city.award_city.tolist(), city.award_district.tolist()) == ([yuan(10_000_000), 0], [0, 0])
    assert (district.award_city.tolist(), district.award_district.tolist()) == ([0, 0], [0, yuan(10_000_000)])


@pytest.mark.parametrize("name", ["eaglet-working-capital", "working-capital-loan"])
def test_a_bridge_loan_is_four_fifths_of_the_need_up_to_twenty_million(name: str) -> None:
    # 杭科计〔2018〕192号 6, 杭科高〔2020〕71号 2(2)3: a fifth is the firm's own; 80 % of 25 million is the most.
    need = [yuan(25_000_000) - 2, yuan(25_000_000), yuan(25_000_000) + 1]
    facts = {"eaglet": True} if name.startswith("eaglet") else {}
    use = load_catalogue().instruments[name].book["use"].code("loan renewal")
    got = one(batch("2021-06-30", use=use, need=need, **facts), name)
    assert got.award.tolist() == [yuan(20_000_000) - 2, yuan(20_000_000), yuan(20_000_000)]
    assert got.award_other.tolist() == got.award.tolist()
    short = batch("2021-06-30", use=use, need=yuan(10), own_share_of_needed_funds=[200_000, 199_999], **facts)
    assert one(short, name).award.tolist() == [yuan(8), 0]


def test_a_guarantee_that_is_called_costs_half_of_the_venture_money_and_no_more_than_the_loss() -> None:
    # 杭科高〔2020〕71号 2(2)1; off until a scenario switches it on, since the text promises no payment.
    name = "eaglet-loan-guarantee"
    claims = batch("2021-06-30", eaglet=True, venture_money=[yuan(100), yuan(100), 0],
                   loan_lost=[yuan(50) + 1, yuan(50) - 1, yuan(1)])  # fmt: skip
    assert not one(claims, name).award.any()
    assert one(claims, name, cat=on(name)).award_city.tolist() == [yuan(50), yuan(50) - 1, 0]


def test_an_institutions_demonstration_project_is_paid_as_a_firms_is_by_the_city() -> None:
    # 杭科资〔2020〕70号 16, 15, 10(1): 20 % up to 5,000,000, halved from the seventh month after the contract's end.
    name = "key-rd-institution-demonstration"
    facts: dict[str, Any] = {"project_type": 2, "accepted": True, "applied_in_time": True, "good_reason": False,
                             "extension_reported": False, "same_project_funded": False}  # fmt: skip
    kinds = load_catalogue().instruments[name].book["project_type"]
    facts["project_type"] = kinds.code("demonstration")
    spent = [yuan(25_000_000) - 5, yuan(25_000_000), yuan(25_000_000) + 5]
    got = one(batch("2022-06-30", verified_spending=spent, months_after_contract_end=6, **facts), name)
    assert got.award.tolist() == [yuan(5_000_000) - 1, yuan(5_000_000), yuan(5_000_000)]
    late = one(batch("2022-06-30", verified_spending=yuan(100), months_after_contract_end=[6, 7], **facts), name)
    assert late.award.tolist() == [yuan(20), yuan(10)]
    facts["accepted"] = False
    assert not one(
        batch("2022-06-30", verified_spending=yuan(9), months_after_contract_end=1, **facts), name
    ).award.any()


def test_matching_is_the_assumed_quarter_and_over_five_million_a_matter_of_the_government() -> None:
    # 杭科资〔2020〕70号 17.
    name = "key-rd-national-provincial-matching"
    facts: dict[str, Any] = {"received": yuan(400), "government_approved": False, "own_development_money": False,
                             "other_city_money": 0}  # fmt: skip
    asked = {"requires_local_matching": [True, True, False],
             "required_matching": [yuan(5_000_000), yuan(5_000_000) + 1, 0]}  # fmt: skip
    assert one(batch("2021-06-30", **facts, **asked), name).award.tolist() == [yuan(100), 0, 0]
    facts["government_approved"] = True
    assert one(batch("2021-06-30", **facts, **asked), name).award.tolist() == [yuan(100), yuan(100), 0]


@pytest.mark.parametrize(
    ("name", "fen", "bearer"),
    [
        ("makerspace-rent-relief", yuan(100_000), "award_district"),
        ("makerspace-brand-activities", yuan(50_000), "award_city"),
    ],
)
def test_money_for_makerspaces_without_a_number_is_off_until_it_is_switched_on(
    name: str, fen: int, bearer: str
) -> None:
    # 杭科高〔2021〕90号 3(3)4 and 3(4)3: the amounts are assumed, the text has none.
    grades = load_catalogue().instruments[name].book["grade"]
    best, good, failed = (grades.code(word) for word in ("优秀", "良好", "不合格"))
    claims = batch("2022-12-31", "余杭区", grade=[best, good, failed])
    assert not one(claims, name).award.any()
    got = one(claims, name, cat=on(name))
    assert got.award.tolist() == getattr(got, bearer).tolist() == [fen, fen if bearer == "award_district" else 0, 0]


def test_a_district_that_adds_to_the_rd_subsidy_bears_all_of_it() -> None:
    # 杭科资〔2020〕72号 10: no number; 5 % up to 500,000 is assumed.
    name = "rnd-subsidy-district-topup"
    scale = load_catalogue().instruments[name].book["class"].code("above-scale")
    rise = [yuan(500_000) - 1, yuan(500_000), yuan(10_000_000), yuan(10_000_000) + 100]
    claims = batch("2021-12-31", "西湖区", **{"class": scale, "rnd_increase": rise})
    assert not one(claims, name).award.any()
    got = one(claims, name, cat=on(name))
    assert got.award_district.tolist() == [0, yuan(25_000), yuan(500_000), yuan(500_000)] and not got.award_city.any()


@pytest.mark.parametrize(
    ("word", "first", "second"),
    [("national first", 5_000_000, 0), ("national second", 0, 1_000_000), ("provincial first", 0, 1_000_000)],
)
def test_a_prize_is_paid_once_by_its_level_where_the_tax_reaches_five_million_within_two_years(
    word: str, first: int, second: int
) -> None:
    # 杭科合〔2020〕65号 4.
    names = ("transfer-fund-major-award-national-first", "transfer-fund-major-award-second")
    book = load_catalogue().instruments[names[0]].book
    facts: dict[str, Any] = {
        "level": book["level"].code(word), "lead_unit": True, "industrialised_in_hangzhou": True,
        "industrialised_in": book["industrialised_in"].code("Hangzhou"),
    }  # fmt: skip
    claims = batch(
        "2021-12-01", "余杭区", yearly_tax=[yuan(5_000_000) - 1, yuan(5_000_000)], tax_within_years=2, **facts
    )
    got = run(claims, *names)
    assert [each.award_city.tolist() for each in got] == [[0, yuan(first)], [0, yuan(second)]]
    late = run(batch("2021-12-01", yearly_tax=yuan(5_000_000), tax_within_years=3, **facts), *names)
    assert not any(each.award.any() for each in late) and late[0].reason.tolist() == [Reason.CONDITION]


@pytest.mark.parametrize(
    ("name", "amount"), [("p115-key-project-city-unit", 300_000), ("p115-excellent-project-city-unit", 200_000)]
)
def test_a_project_of_a_city_unit_is_paid_by_the_city_alone_and_not_beside_a_salary(name: str, amount: int) -> None:
    # “115”引智计划 4(2), 4(3), 4(4), 4(6).
    got = one(batch("2021-12-15", "余杭区", unit_level=[1, 2]), name)
    assert got.award_city.tolist() == [yuan(amount), 0] and not got.award_district.any()
    for fact in ("salary_support_same_year", "other_city_talent_money"):
        assert not one(batch("2021-12-15", unit_level=1, **{fact: True}), name).award.any()
    assert not one(batch("2021-12-15", unit_level=1, solves_problem_in_hangzhou=False), name).award.any()


def test_a_project_that_the_city_assigns_has_the_assumed_five_million_once_it_is_switched_on() -> None:
    # 杭科资〔2020〕70号 19: by minutes of the city's leadership, which are not printed; 1:3 in 余杭.
    name = "key-rd-city-assigned-projects"
    claims = batch("2021-06-30", "余杭区")
    assert not one(claims, name).award.any()
    got = one(claims, name, cat=on(name))
    assert (got.award_city.tolist(), got.award_district.tolist()) == ([yuan(1_250_000)], [yuan(3_750_000)])
