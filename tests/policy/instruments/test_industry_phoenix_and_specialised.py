"""Phoenix plan and specialised firms: amounts, limits and dates, worked out from the clause at their edges."""

from __future__ import annotations

from typing import Any

import pytest

from fundflow.base.calendar import day_of
from fundflow.policy import Totals, load_catalogue
from fundflow.policy.outcome import Status
from tests.policy.helpers import batch, catalogue, one, yuan


def test_share_reform_and_listing_are_paid_once() -> None:
    totals = Totals()
    for name, amount in (("phx-share-reform-grant", 2_000_000), ("phx-listing-grant", 3_000_000)):
        assert one(batch("2022-03-01"), name, totals=totals).award.tolist() == [yuan(amount)]
        # A second listing of the same company, at another exchange, is not paid again.
        assert one(batch("2024-03-01"), name, totals=totals).award.tolist() == [0]
    assert not one(batch("2022-03-01", tutoring_filed=False), "phx-share-reform-grant").award.any()
    assert not one(batch("2022-03-01", direct_listing=False), "phx-listing-grant").award.any()


def test_events_from_2021_count_but_nothing_is_decided_before_the_plan_is_in_force() -> None:
    name = "phx-listing-grant"
    got = [one(batch(on), name) for on in ("2020-12-31", "2021-01-01", "2022-01-30", "2025-12-31")]
    assert [int(one_.award[0]) for one_ in got] == [0, *[yuan(3_000_000)] * 3]
    assert got[0].status.tolist() == [Status.NOT_COVERED]
    # The event of 1 January 2021 would be decided in September 2021, before the plan.
    assert got[1].award_day.tolist() == [day_of(2022, 1, 31)]
    lapsed = load_catalogue(after_expiry="lapses")
    assert one(batch("2026-01-01"), name, cat=lapsed).award.tolist() == [0]


@pytest.mark.parametrize(
    ("facts", "passes"),
    [
        ({"merger_value": yuan(20), "target_net_assets": yuan(10)}, True),
        ({"merger_value": yuan(20) - 1, "target_net_assets": yuan(10)}, False),
        ({"merger_value": yuan(20) - 1, "target_net_assets": yuan(10), "major_restructuring": True}, True),
        ({"merger_value": yuan(20), "target_net_assets": yuan(10), "target_local_unlisted": False}, False),
        ({"merger_value": yuan(20), "target_net_assets": yuan(10), "related_parties_merge": True}, False),
        ({"merger_value": yuan(20), "target_net_assets": yuan(10), "listed_company": False}, False),
    ],
)
def test_a_merger_is_a_restructuring_or_costs_twice_the_net_assets_of_a_local_firm(facts: Any, passes: bool) -> None:
    assert one(batch("2023-05-01", **facts), "phx-merger-subsidy").eligible.tolist() == [passes]


def test_a_merger_has_five_per_mille_and_the_firm_twenty_million_in_all_or_for_each() -> None:
    # 5 per mille of 3 bn is 15 million; of the second only 5 million are left.
    for limit, second in (("per-firm", 5_000_000), ("per-merger", 15_000_000)):
        cat, totals = load_catalogue(readings={"merger-limit": limit}), Totals()
        paid = [
            int(
                one(
                    batch(f"202{year}-05-01", merger_value=yuan(3_000_000_000), target_net_assets=yuan(1_000_000_000)),
                    "phx-merger-subsidy", cat=cat, totals=totals,
                ).award[0]
            )
            for year in (2, 4)
        ]  # fmt: skip
        assert paid == [yuan(15_000_000), yuan(second)]
    top = batch("2022-05-01", merger_value=yuan(4_000_000_200), target_net_assets=yuan(1))
    assert one(top, "phx-merger-subsidy").award.tolist() == [yuan(20_000_000)]


def test_refinancing_has_three_per_mille_and_three_million_a_firm_and_year() -> None:
    totals = Totals()
    name = "phx-refinancing-subsidy"
    paid = [
        int(one(batch(on, invested_locally=yuan(700_000_000)), name, totals=totals).award[0])
        for on in ("2022-03-01", "2022-09-01", "2023-03-01")
    ]
    # 2.1 million, then 0.9 million of the same year, then 2.1 million of the next.
    assert paid == [yuan(2_100_000), yuan(900_000), yuan(2_100_000)]


def test_small_firms_have_two_per_mille_up_to_half_a_million_a_project() -> None:
    volume = [yuan(249_999_500), yuan(250_000_000), yuan(250_000_500)]
    got = one(batch("2022-06-01", financing_volume=volume, small_or_medium=True), "phx-sme-instrument-subsidy")
    assert got.award.tolist() == [yuan(499_999), yuan(500_000), yuan(500_000)]
    large = batch("2022-06-01", financing_volume=volume, small_or_medium=False)
    assert not one(large, "phx-sme-instrument-subsidy").award.any()


def test_a_specialised_firm_that_becomes_a_little_giant_gets_the_difference_or_the_whole() -> None:
    name = "srdi-recognition-reward"
    for reading, second in (("difference", 800_000), ("whole", 1_000_000)):
        cat, totals = load_catalogue(readings={"specialised-promotion": reading}), Totals()
        first = one(batch("2022-12-15", specialised_level=2), name, cat=cat, totals=totals)
        rise = one(batch("2024-08-15", specialised_level=1), name, cat=cat, totals=totals)
        assert (first.award[0], rise.award[0]) == (yuan(200_000), yuan(second))
    got = one(batch("2022-06-10", specialised_level=[1, 2, 0, 2], first_time=[True, True, True, False]), name)
    assert got.award.tolist() == [yuan(1_000_000), yuan(200_000), 0, 0]
    assert not one(batch("2022-06-09", specialised_level=1), name).award.any()


def test_first_sets_have_two_one_and_half_a_million_and_only_of_specialised_firms() -> None:
    got = one(batch("2022-10-01", first_set_level=[1, 2, 3, 0]), "srdi-first-set")
    assert got.award.tolist() == [yuan(2_000_000), yuan(1_000_000), yuan(500_000), 0]
    assert not one(batch("2022-10-01", first_set_level=1, specialised_firm=False), "srdi-first-set").award.any()


def test_loan_interest_is_half_the_january_rate_of_at_most_twenty_million() -> None:
    facts: dict[str, Any] = {"january_lpr": 38_000, "standing_days": [365, 365, 365, 73], "loan_purpose": 1}
    principal = [yuan(10_000_000), yuan(20_000_000), yuan(20_000_001), yuan(10_000_000)]
    got = one(batch("2023-12-31", average_principal=principal, **facts), "srdi-interest-subsidy")
    # 3.8 % x 50 % = 1.9 %: 190,000 and 380,000; 73 of 365 days are a fifth.
    assert got.award.tolist() == [yuan(190_000), yuan(380_000), yuan(380_000), yuan(38_000)]


@pytest.mark.parametrize("change", [{"loan_purpose": 0}, {"specialised_firm": False}, {"average_principal": 0}])
def test_loans_for_other_purposes_or_of_other_firms_have_no_interest_subsidy(change: dict[str, Any]) -> None:
    facts = {"average_principal": yuan(10_000_000), "january_lpr": 38_000, "loan_purpose": 2} | change
    assert not one(batch("2023-12-31", **facts), "srdi-interest-subsidy").award.any()


def test_the_services_of_all_firms_are_cut_alike_to_ten_million_a_year() -> None:
    assert catalogue().envelopes["specialised-services"].most is not None
    assert catalogue().envelopes["specialised-services"].most.on(day_of(2023)) == yuan(10_000_000)
    claims = batch("2022-12-20", services_value=[yuan(9_000_000), yuan(3_000_000)])
    left = {"specialised-services": yuan(10_000_000)}
    got = one(claims, "srdi-service-purchase", envelopes=left)
    assert got.award.tolist() == [yuan(7_500_000), yuan(2_500_000)] and not got.award_district.any()
    fits = batch("2022-12-20", services_value=[yuan(7_000_000), yuan(3_000_000)])
    assert one(fits, "srdi-service-purchase", envelopes=left).award.tolist() == [yuan(7_000_000), yuan(3_000_000)]
