"""Condition sets on what the whole city does in a year: it is noted whether what the law promises is kept."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, day_of
from fundflow.economy import stream_arrivals
from fundflow.simulation.world import Process, World


def promises(world: World) -> Process:
    """Each 31 December test the condition sets that read nothing but numbers of the city's year."""
    known = {"key_projects_of_year"}
    held = [one for one in world.catalogue.conditions.values() if one.facts and set(one.facts) <= known]
    before = int(world.firms.key_number.sum())
    for year in world.years if held else ():
        day = day_of(year, 12, 31)
        yield world.at(day, Phase.RECORD)
        now = int(world.firms.key_number.sum())
        facts = {"key_projects_of_year": np.array([projects_signed(world, year, now - before)], np.int64)}
        before = now
        for one in held:
            if one.in_force <= day and (one.expires is None or day <= one.expires):
                world.ledger.indicate(year, f"promise_kept:{one.id}", int(one.holds(facts, 1, day)[0]))


def projects_signed(world: World, year: int, of_firms: int) -> int:
    """Key projects of a year, those of firms and those that streams bring, for a city of full size."""
    others = sum(
        len(stream_arrivals(name, year, world.economy, world.draws).ids)
        for name, stream in world.economy.streams.items()
        if stream.trigger == "key-project-signed"
    )
    return round((of_firms + others) / world.economy.scale)
