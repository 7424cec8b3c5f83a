"""A fund that invests in other funds, partner by partner: what it pays in, what comes back, fees, rewards."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from fundflow.base.calendar import add_months, date_of, day_of, year_of
from fundflow.base.draws import Draws
from fundflow.economy import StreamRows
from fundflow.economy.fund_parameters import FundStart
from fundflow.policy import Batch, Catalogue, Totals, load_catalogue, settle
from fundflow.simulation import equity_fund
from fundflow.simulation.equity_account import Account, Holding
from tests.policy.helpers import catalogue, yuan
from tests.simulation.runs import run

M = 1_000_000
ANGEL = {
    "zone": 5, "subfund": yuan(100 * M), "guidance_fund_paid": yuan(20 * M), "other_government_paid": 0,
    "manager_paid_in_capital": yuan(3 * M), "manager_executives": 3, "manager_successful_cases": 3,
    "months_to_sign": 1, "years_to_first_local_startup": 1, "invested_in_local_firms": yuan(40 * M),
    "invested_in_relocated_firms": 0, "invested_in_local_startups": yuan(30 * M), "largest_investment": yuan(20 * M),
    "multiple": 1_000_000, "loss_in_hangzhou": 1_000_000, "others_buy": False, "buyout_month": 24,
}  # fmt: skip
"""A partner that keeps every rule at its bound; a test says what is different."""
PROPOSED = day_of(2022, 1, 1)
PAID = day_of(2022, 4, 9)
"""60 days of review and 7 of publicity end on 9 March 2022; signed a month later."""


@dataclass
class Story:
    """What happened to a fund: its events as (day, partner, event, fen), its account, its indicators."""

    account: Account = field(default_factory=Account)
    events: list[tuple[int, int, str, int]] = field(default_factory=list)
    indicators: dict[tuple[str, int], float] = field(default_factory=dict)
    treasury: list[tuple[int, int]] = field(default_factory=list)

    def of(self, event: str) -> list[tuple[int, int]]:
        """Days and amounts of one event, those of 0 left out."""
        return [(day, amount) for day, _, what, amount in self.events if what == event and amount]

    def fee(self, year: int) -> list[int]:
        """The fees that moved in a year: the prepayment and what follows from the grade of the year before."""
        return [amount for day, amount in self.of("fee") if year_of(day) == year]


def told(
    *partners: dict[str, Any],
    fund: str = "angel-guidance",
    opening: int = 100 * M,
    end: int = day_of(2034, 12, 31),
    grades: dict[int, str] | None = None,
    approves: float = 1.0,
    cat: Catalogue | None = None,
    scale: float = 1.0,
    like: dict[str, Any] | None = None,
) -> Story:
    """Let one fund run for these partners, each like ``ANGEL`` with what it says; ``opening`` in yuan."""
    cat, story = cat or catalogue(), Story()
    found = cat.funds[fund]
    assert found.equity is not None
    given = [{**(ANGEL if like is None else like), "day": PROPOSED, **partner} for partner in partners]
    start = FundStart(opening=opening, excellent=0, fail=0, approves_loss_cover=approves, evidence="C", source="test")

    def note(table: str, **row: Any) -> None:
        story.events.append((row["day"][0], row["partner"][0], row["event"][0], row["amount"][0]))

    def claim(trigger: str, ids: Any, zone: Any, day: Any, facts: Any, district: Any = None) -> Any:
        days = np.broadcast_to(np.asarray(day, np.int64), ids.shape)
        batch = Batch(ids, zone, days, facts, district)
        outcomes = settle(cat, cat.triggered_by(trigger), batch, totals=Totals())
        story.treasury += [(int(day), int(one.award_city.sum())) for one in outcomes if not one.instrument.receipt]
        return outcomes

    def arrivals(name: str, year: int, *_: Any) -> StreamRows:
        mine = [(n + 1, one) for n, one in enumerate(given) if year_of(one["day"]) == year]
        columns = {key: np.array([one[key] for _, one in mine]) for key in (given[0] if given else {})}
        return StreamRows(
            np.array([n for n, _ in mine], np.int64), np.array([one["zone"] for _, one in mine], np.int64),
            np.array([one["day"] for _, one in mine], np.int64),
            {key: column for key, column in columns.items() if key not in ("day", "zone")},
        )  # fmt: skip

    world = SimpleNamespace(
        economy=SimpleNamespace(
            funds={fund: start}, streams={"partners": SimpleNamespace(trigger=found.equity.proposals)},
            lpr_long_run=30_000, lpr_long_run_year=2025, scale=scale,
        ),
        start=day_of(2021), end=end, years=range(2021, year_of(end) + 1), draws=Draws(1, 0), catalogue=cat,
        at=lambda day, phase: (day, phase), claim=claim,
        ledger=SimpleNamespace(
            note=note, indicate=lambda year, name, value: story.indicators.update({(name, year): value})
        ),
    )  # fmt: skip
    run = equity_fund.Running(found, found.equity)
    with (
        patch.object(equity_fund, "stream_arrivals", arrivals),
        patch.object(equity_fund, "startups", lambda *_: 0),
        patch.object(equity_fund, "_grade", lambda _, __, year: (grades or {}).get(year, "fail")),
    ):
        for _ in equity_fund.run_equity_fund(world, run):  # type: ignore[arg-type]
            pass
    story.account = run.account
    return story


# --- Joining ---


def test_a_partner_that_keeps_every_rule_is_joined_after_review_publicity_and_signing() -> None:
    story = told({}, end=day_of(2022, 12, 31))
    assert story.of("invested") == [(PAID, yuan(20 * M))]
    (holding,) = story.account.holdings
    # Half of the 20 million is the concession half; seven years from the payment.
    assert (holding.concession, holding.equal, holding.ends) == (yuan(10 * M), yuan(10 * M), day_of(2029, 4, 9))
    (longer,) = told({"mainly_biomedicine_or_ai": True}, end=day_of(2022, 12, 31)).account.holdings
    assert longer.ends == day_of(2032, 4, 9)


@pytest.mark.parametrize(
    "change",
    [
        {"guidance_fund_paid": yuan(30 * M) + 1}, {"subfund": yuan(50 * M) - 1, "guidance_fund_paid": yuan(10 * M)},
        {"other_government_paid": yuan(20 * M) + 1}, {"manager_executives": 2}, {"months_to_sign": 13},
        {"day": day_of(2021, 7, 19)},  # the measure is in force from 20 July 2021
    ],
)  # fmt: skip
def test_a_partner_just_past_a_bound_is_refused(change: dict[str, Any]) -> None:
    story = told(change, end=day_of(2022, 12, 31))
    year = year_of(change.get("day", PROPOSED))
    assert story.of("invested") == [] and story.indicators["fund_angel-guidance_refused", year] == 1


@pytest.mark.parametrize(
    "change",
    [
        {"guidance_fund_paid": yuan(30 * M)}, {"subfund": yuan(50 * M), "guidance_fund_paid": yuan(10 * M)},
        {"other_government_paid": yuan(20 * M)}, {"months_to_sign": 12}, {"day": day_of(2021, 7, 20)},
    ],
)  # fmt: skip
def test_a_partner_just_at_a_bound_is_joined(change: dict[str, Any]) -> None:
    story = told(change, end=day_of(2023, 12, 31))
    assert [amount for _, amount in story.of("invested")] == [change.get("guidance_fund_paid", yuan(20 * M))]


def test_nobody_is_joined_after_a_measure_that_lapses() -> None:
    lapsed = load_catalogue(after_expiry="lapses")
    last, late = {"day": day_of(2024, 7, 20)}, {"day": day_of(2024, 7, 21)}
    story = told(last, late, cat=lapsed, end=day_of(2025, 12, 31))
    assert [partner for _, partner, what, _ in story.events if what == "invested"] == [1]
    assert len(told(last, late, end=day_of(2025, 12, 31)).of("invested")) == 2


def test_the_line_waits_for_cash_in_order_and_gives_up_after_a_year() -> None:
    # 30 million in the fund: the first has 20, the second waits with 20, the third waits behind it with 10.
    small = {"guidance_fund_paid": yuan(10 * M), "months_to_sign": 2}
    story = told({}, {"months_to_sign": 2}, small, opening=30 * M, end=day_of(2023, 12, 31))
    # The second gives up a day after twelve months, 10 March 2023; the same holds for the third, but it comes first:
    # with the second gone the 10 million suffice for it.
    assert story.of("invested") == [(PAID, yuan(20 * M)), (day_of(2023, 3, 10), yuan(10 * M))]
    assert story.indicators["fund_angel-guidance_gave_up", 2023] == 1


def test_whoever_asks_for_more_than_the_whole_fund_holds_nobody_up() -> None:
    big = {"subfund": yuan(500 * M), "guidance_fund_paid": yuan(101 * M), "largest_investment": 0}
    story = told(big, {"months_to_sign": 2}, end=day_of(2022, 12, 31))
    assert story.of("invested") == [(day_of(2022, 5, 9), yuan(20 * M))]


# --- The concession half ---


def test_the_others_buy_the_half_in_year_two_for_what_was_paid_in() -> None:
    story = told({"others_buy": True, "multiple": 2_000_000}, end=day_of(2024, 12, 31))
    assert story.of("bought") == [(day_of(2024, 4, 9), yuan(10 * M))]
    assert (story.account.gains, story.account.invested) == (0, yuan(10 * M))


def test_the_price_has_interest_from_the_sixth_year_on() -> None:
    # Five years after the payment: none. Six years: one year at 3 % of 10 million.
    for months, price in ((60, 10 * M), (72, 10_300_000)):
        story = told({"others_buy": True, "multiple": 2_000_000, "buyout_month": months}, end=day_of(2028, 12, 31))
        assert story.of("bought") == [(int(add_months(PAID, months)), yuan(price))]


def test_nobody_buys_a_half_that_is_worth_less_than_its_price() -> None:
    assert told({"others_buy": True, "multiple": 999_999}, end=day_of(2024, 12, 31)).of("bought") == []
    assert len(told({"others_buy": True, "multiple": 1_000_000}, end=day_of(2024, 12, 31)).of("bought")) == 1
    # Interest of two years, 6 %, at the end of the seventh: worth 1.06 times is enough, a little less is not.
    for multiple, event in ((1_060_000, "bought"), (1_059_999, "ended")):
        story = told({"multiple": multiple}, end=day_of(2029, 12, 31))
        first = next(one for one in story.events if one[0] == day_of(2029, 4, 9))
        assert first[2:] == (event, yuan(10 * M) * multiple // M)


def test_a_loss_falls_on_the_concession_half_up_to_all_of_it() -> None:
    # 100 million lose 5 %, all local: 5 million are made good, the 9.5 million left of the half fall to 5 million.
    story = told({"multiple": 950_000}, end=day_of(2029, 12, 31))
    assert story.of("ended") == [(day_of(2029, 4, 9), yuan(5 * M)), (day_of(2029, 4, 9), yuan(9_500_000))]
    assert story.account.covered == yuan(4_500_000) and story.account.losses == yuan(5_500_000)
    # Half of the loss is local: 2.5 million.
    story = told({"multiple": 950_000, "loss_in_hangzhou": 500_000}, end=day_of(2029, 12, 31))
    assert [amount for _, amount in story.of("ended")] == [yuan(7_500_000), yuan(9_500_000)]
    # 20 % lost: 20 million, of which the half covers its 10 million; the equal half loses its own 20 % and no more.
    story = told({"multiple": 800_000}, end=day_of(2029, 12, 31))
    assert [amount for _, amount in story.of("ended")] == [yuan(8 * M)]
    assert story.account.losses == yuan(12 * M)


def test_a_loss_is_not_made_good_without_approval() -> None:
    story = told({"multiple": 950_000}, approves=0, end=day_of(2029, 12, 31))
    assert [amount for _, amount in story.of("ended")] == [yuan(9_500_000)] * 2 and story.account.covered == 0


# --- Rewards ---


@pytest.mark.parametrize(
    ("multiple", "reward"),
    # Seven years at 6 % are 42 %: at 1.42 nothing; one thousandth above, 20 % of 10,000 yuan.
    [(1_419_000, 0), (1_420_000, 0), (1_421_000, 2_000), (2_000_000, 1_160_000)],
)
def test_a_fifth_of_the_excess_over_six_percent_is_left_to_the_manager(multiple: int, reward: int) -> None:
    story = told({"multiple": multiple}, end=day_of(2029, 12, 31))
    # The concession half brings its price with two years of interest: 10.6 million.
    assert story.of("bought") == [(day_of(2029, 4, 9), yuan(10_600_000))]
    assert [amount for _, amount in story.of("reward")] == ([yuan(reward)] if reward else [])
    assert story.account.rewards == yuan(reward)


def test_compound_growth_leaves_less_to_the_manager() -> None:
    compound = load_catalogue(readings={"angel-excess-return": "compound"})
    # 1.06^7 is 1.5036...: 1.503 leaves nothing though it is far above 42 %.
    assert told({"multiple": 1_503_000}, cat=compound, end=day_of(2029, 12, 31)).of("reward") == []
    assert told({"multiple": 1_503_000}, end=day_of(2029, 12, 31)).account.rewards == yuan(166_000)


# --- Breach ---


@pytest.mark.parametrize(
    ("change", "on"),
    [
        ({"years_to_first_local_startup": 2}, day_of(2023, 4, 10)),
        ({"invested_in_local_firms": yuan(40 * M) - 1}, day_of(2026, 4, 10)),
        ({"invested_in_local_startups": yuan(30 * M) - 1}, day_of(2026, 4, 10)),
        ({"largest_investment": yuan(20 * M) + 1}, day_of(2026, 4, 10)),
    ],
)
def test_a_breach_is_left_at_the_appraised_value_of_both_halves(change: dict[str, Any], on: int) -> None:
    story = told({"multiple": 1_700_000, **change}, end=day_of(2029, 12, 31))
    days, term = on - PAID, day_of(2029, 4, 9) - PAID
    # 70 % gain over the term, by days: 10 million x 0.7 x days / term on either half.
    value = yuan(10 * M) + yuan(7 * M) * days // term
    assert story.of("appraised") == [(on, value), (on, value)]
    assert story.of("ended") == story.of("bought") == [] and story.account.holdings == []


def test_relocated_firms_count_twice() -> None:
    # 38 million in local firms and 1 million in firms that moved there: 38 + 2 = 40, twice the 20 million.
    at = {"invested_in_local_firms": yuan(38 * M), "invested_in_relocated_firms": yuan(M)}
    assert told(at, end=day_of(2026, 12, 31)).of("appraised") == []
    below = {**at, "invested_in_relocated_firms": yuan(M) - 1}
    assert len(told(below, end=day_of(2026, 12, 31)).of("appraised")) == 2


# --- Fees ---


def test_the_fee_follows_the_grade_and_half_of_it_is_prepaid_at_the_last_rate() -> None:
    grades = {2021: "excellent", 2022: "pass", 2023: "fail", 2024: "pass"}
    story = told(opening=100 * M, grades=grades, end=day_of(2025, 12, 31))
    # 2021, excellent, nothing prepaid: 0.6 % of 100 million.
    # Its grade is known on 31 March 2022, so January 2022 has no rate to prepay at.
    assert story.fee(2021) == [] and story.of("fee")[0] == (day_of(2022, 3, 31), yuan(600_000))
    assert story.fee(2022) == [yuan(600_000)]
    # 2023: half of the last known rate, 0.6 %; for 2022, passed: 0.5 %, of which nothing was prepaid.
    assert story.fee(2023) == [yuan(300_000), yuan(500_000)]
    # 2024: half of 0.5 %; 2023 failed, its 300,000 come back. 2025: the last rate is none; 500,000 - 250,000 for 2024.
    assert story.fee(2024) == [yuan(250_000), -yuan(300_000)]
    assert story.fee(2025) == [yuan(250_000)]
    assert story.account.fees == yuan(600_000 + 500_000 + 0 + 500_000)


def test_a_venture_fund_pays_by_what_stood_invested_a_year_before_and_prepays_the_passing_rate() -> None:
    partner = {
        "subfund": yuan(100 * M), "guidance_fund_paid": yuan(20 * M), "largest_other_paid": yuan(30 * M),
        "applicant_is_management_firm": True, "manager_paid_in_capital": yuan(5 * M), "years_to_first_investment": 1,
        "invested_outside": yuan(100 * M),
    }  # fmt: skip
    grades = {2022: "excellent", 2023: "excellent", 2024: "pass"}
    story = told(partner, fund="vc-guidance", grades=grades, end=day_of(2025, 12, 31))
    # Paid in during 2022: the fee of 2022 has no base. 2023: half of 0.5 % of 20 million; then 0.6 % less that.
    assert story.fee(2022) == [] and story.fee(2023) == [yuan(50_000)]
    assert story.fee(2024) == [yuan(50_000), yuan(70_000)] and story.fee(2025) == [yuan(50_000), yuan(50_000)]


def test_a_fee_that_the_cash_does_not_suffice_for_is_owed_and_paid_first() -> None:
    account = Account()
    account.pay_in(100)
    assert account.charge(130) == 100 and (account.owed, account.cash, account.fees) == (30, 0, 100)
    account.pay_in(50)
    assert account.charge(10) == 40 and (account.owed, account.cash) == (0, 10)
    assert account.charge(-40) == -40 and (account.fees, account.cash) == (100, 50)
    account.check()


def test_a_prepayment_that_comes_back_serves_the_line() -> None:
    # 20 million, 0.5 % a year: 100,000 in March 2022 and in March 2023, half of it in January 2023 and 2024. Less
    # these 300,000 the partner's 19.75 million cannot be paid, until the prepayment of the failed 2023 comes back.
    late = {"day": day_of(2023, 12, 1), "guidance_fund_paid": yuan(19_750_000)}
    story = told(late, opening=20 * M, grades={2021: "pass", 2022: "pass"}, end=day_of(2024, 12, 31))
    assert story.fee(2023) == [yuan(50_000), yuan(100_000)] and story.fee(2024) == [yuan(50_000), -yuan(50_000)]
    assert story.of("invested") == [(day_of(2024, 3, 31), yuan(19_750_000))]


# --- Sources ---

FUND = """
[document]
number = "测试〔2024〕9号"
title = { en = "A test fund", zh = "测试基金" }
in_force = 2021-01-01
expires = 2026-06-30
cost_sharing = "fund"

[funds.test-fund]
kind = "equity_fund"
name = { en = "Test fund", zh = "测试基金" }
clause = "1"
proposals = "test-fund-proposed"
sign_within = 12
term_years = 3
concession_share = "0%"
"""
TREASURY = """
size = "1亿元"
treasury = "test-fund-paid-in"
instalments = [{ on = 2022-03-01, amount = "6000万元" }, { on = 2023-03-01, amount = "6000万元" }]

[instruments.test-fund-paid-in]
name = { en = "Paid into the test fund", zh = "测试基金出资" }
clause = "2"
recipient = "treasury"
trigger = "test-fund-instalment"
evidence = "C"
cost_sharing = "city"
amount = { kind = "rate", base = "instalment", rate = "100%" }

[facts.treasury.instalment]
type = "money"
en = "money of a treasury for a fund"
zh = "财政出资"
"""


def added(tmp_path: Path, more: str, **changes: Any) -> Catalogue:
    """The catalogue with the test fund, its table continued by ``more``."""
    (tmp_path / "fund.toml").write_text(FUND + more, encoding="utf-8")
    return load_catalogue(directory=tmp_path, **changes)


def test_a_treasury_pays_its_instalments_up_to_the_size(tmp_path: Path) -> None:
    cat = added(tmp_path, TREASURY)
    story = told(fund="test-fund", opening=10 * M, cat=cat, end=day_of(2024, 12, 31))
    # 10 million on the first day and 60 million; of the second 60 million only 30 fit into the size.
    assert [amount for _, amount in story.of("paid_in")] == [yuan(10 * M), yuan(60 * M), yuan(30 * M)]
    assert story.treasury == [(day_of(2022, 3, 1), yuan(60 * M)), (day_of(2023, 3, 1), yuan(30 * M))]


def test_in_a_part_of_the_city_the_size_and_the_instalments_are_that_part(tmp_path: Path) -> None:
    cat = added(tmp_path, TREASURY)
    story = told(fund="test-fund", opening=M, cat=cat, scale=0.1, end=day_of(2024, 12, 31))
    assert [amount for _, amount in story.of("paid_in")] == [yuan(M), yuan(6 * M), yuan(3 * M)]


def test_a_size_in_dollars_and_a_public_share_bound_the_money_of_the_first_day(tmp_path: Path) -> None:
    # 50 million dollars at 6.9 are 345 million yuan.
    cat = added(tmp_path, "size_usd = 50000000\nexchange_rate = 6.9\n")
    assert told(fund="test-fund", opening=345 * M, cat=cat).account.paid_in == yuan(345 * M)
    assert told(fund="test-fund", opening=345 * M + 1, cat=cat).account.paid_in == yuan(345 * M)
    # Of 200 million at most a quarter.
    cat = added(tmp_path, 'size = "2亿元"\nshare_cap = "25%"\n')
    assert told(fund="test-fund", opening=50 * M, cat=cat).account.paid_in == yuan(50 * M)
    assert told(fund="test-fund", opening=50 * M + 1, cat=cat).account.paid_in == yuan(50 * M)


def test_a_fund_has_its_money_from_the_day_on_which_it_is_switched_on() -> None:
    assert told(fund="cross-border-vc-guidance", opening=10 * M).account.paid_in == 0
    changes = {"cross-border-vc-guidance": {"active": {"2021-01-01": False, "2027-01-01": True}}}
    story = told(fund="cross-border-vc-guidance", opening=400 * M, cat=load_catalogue(changes))
    assert story.of("paid_in") == [(day_of(2027), yuan(345 * M))]


def test_a_fund_that_ends_gives_its_cash_back_as_it_comes(tmp_path: Path) -> None:
    partner = {"day": day_of(2025, 1, 1), "months_to_sign": 0, "multiple": 1_200_000}
    keeps = added(tmp_path, "", after_expiry="lapses")
    assert told(partner, fund="test-fund", cat=keeps).account.paid_back == 0
    cat = added(tmp_path, 'after_end = "pays-back"\n', after_expiry="lapses")
    story = told(partner, fund="test-fund", cat=cat)
    # The document lapses on 30 June 2026: 80 million at the end of 2026; the partner's 24 million at the end of 2028.
    assert story.of("paid_back") == [(day_of(2026, 12, 31), yuan(80 * M)), (day_of(2028, 12, 31), yuan(24 * M))]
    assert story.account.cash == story.account.invested == 0
    renewed = added(tmp_path, 'after_end = "pays-back"\n')
    assert told(partner, fund="test-fund", cat=renewed).account.paid_back == 0


# --- The account ---


def test_a_missing_fen_is_an_error() -> None:
    account = Account()
    account.pay_in(1_000)
    holding = Holding(1, 0, 0, 600, 300, 300, 2_000, M, 100, {})
    account.invest(holding)
    account.recover(holding, "concession", 250)
    account.check()
    account.cash += 1
    with pytest.raises(AssertionError, match="does not close"):
        account.check()
    account.cash -= 1
    holding.equal -= 1
    with pytest.raises(AssertionError, match="at cost"):
        account.check()


def test_the_days_of_these_tests_are_those_that_their_comments_say() -> None:
    assert date_of(PROPOSED + 67).isoformat() == "2022-03-09" and int(add_months(PROPOSED + 67, 1)) == PAID


@pytest.mark.slow
def test_fifteen_years_of_the_shipped_funds_close_to_the_fen() -> None:
    ran = run("population.size=6000", "end=2035-12-31", "budget_year=2027")

    def fen(fund: str, name: str) -> dict[int, int]:
        return {year: round(value * 100) for year, value in ran.indicator(f"fund_{fund}_{name}").items()}

    for fund in ("angel-guidance", "vc-guidance"):
        balance = {
            name: fen(fund, name)
            for name in ("cash", "invested", "paid_in", "paid_back", "gains", "losses", "fees", "rewards", "covered")
        }
        assert len(balance["cash"]) == 15
        for year in range(2021, 2036):
            now = {name: values[year] for name, values in balance.items()}
            came = now["paid_in"] - now["paid_back"] + now["gains"]
            assert now["cash"] + now["invested"] == came - now["losses"] - now["fees"] - now["rewards"], (fund, year)
            assert 0 <= now["covered"] <= now["losses"], (fund, year)  # what the concession gave up is part of the loss
        # All of it happened: money went out, came back, and fees were paid; a tenth of the city has few partners.
        last = {name: values[2035] for name, values in balance.items()}
        assert min(last["gains"], last["fees"], last["invested"]) > 0, fund
