"""Events of a firm that others than the S&T bureau pay for: certified, listed, applied for patents abroad."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, day_of
from fundflow.base.districts import MAP_CHANGE
from fundflow.simulation.world import Bools, Ints, Process, World


def certificates(world: World) -> Process:
    """Each 1 December who was certified for the first time claims; those of the year before, on the first day."""
    firms = world.firms
    yield world.at(world.start, Phase.AWARD)
    claim_certified(world, np.flatnonzero(firms.hte_first >= day_of(world.years[0] - 1)))
    for year in world.years:
        yield world.at(day_of(year, 12, 1), Phase.AWARD)
        claim_certified(world, np.flatnonzero(firms.hte_first == day_of(year, 12, 1)))


def claim_certified(world: World, rows: Ints) -> None:
    """Claim for first certificates."""
    firms = world.firms
    facts = {"first_certification": np.ones(len(rows), bool), "locality_pays": locality_pays(world, rows)}
    world.claim("high-tech-certified", firms.id[rows], firms.zone[rows], firms.hte_first[rows], facts)


def listings(world: World) -> Process:
    """Each 30 November who came on the list of S&T SMEs for the first time claims.

    Of those listed before the first day nothing says whether it was the first time, so that they claim nothing.
    """
    firms = world.firms
    yield world.at(world.start, Phase.AWARD)
    known = firms.id[firms.sme_from > 0]
    for year in world.years:
        day = day_of(year, 11, 30)
        yield world.at(day, Phase.AWARD)
        rows = np.flatnonzero(firms.sme_from == day)
        rows = rows[~np.isin(firms.id[rows], known)]
        facts = {"first_listing": np.ones(len(rows), bool), "locality_pays": locality_pays(world, rows)}
        world.claim("sme-listed", firms.id[rows], firms.zone[rows], day, facts)
        known = np.union1d(known, firms.id[rows])


def patent_applications(world: World) -> Process:
    """Each 1 March the international applications of the closed year: so many for each right gained in it.

    On 1 March the rights of the closed year stand in the firm's figures and are not yet published, so that the
    difference is what was gained. The first closed year has no such difference: it is drawn like any other.
    """
    firms, draws, economy = world.firms, world.draws, world.economy
    for year in world.years:
        day = day_of(year, 3, 1)
        if not world.start <= day <= world.end:
            continue
        yield world.at(day, Phase.AWARD)
        closed = day_of(year - 1, 12, 31)
        rows = np.flatnonzero(world.alive(closed) & (firms.exit_day > day) & (firms.rd_stat > 0))
        if year == world.years[0]:
            ready = draws.uniform("ip-before", firms.id[rows], period=year - 1)
            gained = np.floor(np.log(ready) / np.log(economy.ip_rate)) if economy.ip_rate > 0 else 0 * ready
            gained = np.minimum(gained, 20)
        else:
            gained = (firms.ip_count[rows] - world.notes["known_ip"][rows]).astype(np.float64)
        some = gained > 0
        rows, gained = rows[some], gained[some]
        filed = draws.poisson("pct", firms.id[rows], gained * economy.pct_per_right, period=year - 1)
        world.ledger.indicate(year - 1, "pct_applications", int(filed.sum()))
        rows, filed = rows[filed > 0], filed[filed > 0]
        world.claim("pct-year", firms.id[rows], firms.zone[rows], closed, {"pct_applications": filed})


def locality_pays(world: World, rows: Ints) -> Bools:
    """Whether the district of each firm pays what the law leaves to it; one choice for the whole run."""
    district = world.districts(world.firms.zone[rows], MAP_CHANGE)
    return world.draws.chance("locality-opts-in", district, world.economy.locality_opts_in)
