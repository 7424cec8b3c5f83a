"""Whole days since 1970-01-01, months that clip to the month's end, and the phases of a day."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
EPOCH = date(1970, 1, 1).toordinal()
NEVER = 2**40
"""An until-day later than any horizon: the status has no planned end."""


class Phase(IntEnum):
    """The order of things within one day, the same everywhere; inside a phase by entity id, then occasion."""

    EXPIRY = 1
    EXIT = 2
    REPAYMENT = 3
    FACTS = 4
    WITHDRAWAL = 5
    APPLICATION = 6
    ADMISSION = 7
    AWARD = 8
    PAYMENT = 9
    RECORD = 10


def clock(day: int, phase: Phase) -> int:
    """SimPy time of a phase of a day: ``16 * day + phase``."""
    return 16 * int(day) + int(phase)


def day_of(year: int, month: int = 1, day: int = 1) -> int:
    """Days from 1970-01-01 to a date."""
    return date(year, month, day).toordinal() - EPOCH


def parse_day(text: str | date) -> int:
    """Read an ISO date as a day.

    Raises
    ------
    ValueError
        If the text is no ISO date.
    """
    given = text if isinstance(text, date) else date.fromisoformat(str(text))
    return given.toordinal() - EPOCH


def date_of(day: int) -> date:
    """The calendar date of a day."""
    return date.fromordinal(int(day) + EPOCH)


def year_of(day: int) -> int:
    """The calendar (and fiscal) year of a day; China's fiscal year is the calendar year."""
    return date_of(day).year


def years_of(days: Days) -> NDArray[np.int64]:
    """Calendar years of many days."""
    months = np.asarray(days, np.int64).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64)
    return np.asarray(months + 1970, np.int64)


def add_months(days: Any, months: Any) -> Days:
    """Move days by whole calendar months; the 31st becomes the last day of a shorter month."""
    if isinstance(days, int) and isinstance(months, int):
        return np.asarray(_one_day(days, months), np.int64)
    stamp = np.asarray(days, np.int64).astype("datetime64[D]")
    first = stamp.astype("datetime64[M]")
    offset = (stamp - first.astype("datetime64[D]")).astype(np.int64)
    target = first + np.asarray(months, np.int64).astype("timedelta64[M]")
    last = ((target + np.timedelta64(1, "M")).astype("datetime64[D]") - target.astype("datetime64[D]")).astype(
        np.int64
    ) - 1
    return np.asarray(target.astype("datetime64[D]").astype(np.int64) + np.minimum(offset, last), np.int64)


def _one_day(day: int, months: int) -> int:
    """Move one day, without the cost of arrays."""
    start = date_of(day)
    count = start.year * 12 + start.month - 1 + months
    year, month = count // 12, count % 12 + 1
    return day_of(year, month, min(start.day, monthrange(year, month)[1]))


def months_between(start: Any, end: Any) -> NDArray[np.int64]:
    """Count the whole calendar months completed from start to end (the anniversary day completes one)."""
    start = np.asarray(start, np.int64)
    end = np.asarray(end, np.int64)
    first = start.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    last = end.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    months = last - first
    months = months + (add_months(start, months + 1) <= end) - (add_months(start, months) > end)
    return np.asarray(months, np.int64)
