"""Incubators and makerspaces at the year's end: filing, grades, consequences, promotions, newcomers, and claims."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, day_of
from fundflow.economy import incubator_year, makerspace_year
from fundflow.simulation.world import Process, World


def institution_years(world: World) -> Process:
    """Each 31 December the year is judged (phase 4) and its claims are made (phase 8)."""
    for year in world.years:
        day = day_of(year, 12, 31)
        yield world.at(day, Phase.FACTS)
        judged = incubator_year(world.incubators, year, world.economy, world.draws)
        graded = makerspace_year(world.makerspaces, year, world.economy, world.draws)
        yield world.at(day, Phase.AWARD)
        claim_promotions(world, judged, day)
        claim_hatched(world, judged, day)
        claim_makerspaces(world, graded, day)


def claim_promotions(world: World, judged: object, day: int) -> None:
    """New levels of this year: the construction grant and the two awards."""
    table = world.incubators
    rows = np.asarray(judged.promoted, np.int64)  # type: ignore[attr-defined]
    facts = {
        "level": table.level[rows],
        "newly_admitted": np.ones(len(rows), bool),
        "upgraded_from_provincial": np.asarray(judged.from_level)[rows] == 3,  # type: ignore[attr-defined]
    }
    world.claim("incubator-recognised", table.id[rows], table.zone[rows], day, facts)


def claim_hatched(world: World, judged: object, day: int) -> None:
    """The reward for each firm certified in the incubator or within a year of graduating from it."""
    table = world.incubators
    tenants, lately = world.hatched
    rows = np.asarray(judged.rows, np.int64)  # type: ignore[attr-defined]
    counted = rows[rows < len(tenants)]
    facts = {
        "level": table.level[counted],
        "yearly_evaluation": np.asarray(judged.passed)[: len(rows)][rows < len(tenants)].astype(np.int64),  # type: ignore[attr-defined]
        "filed": np.asarray(judged.filed)[: len(rows)][rows < len(tenants)],  # type: ignore[attr-defined]
        "recognised_tenants": tenants[counted],
        "graduates_within_year": lately[counted],
    }
    world.claim("incubator-year", table.id[counted], table.zone[counted], day, facts)


def claim_makerspaces(world: World, graded: object, day: int) -> None:
    """The operating subsidy by the grade of the year."""
    table = world.makerspaces
    rows = np.asarray(graded.rows, np.int64)  # type: ignore[attr-defined]
    facts = {
        "grade": np.asarray(graded.grade, np.int64),  # type: ignore[attr-defined]
        "recognition_year": table.recognised[rows].astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970,
        "paid_years_before_this_one": table.paid_years[rows],
    }
    outcomes = world.claim("makerspace-assessed", table.id[rows], table.zone[rows], day, facts)
    order = np.argsort(table.id[rows], kind="stable")
    for outcome in outcomes:
        table.paid_years[rows[order]] += outcome.award > 0
