"""杭科合〔2020〕61号, 杭科合〔2018〕8号, platforms and makers: each payment by hand from its clause."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fundflow.base.calendar import day_of
from fundflow.policy import Totals, load_catalogue
from fundflow.policy.outcome import Reason
from tests.policy.helpers import batch, catalogue, one, run, yuan

GENERIC = "generic-tech-platform-equipment-subsidy"
NEW = "voucher-platform-new-professional"
BASIC, PROFESSIONAL = "voucher-platform-built-public-basic", "voucher-platform-built-professional"
LED = "voucher-platform-built-public-institution-led"
MAKER = "voucher-maker-service-purchase"
PASS, FAIL = 1, 0


def test_half_of_the_new_equipment_of_three_years_up_to_thirty_million_of_the_city() -> None:
    # 23: 50 % of 40, 10 (and a fen) and 30 million yuan are 20, 5 and 15, of which 5 million are left.
    totals = Totals()
    bought = [yuan(40_000_000), yuan(10_000_000) + 1, yuan(30_000_000), yuan(1_000_000)]
    got = [
        one(
            batch(f"{2021 + year}-06-30", "余杭区", ids=[3], new_equipment=fen, equipment_years_before=year,
                  yearly_assessment=PASS),
            GENERIC, totals=totals,
        )
        for year, fen in enumerate(bought)
    ]  # fmt: skip
    assert [int(each.award_city[0]) for each in got] == [yuan(20_000_000), yuan(5_000_000), yuan(5_000_000), 0]
    assert not any(each.award_district.any() for each in got)
    assert [int(each.reason[0]) for each in got[2:]] == [Reason.TOTAL_CAP, Reason.USED]


def test_money_had_before_counts_against_the_thirty_million() -> None:
    facts: dict[str, Any] = {"new_equipment": yuan(10), "yearly_assessment": PASS}
    had = [yuan(30_000_000) - yuan(5), yuan(30_000_000) - yuan(5) + 1, yuan(30_000_000)]
    got = one(batch("2021-06-30", equipment_money_before=had, **facts), GENERIC)
    assert got.award.tolist() == [yuan(5), yuan(5) - 1, 0]


def test_a_platform_that_fails_the_year_or_is_not_on_the_list_has_nothing() -> None:
    facts: dict[str, Any] = {"new_equipment": yuan(10)}
    got = one(batch("2021-06-30", yearly_assessment=[PASS, FAIL], **facts), GENERIC)
    assert got.award.tolist() == [yuan(5), 0]
    assert not one(
        batch("2021-06-30", yearly_assessment=PASS, on_construction_list=False, **facts), GENERIC
    ).award.any()


GOOD = {
    "fixed_technical_staff": 30, "senior_title_share": 600_000, "space": 1000, "equipment_original_value": yuan(10**7),
    "leading_level": True, "management_rules": True, "host_commitment": True,
}  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("fixed_technical_staff", 29),
        ("senior_title_share", 599_999),
        ("space", 999),
        ("equipment_original_value", yuan(10**7) - 1),
        ("leading_level", False),
        ("management_rules", False),
        ("host_commitment", False),
    ],
)
def test_each_condition_of_a_generic_platform_holds_at_its_bound_and_not_below(fact: str, value: Any) -> None:
    columns = {name: np.array([good, value if name == fact else good]) for name, good in GOOD.items()}
    held = catalogue().conditions["generic-tech-platform-conditions"].holds(columns, 2, day_of(2021, 1, 1))
    assert held.tolist() == [True, False]


def test_a_platform_under_construction_gets_three_tenths_of_its_own_equipment_up_to_five_million() -> None:
    # 9.1: 30 % of 10,000,000 in each of two years are 3 and, of the 5 million in all, 2 million yuan.
    totals, facts = Totals(), {"platform_kind": 1, "platform_evaluation": PASS, "self_raised_equipment": yuan(10**7)}
    got = [one(batch(f"{2021 + year}-12-31", ids=[4], construction_years_before=year, **facts), NEW, totals=totals)
           for year in range(2)]  # fmt: skip
    assert [int(each.award_city[0]) for each in got] == [yuan(3_000_000), yuan(2_000_000)]
    fourth = batch("2021-12-31", construction_years_before=[2, 3], **facts)
    assert one(fourth, NEW).award.tolist() == [yuan(3_000_000), 0]


def test_a_platform_under_construction_that_fails_once_misses_the_year_and_twice_running_all() -> None:
    facts: dict[str, Any] = {"platform_kind": 1, "self_raised_equipment": yuan(100)}
    got = one(batch("2021-12-31", platform_evaluation=[PASS, FAIL], **facts), NEW)
    assert got.award.tolist() == [yuan(30), 0]
    twice = one(batch("2021-12-31", platform_evaluation=PASS, failed_evaluations_running=[1, 2], **facts), NEW)
    assert twice.award.tolist() == [yuan(30), 0]


@pytest.mark.parametrize(
    ("name", "facts", "fact", "edge", "most"),
    [
        (BASIC, {"platform_kind": 2}, "public_service_value", yuan(1_000_000), yuan(1_000_000)),
        (PROFESSIONAL, {"platform_kind": 1}, "platform_contracts", yuan(10_000_000), yuan(1_000_000)),
        (LED, {"platform_kind": 1, "lead_is_city_funded": True}, "public_service_value", yuan(200_000), yuan(200_000)),
    ],
)
def test_a_platform_at_work_is_paid_up_to_its_yearly_most(
    name: str, facts: dict[str, Any], fact: str, edge: int, most: int
) -> None:
    step = edge // most
    values = [edge - step, edge, edge + step]
    got = one(batch("2021-12-31", "萧山区", platform_evaluation=PASS, **facts, **{fact: values}), name)
    assert got.award_city.tolist() == [most - 1, most, most] and not got.award_district.any()
    failed = one(batch("2021-12-31", platform_evaluation=FAIL, **facts, **{fact: edge}), name)
    assert not failed.award.any()


def test_a_platform_at_work_has_one_voucher_by_its_kind_and_leader() -> None:
    # An institution funded by the city has at most 200,000 and not a tenth of its contracts.
    platforms: dict[str, Any] = {"platform_kind": [2, 1, 1], "lead_is_city_funded": [True, False, True]}
    money = {"platform_contracts": yuan(5_000_000), "public_service_value": yuan(900_000)}
    got = run(batch("2021-12-31", platform_evaluation=PASS, **platforms, **money), BASIC, PROFESSIONAL, LED)
    assert [each.award.tolist() for each in got] == [
        [yuan(900_000), 0, 0], [0, yuan(500_000), 0], [0, 0, yuan(200_000)],
    ]  # fmt: skip


def test_makers_redeem_up_to_a_hundred_thousand_a_year_of_their_district() -> None:
    # The rate is each district's own (assumed: a half); 6: 100,000 a year.
    totals = Totals()
    facts: dict[str, Any] = {"maker_purchase": yuan(140_000), "maker_redeemed": yuan(80_000)}
    got = [one(batch(day, "余杭区", ids=[9], **facts), MAKER, totals=totals)
           for day in ("2021-05-01", "2021-09-01", "2022-05-01")]  # fmt: skip
    assert [int(each.award_district[0]) for each in got] == [yuan(70_000), yuan(30_000), yuan(70_000)]
    assert not any(each.award_city.any() for each in got)
    small = one(batch("2021-05-01", maker_purchase=yuan(140_000), maker_redeemed=[yuan(70_000) - 1, yuan(1)]), MAKER)
    assert small.award.tolist() == [yuan(70_000) - 1, yuan(1)]
    assert not one(batch("2021-05-01", in_city_makerspace=False, **facts), MAKER).award.any()


def test_a_basic_platform_being_built_is_paid_only_where_a_scenario_switches_it_on() -> None:
    name = "voucher-platform-new-public-basic"
    assert not one(batch("2021-12-31", investment=yuan(100)), name).award.any()
    on = load_catalogue({name: {"active": True}})
    # Half of the investment is assumed, the text says only: mainly paid by the budget.
    assert one(batch("2021-12-31", investment=yuan(100)), name, cat=on).award_city.tolist() == [yuan(50)]


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({}, True),
        ({"equipment_value_after_construction": yuan(5_000_000) - 1}, False),
        ({"professional_staff": 29}, False),
        ({"senior_title_staff": 14}, False),
        ({"clear_service_direction": False}, False),
        ({"self_funds_and_open_sharing": False}, False),
    ],
)
def test_who_may_build_a_professional_platform(facts: dict[str, Any], passes: bool) -> None:
    good = {
        "clear_service_direction": True, "equipment_value_after_construction": yuan(5_000_000),
        "professional_staff": 30, "senior_title_staff": 15, "self_funds_and_open_sharing": True,
    }  # fmt: skip
    columns = {name: np.array([value]) for name, value in (good | facts).items()}
    held = catalogue().conditions["voucher-platform-establish-conditions"].holds(columns, 1, day_of(2021, 1, 1))
    assert held.tolist() == [passes]


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({"price": yuan(1_000)}, True),
        ({"price": yuan(1_000) + 1}, False),
        ({"price": yuan(1_000) + 1, "registered_contract": True}, True),
        ({"redeemed_in_same_year": False}, False),
        ({"statutory_test": True}, False),
        ({"in_city_project": True}, False),
        ({"equipment_original_value": yuan(500_000), "publicly_funded_equipment": True}, False),
        ({"equipment_original_value": yuan(500_000) - 1, "publicly_funded_equipment": True}, True),
        ({"equipment_original_value": yuan(500_000), "publicly_funded_equipment": False}, True),
    ],
)
def test_what_may_be_redeemed(facts: dict[str, Any], passes: bool) -> None:
    good = {
        "completed": True, "result_and_payment_proof": True, "registered_contract": False, "price": yuan(1_000),
        "open_to_sharing": False,
    }  # fmt: skip
    columns = {name: np.array([value]) for name, value in (good | facts).items()}
    held = catalogue().conditions["voucher-redemption"].holds(columns, 1, day_of(2021, 1, 1))
    assert held.tolist() == [passes]
