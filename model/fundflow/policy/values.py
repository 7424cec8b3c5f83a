"""Values that change by law on a date: each version with the day from which it holds."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from fundflow.base.calendar import parse_day

T = TypeVar("T")
ALWAYS = -(2**40)
_DAY = re.compile(r"^\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True)
class Dated(Generic[T]):
    """Versions of one value, ordered by the day from which each holds."""

    versions: tuple[tuple[int, T], ...]

    def on(self, day: int) -> T:
        """The version in force on a day; before the first one, the first."""
        chosen = self.versions[0][1]
        for start, value in self.versions:
            if start <= day:
                chosen = value
        return chosen

    @property
    def changes(self) -> tuple[int, ...]:
        """The days on which a new version starts, the first one left out."""
        return tuple(start for start, _ in self.versions[1:])


def is_dated(raw: Any) -> bool:
    """Whether a table lists versions by date."""
    return isinstance(raw, dict) and bool(raw) and all(_DAY.match(str(key)) or key == "always" for key in raw)


def read_dated(raw: Any, read: Callable[[Any], T]) -> Dated[T]:
    """Read a plain value, or a table of values by date.

    Raises
    ------
    ValueError
        If a date or a value cannot be read.
    """
    if not is_dated(raw):
        return Dated(((ALWAYS, read(raw)),))
    versions = [(ALWAYS if day == "always" else parse_day(day), read(value)) for day, value in raw.items()]
    return Dated(tuple(sorted(versions, key=lambda version: version[0])))


def overlay(base: Any, change: Any) -> Any:
    """Put a change over a raw value: tables merge, a dated change keeps the old value before its first date."""
    if is_dated(change):
        return {**(base if is_dated(base) else {} if base is None else {"always": base}), **change}
    if isinstance(base, dict) and isinstance(change, dict) and not is_dated(base):
        return {**base, **{key: overlay(base.get(key), value) for key, value in change.items()}}
    return change
