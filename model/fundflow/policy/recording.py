"""What was read of an entry: each number of the law with its place, unit and first day, noted by the reader itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fundflow.base.calendar import date_of
from fundflow.policy.values import ALWAYS, Dated

Plain = int | Fraction | str
Write = Callable[[Any], tuple[Plain, str]]


@dataclass(frozen=True)
class Value:
    """One value of an entry.

    Attributes
    ----------
    name
        Dotted place inside the entry, such as ``amount.rate`` or ``caps[0].amount``.
    value
        Money in yuan, rates as fractions, counts and durations as numbers, days as ISO text.
    unit
        ``yuan``, ``fraction``, ``count``, ``days``, ``months``, ``years``, ``date`` or ``day-of-year``.
    start
        The day from which it holds; None where the entry has no date either.
    """

    name: str
    value: Plain
    unit: str
    start: int | None

    @property
    def plain(self) -> int | float | str:
        """The value as JSON holds it: whole numbers stay whole."""
        if isinstance(self.value, Fraction):
            return int(self.value) if self.value.denominator == 1 else float(self.value)
        return self.value


def _whole(value: Fraction) -> Plain:
    return int(value) if value.denominator == 1 else value


def as_yuan(fen: Any) -> tuple[Plain, str]:
    """Write fen as yuan."""
    return _whole(Fraction(int(fen), 100)), "yuan"


def as_fraction(value: Any) -> tuple[Plain, str]:
    """Write a rate."""
    return _whole(Fraction(value)), "fraction"


def as_millionths(value: Any) -> tuple[Plain, str]:
    """Write a rate that is kept in millionths."""
    return _whole(Fraction(value) / 1_000_000), "fraction"


def as_count(value: Any) -> tuple[Plain, str]:
    """Write a number of something."""
    return int(value), "count"


def as_date(value: Any) -> tuple[Plain, str]:
    """Write a day."""
    return date_of(int(value)).isoformat(), "date"


def as_span(value: Any) -> tuple[Plain, str]:
    """Write a duration of (months, days)."""
    months, days = value
    if days or not months:
        return days, "days"
    return (months, "months") if months % 12 else (months // 12, "years")


def as_day_of_year(value: Any) -> tuple[Plain, str]:
    """Write a day of every year."""
    month, day = value
    return f"{month:02d}-{day:02d}", "day-of-year"


def first_day(start: int, entry: int | None) -> int | None:
    """The day from which a version holds: its own, or that of the entry where it always did."""
    return entry if start == ALWAYS else start


class Record:
    """Collects what is read of one entry; a muted one belongs to a part that does not count."""

    def __init__(self) -> None:
        self._found: list[tuple[str, Plain, str, int]] = []

    def note(self, name: str, write: Write, value: Any, unit: str = "") -> None:
        """Note a value, or each version of a dated one."""
        versions = value.versions if isinstance(value, Dated) else ((ALWAYS, value),)
        for start, one in versions:
            plain, own = write(one)
            self._found.append((name, plain, unit or own, start))

    def values(self, in_force: int | None) -> tuple[Value, ...]:
        """Everything noted, dated from the entry's first day where it has no day of its own."""
        return tuple(Value(name, plain, unit, first_day(start, in_force)) for name, plain, unit, start in self._found)
