"""Random numbers keyed by identity: no generator, no order, no state.

A draw is a pure function of (seed, replication, decision, period) and (entity id, occasion). One more firm, a
skipped question or a rearranged loop changes no other draw. The stream key is BLAKE2b over the first four; the
mixing function is the finaliser of SplitMix64 (Steele, Lea, Flood 2014), which passes the statistical battery of
``tests/base``. Every other distribution is the inverse of one uniform.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

Ids = NDArray[np.int64]
Floats = NDArray[np.float64]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_OCCASION = np.uint64(0xD1B54A32D192ED03)
_M1 = np.uint64(0xBF58476D1CE4E5B9)
_M2 = np.uint64(0x94D049BB133111EB)


class Kind(IntEnum):
    """What an id names; the first four bits of the id."""

    FIRM = 1
    INCUBATOR = 2
    MAKERSPACE = 3
    PROJECT = 4
    LOAN = 5
    CONTRACT = 6
    UNIT = 7
    ZONE = 8


def pack_id(kind: int, period: Any, zone: Any, sequence: Any) -> Ids:
    """Build ids from kind (4 bits), arrival period (16), zone (8) and sequence number (32)."""
    return (
        (np.int64(kind) << np.int64(56))
        | (np.asarray(period, np.int64) << np.int64(40))
        | (np.asarray(zone, np.int64) << np.int64(32))
        | np.asarray(sequence, np.int64)
    )


def unpack_id(ids: Any) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Take ids apart: kind, arrival period, zone, sequence number."""
    ids = np.asarray(ids, np.int64)
    return ids >> 56, (ids >> 40) & 0xFFFF, (ids >> 32) & 0xFF, ids & 0xFFFFFFFF


def mix64(value: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scramble 64 bits; a bijection."""
    value = (value ^ (value >> np.uint64(30))) * _M1
    value = (value ^ (value >> np.uint64(27))) * _M2
    return value ^ (value >> np.uint64(31))


@lru_cache(maxsize=65536)
def stream_key(seed: int, replication: int, decision: str, period: int) -> int:
    """The 64-bit key of one decision in one period of one replication."""
    text = f"{seed}|{replication}|{decision}|{period}".encode()
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


@dataclass(frozen=True)
class Draws:
    """The draws of one replication.

    ``seed`` names the forecast, ``replication`` the run. Parameters that do not vary between replications use
    replication -1.
    """

    seed: int
    replication: int

    def uniform(self, decision: str, ids: Any, *, period: int = 0, occasion: Any = 0) -> Floats:
        """Uniform numbers in (0, 1), one for each id; ``occasion`` is a number or one for each id."""
        key = np.uint64(stream_key(self.seed, self.replication, decision, period))
        rows = np.atleast_1d(np.asarray(ids, np.int64)).astype(np.uint64)
        turn = np.asarray(occasion, np.int64).astype(np.uint64) * _OCCASION
        bits = mix64(mix64(rows ^ key) + _GAMMA + turn)
        return ((bits >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53

    def normal(self, decision: str, ids: Any, *, period: int = 0, occasion: Any = 0) -> Floats:
        """Standard normal numbers."""
        return np.asarray(special.ndtri(self.uniform(decision, ids, period=period, occasion=occasion)))

    def laplace(self, decision: str, ids: Any, *, period: int = 0, occasion: Any = 0) -> Floats:
        """Laplace numbers of mean 0 and variance 1."""
        u = self.uniform(decision, ids, period=period, occasion=occasion) - 0.5
        return np.asarray(-np.sign(u) * np.log1p(-2.0 * np.abs(u)) / np.sqrt(2.0), np.float64)

    def chance(
        self, decision: str, ids: Any, probability: Any, *, period: int = 0, occasion: Any = 0
    ) -> NDArray[np.bool_]:
        """True with the given probability."""
        return np.asarray(self.uniform(decision, ids, period=period, occasion=occasion) < probability, np.bool_)

    def exponential(self, decision: str, ids: Any, *, period: int = 0, occasion: Any = 0) -> Floats:
        """Exponential numbers of mean 1."""
        return -np.log1p(-self.uniform(decision, ids, period=period, occasion=occasion))

    def integer(self, decision: str, ids: Any, below: Any, *, period: int = 0, occasion: Any = 0) -> NDArray[np.int64]:
        """Whole numbers from 0 to ``below`` - 1."""
        uniform = self.uniform(decision, ids, period=period, occasion=occasion)
        return np.asarray(np.floor(uniform * below), np.int64)

    def category(
        self, decision: str, ids: Any, weights: Any, *, period: int = 0, occasion: Any = 0
    ) -> NDArray[np.int64]:
        """Index drawn by weight."""
        edges = np.cumsum(np.asarray(weights, np.float64))
        u = self.uniform(decision, ids, period=period, occasion=occasion) * edges[-1]
        return np.asarray(np.minimum(np.searchsorted(edges, u, side="right"), len(edges) - 1), np.int64)

    def poisson(self, decision: str, ids: Any, mean: Any, *, period: int = 0, occasion: Any = 0) -> NDArray[np.int64]:
        """Counts by the inverse of one uniform, so that a higher mean only appends."""
        return poisson_inverse(self.uniform(decision, ids, period=period, occasion=occasion), mean)


def poisson_inverse(uniform: Floats, mean: Any) -> NDArray[np.int64]:
    """Inverse of the Poisson distribution function: the least k with P(X <= k) >= u."""
    u, m = np.broadcast_arrays(np.asarray(uniform, np.float64), np.asarray(mean, np.float64))
    guess = np.ceil(np.maximum(m + special.ndtri(u) * np.sqrt(np.maximum(m, 1e-12)), 0.0))
    count = np.where(m > 0, guess, 0.0)
    for _ in range(200):
        low = special.pdtr(count, m) < u
        high = (count > 0) & (special.pdtr(np.maximum(count - 1, 0), m) >= u)
        low &= m > 0
        high &= m > 0
        if not (low.any() or high.any()):
            break
        count = count + low - high
    return count.astype(np.int64)
