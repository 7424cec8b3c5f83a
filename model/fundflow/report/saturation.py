"""Which instruments are saturated: a limit binds, so law and not the economy moves the money."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.report import frames
from fundflow.report.source import Tables

MOST = 0.5
LIMITS = ("quota", "cap", "envelope")


@dataclass(frozen=True)
class Saturated:
    """An instrument with the limits that bind, each with its share of (replication, year) pairs."""

    instrument: str
    limits: dict[str, float]


def saturated(tables: Tables, years: Iterable[int]) -> list[Saturated]:
    """List the instruments for which a limit binds in most replications of these years, the largest first.

    A quota or an envelope binds where it took anything. A cap takes something from nearly every list of
    claims, so it counts as binding where caps took more than half of the entitlement that they left: then
    most of the money is cap times number, and a larger base would change little.
    """
    years = list(years)
    found = []
    for instrument in frames.instruments_by_size(tables):
        rows = tables.commitments.filter(pl.col("instrument") == instrument)
        left = _paths(tables, rows, frames.entitlement(), years)
        cuts = {limit: _paths(tables, rows, pl.col(f"cut_{limit}"), years) for limit in LIMITS}
        held = pl.col("deferred") + pl.col("refused")
        binds = {
            "quota": cuts["quota"] > 0,
            "cap": (2 * cuts["cap"] > left) & (cuts["cap"] > 0),
            "envelope": (cuts["envelope"] > 0) | (_paths(tables, rows, held, years) > 0),
        }
        shares = {limit: float(frames.mean(tables, b).mean()) for limit, b in binds.items()}
        limits = {limit: share for limit, share in shares.items() if share > MOST}
        if limits:
            found.append(Saturated(instrument, limits))
    return found


def _paths(tables: Tables, rows: pl.DataFrame, value: pl.Expr, years: list[int]) -> NDArray[np.int64]:
    return frames.paths(tables, rows, value, "year", years)
