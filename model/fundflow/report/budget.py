"""The budget form: a line for each instrument, for city and districts, in cash of the calendar year.

All amounts are means over replications in whole fen. A line's total is the sum of its parts and a sheet's
total the sum of its lines, so the form adds up; the range of a total is that of the summed replications,
not a sum of ranges.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.districts import DISTRICTS
from fundflow.report import frames
from fundflow.report.blocks import block_of
from fundflow.report.plan import Planned
from fundflow.report.reasons import reason
from fundflow.report.saturation import Saturated, saturated
from fundflow.report.source import STATUSES, WHOLE_CITY, Tables
from fundflow.report.words import BLOCKS

CITY = "city"
PLACES = DISTRICTS[:13]


@dataclass(frozen=True)
class Line:
    """One line of the form; amounts in fen.

    Attributes
    ----------
    statuses
        Legal statuses of its money in the year.
    last
        Cash that the run gives for the year before.
    carried, new, settlement
        Cash of the year on awards of earlier years, on awards of the year, and net settlement to other
        levels.
    following
        Totals of the two following years, as far as they are simulated.
    recipients
        Mean number of recipients awarded in the year; ``award`` is what this level grants them.
    low, high
        80% band of the total, None below 40 replications.
    """

    instrument: str
    statuses: tuple[str, ...]
    code: str
    plan: int | None
    expected: int | None
    last: int
    carried: int
    new: int
    settlement: int
    following: tuple[int, ...]
    recipients: float
    award: int
    low: int | None
    high: int | None
    reason: str

    @property
    def total(self) -> int:
        """Cash of the year."""
        return self.carried + self.new + self.settlement

    @property
    def mean_award(self) -> int:
        """Award a recipient, cut to fen; zero without recipients."""
        return int(self.award / self.recipients) if self.recipients else 0


@dataclass(frozen=True)
class Sheet:
    """The lines of the city or of one district, block by block, with the range of their sum."""

    place: str
    lines: tuple[Line, ...]
    low: int | None
    high: int | None
    error: float = float("inf")
    """Half of the 95% interval of the mean total, in fen: the Monte Carlo error; infinite with one replication."""

    @property
    def total(self) -> int:
        """Cash of the year over all lines."""
        return sum(line.total for line in self.lines)

    def blocks(self, tables: Tables) -> list[tuple[str, tuple[Line, ...]]]:
        """The lines of each block that has some, in order (`fundflow.report.blocks`)."""
        found = {block: tuple(o for o in self.lines if block_of(tables, o.instrument) == block) for block in BLOCKS}
        return [(block, lines) for block, lines in found.items() if lines]


@dataclass(frozen=True)
class Form:
    """The sheets of a budget year; the city first, then the districts of the map of 2021."""

    tables: Tables
    year: int
    sheets: tuple[Sheet, ...]
    has_plan: bool

    @property
    def following(self) -> tuple[int, ...]:
        """The two years after the budget year, as far as they are simulated."""
        return tuple(y for y in (self.year + 1, self.year + 2) if y in self.tables.years)


def budget_form(
    tables: Tables,
    year: int | None = None,
    planned: Mapping[str, Planned] | None = None,
    codes: Mapping[str, str] | None = None,
) -> Form:
    """Work out the budget form of a run.

    Parameters
    ----------
    tables
        Tables of the run.
    year
        The budget year; by default that of the scenario.
    planned, codes
        Last plan and expected outturn, and budget codes, by instrument. They belong to the city's sheet.

    Raises
    ------
    ValueError
        If the year is not simulated.
    """
    year = tables.budget_year if year is None else year
    if year not in tables.years:
        raise ValueError(f"year {year} is not simulated; this run holds {tables.start_year} to {tables.end_year}")
    bound = {s.instrument: s for s in saturated(tables, [year])}
    planned, codes = planned or {}, codes or {}
    sheets = [_sheet(tables, year, CITY, frames.treasury(tables, "city"), tables.commitments, bound, planned, codes)]
    cash = frames.on_map_2021(frames.treasury(tables, "district"))
    commitments = frames.on_map_2021(tables.commitments)
    # Money without a district (a city institution's) is no district's; if a run has any, it gets a sheet.
    places = [*PLACES, *([WHOLE_CITY] if WHOLE_CITY in set(cash["district"]) else [])]
    for place in places:
        here = pl.col("district") == place
        sheets.append(_sheet(tables, year, place, cash.filter(here), commitments.filter(here), bound, {}, codes))
    return Form(tables, year, tuple(sheets), bool(planned))


def _sheet(
    tables: Tables,
    year: int,
    place: str,
    cash: pl.DataFrame,
    commitments: pl.DataFrame,
    bound: Mapping[str, Saturated],
    planned: Mapping[str, Planned],
    codes: Mapping[str, str],
) -> Sheet:
    years = [y for y in range(year - 1, year + 3) if y in tables.years]
    near = cash.filter(pl.col("year").is_in(years))
    spent = set(near.filter(pl.col("fen") != 0)["instrument"])
    order = {name: i for i, name in enumerate(frames.instruments_by_size(tables))}
    chosen = sorted(
        spent | set(planned), key=lambda i: (BLOCKS.index(block_of(tables, i)), order.get(i, len(order)), i)
    )
    lines = tuple(
        _line(
            tables,
            year,
            place,
            name,
            near,
            commitments,
            bound.get(name),
            planned.get(name),
            codes.get(name, ""),
        )
        for name in chosen
    )
    paths = frames.paths(tables, near, "fen", "year", [year])
    error = frames.mean_error(frames.evenly(tables, paths[:, 0]))
    return Sheet(place, lines, *_range(tables, paths), error)


def _line(
    tables: Tables,
    year: int,
    place: str,
    instrument: str,
    cash: pl.DataFrame,
    commitments: pl.DataFrame,
    bound: Saturated | None,
    planned: Planned | None,
    code: str,
) -> Line:
    rows = cash.filter(pl.col("instrument") == instrument)
    granted = commitments.filter((pl.col("instrument") == instrument) & (pl.col("year") == year))
    level = "city" if place == CITY else "district"
    now = rows.filter(pl.col("year") == year)
    paid, settled = now.filter(pl.col("kind") == "payment"), now.filter(pl.col("kind") == "settlement")
    old = pl.col("award_year") < year
    totals = {y: _mean(tables, rows.filter(pl.col("year") == y), "fen") for y in (year - 1, year + 1, year + 2)}
    low, high = _range(tables, frames.paths(tables, rows, "fen", "year", [year]))
    statuses = {*paid.filter(pl.col("fen") != 0)["status"], *granted.filter(frames.entitlement() > 0)["status"]}
    if not statuses and granted.height:
        statuses = set(granted["status"])  # nothing is due, but why: no rule covers the year, or it lapsed
    recipients = _recipients(tables, granted)
    blank = Line(
        instrument=instrument,
        statuses=tuple(s for s in STATUSES if s in statuses),
        code=code,
        plan=planned.plan if planned else None,
        expected=planned.expected if planned else None,
        last=totals[year - 1],
        carried=_mean(tables, paid.filter(old), "fen"),
        new=_mean(tables, paid.filter(~old), "fen"),
        settlement=_mean(tables, settled, "fen"),
        following=tuple(totals[y] for y in (year + 1, year + 2) if y in tables.years),
        recipients=recipients,
        award=_mean(tables, granted, f"award_{level}"),
        low=low,
        high=high,
        reason="",
    )
    return Line(**{**blank.__dict__, "reason": reason(tables, year, blank, bound)})


def _mean(tables: Tables, rows: pl.DataFrame, column: str) -> int:
    return frames.mean_fen(tables, rows, column)


def _recipients(tables: Tables, rows: pl.DataFrame) -> float:
    whole, parts = frames.weighted_sum(tables, rows, "recipients")
    return whole / parts


def _range(tables: Tables, paths: NDArray[np.int64]) -> tuple[int | None, int | None]:
    band = frames.spread(paths, tables)
    if band.low_80 is None or band.high_80 is None:
        return None, None
    return int(band.low_80[0]), int(band.high_80[0])
