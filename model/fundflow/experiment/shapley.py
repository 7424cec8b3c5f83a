"""Shapley values in exact arithmetic: what each of several causes contributes to a difference, whatever their order.

The Shapley value of a cause is its mean contribution over all orders in which the causes can be put in place (Shapley,
"A value for n-person games", 1953). The values add up to the whole difference. They are exact fractions; in whole fen
they are cut down, and what is missing goes to the largest remainders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations
from math import factorial, lcm
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[Any]
"""Whole numbers of any size, as objects."""


def corners_of(names: Sequence[str]) -> list[frozenset[str]]:
    """Every set of causes, the smaller first; with none and with all."""
    ordered = sorted(names)
    return [frozenset(one) for size in range(len(ordered) + 1) for one in combinations(ordered, size)]


def of_corners(
    names: Sequence[str], values: Mapping[frozenset[str], NDArray[np.int64]]
) -> dict[str, NDArray[np.int64]]:
    """Contributions of causes, from the value under every set of them.

    Parameters
    ----------
    names
        The causes, in any order: the result does not depend on it.
    values
        Fen under each set of causes, all of one shape (...).

    Returns
    -------
    dict
        Fen of each cause, shape (...); they add up to the value with all less that with none.
    """
    ordered = sorted(names)
    n = len(ordered)
    whole = values[frozenset(ordered)] - values[frozenset()]
    if not n:
        return {}
    parts = []
    for name in ordered:
        # n! times the Shapley value, a whole number: |S|! (n - |S| - 1)! (v(S and name) - v(S)).
        total = np.zeros(whole.shape, np.int64)
        for chosen in corners_of([other for other in ordered if other != name]):
            weight = factorial(len(chosen)) * factorial(n - len(chosen) - 1)
            total += weight * (values[chosen | {name}] - values[chosen])
        parts.append(total)
    found = in_whole(np.stack(parts, axis=-1), np.full(whole.shape, factorial(n), np.int64), whole)
    return {name: found[..., number] for number, name in enumerate(ordered)}


def of_product(
    before: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
    after: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]],
) -> NDArray[np.int64]:
    """Contributions of the factors of a product that changes, cell by cell.

    The Shapley value of factor k is the integral over t from 0 to 1 of (b_k - a_k) times the product over the other
    factors of a_j + t (b_j - a_j) (Owen, "Multilinear extensions of games", 1972). That is a polynomial of a degree
    below the number of factors, which the Newton-Cotes formula with as many points integrates exactly.

    Parameters
    ----------
    before, after
        For each factor numerators and denominators, shape (cells,) each; denominators are not zero. Both products are
        whole numbers.

    Returns
    -------
    int64 array
        Fen, shape (cells, factors): the last fen by largest remainder, so that they add up to the product's change.
    """
    count, cells = len(before), len(before[0][0])
    parts = np.zeros((cells, count), np.int64)
    pairs = zip(_objects(before), _objects(after), strict=True)
    change = np.stack([a * s != b * q for (a, q), (b, s) in pairs], axis=1)
    code = change.astype(np.int64) @ (1 << np.arange(count))
    for one in np.unique(code):
        rows = np.flatnonzero(code == one)
        moved = [k for k in range(count) if one >> k & 1]
        if moved:
            parts[np.ix_(rows, np.array(moved))] = _moving(_objects(before, rows), _objects(after, rows), moved)
    return parts


def _objects(factors: Sequence[tuple[NDArray[np.int64], NDArray[np.int64]]], rows: Any = slice(None)) -> list[Any]:
    return [(p[rows].astype(object), q[rows].astype(object)) for p, q in factors]


def _moving(before: list[Any], after: list[Any], moved: list[int]) -> NDArray[np.int64]:
    """Cells in which the same factors move; the others are one number in front."""
    n = len(moved)
    fixed_over: Ints = np.array([1] * len(before[0][0]), object)
    under = fixed_over.copy()
    for k in range(len(before)):
        if k not in moved:
            fixed_over, under = fixed_over * before[k][0], under * before[k][1]
    # Over one denominator a factor goes from a to b.
    pairs = [(before[k][0] * after[k][1], after[k][0] * before[k][1]) for k in moved]
    for k in moved:
        under = under * before[k][1] * after[k][1]
    change = fixed_over * (_product([b for _, b in pairs]) - _product([a for a, _ in pairs])) // under
    nodes, scale = _weights(n)
    total = [fixed_over * 0 for _ in moved]
    for point, weight in enumerate(nodes):
        levels = [a * (n - 1 - point) + b * point if n > 1 else a for a, b in pairs]
        behind = [fixed_over * weight]
        for level in levels[:-1]:
            behind.append(behind[-1] * level)
        ahead: Ints | int = 1
        for k in reversed(range(n)):
            total[k] = total[k] + behind[k] * ahead
            ahead = ahead * levels[k]
    over = np.stack([(b - a) * one for (a, b), one in zip(pairs, total, strict=True)], axis=1)
    return in_whole(over, under * (scale * max(n - 1, 1) ** (n - 1)), change.astype(np.int64))


def _product(parts: Sequence[Any]) -> Any:
    result = parts[0]
    for part in parts[1:]:
        result = result * part
    return result


@cache
def _weights(points: int) -> tuple[tuple[int, ...], int]:
    """Closed Newton-Cotes weights on [0, 1] for evenly spaced points: whole numbers over one denominator."""
    if points == 1:
        return (1,), 1
    found = []
    for i in range(points):
        # The Lagrange polynomial of point i, by its coefficients in x = t (points - 1).
        polynomial = [Fraction(1)]
        for j in range(points):
            if j != i:
                step = Fraction(1, i - j)
                polynomial = [
                    (polynomial[k - 1] if k else 0) * step - j * step * (polynomial[k] if k < len(polynomial) else 0)
                    for k in range(len(polynomial) + 1)
                ]
        top = points - 1
        found.append(sum((c * Fraction(top**k, k + 1) for k, c in enumerate(polynomial)), Fraction(0)))
    scale = lcm(*(one.denominator for one in found))
    return tuple(int(one * scale) for one in found), scale


def in_whole(over: Ints, under: Ints, whole: NDArray[np.int64]) -> NDArray[np.int64]:
    """Write fractions in whole numbers that add up: cut down, the rest to the largest remainders.

    Parameters
    ----------
    over, under
        Numerators, shape (..., parts), over one positive denominator each, shape (...).
    whole
        What the parts must add up to, shape (...); it differs from their sum by less than one.

    Returns
    -------
    int64 array
        Shape (..., parts). A part that is exactly zero stays zero; of equal remainders the first is served first.
    """
    floors = over // under[..., None]
    rest = over - floors * under[..., None]
    floors = floors.astype(np.int64)
    missing = (whole - floors.sum(axis=-1)).reshape(-1)
    flat, rests, exact = (one.reshape(-1, one.shape[-1]) for one in (floors, rest, over == 0))
    for row in np.flatnonzero(missing):
        served = [part for part in range(flat.shape[1]) if not exact[row, part]]
        sign = 1 if missing[row] > 0 else -1
        served.sort(key=lambda part, row=row, sign=sign: -sign * rests[row, part])  # type: ignore[misc]
        for part in served[: abs(int(missing[row]))]:
            flat[row, part] += sign
    return flat.reshape(floors.shape)
