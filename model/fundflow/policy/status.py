"""On what legal ground a claim stands: in force, running off, assumed renewed, not covered, lapsed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import add_months
from fundflow.policy.instrument import Instrument
from fundflow.policy.outcome import Status

Ints = NDArray[np.int64]


def right_start(instrument: Instrument, facts: dict[str, NDArray[Any]]) -> Ints | None:
    """The day on which each claimant's right began; None where it is not known or nothing runs."""
    if instrument.right is None:
        return None
    fact = instrument.book[instrument.right.since]
    return next((facts[name] for name in (fact.name, *fact.aliases) if name in facts), None)


def statuses(instrument: Instrument, trigger_day: Ints, since: Ints | None) -> NDArray[np.int8]:
    """Legal status of each claim on its trigger day, shape (n,).

    A right that began under the document is honoured past the document's end for its own term; where its first day
    is not known, the claim is taken for such a right as long as one could still run.
    """
    status = np.full(len(trigger_day), Status.IN_FORCE, dtype=np.int8)
    status[trigger_day < instrument.events_from] = Status.NOT_COVERED
    if instrument.expires is not None:
        late = trigger_day > instrument.expires
        renewed = instrument.law.after_expiry == "renewed"
        status[late] = Status.ASSUMED_RENEWED if renewed else Status.LAPSED
        if instrument.superseded_from is not None:
            # What another instrument has taken the place of is never taken for renewed.
            gone = trigger_day >= instrument.superseded_from
            if instrument.superseded_until is not None:
                back = trigger_day > instrument.superseded_until
                status[back] = Status.IN_FORCE
                gone &= ~back
            status[gone] = Status.LAPSED
        if instrument.right is not None and late.any():
            start = np.full(len(trigger_day), instrument.expires, dtype=np.int64) if since is None else since
            running = (start <= instrument.expires) & (trigger_day <= add_months(start, instrument.right.months))
            status[late & running] = Status.RUN_OFF
    if instrument.active.changes or not instrument.active.versions[0][1]:
        starts = np.array([start for start, _ in instrument.active.versions], dtype=np.int64)
        states = np.array([on for _, on in instrument.active.versions], dtype=np.bool_)
        version = np.maximum(np.searchsorted(starts, trigger_day, side="right") - 1, 0)
        status[~states[version]] = Status.LAPSED
    return status


def value_days(instrument: Instrument, trigger_day: Ints, award_day: Ints, since: Ints | None) -> Ints:
    """The day whose version of each value governs a claim, shape (n,)."""
    if instrument.values_on == "award-day":
        return award_day
    if instrument.values_on == "right-since" and since is not None:
        return since
    return trigger_day
