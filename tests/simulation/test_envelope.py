"""A yearly amount for the city S&T development fund that is too small: what gives way, and what does not."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from fundflow.base.calendar import date_of, day_of
from fundflow.policy import Batch, load_catalogue
from fundflow.simulation.budget import Budget
from fundflow.simulation.rnd_round import award_day
from tests.simulation.runs import FUND, RND, Ran, awarded, entitled, run

YUAN = {2021: 6_500_000, 2022: 4_000_000, 2023: 7_000_000, 2024: 300_000, 2025: 100_000}
SHORT = tuple(f"policy.envelopes.{FUND}.{year}={yuan}" for year, yuan in YUAN.items())


@pytest.fixture
def short() -> Ran:
    return run(*SHORT)


def fed(ran: Ran) -> pl.DataFrame:
    """Commitments of the instruments that the fund feeds."""
    catalogue, budget = ran.inputs.catalogue, ran.world.budget
    names = [one.id for one in catalogue.instruments.values() if budget.envelope_of(one) == FUND]
    return ran["commitments"].filter(pl.col("instrument").is_in(names))


def apart(ran: Ran) -> pl.DataFrame:
    """Commitments without instruments that pay only what another document's leaves: what that one lacks is theirs."""
    names = [one.id for one in ran.inputs.catalogue.instruments.values() if one.overlap and one.overlap.owner]
    assert len(names) < 20
    return ran["commitments"].filter(~pl.col("instrument").is_in(names))


def rounds(ran: Ran) -> pl.DataFrame:
    """R&D claims that are due something, with the fiscal year of their award and the rate that they got."""
    return ran["claims"].filter(pl.col("instrument").is_in(RND), pl.col("entitlement") > 0).with_columns(
        year=pl.from_epoch(pl.col("award_day"), time_unit="d").dt.year(),
        rate=pl.col("award") / pl.col("base"),
    )  # fmt: skip


def test_the_citys_awards_from_the_fund_stay_within_the_amount_of_each_fiscal_year(short: Ran):
    spent = dict(fed(short).group_by("year").agg(pl.col("award_city").sum()).iter_rows())
    free = dict(fed(run()).group_by("year").agg(pl.col("award_city").sum()).iter_rows())
    for year, yuan in YUAN.items():
        assert spent.get(year, 0) <= yuan * 100, year
    assert sum(free[year] > yuan * 100 for year, yuan in YUAN.items() if year in free) >= 3, "the amount never binds"


def test_the_common_rate_of_the_rnd_round_falls_under_the_ceiling_where_money_is_short(short: Ran):
    best = dict(rounds(short).group_by("year").agg(pl.col("rate").max()).iter_rows())
    assert 0 < best[2021] < 0.199 and 0 < best[2022] < 0.199
    assert dict(rounds(run()).group_by("year").agg(pl.col("rate").max()).iter_rows())[2022] == pytest.approx(0.2)


def test_all_claims_of_a_round_that_no_cap_cuts_get_one_rate(short: Ran):
    caps = pl.DataFrame({"instrument": RND, "cap": [200_000_000, 50_000_000, 200_000_000]})
    seen = 0
    for _, year in rounds(short).join(caps, on="instrument").filter(pl.col("award") > 0).group_by("year"):
        assert year.filter(pl.col("award") > pl.col("cap")).height == 0
        free = year.filter(pl.col("award") < pl.col("cap"))
        assert free["rate"].max() - free["rate"].min() < 1e-6
        seen += free.height
    assert seen > 50


def test_the_round_waits_for_its_own_award_day_whatever_others_pay_on_the_same_event_earlier():
    catalogue, closed = load_catalogue(), day_of(2023, 12, 31)
    days = {
        one.id: int(one.pay.award_days(np.array([closed]))[0]) for one in catalogue.triggered_by("tax-settlement")
    }
    # 31 May, a month's list, three months' review, seven days' publicity.
    assert {str(date_of(days[name])) for name in RND} == {"2024-10-07"}
    assert min(days.values()) < days[RND[0]], "nothing is paid earlier: the test says nothing"
    assert award_day(SimpleNamespace(catalogue=catalogue), closed) == days[RND[0]]


def test_what_is_due_is_the_same_whether_or_not_the_money_suffices(short: Ran):
    keys = ["year", "instrument", "district", "status"]
    # Rows without claims hold only what was put off and is awarded now.
    mine, ample = (apart(ran).filter(pl.col("claims") > 0).sort(keys) for ran in (short, run()))
    for column in ("claims", "entitlement_city", "entitlement_district", "entitlement_province"):
        assert mine.select(*keys, column).equals(ample.select(*keys, column)), column
    due, got = fed(short).select(entitled().sum()).item(), fed(short).select(awarded().sum()).item()
    assert got < due


def test_what_the_fund_lacks_is_booked_as_cut_deferred_or_refused(short: Ran):
    table = short["commitments"].with_columns(gap=entitled() - awarded())
    # What was put off is awarded a year later without a new entitlement, so a year's cut is at least its gap.
    assert (table["cut_envelope"] >= table["gap"]).all()
    carried = table["cut_envelope"].sum() - table["gap"].sum()
    again = short["claims"].filter(pl.col("entitlement") == 0, pl.col("award") > 0)
    assert carried == again["award"].sum()
    late = fed(short).filter(~pl.col("instrument").is_in(RND))
    assert late["deferred"].sum() > 0, "the fund serves its other instruments in order, and some must wait"


def test_instruments_of_other_pots_do_not_feel_it(short: Ran):
    others = [name for name in run()["commitments"]["instrument"].unique() if name not in set(fed(run())["instrument"])]
    assert len(others) >= 5
    mine, free = (apart(ran).filter(pl.col("instrument").is_in(others)) for ran in (short, run()))
    assert mine.equals(free)


def test_an_empty_fund_awards_nothing_and_owes_the_same():
    empty = run(f"policy.envelopes.{FUND}=0")
    assert fed(empty)["award_city"].sum() == 0
    assert fed(empty).select(entitled().sum()).item() == fed(run()).select(entitled().sum()).item()


def test_a_pot_that_scales_gives_every_claim_the_same_part():
    amounts = dict.fromkeys(range(2021, 2026), 60_000)
    ran = run(*(f"policy.envelopes.voucher-refund.{year}={yuan}" for year, yuan in amounts.items()))
    refunds = ran["claims"].filter(pl.col("entitlement") > 0, instrument="voucher-city-refund-to-district")
    part = refunds.with_columns(part=pl.col("award") / pl.col("entitlement"), n=pl.col("entitlement"))
    cut = 0
    for _, day in part.group_by("award_day"):
        assert day["award"].sum() <= 60_000 * 100
        assert day["part"].max() - day["part"].min() <= 1.0 / day["n"].min() + 1e-9
        cut += day["part"].max() < 1
    assert cut > 0


def test_what_is_put_off_is_served_first_from_the_next_years_money_unless_only_recorded(short: Ran):
    again = (pl.col("entitlement") == 0) & (pl.col("award") > 0)
    served = short["claims"].filter(again)
    assert served.height > 0
    days = served["award_day"].cast(pl.Date)
    assert set(zip(days.dt.month().to_list(), days.dt.day().to_list(), strict=True)) == {(1, 31)}
    put_off = short["claims"].filter(pl.col("reason") == "envelope_deferred")
    keys = ["claimant", "instrument", "event_day"]
    assert served.join(put_off, on=keys, how="anti").height == 0
    recorded = run(*SHORT, "simulation.deferred=recorded")
    assert recorded["claims"].filter(again).height == 0


def test_events_of_before_the_document_belong_to_the_fiscal_year_in_which_it_comes_into_force() -> None:
    """Nobody decides before a document is in force, and the envelope of that year pays."""
    cat = load_catalogue()
    # The limit of the envelope makes the fiscal year matter; 10 million yuan a year are printed for it.
    old = cat.instruments["srdi-service-purchase"]
    opens = day_of(2023, 2, 1)
    late = replace(old, in_force=opens, events_from=day_of(2022), pay=replace(old.pay, opens=None, steps=()))
    budget = Budget(cat, lambda *_: None)
    assert budget.limited(late)
    days = np.array([day_of(2022, 6, 1), day_of(2023, 1, 31), day_of(2023, 6, 1)])
    claims = Batch(np.arange(3), np.zeros(3, np.int64), days, {})
    # All three awards are of 2023, the first two on the first day in force: one group, which begins that day.
    [(group, rows, first)] = budget.by_award_day([late], claims)
    assert (group, rows.tolist(), first) == ([late], [0, 1, 2], opens)
    # Without the wait the first would have been of 2022.
    early = budget.by_award_day([replace(late, in_force=day_of(2022))], claims)
    assert [(rows.tolist(), first) for _, rows, first in early] == [([0], days[0]), ([1, 2], days[1])]
    assert late.award_days(days).tolist() == [opens, opens, days[2]]
