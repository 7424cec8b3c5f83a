"""Claimants that are not firms of the model: they arrive by a stated rate, with stated sizes, and share the chain."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, add_months, day_of
from fundflow.economy import stream_arrivals
from fundflow.simulation.world import Process, World, ceil_months


def streams(world: World) -> Process:
    """On 1 January each stream's arrivals of the year are drawn; their claims are made on their days.

    The claims of one stream that fall on one day go down the chain together, in id order.
    """
    first = world.years[0]
    for name, stream in world.economy.streams.items():
        if stream.then is not None:
            # What was signed before the first day comes to its second event later.
            for year in range(first - 5, first):
                world.env.process(stream_year(world, name, year))
    for year in world.years:
        yield world.at(day_of(year), Phase.FACTS)
        for name in world.economy.streams:
            world.env.process(stream_year(world, name, year))


def stream_year(world: World, name: str, year: int) -> Process:
    """Claim day by day what one stream brings in a year, first and, where it has a second event, then."""
    stream = world.economy.streams[name]
    come = stream_arrivals(name, year, world.economy, world.draws)
    end = later = come.day
    events = [(int(day), 0, np.flatnonzero(come.day == day)) for day in np.unique(come.day)]
    if stream.then is not None:
        end = add_months(come.day, come.attributes["months"])
        later = end + come.attributes["days_after"]
        events += [(int(day), 1, np.flatnonzero(later == day)) for day in np.unique(later)]
    for day, turn, rows in sorted(events, key=lambda event: event[:2]):
        if day < world.start:
            continue
        if day > world.end:
            return
        if world.env.now < 16 * day + int(Phase.AWARD):
            yield world.at(day, Phase.AWARD)
        facts = {key: column[rows] for key, column in come.attributes.items()}
        if turn == 1:
            facts["signed_on"] = come.day[rows]
            facts["months_after_contract_end"] = ceil_months(end[rows], later[rows])
        trigger = stream.then if turn == 1 and stream.then is not None else stream.trigger
        world.claim(trigger, come.ids[rows], come.zone[rows], day, facts)
