"""Incubators and makerspaces at the year's end: filing, grades, consequences, promotions, newcomers, and claims."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import NEVER, Phase, day_of, year_of, years_of
from fundflow.economy import (
    Incubators,
    IncubatorYear,
    Makerspaces,
    MakerspaceYear,
    Strikes,
    incubator_year,
    makerspace_year,
    recognise_again,
    returning,
)
from fundflow.simulation.applicants import recognised
from fundflow.simulation.incubation import close_incubators
from fundflow.simulation.world import Ints, Process, World

PROVINCIAL, NATIONAL = 3, 4
FAILED, UNFILED = "failed-evaluation", "no-filing"
CONDITIONS = {"incubator": "incubator-standard-recognition", "makerspace": "makerspace-filing-conditions"}
"""The condition set that opens each recognition; a ban that names it keeps from applying."""
HATCHED_BEFORE = 0.12
"""Share of tenants first certified in 2020, graduates of the last twelve months among them; assumed: the mean share
that the model gives for 2021 to 2025 (10 to 16 %)."""


def institution_years(world: World) -> Process:
    """Each 31 December the year is judged and newcomers open (phase 4), then its claims are made (phase 8)."""
    for year in world.years:
        day = day_of(year, 12, 31)
        yield world.at(day, Phase.FACTS)
        economy, draws = world.economy, world.draws
        asks = {status: economy.applicants.get(CONDITIONS[status]) for status in CONDITIONS}
        judged = incubator_year(
            world.incubators, year, economy, draws, strikes(world, "incubator", day), asks["incubator"]
        )
        graded = makerspace_year(
            world.makerspaces, year, economy, draws, strikes(world, "makerspace", day), asks["makerspace"]
        )
        bar_struck(world, "incubator", judged.struck, day)
        bar_struck(world, "makerspace", graded.struck, day)
        close_incubators(world, judged.struck, day)
        returned = come_back(world, "incubator", year, day)
        come_back(world, "makerspace", year, day)
        new = judged.new.take(recognised(world, CONDITIONS["incubator"], judged.new, year, day))
        world.incubators.append(new)
        opened = recognised(world, CONDITIONS["makerspace"], graded.new, year, day)
        world.makerspaces.append(graded.new.take(opened))
        yield world.at(day, Phase.AWARD)
        claim_levels(world, judged, returned, new.n, day)
        claim_hatched(world, judged, day)
        claim_makerspaces(world, graded, day)


def strikes(world: World, status: str, day: int) -> Strikes:
    """In how many running years a fault ends a status, by the penalties of the catalogue; never where none says so."""
    found = {FAILED: NEVER, UNFILED: NEVER}
    for _, one in world.consequences.penalties:
        if one.cancels == status and one.on in found:
            found[one.on] = min(found[one.on], one.running.on(day))
    return Strikes(found[FAILED], found[UNFILED])


def bar_struck(world: World, status: str, struck: Ints, day: int) -> None:
    """Bar those struck off as the penalty says that they fall under."""
    table = world.incubators if status == "incubator" else world.makerspaces
    for owner, one in world.consequences.penalties:
        if one.cancels == status and one.on in (FAILED, UNFILED):
            if one.on == FAILED:
                running = table.fails_running
            elif isinstance(table, Incubators):
                running = table.unfiled_running
            else:
                continue  # makerspaces file nothing
            guilty = struck[running[struck] >= one.running.on(day)]
            world.bar(table.id[guilty], owner, one, day)


def come_back(world: World, status: str, year: int, day: int) -> Ints:
    """Recognise again, in the round of a year, institutions struck off before it whom no ban keeps out."""
    table: Incubators | Makerspaces = world.incubators if status == "incubator" else world.makerspaces
    chance = world.economy.incubator_return if status == "incubator" else world.economy.makerspace_return
    condition = CONDITIONS[status]
    rows = np.flatnonzero(table.until < day_of(year)).astype(np.int64)
    barred = world.consequences.barred((condition,), table.id[rows], np.full(len(rows), day))
    rows = returning(table, rows[barred == 0], year, chance, world.draws)
    recognise_again(table, rows, day)
    world.ledger.indicate(year, f"{status}s_returned", len(rows))
    return rows


def year_before(world: World) -> Process:
    """On the first day: what institutions claim for the year before, since its awards fall into the first year.

    The population does not say which tenants were certified in that year; each tenant counts with
    ``hatched_before``, the share of a later year.
    """
    yield world.at(world.start, Phase.AWARD)
    day = world.start - 1
    first = day_of(world.years[0] - 1)
    table = world.incubators
    rose = np.flatnonzero((table.level_day >= first) & (table.level_day <= day) & (table.until > day))
    facts = {
        "level": table.level[rose],
        "newly_admitted": np.ones(len(rose), bool),
        "upgraded_from_provincial": (table.level[rose] == NATIONAL) & (table.recognised[rose] < first),
    }
    world.claim("incubator-recognised", table.id[rose], table.zone[rose], day, facts)
    rows = np.flatnonzero((table.recognised < first) & (table.until > day))
    firms = world.firms
    tenants = np.flatnonzero((firms.incubator >= 0) & (firms.incubator_until > day))
    spaces = world.makerspaces
    judged = np.flatnonzero((spaces.recognised < first) & (spaces.until > day))
    graded = MakerspaceYear(judged, spaces.last_grade[judged], judged[:0], spaces.take(judged[:0]))
    claim_makerspaces(world, graded, day)
    lucky = tenants[world.draws.chance("hatched-before", firms.id[tenants], HATCHED_BEFORE)]
    count = np.bincount(firms.incubator[lucky], minlength=table.n)
    facts = {
        "level": table.level[rows],
        "yearly_evaluation": table.last_grade[rows],
        "filed": np.ones(len(rows), bool),
        "recognised_tenants": count[rows],
        "graduates_within_year": np.zeros(len(rows), np.int64),
    }
    world.claim("incubator-year", table.id[rows], table.zone[rows], day, facts)


def claim_levels(world: World, judged: IncubatorYear, returned: Ints, opened: int, day: int) -> None:
    """New levels of this year, by promotion or by recognition: the construction grant and the two awards."""
    table = world.incubators
    new = np.arange(table.n - opened, table.n)
    rows = np.concatenate([judged.promoted, returned, new])
    before = np.concatenate([judged.level_before, np.zeros(len(returned) + len(new), np.int64)])
    facts = {
        "level": table.level[rows],
        "newly_admitted": np.ones(len(rows), bool),
        "upgraded_from_provincial": before == PROVINCIAL,
    }
    world.claim("incubator-recognised", table.id[rows], table.zone[rows], day, facts)


def claim_hatched(world: World, judged: IncubatorYear, day: int) -> None:
    """The reward for each firm certified in the incubator or within a year of graduating from it."""
    table = world.incubators
    tenants, lately = (np.pad(count, (0, table.n - len(count))) for count in world.hatched)
    some = tenants[judged.evaluated] + lately[judged.evaluated] > 0
    rows = judged.evaluated[some]
    facts = {
        "level": table.level[rows],
        "yearly_evaluation": judged.grade[some],
        "filed": judged.filed[some],
        "recognised_tenants": tenants[rows],
        "graduates_within_year": lately[rows],
    }
    world.claim("incubator-year", table.id[rows], table.zone[rows], day, facts)


def claim_makerspaces(world: World, graded: MakerspaceYear, day: int) -> None:
    """The operating subsidy by the grade of the year."""
    table = world.makerspaces
    rows = graded.assessed
    since = years_of(table.recognised[rows])
    facts = {"grade": graded.grade, "recognition_year": since, "year_number": year_of(day) - since + 1}
    world.claim("makerspace-assessed", table.id[rows], table.zone[rows], day, facts)
