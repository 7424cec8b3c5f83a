"""What follows on a fault: money claimed back, a status cancelled, years without application; data alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fundflow.policy import table
from fundflow.policy.table import Table
from fundflow.policy.values import Dated

if TYPE_CHECKING:
    from fundflow.policy.conditions import Condition

ALL_MONEY = "all"
"""What a ban names that keeps from every instrument."""
FAULTS = ("fraud", "incident", "failed-evaluation", "no-filing", "failed-acceptance", "closed-without-acceptance")
"""What a claimant may be found guilty of."""
HELD = ("eaglet", "incubator", "makerspace")
"""Statuses that can be cancelled."""


@dataclass(frozen=True)
class Penalty:
    """What follows on a fault: money claimed back, a status cancelled, years without application.

    Attributes
    ----------
    on
        The fault, one of ``FAULTS``.
    running
        For faults of a year: in how many running years it must occur.
    ban_years
        Length of the ban by the day on which it begins; 0: none. ``forever`` is a ban without end.
    bars
        What may not be applied for: instruments, condition sets, documents (by file name), departments, or ``all``.
    cancels
        The status that ends, or empty. Such a penalty falls on whoever holds the status, any other on whoever had
        money from the instrument.
    event, when
        A fault that an event tells: of the claims that the event causes, those that satisfy ``when`` are punished.
    """

    on: str
    running: Dated[int]
    clawback: bool
    ban_years: Dated[int]
    forever: bool
    bars: tuple[str, ...]
    cancels: str
    clause: str
    event: str = ""
    when: tuple[Condition, ...] = ()

    def text(self) -> str:
        """What follows, in short."""
        told = [f"{self.on}, {self.running.on(0)} years running" if self.running.on(0) > 1 else self.on]
        told += ["money claimed back"] if self.clawback else []
        told += [f"{self.cancels} cancelled"] if self.cancels else []
        length = "for ever" if self.forever else f"for {self.ban_years.on(0)} years"
        told += [f"barred {length} from {', '.join(self.bars)}"] if self.bars else []
        return "; ".join(told)


def read_penalties(
    source: Table, conditions: Callable[[Table], tuple[Condition, ...]], counts: Callable[[Table], bool]
) -> tuple[Penalty, ...]:
    """Read the list ``penalties``; those of another reading are checked and left out.

    Parameters
    ----------
    conditions
        Reads the conditions ``when`` of one penalty.
    counts
        Whether a penalty holds under the readings taken.
    """
    found = []
    for one in source.tables("penalties"):
        holds = counts(one)
        penalty = Penalty(
            one.get("on", table.one_of(*FAULTS)),
            one.dated("running", table.count, 1),
            one.get("clawback", table.flag, False),
            one.dated("ban_years", table.count, 0),
            one.get("forever", table.flag, False),
            one.get("bars", table.texts, ()),
            one.get("cancels", table.one_of(*HELD), ""),
            one.get("clause", table.text, ""),
            one.get("event", table.text, ""),
            conditions(one),
        )
        if one.has("ban_years") and not one.has("bars"):
            one.fault("bars", "missing: say what the ban keeps from")
        if bool(penalty.event) != bool(penalty.when):
            one.fault("event", "an event and the conditions when of its claims belong together")
        one.finish()
        found += [penalty] if holds else []
    return tuple(found)
