"""The economy run alone, a few seconds for fifteen years: does it reproduce what was observed?

A quick aggregate loop with the recognition thresholds written out. It serves calibration only; a forecast runs the
conditions of the policy catalogue and the institutions with their places.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from fundflow.base.calendar import day_of
from fundflow.base.draws import Draws
from fundflow.economy.factors import year_factors
from fundflow.economy.firms import Firms
from fundflow.economy.founding import year_arrivals
from fundflow.economy.growth import close_year
from fundflow.economy.hazards import draw_events, draw_exit_days
from fundflow.economy.initial_status import meets_certification
from fundflow.economy.institutions import NATIONAL, Strikes, incubator_year, makerspace_year
from fundflow.economy.loans import start_loans
from fundflow.economy.parameters import Economy, EconomyParameters
from fundflow.economy.population import FULL_SIZE, Population, build_population
from fundflow.economy.recognition import eaglet_review, high_tech_round, sme_round
from fundflow.economy.table import Bools

STRIKES = Strikes(failures=2, unfiled=2)
"""杭科高〔2020〕74号 11(1), 11(4); a makerspace: two failed evaluations, clause 3(2)4 of its measure. The check runs
without a catalogue, so it holds the law of the first day; a forecast takes these numbers from the catalogue."""
BILLION = 1_000_000_000 * 100


@dataclass(frozen=True)
class Year:
    """The city at the end of a year; R&D in billion yuan, everything else a number."""

    year: int
    firms: int
    exits: int
    high_tech: int
    high_tech_first: int
    sme: int
    eaglets: int
    eaglet_candidates: int
    rd_firms: int
    rd_enterprise: float
    industry_firms: int
    industry_mean: float
    incubators: int
    national_incubators: int
    makerspaces: int


@dataclass(frozen=True)
class Check:
    """One indicator beside what was observed, or beside a target that is printed and never fitted."""

    name: str
    year: int
    simulated: float
    known: float
    unit: str
    kind: Literal["fitted", "observed", "derived", "target"]


KNOWN: tuple[tuple[str, int, float, str, Literal["fitted", "observed", "derived", "target"]], ...] = (
    ("high_tech", 2020, 7711, "firms", "fitted"),
    ("sme", 2020, 14576, "firms", "fitted"),
    ("rd_enterprise", 2021, 52.64, "bn yuan", "fitted"),
    ("national_incubators", 2021, 57, "incubators", "observed"),
    ("high_tech", 2023, 15000, "firms", "derived"),
    ("sme", 2023, 24000, "firms", "derived"),
    ("high_tech", 2024, 17000, "firms", "target"),
    ("high_tech", 2025, 19000, "firms", "target"),
    ("high_tech", 2027, 22000, "firms", "target"),
    ("sme", 2025, 30000, "firms", "target"),
    ("sme", 2027, 32000, "firms", "target"),
    ("national_incubators", 2025, 70, "incubators", "target"),
)


def hindcast(population: Population, economy: Economy, draws: Draws, last_year: int = 2035) -> list[Year]:
    """Run the economy without policy from the first day; the population is not changed."""
    firms, incubators, spaces = (
        population.firms.copy(), population.incubators.copy(), population.makerspaces.copy(),
    )  # fmt: skip
    before = None
    years: list[Year] = []
    for year in range(2021, last_year + 1):
        factors = year_factors(year, economy, draws)
        draw_exit_days(firms, year, economy, factors, draws)
        draw_events(firms, year, economy, factors, draws)
        start_loans(firms, year, economy, factors, draws)
        if before is not None:
            close_year(firms, year - 1, economy, before, draws)
        before = factors
        candidates = meets_eaglet(firms, day_of(year, 5, 31))
        taken = eaglet_review(firms, year, candidates, economy, draws)
        firms.eaglet_from[taken] = day_of(year, 11, 20)
        firms.eaglet_until[taken] = day_of(year + 3, 11, 20)
        never = firms.hte_first == 0
        passed = high_tech_round(firms, year, meets_certification(firms, day_of(year, 12, 1)), economy, factors, draws)
        sme_round(firms, year, economy, factors, draws)
        firms.append(year_arrivals(year, economy, factors, draws))
        incubators.append(incubator_year(incubators, year, economy, draws, STRIKES).new)
        spaces.append(makerspace_year(spaces, year, economy, draws, STRIKES).new)

        # The year's R&D is read off a copy: the table itself is closed on the next 1 January, as in a forecast.
        closed = firms.copy()
        close_year(closed, year, economy, factors, draws)
        end = day_of(year, 12, 31)
        alive = closed.exit_day > end
        works = alive & (closed.rd_stat > 0)
        industry = works & closed.industrial & closed.above_scale
        open_now = incubators.until > end
        years.append(
            Year(
                year=year,
                firms=int(alive.sum()),
                exits=int(((closed.exit_day >= day_of(year)) & ~alive).sum()),
                high_tech=int((alive & (closed.hte_until > end)).sum()),
                high_tech_first=int(never[passed].sum()),
                sme=int((alive & (closed.sme_until > end)).sum()),
                eaglets=int((alive & (closed.eaglet_until > end)).sum()),
                eaglet_candidates=int(candidates.sum()),
                rd_firms=int(works.sum()),
                rd_enterprise=int(closed.rd_stat[works].sum()) / BILLION,
                industry_firms=int(industry.sum()),
                industry_mean=float(closed.rd_stat[industry].mean()) / 1e8 if industry.any() else 0.0,
                incubators=int(open_now.sum()),
                national_incubators=int((open_now & (incubators.level == NATIONAL)).sum()),
                makerspaces=int((spaces.until > end).sum()),
            )
        )
    return years


def meets_eaglet(firms: Firms, day: int) -> Bools:
    """Thresholds of the eaglet round with the figures in the columns, never an eaglet before."""
    ratio = np.where(firms.sales <= 3_000_000_000, 5, 4)
    return np.asarray(
        (firms.founded + 365 <= day)
        & (firms.founded + 6 * 365 + 1 >= day)
        & (firms.exit_day > day)
        & (firms.sales <= 5_000_000_000)
        & (firms.staff >= 10)
        & (firms.st_staff * 100 >= firms.staff * 15)
        & (firms.ip_count >= 1)
        & (firms.rd_cert >= 50_000_000)
        & (firms.rd_cert * 100 >= firms.sales * ratio)
        & (firms.eaglet_from == 0)
    )


def calibration_report(params: EconomyParameters, seed: int = 1, size: int = FULL_SIZE) -> list[Check]:
    """Compare the economy at its stated values with what is known, scaled to the whole city.

    One run with the common factor switched off, so that the figures are those of the stated path.
    """
    population = build_population(params, seed, size)
    draws = Draws(seed, 0)
    quiet = dict.fromkeys(
        ("sales_loading", "rd_loading", "birth_loading", "exit_loading", "loan_loading", "takeup_loading", "field_sd"),
        0.0,
    )
    economy = params.draw(draws, fixed=True, scale=population.scale).model_copy(update=quiet)
    found = {row.year: row for row in hindcast(population, economy, draws, 2027)}
    firms = population.firms
    start = {
        "high_tech": int((firms.hte_until > day_of(2020, 12, 31)).sum()),
        "sme": int((firms.sme_until > day_of(2020, 12, 31)).sum()),
    }
    return [
        Check(
            name,
            year,
            float(start[name] if year == 2020 else getattr(found[year], name)) / population.scale,
            known,
            unit,
            kind,
        )
        for name, year, known, unit, kind in KNOWN
    ]
