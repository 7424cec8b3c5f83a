"""Lists and certificates: S&T SMEs on 30 November, national high-tech firms on 1 December, eaglets on 20 November."""

from __future__ import annotations

from typing import Any

import numpy as np

from fundflow.base.calendar import Phase, add_months, day_of, year_of
from fundflow.economy import eaglet_review, high_tech_round, sme_round
from fundflow.simulation.incidents import had_incident
from fundflow.simulation.incubation import end_tenancy
from fundflow.simulation.world import GRADUATED, Ints, Process, World

VALID_MONTHS = 36
"""The term of an eaglet: three years (杭科高〔2020〕71号, sec. 5(1))."""


def small_firm_list(world: World) -> Process:
    """Each 30 November small firms with R&D enter the list of S&T SMEs for three years, or stay on it."""
    for year in world.years:
        yield world.at(day_of(year, 11, 30), Phase.FACTS)
        sme_round(world.firms, year, world.economy, world.factors[year], world.draws)


def certification_facts(world: World, rows: Ints, day: int) -> dict[str, Any]:
    """What the national thresholds read: age, R&D over sales of the last known year, S&T staff, IP."""
    firms, notes = world.firms, world.notes
    return {
        "founded": firms.founded[rows],
        "last_year_rnd": notes["known_cert"][rows],
        "last_year_sales": notes["known_sales"][rows],
        "employees": notes["known_staff"][rows],
        "st_staff": notes["known_st_staff"][rows],
        "class_ii_or_better_ip": notes["known_ip"][rows],
    }


def certification(world: World) -> Process:
    """Each 1 December the year's certificates are dated; a tenant who gets one graduates."""
    firms, notes = world.firms, world.notes
    for year in world.years:
        yield world.at(day_of(year, 12, 1), Phase.FACTS)
        day = day_of(year, 12, 1)
        rows = np.flatnonzero(world.alive(day) & (firms.hte_until <= day_of(year, 12, 31)) & (notes["known_cert"] > 0))
        holds = world.catalogue.conditions["high-tech-certification"].holds(
            certification_facts(world, rows, day), len(rows), day
        )
        eligible = np.zeros(firms.n, bool)
        eligible[rows[holds]] = True
        rows = high_tech_round(firms, year, eligible, world.economy, world.factors[year], world.draws)
        first = firms.hte_first[rows] == day
        world.ledger.note("certificates", firm=firms.id[rows], day=np.full(len(rows), day), first=first)
        count_for_incubators(world, rows[first], day)
        tenants = rows[firms.incubator[rows] >= 0]
        end_tenancy(world, tenants, np.full(len(tenants), day), GRADUATED)


def count_for_incubators(world: World, rows: Ints, day: int) -> None:
    """Count first certificates of tenants, and of firms that graduated at most twelve months before."""
    firms = world.firms
    rows = rows[firms.incubator[rows] >= 0]
    host = firms.incubator[rows]
    inside = (firms.incubator_from[rows] <= day) & (firms.incubator_until[rows] > day)
    lately = (
        (firms.incubator_until[rows] <= day)
        & (firms.left_cause[rows] == GRADUATED)
        & (day <= add_months(firms.incubator_until[rows], 12))
    )
    world.hatched = (
        np.bincount(host[inside], minlength=world.incubators.n),
        np.bincount(host[lately], minlength=world.incubators.n),
    )


def eaglet_round(world: World) -> Process:
    """Applications on 31 May, review by a keyed score, recognition on 20 November for three years."""
    firms, notes = world.firms, world.notes
    condition = world.catalogue.conditions["eaglet-eligibility"]
    yield world.at(world.start, Phase.AWARD)
    claim_grants(world, np.flatnonzero((firms.eaglet_from >= day_of(world.years[0] - 1)) & ~firms.eaglet_2019))
    for year in world.years:
        yield world.at(day_of(year, 5, 31), Phase.APPLICATION)
        day = day_of(year, 5, 31)
        rows = np.flatnonzero(world.alive(day) & (firms.eaglet_from == 0) & (notes["known_cert"] > 0))
        eligible = np.zeros(firms.n, bool)
        rows = rows[condition.holds(eaglet_facts(world, rows, day), len(rows), day)]
        eligible[world.may_apply(condition.id, rows, day)] = True
        chosen = eaglet_review(firms, year, eligible, world.economy, world.draws)
        yield world.at(day_of(year, 11, 20), Phase.FACTS)
        day = day_of(year, 11, 20)
        chosen = np.sort(chosen[firms.exit_day[chosen] > day])
        firms.eaglet_from[chosen] = day
        firms.eaglet_until[chosen] = np.minimum(
            add_months(np.full(len(chosen), day), VALID_MONTHS), firms.exit_day[chosen]
        )
        world.ledger.note(
            "eaglets", firm=firms.id[chosen], start=firms.eaglet_from[chosen], until=firms.eaglet_until[chosen]
        )
        yield world.at(day, Phase.AWARD)
        claim_grants(world, chosen)


def claim_grants(world: World, rows: Ints) -> None:
    """The grant on admission; those admitted late in the year before the first one are paid in the first."""
    firms = world.firms
    facts = {"newly_admitted": np.ones(len(rows), bool), "in_pool_under_2019_opinion": np.zeros(len(rows), bool)}
    world.claim("eaglet-recognised", firms.id[rows], firms.zone[rows], firms.eaglet_from[rows], facts)


def eaglet_facts(world: World, rows: Ints, day: int) -> dict[str, Any]:
    """What the eaglet conditions read: age to the day, last reported sales, staff, R&D and IP."""
    firms, notes = world.firms, world.notes
    clean = ~had_incident(world, firms.id[rows], year_of(day) - 1)
    return {
        "founded": firms.founded[rows],
        "last_year_sales": notes["known_sales"][rows],
        "employees": notes["known_staff"][rows],
        "st_staff": notes["known_st_staff"][rows],
        # The model knows no figure of the running year: under either reading the last known head count serves.
        "st_staff_last_year": notes["known_st_staff"][rows],
        "last_year_rnd": notes["known_cert"][rows],
        "class_ii_or_better_ip": notes["known_ip"][rows],
        "no_serious_incident_years": clean.astype(np.int64),
    }
