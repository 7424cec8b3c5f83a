"""The city's S&T development fund: others are served first come, first served; the R&D round takes the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.reference.days import date_of


@dataclass
class Purse:
    """City money by fiscal year of the award. ``amount`` gives a year's fen, or None for no limit."""

    amount: Callable[[int], int | None]
    spent: list[tuple[int, int, bool]] = field(default_factory=list)

    def left(self, award_day: int, *, round_: bool = False) -> int | None:
        """What may be used on a day; the round leaves what others took later in the year before."""
        year = date_of(award_day).year
        total = self.amount(year)
        if total is None:
            return None
        for when, fen, residual in self.spent:
            late_last_year = date_of(when).year == year - 1 and when + 365 > award_day
            if date_of(when).year == year or (round_ and not residual and late_last_year):
                total -= fen
        return max(total, 0)

    def pay(self, award_day: int, fen: int, *, round_: bool = False) -> None:
        self.spent.append((award_day, fen, round_))

    def serve(self, award_day: int, shares: list[int]) -> list[bool]:
        """Serve claims of one day in their order; from the first that does not fit on, nobody."""
        left = self.left(award_day)
        served, used = [], 0
        for share in shares:
            used += share
            served.append(left is None or used <= left or share == 0)
        self.pay(award_day, sum(share for share, fits in zip(shares, served, strict=True) if fits))
        return served
