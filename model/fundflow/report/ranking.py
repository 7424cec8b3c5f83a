"""Rounds that rank claims: how long the list was, who passed, where the rank cut, who hit the cap.

The simulation notes a round under ``round_<what>:<instrument>`` (amounts in fen); the tables of a run name
the same facts ``rnd_<what>_<group>`` (amounts in yuan). Both are read.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.report import frames
from fundflow.report.source import Tables
from fundflow.report.texts import Texts

STAGES = ("list", "over_threshold", "ranked")
GROUPS = ("above", "below", "manufacturing")
_PANELS = 3
_FULL = {
    "list": "on_list",
    "over_threshold": "over_threshold",
    "ranked": "ranked",
    "cutoff": "cut_off_increase",
    "at_cap": "at_cap",
}
_YUAN_IN_WAN, _FEN_IN_WAN = 10_000, 1_000_000


@dataclass(frozen=True)
class Round:
    """One ranked list: its label and the medians of its facts by year (NaN where there was no round)."""

    instrument: str
    label: str
    stages: dict[str, NDArray[np.float64] | None]
    cutoff_wan: NDArray[np.float64] | None
    at_cap_percent: NDArray[np.float64] | None

    @property
    def last_rank(self) -> int:
        """The largest number that was ranked: the quota, where the quota binds."""
        ranked = self.stages["ranked"]
        return int(np.nanmax(ranked)) if ranked is not None and np.isfinite(ranked).any() else 0


def rounds_of(tables: Tables, texts: Texts) -> list[Round]:
    """The rounds of a run, at most three, in the order of the larger entitlement."""
    prefix = "round_ranked:"
    noted = {str(n).removeprefix(prefix) for n in tables.indicators["name"].unique() if str(n).startswith(prefix)}
    if noted:
        # All of one round: the largest, those that take part in it by money.
        ids = [i for i in frames.instruments_by_size(tables) if i in noted][:_PANELS]
        labels = _without_common([tables.name(i, texts.lang) for i in ids])
        return [
            _round(tables, i, label, {k: f"round_{v}:{i}" for k, v in _FULL.items()}, _FEN_IN_WAN)
            for i, label in zip(ids, labels, strict=True)
        ]
    known = set(tables.indicators.filter(pl.col("name").str.starts_with("rnd_ranked_"))["name"])
    return [
        _round(tables, "", texts(f"rounds.{group}"), {k: f"rnd_{k}_{group}" for k in _FULL}, _YUAN_IN_WAN)
        for group in GROUPS
        if f"rnd_ranked_{group}" in known
    ]


def ratio(tables: Tables, part: str, whole: str) -> NDArray[np.float64] | None:
    """Median of one indicator over another, in percent; None where the run lacks one of them."""
    top, bottom = (frames.indicator_paths(tables, name, tables.years) for name in (part, whole))
    if top is None or bottom is None:
        return None
    with np.errstate(divide="ignore", invalid="ignore"):
        return middle(np.where(bottom > 0, 100 * top / bottom, np.nan), tables)


def paid_share(tables: Tables, rounds: list[Round]) -> NDArray[np.float64]:
    """Median of award over entitlement of ranked instruments, in percent: the budget's bite."""
    rows = tables.commitments.filter(pl.col("instrument").is_in([r.instrument for r in rounds]))
    due, granted = (frames.paths(tables, rows, e, "year", tables.years) for e in (frames.entitlement(), frames.award()))
    with np.errstate(divide="ignore", invalid="ignore"):
        return middle(np.where(due > 0, 100 * granted / due, np.nan), tables)


def middle(paths: NDArray[np.float64], tables: Tables) -> NDArray[np.float64]:
    """Median of each column over the replications that have a value, NaN where none has."""
    result = np.full(paths.shape[1], np.nan)
    known = np.isfinite(paths).any(axis=0)
    if tables.reading is None:
        result[known] = np.nanmedian(paths[:, known], axis=0)
        return result
    for i in np.flatnonzero(known):
        here = np.isfinite(paths[:, i])
        order = np.argsort(paths[here, i], kind="stable")
        heaped = np.cumsum(tables.weights[here][order])
        result[i] = paths[here, i][order][int((2 * heaped < heaped[-1]).sum())]
    return result


def median(tables: Tables, name: str) -> NDArray[np.float64] | None:
    """Median of an indicator by year; None where the run lacks it."""
    found = frames.indicator_paths(tables, name, tables.years)
    return None if found is None else middle(found, tables)


def _round(tables: Tables, instrument: str, label: str, names: dict[str, str], unit: int) -> Round:
    cutoff = median(tables, names["cutoff"])
    if cutoff is not None:
        # Zero means that the rank cut nobody: there is no last rank to speak of.
        cutoff = np.where(cutoff > 0, cutoff / unit, np.nan)
        cutoff = cutoff if np.isfinite(cutoff).any() else None
    stages = {stage: median(tables, names[stage]) for stage in STAGES}
    return Round(instrument, label, stages, cutoff, ratio(tables, names["at_cap"], names["ranked"]))


def _without_common(names: list[str]) -> list[str]:
    """Drop the words that all names begin with: a small panel only needs what tells them apart.

    Chinese has no spaces to find words by, so its names stay whole.
    """
    front = len(os.path.commonprefix(names)) if len(names) > 1 else 0
    while front and names[0][front - 1] != " ":
        front -= 1
    return [name[front].upper() + name[front + 1 :] for name in names]
