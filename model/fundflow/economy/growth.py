"""One year of a firm: sales with Laplace shocks, R&D in a permanent and a transitory part, staff, assets, IP.

Figures of a year are computed from the integers of the year before and from draws keyed by the firm, so a firm has the
same figures alone in a table as among many.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import day_of
from fundflow.base.draws import Draws
from fundflow.economy.factors import Factors
from fundflow.economy.firms import Firms
from fundflow.economy.parameters import Economy
from fundflow.economy.table import Ints

Floats = NDArray[np.float64]

ABOVE_SCALE = 20_000_000 * 100
"""Yearly sales from which a firm is in the statistics ("above scale"): 20 million yuan, in fen."""
_LARGEST = 4e17
_MILLION = 1e6


def close_year(firms: Firms, year: int, economy: Economy, factors: Factors, draws: Draws, response: Any = None) -> None:
    """Move the figures of a year into the columns of every firm that is alive on its last day.

    Parameters
    ----------
    firms
        The whole table; changed in place. Firms already closed for the year, not yet founded, or gone are left alone.
    year
        The year to close.
    economy, factors, draws
        Numbers of the replication, common conditions of ``year``, and the draws.
    response
        Log points added to each firm's R&D target because of a subsidy, shape (firms,), or None.
    """
    first, last = day_of(year), day_of(year, 12, 31)
    rows = np.flatnonzero((firms.founded <= last) & (firms.exit_day > last) & (firms.closed_year < year))
    if not len(rows):
        return
    ids = firms.id[rows]
    founded = firms.founded[rows]
    newborn = founded >= first
    part = np.where(newborn, (last + 1 - founded) / (last + 1 - first), 1.0)
    deviation = shock_deviation(firms.staff[rows], economy)
    growth = _sales_growth(firms, rows, ids, year, deviation, newborn, economy, factors, draws)

    base_before = firms.sales_base[rows]
    base = _yuan(base_before * np.exp(growth))
    firms.sales_before[rows] = firms.sales[rows]
    firms.sales_base[rows] = base
    firms.sales[rows] = _yuan(base * part)
    firms.assets[rows] = _yuan(firms.assets[rows] * np.exp(economy.assets_elasticity * growth))
    firms.above_scale[rows] = firms.sales[rows] >= ABOVE_SCALE

    staff = firms.staff[rows] * np.exp(economy.staff_elasticity * growth)
    firms.staff[rows] = np.maximum(1, np.floor(staff + draws.uniform("staff", ids, period=year))).astype(np.int64)
    firms.st_staff[rows] = np.minimum(firms.staff[rows], -(-firms.staff[rows] * firms.st_share[rows] // 1_000_000))

    _switch(firms, rows, ids, year, newborn, economy, draws)
    _research(firms, rows, year, deviation, part, newborn, economy, factors, draws, response)
    firms.closed_year[rows] = year


def shock_deviation(staff: Ints, economy: Economy) -> Floats:
    """Standard deviation of a year's log growth of sales: falls as size to the power -0.2; 10 staff is the unit."""
    size = np.maximum(staff, 1) / 10.0
    return np.minimum(economy.growth_sd * size**-economy.growth_size_exponent, 1.0)


def transitory_deviation(deviation: Floats, economy: Economy) -> Floats:
    """Deviation of the passing part of log R&D, so that it makes up ``transitory_share`` of the variance of growth.

    With adjustment speed a, permanent growth has variance v = (s^2 + i^2) a / (2 - a); the passing part adds 2 e^2.
    Hence e^2 = share / (1 - share) * v / 2.
    """
    speed = (economy.rd_rise_speed + economy.rd_cut_speed) / 2
    variance = (deviation**2 + economy.intensity_sd**2) * speed / (2 - speed)
    return np.sqrt(economy.transitory_share / (1 - economy.transitory_share) * variance / 2)


def growth_autocorrelation(economy: Economy) -> float:
    """First autocorrelation of R&D growth of one firm by the formula, for equal speeds of rise and cut."""
    speed = (economy.rd_rise_speed + economy.rd_cut_speed) / 2
    share = economy.transitory_share
    return (1 - speed) * (1 - share) - share / 2


def drawn_intensity(sales_base: Ints, score: Floats, economy: Economy) -> Ints:
    """R&D over sales, parts per million: lognormal, larger in small firms."""
    size = np.maximum(sales_base, 20_000_000) / 500_000_000.0
    value = economy.intensity_median * size**-0.2 * np.exp(economy.intensity_sigma * score)
    return np.rint(np.clip(value, 0.004, 1.5) * _MILLION).astype(np.int64)


def _sales_growth(
    firms: Firms, rows: Ints, ids: Ints, year: int, deviation: Floats, newborn: Any, economy: Economy,
    factors: Factors, draws: Draws,
) -> Floats:  # fmt: skip
    drift = economy.of_year(economy.sales_growth, year) + factors.sales + factors.field[firms.field[rows]]
    drift = drift + economy.young_growth * (firms.founded[rows] >= day_of(year - 4))
    shock = deviation * draws.laplace("sales-growth", ids, period=year)
    # A Laplace shock raises the mean of exp(shock) to 1 / (1 - s^2 / 2); the logarithm takes that out again.
    growth = np.clip(drift + shock + np.log1p(-(deviation**2) / 2), -1.5, 1.5)
    return np.where(newborn, 0.0, growth)


def _switch(firms: Firms, rows: Ints, ids: Ints, year: int, newborn: Any, economy: Economy, draws: Draws) -> None:
    """Start or stop R&D: a yearly chance, apart from how much."""
    u = draws.uniform("rd-switch", ids, period=year)
    active = firms.rd_permanent[rows] > 0
    # Large firms rarely begin or give up R&D altogether.
    size = np.minimum((np.maximum(firms.staff[rows], 1) / 10.0) ** -0.4, 2.0)
    stops = rows[active & ~newborn & (u < economy.rd_stop * size)]
    firms.rd_permanent[stops] = 0
    starts = rows[~active & ~newborn & (u < economy.rd_start * size)]
    score = draws.normal("rd-intensity", firms.id[starts], period=year) if len(starts) else np.empty(0)
    firms.intensity[starts] = drawn_intensity(firms.sales_base[starts], score, economy)
    firms.rd_permanent[starts] = firms.sales_base[starts] // 1_000_000 * firms.intensity[starts]


def _research(
    firms: Firms, rows: Ints, year: int, deviation: Floats, part: Floats, newborn: Any, economy: Economy,
    factors: Factors, draws: Draws, response: Any,
) -> None:  # fmt: skip
    firms.rd_tax_before[rows] = firms.rd_tax[rows]
    firms.gov_rd_before[rows] = firms.gov_rd[rows]
    active = firms.rd_permanent[rows] > 0
    idle = rows[~active & (firms.rd_stat[rows] > 0)]
    for name in ("rd_stat", "rd_tax", "rd_cert", "rd_own", "gov_rd"):
        firms.column(name)[idle] = 0
    who = rows[active]
    if not len(who):
        return
    ids, spread, share, new = firms.id[who], deviation[active], part[active], newborn[active]

    drift: Any = (
        economy.of_year(economy.rd_growth, year) + economy.rd_growth_shift - economy.of_year(economy.rd_net_entry, year)
        - economy.of_year(economy.sales_growth, year) + factors.rd
    )  # fmt: skip
    if response is not None:
        drift = drift + np.asarray(response, np.float64)[who]
    step = economy.intensity_sd * draws.normal("rd-intensity-step", ids, period=year) - economy.intensity_sd**2 / 2
    intensity = np.clip(firms.intensity[who] * np.exp(np.where(new, 0.0, drift + step)), 10, 2_000_000)
    firms.intensity[who] = np.rint(intensity).astype(np.int64)

    before = firms.rd_permanent[who].astype(np.float64)
    target = firms.sales_base[who] * (firms.intensity[who] / _MILLION)
    gap = np.log(np.maximum(target, 100.0) / before)
    speed = np.where(gap > 0, economy.rd_rise_speed, economy.rd_cut_speed)
    permanent = np.maximum(_yuan(before * np.exp(np.where(new, 0.0, np.clip(speed * gap, -1.5, 1.5)))), 100)
    firms.rd_permanent[who] = permanent

    passing = transitory_deviation(spread, economy)
    wave = passing * draws.normal("rd-transitory", ids, period=year) - passing**2 / 2
    stat = _yuan(permanent * share * np.exp(wave))
    noise = economy.tax_noise * draws.normal("rd-tax", ids, period=year) - economy.tax_noise**2 / 2
    tax = _yuan(stat * (firms.tax_ratio[who] / _MILLION) * np.exp(noise))
    firms.rd_stat[who] = stat
    firms.rd_tax[who] = tax
    firms.rd_cert[who] = _yuan(stat * (firms.cert_ratio[who] / _MILLION))

    u = draws.uniform("gov-rd", ids, period=year)
    # One uniform says whether there is government money and, stretched over its hits, how much.
    portion = np.where(u < economy.gov_share, u / max(economy.gov_share, 1e-9) * 2 * economy.gov_part, 0.0)
    firms.gov_rd[who] = _yuan(tax * np.minimum(portion, 0.9))
    firms.rd_own[who] = tax - firms.gov_rd[who]

    ready = draws.uniform("ip", ids, period=year)
    # Geometric counts from one uniform: none with chance 1 - ip_rate.
    gained = np.floor(np.log(ready) / np.log(economy.ip_rate)) if economy.ip_rate > 0 else np.zeros(len(who))
    firms.ip_count[who] += np.minimum(gained, 20).astype(np.int64)
    firms.ip_applied[who] |= gained > 0


def _yuan(value: Any) -> Ints:
    """Round fen to whole yuan, still in fen."""
    return np.asarray(np.rint(np.minimum(value, _LARGEST) / 100.0).astype(np.int64) * 100)
