"""Three blocks of a total: what the S&T bureau can stand behind, what others pay, what rests on an assumed number.

The headline is the bureau's own money with volumes that are observed (A) or follow from the firm model (B). Volumes
that are assumed (C) stand apart whoever pays them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import polars as pl

from fundflow.report.source import Tables

BUREAU = ("市科技局", "市科委")
"""The S&T bureau under its present and its former name."""


def lead(meta: Mapping[str, Any]) -> str:
    """The department that leads an instrument: the first of those that issued it; the bureau by its present name."""
    first = str(meta.get("department") or BUREAU[0]).split("、")[0].strip()
    return BUREAU[0] if first in BUREAU else first


def block_of(tables: Tables, instrument: str) -> str:
    """Block of an instrument: ``headline``, ``others`` or ``assumed``."""
    return block_of_meta(tables.instruments.get(instrument, {}))


def block_of_meta(meta: Mapping[str, Any]) -> str:
    """Block of an instrument by what the run says of it: its department and its evidence."""
    if meta.get("evidence") == "C":
        return "assumed"
    return "headline" if lead(meta) == BUREAU[0] else "others"


def part(tables: Tables, *blocks: str) -> Tables:
    """The tables with the money of some blocks alone; indicators stay."""
    used = set(tables.commitments["instrument"]) | set(tables.payments["instrument"])
    used |= set(tables.settlements["instrument"]) | set(tables.instruments)
    return only(tables, [one for one in used if block_of(tables, one) in blocks])


def only(tables: Tables, instruments: Iterable[str]) -> Tables:
    """The tables with the money of some instruments alone; indicators stay."""
    chosen = pl.col("instrument").is_in(sorted(instruments))
    return replace(
        tables,
        commitments=tables.commitments.filter(chosen),
        payments=tables.payments.filter(chosen),
        settlements=tables.settlements.filter(chosen),
        instruments={name: meta for name, meta in tables.instruments.items() if name in set(instruments)},
    )


def departments(tables: Tables) -> list[str]:
    """Departments that lead an instrument with money in the budget years, the S&T bureau first, then by entitlement."""
    from fundflow.report import frames

    window = tables.commitments.filter(pl.col("year").is_in(list(tables.budget_years)))
    summed = frames.sums(window.with_columns(frames.entitlement().alias("fen")), ["instrument"], ["fen"])
    by: dict[str, int] = {}
    for name, fen in summed.iter_rows():
        if fen:
            who = lead(tables.instruments.get(str(name), {}))
            by[who] = by.get(who, 0) + int(fen)
    return sorted(by, key=lambda who: (who != BUREAU[0], -by[who], who))
