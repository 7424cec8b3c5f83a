"""Claims that an envelope could not meet are served first from the next year's money, in their old order."""

from __future__ import annotations

import dataclasses

import numpy as np

from fundflow.base.calendar import Phase, day_of
from fundflow.policy import Batch, Instrument, Outcome, Reason, settle
from fundflow.simulation.world import Process, World


class Waiting:
    """Deferred claims: the instrument and its rows, in the order in which they were put off."""

    def __init__(self) -> None:
        self.claims: list[tuple[Instrument, Batch]] = []

    def add(self, outcome: Outcome, batch: Batch) -> None:
        """Keep the claims that an outcome puts off."""
        rows = np.flatnonzero(outcome.reason == Reason.ENVELOPE_DEFERRED)
        if len(rows):
            self.claims.append((outcome.instrument, batch.take(rows)))


def next_years_money(world: World) -> Process:
    """On 31 January what was put off is decided again; it was entitled before, so only the award is new."""
    for year in world.years[1:]:
        day = day_of(year, 1, 31)
        yield world.at(day, Phase.AWARD)
        if world.options.deferred == "recorded":
            continue
        waiting, world.waiting.claims = world.waiting.claims, []
        for instrument, batch in waiting:
            left, number = world.budget.left([instrument], day), world.next_number()
            found = settle(
                world.catalogue, [instrument], batch, award_day=day, totals=world.totals, envelopes=left
            )  # fmt: skip
            world.budget.spend(found)
            for outcome in found:
                world.paid.add(outcome, batch)
                world.consequences.add(outcome, batch)
                world.waiting.add(outcome, batch)
                none = np.zeros(batch.n, np.int64)
                again = dataclasses.replace(
                    outcome, entitlement=none, entitlement_city=none, entitlement_district=none,
                    entitlement_province=none,
                )  # fmt: skip
                world.ledger.record(again, batch, shared=False, again=True, number=number)
