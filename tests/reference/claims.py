"""What a claimant asked for and got."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Claim:
    """One claim, paid or not. Days are dates since 1970, money is fen."""

    claimant: int
    instrument: str
    event_day: int
    award_day: int
    district: str
    reason: str
    entitlement: int
    award: int
    city: int
    district_fen: int
    status: str = "in_force"
    taken_back: bool = field(default=False, compare=False)

    def key(self) -> tuple[int, str, int]:
        return self.claimant, self.instrument, self.event_day
