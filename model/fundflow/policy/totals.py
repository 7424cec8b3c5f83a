"""Running totals of what was granted: by group and claimant, in the life and in a year."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


class Totals:
    """What claimants have had so far, by group of instruments.

    A group is a name such as ``incubator-awards``; amounts are fen; a count is the number of years or times paid.
    """

    def __init__(self) -> None:
        self._life: defaultdict[str, dict[int, int]] = defaultdict(dict)
        self._year: defaultdict[str, dict[tuple[int, int], int]] = defaultdict(dict)
        self._count: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def paid(self, group: str, ids: Any) -> Ints:
        """Fen granted in the life, for each claimant."""
        known = self._life[group]
        return np.array([known.get(int(one), 0) for one in ids] if known else np.zeros(len(ids)), dtype=np.int64)

    def paid_in_year(self, group: str, ids: Any, years: Any) -> Ints:
        """Fen granted in a year, for each claimant."""
        known = self._year[group]
        if not known:
            return np.zeros(len(ids), dtype=np.int64)
        return np.array(
            [known.get((int(one), int(year)), 0) for one, year in zip(ids, years, strict=True)], dtype=np.int64
        )

    def paid_by_all(self, group: str, years: Any) -> Ints:
        """Fen granted in a year to all claimants together."""
        sums: dict[int, int] = {}
        for (_, year), fen in self._year[group].items():
            sums[year] = sums.get(year, 0) + fen
        return np.array([sums.get(int(year), 0) for year in years], dtype=np.int64)

    def count(self, group: str, ids: Any) -> Ints:
        """How often something was granted, for each claimant."""
        known = self._count[group]
        return np.array([known.get(int(one), 0) for one in ids] if known else np.zeros(len(ids)), dtype=np.int64)

    def add(self, group: str, ids: Any, years: Any, fen: Any) -> None:
        """Record grants; those of zero leave no trace."""
        life, year_of, counts = self._life[group], self._year[group], self._count[group]
        rows = np.flatnonzero(np.asarray(fen) > 0)
        for one, year, amount in zip(
            np.asarray(ids)[rows].tolist(),
            np.asarray(years)[rows].tolist(),
            np.asarray(fen)[rows].tolist(),
            strict=True,
        ):
            life[one] = life.get(one, 0) + amount
            year_of[one, year] = year_of.get((one, year), 0) + amount
            counts[one] = counts.get(one, 0) + 1

    def set_count(self, group: str, ids: Any, counts: Any) -> None:
        """State how often something was granted before the records begin."""
        self._count[group].update(zip(map(int, ids), map(int, counts), strict=True))

    def set_paid(self, group: str, ids: Any, fen: Any) -> None:
        """State what was granted before the records begin."""
        self._life[group].update(zip(map(int, ids), map(int, fen), strict=True))
