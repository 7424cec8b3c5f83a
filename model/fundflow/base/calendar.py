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


# Conversions by way of datetime64 are slow for many days, so months and years of ordinary days are looked up.
_FIRST_YEAR, _COUNT = 1900, 12 * 300 + 1
_MONTH_ZERO = 12 * (_FIRST_YEAR - 1970)
_STARTS = np.array(
    [date(_FIRST_YEAR + month // 12, month % 12 + 1, 1).toordinal() - EPOCH for month in range(_COUNT)],
    np.int64,
)
"""First days of the months from January 1900 on."""
_DAY_ZERO = int(_STARTS[0])
_MONTHS = np.repeat(np.arange(len(_STARTS) - 1), np.diff(_STARTS))
"""Months of the days from 1 January 1900 on, counted from that month."""
_YEARS = _MONTHS // 12 + _FIRST_YEAR


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
    days = np.asarray(days, np.int64)
    places = days - _DAY_ZERO
    return _YEARS[places] if _within(places, _YEARS) else _slow_months(days) // 12 + 1970


def months_of(days: Any) -> NDArray[np.int64]:
    """Calendar months of days, counted from January 1970."""
    days = np.asarray(days, np.int64)
    places = days - _DAY_ZERO
    return _MONTHS[places] + _MONTH_ZERO if _within(places, _MONTHS) else _slow_months(days)


def month_starts_of(months: Any) -> Days:
    """First days of calendar months that are counted from January 1970."""
    months = np.asarray(months, np.int64)
    places = months - _MONTH_ZERO
    if _within(places, _STARTS):
        return np.asarray(_STARTS[places], np.int64)
    return np.asarray(months.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64), np.int64)


def _slow_months(days: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64), np.int64)


def _within(places: NDArray[np.int64], table: NDArray[np.int64]) -> bool:
    """Whether all places lie inside a table."""
    if not places.size:
        return True
    least, most = np.minimum.reduce(places, axis=None), np.maximum.reduce(places, axis=None)
    return bool(least >= 0 and most < len(table))


def add_months(days: Any, months: Any) -> Days:
    """Move days by whole calendar months; the 31st becomes the last day of a shorter month."""
    if isinstance(days, int) and isinstance(months, int):
        return np.asarray(_one_day(days, months), np.int64)
    days, months = np.asarray(days, np.int64), np.asarray(months, np.int64)
    places = days - _DAY_ZERO
    if not _within(places, _MONTHS):
        first = _slow_months(days)
        start, after = month_starts_of(first + months), month_starts_of(first + months + 1)
        return np.asarray(start + np.minimum(days - month_starts_of(first), after - start - 1), np.int64)
    first = _MONTHS[places]
    start, after = month_starts_of(first + (months + _MONTH_ZERO)), month_starts_of(first + (months + _MONTH_ZERO + 1))
    return np.asarray(start + np.minimum(days - _STARTS[first], after - start - 1), np.int64)


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
    months = months_of(end) - months_of(start)
    months = months + (add_months(start, months + 1) <= end) - (add_months(start, months) > end)
    return np.asarray(months, np.int64)
