"""杭科农〔2019〕100号, S&T envoys: each payment by hand from its clause, at its edges."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fundflow.base.calendar import day_of
from fundflow.policy import Totals
from fundflow.policy.outcome import Reason, Status
from tests.policy.helpers import batch, catalogue, one, yuan

PROJECT, LIVING = "envoy-project-grant", "envoy-living-allowance"
IN_DISTRICTS, IN_COUNTIES = "envoy-transport-allowance-districts", "envoy-transport-allowance-counties"
NEAR = ("上城区", "拱墅区", "西湖区", "滨江区", "萧山区", "余杭区", "临平区", "钱塘区", "富阳区", "临安区")
FAR = ("桐庐县", "淳安县", "建德市")


def test_a_term_of_two_years_brings_a_hundred_thousand_a_year_of_the_city_and_no_third_year() -> None:
    # 5(2)3: 100,000 yuan each year, 200,000 each term; 4(2)4: a term is two years.
    totals = Totals()
    got = [
        one(batch(f"{year}-03-31", "淳安县", ids=[7], envoy_years_before=year - 2020), PROJECT, totals=totals)
        for year in (2020, 2021, 2022)
    ]
    assert [int(each.award[0]) for each in got] == [yuan(100_000), yuan(100_000), 0]
    assert [int(each.award_city[0]) for each in got] == [yuan(100_000), yuan(100_000), 0]
    assert got[2].reason.tolist() == [Reason.USED]


def test_a_term_never_brings_more_than_two_hundred_thousand_whatever_years_are_claimed() -> None:
    totals = Totals()
    three = [one(batch(f"{year}-03-31", ids=[7]), PROJECT, totals=totals) for year in (2020, 2021, 2022)]
    assert [int(each.award[0]) for each in three] == [yuan(100_000), yuan(100_000), 0]
    assert three[2].reason.tolist() == [Reason.TOTAL_CAP]


@pytest.mark.parametrize("fact", ["midterm_passed", "duties_done"])
def test_the_second_year_waits_for_the_check_and_nothing_is_paid_to_who_does_no_duty(fact: str) -> None:
    got = one(batch("2021-03-31", envoy_years_before=1, **{fact: [True, False]}), PROJECT)
    assert got.award.tolist() == [yuan(100_000), 0]


def test_the_living_allowance_is_3600_a_person_and_year_for_those_who_do_their_duties() -> None:
    got = one(batch("2021-03-31", duties_done=[True, False]), LIVING)
    assert got.award_city.tolist() == [yuan(3_600), 0] and not got.award_district.any()


def test_travel_is_a_thousand_in_the_districts_and_two_thousand_in_the_counties_and_never_both() -> None:
    # 5(3)1: the districts of the city, 萧山, 余杭, 富阳 and 临安 among them, 1,000; counties and county cities 2,000.
    places = [*NEAR, *FAR]
    near, far = (
        one(batch("2022-03-31", places, duties_done=[True] * 13), name) for name in (IN_DISTRICTS, IN_COUNTIES)
    )
    assert near.award_city.tolist() == [yuan(1_000)] * 10 + [0] * 3
    assert far.award_city.tolist() == [0] * 10 + [yuan(2_000)] * 3


@pytest.mark.parametrize("name", [PROJECT, LIVING, IN_DISTRICTS])
def test_the_measure_runs_from_25_november_2019_to_the_end_of_2023(name: str) -> None:
    days = [day_of(2019, 11, 24), day_of(2019, 11, 25), day_of(2023, 12, 31), day_of(2024, 1, 1)]
    got = [one(batch(day), name, cat=catalogue("lapses")) for day in days]
    assert [int(each.status[0]) for each in got] == [
        Status.NOT_COVERED, Status.IN_FORCE, Status.IN_FORCE, Status.LAPSED,
    ]  # fmt: skip
    assert [bool(each.award[0]) for each in got] == [False, True, True, False]


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({}, True),
        ({"term_years": 3}, False),
        ({"share_of_time_on_site": 333_334}, True),
        ({"share_of_time_on_site": 333_333}, False),
        ({"intermediate_title_or_above": False}, False),
        ({"good_conduct_and_health": False}, False),
        ({"origin_admitted": False}, False),
        ({"misused_money": True}, False),
    ],
)
def test_who_may_be_sent(facts: dict[str, Any], passes: bool) -> None:
    columns = {name: np.array([value]) for name, value in ({"share_of_time_on_site": 400_000} | facts).items()}
    held = catalogue().conditions["envoy-selection"].holds(columns, 1, day_of(2021, 1, 1))
    assert held.tolist() == [passes]
