"""Dates of the reference: Python dates and small loops, where the engine counts days in arrays."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

EPOCH = date(1970, 1, 1)


def number(when: date) -> int:
    return (when - EPOCH).days


def date_of(day: int) -> date:
    return EPOCH + timedelta(days=int(day))


def plus_months(when: date, months: int) -> date:
    """The same day some months later; the last day of a shorter month."""
    year, month = when.year, when.month
    for _ in range(abs(months)):
        month += 1 if months > 0 else -1
        if month == 13:
            year, month = year + 1, 1
        if month == 0:
            year, month = year - 1, 12
    return date(year, month, min(when.day, monthrange(year, month)[1]))


def plus_years(when: date, years: int) -> date:
    return plus_months(when, 12 * years)


def next_first(when: date) -> date:
    """The first of the month after the month of a date."""
    return plus_months(when.replace(day=1), 1)


def full_months(start: date, end: date) -> int:
    """Completed calendar months from start to end; the anniversary completes one."""
    months = 0
    while plus_months(start, months + 1) <= end:
        months += 1
    return months


def months_with_rest(start: date, end: date) -> int:
    """Completed months, plus one when days are left over: six months are 6, a day more is 7."""
    if end <= start:
        return 0
    months = full_months(start, end)
    return months + (plus_months(start, months) < end)
