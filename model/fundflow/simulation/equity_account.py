"""The account of a fund that invests in other funds: every fen in it, out of it, and at work."""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any


@dataclass(eq=False)
class Holding:
    """One participation: what was paid in, of it the concession part, and what is still held at cost."""

    id: int
    zone: int
    paid_on: int
    paid: int
    concession: int
    equal: int
    size: int
    multiple: int
    ends: int
    facts: dict[str, Any]
    recovered: int = 0
    """What came back of the concession part."""
    priced: int = 0
    """What the concession part cost its buyers at the lowest price; 0 where nobody bought."""


@dataclass
class Account:
    """Balances in fen; ``cash + invested`` is always what was paid in, earned, lost and paid out.

    Attributes
    ----------
    paid_in, paid_back
        Money of the sources, on the first day and since; money given back to them.
    invested
        At cost, in holdings that are still held.
    gains, losses
        Receipts above cost, and cost that did not come back.
    covered
        Of the cost that did not come back: what the concession part gave up for the losses of others.
    owed
        Fees due that the cash did not suffice for.
    """

    paid_in: int = 0
    paid_back: int = 0
    cash: int = 0
    invested: int = 0
    gains: int = 0
    losses: int = 0
    covered: int = 0
    fees: int = 0
    rewards: int = 0
    owed: int = 0
    invested_before: int = 0
    paid_out: int = 0
    received: int = 0
    last_rate: Fraction = Fraction(0)
    prepaid: int = 0
    holdings: list[Holding] = field(default_factory=list)

    def check(self) -> None:
        """Fail if a fen is missing, or a balance is below zero."""
        sources = self.paid_in - self.paid_back + self.gains - self.losses - self.fees - self.rewards
        if self.cash + self.invested != sources:
            raise AssertionError(f"fund does not close: {self.cash} + {self.invested} is not {sources} fen")
        at_cost = sum(one.concession + one.equal for one in self.holdings)
        if self.invested != at_cost or min(self.cash, self.invested, self.losses, self.paid_in) < 0:
            raise AssertionError(f"fund holds {at_cost} fen at cost, its balances are {self}")

    def pay_in(self, amount: int) -> None:
        """Take money from the sources."""
        self.paid_in += amount
        self.cash += amount

    def pay_back(self, amount: int) -> None:
        """Give money back to the sources."""
        self.paid_back += amount
        self.cash -= amount

    def invest(self, holding: Holding) -> None:
        """Pay into a partner's fund."""
        self.holdings.append(holding)
        self.cash -= holding.paid
        self.invested += holding.paid
        self.paid_out += holding.paid

    def recover(self, holding: Holding, part: str, amount: int) -> None:
        """Take what comes back for the ``concession`` or the ``equal`` part, which is held no longer."""
        cost = getattr(holding, part)
        setattr(holding, part, 0)
        self.invested -= cost
        self.cash += amount
        self.received += amount
        self.gains += max(amount - cost, 0)
        self.losses += max(cost - amount, 0)
        if holding.concession == 0 and holding.equal == 0:
            self.holdings.remove(holding)

    def charge(self, amount: int) -> int:
        """Pay a fee, or take one back; what the cash does not suffice for is owed. Returns what moved."""
        due = self.owed + amount
        paid = min(due, self.cash)
        self.owed = max(due - paid, 0)
        self.fees += paid
        self.cash -= paid
        return paid

    def reward(self, amount: int) -> int:
        """Leave a part of the return to the manager. Returns what moved."""
        paid = min(amount, self.cash)
        self.rewards += paid
        self.cash -= paid
        return paid
