"""The tax list of R&D deductions, for what is paid on top of a deduction itself."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, day_of
from fundflow.simulation.rnd_round import own_rd
from fundflow.simulation.world import Process, World

TRIGGER = "tax-deduction"


def top_up(world: World) -> Process:
    """On 31 May every firm that deducted R&D of last year claims, if any instrument is in force for it."""
    firms = world.firms
    for year in world.years:
        day, close = day_of(year, 5, 31), day_of(year - 1, 12, 31)
        yield world.at(day, Phase.AWARD)
        # Fifteen thousand claims that nobody can be paid for would only be carried along.
        if not any(one.active.on(close) for one in world.catalogue.triggered_by(TRIGGER)):
            continue
        rows = np.flatnonzero(world.alive(day) & (firms.rd_tax > 0))
        rows = rows[world.draws.chance("tax-claim", firms.id[rows], world.economy.tax_claim, period=year - 1)]
        facts = {
            "deducted_rnd": own_rd(firms.rd_tax[rows], firms.gov_rd[rows]),
            "certified_high_tech": (firms.hte_from[rows] <= close) & (firms.hte_until[rows] > close),
            "home_district": world.districts(firms.zone[rows], day),
        }
        world.claim(TRIGGER, firms.id[rows], firms.zone[rows], close, facts)
