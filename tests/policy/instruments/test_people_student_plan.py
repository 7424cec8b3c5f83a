"""The student plan of 2020: each amount at its bounds, by hand from the clause."""

from __future__ import annotations

from typing import Any

import pytest

from fundflow.policy import Totals, load_catalogue
from fundflow.policy.outcome import Status
from tests.policy.helpers import batch, catalogue, one, run, yuan

BACHELOR, POSTGRADUATE = "stu20-graduate-living-subsidy-bachelor", "stu20-graduate-living-subsidy-postgraduate"
WEST, RENT, PREMISES = "stu20-west-district-subsidy", "stu20-graduate-rent-subsidy", "stu20-premises-rent"
GRANT, EXCELLENT, MATCH = "stu20-student-firm-grant", "stu20-student-firm-excellent-grant", "stu20-other-district-match"


def test_the_plan_holds_from_15_may_2020_to_14_may_2023() -> None:
    def got(day: str) -> tuple[int, int]:
        found = one(batch(day, degree=3), POSTGRADUATE, cat=catalogue("lapses"))
        return int(found.award[0]), int(found.status[0])

    assert got("2020-05-14") == (0, Status.NOT_COVERED)
    assert got("2020-05-15") == (yuan(50_000), Status.IN_FORCE)
    assert got("2023-05-14") == (yuan(50_000), Status.IN_FORCE)
    assert got("2023-05-15") == (0, Status.LAPSED)


def test_the_locality_bears_the_bachelors_and_both_share_masters_and_doctors() -> None:
    claims = batch("2021-07-01", ["西湖区", "余杭区", "西湖区", "余杭区"], degree=[1, 1, 2, 3])
    bachelors, others = run(claims, BACHELOR, POSTGRADUATE)
    assert bachelors.award.tolist() == [yuan(10_000), yuan(10_000), 0, 0] and not bachelors.award_city.any()
    assert others.award.tolist() == [0, 0, yuan(30_000), yuan(50_000)]
    # 1:1 in 西湖 (15,000), 1:3 in 余杭 (12,500).
    assert others.award_city.tolist() == [0, 0, yuan(15_000), yuan(12_500)]


def test_a_group_of_200_is_paid_as_200_persons() -> None:
    assert one(batch("2021-07-01", degree=2, persons=200), POSTGRADUATE).award.tolist() == [yuan(6_000_000)]


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({}, True),
        ({"fresh_graduate": False}, False),
        ({"fresh_graduate": False, "returned_or_foreign": True, "years_since_graduation": 5}, True),
        ({"fresh_graduate": False, "returned_or_foreign": True, "years_since_graduation": 6}, False),
        ({"degree": 0}, False),
    ],
)
def test_who_is_a_new_graduate(facts: dict[str, Any], passes: bool) -> None:
    assert one(batch("2021-07-01", **{"degree": 1, **facts}), BACHELOR).eligible.tolist() == [passes]


def test_the_living_subsidy_is_had_once_whatever_the_degree() -> None:
    totals = Totals()
    assert one(batch("2021-07-01", ids=[5], degree=1), BACHELOR, totals=totals).award.tolist() == [yuan(10_000)]
    assert one(batch("2022-07-01", ids=[5], degree=2), POSTGRADUATE, totals=totals).award.tolist() == [0]


def test_the_western_subsidy_is_for_the_five_western_places_after_three_years() -> None:
    places = ["富阳区", "临安区", "桐庐县", "淳安县", "建德市", "萧山区", "西湖区"]
    got = one(batch("2021-07-01", places, degree=[1, 2, 3, 1, 1, 1, 1]), WEST)
    assert got.award.tolist() == [yuan(n) for n in (10_000, 30_000, 50_000, 10_000, 10_000, 0, 0)]
    assert not got.award_city.any()
    early = one(batch("2021-07-01", "富阳区", degree=[1, 1], years_worked_there=[2, 3]), WEST)
    assert early.award.tolist() == [0, yuan(10_000)]


@pytest.mark.parametrize(
    ("before", "poor", "passes"),
    [(0, False, True), (2, False, True), (3, False, False), (3, True, True), (5, True, True), (6, True, False)],
)
def test_rent_is_subsidised_for_three_years_and_three_more_with_a_low_income(
    before: int, poor: bool, passes: bool
) -> None:
    claims = batch("2021-07-01", degree=1, rent_years_before=before, income_below_urban_average=poor)
    assert one(claims, RENT).award.tolist() == [yuan(10_000) if passes else 0]


def test_years_of_rent_are_counted_from_what_was_paid() -> None:
    totals = Totals()
    paid = [int(one(batch(f"{2020 + n}-07-01", ids=[9], degree=1), RENT, totals=totals).award[0]) for n in range(4)]
    assert paid == [yuan(10_000)] * 3 + [0]


@pytest.mark.parametrize("fact", ["owns_home_in_hangzhou", "other_housing_benefit"])
def test_who_is_housed_has_no_rent_subsidy(fact: str) -> None:
    assert one(batch("2021-07-01", degree=[1, 1], households=3, **{fact: [True, False]}), RENT).award.tolist() == [
        0,
        yuan(30_000),
    ]


@pytest.mark.parametrize(
    ("granted", "award"),
    [(49_999, 50_000), (50_000, 50_000), (120_000, 120_000), (200_000, 200_000), (200_001, 200_000)],
)
def test_a_students_firm_gets_what_the_review_sets_from_50_000_to_200_000(granted: int, award: int) -> None:
    assert one(batch("2021-07-01", approved_grant=yuan(granted)), GRANT).award.tolist() == [yuan(award)]


def test_without_a_known_review_the_ceiling_counts_times_the_discretion_but_not_less_than_the_lower_bound() -> None:
    claims = batch("2021-07-01")
    assert one(claims, GRANT).award.tolist() == [yuan(200_000)]
    half, tenth = (load_catalogue(readings={"discretion": part}) for part in ("50%", "10%"))
    assert one(claims, GRANT, cat=half).award.tolist() == [yuan(100_000)]
    assert one(claims, GRANT, cat=tenth).award.tolist() == [yuan(50_000)]


def test_an_excellent_firm_gets_up_to_half_a_million() -> None:
    claims = batch("2021-07-01", excellent_project=True, approved_grant=[yuan(300_000), yuan(500_001)])
    ordinary, excellent = run(claims, GRANT, EXCELLENT)
    assert not ordinary.award.any() and excellent.award.tolist() == [yuan(300_000), yuan(500_000)]


def test_in_other_districts_the_city_adds_half_of_the_local_grant() -> None:
    places = ["西湖区", "富阳区", "余杭区", "淳安县"]
    claims = batch("2021-07-01", places, approved_grant=[yuan(100_000)] * 4, local_grant=[80_003] * 4)
    own, match = run(claims, GRANT, MATCH)
    assert own.award.tolist() == [yuan(100_000), yuan(100_000), 0, 0]
    assert match.award_city.tolist() == [0, 0, 40_001, 40_001] and not match.award_district.any()


@pytest.mark.parametrize("name", [GRANT, MATCH, PREMISES])
def test_a_founder_more_than_five_years_out_or_on_a_blacklist_gets_nothing(name: str) -> None:
    place = "余杭区" if name == MATCH else "西湖区"
    claims = batch(
        "2021-07-01",
        place,
        founder_years_since_graduation=[0, 5, 6, 0],
        on_credit_blacklist=[False, False, False, True],
        approved_grant=yuan(100_000),
        local_grant=yuan(100_000),
        rent_paid=yuan(10_000),
    )
    assert (one(claims, name).award > 0).tolist() == [True, True, False, False]


def test_the_office_rent_is_at_most_100_000_in_three_years() -> None:
    def paid(*rents: int) -> list[int]:
        totals = Totals()
        days = [f"{2020 + n}-12-31" for n in range(len(rents))]
        claims = [batch(day, ids=[2], rent_paid=yuan(rent)) for day, rent in zip(days, rents, strict=True)]
        return [int(one(claim, PREMISES, totals=totals).award[0]) for claim in claims]

    assert paid(40_000, 40_000, 40_000) == [yuan(40_000), yuan(40_000), yuan(20_000)]
    assert paid(30_000, 30_000, 30_000, 30_000) == [yuan(30_000)] * 3 + [0]


def test_patents_are_paid_by_kind() -> None:
    claims = batch("2021-12-31", service_patents=[0, 1, 2], non_service_patents=[0, 1, 0], foreign_patents=[1, 0, 2])
    home, abroad = run(claims, "stu20-patent-grants", "stu20-foreign-patent-grants")
    assert home.award.tolist() == [0, yuan(9_500), yuan(14_000)]
    assert abroad.award.tolist() == [yuan(20_000), 0, yuan(40_000)]
    half = load_catalogue(readings={"discretion": "50%"})
    assert one(claims, "stu20-patent-grants", cat=half).award.tolist() == home.award.tolist()
    assert one(claims, "stu20-foreign-patent-grants", cat=half).award.tolist() == [yuan(10_000), 0, yuan(20_000)]


@pytest.mark.parametrize(
    ("name", "facts", "awards"),
    [
        ("stu20-mayor-cup", {"prize": [1, 2, 3, 4, 0]}, [300_000, 150_000, 50_000, 20_000, 0]),
        ("stu20-national-contest-grant", {"prize": [1, 2, 3, 4]}, [500_000, 300_000, 200_000, 0]),
        ("stu20-postdoc-station-grant", {"level": [1, 2, 3]}, [0, 500_000, 1_000_000]),
        ("stu20-startup-park-appraisal", {"appraisal": [0, 1, 2, 3]}, [0, 300_000, 200_000, 100_000]),
        ("stu20-guidance-station", {"newly_built": [True, False]}, [150_000, 0]),
        ("stu20-youth-521-settlement", {"youth_programme": [1, 2, 0]}, [500_000, 0, 0]),
        ("stu20-youth-top-talent-support", {"youth_programme": [1, 2, 0]}, [0, 500_000, 0]),
        ("stu20-youth-leading-team", {"youth_team": [True, False]}, [3_000_000, 0]),
        ("stu20-mentor-pairing", {"students_or_teams": [0, 1, 4]}, [0, 2_000, 8_000]),
        ("stu20-mentor-service", {"services": [0, 1, 3]}, [0, 1_000, 3_000]),
        ("stu20-postdoc-running", {"from_abroad": [True, False]}, [160_000, 160_000]),
        ("stu20-postdoc-research", {"from_abroad": [True, False]}, [50_000, 50_000]),
        ("stu20-postdoc-living", {"in_station": [True, False]}, [120_000, 0]),
        ("stu20-postdoc-overseas", {"from_abroad": [True, False]}, [50_000, 0]),
        ("stu20-postdoc-stay", {"works_in_hangzhou": [True, False]}, [400_000, 0]),
    ],
)
def test_fixed_sums_by_class(name: str, facts: dict[str, Any], awards: list[int]) -> None:
    assert one(batch("2021-12-31", **facts), name).award.tolist() == [yuan(award) for award in awards]


@pytest.mark.parametrize(
    ("name", "facts", "granted", "awards"),
    [
        ("stu20-returnee-project", {}, [1, 30_000, 500_000, 1_000_001], [30_000, 30_000, 500_000, 1_000_000]),
        ("stu20-returnee-special-project", {"special_project": True}, [1, 499_999, 5_000_001], [1, 499_999, 5_000_000]),
        ("stu20-overseas-contest-landing", {}, [199_999, 200_001, 5_000_001], [200_000, 200_001, 5_000_000]),
        ("stu20-student-contest-landing", {"contest_rank": 400}, [49_999, 50_001, 1_000_001], [50_000, 50_001, 10**6]),
    ],
)
def test_reviews_move_between_the_printed_bounds(
    name: str, facts: dict[str, Any], granted: list[int], awards: list[int]
) -> None:
    claims = batch("2021-12-31", approved_grant=[yuan(each) for each in granted], **facts)
    assert one(claims, name).award.tolist() == [yuan(award) for award in awards]


def test_only_the_first_400_of_the_contest_settle_without_review() -> None:
    claims = batch("2021-12-31", contest_rank=[399, 400, 401], approved_grant=yuan(100_000))
    assert (one(claims, "stu20-student-contest-landing").award > 0).tolist() == [True, True, False]


@pytest.mark.parametrize(
    ("name", "places", "each"),
    [
        ("stu20-outstanding-founders", 20, 500_000),
        ("stu20-training-institution-reward", 10, 120_000),
        ("stu20-vertical-base", 10, 200_000),
        ("stu20-brand-events", 10, 100_000),
    ],
)
def test_the_quota_of_a_year_goes_to_the_best(name: str, places: int, each: int) -> None:
    got = one(batch("2021-12-31", review_score=list(range(places + 2))), name)
    # The two lowest scores are left out.
    assert got.award.tolist() == [0, 0] + [yuan(each)] * places


@pytest.mark.parametrize(("months", "place", "award"), [(11, "西湖区", 0), (12, "西湖区", 8_000), (12, "萧山区", 0)])
def test_a_mentor_is_rewarded_for_a_firm_that_has_run_for_a_year_in_the_six_districts(
    months: int, place: str, award: int
) -> None:
    assert one(batch("2021-12-31", place, months_operating=months), "stu20-mentor-firm").award.tolist() == [yuan(award)]


@pytest.mark.parametrize(("kind", "firms", "award"), [(1, 29, 0), (1, 30, 1_000_000), (2, 0, 1_000_000), (0, 40, 0)])
def test_a_park_of_students_needs_thirty_firms_and_one_of_returned_students_none(
    kind: int, firms: int, award: int
) -> None:
    got = one(batch("2021-12-31", park_type=kind, student_firms=firms), "stu20-startup-park-grant")
    assert got.award.tolist() == [yuan(award)]


def test_a_park_has_its_grant_once() -> None:
    totals = Totals()
    claims = batch("2021-12-31", ids=[4], park_type=2, student_firms=0)
    assert one(claims, "stu20-startup-park-grant", totals=totals).award.tolist() == [yuan(1_000_000)]
    again = batch("2022-12-31", ids=[4], park_type=2, student_firms=0)
    assert one(again, "stu20-startup-park-grant", totals=totals).award.tolist() == [0]


def test_the_running_cost_of_a_fellow_is_paid_in_two_halves_a_year_apart() -> None:
    got = one(batch("2021-01-31", "西湖区"), "stu20-postdoc-running")
    city = got.payments["city"][got.payments["city"] > 0]
    days = got.payments["day"][got.payments["city"] > 0]
    assert city.tolist() == [yuan(40_000), yuan(40_000)] and days[1] - days[0] == 365
