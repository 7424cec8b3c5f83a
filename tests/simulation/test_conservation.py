"""No fen is made or lost between the claim, the award, the payment and the settlement."""

from __future__ import annotations

import polars as pl
import pytest

from tests.simulation.runs import FUND, Ran, awarded, entitled, run

SHARES = {"city": "award_city", "district_fen": "award_district", "province": "award_province"}
TIGHT = f'policy.envelopes.{FUND}="60万"'
BUSY_FUND = (
    "simulation.fund_size=6000000", "simulation.risk_pool=100000", "economy.bridge_wish=0.8",
    "economy.bridge_default=0.03", "economy.renewal=0.9",
)  # fmt: skip


@pytest.fixture(params=["ample", "tight"])
def ran(request: pytest.FixtureRequest) -> Ran:
    return run() if request.param == "ample" else run(TIGHT)


def test_nobody_is_awarded_more_than_is_due_and_nothing_is_negative(ran: Ran):
    for table in ("claims", "commitments", "payments", "settlements"):
        frame = ran[table]
        money = [n for n in frame.columns if frame[n].dtype == pl.Int64 and n not in ("claimant", "base", "amount")]
        assert len(money) >= 1
        assert frame.select(pl.min_horizontal(pl.col(money).min())).item() >= 0, table
    # A claim that an envelope put off stands twice: entitled in its year, awarded in the next.
    one = ran["claims"].group_by("claimant", "instrument", "event_day").agg(pl.col("award", "entitlement").sum())
    assert one.filter(pl.col("award") > pl.col("entitlement")).height == 0
    whole = ran["commitments"].group_by("instrument").agg(award=awarded().sum(), due=entitled().sum())
    assert whole.filter(pl.col("award") > pl.col("due")).height == 0
    assert ran["claims"]["award"].sum() > 0


def test_who_is_not_eligible_gets_nothing(ran: Ran):
    refused = ran["claims"].filter(~pl.col("eligible"))
    assert refused.height > 0
    assert refused["entitlement"].sum() == 0 and refused["award"].sum() == 0


def test_the_shares_of_every_claim_add_up_to_its_award(ran: Ran):
    parts = ran["claims"].with_columns(parts=pl.col("city") + pl.col("district_fen") + pl.col("province"))
    assert parts.filter(pl.col("parts") != pl.col("award")).height == 0
    assert parts.filter(pl.col("city") > 0, pl.col("district_fen") > 0).height > 100


def test_commitments_are_the_sums_over_the_claims(ran: Ran):
    keys = ["year", "instrument", "district", "status"]
    mine = (
        ran["claims"]
        .with_columns(year=pl.from_epoch(pl.col("award_day"), time_unit="d").dt.year().cast(pl.Int64))
        .group_by(keys)
        .agg(
            # Put off and decided again, a claim counts in its own year.
            claims=(~((pl.col("entitlement") == 0) & (pl.col("award") > 0))).sum().cast(pl.Int64),
            recipients=(pl.col("award") > 0).sum().cast(pl.Int64),
            entitlement=pl.col("entitlement").sum(),
            award_city=pl.col("city").sum(),
            award_district=pl.col("district_fen").sum(),
            award_province=pl.col("province").sum(),
            cut_envelope=pl.max_horizontal(pl.col("entitlement") - pl.col("award"), 0).sum(),
        )
        .sort(keys)
    )
    booked = ran["commitments"].with_columns(entitlement=entitled()).select(mine.columns).sort(keys)
    assert mine.height > 50
    assert booked.cast(mine.schema).equals(mine)


def test_the_payments_of_all_months_add_up_to_the_awards_of_their_year(ran: Ran):
    first = ran.world.years[0]
    keys = ["award_year", "instrument", "district"]
    paid = ran["payments"].filter(pl.col("award_year") >= first).group_by(keys).agg(pl.col(*SHARES).sum()).sort(keys)
    due = (
        ran["commitments"]
        .filter(awarded() > 0)
        .rename({"year": "award_year"})
        .group_by(keys)
        .agg(*(pl.col(column).sum().alias(name) for name, column in SHARES.items()))
        .sort(keys)
    )
    assert due.height > 50
    assert paid.cast(due.schema).equals(due)


def test_nothing_is_paid_before_the_year_of_its_award(ran: Ran):
    assert ran["payments"].filter(pl.col("month") // 100 < pl.col("award_year")).height == 0
    later = ran["payments"].filter(pl.col("month") // 100 > pl.col("award_year"))
    assert later.height > 0, "no payment falls into the next fiscal year"


def test_what_a_level_bears_is_what_its_treasury_paid_and_settled(ran: Ran):
    """By instrument: borne = paid by the own treasury + settlements given - settlements received."""
    payments, settlements = ran["payments"], ran["settlements"]
    assert payments.filter(~pl.col("paid_by").is_in(["city", "district", "province"])).height == 0
    assert settlements["amount"].sum() > 0
    for instrument in payments["instrument"].unique():
        mine, owed = payments.filter(instrument=instrument), settlements.filter(instrument=instrument)
        for level, column in (("city", "city"), ("district", "district_fen"), ("province", "province")):
            own = mine.filter(paid_by=level).select(pl.sum_horizontal(pl.col(*SHARES).sum())).item()
            given = owed.filter(from_level=level)["amount"].sum()
            received = owed.filter(to_level=level)["amount"].sum()
            assert mine[column].sum() == own + given - received, (instrument, level)


@pytest.mark.parametrize("fund", ["as-printed", "busy"])
def test_the_balances_of_the_bridge_fund_close_every_year(fund: str):
    ran = run(*BUSY_FUND) if fund == "busy" else run()
    cash, reserved, lent, lost, covered = (
        ran.indicator(f"fund_{name}") for name in ("cash", "reserved", "lent", "written_off", "covered")
    )
    size = 6_000_000 if fund == "busy" else 100_000_000
    assert len(cash) == len(ran.world.years)
    for year in cash:
        total = cash[year] + reserved[year] + lent[year] + lost[year] - covered[year]
        assert round(total * 100) == size * 100, year
        assert min(cash[year], reserved[year], lent[year], lost[year], covered[year]) >= 0
    if fund == "busy":
        assert max(lent.values()) > 0 and max(lost.values()) > 0 and max(covered.values()) > 0
        assert sum(ran.indicator("fund_gave_up").values()) > 0
    assert sum(ran.indicator("fund_granted").values()) > 10


def test_the_pool_that_covers_losses_gets_what_the_interest_leaves_after_the_fee():
    ran = run(*BUSY_FUND)
    pool, covered = 100_000.0, 0.0
    for year in ran.world.years:
        pool += ran.indicator("fund_interest_to_pool")[year] - (ran.indicator("fund_covered")[year] - covered)
        covered = ran.indicator("fund_covered")[year]
        assert round(pool * 100) == round(ran.indicator("fund_risk_pool")[year] * 100)


def test_a_year_s_refund_is_at_most_two_fifths_of_what_its_vouchers_paid():
    claims = run()["claims"].with_columns(year=pl.from_epoch(pl.col("event_day"), time_unit="d").dt.year())
    paid, back = (
        dict(claims.filter(instrument=name).group_by("year").agg(pl.col("award").sum()).iter_rows())
        for name in ("voucher-firm-service-purchase", "voucher-city-refund-to-district")
    )
    for year in (2021, 2022, 2023):
        assert 0 < back[year] * 10 <= paid[year] * 4, year
