"""Incubators and makerspaces of the first day, and the firms in them."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import NEVER, add_months, day_of
from fundflow.base.districts import DISTRICTS, districts_of
from fundflow.base.draws import Draws, Kind, pack_id
from fundflow.economy.firms import Firms
from fundflow.economy.initial_firms import by_rank
from fundflow.economy.initial_numbers import INITIAL as N
from fundflow.economy.institutions import (
    NATIONAL,
    PROVINCIAL,
    SPECIALISED,
    STANDARD,
    Incubators,
    Makerspaces,
    furnish,
    makerspace_places,
)
from fundflow.economy.parameters import Economy
from fundflow.economy.table import Ints

FIRST_DAY = day_of(2021)
NATIONAL_BY_DISTRICT = {
    "滨江区": 14, "余杭区": 8, "上城区": 6, "西湖区": 6, "拱墅区": 5, "萧山区": 5, "钱塘区": 5, "临平区": 3,
    "临安区": 3, "富阳区": 1, "桐庐县": 1,
}  # fmt: skip
"""National incubators at the end of 2021 (57): the weights by which those of 2020 (48) are placed."""


def initial_incubators(economy: Economy, draws: Draws) -> Incubators:
    """City, provincial and national incubators, the national ones by the observed districts."""
    count = max(4, round(N["incubators"] * economy.scale))
    national = max(1, round(N["national_incubators"] * economy.scale))
    provincial = max(1, round(N["provincial_incubators"] * economy.scale))
    specialised = max(1, round(N["specialised_incubators"] * economy.scale))
    sequence = np.arange(count, dtype=np.int64)
    weights = np.asarray(economy.zone_weights, np.float64)
    zone = np.empty(count, np.int64)
    zone[:national] = by_rank(draws.uniform("initial-incubator-zone", sequence[:national]), _national_weights(weights))
    zone[national:] = by_rank(draws.uniform("initial-incubator-zone", sequence[national:]), weights)
    table = Incubators(count)
    table.id = pack_id(Kind.INCUBATOR, 0, zone, sequence)
    table.zone = zone
    furnish(table, economy, draws)
    table.level = np.select(
        [sequence < national, sequence < national + provincial, sequence < national + provincial + specialised],
        [NATIONAL, PROVINCIAL, SPECIALISED],
        STANDARD,
    )
    table.specialised = (table.level == SPECIALISED) | (table.specialised & (table.level >= PROVINCIAL))
    table.field = np.where(table.specialised, np.where(table.field >= 0, table.field, 0), -1)
    years = 1 + draws.integer("initial-incubator-age", table.id, 8) + 2 * (table.level >= PROVINCIAL)
    table.recognised = day_of(2021) - 1 - (years - 1) * 365
    table.level_day = np.minimum(table.recognised + 730 * (table.level >= PROVINCIAL), day_of(2020, 12, 31))
    failed = draws.uniform("initial-incubator-grade", table.id) < economy.incubator_fail
    table.last_grade[:] = ~failed
    table.fails_running[:] = failed
    table.filed[:] = True
    return table.take(np.argsort(table.id, kind="stable"))


def initial_makerspaces(economy: Economy, draws: Draws) -> Makerspaces:
    """Makerspaces with the years of operating subsidy already paid: none since 2020, up to three before."""
    count = max(3, round(N["makerspaces"] * economy.scale))
    sequence = np.arange(count, dtype=np.int64)
    zone = by_rank(draws.uniform("initial-makerspace-zone", sequence), np.asarray(economy.zone_weights))
    table = Makerspaces(count)
    table.id = pack_id(Kind.MAKERSPACE, 0, zone, sequence)
    table.zone = zone
    table.places = makerspace_places(table.id, economy, draws)
    # 138 of 190 stood at the end of 2018; the others came in 2019 and 2020.
    spot = draws.uniform("initial-makerspace-age", table.id)
    years = np.where(spot < 138 / 190, 2 + np.floor(spot / (138 / 190) * 4), np.floor((spot - 138 / 190) / 0.137))
    table.recognised = day_of(2020, 12, 31) - np.clip(years, 0, 6).astype(np.int64) * 365
    chances = np.clip(years, 0, 3)
    table.paid_years[:] = np.minimum(3, np.floor(chances * draws.uniform("initial-makerspace-paid", table.id) + 0.6))
    table.last_grade = 1 + draws.category("initial-makerspace-grade", table.id, economy.makerspace_grades)
    table.fails_running[:] = table.last_grade == 4
    return table.take(np.argsort(table.id, kind="stable"))


def _national_weights(
    weights: np.ndarray[tuple[int], np.dtype[np.float64]],
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    district = districts_of(np.arange(len(weights)), FIRST_DAY + 365)
    found = np.zeros(len(weights))
    for code in np.unique(district):
        here = district == code
        found[here] = NATIONAL_BY_DISTRICT.get(DISTRICTS[code], 0) * weights[here] / weights[here].sum()
    return found


def place_tenants(
    firms: Firms, incubators: Incubators, makerspaces: Makerspaces, economy: Economy, draws: Draws
) -> None:
    """Fill the institutions of each district with young small firms; each entered by the age that the rules ask."""
    district = districts_of(firms.zone, FIRST_DAY)
    months = draws.integer("initial-incubator-month", firms.id, 24)
    entry = add_months(firms.founded - (firms.founded - _month_start(firms.founded)), months + 1)
    stay = np.where(firms.special | firms.talent, 60, 48)
    until = add_months(entry, stay)
    # On the first day the figures of 2019 are the last known ones: who outgrew its place in 2020 leaves on 31 March.
    fits = (
        (firms.staff < 130)
        & (firms.sales_before < 1_000_000_000)
        & (firms.sales_before * 19 // 10 <= 1_000_000_000)
        & (firms.hte_first == 0)
        & (firms.venture_total <= 500_000_000)
        & (entry < FIRST_DAY)
        & (until > FIRST_DAY)
    )
    order = draws.uniform("initial-incubator-wish", firms.id)
    wants = order < economy.incubator_wish
    fits &= wants
    firms.first_attempt = np.where(wants & (entry >= FIRST_DAY), entry, NEVER)
    host, got = _fill(district, fits, order, incubators.zone, incubators.places, N["incubator_occupancy"])
    firms.incubator[got], firms.incubator_from[got], firms.incubator_until[got] = host, entry[got], until[got]

    entry = add_months(_month_start(firms.founded), 1)
    until = add_months(entry, 24)
    order = draws.uniform("initial-makerspace-wish", firms.id)
    fits = (firms.incubator < 0) & (entry < FIRST_DAY) & (until > FIRST_DAY) & (order < economy.makerspace_wish)
    host, got = _fill(district, fits, order, makerspaces.zone, makerspaces.places, N["makerspace_occupancy"])
    firms.space[got], firms.space_from[got], firms.space_until[got] = host, entry[got], until[got]


def _month_start(days: Ints) -> Ints:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def _fill(
    district: Ints, fits: np.ndarray[tuple[int], np.dtype[np.bool_]],
    order: np.ndarray[tuple[int], np.dtype[np.float64]], host_zone: Ints, places: Ints, occupancy: float,
) -> tuple[Ints, Ints]:  # fmt: skip
    """Hosts and firms, matched within districts: the firm with the lowest order first, hosts place by place."""
    hosts: list[Ints] = []
    rows: list[Ints] = []
    host_district = districts_of(host_zone, FIRST_DAY)
    for code in np.unique(district):
        here = np.flatnonzero(host_district == code)
        slots = np.repeat(here, np.floor(places[here] * occupancy).astype(np.int64))
        # Spread the firms over the hosts instead of filling one after the other.
        turn = np.concatenate([np.arange(c) for c in np.floor(places[here] * occupancy).astype(np.int64)] or [here])
        slots = slots[np.argsort(turn, kind="stable")] if len(slots) else slots
        who = np.flatnonzero(fits & (district == code))
        who = who[np.argsort(order[who], kind="stable")]
        taken = min(len(slots), len(who))
        hosts.append(slots[:taken])
        rows.append(who[:taken])
    return np.concatenate(hosts).astype(np.int64), np.concatenate(rows).astype(np.int64)
