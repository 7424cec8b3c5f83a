"""A strict reader of TOML tables: every fault is noted with its place, every unknown key with its nearest name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar, cast

from fundflow.base.calendar import parse_day
from fundflow.base.money import parse_fen, parse_rate
from fundflow.policy.faults import Faults, unknown
from fundflow.policy.recording import (
    Record,
    Value,
    Write,
    as_count,
    as_date,
    as_fraction,
    as_span,
    as_yuan,
)
from fundflow.policy.values import Dated, read_dated

T = TypeVar("T")
MOST_FEN = 10**16
MOST_COUNT = 2**40
_REQUIRED = object()
_SPAN = re.compile(r"^\s*(\d+)\s*(days?|months?|years?|日|天|个月|年)\s*$")
_NUMBERS = (int, Decimal, float, str)


class Table:
    """One table of a file while it is read.

    Parameters
    ----------
    raw
        The table as parsed.
    where
        Its dotted place, for messages.
    faults
        Collects what is wrong.
    names
        Values that ``"$name"`` stands for.
    record
        Where values are noted as they are read; a new entry begins its own.
    path
        The dotted place inside the entry.
    """

    def __init__(
        self,
        raw: Any,
        where: str,
        faults: Faults,
        names: dict[str, Any] | None = None,
        record: Record | None = None,
        path: str = "",
    ) -> None:
        if not isinstance(raw, dict):
            faults.add(f"{where} = {raw!r}", "must be a table")
            raw = {}
        self.raw: dict[str, Any] = raw
        self.where = where
        self.faults = faults
        self.names = names or {}
        self.record = Record() if record is None else record
        self.path = path
        self._known: list[str] = []

    def has(self, key: str) -> bool:
        """Whether the key is given (and from now on known)."""
        self._known.append(key)
        return key in self.raw

    def get(self, key: str, read: Callable[[Any], T], default: Any = _REQUIRED, *, unit: str = "") -> T:
        """Read one value; without a default a missing key is a fault. Numbers of the law are noted, in their unit."""
        value, given = self._read(key, read, default)
        if given:
            self._note(key, read, value, unit)
        return value

    def dated(self, key: str, read: Callable[[Any], T], default: Any = _REQUIRED) -> Dated[T]:
        """Read one value that may have versions by date."""
        other = None if default is None else _wrap(default)
        value, given = self._read(key, lambda raw: read_dated(raw, read), other)
        if given:
            self._note(key, read, value, "")
        return value

    def mute(self) -> None:
        """Note nothing from here on: what follows does not count under the readings taken."""
        self.record = Record()

    def values(self, in_force: int | None) -> tuple[Value, ...]:
        """What was read of this entry so far."""
        return self.record.values(in_force)

    def _note(self, key: str, read: Callable[[Any], Any], value: Any, unit: str) -> None:
        write = WRITERS.get(read)
        if write is not None:
            self.record.note(self._place(key), write, value, unit)

    def _place(self, key: str) -> str:
        return f"{self.path}.{key}" if self.path else key

    def _read(self, key: str, read: Callable[[Any], T], default: Any) -> tuple[T, bool]:
        """The value, and whether it was given and could be read."""
        self._known.append(key)
        if key not in self.raw:
            if default is _REQUIRED:
                self.faults.add(f"{self.where}.{key}", "missing")
                return cast(T, None), False
            return cast(T, default), False
        try:
            return read(self._resolve(self.raw[key])), True
        except (ValueError, TypeError, KeyError, OverflowError, AttributeError) as error:
            self.faults.add(f"{self.where}.{key} = {show(self.raw[key])}", str(error))
            return cast(T, None if default is _REQUIRED else default), False

    def table(self, key: str, *, required: bool = False) -> Table | None:
        """A table inside this one."""
        self._known.append(key)
        if key not in self.raw:
            if required:
                self.faults.add(f"{self.where}.{key}", "missing")
            return None
        return self._inner(self.raw[key], key)

    def tables(self, key: str) -> list[Table]:
        """A list of tables inside this one; empty where the key is left out."""
        self._known.append(key)
        raw = self.raw.get(key, [])
        if not isinstance(raw, list):
            self.faults.add(f"{self.where}.{key} = {show(raw)}", "must be a list of tables")
            return []
        return [self._inner(one, f"{key}[{n}]") for n, one in enumerate(raw)]

    def _inner(self, raw: Any, key: str) -> Table:
        return Table(raw, f"{self.where}.{key}", self.faults, self.names, self.record, self._place(key))

    def fault(self, key: str, what: str) -> None:
        """Note a fault at one key."""
        value = f" = {show(self.raw[key])}" if key in self.raw else ""
        self.faults.add(f"{self.where}.{key}{value}", what)

    def finish(self) -> None:
        """Note every key that nobody asked for."""
        for key in self.raw:
            if key not in self._known:
                # A typing slip is nearest to a key of this table, whichever kind it belongs to.
                self.faults.add(f"{self.where}.{key}", "unknown key; " + _hint(str(key), self._known))

    def _resolve(self, raw: Any) -> Any:
        if isinstance(raw, str) and raw.startswith("$"):
            if raw[1:] not in self.names:
                raise ValueError(f"no value of that name; {unknown(raw[1:], self.names)}")
            return self.names[raw[1:]]
        return raw


def _wrap(default: Any) -> Any:
    return default if default is _REQUIRED else Dated(((-(2**40), default),))


def _hint(word: str, known: Iterable[str]) -> str:
    names = list(dict.fromkeys(known))
    close = difflib.get_close_matches(word, names, n=1, cutoff=0.5)
    return f'did you mean "{close[0]}"?' if close else f"allowed: {', '.join(names)}"


def show(raw: Any) -> str:
    """A value as it stands in the file, shortened."""
    text = str(raw) if isinstance(raw, (Decimal, date)) else repr(raw)
    return text if len(text) <= 60 else text[:57] + "..."


def text(raw: Any) -> str:
    """Read a text."""
    if not isinstance(raw, str) or not raw.strip():
        raise ValueError("must be a text")
    return raw


def flag(raw: Any) -> bool:
    """Read true or false."""
    if not isinstance(raw, bool):
        raise ValueError("must be true or false")
    return raw


def money(raw: Any) -> int:
    """Read an amount of zero or more, as fen."""
    if isinstance(raw, bool) or not isinstance(raw, _NUMBERS):
        raise ValueError("must be an amount of money, such as 2000000, 200万 or 0.02亿")
    fen = parse_fen(str(raw))
    if fen < 0:
        raise ValueError("must be zero or more (yuan)")
    if fen > MOST_FEN:
        raise ValueError("is more money than there is")
    return fen


def rate(raw: Any) -> Fraction:
    """Read a rate from 0% to 100%."""
    value = multiple(raw)
    if value > 1:
        raise ValueError("must be from 0% to 100%")
    return value


def multiple(raw: Any) -> Fraction:
    """Read a rate of zero or more."""
    if isinstance(raw, bool) or not isinstance(raw, _NUMBERS):
        raise ValueError("must be a rate, such as 20% or 0.2")
    value = parse_rate(plain_number(str(raw)))
    if value < 0:
        raise ValueError("must be zero or more")
    if value > 10**6:
        raise ValueError("is too large")
    return value


def plain_number(raw: str) -> str:
    """Refuse numbers with an exponent or no value: a short text may stand for an endless number."""
    if len(raw) > 60 or not any(one.isdigit() for one in raw) or "e" in raw.lower():
        raise ValueError("must be a plain number without exponent")
    return raw


def count(raw: Any) -> int:
    """Read a whole number of zero or more."""
    if isinstance(raw, bool) or not isinstance(raw, (int, str)):
        raise ValueError("must be a whole number")
    try:
        value = int(raw)
    except ValueError:
        raise ValueError("must be a whole number") from None
    if value < 0 or value > MOST_COUNT:
        raise ValueError("must be zero or more" if value < 0 else "is too large")
    return value


def day(raw: Any) -> int:
    """Read a date as a day."""
    if not isinstance(raw, (str, date)):
        raise ValueError("must be a date, such as 2021-12-31")
    return parse_day(raw)


def span(raw: Any) -> tuple[int, int]:
    """Read a duration such as ``3 months`` or ``7 days`` as (months, days)."""
    match = _SPAN.match(str(raw))
    if match is None:
        raise ValueError('must be a duration, such as "3 months" or "7 days"')
    number, unit = int(match[1]), match[2]
    if unit.startswith(("day", "日", "天")):
        return 0, number
    return (12 * number, 0) if unit.startswith(("year", "年")) else (number, 0)


def names(raw: Any) -> tuple[str, str]:
    """Read a name in English and Chinese."""
    if not isinstance(raw, dict) or set(raw) != {"en", "zh"} or not all(isinstance(v, str) for v in raw.values()):
        raise ValueError('must be { en = "...", zh = "..." }')
    return raw["en"], raw["zh"]


def texts(raw: Any) -> tuple[str, ...]:
    """Read a list of texts."""
    if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
        raise ValueError("must be a list of texts")
    return tuple(raw)


def one_of(*allowed: str) -> Callable[[Any], str]:
    """Read one of some texts."""

    def read(raw: Any) -> str:
        if raw not in allowed:
            raise ValueError(unknown(str(raw), allowed))
        return str(raw)

    return read


WRITERS: dict[Callable[[Any], Any], Write] = {
    money: as_yuan, rate: as_fraction, multiple: as_fraction, count: as_count, day: as_date, span: as_span,
}  # fmt: skip
"""How the values of each reader are noted; a module with a reader of its own adds it here."""
