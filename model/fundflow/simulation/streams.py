"""Claimants that are not firms of the model: they arrive by a stated rate, with stated sizes, and share the chain."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, add_months, day_of
from fundflow.economy import stream_arrivals
from fundflow.simulation.world import Process, World, ceil_months, quarter_end, quarters_of


def streams(world: World) -> Process:
    """On 1 January each stream's arrivals of the year are drawn; their claims are made quarter by quarter."""
    first = world.years[0]
    for name, stream in world.economy.streams.items():
        # What came before the first day may be awarded, or come to its second event, after it.
        for year in range(first - (1 if stream.then is None else 5), first):
            world.env.process(stream_year(world, name, year))
    for year in world.years:
        yield world.at(day_of(year), Phase.FACTS)
        for name in world.economy.streams:
            world.env.process(stream_year(world, name, year))


def stream_year(world: World, name: str, year: int) -> Process:
    """Claim quarter by quarter what one stream brings in a year: its first event and, where it has one, the second.

    The claims of a quarter are decided together at its end, in order of day and id.
    """
    stream = world.economy.streams[name]
    come = stream_arrivals(name, year, world.economy, world.draws)
    events = [(stream.trigger, come.day, come.attributes)]
    if stream.then is not None:
        end = add_months(come.day, come.attributes["months"])
        later = end + come.attributes["days_after"]
        lag = {"signed_on": come.day, "months_after_contract_end": ceil_months(end, later)}
        events.append((stream.then, later, {**come.attributes, **lag}))
    groups = [
        (quarter_end(int(quarter)), trigger, np.flatnonzero(quarters_of(days) == quarter), days, facts)
        for trigger, days, facts in events
        for quarter in np.unique(quarters_of(days))
    ]
    for when, trigger, rows, days, facts in sorted(groups, key=lambda group: group[0]):
        if when > world.end:
            return
        if when >= world.start and world.env.now < 16 * when + int(Phase.AWARD):
            yield world.at(when, Phase.AWARD)
        chosen = {key: column[rows] for key, column in facts.items()}
        world.claim(trigger, come.ids[rows], come.zone[rows], days[rows], chosen)
