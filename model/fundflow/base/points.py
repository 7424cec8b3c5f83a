"""Points that fill a cube evenly: one for each replication, a function of its number alone.

The uniforms behind what a whole replication shares (its parameters, the common factor of its years) need not be
independent between replications; where they cover (0, 1) evenly the mean settles sooner. Two kinds:

* ``sobol``: coordinates of Sobol's sequence (``scipy.stats.qmc``), each scrambled by nested uniform permutations of its
  digits (Owen 1995, "Randomly permuted (t,m,s)-nets and (t,s)-sequences"). The permutations are keyed by seed and name.
* ``stratified``: for names that a scenario may add. Blocks of 64 replications hold one draw in each 64th of (0, 1), in
  an order of their own for each name (a Latin hypercube in blocks), so that a further name moves no other.

Every coordinate is uniform by itself; point k does not depend on how many are drawn, so a longer run extends a shorter.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from fundflow.base.draws import Draws, mix64, stream_key

_BITS = 32
_BLOCK = 64
"""Replications that are worked out at once, and that hold one stratum each."""
_SHARED = -1
"""The replication that names what all replications share."""


@lru_cache(maxsize=256)
def sobol(seed: int, number: int, names: tuple[str, ...]) -> dict[str, float]:
    """Point of a replication in the cube that ``names`` span.

    Parameters
    ----------
    seed
        Seed of the forecast; it scrambles.
    number
        Number of the replication, from 0.
    names
        Name of each coordinate. Sobol's first coordinates are the most even in pairs: what matters most comes first.

    Returns
    -------
    dict
        A uniform in (0, 1) for each name. Not to be changed: it is kept.
    """
    block, place = divmod(number, _BLOCK)
    rest = Draws(seed, number).uniform("sobol-rest", np.arange(len(names)))
    return dict(zip(names, (_scrambled(seed, block, names)[place] + rest * 2.0**-_BITS).tolist(), strict=True))


@lru_cache(maxsize=16)
def _scrambled(seed: int, block: int, names: tuple[str, ...]) -> NDArray[np.float64]:
    """Scrambled points of a block, cut to their digits, shape (block, names): as quick as one point alone."""
    digits = _digits(block * _BLOCK, _BLOCK, len(names))
    keys = np.array([stream_key(seed, _SHARED, f"sobol:{name}", 0) for name in names], np.uint64)
    scrambled = np.zeros_like(digits)
    for place in range(_BITS):
        # The digits above decide whether this one is flipped; the leading one tells 0 from 00.
        above = (digits >> np.uint64(_BITS - place)) | np.uint64(1 << place)
        flip = mix64(mix64(above ^ keys)) >> np.uint64(63)
        digit = (digits >> np.uint64(_BITS - 1 - place)) & np.uint64(1)
        scrambled |= (digit ^ flip) << np.uint64(_BITS - 1 - place)
    return scrambled.astype(np.float64) * 2.0**-_BITS


def _digits(first: int, count: int, size: int) -> NDArray[np.uint64]:
    """Binary digits of points of Sobol's sequence from number ``first`` on, shape (count, size)."""
    from scipy.stats import qmc

    engine = qmc.Sobol(size, scramble=False, bits=_BITS)
    if first:
        engine.fast_forward(first)
    return np.asarray(engine.random(count) * 2.0**_BITS, np.uint64)


def stratified(draws: Draws, name: str) -> float:
    """A uniform of the replication, one in each 64th of (0, 1) over a block of 64 replications."""
    block, place = divmod(draws.replication, _BLOCK)
    return (_strata(draws.seed, name, block)[place] + float(draws.uniform(f"within:{name}", 0)[0])) / _BLOCK


@lru_cache(maxsize=1024)
def _strata(seed: int, name: str, block: int) -> tuple[int, ...]:
    """The stratum of each replication of a block: the ranks of keyed lots, so every order is equally likely."""
    lots = Draws(seed, _SHARED).uniform(f"stratum:{name}", np.arange(_BLOCK), period=block)
    return tuple(np.argsort(np.argsort(lots, kind="stable"), kind="stable").tolist())
