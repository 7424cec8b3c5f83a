"""Why an instrument that never paid did not: how often its claims failed, and at what."""

from __future__ import annotations

from collections import Counter

import numpy as np
from numpy.typing import NDArray

from fundflow.policy import Outcome, Reason

BANNED = "banned"
_WORDS = {int(reason): reason.name.lower() for reason in Reason}


class Unpaid:
    """Claims of the instruments that have paid nothing so far, by what stood in their way."""

    def __init__(self) -> None:
        self._paid: set[str] = set()
        self._why: dict[str, Counter[str]] = {}

    def add(self, outcome: Outcome, rows: NDArray[np.bool_]) -> None:
        """Note an outcome; ``rows`` are the claims that belong to these books, shape (n,)."""
        name = outcome.instrument.id
        if name in self._paid or not rows.any():
            return
        if outcome.award[rows].any():
            self._paid.add(name)
            self._why.pop(name, None)
            return
        count = self._why.setdefault(name, Counter())
        failed = outcome.failed[rows]
        for number, times in zip(*np.unique(failed, return_counts=True), strict=True):
            if number >= 0:
                count[str(number)] += int(times)
            elif number < -1:
                count[BANNED] += int(times)
        # What passed every condition got nothing for another reason: the document's time, a rank, a limit.
        for reason, times in zip(*np.unique(outcome.reason[rows][failed == -1], return_counts=True), strict=True):
            count[_WORDS[int(reason)]] += int(times)

    def most(self) -> list[tuple[str, str, int]]:
        """For each instrument that never paid: what most often stood in the way, and how often; by name."""
        found = []
        for name, count in sorted(self._why.items()):
            what, times = max(count.items(), key=lambda one: (one[1], one[0]))
            found.append((name, what, times))
        return found
