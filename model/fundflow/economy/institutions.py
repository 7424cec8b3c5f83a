"""Incubators and makerspaces: yearly filing, evaluation, consequences, promotion, and newcomers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import NEVER, day_of
from fundflow.base.draws import Draws, Kind, pack_id
from fundflow.economy.parameters import Economy
from fundflow.economy.stream_parameters import Applicants
from fundflow.economy.table import Bools, Ints, Table

STANDARD, SPECIALISED, PROVINCIAL, NATIONAL = 1, 2, 3, 4
EXCELLENT, GOOD, PASS, FAIL = 1, 2, 3, 4
LEAST_AREA = 3000
"""Square metres of the smallest incubator that was recognised, as the law had it (杭科高〔2020〕74号 6(2))."""


class Incubators(Table):
    """Incubators. ``level`` 1 city standard, 2 city specialised, 3 provincial, 4 national.

    ``field`` is the field of a specialised one or -1; ``until`` the day struck off; ``last_grade`` 1 pass, 0 fail;
    ``filed`` whether this year's filing was made; ``area`` and ``tenant_space`` in square metres.
    """

    INTS = (
        "id", "zone", "field", "level", "recognised", "level_day", "until", "places", "area", "tenant_space",
        "fails_running", "unfiled_running", "last_grade",
    )  # fmt: skip
    BOOLS = ("filed", "specialised")
    START = {"field": -1, "level": STANDARD, "until": NEVER, "last_grade": 1}

    field: Ints
    level: Ints
    recognised: Ints
    level_day: Ints
    until: Ints
    places: Ints
    area: Ints
    tenant_space: Ints
    fails_running: Ints
    unfiled_running: Ints
    last_grade: Ints
    filed: Bools
    specialised: Bools


class Makerspaces(Table):
    """Makerspaces. ``last_grade`` 1 excellent, 2 good, 3 pass, 4 fail; ``paid_years`` those paid before 2021."""

    INTS = ("id", "zone", "places", "recognised", "until", "paid_years", "fails_running", "last_grade")
    START = {"until": NEVER, "last_grade": PASS}

    places: Ints
    recognised: Ints
    until: Ints
    paid_years: Ints
    fails_running: Ints
    last_grade: Ints


@dataclass(frozen=True)
class Strikes:
    """In how many running years a failed evaluation, or a missing filing, ends the recognition."""

    failures: int = NEVER
    unfiled: int = NEVER


@dataclass(frozen=True)
class IncubatorYear:
    """What 31 December of a year brings: row numbers in the table as it was given, and the newcomers."""

    evaluated: Ints
    grade: Ints
    filed: Bools
    struck: Ints
    promoted: Ints
    level_before: Ints
    new: Incubators


@dataclass(frozen=True)
class MakerspaceYear:
    """Grades of a year (of the rows ``assessed``), those struck off, and the newcomers."""

    assessed: Ints
    grade: Ints
    struck: Ints
    new: Makerspaces


def incubator_year(
    incubators: Incubators,
    year: int,
    economy: Economy,
    draws: Draws,
    strikes: Strikes,
    applicants: Applicants | None = None,
) -> IncubatorYear:
    """File, evaluate, strike off and promote incubators on 31 December; the table is changed in place.

    Those recognised before the year are filed and evaluated. As many failures running, or years without filing, as
    ``strikes`` says end the recognition that day. The newcomers are returned, not appended; with ``applicants`` they
    are those that apply, of whom the law is still to say which are recognised.
    """
    day = day_of(year, 12, 31)
    rows = np.flatnonzero((incubators.recognised < day_of(year)) & (incubators.until > day)).astype(np.int64)
    ids = incubators.id[rows]
    again = incubators.fails_running[rows] > 0
    chance = np.where(again, economy.incubator_fail_persistence, economy.incubator_fail)
    failed = draws.uniform("incubator-grade", ids, period=year) < chance
    filed = draws.uniform("incubator-filing", ids, period=year) < economy.incubator_filing
    incubators.last_grade[rows] = ~failed
    incubators.filed[rows] = filed
    incubators.fails_running[rows] = np.where(failed, incubators.fails_running[rows] + 1, 0)
    incubators.unfiled_running[rows] = np.where(filed, 0, incubators.unfiled_running[rows] + 1)
    out = (incubators.fails_running[rows] >= strikes.failures) | (incubators.unfiled_running[rows] >= strikes.unfiled)
    struck = rows[out]
    incubators.until[struck] = day

    level = incubators.level[rows]
    rate = np.where(level == PROVINCIAL, economy.incubator_to_national, economy.incubator_to_provincial)
    rate = np.where(level == NATIONAL, 0.0, rate)
    good = ~failed & filed & ~out
    rises = (draws.uniform("incubator-promotion", ids, period=year) < rate) & good
    turns = draws.uniform("incubator-specialises", ids, period=year) < economy.incubator_to_specialised
    turns &= (level == STANDARD) & good & ~rises
    specialise(incubators, rows[turns], economy, draws)
    promoted = rows[rises | turns]
    before = level[rises | turns]
    after = np.where(before == PROVINCIAL, NATIONAL, PROVINCIAL)
    incubators.level[promoted] = np.where(turns[rises | turns], SPECIALISED, after)
    incubators.level_day[promoted] = day
    grade = incubators.last_grade[rows].copy()
    return IncubatorYear(rows, grade, filed, struck, promoted, before, new_incubators(year, economy, draws, applicants))


def specialise(incubators: Incubators, rows: Ints, economy: Economy, draws: Draws) -> None:
    """Give standard incubators a field of their own; area and places stay as they are."""
    incubators.specialised[rows] = True
    incubators.field[rows] = draws.category("incubator-field", incubators.id[rows], economy.field_weights)


def returning(table: Incubators | Makerspaces, rows: Ints, year: int, chance: float, draws: Draws) -> Ints:
    """Which of some institutions that were struck off apply again in the round of a year."""
    kind = "incubator" if isinstance(table, Incubators) else "makerspace"
    return np.asarray(rows[draws.uniform(f"{kind}-return", table.id[rows], period=year) < chance], np.int64)


def recognise_again(table: Incubators | Makerspaces, rows: Ints, day: int) -> None:
    """Open institutions anew: a city level, and nothing counts of the failures before."""
    table.recognised[rows] = day
    table.until[rows] = NEVER
    table.fails_running[rows] = 0
    if isinstance(table, Incubators):
        table.level[rows] = np.where(table.specialised[rows], SPECIALISED, STANDARD)
        table.level_day[rows] = day
        table.unfiled_running[rows] = 0
        table.last_grade[rows] = 1
    else:
        table.last_grade[rows] = PASS


def makerspace_year(
    makerspaces: Makerspaces,
    year: int,
    economy: Economy,
    draws: Draws,
    strikes: Strikes,
    applicants: Applicants | None = None,
) -> MakerspaceYear:
    """Grade the makerspaces recognised before the year on 31 December; enough failures running end the recognition."""
    day = day_of(year, 12, 31)
    rows = np.flatnonzero((makerspaces.recognised < day_of(year)) & (makerspaces.until > day)).astype(np.int64)
    ids = makerspaces.id[rows]
    fresh = 1 + draws.category("makerspace-grade", ids, economy.makerspace_grades, period=year)
    stays = draws.uniform("makerspace-grade-stays", ids, period=year) < economy.makerspace_grade_persistence
    grade = np.where(stays, makerspaces.last_grade[rows], fresh)
    makerspaces.last_grade[rows] = grade
    makerspaces.fails_running[rows] = np.where(grade == FAIL, makerspaces.fails_running[rows] + 1, 0)
    struck = rows[makerspaces.fails_running[rows] >= strikes.failures]
    makerspaces.until[struck] = day
    return MakerspaceYear(rows, grade.astype(np.int64), struck, new_makerspaces(year, economy, draws, applicants))


def new_incubators(year: int, economy: Economy, draws: Draws, applicants: Applicants | None = None) -> Incubators:
    """Incubators recognised on 31 December of a year (or those that apply), in id order."""
    mean = economy.incubator_births / (applicants.passing if applicants else 1)
    ids = _newcomers(Kind.INCUBATOR, "incubator-births", year, mean, economy, draws)
    new = Incubators(len(ids))
    new.id = ids
    new.zone = (ids >> 32) & 0xFF
    new.recognised[:] = day_of(year, 12, 31)
    new.level_day[:] = day_of(year, 12, 31)
    furnish(new, economy, draws, least=1 if applicants else LEAST_AREA)
    direct = draws.uniform("incubator-national-directly", ids) < economy.incubator_national_directly
    new.level = np.where(direct, NATIONAL, np.where(new.specialised, SPECIALISED, STANDARD))
    return new


def furnish(incubators: Incubators, economy: Economy, draws: Draws, least: int = LEAST_AREA) -> None:
    """Draw an incubator's field, area and space per tenant; places follow: 75 % of the area over the space of each."""
    ids = incubators.id
    incubators.specialised = draws.uniform("incubator-specialised", ids) < economy.incubator_specialised
    field = draws.category("incubator-field", ids, economy.field_weights)
    incubators.field = np.where(incubators.specialised, field, -1)
    score = draws.normal("incubator-area", ids)
    sigma = economy.incubator_area_sigma
    area = economy.incubator_area * np.exp(sigma * score - sigma**2 / 2)
    incubators.area = np.maximum(np.rint(area), least).astype(np.int64)
    roomy = incubators.specialised & (field == 1)
    space = np.where(roomy, economy.tenant_space_special, economy.tenant_space)
    incubators.tenant_space = np.rint(space).astype(np.int64)
    incubators.places = np.maximum(15, incubators.area * 3 // 4 // incubators.tenant_space)


def new_makerspaces(year: int, economy: Economy, draws: Draws, applicants: Applicants | None = None) -> Makerspaces:
    """Makerspaces recognised on 31 December of a year (or those that apply), in id order."""
    mean = economy.makerspace_births / (applicants.passing if applicants else 1)
    ids = _newcomers(Kind.MAKERSPACE, "makerspace-births", year, mean, economy, draws)
    new = Makerspaces(len(ids))
    new.id = ids
    new.zone = (ids >> 32) & 0xFF
    new.recognised[:] = day_of(year, 12, 31)
    new.places = makerspace_places(ids, economy, draws)
    return new


def makerspace_places(ids: Ints, economy: Economy, draws: Draws) -> Ints:
    """Places of makerspaces: lognormal about the mean, at least five."""
    score = draws.normal("makerspace-places", ids)
    places = economy.makerspace_places * np.exp(0.5 * score - 0.125)
    return np.maximum(5, np.rint(places)).astype(np.int64)


def _newcomers(kind: Kind, decision: str, year: int, mean: float, economy: Economy, draws: Draws) -> Ints:
    weights: NDArray[np.float64] = np.asarray(economy.zone_weights, np.float64)
    zones = np.arange(len(weights))
    cells = pack_id(Kind.ZONE, 0, zones, 0)
    counts = draws.poisson(decision, cells, mean * weights / weights.sum(), period=year)
    place = np.repeat(zones, counts)
    order = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts)
    return pack_id(kind, (year - 2000) * 12 + 11, place, order)
