"""What goes into the claim chain and what comes out: batches of claims, and their outcomes with reasons."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fundflow.policy.instrument import Instrument

Fen = NDArray[np.int64]
Facts = dict[str, NDArray[Any]]
Columns = dict[str, NDArray[np.int64]]


class Reason(IntEnum):
    """Why a claim got less than the stage before gave, or nothing."""

    NONE = 0
    CONDITION = 1
    USED = 2
    RANK = 3
    RATE = 4
    CAP = 5
    TOTAL_CAP = 6
    HALVED = 7
    DIFFERENCE = 8
    ENVELOPE_DEFERRED = 9
    ENVELOPE_SCALED = 10
    ENVELOPE_REFUSED = 11
    NOT_COVERED = 12
    EXPIRED = 13
    PRESUMED = 14


class Status(IntEnum):
    """The legal ground of a claim on its trigger day."""

    IN_FORCE = 0
    RUN_OFF = 1
    ASSUMED_RENEWED = 2
    NOT_COVERED = 3
    LAPSED = 4


class Level(IntEnum):
    """A level of government, as bearer, payer, debtor or creditor."""

    CITY = 0
    DISTRICT = 1
    PROVINCE = 2


@dataclass
class Batch:
    """Claims of one round or one day.

    Attributes
    ----------
    ids
        Claimants, shape (n,).
    zone
        Zone of registration on the award day, shape (n,).
    trigger_day
        Day of the event that causes the claim, shape (n,).
    facts
        Columns by fact name, shape (n,): money in fen, counts, codes of enums, days, rates in millionths; booleans.
    district
        District codes that stand in for the map, where the caller knows the district and not the zone.
    barred
        By instrument: for each claim the number of the ban that keeps its claimant out, 0 for none.
    """

    ids: NDArray[np.int64]
    zone: NDArray[np.int64]
    trigger_day: NDArray[np.int64]
    facts: Facts
    district: NDArray[np.int64] | None = None
    barred: dict[str, NDArray[np.int64]] = field(default_factory=dict)

    @property
    def n(self) -> int:
        """Number of claims."""
        return len(self.ids)

    def take(self, rows: NDArray[np.int64]) -> Batch:
        """The claims of some rows."""
        return Batch(
            self.ids[rows],
            self.zone[rows],
            self.trigger_day[rows],
            {name: column[rows] for name, column in self.facts.items()},
            None if self.district is None else self.district[rows],
            {name: column[rows] for name, column in self.barred.items()},
        )


@dataclass
class Outcome:
    """What the claims of a batch get under one instrument; every array has the row order of the batch.

    ``failed`` is the number of the condition that failed first, -1 where none did, -1 - k where ban k barred it.

    ``entitlement`` is due after ranks, quotas and caps, before any budget; ``award`` is within the budget.
    ``award_other`` is borne by ``instrument.other_bearer`` (a fund, a buyer). ``payments`` has the columns row,
    day, city, district, province (fen) and paid_by; ``settlements`` row, day (due), from, to (levels) and fen.
    """

    instrument: Instrument
    eligible: NDArray[np.bool_]
    failed: NDArray[np.int64]
    stages: list[tuple[str, Fen, NDArray[np.int8]]]
    entitlement: Fen
    entitlement_city: Fen
    entitlement_district: Fen
    entitlement_province: Fen
    award: Fen
    award_city: Fen
    award_district: Fen
    award_province: Fen
    award_other: Fen
    reason: NDArray[np.int8]
    rate: Fraction | None
    district: NDArray[np.int64]
    status: NDArray[np.int8]
    award_day: NDArray[np.int64]
    payments: Columns
    settlements: Columns
    round: dict[str, int] = field(default_factory=dict)
    cuts: dict[str, int] = field(default_factory=dict)
    presumed: tuple[str, ...] = ()
