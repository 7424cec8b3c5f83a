"""A grid of scenario keys, run in pairs: the mean in each cell and its difference to the first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.order import place_of
from fundflow.experiment.estimate import Estimate, estimate
from fundflow.experiment.pieces import Pieces
from fundflow.experiment.question import Question
from fundflow.experiment.varying import Varied


@dataclass(frozen=True)
class Cell:
    """One point of the grid: fen by replication, the mean, and the paired difference to the first cell."""

    values: tuple[str, ...]
    fen: NDArray[np.int64]
    mean: Estimate
    gap: Estimate

    @property
    def band(self) -> tuple[float, float]:
        """The middle 80 % of the replications."""
        ordered, n = np.sort(self.fen), len(self.fen)
        return float(ordered[place_of(n, 0.1)]), float(ordered[place_of(n, 0.9)])


def sweep_cells(pieces: Pieces, cells: Sequence[tuple[str, ...]], question: Question) -> list[Cell]:
    """Read the grid off the finished pieces; variant i of the pieces is cell i."""
    fen = [question.values(pieces, number) for number in range(len(cells))]
    return [
        Cell(values, one, estimate(one), estimate(one - fen[0])) for values, one in zip(cells, fen, strict=True)
    ]


def sweep_frame(varied: Sequence[Varied], cells: Sequence[Cell]) -> pl.DataFrame:
    """One row a cell: the keys, then amounts in fen."""
    rows = []
    for cell in cells:
        row: dict[str, object] = dict(zip([one.key for one in varied], cell.values, strict=True))
        row |= {"replications": len(cell.fen)}
        row |= {"mean": cell.mean.mean, "mean_low": cell.mean.low, "mean_high": cell.mean.high}
        row |= {"difference": cell.gap.mean, "difference_low": cell.gap.low, "difference_high": cell.gap.high}
        row |= {"band80_low": cell.band[0], "band80_high": cell.band[1]}
        rows.append(row)
    return pl.DataFrame(rows)
