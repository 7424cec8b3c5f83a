"""The year of a firm: exits and events are set, figures close and become known, new firms are founded."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, day_of
from fundflow.economy import (
    close_year,
    draw_events,
    draw_exit_days,
    loan_principal,
    start_loans,
    year_arrivals,
    year_factors,
)
from fundflow.simulation.incubation import leave_makerspaces, lower_tenancies, report_tenants
from fundflow.simulation.world import REPORT_DAY, REPORT_MONTH, Process, World


def firm_years(world: World) -> Process:
    """On 1 January set this year's exits, close last year's figures, then set this year's events and loans."""
    for year in world.years:
        yield world.at(day_of(year), Phase.FACTS)
        factors = year_factors(year, world.economy, world.draws)
        world.factors[year] = factors
        draw_exit_days(world.firms, year, world.economy, factors, world.draws)
        if year > world.years[0]:
            terms = (year - 1, world.economy, world.factors[year - 1], world.draws)
            response = None
            if world.response is not None:
                # Draws are keyed, so a copy closes with what the firms would do without a further response.
                plan = world.firms.copy()
                close_year(plan, *terms)
                response = world.response.drift(world.firms, plan)
            close_year(world.firms, *terms, response)
        draw_events(world.firms, year, world.economy, factors, world.draws)
        takers = start_loans(world.firms, year, world.economy, factors, world.draws)
        world.notes["loan_principal"][takers] = loan_principal(
            world.notes["known_sales"][takers], world.firms.loan_ratio[takers]
        )
        lower_tenancies(world, np.flatnonzero(world.firms.incubator_until > day_of(year)))
        leave_makerspaces(world, day_of(year))


def reporting(world: World) -> Process:
    """On 31 March last year's figures become known, and tenants who have outgrown their place leave."""
    for year in world.years:
        yield world.at(day_of(year, REPORT_MONTH, REPORT_DAY), Phase.FACTS)
        world.publish()
        report_tenants(world, day_of(year, REPORT_MONTH, REPORT_DAY))


def founding(world: World) -> Process:
    """Each 1 January the firms of the year are laid out, month by month; each exists from its founding day."""
    for year in world.years:
        yield world.at(day_of(year), Phase.APPLICATION)
        world.laid_out.append(world.firms.n)
        world.firms.append(year_arrivals(year, world.economy, world.factors[year], world.draws))
        world.grow()
