"""A table of integer columns that grows with the firms and keeps the simulation's own notes on each of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


class Columns:
    """Columns of int64 with a default for rows that are added later.

    Parameters
    ----------
    defaults
        Column name and the value of a new row.
    n
        Rows at the start.
    """

    def __init__(self, defaults: dict[str, int], n: int) -> None:
        self._defaults = defaults
        self._store = {name: np.full(max(n, 1024), value, np.int64) for name, value in defaults.items()}
        self.n = n

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        return self._store[name][: self.n]

    def grow(self, n: int) -> None:
        """Make room for ``n`` rows in all; new rows hold the defaults."""
        size = len(next(iter(self._store.values())))
        if n > size:
            for name, value in self._defaults.items():
                wider = np.full(max(n, 2 * size), value, np.int64)
                wider[: self.n] = self._store[name][: self.n]
                self._store[name] = wider
        self.n = n
