"""Which size class a claimant has on the day of the award: by the staff last reported, or none where it is no firm."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fundflow.simulation.world import World

CLASSES = ("micro", "small", "medium", "large", "other")
"""Firms by staff; ``other`` are projects, institutions, people and firms that the model does not hold one by one."""
LEAST_STAFF = (20, 300, 1000)
"""Staff from which a firm is small, medium, large: the bounds of the national size classes for industry (2011)."""
OTHER = CLASSES.index("other")


class FirmClasses:
    """Looks up claimants among the firms of a world; the order of the ids is kept until firms are founded."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._order = np.zeros(0, np.int64)
        self._ids = np.zeros(0, np.int64)

    def __call__(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Class numbers of claimants."""
        firms = self._world.firms
        if len(self._order) != firms.n:
            self._order = np.argsort(firms.id, kind="stable")
            self._ids = firms.id[self._order]
        place = np.minimum(np.searchsorted(self._ids, ids), len(self._ids) - 1)
        staff = self._world.notes["known_staff"][self._order[place]]
        return np.where(self._ids[place] == ids, np.searchsorted(LEAST_STAFF, staff, side="right"), OTHER)
