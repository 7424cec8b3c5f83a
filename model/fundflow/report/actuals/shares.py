"""Split whole fen into whole parts that add up."""

from __future__ import annotations

from collections.abc import Sequence


def apportion(total: int, weights: Sequence[int]) -> list[int]:
    """Split a total in proportion to whole weights, exactly: the largest remainders get what is left.

    Equal remainders are served in order, so the result does not depend on anything else.

    Raises
    ------
    ValueError
        If no weight is above zero.
    """
    whole = sum(weights)
    if whole <= 0 or min(weights) < 0:
        raise ValueError("weights must be zero or more, and not all zero")
    parts = [total * weight // whole for weight in weights]
    rest = [total * weight % whole for weight in weights]
    left = total - sum(parts)
    for i in sorted(range(len(weights)), key=lambda i: (-rest[i], i))[:left]:
        parts[i] += 1
    return parts
