"""Everything that exists in one replication, and what is known of it on a day."""

from __future__ import annotations

from collections.abc import Container, Generator, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import simpy
from numpy.typing import NDArray

from fundflow.base.calendar import (
    NEVER,
    Phase,
    add_months,
    clock,
    day_of,
    month_starts_of,
    months_between,
    months_of,
    year_of,
)
from fundflow.base.districts import districts_of
from fundflow.base.draws import Draws
from fundflow.economy import Economy, Factors, Firms, Incubators, Makerspaces
from fundflow.policy import Batch, Catalogue, Instrument, Outcome, Totals, settle
from fundflow.policy.conditions import ConditionSet
from fundflow.policy.penalties import Penalty
from fundflow.policy.view import View
from fundflow.simulation.budget import Budget
from fundflow.simulation.columns import Columns
from fundflow.simulation.consequences import Consequences
from fundflow.simulation.later import Circles, Claims, Later
from fundflow.simulation.ledger import Ledger
from fundflow.simulation.options import SimulationOptions

if TYPE_CHECKING:
    from fundflow.simulation.deferral import Waiting
    from fundflow.simulation.derived import PaidByZone
    from fundflow.simulation.response import Response

Process = Generator[simpy.Event, Any, None]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

REPORT_MONTH, REPORT_DAY = 3, 31

GRADUATED, STAY_LIMIT, EXITED, OUTGROWN, CLOSED = 1, 2, 3, 4, 5
CAUSES = ("", "graduated", "stay_limit", "exit", "outgrown", "closed")

NOTES = {
    "next_attempt": NEVER, "attempt": 0, "queue": -1, "queue_from": NEVER, "struck_off": 0,
    "known_staff": 0, "known_st_staff": 0, "known_sales": 0, "known_sales_before": 0, "known_rd": 0, "known_cert": 0,
    "known_ip": 0, "known_assets": 0,
    "loan_principal": 0,
}  # fmt: skip
"""What the simulation notes on each firm, and what a new firm starts with."""


@dataclass
class World:
    """One replication: its parameters, draws, tables and books.

    ``firms`` holds the figures of the last closed year; the columns ``known_*`` of ``notes`` hold what was
    reported last, which is what conditions may read.
    """

    draws: Draws
    economy: Economy
    catalogue: Catalogue
    options: SimulationOptions
    firms: Firms
    incubators: Incubators
    makerspaces: Makerspaces
    start: int
    end: int
    budget: Budget
    paid: PaidByZone
    waiting: Waiting
    ledger: Ledger
    totals: Totals = field(default_factory=Totals)
    factors: dict[int, Factors] = field(default_factory=dict)
    laid_out: list[int] = field(default_factory=list)
    waited: list[tuple[int, Ints]] = field(default_factory=list)
    hatched: tuple[Ints, Ints] = field(default_factory=lambda: (np.zeros(0, np.int64), np.zeros(0, np.int64)))
    decisions: int = 0
    response: Response | None = None
    _alone: dict[str, bool] = field(default_factory=dict)
    notes: Columns = field(init=False)
    consequences: Consequences = field(init=False)
    env: simpy.Environment = field(default_factory=simpy.Environment)

    def __post_init__(self) -> None:
        self.notes = Columns(NOTES, self.firms.n)
        self.consequences = Consequences(self.catalogue, self.start)

    @cached_property
    def circles(self) -> Circles:
        """Which events are linked by the totals that their instruments share."""
        return Circles(self.catalogue, self._by_itself)

    @cached_property
    def later(self) -> Later:
        """The claims that wait."""
        return Later(self.circles)

    def _by_itself(self, one: Instrument) -> bool:
        """Whether what an instrument pays, apart from running totals, is the same whoever else is decided with it."""
        limited = self.budget.limited(one) or one.pool or one.competition or any(cap.together for cap in one.caps)
        return not (limited or len(one.sharing.versions) > 1)

    @property
    def years(self) -> range:
        """The simulated years."""
        return range(year_of(self.start), year_of(self.end) + 1)

    def at(self, day: int, phase: Phase) -> simpy.Event:
        """Wait for a phase of a day."""
        return self.env.timeout(clock(day, phase) - self.env.now)

    def alive(self, day: int) -> Bools:
        """Firms that exist at the end of a day's exit phase."""
        return (self.firms.founded <= day) & (self.firms.exit_day > day)

    def grow(self) -> None:
        """Give firms that have just been founded their notes; what they start with is known at once."""
        before = self.notes.n
        self.notes.grow(self.firms.n)
        new = slice(before, self.firms.n)
        self.notes["known_staff"][new] = self.firms.staff[new]
        self.notes["known_st_staff"][new] = self.firms.st_staff[new]

    def publish(self) -> None:
        """Make the figures of the last closed year known (31 March)."""
        firms = self.firms
        for note, column in (
            ("known_staff", firms.staff), ("known_st_staff", firms.st_staff), ("known_sales", firms.sales),
            ("known_sales_before", firms.sales_before), ("known_rd", firms.rd_stat), ("known_ip", firms.ip_count),
            ("known_assets", firms.assets), ("known_cert", firms.rd_cert),
        ):  # fmt: skip
            self.notes[note][:] = column

    def claim(
        self,
        trigger: str,
        ids: Ints,
        zone: Ints,
        trigger_day: int | Ints,
        facts: dict[str, NDArray[Any]],
        district: Ints | None = None,
        together: bool = False,
    ) -> list[Outcome]:
        """Put the claims that one event causes through the chain and into the books.

        Claims are taken in order of day and id; the envelopes have what is left of the fiscal year of the award.
        ``district`` stands in for the map where a claim belongs to none (-1). With ``together`` they may wait until
        somebody asks what they got (``later``); the outcomes are then not returned.
        """
        instruments = self.catalogue.triggered_by(trigger)
        if not instruments or not len(ids):
            return []
        day = np.broadcast_to(np.asarray(trigger_day, np.int64), ids.shape)
        circle = self.circles.of(trigger)
        if together and district is None and self.circles.waits(trigger) and not self.consequences.told_by(trigger):
            self.later.add(self._waiting(trigger, ids, zone, day, facts))
            return []
        self.decide([circle])
        order = np.lexsort((ids, day))
        day = day[order]
        batch = Batch(
            ids=ids[order],
            zone=zone[order],
            trigger_day=day,
            facts={k: np.asarray(v)[order] for k, v in facts.items()},
            district=None if district is None else district[order],
        )
        batch.barred = self.consequences.of_claims(instruments, batch)
        self.fail(trigger, batch)
        if self.response is not None:
            self.response.saw(trigger, batch)
        outcomes: list[Outcome] = []
        several, number = self.catalogue.several_wait_for(trigger), self.next_number()
        for group, rows, first in self.budget.by_award_day(instruments, batch):
            part = batch if len(rows) == batch.n else batch.take(rows)
            left = self.budget.left(group, first)
            found = settle(self.catalogue, group, part, totals=self.totals, envelopes=left)
            self.budget.spend(found)
            for outcome in found:
                self.paid.add(outcome, part)
                self.consequences.add(outcome, part)
                self.waiting.add(outcome, part)
                self.ledger.record(outcome, part, shared=several, number=number)
            outcomes += found
        return outcomes

    def fail(self, trigger: str, batch: Batch) -> None:
        """Bar whoever the facts of an event find guilty, from its day on; earlier applications go on."""
        for owner, penalty in self.consequences.told_by(trigger):
            view = View(batch.facts, owner.book, batch.n, batch.trigger_day, int(batch.trigger_day[0]))
            guilty = np.ones(batch.n, np.bool_)
            for condition in penalty.when:
                guilty &= condition.test(view)
            for day in np.unique(batch.trigger_day[guilty]).tolist():
                self.bar(batch.ids[guilty & (batch.trigger_day == day)], owner, penalty, day)

    def bar(self, ids: Ints, owner: Instrument | ConditionSet, penalty: Penalty, day: int) -> None:
        """Bar claimants, and note it."""
        until = self.consequences.bar(ids, owner, penalty, day, self.decisions)
        if until > day:
            for name in penalty.bars:
                self.ledger.note(
                    "bans", firm=ids, bars=[name] * len(ids), day=np.full(len(ids), day), until=np.full(len(ids), until)
                )

    def _waiting(self, trigger: str, ids: Ints, zone: Ints, day: Ints, facts: dict[str, NDArray[Any]]) -> Claims:
        """Claims that wait, with what must not change until they are decided."""
        # Nothing looks at claims that stand alone before the end: they are one decision, made then.
        alone = self.alone(trigger)
        number = 0 if alone else self.next_number()
        classes = None if alone or self.ledger.classes is None else self.ledger.classes(ids)
        return Claims(trigger, np.full(len(ids), number), ids, zone, day, facts, classes)

    def next_number(self) -> int:
        """The number of a new decision."""
        self.decisions += 1
        return self.decisions

    def alone(self, trigger: str) -> bool:
        """Whether the claims of an event neither change others nor are looked at before the end."""
        if trigger not in self._alone:
            self._alone[trigger] = (
                self.circles.waits(trigger)
                and not self.consequences.told_by(trigger)
                and not self.circles.linked(self.circles.of(trigger))
                and not any(
                    one.overlap or one.id in self.paid.bases or one.id in self.consequences.watched
                    for one in self.catalogue.triggered_by(trigger)
                )
            )
        return self._alone[trigger]

    def decide(self, circles: Iterable[str]) -> None:
        """Decide what waits in some circles (``later``)."""
        for circle in circles:
            for claims in self.later.due(circle):
                instruments = self.catalogue.triggered_by(claims.trigger)
                batch = claims.batch()
                several = self.catalogue.several_wait_for(claims.trigger)
                made = claims.number if claims.number[0] else None
                batch.barred = self.consequences.of_claims(instruments, batch, made)
                number = self.next_number() if made is None else made
                for outcome in settle(self.catalogue, instruments, batch, totals=self.totals):
                    self.paid.add(outcome, batch)
                    self.consequences.add(outcome, batch)
                    self.ledger.record(outcome, batch, shared=several, number=number, classes=claims.classes)

    def decide_paid(self, instruments: Container[str]) -> None:
        """Decide what waits where somebody is about to ask what some instruments have paid."""
        found = {self.circles.of(one.trigger) for one in self.catalogue.instruments.values() if one.id in instruments}
        self.decide([circle for circle in self.later.names if circle in found])

    def close_books(self) -> None:
        """Decide all that still waits."""
        self.decide(self.later.names)

    def may_apply(self, condition: str, rows: Ints, day: int) -> Ints:
        """Rows of firms that no ban keeps from what a condition set opens."""
        bans = self.consequences.barred((condition,), self.firms.id[rows], np.full(len(rows), day))
        return np.asarray(rows[bans == 0], np.int64)

    def certified(self, day: int) -> Bools:
        """Firms with a high-tech certificate in force on a day."""
        return (self.firms.hte_from <= day) & (self.firms.hte_until > day)

    def listed(self, day: int) -> Bools:
        """Firms on the list of S&T SMEs on a day."""
        return self.firms.sme_until > day

    def districts(self, zone: Ints, day: int) -> Ints:
        """District codes of zones on a day."""
        return districts_of(zone, day)


def ceil_months(start: Any, end: Any) -> Ints:
    """Whole months from start to end, a part of a month counted as one: a day past 24 months is 25."""
    whole = months_between(start, end)
    return np.asarray(whole + (add_months(start, whole) < np.asarray(end, np.int64)), np.int64)


def quarters_of(days: Ints) -> Ints:
    """Quarters counted from 1970."""
    return months_of(days) // 3


def quarter_end(quarter: int) -> int:
    """The last day of a quarter."""
    return int(month_starts_of(3 * quarter + 3)) - 1


def month_starts(start: int, end: int) -> list[int]:
    """The first days of all months from start to end."""
    days = []
    year, month = year_of(start), 1
    while (day := day_of(year, month)) <= end:
        if day >= start:
            days.append(day)
        year, month = (year + 1, 1) if month == 12 else (year, month + 1)
    return days
