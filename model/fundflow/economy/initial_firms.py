"""The firms of the first day: zones, ages, sizes and R&D, placed by rank so that the totals hold exactly."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from fundflow.base.calendar import day_of
from fundflow.base.draws import Draws, Kind, pack_id
from fundflow.economy.firms import Firms
from fundflow.economy.founding import give_character
from fundflow.economy.growth import ABOVE_SCALE, drawn_intensity, shock_deviation, transitory_deviation
from fundflow.economy.initial_numbers import INITIAL
from fundflow.economy.parameters import Economy
from fundflow.economy.table import Bools, Ints

Floats = NDArray[np.float64]
_MILLION = 1e6
LAST_DAY = day_of(2020, 12, 31)


def initial_firms(size: int, economy: Economy, draws: Draws, numbers: Mapping[str, float] = INITIAL) -> Firms:
    """Firms alive on 31 December 2020, closed for 2020, without recognitions."""
    sequence = np.arange(size, dtype=np.int64)
    zone = by_rank(draws.uniform("initial-zone", sequence), np.asarray(economy.zone_weights))
    firms = Firms(size)
    firms.id = np.sort(pack_id(Kind.FIRM, 0, zone, sequence))
    firms.zone = (firms.id >> 32) & 0xFF
    give_character(firms, economy, draws)
    firms.field = by_rank(draws.uniform("field", firms.id), np.asarray(economy.field_weights))
    firms.special = draws.uniform("special-field", firms.id) < np.asarray(economy.special_shares)[firms.field]
    firms.industrial = draws.uniform("industrial", firms.id) < np.asarray(economy.industrial_shares)[firms.field]
    firms.closed_year[:] = 2020
    _age(firms, draws, numbers)
    _size(firms, draws, numbers)
    _research(firms, economy, draws, numbers)
    return firms


def by_rank(score: Floats, weights: Floats) -> Ints:
    """Categories in exact proportion to the weights: the rank of the score decides, not its value."""
    edges = np.cumsum(weights) / np.sum(weights)
    return np.minimum(np.searchsorted(edges, quantile(score), side="right"), len(weights) - 1).astype(np.int64)


def quantile(score: Floats) -> Floats:
    """Rank of each score as a quantile: (rank - 1/2) / n."""
    rank = np.empty(len(score))
    rank[np.argsort(score, kind="stable")] = np.arange(len(score))
    return (rank + 0.5) / max(len(score), 1)


def heavy(q: Floats, sigma: float, tail: float) -> Floats:
    """Quantiles of a lognormal of median 1 whose largest hundredth follows a Pareto law."""
    body = np.exp(sigma * ndtri(np.minimum(q, 0.99)))
    return np.asarray(np.where(q > 0.99, body * (0.01 / np.maximum(1 - q, 1e-12)) ** (1 / tail), body))


def _age(firms: Firms, draws: Draws, numbers: Mapping[str, float]) -> None:
    q = quantile(draws.uniform("initial-age", firms.id))
    rate, longest = numbers["age_rate"], numbers["oldest"]
    years = -np.log1p(-q * (1 - np.exp(-rate * longest))) / rate
    firms.founded = LAST_DAY - np.floor(years * 365.25).astype(np.int64)


def _size(firms: Firms, draws: Draws, numbers: Mapping[str, float]) -> None:
    years = (LAST_DAY - firms.founded) / 365.25
    score = numbers["size_by_age"] * np.log1p(years) + draws.normal("initial-size", firms.id)
    sales = numbers["sales_median"] * heavy(quantile(score), numbers["sales_sigma"], numbers["sales_tail"])
    firms.sales_base = np.rint(np.maximum(sales, 20_000.0)).astype(np.int64) * 100
    part = np.clip((LAST_DAY + 1 - firms.founded) / 366.0, 0.0, 1.0)
    firms.sales = np.rint(firms.sales_base * part / 100).astype(np.int64) * 100
    # New firms have more staff for their sales than old ones.
    spread = np.exp(0.4 * draws.normal("initial-staff", firms.id)) * (1 + 0.5 * np.exp(-years / 4))
    staff = numbers["staff_at_a_million"] * (firms.sales_base / 1e8) ** 0.78 * spread
    firms.staff = np.maximum(1, np.rint(staff)).astype(np.int64)
    firms.st_staff = np.minimum(firms.staff, -(-firms.staff * firms.st_share // 1_000_000))
    deviation = np.minimum(0.36 * (firms.staff / 10.0) ** -0.18, 1.0)
    growth = np.clip(0.05 + deviation * draws.laplace("initial-growth", firms.id), -1.5, 1.5)
    before = firms.sales_base * np.exp(-growth) * np.clip((day_of(2020) - firms.founded) / 365.0, 0.0, 1.0)
    firms.sales_before = np.rint(before / 100).astype(np.int64) * 100
    ratio = 1.2 * np.exp(0.5 * draws.normal("initial-assets", firms.id))
    firms.assets = np.rint(firms.sales_base * ratio / 100).astype(np.int64) * 100
    firms.above_scale = firms.sales >= ABOVE_SCALE


def _research(firms: Firms, economy: Economy, draws: Draws, numbers: Mapping[str, float]) -> None:
    scale = economy.scale
    youth = np.exp((firms.founded - LAST_DAY) / 365.25 / 4)
    appetite = 0.35 * ndtri(quantile(firms.sales_base.astype(np.float64))) + draws.normal("initial-rd", firms.id)
    appetite += 0.6 * youth
    industry = firms.industrial & firms.above_scale
    classes = (
        (industry, numbers["industry_firms"] * scale, numbers["industry_rd"] * scale, numbers["industry_sigma"]),
        (~industry, numbers["other_firms"] * scale, numbers["other_rd"] * scale, numbers["other_sigma"]),
    )
    score = draws.normal("initial-intensity", firms.id)
    raw = firms.sales_base * (drawn_intensity(firms.sales_base, score, economy) / _MILLION)
    in_year = np.clip((LAST_DAY + 1 - firms.founded) / 366.0, 0.02, 1.0)
    raw = raw * in_year * (1 + (economy.birth_intensity - 1) * youth)  # the young spend ahead of their sales
    stat = np.zeros(firms.n, np.int64)
    placement = np.zeros(firms.n)
    spread = transitory_deviation(shock_deviation(firms.staff, economy), economy)
    passing_part = spread * draws.normal("initial-transitory", firms.id) - spread**2 / 2
    for members, firms_wanted, money, sigma in classes:
        rows = first_by(appetite, members, round(firms_wanted))
        # Ranked with the passing part, so that the permanent part is less spread than what was observed in 2020.
        stat[rows] = placed(raw[rows] * np.exp(passing_part[rows]), round(money), sigma, numbers["tail"])
        placement[rows] = ndtri(quantile(stat[rows].astype(np.float64))) / sigma

    rows = np.flatnonzero(stat > 0)
    ids = firms.id[rows]
    firms.rd_stat = stat
    passing, wave = spread[rows], passing_part[rows]
    permanent = np.maximum(np.rint(stat[rows] / in_year[rows] * np.exp(-wave) / 100), 1).astype(np.int64) * 100
    firms.rd_permanent[rows] = permanent
    # Cuts are slower than rises, so R&D stands above its target on average: by half the difference of the speeds times
    # the mean size of a shock (Laplace: 0.707 deviations).
    above = (economy.rd_rise_speed - economy.rd_cut_speed) / 2 * 0.707 * shock_deviation(firms.staff[rows], economy)
    intensity = np.clip(permanent * np.exp(-above) / firms.sales_base[rows] * _MILLION, 10, 2_000_000)
    firms.intensity[rows] = np.rint(intensity).astype(np.int64)
    noise = economy.tax_noise * draws.normal("initial-tax", ids)
    tax = stat[rows] * (firms.tax_ratio[rows] / _MILLION) * np.exp(noise)
    firms.rd_tax[rows] = np.rint(tax / 100).astype(np.int64) * 100
    firms.rd_cert[rows] = np.rint(stat[rows] * (firms.cert_ratio[rows] / _MILLION) / 100).astype(np.int64) * 100
    u = draws.uniform("initial-gov", ids)
    portion = np.where(u < economy.gov_share, u / economy.gov_share * 2 * economy.gov_part, 0.0)
    firms.gov_rd[rows] = np.rint(firms.rd_tax[rows] * portion / 100).astype(np.int64) * 100
    firms.rd_own = firms.rd_tax - firms.gov_rd

    spread = shock_deviation(firms.staff[rows], economy)
    shock = spread * draws.laplace("initial-rd-growth", ids) + np.log1p(-(spread**2) / 2)
    # A firm that is large today has on average grown: growth leans on the level, by its variance over the level's.
    lean = spread**2 * placement[rows]
    young = economy.young_growth * (LAST_DAY - firms.founded[rows] < 4 * 365)
    growth = np.clip(numbers["rd_growth_2020"] + young + lean + shock, -1.5, 1.5)
    before_wave = passing * draws.normal("initial-transitory-before", ids) - passing**2 / 2
    whole = np.clip((day_of(2020) - firms.founded[rows]) / 365.0, 0.0, 1.0)
    began = draws.uniform("initial-began", ids) < economy.rd_start / 2
    before = permanent * np.exp(-growth + before_wave) * (firms.tax_ratio[rows] / _MILLION) * whole * ~began
    firms.rd_tax_before[rows] = np.rint(before / 100).astype(np.int64) * 100
    rights = np.log(draws.uniform("initial-ip", ids)) / np.log(0.8)
    firms.ip_count[rows] = np.minimum(np.floor(rights), 40).astype(np.int64)
    firms.ip_applied = firms.ip_count > 0


def first_by(score: Floats, members: Bools, wanted: int) -> Ints:
    """Row numbers of the wanted number of members with the highest score; all of them if they are too few."""
    rows = np.flatnonzero(members)
    return rows[np.argsort(-score[rows], kind="stable")[:wanted]].astype(np.int64)


def placed(raw: Floats, total: int, sigma: float, tail: float) -> Ints:
    """Amounts in fen by rank of ``raw``: quantiles of the heavy-tailed law, whole yuan that add up to ``total``."""
    shape = heavy(quantile(raw), sigma, tail)
    value = np.maximum(np.floor(shape * (total / 100 / shape.sum())), 1.0).astype(np.int64) * 100
    value[np.argmax(value)] += total - int(value.sum())
    return np.asarray(value, np.int64)
