"""What is asked of an experiment: which of the three totals, who bears it, in which years, of which instruments."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.districts import DISTRICT_EN
from fundflow.experiment.experiment_errors import Refused
from fundflow.experiment.pieces import Pieces
from fundflow.report.blocks import block_of_meta
from fundflow.report.words import ALL, BLOCKS, LEVELS
from fundflow.scenario.faults import nearest

_ZH = {
    "entitlement": "应兑付", "award": "安排", "cash": "支出", "city": "市级", "district": "区县", "total": "合计",
    "headline": "科技部门（A、B）", "others": "其他部门（A、B）", "assumed": "假定数量（C）", ALL: "全部条目",
}  # fmt: skip
_EN = {"district": "districts", "headline": "S&T bureau (A, B)", "others": "other departments (A, B)",
       "assumed": "assumed volumes (C)", ALL: "all instruments"}  # fmt: skip


@dataclass(frozen=True)
class Question:
    """One total: ``years`` are the first and the last, summed; ``of`` is ``all``, a block or an instrument.

    ``place`` is a district by its Chinese name, or empty for the whole city.
    """

    measure: str
    bearer: str
    years: tuple[int, int]
    of: str = ALL
    place: str = ""

    def text(self, lang: str) -> str:
        """Name of the total."""
        first, last = self.years
        span = str(first) if first == last else f"{first}-{last}"
        if lang == "zh":
            return f"{span} 年{self.place}{_ZH[self.bearer]}{_ZH[self.measure]}（{_ZH.get(self.of, self.of)}）"
        place = f"{DISTRICT_EN[self.place]}, " if self.place else ""
        return f"{self.measure} of {span}, {place}{_EN.get(self.bearer, self.bearer)} ({_EN.get(self.of, self.of)})"

    def values(self, pieces: Pieces, variant: int) -> NDArray[np.int64]:
        """The total by replication, in fen, in the order of ``pieces.replications``."""
        rows = self.rows(pieces, variant, ("replication",))
        by = dict(zip(rows["replication"], rows["fen"], strict=True))
        return np.array([by.get(number, 0) for number in pieces.replications], np.int64)

    def rows(self, pieces: Pieces, variant: int, keys: Sequence[str]) -> pl.DataFrame:
        """Sums by keys of the cube, in a column ``fen``; what has no money has no row."""
        keep = pl.col("year").is_between(*self.years)
        if self.of != ALL:
            keep &= pl.col("instrument").is_in(self._instruments(pieces.metas[variant]))
        if self.place:
            keep &= pl.col("district") == self.place
        levels = LEVELS if self.bearer == "total" else (self.bearer,)
        amount = pl.sum_horizontal(f"{self.measure}_{level}" for level in levels).sum().alias("fen")
        return pieces.cube(variant).filter(keep).group_by(list(keys)).agg(amount).collect()

    def check(self, meta: Mapping[str, Any]) -> None:
        """Refuse an instrument that a run does not know, before it runs.

        Raises
        ------
        Refused
            With the nearest name.
        """
        if self.of != ALL:
            self._instruments(meta)

    def _instruments(self, meta: Mapping[str, Any]) -> list[str]:
        known: Mapping[str, Any] = meta["instruments"]
        if self.of in BLOCKS:
            return [name for name, one in known.items() if block_of_meta(one) == self.of]
        if self.of not in known:
            raise Refused(f"--of {self.of}: no such instrument{nearest(self.of, [*BLOCKS, ALL, *known])}")
        return [self.of]
