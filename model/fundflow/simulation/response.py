"""Firms that respond to what the law pays for a further yuan of R&D: static and dynamic estimates of one reform.

What a further yuan brings is asked of the law itself. The last known claims go through the claim chain once more as if
they were those of the year in question: with the R&D that the firms do that year without a further response, and with
some more. The difference holds rates, caps, conditions and quotas of whatever instrument reads the fact.
Nothing is drawn.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import add_months
from fundflow.policy import Batch, Catalogue, Totals, settle
from fundflow.simulation.rnd_round import own_rd

if TYPE_CHECKING:
    from fundflow.economy import Firms

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MOVED = {"rnd_increase": True, "deducted_rnd": False}
"""Facts that rise fen by fen with a firm's R&D, and whether they are an increase over the year before: then a further
yuan takes from the next year's claim what it adds to this one's."""
STEP = 10_000 * 100
"""R&D that is added to ask what it brings, in fen."""
MOST = 0.9
"""The largest part of a further yuan that counts as paid; a price of nothing has no logarithm."""


@dataclass
class Response:
    """What firms know of two laws, and how far they have moved from what they would do under the one without changes.

    Attributes
    ----------
    law, before
        The law of the scenario, and the same without the scenario's changes.
    elasticity
        Of the R&D aimed at with respect to its price, zero or more.
    levels
        Log points by which each firm's aim is raised now, shape (firms,).
    """

    law: Catalogue
    before: Catalogue
    elasticity: float
    levels: Floats = field(default_factory=lambda: np.zeros(0))
    _rounds: dict[str, Batch] = field(default_factory=dict)

    def saw(self, trigger: str, batch: Batch) -> None:
        """Keep the last claims of an event that tells of R&D."""
        if MOVED.keys() & batch.facts.keys():
            self._rounds[trigger] = batch

    def drift(self, firms: Firms, plan: Firms) -> Floats:
        """Log points to add to the R&D that each firm aims at in the year that is closed, shape (firms,).

        ``firms`` holds the R&D of the year before, ``plan`` that of the same firms in that year as things stand.
        The level is elasticity x ln((1 - s) / (1 - s')), s paid of a further yuan under the law without changes and s'
        under that of the scenario; the drift is its change since the year before, since an aim once raised stays.
        """
        known = np.zeros(firms.n)
        known[: len(self.levels)] = self.levels
        # Who has given up R&D begins again from a new aim.
        known[firms.rd_permanent == 0] = 0.0
        order = np.argsort(firms.id, kind="stable")
        paid = [np.zeros(firms.n), np.zeros(firms.n)]
        for trigger, last in self._rounds.items():
            ids = last.ids
            place = np.minimum(np.searchsorted(firms.id[order], ids), firms.n - 1)
            rows = order[place]
            mine = firms.id[rows] == ids
            planned = own_rd(plan.rd_tax[rows], plan.gov_rd[rows])
            increase = planned - own_rd(firms.rd_tax[rows], firms.gov_rd[rows])
            facts = dict(last.facts)
            for fact, of_increase in MOVED.items():
                if fact in facts:
                    facts[fact] = np.where(mine, increase if of_increase else planned, facts[fact])
            now = _moved(replace(last, facts=facts), 12)
            for total, law in zip(paid, (self.before, self.law), strict=True):
                total[rows[mine]] += further_yuan(law, trigger, now, last)[mine]
        old, new = (np.minimum(one, MOST) for one in paid)
        self.levels = self.elasticity * np.log((1 - old) / (1 - new))
        return self.levels - known


def further_yuan(law: Catalogue, trigger: str, now: Batch, last: Batch) -> Floats:
    """What a law pays of a further yuan of R&D, for each claim of a year, shape (claims,).

    Parameters
    ----------
    now, last
        Claims of one event: those of the year, and those of the round before.

    Notes
    -----
    With an increase over the year before, a further yuan is paid once and taken from the next claim: s = m (1 - q), m
    what the chain pays for it and q the share of those entitled in the round before who are so again. Budgets and what
    a claimant had in earlier years are left out: firms reckon with the announced rates.
    """
    instruments = law.triggered_by(trigger)
    due = _due(law, trigger, now)
    those = last.ids[_due(law, trigger, _moved(last, 12)) > 0]
    again = float(np.isin(those, now.ids[due > 0]).mean()) if len(those) else 0.0
    found = np.zeros(now.n)
    for fact, of_increase in MOVED.items():
        if fact not in now.facts or not any(fact in one.facts for one in instruments):
            continue
        more = replace(now, facts={**now.facts, fact: now.facts[fact] + STEP})
        gain = (_due(law, trigger, more) - due) / STEP
        # Whoever is not entitled would have to jump over a threshold, which no small step tells of.
        found += np.where(due > 0, np.maximum(gain, 0.0), 0.0) * (1 - again * of_increase)
    return found


def _due(law: Catalogue, trigger: str, batch: Batch) -> Ints:
    """Entitlement under all instruments of an event, with no limit of budgets, shape (claims,)."""
    due = np.zeros(batch.n, np.int64)
    for one in settle(law, law.triggered_by(trigger), batch, totals=Totals()):
        due += one.entitlement
    return due


def _moved(batch: Batch, months: int) -> Batch:
    """The same claims so many months later."""
    return replace(batch, trigger_day=np.asarray(add_months(batch.trigger_day, months), np.int64))
