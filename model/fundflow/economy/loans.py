"""Bank loans of firms: who starts one, how large it is, and what it costs."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import add_months, day_of
from fundflow.base.draws import Draws
from fundflow.base.money import multiply
from fundflow.economy.factors import Factors, lpr_one_year
from fundflow.economy.firms import Firms
from fundflow.economy.parameters import Economy
from fundflow.economy.table import Ints

_STEP = 1_000_000
_LEAST = 10_000_000
_MOST = 10_000_000_000
LOAN_MONTHS = 12


def loan_principal(sales: Ints, loan_ratio: Ints) -> Ints:
    """Principal of a one-year loan in fen: sales times the firm's ratio, in steps of 10,000 yuan, from 0.1 to 100m."""
    amount = multiply(np.asarray(sales, np.int64), np.asarray(loan_ratio, np.int64), 1_000_000)
    return np.clip(amount // _STEP * _STEP, _LEAST, _MOST)


def start_loans(firms: Firms, year: int, economy: Economy, factors: Factors, draws: Draws) -> Ints:
    """Give a first or new one-year loan to firms without one; call it on 1 January, after ``draw_exit_days``.

    Sets ``has_loan``, ``loan_due`` (twelve months after a keyed day of the year) and the next ``loan_number``.

    Returns
    -------
    Ints
        Row numbers of the firms that take a loan this year.
    """
    first = day_of(year)
    rows = np.flatnonzero(
        (firms.sales >= 100_000_000) & ~firms.has_loan & (firms.exit_day > first) & (firms.founded < first)
    )
    chance = economy.loan_start * factors.loan
    u = draws.uniform("loan-start", firms.id[rows], period=year)
    hit = u < chance
    takers = rows[hit]
    begun = first + np.floor(u[hit] / chance * 365).astype(np.int64)
    firms.loan_number[takers] += 1
    firms.loan_due[takers] = add_months(begun, LOAN_MONTHS)
    firms.has_loan[takers] = True
    return takers.astype(np.int64)


def loan_rate(day: int, economy: Economy) -> int:
    """Yearly interest rate that a firm pays on a loan begun on a day, in parts per million."""
    return lpr_one_year(day, economy) + economy.loan_margin
