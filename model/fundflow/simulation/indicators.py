"""What a year looked like: counts, R&D, places and queues, noted on 31 December."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import Phase, day_of
from fundflow.base.districts import DISTRICTS
from fundflow.simulation.incubation import occupied
from fundflow.simulation.world import GRADUATED, Ints, Process, World

NATIONAL = 4
Growth = tuple[Ints, NDArray[np.float64]]


def yearly_indicators(world: World) -> Process:
    """Note the stocks and flows of each year, in the city and by district."""
    firms, notes, ledger = world.firms, world.notes, world.ledger
    growth_before = None
    for year in world.years:
        day = day_of(year, 12, 31)
        yield world.at(day, Phase.RECORD)
        alive = world.alive(day)
        home = world.districts(firms.zone, day)
        first = day_of(year)
        counts = {
            "firms": alive,
            "sme": alive & world.listed(day),
            "high_tech": alive & world.certified(day),
            "eaglets": alive & (firms.eaglet_from <= day) & (firms.eaglet_until > day),
            "founded": (firms.founded >= first) & (firms.founded <= day),
            "in_makerspace": (firms.space >= 0) & (firms.space_from <= day) & (firms.space_until > day),
            "in_incubator": (firms.incubator >= 0) & (firms.incubator_from <= day) & (firms.incubator_until > day),
            "graduated": (firms.left_cause == GRADUATED)
            & (firms.incubator_until >= first)
            & (firms.incubator_until <= day),
            "incubator_queue": notes["queue"] >= 0,
            "above_scale": alive & firms.above_scale.astype(bool),
        }
        for name, mask in counts.items():
            ledger.indicate(year, name, int(mask.sum()))
            by_district = np.bincount(home[mask], minlength=len(DISTRICTS))
            for code in np.flatnonzero(by_district):
                ledger.indicate(year, name, int(by_district[code]), DISTRICTS[code])
        incubators, spaces = world.incubators, world.makerspaces
        is_open = (incubators.recognised <= day) & (incubators.until > day)
        ledger.indicate(year, "incubators", int(is_open.sum()))
        ledger.indicate(year, "national_incubators", int((is_open & (incubators.level == NATIONAL)).sum()))
        ledger.indicate(year, "incubator_places", int(incubators.places[is_open].sum()))
        ledger.indicate(year, "incubator_occupied", int(occupied(world, day)[is_open].sum()))
        ledger.indicate(year, "makerspaces", int(((spaces.recognised <= day) & (spaces.until > day)).sum()))
        waits = [days for when, days in world.waited if when >= first]
        world.waited.clear()
        joined = np.concatenate(waits) if waits else np.zeros(0, np.int64)
        ledger.indicate(year, "admitted", len(joined))
        ledger.indicate(year, "incubator_wait_days", float(joined.mean()) if len(joined) else 0.0)
        ledger.indicate(year, "key_projects", int((firms.key_until > day).sum()))
        # R&D of the closed year, that is the year before.
        there = firms.founded < first
        ledger.indicate(year - 1, "rd_statistical", int(firms.rd_stat[there & (firms.exit_day > first)].sum()) / 100)
        ledger.indicate(year - 1, "rd_tax", int(firms.rd_tax[there & (firms.exit_day > first)].sum()) / 100)
        growth_before = _growth(world, year, growth_before)


def _growth(world: World, year: int, before: Growth | None) -> Growth:
    """Autocorrelation of R&D growth over two running years, for firms with R&D in both."""
    firms = world.firms
    # A firm that has left keeps its last figures; it has no growth any more.
    both = (firms.rd_tax > 0) & (firms.rd_tax_before > 0) & (firms.closed_year == year - 1)
    growth = np.log(firms.rd_tax[both] / firms.rd_tax_before[both])
    ids = firms.id[both]
    if before is not None:
        _, now, then = np.intersect1d(ids, before[0], assume_unique=True, return_indices=True)
        if len(now) > 2:
            value = np.corrcoef(growth[now], before[1][then])[0, 1]
            world.ledger.indicate(year - 1, "rnd_growth_autocorrelation", float(value))
    return ids, growth
