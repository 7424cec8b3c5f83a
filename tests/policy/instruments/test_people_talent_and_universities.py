"""The talent opinion of 2016, the universities' opinion of 2017, the model city of 2019: each bound by hand."""

from __future__ import annotations

from typing import Any

import pytest

from fundflow.policy import Totals, load_catalogue
from fundflow.policy.outcome import Reason, Status
from tests.policy.helpers import batch, one, run, yuan

OUTPUT, TRANSFER = "uni17-university-tech-output-subsidy", "transfer-fund-output-unit-reward"
CENTRE = "uni17-transfer-centre-subsidy"


def test_a_top_team_gets_at_most_a_hundred_million_from_the_city_and_half_of_it_at_half_the_discretion() -> None:
    project = batch("2021-06-30", "淳安县")
    name = "talent16-top-team-project-grant"
    assert one(project, name).award_city.tolist() == [yuan(100_000_000)]
    half = load_catalogue(readings={"discretion": "50%"})
    assert one(project, name, cat=half).award.tolist() == [yuan(50_000_000)]
    assert not one(batch("2021-06-30", evaluated=False), name).award.any()


def test_the_year_of_human_resource_services_is_five_million_of_the_city() -> None:
    got = one(batch("2021-06-30"), "talent16-hr-services-fund")
    assert (got.award_city[0], got.award_district[0]) == (yuan(5_000_000), 0)


def test_the_subsidy_of_2016_pays_masters_and_doctors_until_the_student_plan_begins() -> None:
    name = "talent16-new-graduate-living-subsidy"
    last = one(batch("2020-05-14", degree=[0, 1, 2, 3]), name)
    assert last.award.tolist() == [0, 0, yuan(20_000), yuan(30_000)]
    after = one(batch("2020-05-15", degree=[2, 3]), name)
    assert after.award.tolist() == [0, 0] and (after.status == Status.LAPSED).all()


def test_the_subsidy_of_2016_is_shared_by_the_list_that_is_assumed() -> None:
    got = one(batch("2019-07-01", ["西湖区", "余杭区"], degree=[2, 2]), "talent16-new-graduate-living-subsidy")
    # 20,000: 1:1 in 西湖, 1:3 in 余杭.
    assert got.award_city.tolist() == [yuan(10_000), yuan(5_000)]
    assert got.award_district.tolist() == [yuan(10_000), yuan(15_000)]


@pytest.mark.parametrize(
    ("name", "fact", "bearer"),
    [
        ("talent16-national-carrier-matching", "provincial_support", "shared"),
        ("talent16-wanren-matching", "support_received", "city"),
    ],
)
def test_matching_is_one_for_one_to_the_fen(name: str, fact: str, bearer: str) -> None:
    facts = {fact: [0, 1, yuan(3_000_000) + 1], **({"led_by_hangzhou_firm": True} if bearer == "shared" else {})}
    got = one(batch("2022-01-01", "西湖区", **facts), name)
    assert got.award.tolist() == [0, 1, yuan(3_000_000) + 1]
    assert got.award_city.tolist() == ([0, 0, yuan(1_500_000)] if bearer == "shared" else got.award.tolist())


def test_a_carrier_of_others_and_a_person_outside_the_programme_get_no_matching() -> None:
    led = batch("2022-01-01", provincial_support=yuan(1), led_by_hangzhou_firm=False)
    assert not one(led, "talent16-national-carrier-matching").award.any()
    assert not one(
        batch("2022-01-01", support_received=yuan(1), national_programme=False), "talent16-wanren-matching"
    ).award.any()


def test_class_e_rent_is_1500_a_month_and_only_for_class_e() -> None:
    got = one(batch("2022-12-31", talent_class=[5, 5, 4], months_rented=[1, 12, 12]), "talent16-class-e-rent-subsidy")
    assert got.award_city.tolist() == [yuan(1_500), yuan(18_000), 0]
    three = one(batch("2022-12-31", talent_class=5, months_rented=12, persons=3), "talent16-class-e-rent-subsidy")
    assert three.award.tolist() == [3 * yuan(18_000)]


def test_a_transfer_centre_gets_one_percent_and_one_million_a_year() -> None:
    values = [yuan(100), yuan(99_999_900), yuan(100_000_000), yuan(100_000_100)]
    got = one(batch("2021-12-31", transaction_value_of_year=values), CENTRE)
    assert got.award_city.tolist() == [yuan(1), yuan(999_999), yuan(1_000_000), yuan(1_000_000)]


def test_the_million_of_a_transfer_centre_is_for_the_year_and_not_for_the_claim() -> None:
    totals = Totals()
    claims = batch("2021-06-30", ids=[7], transaction_value_of_year=yuan(60_000_000))
    assert one(claims, CENTRE, totals=totals).award.tolist() == [yuan(600_000)]
    again = batch("2021-12-31", ids=[7], transaction_value_of_year=yuan(60_000_000))
    assert one(again, CENTRE, totals=totals).award.tolist() == [yuan(400_000)]
    next_year = batch("2022-12-31", ids=[7], transaction_value_of_year=yuan(60_000_000))
    assert one(next_year, CENTRE, totals=totals).award.tolist() == [yuan(600_000)]


@pytest.mark.parametrize(
    ("value", "projects", "award"),
    [
        (200_000, 1, 6_000),
        (33_333_300, 1, 999_999),
        (33_333_400, 1, 1_000_000),  # 1,000,002 before the limit of a project
        (50_000_000, 2, 1_500_000),
        (66_666_700, 2, 2_000_000),
        (200_000_000, 9, 2_000_000),  # 6,000,000; nine projects could have 9,000,000, the year has 2,000,000
    ],
)
def test_a_university_gets_three_percent_within_a_million_a_project_and_two_a_year(
    value: int, projects: int, award: int
) -> None:
    claims = batch("2021-12-31", transaction_value_of_year=yuan(value), projects_of_year=projects)
    got = one(claims, OUTPUT)
    assert (got.award_city[0], got.award_district[0]) == (yuan(award), 0)


@pytest.mark.parametrize(("least", "passes"), [(199_999, False), (200_000, True), (200_001, True)])
def test_a_transaction_under_200_000_is_not_subsidised(least: int, passes: bool) -> None:
    claims = batch("2021-12-31", transaction_value_of_year=yuan(10_000_000), least_contract_value=yuan(least))
    assert one(claims, OUTPUT).eligible.tolist() == [passes]


def test_a_new_type_institution_is_no_university() -> None:
    assert not one(batch("2021-12-31", transaction_value_of_year=yuan(1_000_000), unit_type=2), OUTPUT).award.any()


@pytest.mark.parametrize("order", [(OUTPUT, TRANSFER), (TRANSFER, OUTPUT)])
def test_of_the_two_rewards_for_technology_sold_the_higher_is_paid_once(order: tuple[str, str]) -> None:
    # 3% of 40,000,000 is 1,200,000; one project: at most 1,000,000 by the universities' opinion.
    claims = batch("2021-12-31", transaction_value_of_year=yuan(40_000_000), projects_of_year=1)
    got = run(claims, *order)
    assert sum(int(part.award[0]) for part in got) == yuan(1_200_000)


@pytest.mark.parametrize(
    ("name", "level", "award"),
    [
        ("uni17-academician-station", [0, 1, 2, 3], [0, 500_000, 800_000, 0]),
        ("uni17-postdoc-station", [0, 1, 2, 3], [0, 0, 200_000, 500_000]),
    ],
)
def test_a_new_station_is_paid_by_its_level(name: str, level: list[int], award: list[int]) -> None:
    got = one(batch("2020-05-14", level=level), name)
    assert got.award_city.tolist() == [yuan(one) for one in award]
    assert not one(batch("2020-05-14", level=level, newly_built=False), name).award.any()


def test_stations_and_parks_of_2017_end_where_the_student_plan_begins() -> None:
    for name, facts in (
        ("uni17-postdoc-station", {"level": 3}),
        ("uni17-student-startup-park", {"park_type": 1}),
    ):
        assert one(batch("2020-05-14", **facts), name).award.tolist() == [yuan(500_000)]
        late = one(batch("2020-05-15", **facts), name)
        assert late.award.tolist() == [0] and late.status.tolist() == [Status.LAPSED]


def _incubator(**facts: Any) -> Any:
    return batch("2021-12-31", level=[2, 3, 4], upgraded_from_provincial=[False, False, True], **facts)


def test_only_incubators_of_universities_have_the_grant_of_2017_unless_the_reading_says_all() -> None:
    name = "uni17-incubator-recognition"
    assert one(_incubator(), name).award.tolist() == [0, 0, 0]
    own = one(_incubator(built_by_university=True), name)
    assert own.award_city.tolist() == [0, yuan(500_000), yuan(1_000_000)]
    everyone = load_catalogue(readings={"university-carriers": "all"})
    assert one(_incubator(), name, cat=everyone).award.tolist() == [0, yuan(500_000), yuan(1_000_000)]


def test_a_national_incubator_of_a_university_has_a_million_in_all_from_both_documents() -> None:
    got = run(_incubator(built_by_university=True), "incubator-national-award", "uni17-incubator-recognition")
    assert [int(part.award[2]) for part in got] == [yuan(500_000), yuan(500_000)]


def test_makerspaces_are_paid_in_the_demonstration_period_only() -> None:
    name = "uni17-makerspace-recognition"
    facts: dict[str, Any] = {"recognised_level": [0, 1, 2, 3], "built_by_university": True}
    got = one(batch("2017-12-31", demonstration_period=True, **facts), name)
    assert got.award_city.tolist() == [0, yuan(200_000), yuan(250_000), yuan(300_000)]
    assert not one(batch("2017-12-31", **facts), name).award.any()


def test_the_tax_equivalent_lasts_three_years_and_the_district_bears_it() -> None:
    name, totals = "uni17-incubated-firm-tax-equivalent", Totals()
    paid = []
    for year in (2021, 2022, 2023, 2024):
        claims = batch(f"{year}-12-31", ids=[3], tax_difference=yuan(50_000) + 1)
        got = one(claims, name, totals=totals)
        paid.append((int(got.award_city[0]), int(got.award_district[0])))
    assert paid == [(0, yuan(50_000) + 1)] * 3 + [(0, 0)]
    assert got.reason.tolist() == [Reason.USED]


def test_a_talent_park_has_its_million_once() -> None:
    name, totals = "sc19-international-talent-park", Totals()
    assert not one(batch("2019-10-05"), name).award.any()
    assert one(batch("2019-10-06", ids=[1]), name, totals=totals).award_city.tolist() == [yuan(1_000_000)]
    assert not one(batch("2021-10-06", ids=[1]), name, totals=totals).award.any()
    assert not one(batch("2021-10-06", gathers_international_talent=False), name).award.any()
