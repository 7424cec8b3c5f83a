"""A difference and its parts, replication by replication, summed by instrument, district and bearer with intervals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.order import place_of
from fundflow.experiment.estimate import Estimate, estimate
from fundflow.experiment.shapley import in_whole
from fundflow.report.frames import LEAST_FOR_80

DIMENSIONS = ("total", "instrument", "district")
ALL = "all"
FROM, TO, CHANGE = "from", "to", "change"


@dataclass(frozen=True)
class Decomposition:
    """What changed, cell by cell and replication by replication, in fen.

    Attributes
    ----------
    parts
        Names of the causes.
    cells
        ``year, instrument, district, bearer`` of each cell.
    before, after
        Shape (replications, cells).
    values
        Shape (replications, cells, parts); they add up to ``after - before``.
    instruments
        Names by instrument and language, for reports.
    words
        What the reports call the two sides, by language.
    """

    kind: str
    measure: str
    year: int
    parts: tuple[str, ...]
    cells: pl.DataFrame = field(repr=False)
    before: NDArray[np.int64] = field(repr=False)
    after: NDArray[np.int64] = field(repr=False)
    values: NDArray[np.int64] = field(repr=False)
    instruments: Mapping[str, Any] = field(repr=False)
    sides: tuple[str, str] = ("", "")

    @property
    def replications(self) -> int:
        """How many there are."""
        return len(self.before)

    @property
    def exact(self) -> bool:
        """Whether the parts add up in every cell of every replication."""
        return bool((self.values.sum(axis=2) == self.after - self.before).all())

    @property
    def identical(self) -> bool:
        """Whether both sides are the same in every cell of every replication, and every part is zero."""
        return bool((self.after == self.before).all() and not self.values.any())

    def only(self, **wanted: str | None) -> Decomposition:
        """The cells of one instrument, district or bearer."""
        keep = np.ones(self.cells.height, bool)
        for name, value in wanted.items():
            if value is not None:
                keep &= (self.cells[name] == value).to_numpy()
        chosen = {
            "cells": self.cells.filter(keep), "before": self.before[:, keep], "after": self.after[:, keep],
            "values": self.values[:, keep],
        }  # fmt: skip
        return Decomposition(**{**self.__dict__, **chosen})

    def frame(self) -> pl.DataFrame:
        """One row for each year, dimension, key, bearer (or ``total``) and part.

        Columns: ``sum`` is the exact sum over the replications in fen; ``fen`` the mean in whole fen, where the parts
        add up to ``change``, that is ``to`` less ``from``; ``low, high`` the 95 % interval of the mean;
        ``least, most`` the 80 % band over replications (below 40 of them: the least and the largest).
        """
        bearers = sorted(set(self.cells["bearer"]))
        rows: list[tuple[Any, ...]] = []
        cells = self.cells.with_row_index("cell")
        for dimension in DIMENSIONS:
            keyed = cells.with_columns((pl.lit(ALL) if dimension == "total" else pl.col(dimension)).alias("key"))
            for bearer in ("total", *bearers):
                mine = keyed if bearer == "total" else keyed.filter(bearer=bearer)
                for (year, key), group in mine.group_by(["year", "key"], maintain_order=True):
                    rows += self._rows((year, dimension, key, bearer), group["cell"].to_numpy())
        return pl.DataFrame(rows, schema=_SCHEMA, orient="row")

    def _rows(self, place: tuple[Any, ...], cells: NDArray[Any]) -> Iterator[tuple[Any, ...]]:
        before, after = self.before[:, cells].sum(axis=1), self.after[:, cells].sum(axis=1)
        parts = self.values[:, cells].sum(axis=1)
        whole = in_means(before, after, parts)
        paths = [before, after, after - before, *parts.T]
        for name, fen, path in zip((FROM, TO, CHANGE, *self.parts), whole, paths, strict=True):
            one = estimate(path)
            yield (
                *place, name, int(path.sum()), fen, one.low, one.high, one.deviation, one.n, one.distinct, *_band(path)
            )


_SCHEMA = {
    "year": pl.Int32, "dimension": pl.String, "key": pl.String, "bearer": pl.String, "part": pl.String,
    "sum": pl.Int64, "fen": pl.Int64, "low": pl.Float64, "high": pl.Float64, "deviation": pl.Float64, "n": pl.Int32,
    "distinct": pl.Boolean, "least": pl.Int64, "most": pl.Int64,
}  # fmt: skip


def in_means(before: NDArray[np.int64], after: NDArray[np.int64], parts: NDArray[np.int64]) -> list[int]:
    """Means in whole fen: of both sides cut down, their change, and the parts so that they add up to it.

    Parameters
    ----------
    before, after
        Shape (replications,).
    parts
        Shape (replications, parts).
    """
    n = len(before)
    low, high = int(before.sum()) // n, int(after.sum()) // n
    sums = parts.sum(axis=0)
    whole = in_whole(sums[None, :], np.array([n]), np.array([high - low]))[0]
    return [low, high, high - low, *(int(one) for one in whole)]


def _band(path: NDArray[np.int64]) -> tuple[int, int]:
    """80 % band from 40 replications, else the least and the largest; each a value that some replication gave."""
    ordered, n = np.sort(path), len(path)
    low, high = (place_of(n, 0.1), place_of(n, 0.9)) if n >= LEAST_FOR_80 else (0, n - 1)
    return int(ordered[low]), int(ordered[high])


def told(row: Mapping[str, Any], mean: float | None = None) -> Estimate:
    """The estimate that a row of the frame holds."""
    return Estimate(
        row["sum"] / row["n"] if mean is None else mean, row["deviation"], row["low"], row["high"], row["n"]
    )


def stacked(cells: Sequence[tuple[Any, ...]], year: int | Sequence[int]) -> pl.DataFrame:
    """Cells of (instrument, district, bearer) as the frame of a decomposition."""
    names = ("instrument", "district", "bearer")
    columns = {name: [cell[place] for cell in cells] for place, name in enumerate(names)}
    years = [year] * len(cells) if isinstance(year, int) else list(year)
    schema = {"year": pl.Int32, **dict.fromkeys(names, pl.String)}
    return pl.DataFrame({"year": years, **columns}, schema=schema)
