"""Tables of integer and true-or-false columns with room to grow."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class Table:
    """Rows as columns. ``table.sales`` is a view of the rows in use; writing to it changes the table."""

    INTS: ClassVar[tuple[str, ...]] = ()
    BOOLS: ClassVar[tuple[str, ...]] = ()
    START: ClassVar[dict[str, int]] = {}

    id: Ints
    zone: Ints

    def __init__(self, n: int = 0) -> None:
        self.n = n
        self._store: dict[str, NDArray[Any]] = {}
        for name in self.INTS:
            self._store[name] = np.full(n, self.START.get(name, 0), np.int64)
        for name in self.BOOLS:
            self._store[name] = np.zeros(n, np.bool_)
        self._show()

    def _show(self) -> None:
        for name, column in self._store.items():
            object.__setattr__(self, name, column[: self.n])

    def __setattr__(self, name: str, value: Any) -> None:
        """Write a whole column in place: ``firms.sales = x`` never rebinds the array."""
        if name in ("n", "_store"):
            object.__setattr__(self, name, value)
        elif name in self._store:
            self._store[name][: self.n] = value
        else:
            raise AttributeError(f"{type(self).__name__} has no column {name!r}")

    def __len__(self) -> int:
        return self.n

    @classmethod
    def columns(cls) -> tuple[str, ...]:
        """Names of all columns."""
        return cls.INTS + cls.BOOLS

    def column(self, name: str) -> NDArray[Any]:
        """The rows in use of a column."""
        return self._store[name][: self.n]

    def append(self, other: Self) -> None:
        """Add rows; views taken before show only the old rows, and go stale when the table had to grow."""
        total = self.n + other.n
        if total > len(self._store["id"]):
            room = max(total, len(self._store["id"]) * 3 // 2)
            for name, old in self._store.items():
                wider = np.empty(room, old.dtype)
                wider[: self.n] = old[: self.n]
                self._store[name] = wider
        for name, column in self._store.items():
            column[self.n : total] = other.column(name)
        self.n = total
        self._show()

    def take(self, rows: Any) -> Self:
        """Copy the rows named by a mask, a slice or row numbers."""
        new = type(self).__new__(type(self))
        store = {name: np.array(self.column(name)[rows]) for name in self.columns()}
        object.__setattr__(new, "n", len(store["id"]))
        object.__setattr__(new, "_store", store)
        new._show()
        return new

    def copy(self) -> Self:
        """Copy the whole table."""
        return self.take(slice(None))
