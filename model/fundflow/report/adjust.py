"""The mid-year table (预算调整): plan, paid to date, still due, expected outturn, gap, how likely an overrun is.

Amounts are what a level bears of the cash of the year, whoever's treasury pays it on the day: a budget line holds what
its level bears, and settlement between levels follows. What is paid to date is the file's, to the fen; the rest is the
mean over replications by their weights, cut down to whole fen. Sums are sums of lines; a range is that of summed
replications and no sum of ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import norm

from fundflow.base.districts import DISTRICTS
from fundflow.report import frames
from fundflow.report.blocks import block_of
from fundflow.report.budget import CITY
from fundflow.report.source import WHOLE_CITY, Tables
from fundflow.report.words import BLOCKS

PLACES = DISTRICTS[:13]
Plans = Mapping[tuple[str, str], int]
"""Plan of the year in fen by place ("city" or a district) and instrument."""
_Cells = dict[tuple[str, str], NDArray[np.int64]]


@dataclass(frozen=True)
class Chance:
    """A probability with its 95% interval (Wilson, at the effective number of replications)."""

    share: float
    low: float
    high: float


@dataclass(frozen=True)
class Standing:
    """Where a line, a block or a sheet stands; amounts in fen.

    Attributes
    ----------
    name
        The instrument; empty for a sum.
    plan
        Plan of the year; None where none was given.
    paid
        Paid to date by the actuals; None where they do not name the line, whose year is then simulated as a whole.
    due
        Mean of what is still to be paid in the year.
    low, high
        80% range of the outturn, None below 40 effective replications.
    planned
        Expected outturn of what has a plan: the line's own, or the sum over the lines with one.
    overrun
        Chance that what has a plan passes it; None without a plan.
    """

    name: str
    plan: int | None
    paid: int | None
    due: int
    low: int | None
    high: int | None
    planned: int
    overrun: Chance | None

    @property
    def outturn(self) -> int:
        """Expected outturn of the year."""
        return (self.paid or 0) + self.due

    @property
    def gap(self) -> int | None:
        """Expected outturn less plan, over what has a plan: what is missing, or left over where negative."""
        return None if self.plan is None else self.planned - self.plan


@dataclass(frozen=True)
class Place:
    """The lines of the city or of a district by block, and their sum."""

    place: str
    blocks: tuple[tuple[str, tuple[Standing, ...], Standing], ...]
    total: Standing

    @property
    def lines(self) -> tuple[Standing, ...]:
        """All lines, block by block."""
        return tuple(line for _, lines, _ in self.blocks for line in lines)


@dataclass(frozen=True)
class Adjustment:
    """The table of a year; the city first, then the districts of the map of 2021."""

    tables: Tables
    year: int
    places: tuple[Place, ...]

    @property
    def until(self) -> int:
        """The last month, yyyymm, that the actuals cover in the year."""
        reading = self.tables.reading
        assert reading is not None
        last = [min(end, self.year * 100 + 12) for start, end in reading.actuals.spans.values()
                if start <= self.year * 100 + 12 and end > self.year * 100]  # fmt: skip
        return max(last)


def adjustment(tables: Tables, year: int | None = None, plans: Plans | None = None) -> Adjustment:
    """Work out the mid-year table of a run that was read with actuals.

    Parameters
    ----------
    tables
        Tables of the run.
    year
        By default the year of the last covered month.
    plans
        Plan of the year by place and instrument.

    Raises
    ------
    ValueError
        If there are no actuals, or none of the year, or the year is not simulated.
    """
    if tables.reading is None or tables.reading.actuals.last_month is None:
        raise ValueError("the mid-year table needs what was paid: --observed FILE.csv, or a scenario with observed")
    last = tables.reading.actuals.last_month
    year = last // 100 if year is None else year
    if year not in tables.years:
        raise ValueError(f"year {year} is not simulated; this run holds {tables.start_year} to {tables.end_year}")
    if not any(a <= year * 100 + 12 and b > year * 100 for a, b in tables.reading.actuals.spans.values()):
        raise ValueError(f"the actuals hold no cash of {year}; their last month is {last // 100}-{last % 100:02d}")
    payments = tables.payments.filter(pl.col("month") // 100 == year)
    fixed = tables.reading.fixed.filter(pl.col("month") // 100 == year)
    city, paid_city = _paths(tables, payments, "city", CITY), _paid(fixed, "city", CITY)
    away = frames.on_map_2021(payments), frames.on_map_2021(fixed)
    cells = city | _paths(tables, away[0], "district_fen", None)
    paid = paid_city | _paid(away[1], "district_fen", None)
    plans = plans or {}
    order = {name: i for i, name in enumerate(frames.instruments_by_size(tables))}
    some = {place for place, _ in {*cells, *paid, *plans}}
    places = [CITY, *PLACES, *([WHOLE_CITY] if WHOLE_CITY in some else [])]
    return Adjustment(tables, year, tuple(_place(tables, place, cells, paid, plans, order) for place in places))


def _paths(tables: Tables, rows: pl.DataFrame, column: str, place: str | None) -> _Cells:
    """Cash of the year by place and instrument, each of shape (replications,)."""
    where = pl.col("district") if place is None else pl.lit(place)
    at = {number: i for i, number in enumerate(tables.replications)}
    cells: _Cells = {}
    summed = rows.group_by("replication", "instrument", where.alias("place")).agg(pl.col(column).sum().alias("fen"))
    for replication, name, here, fen in summed.select("replication", "instrument", "place", "fen").iter_rows():
        if fen:
            cells.setdefault((here, name), np.zeros(len(at), np.int64))[at[replication]] = fen
    return cells


def _paid(fixed: pl.DataFrame, column: str, place: str | None) -> dict[tuple[str, str], int]:
    where = pl.col("district") if place is None else pl.lit(place)
    summed = fixed.group_by(where.alias("place"), "instrument").agg(pl.col(column).sum().alias("fen"))
    return {(here, name): fen for here, name, fen in summed.select("place", "instrument", "fen").iter_rows() if fen}


def _place(
    tables: Tables,
    place: str,
    cells: _Cells,
    paid: Mapping[tuple[str, str], int],
    plans: Plans,
    order: Mapping[str, int],
) -> Place:
    level = "city" if place == CITY else "district"
    assert tables.reading is not None
    covered = {name for bearer, where, name in tables.reading.actuals.lines()
               if bearer == level and where in (WHOLE_CITY, place)}  # fmt: skip
    none = np.zeros(len(tables.replications), np.int64)
    paths = {name: cells.get((place, name), none) for here, name in {*cells, *paid, *plans} if here == place}
    names = sorted(paths, key=lambda n: (BLOCKS.index(block_of(tables, n)), order.get(n, len(order)), n))

    def line(name: str) -> Standing:
        known = paid.get((place, name), 0 if name in covered else None)
        rest = paths[name] - (known or 0)
        plan = plans.get((place, name))
        low, high = _range(tables, paths[name])
        due = _mean(tables, rest)
        return Standing(name, plan, known, due, low, high, (known or 0) + due, _chance(tables, paths[name], plan))

    found = {name: line(name) for name in names}
    blocks = []
    for block in BLOCKS:
        mine = [name for name in names if block_of(tables, name) == block]
        if mine:
            blocks.append((block, tuple(found[n] for n in mine), _sum(tables, found, paths, mine)))
    return Place(place, tuple(blocks), _sum(tables, found, paths, names))


def _sum(
    tables: Tables, found: Mapping[str, Standing], paths: Mapping[str, NDArray[np.int64]], names: list[str]
) -> Standing:
    lines = [found[name] for name in names]
    none = np.zeros(len(tables.replications), np.int64)
    low, high = _range(tables, sum((paths[name] for name in names), none))
    with_plan = [line for line in lines if line.plan is not None]
    plan = sum(line.plan or 0 for line in with_plan) if with_plan else None
    against = sum((paths[line.name] for line in with_plan), none)
    paid = [line.paid for line in lines if line.paid is not None]
    return Standing(
        "", plan, sum(paid) if paid else None, sum(line.due for line in lines), low, high,
        sum(line.outturn for line in with_plan), _chance(tables, against, plan),
    )  # fmt: skip


def _mean(tables: Tables, paths: NDArray[np.int64]) -> int:
    """Mean by weights, cut down to a whole fen, exactly."""
    weights = [int(w) for w in tables.weights]
    return sum(int(fen) * w for fen, w in zip(paths, weights, strict=True)) // sum(weights)


def _range(tables: Tables, paths: NDArray[np.int64]) -> tuple[int | None, int | None]:
    band = frames.spread(paths[:, None], tables)
    if band.low_80 is None or band.high_80 is None:
        return None, None
    return int(band.low_80[0]), int(band.high_80[0])


def _chance(tables: Tables, paths: NDArray[np.int64], plan: int | None) -> Chance | None:
    if plan is None:
        return None
    share = float(tables.weights[paths > plan].sum() / tables.weights.sum())
    return wilson(share, tables.effective)


def wilson(share: float, number: float) -> Chance:
    """The 95% interval of a share of a number of trials (Wilson 1927, JASA 22, 209)."""
    z = float(norm.ppf(0.975))
    middle = (share + z * z / (2 * number)) / (1 + z * z / number)
    half = z / (1 + z * z / number) * (share * (1 - share) / number + z * z / (4 * number * number)) ** 0.5
    return Chance(share, max(middle - half, 0.0), min(middle + half, 1.0))
