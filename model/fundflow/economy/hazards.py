"""Exits, venture rounds, acquisitions and listings of a year: one keyed uniform decides whether and on which day."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import NEVER, day_of
from fundflow.base.draws import Draws
from fundflow.economy.factors import Factors
from fundflow.economy.firms import Firms, age_years
from fundflow.economy.parameters import Economy
from fundflow.economy.table import Ints

Floats = NDArray[np.float64]
LARGEST_FACTOR = 2.0


def draw_exit_days(firms: Firms, year: int, economy: Economy, factors: Factors, draws: Draws) -> Ints:
    """Set the exit day of firms that leave in a year; only firms founded before the year can leave in it.

    Returns
    -------
    Ints
        Row numbers of the firms whose exit day was set.
    """
    first = day_of(year)
    rows = np.flatnonzero((firms.founded < first) & (firms.exit_day >= NEVER))
    u = draws.uniform("exit", firms.id[rows], period=year)
    # The largest hazard bounds every row's, so most rows need no hazard of their own.
    most = max(economy.exit_hazards) * max(1.0, economy.exit_rd_factor) * LARGEST_FACTOR
    close = u < most * economy.exit_multiplier * factors.exit
    near, u = rows[close], u[close]
    hazard = exit_hazard(firms, near, year, economy, factors)
    leaves = u < hazard
    gone = near[leaves]
    days = day_of(year + 1) - first
    # The uniform under its hazard is itself uniform: it names the day.
    firms.exit_day[gone] = first + np.floor(u[leaves] / hazard[leaves] * days).astype(np.int64)
    return gone.astype(np.int64)


def exit_hazard(firms: Firms, rows: Ints, year: int, economy: Economy, factors: Factors) -> Floats:
    """Chance to leave within the year, by year of life, size and whether the firm does R&D."""
    age = age_years(firms.founded[rows], year)
    step = np.where(age <= 3, age - 1, np.where(age <= 7, 3, 4))
    hazard = np.asarray(economy.exit_hazards)[np.maximum(step, 0)]
    size = np.maximum(firms.staff[rows], 1) / 10.0
    size = np.clip(size**-economy.exit_size_exponent, 0.05, LARGEST_FACTOR)
    active = np.where(firms.rd_permanent[rows] > 0, economy.exit_rd_factor, 1.0)
    return np.minimum(hazard * size * active * economy.exit_multiplier * factors.exit, 0.9)


def draw_events(firms: Firms, year: int, economy: Economy, factors: Factors, draws: Draws) -> Ints:
    """Set this year's venture round (day and amount), acquisition or listing (``sold_day``) of every firm.

    Last year's round is first added to ``venture_total``; ``venture_cumulative`` gives the total on a day.

    Returns
    -------
    Ints
        Row numbers of the firms with an event this year.
    """
    first = day_of(year)
    past = np.flatnonzero((firms.venture_amount > 0) & (firms.venture_day < first))
    firms.venture_total[past] += firms.venture_amount[past]
    firms.venture_amount[past] = 0
    firms.venture_day[past] = 0

    rows = np.flatnonzero(
        (firms.founded < first) & (firms.exit_day > first) & (firms.rd_permanent > 0) & (firms.sold_day >= NEVER)
    )
    age = age_years(firms.founded[rows], year)
    u = draws.uniform("venture-round", firms.id[rows], period=year)
    chance = np.where(age <= 8, economy.venture_hazard * factors.loan, economy.venture_hazard * factors.loan / 5)
    hit = u < chance
    funded = rows[hit]
    firms.venture_day[funded] = first + np.floor(u[hit] / chance[hit] * 365).astype(np.int64)
    score = draws.normal("venture-amount", firms.id[funded], period=year)
    amount = economy.venture_mean * np.exp(economy.venture_sigma * score - economy.venture_sigma**2 / 2)
    firms.venture_amount[funded] = np.maximum(np.rint(amount / 1_000_000).astype(np.int64), 1) * 1_000_000

    u = draws.uniform("sale", firms.id[rows], period=year)
    large = firms.sales[rows] >= 10_000_000_000
    chance = economy.sold_hazard + np.where(large, economy.listed_hazard, 0.0)
    hit = u < chance
    sold = rows[hit]
    firms.sold_day[sold] = first + np.floor(u[hit] / chance[hit] * 365).astype(np.int64)
    return np.union1d(funded, sold).astype(np.int64)


def venture_cumulative(firms: Firms, day: int, rows: Any = slice(None)) -> Ints:
    """Venture money received up to and including a day, in fen."""
    now = np.where(firms.venture_day[rows] <= day, firms.venture_amount[rows], 0)
    return np.asarray(firms.venture_total[rows] + now, np.int64)
