"""Instruments whose base is what another instrument paid in the year: one claim for each zone, at the year's end."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from fundflow.base.calendar import Phase, day_of, years_of
from fundflow.base.districts import ZONES
from fundflow.base.draws import Kind, pack_id
from fundflow.policy import Batch, Catalogue, Outcome
from fundflow.simulation.world import Ints, Process, World


class PaidByZone:
    """Fen that the instruments named as a base have awarded, by year of the claim's event and zone."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.bases = {of for one in catalogue.instruments.values() if (of := getattr(one.amount, "of", ""))}
        self._paid: defaultdict[tuple[str, int], Ints] = defaultdict(lambda: np.zeros(len(ZONES), np.int64))

    def add(self, outcome: Outcome, batch: Batch) -> None:
        """Add the awards of one outcome where another instrument builds on them."""
        name = outcome.instrument.id
        if name in self.bases:
            years = years_of(batch.trigger_day)
            for year in np.unique(years).tolist():
                rows = years == year
                np.add.at(self._paid[name, year], batch.zone[rows], outcome.award[rows])

    def of_year(self, name: str, year: int) -> Ints:
        """Fen by zone."""
        return self._paid[name, year]


def shares_of_payments(world: World) -> Process:
    """On 31 December each instrument with such a base claims for every zone that paid something."""
    for year in [world.years[0] - 1, *world.years]:
        day = day_of(year, 12, 31)
        yield world.at(max(day, world.start), Phase.PAYMENT)
        world.decide_paid(world.paid.bases)
        for instrument in world.catalogue.instruments.values():
            base = getattr(instrument.amount, "of", "")
            if base:
                paid = world.paid.of_year(base, year)
                zones = np.flatnonzero(paid)
                ids = pack_id(Kind.ZONE, year - 2000, zones, 0)
                world.claim(instrument.trigger, ids, zones, day, {instrument.amount.facts[0]: paid[zones]})
