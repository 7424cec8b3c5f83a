"""Angel and venture capital guidance funds: who may join, what must be kept, prices and formulas, at their edges.

The figures are worked out from 杭科资〔2021〕3号 (angel) and 杭政办函〔2019〕47号 (venture capital).
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fundflow.base.calendar import day_of, parse_day
from fundflow.policy import CatalogueFaults, load_catalogue
from fundflow.policy.equity import excess_reward, lost_cover, part_of, worth
from tests.policy.helpers import batch, catalogue, one, run, yuan

MILLION = 1_000_000
ON = day_of(2022, 3, 1)


def holds(conditions: str, entity_facts: dict[str, Any]) -> bool:
    columns = {name: np.array([value]) for name, value in entity_facts.items()}
    return bool(catalogue().conditions[conditions].holds(columns, 1, ON)[0])


def subfund(size: int, paid: int, others: int = 0, **facts: Any) -> dict[str, Any]:
    """Yuan: size of the partner's fund, of it from the guidance fund and from all other governments."""
    money = {"subfund": size, "guidance_fund_paid": paid, "government_funds_paid": paid + others}
    return {**{name: yuan(amount) for name, amount in money.items()}, **facts}


# --- Who may be joined ---


def test_an_angel_fund_has_at_least_fifty_million() -> None:
    for fen_less, passes in ((0, True), (1, False)):
        facts = subfund(50 * MILLION, 10 * MILLION)
        facts["subfund"] -= fen_less
        assert holds("angel-subfund-conditions", facts) is passes


def test_the_angel_guidance_fund_has_at_most_thirty_percent() -> None:
    # 30 % of 50 million is 15 million; one fen more is too much.
    facts = subfund(50 * MILLION, 15 * MILLION)
    assert holds("angel-subfund-conditions", facts)
    assert not holds("angel-subfund-conditions", {**facts, "guidance_fund_paid": yuan(15 * MILLION) + 1})


def test_all_governments_together_have_at_most_forty_percent() -> None:
    # 30 % and 10 % of 50 million: 20 million; one fen more is too much though the city itself stays below its cap.
    facts = subfund(50 * MILLION, 15 * MILLION, 5 * MILLION)
    assert holds("angel-subfund-conditions", facts)
    assert not holds("angel-subfund-conditions", {**facts, "government_funds_paid": yuan(20 * MILLION) + 1})
    assert not holds("angel-subfund-conditions", {**facts, "guidance_fund_is_general_partner": True})


def test_an_angel_fund_over_a_billion_with_own_terms_needs_the_city_government() -> None:
    terms = {"wants_own_terms": True}
    assert holds("angel-subfund-over-a-billion", {"subfund": yuan(1000 * MILLION), **terms})
    above = {"subfund": yuan(1000 * MILLION) + 1}
    assert holds("angel-subfund-over-a-billion", above)
    assert not holds("angel-subfund-over-a-billion", {**above, **terms})
    assert holds("angel-subfund-over-a-billion", {**above, **terms, "city_government_approves": True})


def test_an_incubators_angel_fund_is_held_against_its_paid_in_capital() -> None:
    # 30 % of 40 million paid in is 12 million, whatever was promised.
    facts = {"guidance_fund_paid": yuan(12 * MILLION), "paid_in_capital": yuan(40 * MILLION)}
    mine = {"set_up_by_incubator": True}
    assert holds("incubator-angel-fund", {**facts, **mine})
    facts["guidance_fund_paid"] += 1
    assert not holds("incubator-angel-fund", {**facts, **mine})
    assert holds("incubator-angel-fund", facts)


def test_a_venture_fund_has_a_hundred_million_and_the_city_at_most_a_fifth_and_never_the_largest_share() -> None:
    facts = {**subfund(100 * MILLION, 20 * MILLION, 20 * MILLION), "largest_other_paid": yuan(20 * MILLION) + 1}
    assert holds("vcgf-partner-fund", facts)
    for change in (
        {"subfund": yuan(100 * MILLION) - 1},
        {"guidance_fund_paid": yuan(20 * MILLION) + 1},
        {"government_funds_paid": yuan(40 * MILLION) + 1},
        {"largest_other_paid": yuan(20 * MILLION)},  # as large as the guidance fund: not larger
        {"guidance_fund_is_general_partner": True},
    ):
        assert not holds("vcgf-partner-fund", {**facts, **change}), change


MANAGER = {
    "manager_paid_in_capital": yuan(3 * MILLION), "manager_executives": 3, "manager_executive_years": 5,
    "manager_successful_cases": 3, "case_exit_yearly_return": 200_000, "manager_clean_years": 3,
}  # fmt: skip


@pytest.mark.parametrize(
    "change",
    [
        {"manager_paid_in_capital": yuan(3 * MILLION) - 1}, {"manager_executives": 2}, {"manager_executive_years": 4},
        {"manager_successful_cases": 2}, {"case_exit_yearly_return": 199_999}, {"manager_clean_years": 2},
        {"publicity_confirms_a_problem": True}, {"manager_filed": False},
    ],
)  # fmt: skip
def test_each_condition_on_an_angel_investor_decides(change: dict[str, Any]) -> None:
    assert holds("angel-manager", MANAGER)
    assert not holds("angel-manager", {**MANAGER, **change})


def test_cases_not_yet_left_count_by_later_rounds_and_growth() -> None:
    low = {**MANAGER, "case_exit_yearly_return": 0}
    for rounds, growth, passes in ((2, 300_000, True), (1, 300_000, False), (2, 299_999, False)):
        facts = {**low, "case_later_rounds": rounds, "case_growth_yearly_return": growth}
        assert holds("angel-manager", facts) is passes


def test_a_venture_company_needs_a_hundred_million_and_a_management_firm_five() -> None:
    rest = {**MANAGER, "investors_paid_in_money": True}
    for managed, least in ((True, 5 * MILLION), (False, 100 * MILLION)):
        facts = {**rest, "applicant_is_management_firm": managed, "manager_paid_in_capital": yuan(least)}
        assert holds("vcgf-institution", facts)
        assert not holds("vcgf-institution", {**facts, "manager_paid_in_capital": yuan(least) - 1})
    company = {**rest, "applicant_is_management_firm": False, "manager_paid_in_capital": yuan(100 * MILLION)}
    assert not holds("vcgf-institution", {**company, "investors_paid_in_money": False})


# --- What a partner must keep ---

INVESTED = {
    "subfund": yuan(50 * MILLION), "guidance_fund_paid": yuan(10 * MILLION), "invested_in_hangzhou": yuan(20 * MILLION),
    "invested_in_local_startups": yuan(15 * MILLION), "largest_investment": yuan(10 * MILLION),
}  # fmt: skip


@pytest.mark.parametrize("conditions", ["angel-investment-rules", "vcgf-investment-rules"])
def test_twice_in_hangzhou_and_one_and_a_half_times_in_young_firms(conditions: str) -> None:
    assert holds(conditions, INVESTED)
    assert not holds(conditions, {**INVESTED, "invested_in_hangzhou": yuan(20 * MILLION) - 1})
    assert not holds(conditions, {**INVESTED, "invested_in_local_startups": yuan(15 * MILLION) - 1})
    for fact, value in (
        ("invests_in_unlisted_companies_only", False), ("invests_in_other_funds", True), ("forbidden_use", True)
    ):  # fmt: skip
        assert not holds(conditions, {**INVESTED, fact: value}), fact


def test_no_firm_has_more_than_a_fifth_of_the_partners_fund() -> None:
    # 20 % of 50 million.
    above = {**INVESTED, "largest_investment": yuan(10 * MILLION) + 1}
    for conditions in ("angel-investment-rules", "vcgf-investment-rules"):
        assert not holds(conditions, above)


def test_the_first_investment_comes_within_a_year() -> None:
    for conditions, fact in (
        ("angel-first-year", "years_to_first_local_startup"), ("vcgf-first-year", "years_to_first_investment")
    ):  # fmt: skip
        assert holds(conditions, {fact: 1})
        assert not holds(conditions, {fact: 2})


@pytest.mark.parametrize(
    ("conditions", "staff", "ordinary", "certified"),
    [("angel-startup-definition", 300, 20, 50), ("vcgf-startup-definition", 500, 50, 100)],
)
def test_a_young_firm_is_small_by_its_staff_and_sales(
    conditions: str, staff: int, ordinary: int, certified: int
) -> None:
    for status, limit in ((0, ordinary), (1, certified)):
        facts = {"employees": staff, "status": status, "registered_in": 1, "listed": False}
        if conditions.startswith("angel"):
            facts["net_assets"] = yuan(1000 * MILLION)
        assert holds(conditions, {**facts, "last_year_sales": yuan(limit * MILLION)})
        assert not holds(conditions, {**facts, "last_year_sales": yuan(limit * MILLION) + 1})
        assert not holds(conditions, {**facts, "employees": staff + 1, "last_year_sales": yuan(limit * MILLION)})
        if conditions.startswith("angel"):  # sales or net assets: with large sales the assets decide, at their bound
            large = {**facts, "last_year_sales": yuan(1000 * MILLION)}
            assert holds(conditions, {**large, "net_assets": yuan(limit * MILLION)})
            assert not holds(conditions, {**large, "net_assets": yuan(limit * MILLION) + 1})


# --- Prices ---


def angel_price(sold: str, paid: str = "2021-09-01", **facts: Any) -> int:
    found = one(
        batch(
            sold, concession_part=yuan(7_500_000), first_payment_on=parse_day(paid),
            **{"guidance_fund_paid": yuan(15 * MILLION), "lpr_at_transfer": 34_500, **facts},
        ),
        "angel-buyout-price",
    )  # fmt: skip
    return int(found.award[0])


def test_up_to_the_fifth_anniversary_the_angel_half_costs_what_was_paid_in() -> None:
    for sold in ("2023-09-01", "2026-08-31", "2026-09-01"):
        assert angel_price(sold) == yuan(7_500_000)


def test_from_the_sixth_year_on_interest_is_owed_by_its_days() -> None:
    # One day of the 365 of the sixth year: 7.5 million x 3.45 % / 365 = 708.90 yuan.
    assert angel_price("2026-09-02") == yuan(7_500_000) + 70_890
    # The whole sixth year: 7.5 million x 3.45 % = 258,750; two years, simple: 517,500.
    assert angel_price("2027-09-01") == yuan(7_758_750)
    assert angel_price("2028-09-01") == yuan(8_017_500)
    # The rate is that of the day of the sale.
    assert angel_price("2027-09-01", lpr_at_transfer=30_000) == yuan(7_725_000)


def test_only_the_other_investors_buy_the_concession_half() -> None:
    assert angel_price("2023-09-01", buyer_is_other_investor=False) == 0
    assert angel_price("2023-09-01", guidance_fund_paid=yuan(15 * MILLION) - 2) == 0  # more than a half


def test_a_participation_keeps_its_price_when_the_measure_has_lapsed() -> None:
    lapsed = load_catalogue(after_expiry="lapses")
    claim = batch(
        "2031-09-01", concession_part=yuan(7_500_000), guidance_fund_paid=yuan(15 * MILLION),
        first_payment_on=parse_day("2021-09-01"), lpr_at_transfer=30_000,
    )  # fmt: skip
    # Ten years: interest for the sixth to the tenth, 5 x 3 % of 7.5 million = 1,125,000.
    assert one(claim, "angel-buyout-price", cat=lapsed).award.tolist() == [yuan(8_625_000)]


def venture_price(sold: str, invested: int, **facts: Any) -> int:
    claim = batch(
        sold, concession_part=yuan(20 * MILLION), subfund=yuan(100 * MILLION), invested_outside=invested,
        first_payment_on=parse_day("2021-09-01"), **{"lpr_at_transfer": 30_000, **facts},
    )  # fmt: skip
    return sum(int(found.award[0]) for found in run(claim, "vcgf-exit-price-early", "vcgf-exit-price-late"))


def test_within_four_years_the_venture_share_costs_what_was_paid_if_four_fifths_are_invested() -> None:
    for sold in ("2023-09-01", "2025-09-01"):
        assert venture_price(sold, yuan(80 * MILLION)) == yuan(20 * MILLION)
        assert venture_price(sold, yuan(80 * MILLION) - 1) == 0


def test_after_four_years_interest_is_owed_for_all_of_them() -> None:
    # The day after the fourth anniversary: 4 years and 1 of 365 days at 3 % of 20 million; cut to fen.
    assert venture_price("2025-09-02", 0) == yuan(20 * MILLION) + int(
        yuan(20 * MILLION) * Fraction(3, 100) * (4 + Fraction(1, 365))
    )
    # Seven years: 21 % of 20 million = 4.2 million; a day later the text has no price.
    assert venture_price("2028-09-01", 0) == yuan(24_200_000)
    assert venture_price("2028-09-02", 0) == 0
    assert venture_price("2027-09-01", 0, buyer_is_other_investor=False) == 0


# --- Formulas ---


def test_worth_runs_on_a_straight_line_to_the_end_of_the_term() -> None:
    # 100 yuan that become 150 in ten days: 5 a day; the line stops at the end.
    assert [worth(10_000, 1_500_000, days, 10) for days in (0, 1, 10, 11)] == [10_000, 10_500, 15_000, 15_000]
    assert [worth(10_000, 500_000, days, 10) for days in (0, 1, 10)] == [10_000, 9_500, 5_000]


def test_a_loss_is_made_good_to_the_smaller_of_the_local_loss_and_the_concession_part() -> None:
    # 100 million lose 10 %, of it 60 % in local firms: 6 million.
    assert lost_cover(yuan(100 * MILLION), 900_000, 600_000, yuan(15 * MILLION)) == yuan(6 * MILLION)
    # 30 % lost, all local: 30 million, but the part is 15 million.
    assert lost_cover(yuan(100 * MILLION), 700_000, 1_000_000, yuan(15 * MILLION)) == yuan(15 * MILLION)
    assert lost_cover(yuan(100 * MILLION), 1_000_000, 1_000_000, yuan(15 * MILLION)) == 0
    assert lost_cover(yuan(100 * MILLION), 1_200_000, 1_000_000, yuan(15 * MILLION)) == 0


def test_a_fifth_of_the_return_above_six_percent_simple_goes_to_the_manager() -> None:
    terms = catalogue().funds["angel-guidance"]
    over, share = Fraction(terms.value("reward_over", ON)), Fraction(terms.value("reward_share", ON))
    cost, seven = yuan(10 * MILLION), Fraction(7)

    def paid(back: int, growth: str = "simple") -> int:
        return excess_reward(cost, yuan(back), seven, over, share, growth)

    # Seven years at 6 % of 10 million are 4.2 million: at and below nothing, 100 yuan above leave 20.
    assert [paid(back) for back in (14_199_900, 14_200_000, 14_200_100)] == [0, 0, yuan(20)]
    assert paid(20 * MILLION) == yuan(1_160_000)  # (10 - 4.2) million x 20 %
    # Compound: 1.06^7 - 1 = 0.50363025901..., so 14.2 to 15 million leave nothing.
    assert paid(15 * MILLION, "compound") == 0
    assert paid(20 * MILLION, "compound") == int(yuan(10 * MILLION) * (2 - Fraction(106, 100) ** 7) / 5)


def test_shares_are_cut_down_to_whole_fen() -> None:
    assert part_of(3, Fraction(1, 2)) == 1
    assert part_of(199, Fraction(1, 200)) == 0 and part_of(200, Fraction(1, 200)) == 1


# --- What is read from a file ---

FILE = """
[document]
number = "测试〔2024〕9号"
title = { en = "A test fund", zh = "测试基金" }
in_force = 2024-01-01
cost_sharing = "fund"

[funds.test-fund]
kind = "equity_fund"
name = { en = "Test fund", zh = "测试基金" }
clause = "1"
size = "1亿元"
"""


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ('entry = ["angel-managr"]', "angel-manager"),
        ('sale = "angel-concession-half-solt"', "angel-concession-half-sold"),
        ('startups = "angel-startup-definitio"', "angel-startup-definition"),
        ('checks = [{ after_months = 12, conditions = "angel-first-yea" }]', "angel-first-year"),
        ('treasury = "nobody"\ninstalments = [{ on = 2025-01-01, amount = "1万元" }]', "nobody"),
        ('after_end = "gives"', "pays-back"),
        ('fee_base = "all"', "paid-in"),
        ('proposals = "x"\nsign_within = 12\nterm_years = 7', "concession_share"),
        ("size_usd = 1", "exchange_rate"),
        ('fee_prepaid = "50%"', "fee_pass"),
        ('reward_share = "20%"', "reward_over"),
        ('weighted = [{ fact = "x", of = ["a", "b"], weights = [1] }]', "as many as"),
    ],
)
def test_a_slip_in_a_fund_is_told_with_what_is_allowed(tmp_path: Path, more: str, told: str) -> None:
    (tmp_path / "fund.toml").write_text(FILE, encoding="utf-8")
    assert "test-fund" in load_catalogue(directory=tmp_path).funds
    (tmp_path / "fund.toml").write_text(FILE + more + "\n", encoding="utf-8")
    with pytest.raises(CatalogueFaults, match="test-fund") as fault:
        load_catalogue(directory=tmp_path)
    assert told in str(fault.value)
