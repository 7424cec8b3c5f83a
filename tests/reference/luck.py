"""One keyed draw for one entity, as plain numbers (the draws themselves are shared with the engine)."""

from __future__ import annotations

import math

from fundflow.base.draws import Draws


class Luck:
    """Draws of one replication, one at a time."""

    def __init__(self, draws: Draws) -> None:
        self.draws = draws

    def uniform(self, decision: str, entity: int, period: int = 0, occasion: int = 0) -> float:
        return float(self.draws.uniform(decision, [entity], period=period, occasion=occasion)[0])

    def happens(self, decision: str, entity: int, probability: float, period: int = 0, occasion: int = 0) -> bool:
        return self.uniform(decision, entity, period, occasion) < float(probability)

    def below(self, decision: str, entity: int, limit: int, period: int = 0, occasion: int = 0) -> int:
        return math.floor(self.uniform(decision, entity, period, occasion) * limit)

    def exponential(self, decision: str, entity: int, occasion: int = 0) -> float:
        return float(self.draws.exponential(decision, [entity], occasion=occasion)[0])
