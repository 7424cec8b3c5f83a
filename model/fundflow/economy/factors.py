"""What all firms share in a year: the common AR(1) factor, the field factors, and the loan prime rate."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray
from scipy import special

from fundflow.base.calendar import date_of, parse_day
from fundflow.base.draws import Draws
from fundflow.economy.parameters import Economy
from fundflow.economy.shared_draws import shared, year_name

FIRST_YEAR = 2021


@dataclass(frozen=True)
class Factors:
    """The common conditions of one year.

    Attributes
    ----------
    common
        The AR(1) factor, of stationary variance 1.
    sales, rd
        Log points added to the growth of sales and of R&D of every firm.
    field
        Log points added to the sales of each of the eight fields.
    birth, exit, loan, takeup
        Multipliers of births, exit hazards, loan starts and wishes to apply.
    """

    year: int
    common: float
    sales: float
    rd: float
    field: NDArray[np.float64]
    birth: float
    exit: float
    loan: float
    takeup: float


def year_factors(year: int, economy: Economy, draws: Draws) -> Factors:
    """Factors of a year, from the innovations of every year since 2021; 2020 is observed, so its factor is 0."""
    points = shared(draws)
    common = 0.0
    field = np.zeros(8)
    fields = np.arange(8)
    innovation = (1.0 - economy.common_persistence**2) ** 0.5
    for past in range(FIRST_YEAR, year + 1):
        shock = float(special.ndtri(points[year_name(past)]))
        common = economy.common_persistence * common + innovation * shock
        field = economy.field_persistence * field + draws.normal("field-factor", fields, period=past)
    return Factors(
        year=year,
        common=common,
        sales=economy.sales_loading * common,
        rd=economy.rd_loading * common,
        field=economy.field_sd * field,
        birth=float(np.exp(economy.birth_loading * common)),
        exit=float(np.exp(-economy.exit_loading * common)),
        loan=float(np.exp(economy.loan_loading * common)),
        takeup=float(np.exp(economy.takeup_loading * common)),
    )


@cache
def _observed() -> tuple[tuple[int, int], ...]:
    text = files("fundflow.economy").joinpath("data/lpr.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["one_year"]
    return tuple((parse_day(row["from"]), int(row["per_million"])) for row in rows)


def lpr_one_year(day: int, economy: Economy) -> int:
    """One-year loan prime rate in force on a day, in parts per million.

    Observed to December 2024; then a straight line, by years, to ``lpr_long_run`` in ``lpr_long_run_year``, in steps
    of 0.05 points as the rate is quoted.
    """
    last_day, last_rate = _observed()[-1]
    year = date_of(day).year
    last_year = date_of(last_day).year
    if year > last_year:
        share = min(1.0, (year - last_year) / max(1, economy.lpr_long_run_year - last_year))
        path = last_rate + share * (economy.lpr_long_run - last_rate)
        return int(round(path / 500.0)) * 500
    rate = _observed()[0][1]
    for since, value in _observed():
        if since <= day:
            rate = value
    return rate
