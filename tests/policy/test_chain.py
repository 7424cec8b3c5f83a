"""The chain: rates, envelopes, totals, legal status, days, payments."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from fundflow.base.calendar import date_of, day_of
from fundflow.policy import MissingFacts, Reason, Status, Totals, load_catalogue
from tests.policy.helpers import ABOVE, BELOW, MANUFACTURING, YEAR_END, batch, one, run, yuan

FUND = "city-st-development-fund"


def _three() -> dict[str, object]:
    return {"class": 1, "rnd_increase": [yuan(5_000_000), yuan(10_000_000), yuan(20_000_000)]}


def test_a_short_budget_lowers_the_common_rate_and_keeps_the_caps() -> None:
    got = one(batch(YEAR_END, **_three()), ABOVE, envelopes={FUND: yuan(2_000_000)})
    assert got.rate == Fraction(2, 15)
    assert got.award.tolist() == [66_666_666, 133_333_333, 200_000_000]
    assert got.entitlement.tolist() == [yuan(1_000_000), yuan(2_000_000), yuan(2_000_000)]
    assert got.reason.tolist() == [Reason.RATE, Reason.RATE, Reason.CAP]


def test_the_city_bears_less_of_one_to_three_districts_so_the_same_budget_pays_a_higher_rate() -> None:
    near = one(batch(YEAR_END, "西湖区", **_three()), ABOVE, envelopes={FUND: yuan(1_000_000)})
    far = one(batch(YEAR_END, "余杭区", **_three()), ABOVE, envelopes={FUND: yuan(1_000_000)})
    assert near.rate is not None and far.rate is not None and far.rate > near.rate


def test_the_budget_may_count_the_districts_money_too() -> None:
    cat = load_catalogue(readings={"rnd-budget": "city-and-district"})
    got = one(batch(YEAR_END, **_three()), ABOVE, cat=cat, envelopes={FUND: yuan(4_000_000)})
    assert got.rate == Fraction(2, 15)


def test_the_other_reading_scales_each_amount() -> None:
    cat = load_catalogue(readings={"rnd-short": "scale-each"})
    got = one(batch(YEAR_END, **_three()), ABOVE, cat=cat, envelopes={FUND: yuan(2_000_000)})
    assert got.award.tolist() == [yuan(800_000), yuan(1_600_000), yuan(1_600_000)]


def test_one_rate_holds_for_all_three_classes() -> None:
    claims = batch(
        YEAR_END,
        **{"class": [1, 2, 0]},
        status=[0, 0, 2],
        above_sme_size=[False, False, True],
        rnd_increase=[yuan(4_000_000), yuan(1_000_000), yuan(8_000_000)],
    )
    got = run(claims, ABOVE, BELOW, MANUFACTURING, envelopes={FUND: yuan(650_000)})
    assert {outcome.rate for outcome in got} == {Fraction(1, 10)}
    assert [outcome.award.sum() for outcome in got] == [yuan(400_000), yuan(100_000), yuan(800_000)]


def test_an_exactly_sufficient_budget_pays_the_full_rate() -> None:
    claims = batch(YEAR_END, "余杭区", **{"class": 1}, rnd_increase=[yuan(3_333_333.33), yuan(4_444_444.44)])
    whole = one(claims, ABOVE)
    got = one(claims, ABOVE, envelopes={FUND: int(whole.award_city.sum())})
    assert got.rate == Fraction(1, 5) and got.award.tolist() == whole.award.tolist()


def test_other_instruments_are_served_before_the_residual() -> None:
    claims = batch(YEAR_END, **{"class": 1}, rnd_increase=[yuan(5_000_000)], verified_spending=[yuan(1_000_000)])
    key, rnd = run(claims, "key-rd-enterprise-post-subsidy", ABOVE, envelopes={FUND: yuan(300_000)})
    assert key.award.tolist() == [yuan(200_000)]
    assert rnd.award_city.tolist() == [yuan(200_000)] and rnd.rate == Fraction(2, 25)


def test_from_the_first_claim_that_does_not_fit_all_are_deferred() -> None:
    claims = batch("2021-06-30", verified_spending=[yuan(1_000_000), yuan(9_000_000), yuan(100_000)])
    got = one(claims, "key-rd-enterprise-post-subsidy", envelopes={FUND: yuan(150_000)})
    assert got.award.tolist() == [yuan(200_000), 0, 0]
    assert got.reason.tolist() == [0, Reason.ENVELOPE_DEFERRED, Reason.ENVELOPE_DEFERRED]
    assert got.entitlement.sum() == yuan(2_020_000) and got.cuts["envelope"] == yuan(1_820_000)


def test_other_city_money_for_the_same_rnd_is_counted_against_the_subsidy() -> None:
    claims = batch(
        YEAR_END, **{"class": 1}, rnd_increase=yuan(5_000_000), other_city_rd_subsidy=[yuan(400_000), yuan(2_000_000)]
    )
    got = one(claims, ABOVE)
    assert got.award.tolist() == [yuan(600_000), 0]
    assert got.reason.tolist() == [Reason.DIFFERENCE, Reason.DIFFERENCE] and got.eligible.all()


def test_a_key_project_is_paid_only_where_it_gives_more_than_other_city_money() -> None:
    other = [yuan(199_999.99), yuan(200_000), yuan(200_000.01)]
    claims = batch("2022-09-30", verified_spending=yuan(1_000_000), other_city_money=other)
    got = one(claims, "key-rd-enterprise-post-subsidy")
    assert got.award.tolist() == [yuan(200_000), 0, 0] and got.reason[1] == Reason.DIFFERENCE


def test_a_late_project_above_the_cap_is_capped_before_it_is_halved() -> None:
    claims = batch("2022-09-30", verified_spending=yuan(40_000_000), months_after_contract_end=8)
    assert one(claims, "key-rd-enterprise-post-subsidy").award[0] == yuan(2_500_000)
    other = load_catalogue(readings={"late-project-order": "halve-first"})
    assert one(claims, "key-rd-enterprise-post-subsidy", cat=other).award[0] == yuan(4_000_000)


def test_a_total_by_year_starts_again_in_the_next_year() -> None:
    totals = Totals()
    paid = [
        one(batch(day, received=yuan(16_000_000)), "key-rd-national-incentive", totals=totals).award[0]
        for day in ("2021-03-01", "2021-09-01", "2022-03-01")
    ]
    assert paid == [yuan(4_000_000), yuan(1_000_000), yuan(4_000_000)]


def test_totals_remember_awards_and_stop_at_the_total() -> None:
    cat = load_catalogue(changes={"incubator-provincial-award": {"amount": {"amount": "80万元"}}})
    totals = Totals()
    first = one(batch("2021-12-31", level=3), "incubator-provincial-award", cat=cat, totals=totals)
    facts = {"level": 4, "upgraded_from_provincial": True}
    second = one(batch("2022-12-31", **facts), "incubator-national-award", cat=cat, totals=totals)
    assert (first.award[0], second.award[0]) == (yuan(800_000), yuan(200_000))
    assert second.reason[0] == Reason.TOTAL_CAP


def test_the_wide_reading_counts_the_construction_grant_against_the_total() -> None:
    cat = load_catalogue(readings={"incubator-total": "all-one-off-money"})
    facts = {"level": 4, "upgraded_from_provincial": True, "paid_before": yuan(500_000)}
    claims = batch("2022-10-15", **facts, construction_grant_paid=yuan(500_000))
    assert one(claims, "incubator-national-award", cat=cat).award[0] == 0
    assert one(claims, "incubator-national-award").award[0] == yuan(500_000)


def test_a_makerspace_is_paid_three_years_whether_told_or_remembered() -> None:
    totals = Totals()
    totals.set_count("makerspace-operating", [1], [1])
    paid = [
        one(batch(f"{year}-12-31", grade=1), "makerspace-operating-subsidy", totals=totals).award[0]
        for year in (2022, 2023, 2024)
    ]
    assert paid == [yuan(300_000), yuan(300_000), 0]


def test_claims_of_one_day_on_one_yearly_total_are_served_in_order() -> None:
    claims = batch("2021-03-01", ids=[7, 7, 8], purchase=[yuan(300_000), yuan(200_000), yuan(100_000)])
    got = one(claims, "voucher-firm-service-purchase")
    assert got.award.tolist() == [yuan(150_000), yuan(50_000), yuan(50_000)]
    assert got.award_city.sum() == 0


def test_before_its_start_a_document_does_not_cover_and_says_so() -> None:
    got = one(batch("2020-12-31", grade=1), "makerspace-operating-subsidy")
    assert got.status[0] == Status.NOT_COVERED and got.award[0] == 0 and got.reason[0] == Reason.NOT_COVERED


@pytest.mark.parametrize(
    ("expiry", "status", "paid"), [("renewed", Status.ASSUMED_RENEWED, True), ("lapses", Status.LAPSED, False)]
)
def test_after_its_end_a_document_is_renewed_or_lapses(expiry: str, status: Status, paid: bool) -> None:
    cat = load_catalogue(after_expiry=expiry)
    got = one(batch("2023-01-01", newly_admitted=True), "eaglet-recognition-grant", cat=cat)
    assert got.status[0] == status and (got.award[0] > 0) == paid


def test_after_expiry_may_differ_by_document() -> None:
    cat = load_catalogue(after_expiry={"eaglets": "lapses", "杭科高〔2021〕90号": "lapses", "default": "renewed"})
    lapsed = {one.id for one in cat.documents.values() if one.after_expiry == "lapses"}
    assert lapsed == {"eaglets", "makerspaces"}


def test_an_eaglet_of_2022_keeps_its_interest_for_its_three_years_though_the_document_lapses() -> None:
    cat = load_catalogue(after_expiry="lapses")
    since = day_of(2022, 11, 20)
    facts = {"average_principal": yuan(1_000_000), "january_lpr": 34_500}
    late = one(batch("2024-12-31", eaglet_from=since, **facts), "eaglet-loan-interest-subsidy", cat=cat)
    over = one(batch("2026-12-31", eaglet_from=since, **facts), "eaglet-loan-interest-subsidy", cat=cat)
    new = one(batch("2024-12-31", eaglet_from=day_of(2023, 11, 20), **facts), "eaglet-loan-interest-subsidy", cat=cat)
    assert late.status[0] == Status.RUN_OFF and late.award[0] > 0
    assert over.status[0] == Status.LAPSED and new.status[0] == Status.LAPSED


def test_values_of_a_change_hold_from_its_date_for_the_rnd_year() -> None:
    cat = load_catalogue(changes={ABOVE: {"amount": {"rate": {"2023-01-01": "25%"}}}})
    before = one(batch("2022-12-31", **{"class": 1}, rnd_increase=yuan(4_000_000)), ABOVE, cat=cat)
    after = one(batch("2023-12-31", **{"class": 1}, rnd_increase=yuan(4_000_000)), ABOVE, cat=cat)
    assert (before.award[0], after.award[0]) == (yuan(800_000), yuan(1_000_000))


def test_a_batch_across_a_change_pays_each_claim_by_its_own_day() -> None:
    cat = load_catalogue(changes={"eaglet-recognition-grant": {"amount": {"amount": {"2021-06-01": "30万元"}}}})
    claims = batch("2021-05-31", newly_admitted=[True, True, False])
    claims.trigger_day[1] += 1
    got = one(claims, "eaglet-recognition-grant", cat=cat)
    assert got.award.tolist() == [yuan(200_000), yuan(300_000), 0]
    assert got.reason.tolist() == [0, 0, Reason.CONDITION]


def test_a_change_of_the_sharing_list_counts_on_the_award_day() -> None:
    cat = load_catalogue(changes={"cost-sharing": {"standard-2020": {"all": {"2026-01-01": "1:1"}}}})
    claims = batch("2025-12-31", "余杭区", **{"class": 1}, rnd_increase=yuan(4_000_000))
    early = one(claims, ABOVE, cat=cat, award_day=day_of(2025, 12, 31))
    late = one(claims, ABOVE, cat=cat)
    assert early.award_city[0] * 4 == early.award[0] and late.award_city[0] * 2 == late.award[0]


def test_the_map_of_the_award_day_counts() -> None:
    claims = batch("2021-03-01", newly_admitted=True)
    claims.district = None
    claims.zone[:] = 8
    before = one(claims, "eaglet-recognition-grant", award_day=day_of(2021, 4, 8))
    after = one(claims, "eaglet-recognition-grant", award_day=day_of(2021, 4, 9))
    assert before.district[0] != after.district[0] and before.award_city[0] == after.award_city[0]


def test_rnd_money_goes_through_the_district_and_the_city_owes_its_part() -> None:
    got = one(batch(YEAR_END, "余杭区", **{"class": 1}, rnd_increase=yuan(4_000_000)), ABOVE)
    assert date_of(int(got.award_day[0])).year == 2022
    paid, owed = got.payments, got.settlements
    assert paid["paid_by"].tolist() == [1] and paid["city"].tolist() == [yuan(200_000)]
    assert paid["district"].tolist() == [yuan(600_000)]
    assert (owed["from"].tolist(), owed["to"].tolist(), owed["fen"].tolist()) == ([0], [1], [yuan(200_000)])


def test_an_eaglet_of_november_is_paid_in_the_next_fiscal_year() -> None:
    got = one(batch("2021-11-20", newly_admitted=True), "eaglet-recognition-grant")
    assert date_of(int(got.award_day[0])).year == 2021
    assert {date_of(int(day)).year for day in got.payments["day"]} == {2022}
    assert got.payments["paid_by"].tolist() == [0, 1] and len(got.settlements["row"]) == 0


def test_instalments_add_up_although_each_is_cut_down() -> None:
    parts = [{"share": "33%"}, {"share": "33%", "after": "6 months"}, {"share": "34%", "after": "1 year"}]
    cat = load_catalogue(changes={"key-rd-enterprise-post-subsidy": {"pay": {"instalments": parts}}})
    got = one(batch("2022-09-30", "余杭区", verified_spending=1_000_035), "key-rd-enterprise-post-subsidy", cat=cat)
    assert got.payments["city"].sum() == got.award_city[0] and got.payments["district"].sum() == got.award_district[0]
    assert len(set(got.payments["day"].tolist())) == 3


def test_basic_research_is_paid_in_two_parts_that_make_the_grant() -> None:
    claims = batch("2022-09-30", approved_grant=[100_000_001, yuan(3_000_000)])
    first, rest = run(claims, "key-rd-institution-basic-research-first", "key-rd-institution-basic-research-rest")
    assert (first.award + rest.award).tolist() == [100_000_001, yuan(2_000_000)]


def test_a_missing_fact_is_named_with_all_others() -> None:
    with pytest.raises(MissingFacts) as caught:
        one(batch(YEAR_END), ABOVE)
    assert set(caught.value.names) == {"class", "rnd_increase"}


def test_an_empty_batch_gives_empty_outcomes() -> None:
    claims = batch(YEAR_END, **{"class": np.zeros(0, np.int64)}, rnd_increase=np.zeros(0, np.int64))
    empty = claims.take(np.zeros(0, np.int64))
    got = one(empty, ABOVE, envelopes={FUND: 0})
    assert len(got.award) == 0 and len(got.payments["row"]) == 0
