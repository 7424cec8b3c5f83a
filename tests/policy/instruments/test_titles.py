"""杭科高〔2020〕32号, 杭科高〔2022〕39号, 杭科合〔2021〕99号: titles without money of their own, at each bound."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fundflow.base.calendar import day_of
from tests.policy.helpers import catalogue, yuan

DAY = day_of(2022, 12, 31)


def holds(name: str, good: dict[str, Any], facts: dict[str, Any]) -> bool:
    columns = {key: np.array([value]) for key, value in (good | facts).items()}
    return bool(catalogue().conditions[name].holds(columns, 1, DAY)[0])


PARK: dict[str, Any] = {
    "operator_registered_in_city": True, "zone_of_city_level_or_above": False, "operating_years": 1,
    "st_firm_share_of_main_revenue": 700_000, "area": 50_000, "area_share_leased_to_st_firms": 666_667,
    "use_years_from_recognition": 5, "graduated_firms": 20, "rnd_bodies_or_universities": 1, "service_agencies": 5,
    "innovative_firms": 10, "high_tech_firms": 5, "city_or_higher_rnd_institutes": 3, "st_staff": 200,
    "high_level_st_staff": 10, "funds": 1, "fund_size": yuan(50_000_000) + 1, "change_report_months": 3,
}  # fmt: skip


@pytest.mark.parametrize(
    ("fact", "value"),
    [
        ("operator_registered_in_city", False),
        ("zone_of_city_level_or_above", True),
        ("operating_years", 0),
        ("st_firm_share_of_main_revenue", 699_999),
        ("area", 49_999),
        ("area_share_leased_to_st_firms", 666_666),
        ("use_years_from_recognition", 4),
        ("graduated_firms", 19),
        ("rnd_bodies_or_universities", 0),
        ("service_agencies", 4),
        ("innovative_firms", 9),
        ("high_tech_firms", 4),
        ("city_or_higher_rnd_institutes", 2),
        ("st_staff", 199),
        ("high_level_st_staff", 9),
        ("funds", 0),
        ("fund_size", yuan(50_000_000)),
        ("change_report_months", 4),
    ],
)
def test_a_transfer_park_meets_every_condition_at_its_bound_and_fails_one_step_off(fact: str, value: Any) -> None:
    # 4 to 8 and 16; only the size of the fund must be over its bound (大于5000万元).
    assert holds("transfer-park-recognition", PARK, {})
    assert not holds("transfer-park-recognition", PARK, {fact: value})


@pytest.mark.parametrize(("registered", "field"), [(True, True), (True, False), (False, True)])
def test_a_tenant_of_a_park_is_registered_there_and_in_a_field_of_the_state(registered: bool, field: bool) -> None:
    facts = {"registered_in_park": registered, "national_key_field": field}
    assert holds("transfer-park-tenant", {}, facts) == (registered and field)


CENTRE: dict[str, Any] = {
    "firm_admitted": True, "full_time_rnd_staff": 10, "research_area": 200, "equipment_original_value": yuan(2_000_000),
    "last_year_own_rnd": yuan(2_000_000), "last_year_own_rnd_ratio": 0, "own_projects": 3, "class_b_ip": 3,
}  # fmt: skip
SOFTWARE = {"software_firm": True, "full_time_rnd_staff": 15}
FARM = {"agricultural_firm": True}


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({}, True),
        ({"firm_admitted": False}, False),
        # 2(1)2: ten persons, of a software firm fifteen.
        ({"full_time_rnd_staff": 9}, False),
        ({**SOFTWARE, "full_time_rnd_staff": 14}, False),
        (SOFTWARE, True),
        # 2(1)3: 200 m2; equipment of 2 million, software and farms 1 million, software with over 50: 500,000.
        ({"research_area": 199}, False),
        ({"equipment_original_value": yuan(2_000_000) - 1}, False),
        ({**SOFTWARE, "equipment_original_value": yuan(1_000_000)}, True),
        ({**SOFTWARE, "equipment_original_value": yuan(1_000_000) - 1}, False),
        ({**SOFTWARE, "full_time_rnd_staff": 50, "equipment_original_value": yuan(1_000_000) - 1}, False),
        ({**SOFTWARE, "full_time_rnd_staff": 51, "equipment_original_value": yuan(500_000)}, True),
        ({**SOFTWARE, "full_time_rnd_staff": 51, "equipment_original_value": yuan(500_000) - 1}, False),
        ({**FARM, "equipment_original_value": yuan(1_000_000)}, True),
        ({**FARM, "equipment_original_value": yuan(1_000_000) - 1}, False),
        ({**FARM, "full_time_rnd_staff": 51, "equipment_original_value": yuan(1_000_000) - 1}, False),
        # 2(1)4: 2 million of own money, or 3 % of sales.
        ({"last_year_own_rnd": yuan(2_000_000) - 1}, False),
        ({"last_year_own_rnd": yuan(2_000_000) - 1, "last_year_own_rnd_ratio": 30_000}, True),
        ({"last_year_own_rnd": yuan(2_000_000) - 1, "last_year_own_rnd_ratio": 29_999}, False),
        # 2(1)5: one project of the city or three of its own; one right of the first kind or three of the second.
        ({"own_projects": 2}, False),
        ({"own_projects": 2, "city_projects": 1}, True),
        ({"class_b_ip": 2}, False),
        ({"class_b_ip": 2, "class_a_ip": 1}, True),
        # 2(1)7, 3(3), 4(2)2
        ({"no_serious_breach": False}, False),
        ({"change_report_months": 6}, True),
        ({"change_report_months": 7}, False),
        ({"years_rnd_below_condition": 1}, True),
        ({"years_rnd_below_condition": 2}, False),
    ],
)
def test_an_enterprise_rnd_centre(facts: dict[str, Any], passes: bool) -> None:
    assert holds("rnd-centre", CENTRE, facts) == passes


COMMON: dict[str, Any] = {
    "legal_form_admitted": True,
    "stable_income": True,
    "master_or_senior_share": 400_000,
    "area": 1000,
}
RESEARCH = COMMON | {
    "yearly_research_spend": yuan(10_000_000), "research_staff": 40, "equipment_original_value": yuan(10_000_000),
}  # fmt: skip
INCUBATION = COMMON | {
    "yearly_research_spend": yuan(2_000_000), "research_staff": 15, "equipment_original_value": yuan(2_000_000),
    "firms_incubated_in_two_years": 5,
}  # fmt: skip


@pytest.mark.parametrize(("name", "good"), [("nrd-research", RESEARCH), ("nrd-incubation", INCUBATION)])
def test_a_new_rd_institution_of_either_type_meets_each_condition_at_its_bound(name: str, good: dict[str, Any]) -> None:
    assert holds(name, good, {})
    for fact, bound in good.items():
        assert not holds(name, good, {fact: False if bound is True else bound - 1}), fact


def test_a_research_type_must_be_able_to_take_on_major_projects() -> None:
    assert not holds("nrd-research", RESEARCH, {"takes_on_major_projects": False})


@pytest.mark.parametrize(
    ("name", "fault", "years", "running"),
    [
        # 17: false papers bar three years; 14: two failed years running end the title.
        ("transfer-park-recognition", "fraud", 3, 1),
        ("transfer-park-recognition", "failed-evaluation", 0, 2),
        # 4(3): three years for whatever ends the title.
        ("rnd-centre", "fraud", 3, 1),
        ("rnd-centre", "failed-evaluation", 3, 2),
        # 6(3): three years; 6(1): no years are printed.
        ("nrd-research", "fraud", 3, 1),
        ("nrd-research", "failed-evaluation", 0, 1),
    ],
)
def test_what_ends_a_title_and_for_how_long_no_new_one_is_asked_for(
    name: str, fault: str, years: int, running: int
) -> None:
    mine = [one for one in catalogue().conditions[name].penalties if one.on == fault]
    assert [(one.ban_years.on(DAY), one.running.on(DAY)) for one in mine] == [(years, running)]
