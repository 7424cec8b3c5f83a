"""The five years before the first day as a hindcast: do both stocks grow from 2015 as they did?

The same builder and the same yearly steps as a forecast, five years earlier: the calendar of the economy begins with
2021, so 2016 runs under that name. Nothing of this enters a forecast.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fundflow.base.calendar import day_of
from fundflow.base.draws import Draws
from fundflow.economy.factors import year_factors
from fundflow.economy.founding import year_arrivals
from fundflow.economy.growth import close_year
from fundflow.economy.hazards import draw_events, draw_exit_days
from fundflow.economy.initial_firms import initial_firms
from fundflow.economy.initial_numbers import INITIAL
from fundflow.economy.initial_status import give_certificates, give_sme_list, give_venture_money, meets_certification
from fundflow.economy.parameters import EconomyParameters
from fundflow.economy.population import FULL_SIZE
from fundflow.economy.recognition import high_tech_round, sme_round

EARLIER: Final = 5
"""Years by which the calendar is moved."""

NUMBERS_2015: Final[Mapping[str, float]] = {
    **INITIAL,
    # Firms that could matter at the end of 2015: 60,000 less 3.5 % a year (assumed, as the stock grows after 2020).
    "firms": 50_500,
    # calibration.csv: 1,671 above-scale industrial firms with R&D of 19.806 bn yuan in 2015; enterprises had the share
    # of all R&D (30.219 bn) that they had in 2021 (52.64 of 66.7 bn): 23.85 bn, so 4.04 bn for the others, whose number
    # keeps their mean of 2020 less 13 % a year (assumed).
    "industry_firms": 1_671,
    "industry_rd": 19_806_000_000_00.0,
    "other_firms": 10_500,
    "other_rd": 4_043_000_000_00.0,
    # 1,979 certificates (observed) by year of issue, each year about a sixth more (assumed); 6,032 S&T SMEs (observed)
    # by year of listing as on the first day.
    "high_tech_2018": 564,
    "high_tech_2019": 656,
    "high_tech_2020": 759,
    "sme_2018": 1_697,
    "sme_2019": 2_007,
    "sme_2020": 2_328,
}

READINESS: Final = 0.5
"""Factor on the wish that reproduces both stocks of 2020 at once; the only number here that was fitted."""

RD_GROWTH: Final = 0.130
"""Log growth of the city's R&D a year, 2015 to 2020: 30.219 to 57.899 bn yuan (calibration.csv rd_total)."""


@dataclass(frozen=True)
class Stocks:
    """The city at the end of a year: numbers of firms, and enterprise R&D in billion yuan."""

    year: int
    high_tech: int
    high_tech_first: int
    sme: int
    rd_enterprise: float


def growth_since_2015(
    params: EconomyParameters, seed: int = 1, scale: float = 1.0, readiness: float = READINESS
) -> list[Stocks]:
    """Run 2016 to 2020 at the stated values without common shocks.

    Parameters
    ----------
    params
        The economy, as stated for the years after 2020.
    seed
        Population and luck.
    scale
        Part of the city that is run; the answer is scaled back to the whole.
    readiness
        Factor on the wish to be certified or listed for the first time: 1 is the behaviour after 2020.

    Returns
    -------
    list of Stocks
        2015 (as placed) to 2020.
    """
    draws = Draws(seed, 0)
    economy = params.draw(draws, fixed=True, scale=scale)
    quiet = dict.fromkeys(
        ("sales_loading", "rd_loading", "birth_loading", "exit_loading", "loan_loading", "takeup_loading", "field_sd"),
        0.0,
    )
    start = NUMBERS_2015["firms"]
    economy = economy.model_copy(
        update={
            **quiet,
            "births": economy.births * start / FULL_SIZE,
            "rd_growth": (RD_GROWTH,),
            "high_tech_wish": economy.high_tech_wish * readiness,
            "sme_wish": economy.sme_wish * readiness,
        }
    )
    firms = initial_firms(round(start * scale), economy, draws, NUMBERS_2015)
    give_certificates(firms, economy, draws, NUMBERS_2015)
    give_sme_list(firms, economy, draws, NUMBERS_2015)
    give_venture_money(firms, economy, draws)

    def stocks(year: int, first: int) -> Stocks:
        end = day_of(year + EARLIER, 12, 31)
        alive = firms.exit_day > end
        return Stocks(
            year,
            round((alive & (firms.hte_until > end)).sum() / scale),
            round(first / scale),
            round((alive & (firms.sme_until > end)).sum() / scale),
            float(firms.rd_stat[alive].sum()) / 1e11 / scale,
        )

    found = [stocks(2015, 0)]
    for year in range(2016, 2021):
        named = year + EARLIER
        factors = year_factors(named, economy, draws)
        draw_exit_days(firms, named, economy, factors, draws)
        draw_events(firms, named, economy, factors, draws)
        never = firms.hte_first == 0
        fit = meets_certification(firms, day_of(named, 12, 1))
        passed = high_tech_round(firms, named, fit, economy, factors, draws)
        first = int(never[passed].sum())
        sme_round(firms, named, economy, factors, draws)
        firms.append(year_arrivals(named, economy, factors, draws))
        close_year(firms, named, economy, factors, draws)
        found.append(stocks(year, first))
    return found
