"""Claimants that are not firms of the model: they arrive by a stated rate, with stated sizes, and go down the same chain."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, day_of
from fundflow.economy import stream_arrivals
from fundflow.simulation.world import Process, World


def streams(world: World) -> Process:
    """On 1 January each stream's arrivals of the year are drawn; their claims are made on their days.

    The claims of one stream that fall on one day go down the chain together, in id order.
    """
    for year in world.years:
        yield world.at(day_of(year), Phase.FACTS)
        for name in world.economy.streams:
            world.env.process(stream_year(world, name, year))


def stream_year(world: World, name: str, year: int) -> Process:
    """Claim day by day what one stream brings in a year."""
    come = stream_arrivals(name, year, world.economy, world.draws)
    day = np.asarray(come.day, np.int64)
    for when in np.unique(day):
        if when > world.end:
            return
        yield world.at(int(when), Phase.AWARD)
        rows = np.flatnonzero(day == when)
        facts = {key: column[rows] for key, column in come.attributes.items()}
        world.claim(TRIGGERS.get(name, name), come.ids[rows], come.zone[rows], int(when), facts)
