"""Rounds in which firms are recognised: who applies and who passes. Which conditions hold is told by the caller."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import add_months, day_of
from fundflow.base.draws import Draws
from fundflow.economy.factors import Factors
from fundflow.economy.firms import Firms
from fundflow.economy.parameters import Economy
from fundflow.economy.table import Bools, Ints

YEARS_VALID = 3
SME_STAFF = 500
SME_SALES = 200_000_000 * 100


def high_tech_round(firms: Firms, year: int, eligible: Bools, economy: Economy, factors: Factors, draws: Draws) -> Ints:
    """Certify high-tech firms on 1 December of a year.

    Parameters
    ----------
    eligible
        Shape (firms,): the certification conditions hold on that day.

    Returns
    -------
    Ints
        Row numbers certified; their ``hte_from``, ``hte_until`` and ``hte_first`` are set.
    """
    day, end = day_of(year, 12, 1), day_of(year, 12, 31)
    rows = np.flatnonzero(eligible & (firms.founded <= day) & (firms.exit_day > day) & (firms.hte_until <= end))
    wish = np.where(firms.hte_first[rows] > 0, economy.high_tech_renewal, economy.high_tech_wish * factors.takeup)
    rows = rows[draws.uniform("high-tech-wish", firms.id[rows], period=year) < wish]
    review = draws.uniform("high-tech-review", firms.id[rows], period=year)
    rows = rows[review < economy.high_tech_acceptance]
    firms.hte_from[rows] = day
    firms.hte_until[rows] = day_of(year + YEARS_VALID, 12, 1)
    firms.hte_first[rows] = np.where(firms.hte_first[rows] > 0, firms.hte_first[rows], day)
    return rows.astype(np.int64)


def sme_round(firms: Firms, year: int, economy: Economy, factors: Factors, draws: Draws) -> Ints:
    """Put firms on the list of S&T SMEs on 30 November of a year; set ``sme_from`` and ``sme_until``.

    Returns
    -------
    Ints
        Row numbers newly listed or renewed.
    """
    day = day_of(year, 11, 30)
    rows = np.flatnonzero(
        (firms.rd_stat > 0)
        & (firms.staff <= SME_STAFF)
        & (firms.sales <= SME_SALES)
        & (firms.sme_until <= day)
        & (firms.founded <= day)
        & (firms.exit_day > day)
    )
    wish = np.where(firms.sme_from[rows] > 0, economy.sme_renewal, economy.sme_wish * factors.takeup)
    wish = np.where(firms.hte_until[rows] > day, economy.sme_of_high_tech, wish)
    rows = rows[draws.uniform("sme-wish", firms.id[rows], period=year) < wish]
    firms.sme_from[rows] = day
    firms.sme_until[rows] = add_months(day, 12 * YEARS_VALID)
    return rows.astype(np.int64)


def eaglet_review(firms: Firms, year: int, eligible: Bools, economy: Economy, draws: Draws) -> Ints:
    """Review of the eaglet round: row numbers that apply and are taken, best first; sets nothing."""
    rows = np.flatnonzero(eligible & (firms.eaglet_from == 0))
    rows = rows[draws.uniform("eaglet-wish", firms.id[rows], period=year) < economy.eaglet_wish]
    mark = draws.uniform("eaglet-review", firms.id[rows], period=year)
    return rows[np.argsort(mark, kind="stable")[: economy.eaglet_places]].astype(np.int64)
