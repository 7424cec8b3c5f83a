"""Biopharmaceuticals: rates of outlays, limits by phase and class, hospitals, platforms, worked out from the clause."""

from __future__ import annotations

from typing import Any

import pytest

from fundflow.base.calendar import day_of
from fundflow.policy import Totals, load_catalogue
from fundflow.policy.outcome import Status
from tests.policy.helpers import batch, one, yuan

# Outlay at which the limit of a phase is just reached: limit over rate.
PHASES = [
    ("bio21-class1-drug", 1, 1, 6_000_000, 15_000_000),
    ("bio21-class1-drug", 1, 2, 12_000_000, 30_000_000),
    ("bio21-class1-drug", 1, 3, 30_000_000, 75_000_000),
    ("bio21-class2-drug", 2, 1, 3_000_000, 10_000_000),
    ("bio21-class2-drug", 2, 2, 6_000_000, 20_000_000),
    ("bio21-class2-drug", 2, 3, 12_000_000, 40_000_000),
    ("bio21-class3-drug", 3, 2, 3_000_000, 15_000_000),
    ("bio21-class3-drug", 3, 3, 6_000_000, 30_000_000),
]


@pytest.mark.parametrize(("name", "drug", "phase", "limit", "outlay"), PHASES)
def test_a_phase_has_its_rate_up_to_its_limit(name: str, drug: int, phase: int, limit: int, outlay: int) -> None:
    spent = [yuan(outlay - 100), yuan(outlay), yuan(outlay + 100)]
    got = one(batch("2022-03-01", drug_class=drug, clinical_phase=phase, phase_rnd=spent), name)
    part = 100 * limit // outlay  # 40, 30 or 20 yuan of the last hundred
    assert got.award.tolist() == [yuan(limit - part), yuan(limit), yuan(limit)]


def test_class_three_has_no_first_phase_and_each_class_pays_its_own_drugs_only() -> None:
    first = batch("2022-03-01", drug_class=3, clinical_phase=1, phase_rnd=yuan(1_000_000))
    assert not one(first, "bio21-class3-drug").eligible.any()
    mixed = batch("2022-03-01", drug_class=[1, 2, 3], clinical_phase=3, phase_rnd=yuan(1_000_000))
    paid = [one(mixed, f"bio21-class{n}-drug").award.tolist() for n in (1, 2, 3)]
    assert paid == [[yuan(400_000), 0, 0], [0, yuan(300_000), 0], [0, 0, yuan(200_000)]]


@pytest.mark.parametrize(
    "change", [{"produced_in_hangzhou": False}, {"licensed_to_local_applicant": False}, {"drug_kind": 4}]
)
def test_a_drug_made_or_licensed_elsewhere_has_nothing(change: dict[str, Any]) -> None:
    claim = batch("2022-03-01", drug_class=1, clinical_phase=1, phase_rnd=yuan(1_000_000), **change)
    assert not one(claim, "bio21-class1-drug").award.any()


def test_events_from_may_2021_count_and_wait_for_the_opinion() -> None:
    got = [
        one(batch(on, drug_class=1, clinical_phase=1, phase_rnd=yuan(1_000_000)), "bio21-class1-drug")
        for on in ("2021-04-30", "2021-05-01", "2021-08-23", "2025-12-31", "2026-01-01")
    ]
    assert [one_.status[0] for one_ in got] == [
        Status.NOT_COVERED, Status.IN_FORCE, Status.IN_FORCE, Status.IN_FORCE, Status.ASSUMED_RENEWED,
    ]  # fmt: skip
    assert (got[1].award_day >= day_of(2021, 8, 23)).all()


def test_money_of_another_policy_for_the_same_drug_is_weighed_against_it() -> None:
    other = [yuan(399_999), yuan(400_000)]
    claims = batch("2022-03-01", drug_class=1, clinical_phase=1, phase_rnd=yuan(1_000_000), other_same_kind_money=other)
    assert one(claims, "bio21-class1-drug").award.tolist() == [yuan(400_000), 0]


def test_devices_have_forty_percent_in_priority_review_and_twenty_else() -> None:
    outlay = [yuan(14_999_900), yuan(15_000_000), yuan(20_000_000)]
    priority = one(batch("2022-03-01", device_type=1, device_rnd=outlay), "bio21-priority-device")
    assert priority.award.tolist() == [yuan(5_999_960), yuan(6_000_000), yuan(6_000_000)]
    again = batch("2022-03-01", device_type=1, device_rnd=outlay, first_registration=False)
    assert not one(again, "bio21-priority-device").award.any()
    spent = [yuan(n * 1_000_000) for n in (9, 11, 19, 21, 9)]
    kinds = batch("2022-03-01", device_type=[2, 2, 3, 3, 0], device_rnd=spent)
    # 20 % of 9 and 11 million against 2 million; of 19 and 21 million against 4 million.
    assert one(kinds, "bio21-class2-3-device").award.tolist() == [
        yuan(1_800_000), yuan(2_000_000), yuan(3_800_000), yuan(4_000_000), 0,
    ]  # fmt: skip


def test_approvals_abroad_of_one_firm_and_year_stop_at_five_million() -> None:
    claims = batch("2022-03-01", ids=[7] * 7, approved_product=[1, 1, 1, 1, 2, 2, 2])
    got = one(claims, "bio21-overseas-approval")
    assert got.award.tolist() == [*[yuan(1_000_000)] * 4, yuan(500_000), yuan(500_000), 0]
    unsold = batch("2022-03-01", approved_product=1, sold_in_that_market=False)
    assert not one(unsold, "bio21-overseas-approval").award.any()


def test_a_new_indication_has_two_million_if_the_drug_is_made_here() -> None:
    got = one(batch("2022-03-01", produced_in_hangzhou=[True, False]), "bio21-new-indication")
    assert got.award.tolist() == [yuan(2_000_000), 0]


def test_the_two_rewards_of_a_hospital_have_a_limit_each_or_one_for_both() -> None:
    # 20 % of 10 million is 2 million; 3 % of 90 million is 2.7 million.
    facts: dict[str, Any] = {"first_set_purchases": yuan(10_000_000), "local_product_use": yuan(90_000_000)}
    for reading, second in (("separate", 2_700_000), ("joint", 1_000_000)):
        cat, totals = load_catalogue(readings={"hospital-limits": reading}), Totals()
        first = one(batch("2022-12-31", **facts), "bio21-hospital-first-set", cat=cat, totals=totals)
        use = one(batch("2022-12-31", **facts), "bio21-hospital-local-use", cat=cat, totals=totals)
        assert (first.award[0], use.award[0]) == (yuan(2_000_000), yuan(second))
    edge = batch("2022-12-31", first_set_purchases=[yuan(14_999_995), yuan(15_000_000), yuan(15_000_005)])
    assert one(edge, "bio21-hospital-first-set").award.tolist() == [yuan(2_999_999), yuan(3_000_000), yuan(3_000_000)]
    use = batch("2022-12-31", local_product_use=[yuan(99_999_900), yuan(100_000_000), yuan(100_000_100)])
    assert one(use, "bio21-hospital-local-use").award.tolist() == [yuan(2_999_997), yuan(3_000_000), yuan(3_000_000)]


def test_a_large_project_has_a_fifth_from_two_hundred_million_on_without_limit() -> None:
    invested = [yuan(200_000_000) - 1, yuan(200_000_000), yuan(3_000_000_000)]
    got = one(batch("2022-12-31", fixed_investment=invested), "bio21-big-project")
    assert got.award.tolist() == [0, yuan(40_000_000), yuan(600_000_000)]
    old = batch("2022-12-31", fixed_investment=invested, new_construction=False)
    assert not one(old, "bio21-big-project").award.any()


def test_procurement_has_three_percent_of_the_price_up_to_three_million_a_product() -> None:
    price = [yuan(99_999_900), yuan(100_000_000), yuan(100_000_100)]
    got = one(batch("2022-12-31", awarded_price=price), "bio21-procurement-award")
    assert got.award.tolist() == [yuan(2_999_997), yuan(3_000_000), yuan(3_000_000)]


def test_a_platform_has_thirty_percent_of_new_equipment_and_ten_of_its_contracts() -> None:
    totals = Totals()
    paid = [
        int(one(batch(f"202{year}-06-30", new_equipment_and_software=yuan(40_000_000)), "bio21-service-platform",
                totals=totals).award[0])
        for year in (2, 3, 4)
    ]  # fmt: skip
    assert paid == [yuan(12_000_000), yuan(6_000_000), 0]
    contracts = [yuan(9_999_990), yuan(10_000_000), yuan(10_000_010), yuan(1_000_000)]
    related = [False, False, False, True]
    got = one(batch("2022-12-31", technology_contracts=contracts, related_customers=related), "bio21-platform-voucher")
    assert got.award.tolist() == [yuan(999_999), yuan(1_000_000), yuan(1_000_000), 0]
    other = batch("2022-12-31", technology_contracts=contracts, key_platform=False)
    assert not one(other, "bio21-platform-voucher").award.any()
