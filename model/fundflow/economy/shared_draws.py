"""What a whole replication shares, drawn evenly over replications: its parameters and its years' common factor."""

from __future__ import annotations

from functools import cache
from typing import get_origin

from fundflow.base.draws import Draws
from fundflow.base.points import sobol

YEARS = range(2021, 2061)
LEADING = (
    "rd_growth_shift", "transitory_share", "tax_ratio", "births", "birth_growth", "intensity_median", "rd_at_birth",
    "tax_claim",
)  # fmt: skip
"""What moves the city total most stands first, beside the common factor of the first years: coordinates of the
sequence that are the most even in pairs (by correlation with the headline over 128 replications of a small city)."""


@cache
def coordinates() -> tuple[str, ...]:
    """Names of the coordinates, in an order that no scenario changes: single numbers of ``Economy``, then years."""
    from fundflow.economy.parameters import Economy

    kinds = {name: info.annotation for name, info in Economy.model_fields.items() if name != "scale"}
    plain = [name for name, kind in kinds.items() if get_origin(kind) is None]
    return tuple(dict.fromkeys([*LEADING, *map(year_name, YEARS[:15]), *plain, *map(year_name, YEARS)]))


def year_name(year: int) -> str:
    """Coordinate of the common factor's innovation in a year."""
    return f"common-factor:{year}"


def shared(draws: Draws) -> dict[str, float]:
    """Uniforms of a replication by coordinate."""
    return sobol(draws.seed, draws.replication, coordinates())
