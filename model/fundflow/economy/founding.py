"""New firms: the inverse Poisson of one keyed uniform for each month and zone, so a higher rate only appends."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import month_starts_of
from fundflow.base.draws import Draws, Kind, pack_id
from fundflow.economy.factors import Factors
from fundflow.economy.firms import Firms
from fundflow.economy.growth import drawn_intensity
from fundflow.economy.parameters import Economy
from fundflow.economy.table import Ints

Floats = NDArray[np.float64]
_MILLION = 1e6


def arrival_mean(year: int, economy: Economy, factors: Factors) -> Floats:
    """Mean number of firms founded in a month of a year, for each zone."""
    yearly = economy.births * (1 + economy.birth_growth) ** (year - 2021) * factors.birth
    weights: Floats = np.asarray(economy.zone_weights, np.float64)
    return np.asarray(yearly / 12 * weights / weights.sum())


def arrivals(year: int, month: int, zone: int | None, economy: Economy, factors: Factors, draws: Draws) -> Firms:
    """Firms founded in a month, in one zone or (``zone=None``) in all, in id order."""
    return _arrive(year, np.array([month]), zone, economy, factors, draws)


def year_arrivals(year: int, economy: Economy, factors: Factors, draws: Draws) -> Firms:
    """All firms founded in a year in id order, which is month by month: the same rows as twelve ``arrivals``."""
    return _arrive(year, np.arange(1, 13), None, economy, factors, draws)


def month_of_arrival(ids: Ints) -> Ints:
    """Calendar month (1 to 12) in which firms that arrived were founded, from their ids."""
    return ((np.asarray(ids, np.int64) >> 40) & 0xFFFF) % 12 + 1


def _arrive(year: int, months: Ints, zone: int | None, economy: Economy, factors: Factors, draws: Draws) -> Firms:
    mean = arrival_mean(year, economy, factors)
    zones = np.arange(len(mean)) if zone is None else np.array([zone])
    cells = pack_id(Kind.ZONE, 0, zones, 0)
    ids: list[Ints] = []
    for month in months:
        period = (year - 2000) * 12 + int(month) - 1
        counts = draws.poisson("arrivals", cells, mean[zones], period=period)
        place = np.repeat(zones, counts)
        order = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
        ids.append(pack_id(Kind.FIRM, period, place, order))
    return _newborn(np.concatenate(ids), economy, draws)


def _newborn(ids: Ints, economy: Economy, draws: Draws) -> Firms:
    firms = Firms(len(ids))
    period = (ids >> 40) & 0xFFFF
    year, month = 2000 + period // 12, period % 12 + 1
    firms.id = ids
    firms.zone = (ids >> 32) & 0xFF
    starts = (year - 1970) * 12 + month - 1
    first, after = month_starts_of(starts), month_starts_of(starts + 1)
    firms.founded = first + draws.integer("founding-day", ids, after - first)
    give_character(firms, economy, draws)

    score = draws.normal("birth-sales", ids)
    sales = economy.birth_sales * np.exp(economy.birth_sales_sigma * score)
    firms.sales_base = np.rint(sales / 100).astype(np.int64) * 100
    firms.assets = firms.sales_base * 3 // 2
    staff = economy.birth_staff * np.exp(0.4 * score + 0.6 * draws.normal("birth-staff", ids))
    firms.staff = np.maximum(1, np.rint(staff)).astype(np.int64)
    firms.st_staff = np.minimum(firms.staff, -(-firms.staff * firms.st_share // 1_000_000))
    active = draws.uniform("rd-at-birth", ids) < economy.rd_at_birth
    rows = np.flatnonzero(active)
    intensity = drawn_intensity(firms.sales_base[rows], draws.normal("rd-intensity", ids[rows]), economy)
    # A young firm spends ahead of its sales.
    firms.intensity[rows] = np.minimum(np.rint(intensity * economy.birth_intensity), 1_500_000)
    firms.rd_permanent[rows] = np.maximum(firms.sales_base[rows] // 1_000_000 * firms.intensity[rows], 100)
    firms.ip_count[rows] = draws.uniform("ip-at-birth", ids[rows]) < economy.ip_share
    firms.ip_applied[rows] = firms.ip_count[rows] > 0
    return firms


def give_character(firms: Firms, economy: Economy, draws: Draws) -> None:
    """Draw what a firm keeps for life: field, special field, industry or services, and its reporting ratios."""
    ids = firms.id
    firms.field = draws.category("field", ids, economy.field_weights)
    firms.special = draws.uniform("special-field", ids) < np.asarray(economy.special_shares)[firms.field]
    firms.talent = draws.uniform("talent", ids) < economy.talent_share
    firms.industrial = draws.uniform("industrial", ids) < np.asarray(economy.industrial_shares)[firms.field]
    share = np.clip(economy.st_share + 0.2 * draws.normal("st-share", ids), 0.03, 0.95)
    firms.st_share = np.rint(share * _MILLION).astype(np.int64)
    tax = economy.tax_ratio * np.exp(economy.tax_ratio_sigma * draws.normal("tax-ratio", ids))
    firms.tax_ratio = np.rint(tax * _MILLION).astype(np.int64)
    cert = economy.cert_ratio * np.exp(economy.cert_ratio_sigma * draws.normal("cert-ratio", ids))
    firms.cert_ratio = np.rint(np.maximum(cert * _MILLION, 0)).astype(np.int64)
    loan = economy.loan_ratio * np.exp(economy.loan_ratio_sigma * draws.normal("loan-ratio", ids))
    firms.loan_ratio = np.rint(np.clip(loan, 0.01, 1.0) * _MILLION).astype(np.int64)
