"""Bank loans: one a firm at a time, renewed each year or not; some firms bridge the renewal with the city's fund.

The bank's decision, the firm's exit and its sale are all known at the start of the year, so the renewals of the
days up to the next change of facts (a month's first, 31 March, 20 and 30 November) are worked out together; each is
judged with what is known on its own day.
"""

from __future__ import annotations

import heapq
from fractions import Fraction
from typing import Any

import numpy as np

from fundflow.base.calendar import Phase, add_months, day_of, year_of, years_of
from fundflow.base.money import times
from fundflow.economy import loan_principal, lpr_one_year
from fundflow.simulation.bridge_fund import MOST_DAYS, BridgeFund, Need
from fundflow.simulation.world import Ints, Process, World, month_starts

TERM_MONTHS = 12
CERTIFIED, LISTED = 1, 3
"""Codes of the fact ``status`` in facts.toml."""


def boundaries(world: World) -> list[int]:
    """Days on which what is known of firms may change."""
    days = set(month_starts(world.start, world.end))
    for year in world.years:
        days |= {day_of(year, 3, 31), day_of(year, 11, 20), day_of(year, 11, 30)}
    return sorted(days)


class LoanBook:
    """What the interest subsidy must know of a calendar year: the day a loan was renewed, and the principals."""

    def __init__(self, n: int) -> None:
        self.renewed_on = np.zeros((2, n), np.int64)
        self.before = np.zeros((2, n), np.int64)
        self.after = np.zeros((2, n), np.int64)

    def open_year(self, world: World, year: int) -> None:
        """Start a year: no renewal yet, the running loan lasts."""
        n, slot = world.firms.n, year % 2
        if n > self.before.shape[1]:
            wider = [np.zeros((2, 2 * n), np.int64) for _ in range(3)]
            for old, new in zip((self.renewed_on, self.before, self.after), wider, strict=True):
                new[:, : old.shape[1]] = old
            self.renewed_on, self.before, self.after = wider
        principal = world.notes["loan_principal"]
        self.after[slot, :n] = principal
        # A loan that begins this year was none before; in the year before the first all are taken to have run.
        begun = add_months(world.firms.loan_due, -TERM_MONTHS)
        fresh = (begun >= day_of(year)) & (principal > 0) & (year >= world.years[0])
        self.renewed_on[slot, :n] = np.where(fresh, begun, day_of(year + 1))
        self.before[slot, :n] = np.where(fresh, 0, principal)

    def renew(self, rows: Ints, due: Ints, principal: Ints) -> None:
        """Note renewals (principal 0 where the bank refused)."""
        for year in np.unique(years_of(due)):
            inside = (due >= day_of(int(year))) & (due < day_of(int(year) + 1))
            slot = int(year) % 2
            self.renewed_on[slot, rows[inside]] = due[inside]
            self.after[slot, rows[inside]] = principal[inside]

    def average(self, rows: Ints, year: int, start: Ints, until: Ints) -> Ints:
        """Mean principal over the days [start, until) of a year, cut to fen."""
        slot = year % 2
        turn = np.clip(self.renewed_on[slot, rows], start, until)
        days = np.maximum(until - start, 1)
        # In yuan, so that principal times days stays far below 2**62.
        weighted = self.before[slot, rows] // 100 * (turn - start) + self.after[slot, rows] // 100 * (until - turn)
        return np.asarray(weighted * 100 // days, np.int64)


def lending(world: World, fund: BridgeFund, book: LoanBook) -> Process:
    """At each boundary work out the applications and renewals that fall before the next one."""
    # For the year before the first one the loans of the first day are taken to have run all year.
    book.open_year(world, world.years[0] - 1)
    days = boundaries(world)
    opened = 0
    for day, after in zip(days, [*days[1:], world.end + 1], strict=True):
        yield world.at(day, Phase.WITHDRAWAL)
        if year_of(day) != opened:
            opened = year_of(day)
            book.open_year(world, opened)
        # A loan due late in the stretch is applied for within it, before it is renewed.
        apply_for_bridges(world, fund, day, after)
        renew_loans(world, book, day, after)


def renew_loans(world: World, book: LoanBook, day: int, after: int) -> None:
    """Loans due before the next boundary start anew, or end."""
    firms, notes = world.firms, world.notes
    # A loan due on the boundary day itself belongs to the stretch that begins there.
    rows = np.flatnonzero((firms.loan_due >= day) & (firms.loan_due < after))
    if not len(rows):
        return
    due, number = firms.loan_due[rows], firms.loan_number[rows]
    ended = (firms.exit_day[rows] <= due) | (firms.sold_day[rows] <= due)
    renews = world.draws.uniform("loan-renewal", firms.id[rows], occasion=number) < world.economy.renewal
    goes_on = renews & ~ended
    principal = np.where(goes_on, loan_principal(notes["known_sales"][rows], firms.loan_ratio[rows]), 0)
    principal = np.where(goes_on & (principal <= 0), notes["loan_principal"][rows], principal)
    book.renew(rows, due, principal)
    firms.loan_number[rows] += goes_on
    firms.loan_due[rows] = np.where(goes_on, add_months(due, TERM_MONTHS), 0)
    firms.has_loan[rows] = goes_on
    notes["loan_principal"][rows] = principal


def apply_for_bridges(world: World, fund: BridgeFund, day: int, after: int) -> None:
    """Firms whose loan is due in fifteen days, and who may and want to, apply to the fund."""
    firms, notes, draws, economy = world.firms, world.notes, world.draws, world.economy
    terms = world.catalogue.funds["working-capital"]
    notice = int(terms.value("apply_days_before", day))
    asked = firms.loan_due - notice
    rows = np.flatnonzero((asked >= day) & (asked < after) & (notes["loan_principal"] > 0))
    due = firms.loan_due[rows]
    rows = rows[(firms.exit_day[rows] > due) & (firms.sold_day[rows] > due)]
    number = firms.loan_number[rows]
    rows = rows[draws.uniform("bridge-wish", firms.id[rows], occasion=number) < economy.bridge_wish]
    if not len(rows):
        return
    facts = bridge_facts(world, rows, day)
    may = [world.catalogue.conditions[name].holds(facts, len(rows), day) for name in terms.access]
    rows = rows[np.logical_or.reduce(may)]
    number, due = firms.loan_number[rows], firms.loan_due[rows]
    share = Fraction(1 - terms.value("own_share", day))
    request = np.minimum(times(notes["loan_principal"][rows], share), int(terms.value("loan_cap", day)))
    wait = -np.log1p(-draws.uniform("bridge-days", firms.id[rows], occasion=number)) * economy.bridge_days_mean
    days_out = np.minimum(1 + np.floor(wait), MOST_DAYS).astype(np.int64)
    will = draws.uniform("loan-renewal", firms.id[rows], occasion=number)
    renewed = will < economy.renewal
    # The bank says beforehand that it will not renew, and the case is stopped; only few break their word.
    goes_on = renewed | (will >= 1 - economy.bridge_default)
    for i, row in enumerate(rows):
        if not goes_on[i]:
            continue
        need = Need(
            applied=int(due[i]) - notice, firm=int(firms.id[row]), number=int(number[i]), due=int(due[i]),
            request=int(request[i]), days_out=int(days_out[i]), renewed=bool(renewed[i]),
            benchmark=Fraction(lpr_one_year(int(due[i]), economy), 1_000_000),
        )  # fmt: skip
        heapq.heappush(fund.coming, need)


def bridge_facts(world: World, rows: Ints, day: int) -> dict[str, Any]:
    """What the fund's conditions read: a recognition in force, and the size last reported."""
    firms, notes = world.firms, world.notes
    certified = (firms.hte_from[rows] <= day) & (firms.hte_until[rows] > day)
    listed = firms.sme_until[rows] > day
    return {
        "status": np.where(listed, LISTED, np.where(certified, CERTIFIED, 0)),
        "employees": notes["known_staff"][rows],
        "yearly_sales": notes["known_sales"][rows],
        "total_assets": notes["known_assets"][rows],
        "eaglet": (firms.eaglet_from[rows] <= day) & (firms.eaglet_until[rows] > day),
    }


def eaglet_interest(world: World, book: LoanBook) -> Process:
    """On 31 March: the interest subsidy for last year's loans of eaglets."""
    firms, draws, economy = world.firms, world.draws, world.economy
    for year in world.years:
        yield world.at(day_of(year, 3, 31), Phase.AWARD)
        activity = year - 1
        first, end = day_of(activity), day_of(year)
        rows = np.flatnonzero((firms.eaglet_from < end) & (firms.eaglet_until > first))
        rows = rows[firms.exit_day[rows] > day_of(year, 3, 31)]
        start = np.maximum(firms.eaglet_from[rows], first)
        until = np.minimum(firms.eaglet_until[rows], end)
        average = book.average(rows, activity, start, until)
        rows, start, until, average = (column[average > 0] for column in (rows, start, until, average))
        lpr = lpr_one_year(day_of(activity, 1, 31), economy)
        cost = Fraction(lpr + economy.loan_margin, 1_000_000)
        paid = np.array(
            [
                int(a) * cost.numerator * int(d) // (cost.denominator * 365)
                for a, d in zip(average, until - start, strict=True)
            ],
            np.int64,
        )
        facts = {
            "average_principal": average,
            "interest_paid": paid,
            "january_lpr": np.full(len(rows), lpr, np.int64),
            "filed": draws.chance("eaglet-filing", firms.id[rows], economy.eaglet_filing, period=activity),
            "days_in_pool": until - start,
            "eaglet_from": firms.eaglet_from[rows],
        }
        last = day_of(activity, 12, 31)
        world.claim("eaglet-loan-year", firms.id[rows], firms.zone[rows], last, facts, together=True)
