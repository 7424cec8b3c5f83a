"""Claimants that are not firms of the model: they arrive by a stated rate, with stated sizes, and share the chain."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, add_months, day_of
from fundflow.economy import stream_arrivals
from fundflow.economy.stream_parameters import Stream
from fundflow.economy.streams import StreamRows
from fundflow.policy.outcome import Facts
from fundflow.simulation.world import Ints, Process, World, ceil_months, quarter_end, quarters_of


def streams(world: World) -> Process:
    """On 1 January each stream's arrivals of the year are drawn; their claims are made quarter by quarter."""
    first = world.years[0]
    # A stream whose number nobody knows stands at 0 and costs nothing.
    known = {name: stream for name, stream in world.economy.streams.items() if stream.yearly > 0}
    for name, stream in known.items():
        # What came before the first day may be awarded, or come to its second event, after it.
        for year in range(first - (1 if stream.then is None else 5) - years_after(stream), first):
            world.env.process(stream_year(world, name, year))
    for year in world.years:
        yield world.at(day_of(year), Phase.FACTS)
        for name in known:
            world.env.process(stream_year(world, name, year))


def years_after(stream: Stream) -> int:
    """Years over which claimants of a stream come back."""
    return max((-(-one.months // 12) + one.times - 1 for one in stream.later), default=0)


def stream_year(world: World, name: str, year: int) -> Process:
    """Claim quarter by quarter what one stream brings in a year: its first event and, where it has one, the second.

    The claims of a quarter are decided together at its end, in order of day and id.
    """
    stream = world.economy.streams[name]
    come = stream_arrivals(name, year, world.economy, world.draws)
    everyone = np.arange(len(come.ids))
    events = [(stream.trigger, everyone, come.day, come.attributes)]
    if stream.then is not None:
        end = add_months(come.day, come.attributes["months"])
        later = end + come.attributes["days_after"]
        lag = {"signed_on": come.day, "months_after_contract_end": ceil_months(end, later)}
        events.append((stream.then, everyone, later, {**come.attributes, **lag}))
    events += later_events(world, name, come)
    groups = [
        (quarter_end(int(quarter)), trigger, members[quarters_of(days[members]) == quarter], days, facts)
        for trigger, members, days, facts in events
        for quarter in np.unique(quarters_of(days[members]))
    ]
    for when, trigger, rows, days, facts in sorted(groups, key=lambda group: group[0]):
        if when > world.end:
            return
        if when >= world.start and world.env.now < 16 * when + int(Phase.AWARD) and not world.alone(trigger):
            yield world.at(when, Phase.AWARD)
        chosen = {key: column[rows] for key, column in facts.items()}
        world.claim(trigger, come.ids[rows], come.zone[rows], days[rows], chosen, together=True)


def later_events(world: World, name: str, come: StreamRows) -> list[tuple[str, Ints, Ints, Facts]]:
    """Events of the years after the first: trigger, the rows of those who are still there, days and facts of all."""
    found = []
    for number, later in enumerate(world.economy.streams[name].later):
        rows = np.arange(len(come.ids))
        for time in range(later.times):
            if later.chance < 1.0:
                stays = world.draws.uniform(f"stream-later:{name}:{number}", come.ids[rows], period=time)
                rows = rows[stays < later.chance]
            days = np.asarray(add_months(come.day, later.months + 12 * time), np.int64)
            before = {} if later.number is None else {later.number: np.full(len(come.ids), time, dtype=np.int64)}
            found.append((later.trigger, rows, days, {**come.attributes, **before}))
    return found
