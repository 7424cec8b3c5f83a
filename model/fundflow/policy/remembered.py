"""What was read once need not be read again: catalogues by the content of their files and by what a scenario asks.

A command, a sweep or a test reads the same law many times; parsing and checking it takes longer than using it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any, Generic, TypeVar

T = TypeVar("T")
_PLAIN = (str, int, bool, float, bytes, Decimal, Fraction, date, type(None))


class Remembered(Generic[T]):
    """The last few answers by what was asked.

    Parameters
    ----------
    most
        How many are kept; the one that was not asked for longest goes first.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._known: OrderedDict[Hashable, T] = OrderedDict()

    def get(self, asked: Any, make: Callable[[], T]) -> T:
        """The answer to what is asked, made where it is not known; an error is made anew each time.

        What is asked is compared by content and type. Where it holds anything but plain values, nothing is kept.
        """
        try:
            key = content_of(asked)
        except TypeError:
            return make()
        if key not in self._known:
            self._known[key] = make()
        self._known.move_to_end(key)
        while len(self._known) > self._most:
            self._known.popitem(last=False)
        return self._known[key]


def content_of(value: Any) -> Hashable:
    """A value, tables and lists at every depth included, as something that compares by type and content.

    Raises
    ------
    TypeError
        If it holds an object whose content is not known.
    """
    if isinstance(value, Mapping):
        return "table", tuple((key, content_of(inner)) for key, inner in value.items())
    if isinstance(value, list | tuple):
        return "list", tuple(content_of(inner) for inner in value)
    if type(value) not in _PLAIN:
        raise TypeError(f"{type(value).__name__} has no plain content")
    # 1, True and 1.0 are equal but not the same in a law.
    if isinstance(value, Decimal | float):  # 0.01 and 0.010 are equal, but not the same text in a digest
        return type(value).__name__, str(value)
    return type(value).__name__, value
