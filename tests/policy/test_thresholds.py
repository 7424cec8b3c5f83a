"""Each bound of the law: one step below, at, one step above."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fundflow.base.calendar import day_of
from tests.policy.helpers import ABOVE, BELOW, MANUFACTURING, YEAR_END, batch, catalogue, one, yuan


@pytest.mark.parametrize(("name", "cls", "bound"), [(ABOVE, 1, 200_000_000), (BELOW, 2, 50_000_000)])
def test_the_least_increase_includes_its_bound(name: str, cls: int, bound: int) -> None:
    got = one(batch(YEAR_END, **{"class": cls}, rnd_increase=[bound - 1, bound, bound + 1]), name)
    assert got.eligible.tolist() == [False, True, True]


@pytest.mark.parametrize(("name", "cls", "places"), [(ABOVE, 1, 200), (BELOW, 2, 400)])
def test_the_first_rank_past_the_quota_gets_nothing(name: str, cls: int, places: int) -> None:
    increase = np.arange(places + 3, 0, -1) * 1_000_000 + 300_000_000
    got = one(batch(YEAR_END, **{"class": cls}, rnd_increase=increase), name)
    assert (got.award[:places] > 0).all() and (got.award[places:] == 0).all()
    assert got.eligible.all() and got.round["cut_off_increase"] == increase[places - 1]
    assert got.cuts["quota"] > 0


def test_a_tie_at_the_last_place_goes_to_more_rnd_then_to_the_lower_number() -> None:
    increase = np.full(203, 300_000_000)
    rnd = np.full(203, 500_000_000)
    rnd[202] += 1
    got = one(batch(YEAR_END, **{"class": 1}, rnd_increase=increase, rnd=rnd), ABOVE)
    assert (got.award > 0).sum() == 200
    assert got.award[202] > 0 and got.award[198] > 0 and got.award[199] == 0


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({"employees": 500}, True),
        ({"employees": 501}, False),
        ({"yearly_sales": yuan(200_000_000)}, True),
        ({"yearly_sales": yuan(200_000_000) + 1}, False),
        ({"total_assets": yuan(200_000_000)}, True),
        ({"total_assets": yuan(200_000_000) + 1}, False),
        ({"above_sme_size": True}, False),
        ({"incident_free": False}, False),
        ({"clean_years": 1}, False),
        ({"rnd_reported_in_statistics": False}, False),
        ({"verified_last_year": False}, False),
        ({"registered_in": 0}, False),
    ],
)
def test_an_sme_must_be_within_the_size_and_clean(facts: dict[str, Any], passes: bool) -> None:
    got = one(batch(YEAR_END, **{"class": 1}, rnd_increase=yuan(3_000_000), **facts), ABOVE)
    assert bool(got.eligible[0]) is passes
    assert (got.award[0] == yuan(600_000)) == passes


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({"above_sme_size": True}, True),
        ({"above_sme_size": False, "employees": 501, "yearly_sales": 0, "total_assets": 0}, True),
        ({"above_sme_size": False, "employees": 500, "yearly_sales": 0, "total_assets": 0}, False),
        ({"above_sme_size": True, "status": 1}, False),
    ],
)
def test_only_manufacturers_above_the_size_are_paid_without_ranking(facts: dict[str, Any], passes: bool) -> None:
    facts = {"status": 2, **facts}
    got = one(batch(YEAR_END, rnd_increase=yuan(6_000_000), **facts), MANUFACTURING)
    assert (got.award[0] == yuan(1_200_000)) == passes


TENANT = {"employees": 20, "last_year_sales": yuan(1_000_000), "age_months_at_entry": 10, "months_in_incubator": 12}
EAGLET = {
    "age_years": 3, "last_year_sales": yuan(10_000_000), "employees": 20, "st_staff": 5,
    "last_year_rnd": yuan(1_000_000), "class_ii_or_better_ip": 1,
}  # fmt: skip
STANDARD = {
    "operating_years": 1, "controllable_area": 3000, "incubation_area": 2250, "professional_staff": 3, "mentors": 2,
    "tenants": 15, "tenants_applied_patent": 3, "tenants_valid_ip": 0, "seed_money": yuan(3_000_000),
    "invested_tenants": 1,
}  # fmt: skip
MAKERSPACE = {
    "operating_months": 12, "area": 500, "tenants": 15, "filed_firms": 8, "fund_size": yuan(3_000_000),
    "invested_firms": 2, "managers": 3, "mentors": 5, "events_per_year": 10,
}  # fmt: skip
HIGH_TECH = {
    "age_days": 365, "class_ii_or_better_ip": 1, "st_staff": 2, "employees": 20, "last_year_rnd": yuan(2_500_000),
    "last_year_sales": yuan(50_000_000),
}  # fmt: skip
KEY = {"last_year_rnd": yuan(2_500_000) + 1, "last_year_sales": yuan(50_000_000)}
BRIDGE = {"status": 3, "employees": 499, "yearly_sales": yuan(200_000_000) - 1, "total_assets": yuan(200_000_000) - 1}


def _holds(name: str, facts: dict[str, Any]) -> bool:
    columns = {key: np.array([value]) for key, value in facts.items()}
    return bool(catalogue().conditions[name].holds(columns, 1, day_of(2021, 9, 30))[0])


@pytest.mark.parametrize(
    ("name", "base", "change", "passes"),
    [
        ("incubator-tenant-conditions", TENANT, {}, True),
        ("incubator-tenant-conditions", TENANT, {"employees": 99}, True),
        ("incubator-tenant-conditions", TENANT, {"employees": 100}, False),
        ("incubator-tenant-conditions", TENANT, {"last_year_sales": yuan(10_000_000) - 1}, True),
        ("incubator-tenant-conditions", TENANT, {"last_year_sales": yuan(10_000_000)}, False),
        ("incubator-tenant-conditions", TENANT, {"age_months_at_entry": 24}, True),
        ("incubator-tenant-conditions", TENANT, {"age_months_at_entry": 25}, False),
        ("incubator-tenant-conditions", TENANT, {"months_in_incubator": 48}, True),
        ("incubator-tenant-conditions", TENANT, {"months_in_incubator": 49}, False),
        ("incubator-tenant-conditions", TENANT, {"months_in_incubator": 60, "special_field": 1}, True),
        ("incubator-tenant-conditions", TENANT, {"months_in_incubator": 60, "talent_programme": True}, True),
        ("incubator-tenant-conditions", TENANT, {"months_in_incubator": 61, "special_field": 1}, False),
        ("eaglet-eligibility", EAGLET, {}, True),
        ("eaglet-eligibility", EAGLET, {"age_years": 1}, True),
        ("eaglet-eligibility", EAGLET, {"age_years": 0}, False),
        ("eaglet-eligibility", EAGLET, {"age_years": 6}, True),
        ("eaglet-eligibility", EAGLET, {"age_years": 7}, False),
        ("eaglet-eligibility", EAGLET, {"employees": 9, "st_staff": 9}, False),
        ("eaglet-eligibility", EAGLET, {"employees": 20, "st_staff": 3}, True),
        ("eaglet-eligibility", EAGLET, {"employees": 21, "st_staff": 3}, False),
        ("eaglet-eligibility", EAGLET, {"last_year_rnd": yuan(500_000)}, True),
        ("eaglet-eligibility", EAGLET, {"last_year_rnd": yuan(500_000) - 1}, False),
        ("eaglet-eligibility", EAGLET, {"class_ii_or_better_ip": 0}, False),
        ("incubator-standard-recognition", STANDARD, {}, True),
        ("incubator-standard-recognition", STANDARD, {"controllable_area": 2999, "incubation_area": 2999}, False),
        ("incubator-standard-recognition", STANDARD, {"incubation_area": 2249}, False),
        ("incubator-standard-recognition", STANDARD, {"tenants": 14}, False),
        ("incubator-standard-recognition", STANDARD, {"tenants_applied_patent": 2}, False),
        ("incubator-standard-recognition", STANDARD, {"tenants_applied_patent": 0, "tenants_valid_ip": 2}, True),
        ("incubator-standard-recognition", STANDARD, {"area_per_tenant": 301}, False),
        ("incubator-standard-recognition", STANDARD, {"seed_money": yuan(3_000_000) - 1}, False),
        ("makerspace-filing-conditions", MAKERSPACE, {}, True),
        ("makerspace-filing-conditions", MAKERSPACE, {"area": 499}, False),
        ("makerspace-filing-conditions", MAKERSPACE, {"filed_firms": 7}, False),
        ("makerspace-filing-conditions", MAKERSPACE, {"invested_firms": 1}, False),
        ("makerspace-filing-conditions", MAKERSPACE, {"invested_firms": 1, "in_western_area": True}, True),
        ("makerspace-filing-conditions", MAKERSPACE, {"events_per_year": 9}, False),
        ("makerspace-tenant-conditions", {"months_registered_at_entry": 6}, {}, True),
        ("makerspace-tenant-conditions", {"months_registered_at_entry": 7}, {}, False),
        ("makerspace-tenant-conditions", {"months_registered_at_entry": 7, "special_field": 2}, {}, True),
        ("makerspace-tenant-conditions", {"months_registered_at_entry": 1, "months_in_makerspace": 25}, {}, False),
        ("makerspace-cancellation", {"failed_assessments_running": 1}, {}, True),
        ("makerspace-cancellation", {"failed_assessments_running": 2}, {}, False),
        ("high-tech-certification", HIGH_TECH, {}, True),
        ("high-tech-certification", HIGH_TECH, {"age_days": 364}, False),
        ("high-tech-certification", HIGH_TECH, {"st_staff": 1}, False),
        ("high-tech-certification", HIGH_TECH, {"last_year_rnd": yuan(2_500_000) - 1}, False),
        ("high-tech-certification", HIGH_TECH, {"last_year_sales": yuan(62_500_000)}, True),
        ("high-tech-certification", HIGH_TECH, {"last_year_sales": yuan(62_500_000) + 100}, False),
        (
            "high-tech-certification",
            HIGH_TECH,
            {"last_year_sales": yuan(200_000_001), "last_year_rnd": yuan(6_000_001)},
            True,
        ),
        ("key-rd-applicant-conditions", KEY, {}, True),
        ("key-rd-applicant-conditions", KEY, {"last_year_rnd": yuan(2_500_000)}, False),
        ("key-rd-applicant-conditions", KEY, {"own_rnd_funds": yuan(10_000_000) - 1}, False),
        ("working-capital-eligibility", BRIDGE, {}, True),
        ("working-capital-eligibility", BRIDGE, {"status": 0}, False),
        ("working-capital-eligibility", BRIDGE, {"employees": 500}, False),
        ("working-capital-eligibility", BRIDGE, {"yearly_sales": yuan(200_000_000)}, False),
        ("working-capital-eligibility", BRIDGE, {"status": 1, "total_assets": yuan(200_000_000)}, False),
    ],
)
def test_a_condition_set_holds_up_to_its_bounds(
    name: str, base: dict[str, Any], change: dict[str, Any], passes: bool
) -> None:
    assert _holds(name, {**base, **change}) is passes


@pytest.mark.parametrize(
    ("founded", "passes"),
    [("2020-09-30", True), ("2020-10-01", False), ("2015-09-30", True), ("2015-09-29", False)],
)
def test_an_anniversary_completes_a_year_and_lies_within_the_six(founded: str, passes: bool) -> None:
    year, month, day = map(int, founded.split("-"))
    facts = {name: value for name, value in EAGLET.items() if name != "age_years"}
    assert _holds("eaglet-eligibility", {**facts, "founded": day_of(year, month, day)}) is passes


@pytest.mark.parametrize(("months", "fen"), [(6, 246_913_578), (7, 123_456_789), (12, 123_456_789), (13, 0)])
def test_a_key_project_is_halved_after_six_months_and_lost_after_a_year(months: int, fen: int) -> None:
    claims = batch("2022-09-30", "萧山区", verified_spending=1_234_567_890, months_after_contract_end=months)
    assert one(claims, "key-rd-enterprise-post-subsidy").award.tolist() == [fen]


def test_a_good_reason_spares_a_new_project_but_not_one_of_before_2020() -> None:
    claims = batch(
        "2022-09-30",
        verified_spending=yuan(1_000_000),
        months_after_contract_end=8,
        good_reason=True,
        contract_before_2020=[False, True],
    )
    assert one(claims, "key-rd-enterprise-post-subsidy").award.tolist() == [yuan(200_000), yuan(100_000)]


@pytest.mark.parametrize(
    ("principal", "fen"),
    [(yuan(20_000_000) - 100, 34_499_998), (yuan(20_000_000), 34_500_000), (yuan(30_000_000), 34_500_000)],
)
def test_twenty_million_limits_the_principal_of_the_eaglet_interest_not_the_subsidy(principal: int, fen: int) -> None:
    claims = batch("2021-12-31", average_principal=principal, january_lpr=34_500)
    assert one(claims, "eaglet-loan-interest-subsidy").award.tolist() == [fen]


def test_the_eaglet_interest_subsidy_is_never_above_the_interest_paid() -> None:
    claims = batch(
        "2021-12-31", average_principal=yuan(1_000_000), january_lpr=38_500, interest_paid=[100, yuan(90_000)]
    )
    assert one(claims, "eaglet-loan-interest-subsidy").award.tolist() == [100, 1_925_000]


@pytest.mark.parametrize(
    ("services", "events", "fen"), [(4000, 20, 20_000_000), (3999, 20, 19_995_000), (201, 1, 1_000_000)]
)
def test_activity_vouchers_have_their_limits(services: int, events: int, fen: int) -> None:
    assert one(batch("2021-12-31", services=services, events=events), "activity-voucher-subsidy").award.tolist() == [
        fen
    ]
