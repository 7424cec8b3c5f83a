"""What follows on a fault: money claimed back, a status cancelled, years without application; data alone."""

from __future__ import annotations

from dataclasses import dataclass

from fundflow.policy import table
from fundflow.policy.table import Table
from fundflow.policy.values import Dated

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
    """

    on: str
    running: Dated[int]
    clawback: bool
    ban_years: Dated[int]
    forever: bool
    bars: tuple[str, ...]
    cancels: str
    clause: str

    def text(self) -> str:
        """What follows, in short."""
        told = [f"{self.on}, {self.running.on(0)} years running" if self.running.on(0) > 1 else self.on]
        told += ["money claimed back"] if self.clawback else []
        told += [f"{self.cancels} cancelled"] if self.cancels else []
        length = "for ever" if self.forever else f"for {self.ban_years.on(0)} years"
        told += [f"barred {length} from {', '.join(self.bars)}"] if self.bars else []
        return "; ".join(told)


def read_penalties(source: Table) -> tuple[Penalty, ...]:
    """Read the list ``penalties``."""
    found = []
    for one in source.tables("penalties"):
        found.append(
            Penalty(
                one.get("on", table.one_of(*FAULTS)),
                one.dated("running", table.count, 1),
                one.get("clawback", table.flag, False),
                one.dated("ban_years", table.count, 0),
                one.get("forever", table.flag, False),
                one.get("bars", table.texts, ()),
                one.get("cancels", table.one_of(*HELD), ""),
                one.get("clause", table.text, ""),
            )
        )
        if one.has("ban_years") and not one.has("bars"):
            one.fault("bars", "missing: say what the ban keeps from")
        one.finish()
    return tuple(found)
