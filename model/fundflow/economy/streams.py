"""Claimants that are not firms of the model: institutions, projects, contracts, units, agencies, voucher cases."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from fundflow.base.calendar import day_of
from fundflow.base.draws import Draws, Kind, pack_id, poisson_inverse
from fundflow.base.money import multiply
from fundflow.economy.parameters import Economy
from fundflow.economy.stream_parameters import Category, Chance, Money, Multiple, Part, Product, Share, Stream, Whole
from fundflow.economy.table import Ints

CITY_ZONES = (0.09, 0.06, 0.10, 0.06, 0.23, 0.16, 0.07, 0.09, 0.03, 0.07, 0.01, 0.03, 0.0, 0.0, 0.0)
"""Where universities, institutes and agencies sit: mostly 西湖 and the old city (assumed)."""


@dataclass(frozen=True)
class StreamRows:
    """Claimants of one stream in one year, by id.

    Attributes
    ----------
    ids, zone, day
        Shape (n,); ``day`` is the day of the event.
    attributes
        By name, shape (n,): money in fen, shares in parts per million, codes and whole numbers int64, chances bool.
    """

    ids: Ints
    zone: Ints
    day: Ints
    attributes: dict[str, NDArray[Any]]


def stream_arrivals(name: str, year: int, economy: Economy, draws: Draws) -> StreamRows:
    """Claimants of a stream in a year.

    Parameters
    ----------
    name
        A table of ``[economy.streams]``.
    year
        Calendar year of the events.

    Raises
    ------
    KeyError
        If the economy has no such stream.
    """
    stream = economy.streams[name]
    mean = 0.0 if year > stream.until or year % stream.every else stream.yearly * (1 + stream.growth) ** (year - 2021)
    weights = _zone_weights(stream, economy)
    zones = np.arange(len(weights))
    kind = Kind[stream.id_kind]
    if stream.fixed_number:
        # The same claimants every year: their number is fixed, their zones follow the weights in order.
        edges = np.cumsum(weights)
        spot = (np.arange(round(mean)) + 0.5) / max(round(mean), 1)
        place = np.searchsorted(edges, spot, side="right").clip(0, len(weights) - 1)
        order, period = np.arange(len(place)), 0
    else:
        uniform = draws.uniform(f"stream:{name}", pack_id(Kind.ZONE, 0, zones, 0), period=year)
        counts = poisson_inverse(uniform, mean * weights)
        place = np.repeat(zones, counts)
        order, period = np.arange(len(place)) - np.repeat(np.cumsum(counts) - counts, counts), year - 2000
    ids = np.sort(pack_id(kind, period, place, (stream_number(name) << 20) | order))
    zone = (ids >> 32) & 0xFF
    first, last = day_of(year, *stream.first_day), day_of(year, *stream.last_day)
    day = first + draws.integer(f"stream-day:{name}", ids, last - first + 1, period=year)
    found: dict[str, NDArray[Any]] = {}
    for key, attribute in stream.attributes.items():
        u = draws.uniform(f"stream:{name}:{key}", ids, period=year)
        found[key] = attribute_value(attribute, u, found)
    return StreamRows(ids, zone, day, found)


def stream_number(name: str) -> int:
    """Eleven bits that keep the ids of different streams apart whatever other streams exist."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=2).digest(), "little") & 0x7FF


def _zone_weights(stream: Stream, economy: Economy) -> NDArray[np.float64]:
    if stream.zones == "high_tech":
        weights = np.asarray(economy.zone_weights, np.float64)
    elif stream.zones == "cities":
        weights = np.asarray(CITY_ZONES, np.float64)
    elif stream.zones == "even":
        weights = np.ones(len(economy.zone_weights))
    else:
        weights = np.asarray(stream.zones, np.float64)
    return np.asarray(weights / weights.sum())


def attribute_value(attribute: Any, u: NDArray[np.float64], found: dict[str, NDArray[Any]]) -> NDArray[Any]:
    """Values of one attribute from a uniform for each claimant and the attributes before it, shape (n,)."""
    if isinstance(attribute, Chance):
        return np.asarray(u < attribute.probability)
    if isinstance(attribute, Category):
        edges = np.cumsum(np.asarray(attribute.weights, np.float64))
        spot = np.searchsorted(edges, u * edges[-1], side="right").clip(0, len(edges) - 1)
        return np.asarray(np.asarray(attribute.codes, np.int64)[spot])
    if isinstance(attribute, Money):
        yuan = attribute.mean * np.exp(attribute.sigma * ndtri(u) - attribute.sigma**2 / 2)
        return np.asarray(np.rint(np.clip(yuan, attribute.least, attribute.most)), np.int64) * 100
    if isinstance(attribute, Multiple):
        ratio = attribute.mean * np.exp(attribute.sigma * ndtri(u) - attribute.sigma**2 / 2)
        # Thousandths, so that the last bit of a processor's logarithm cannot reach an amount.
        return np.asarray(np.rint(np.minimum(ratio, attribute.most) * 1e3), np.int64) * 1000
    if isinstance(attribute, Share):
        return np.asarray(np.rint((attribute.low + (attribute.high - attribute.low) * u) * 1e6), np.int64)
    if isinstance(attribute, Whole):
        return np.asarray(attribute.low + np.floor(u * (attribute.high - attribute.low + 1)), np.int64)
    if isinstance(attribute, Product):
        return np.asarray(found[attribute.of[0]] * found[attribute.of[1]])
    assert isinstance(attribute, Part)
    share = np.rint((attribute.low + (attribute.high - attribute.low) * u) * 1e6).astype(np.int64)
    return multiply(found[attribute.of], share, 1_000_000)
