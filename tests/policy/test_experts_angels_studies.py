"""The 115 plan, the angel fund's concession half, soft-science projects: each bound, one step below and above."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.base.calendar import day_of
from fundflow.policy import CatalogueFaults, load_catalogue
from fundflow.policy.outcome import Status
from fundflow.policy.yearly_interest import years_between
from tests.policy.helpers import batch, catalogue, one, yuan

CITY, DISTRICT = "p115-salary-support-city-unit", "p115-salary-support-district-unit"
PRICE = "angel-buyout-price"
PAID = day_of(2021, 9, 1)
HALF = yuan(7_500_000)


@pytest.mark.parametrize(
    ("salary", "fen"),
    [
        (yuan(600_000) - 1, 0),
        (yuan(600_000), yuan(300_000)),
        (yuan(600_000) + 1, yuan(300_000)),
        (yuan(800_000) - 1, yuan(400_000) - 1),
        (yuan(800_000), yuan(480_000)),
        (yuan(800_000) + 2, yuan(480_000) + 1),
        (yuan(1_000_000) - 2, yuan(600_000) - 2),
        (yuan(1_000_000), yuan(600_000)),
        (yuan(1_000_000) + 2, yuan(600_000)),
    ],
)
def test_the_band_of_the_salary_gives_the_rate_of_the_whole_salary(salary: int, fen: int) -> None:
    got = one(batch("2021-12-15", yearly_salary=salary, unit_level=1), CITY)
    assert got.award.tolist() == [fen] and got.eligible.tolist() == [fen > 0]


def test_a_city_unit_is_paid_by_the_city_and_a_district_unit_by_halves_in_every_district() -> None:
    districts = ["西湖区", "余杭区", "淳安县"]
    facts: dict[str, Any] = {"yearly_salary": [yuan(700_000) + 2] * 3}
    city = one(batch("2021-12-15", districts, unit_level=1, **facts), CITY)
    assert city.award_city.tolist() == [yuan(350_000) + 1] * 3 and not city.award_district.any()
    district = one(batch("2021-12-15", districts, unit_level=2, **facts), DISTRICT)
    assert district.award_city.tolist() == [yuan(175_000)] * 3
    assert district.award_district.tolist() == [yuan(175_000) + 1] * 3
    assert not one(batch("2021-12-15", districts, unit_level=2, **facts), CITY).award.any()


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({"months_in_hangzhou": 2, "contract_years": 1}, True),
        ({"months_in_hangzhou": 1}, False),
        ({"months_in_hangzhou": 1, "work_abroad_allowed": True}, True),
        ({"contract_years": 0}, False),
        ({"post": 0}, False),
        ({"expert_background": False}, False),
        ({"project_money_same_year": True}, False),
        ({"other_city_talent_money": True}, False),
    ],
)
def test_an_expert_must_meet_the_conditions_of_the_plan(facts: dict[str, Any], passes: bool) -> None:
    got = one(batch("2021-12-15", yearly_salary=yuan(700_000), unit_level=2, **facts), DISTRICT)
    assert got.eligible.tolist() == [passes]


def test_a_key_project_has_a_fixed_grant_and_an_excellent_one_a_ceiling() -> None:
    less = load_catalogue(readings={"discretion": "50%"})
    project = batch("2021-12-15", "余杭区", unit_level=2)
    key = one(project, "p115-key-project-district-unit", cat=less)
    excellent = one(project, "p115-excellent-project-district-unit", cat=less)
    assert (key.award_city[0], key.award_district[0]) == (yuan(150_000), yuan(150_000))
    assert (excellent.award_city[0], excellent.award_district[0]) == (yuan(50_000), yuan(50_000))


def _price(day: int, cat: Any = None, **facts: Any) -> int:
    sale = batch(day, first_payment_on=PAID, concession_part=HALF, lpr_at_transfer=34_500, **facts)
    got = one(sale, PRICE, cat=cat)
    assert got.award_other.tolist() == got.award.tolist() and not got.award_city.any()
    return int(got.award[0])


@pytest.mark.parametrize(
    ("day", "interest"),
    [
        (day_of(2022, 9, 1), 0),
        (day_of(2026, 8, 31), 0),
        (day_of(2026, 9, 1), 0),
        (day_of(2026, 9, 2), HALF * 345 // (10_000 * 365)),
        (day_of(2027, 8, 31), HALF * 345 * 364 // (10_000 * 365)),
        (day_of(2027, 9, 1), HALF * 345 // 10_000),
        (day_of(2027, 9, 2), HALF * 345 * 367 // (10_000 * 366)),
    ],
)
def test_interest_begins_the_day_after_the_fifth_anniversary(day: int, interest: int) -> None:
    assert _price(day) == HALF + interest


def test_given_years_count_before_the_calendar() -> None:
    given = np.array([Fraction(11, 2)], dtype=object)
    assert _price(day_of(2027, 3, 1), years_held=given) == HALF + 12_937_500


def test_compound_interest_differs_only_from_the_seventh_year_on() -> None:
    compound = load_catalogue(readings={"angel-interest": "compound"})
    assert _price(day_of(2027, 9, 1), compound) == _price(day_of(2027, 9, 1))
    second = _price(day_of(2028, 9, 1), compound)
    assert second == HALF * 10_345**2 // 10_000**2 > _price(day_of(2028, 9, 1)) == HALF * 10_690 // 10_000


def test_a_participation_keeps_its_terms_after_the_end_of_the_measure_but_a_later_one_has_none() -> None:
    lapsed = catalogue("lapses")
    facts: dict[str, Any] = {"concession_part": HALF, "lpr_at_transfer": 34_500}
    days = [day_of(2024, 7, 20), day_of(2024, 7, 21)]
    got = one(batch(day_of(2030, 1, 1), first_payment_on=days, **facts), PRICE, cat=lapsed)
    assert got.status.tolist() == [Status.RUN_OFF, Status.LAPSED] and got.eligible.tolist() == [True, False]


def test_no_more_than_half_of_the_money_paid_in_is_at_the_set_price() -> None:
    sale = {"first_payment_on": PAID, "lpr_at_transfer": 34_500, "concession_part": HALF}
    got = one(batch("2025-01-01", guidance_fund_paid=[2 * HALF, 2 * HALF - 1], **sale), PRICE)
    assert got.eligible.tolist() == [True, False]


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({"subfund": yuan(50_000_000), "guidance_fund_paid": yuan(15_000_000)}, True),
        ({"subfund": yuan(50_000_000) - 1, "guidance_fund_paid": 0}, False),
        ({"subfund": yuan(50_000_000), "guidance_fund_paid": yuan(15_000_000) + 1}, False),
        ({"subfund": yuan(50_000_000), "guidance_fund_paid": 0, "government_funds_paid": yuan(20_000_000)}, True),
        ({"subfund": yuan(50_000_000), "guidance_fund_paid": 0, "government_funds_paid": yuan(20_000_000) + 1}, False),
    ],
)
def test_the_guidance_fund_joins_up_to_its_shares(facts: dict[str, int], passes: bool) -> None:
    columns = {name: np.array([value]) for name, value in facts.items()}
    held = catalogue().conditions["angel-subfund-conditions"].holds(columns, 1, day_of(2022, 1, 1))
    assert held.tolist() == [passes]


@given(start=st.integers(0, 40_000), days=st.integers(0, 8_000))
def test_years_between_days_grow_day_by_day_and_are_whole_on_anniversaries(start: int, days: int) -> None:
    years = years_between(start, start + days)
    step = years_between(start, start + days + 1) - years
    assert Fraction(1, 366) <= step <= Fraction(1, 365) and abs(float(years) - days / 365.2425) < 0.01


def _halves(kind: str, **facts: Any) -> list[int]:
    names = [f"soft-science-{kind}project-{half}" for half in ("first", "rest")]
    return [int(one(batch("2022-03-31", **facts), name).award[0]) for name in names]


@pytest.mark.parametrize(
    ("kind", "major", "fixed", "halves"),
    [
        ("", 0, yuan(300_000) - 1, [yuan(150_000) - 1, yuan(150_000)]),
        ("", 0, yuan(300_000), [yuan(150_000), yuan(150_000)]),
        ("", 0, yuan(300_000) + 1, [yuan(150_000), yuan(150_000)]),
        ("major-", 1, yuan(500_000) - 1, [yuan(250_000) - 1, yuan(250_000)]),
        ("major-", 1, yuan(500_000), [yuan(250_000), yuan(250_000)]),
        ("major-", 1, yuan(500_000) + 1, [yuan(250_000), yuan(250_000)]),
        ("major-", 0, yuan(300_000), [0, 0]),
        ("", 1, yuan(300_000), [0, 0]),
    ],
)
def test_both_halves_of_a_study_add_up_to_the_grant_within_its_ceiling(
    kind: str, major: int, fixed: int, halves: list[int]
) -> None:
    assert _halves(kind, especially_major=major, fixed_grant=fixed) == halves


def test_a_study_that_fails_acceptance_keeps_only_the_first_half() -> None:
    assert _halves("", fixed_grant=yuan(200_000), accepted=False) == [yuan(100_000), 0]


@pytest.mark.parametrize(
    ("ordinary", "major", "default", "other"),
    [(20, 0, True, True), (21, 0, False, False), (17, 3, True, True), (18, 3, False, True), (20, 3, False, True)],
)
def test_the_twenty_studies_of_a_year_hold_the_major_ones_unless_read_otherwise(
    ordinary: int, major: int, default: bool, other: bool
) -> None:
    claims = batch("2022-12-31", ordinary_projects=ordinary, especially_major_projects=major)
    changed = load_catalogue(readings={"soft-science-quota": "ordinary-projects"})
    for cat, passes in ((catalogue(), default), (changed, other)):
        assert one(claims, "soft-science-project-first", cat=cat).eligible.tolist() == [passes]


@pytest.mark.parametrize(("facts", "passes"), [({}, True), ({"leader_running_projects": 2}, True),
    ({"leader_running_projects": 3}, False), ({"leader_projects_asked": 2}, False), ({"leader_employed": False}, False),
    ({"research_months": 7}, False), ({"registered_in": 0}, False),
    ({"registered_in": 0, "especially_major": 1}, True)])  # fmt: skip
def test_a_study_has_a_fit_leader_and_a_unit_in_the_city(facts: dict[str, Any], passes: bool) -> None:
    columns = {name: np.array([value]) for name, value in facts.items()}
    held = catalogue().conditions["soft-science-applicant"].holds(columns, 1, day_of(2022, 1, 1))
    assert held.tolist() == [passes]


def test_a_slip_in_a_sum_of_counts_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    source = Path(__file__).parents[2] / "model/fundflow/policy/catalogue/soft-science.toml"
    text = source.read_text(encoding="utf-8").replace('["ordinary_projects"', '["ordinary_project"', 1)
    text = text.replace("[instruments.soft-", "[instruments.x-").replace("[conditions.soft-", "[conditions.x-")
    text = text[: text.index("[register")]  # a rule may be registered once
    (tmp_path / "slip.toml").write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueFaults) as caught:
        load_catalogue(directory=tmp_path)
    assert len(caught.value.faults) == 1 and 'did you mean "ordinary_projects"?' in caught.value.faults[0]
