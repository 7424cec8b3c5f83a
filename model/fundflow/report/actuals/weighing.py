"""What each replication weighs, given actuals: a Gaussian kernel on how far its logarithms lie from them.

For every observation ``j`` of replication ``r`` the gap is ``g = ln((simulated + e) / (observed + e))``, with ``e`` of
10,000 yuan for amounts and 1 for numbers, so that a zero has a logarithm. It is measured against the tolerance ``t`` of
the scenario and the luck of small numbers: ``2 / k`` is the variance of the difference of the logarithms of two Poisson
numbers of mean ``k``, here the mean simulated number of payments (recipients, stock) behind the observation, one at
least. Amounts (a line's paid to date by year, its award, its entitlement) weigh by their money ``m = max(observed, mean
simulated)``; numbers weigh alike::

    d_j(r) = g_j(r)^2 / (t^2 + 2 / k_j)
    D(r)   = sum_j m_j d_j / sum_j m_j  +  mean over counts of d  +  mean over stocks of d
    w(r)   = exp(-D(r) / 2)

A replication that is off by the factor ``exp(t)`` in every large line weighs ``exp(-1/2) = 0.61`` of one that fits. The
gaps are averaged and not added because lines are no independent witnesses: one factor (a growth path, the number of
firms) moves them together, and as many factors of a likelihood as there are lines would leave a single replication.
This is the kernel of approximate Bayesian computation (Beaumont, Zhang and Balding 2002, Genetics 162, 2025) on a
money-weighted distance. The effective number of replications is that of Kish (1965, Survey Sampling, section 11.7):
``(sum w)^2 / sum w^2``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.report.actuals.cells import granted_in, paid_in
from fundflow.report.actuals.rows import AWARD, CASH, ENTITLEMENT, STOCK, Actuals, Row, months_between
from fundflow.report.actuals.shares import apportion
from fundflow.report.frames import BEARERS
from fundflow.report.source import WHOLE_CITY, Tables

LEAST = 30
"""Fewer effective replications than this say nothing about a range, so the program refuses."""
WHOLE = 1_000_000
"""Weights are rounded to millionths, so that means of money are sums of whole numbers."""
FLOOR_FEN, FLOOR_COUNT = 1_000_000, 1
MONEY, COUNTS, STOCKS = "amounts", "counts", "stocks"


class TooFewLeft(ValueError):
    """The replications that agree with the actuals are too few to say anything."""


@dataclass(frozen=True)
class Observation:
    """One number of the file beside what each replication gives.

    Attributes
    ----------
    group
        ``amounts``, ``counts`` or ``stocks``.
    simulated
        Shape (replications,), in fen or a number.
    number
        How many payments, recipients or firms are behind it, in the mean of the replications.
    """

    group: str
    label: str
    observed: int
    simulated: NDArray[np.int64]
    number: float


def observations(tables: Tables, actuals: Actuals) -> list[Observation]:
    """Everything that replications are held against: each line once a year, its bearers and districts summed.

    A line's bearers share one total by a rule of the law, so they are one observation and not two.
    """
    return [*_cash(tables, actuals), *_granted(tables, actuals), *_stocks(tables, actuals)]


def distances(found: list[Observation], replications: int, tolerance: float) -> NDArray[np.float64]:
    """Squared distance ``D`` of each replication, shape (replications,); see the head of this file."""
    total = np.zeros(replications)
    for group in (MONEY, COUNTS, STOCKS):
        mine = [one for one in found if one.group == group]
        if not mine:
            continue
        floor = FLOOR_FEN if group == MONEY else FLOOR_COUNT
        gaps = np.array([np.log((one.simulated + floor) / (one.observed + floor)) for one in mine])
        luck = np.array([2.0 / max(one.number, 1.0) for one in mine])
        weight = np.array([_money(one) if group == MONEY else 1.0 for one in mine])
        if weight.sum() > 0:
            scaled = gaps**2 / (tolerance**2 + luck)[:, None]
            total += (weight[:, None] * scaled).sum(axis=0) / weight.sum()
    return total


def weights_of(squared: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of replications by their squared distances, the largest one.

    The least distance is taken off first: weights matter by their ratios, and a file that fits nothing well must not
    turn all of them into zero.
    """
    return np.asarray(np.exp(-(squared - squared.min()) / 2), np.float64)


def kish(weights: NDArray[np.float64]) -> float:
    """Effective number of replications."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def whole_weights(weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Weights in whole millionths that add up to one."""
    scaled = [int(w) for w in np.rint(weights / weights.max() * 2**40)]
    return np.array(apportion(WHOLE, scaled), np.int64)


def refuse_few(effective: float, replications: int, tolerance: float, actuals: Actuals, far: list[str]) -> None:
    """Refuse too few effective replications.

    Raises
    ------
    TooFewLeft
        Below `LEAST`; the text says how many replications would do.
    """
    if effective >= LEAST:
        return
    needed = _round_up(math.ceil(replications * LEAST / effective))
    lines = [
        f"{actuals.path}: the actuals leave an effective number of {effective:.1f} of {replications} replications; "
        f"below {LEAST} a range means nothing.",
        f"About {needed:,} replications would do (fundflow run ... --replications {needed} extends the run), "
        f"or a wider [observed] tolerance than {tolerance:g}.",
    ]
    if far:
        lines += ["No replication comes near to these; is the scenario, or the file, wrong there?",
                  *(f"  {one}" for one in far[:8])]  # fmt: skip
    raise TooFewLeft("\n".join(lines))


def outside(found: list[Observation]) -> list[str]:
    """Observations that lie outside what any replication gives, the most money first."""
    far = [one for one in found if not one.simulated.min() <= one.observed <= one.simulated.max()]
    far.sort(key=lambda one: -_money(one) if one.group == MONEY else 0.0)
    return [
        f"{one.label}: observed {_shown(one, one.observed)}, replications give "
        f"{_shown(one, int(one.simulated.min()))} to {_shown(one, int(one.simulated.max()))}"
        for one in far
    ]


def _cash(tables: Tables, actuals: Actuals) -> list[Observation]:
    rows = actuals.of(CASH)
    if not rows:
        return []
    with_amount = {(*row.unit, row.name) for row in rows if row.fen is not None}
    cells = [cell for cell in actuals.covered() if cell[:3] in with_amount]
    found = _compared(tables, [row for row in rows if row.fen is not None], _cells(cells), MONEY, "paid", "fen")
    # A recipient is counted once, though city and district both pay: by the first bearer that gives numbers.
    first = {row.name: min(BEARERS.index(r.bearer) for r in rows if r.name == row.name and r.count is not None)
             for row in rows if row.count is not None}  # fmt: skip
    counted = [row for row in rows if row.count is not None and BEARERS.index(row.bearer) == first[row.name]]
    cells = [(*row.unit, row.name, month) for row in counted for month in months_between(row.first, row.last)]
    return found + _compared(tables, counted, _cells(cells), COUNTS, "payments", "count")


def _cells(cells: Iterable[tuple[str, str, str, int]]) -> pl.DataFrame:
    schema = {"bearer": pl.String(), "place": pl.String(), "instrument": pl.String(), "month": pl.Int32()}
    return pl.DataFrame(sorted(set(cells)), schema=schema, orient="row")


def _compared(
    tables: Tables, rows: list[Row], cells: pl.DataFrame, group: str, word: str, column: str
) -> list[Observation]:
    observed: dict[tuple[str, int], int] = {}
    for name, month in cells.select("instrument", "month").iter_rows():
        observed.setdefault((name, month // 100), 0)
    for row in rows:
        observed[row.name, row.year] += (row.fen if column == "fen" else row.count) or 0
    simulated = paid_in(tables, cells).with_columns(year=pl.col("month") // 100)
    behind = _paths(tables, simulated, "count", sorted(observed))
    bearers = _bearers(cells) if column == "fen" else {}
    return [Observation(group, f"{name}, {word} in {year}", observed[name, year], paths,
                        float(behind[name, year].mean()) / bearers.get(name, 1))
            for (name, year), paths in _paths(tables, simulated, column, sorted(observed)).items()]  # fmt: skip


def _granted(tables: Tables, actuals: Actuals) -> list[Observation]:
    found: list[Observation] = []
    for kind in (AWARD, ENTITLEMENT):
        rows = actuals.of(kind)
        if not rows:
            continue
        simulated = granted_in(tables, actuals, kind)
        for column, group, word in (("fen", MONEY, kind), ("count", COUNTS, f"recipients ({kind})")):
            given = [row for row in rows if (row.fen if column == "fen" else row.count) is not None]
            if column == "count":
                first = {r.name: min(BEARERS.index(o.bearer) for o in given if o.name == r.name) for r in given}
                given = [row for row in given if BEARERS.index(row.bearer) == first[row.name]]
            observed: dict[tuple[str, int], int] = {}
            for row in given:
                value = row.fen if column == "fen" else row.count
                observed[row.name, row.year] = observed.get((row.name, row.year), 0) + (value or 0)
            units = pl.DataFrame(
                sorted({(*row.unit, row.name, row.year) for row in given}),
                schema={"bearer": pl.String(), "place": pl.String(), "instrument": pl.String(), "year": pl.Int32()},
                orient="row",
            )
            mine = simulated.join(units, on=["bearer", "place", "instrument", "year"], how="semi")
            behind = _paths(tables, mine, "count", sorted(observed))
            bearers = _bearers(units)
            found += [Observation(group, f"{name}, {word} of {year}", observed[name, year], paths,
                                  float(behind[name, year].mean()) / bearers[name])
                      for (name, year), paths in _paths(tables, mine, column, sorted(observed)).items()]  # fmt: skip
    return found


def _bearers(cells: pl.DataFrame) -> dict[str, int]:
    """How many bearers give a line: each of them counts the same payments."""
    return dict(cells.group_by("instrument").agg(pl.col("bearer").n_unique()).iter_rows())


def _stocks(tables: Tables, actuals: Actuals) -> list[Observation]:
    found = []
    for row in actuals.of(STOCK):
        rows = stock_rows(tables, row)
        summed = dict(rows.group_by("replication").agg(pl.col("value").sum()).iter_rows())
        values = np.array([round(summed.get(r, 0)) for r in tables.replications], np.int64)
        where = "" if row.place == WHOLE_CITY else f" in {row.place}"
        found.append(Observation(STOCKS, f"{row.name}{where}, end of {row.year}", row.count or 0, values,
                                 float(values.mean())))  # fmt: skip
    return found


def stock_rows(tables: Tables, row: Row) -> pl.DataFrame:
    """Rows of the indicators that a stock of the file stands for: the city's own, else those of the districts."""
    rows = tables.indicators.filter((pl.col("name") == row.name) & (pl.col("year") == row.year))
    if row.place != WHOLE_CITY:
        return rows.filter(pl.col("district") == row.place)
    whole = rows.filter(pl.col("district") == WHOLE_CITY)
    return rows if whole.is_empty() else whole


def _paths(
    tables: Tables, rows: pl.DataFrame, column: str, keys: list[tuple[str, int]]
) -> dict[tuple[str, int], NDArray[np.int64]]:
    at = {number: i for i, number in enumerate(tables.replications)}
    paths = {key: np.zeros(len(at), np.int64) for key in keys}
    summed = rows.group_by("replication", "instrument", "year").agg(pl.col(column).sum())
    for replication, name, year, value in summed.select("replication", "instrument", "year", column).iter_rows():
        if (name, year) in paths:
            paths[name, year][at[replication]] = value
    return paths


def _money(one: Observation) -> float:
    return max(float(one.observed), float(one.simulated.mean()))


def _shown(one: Observation, value: int) -> str:
    return f"{value / 10**6:,.2f} 万元" if one.group == MONEY else f"{value:,}"


def _round_up(number: int) -> int:
    """Round up to two digits: the number is an estimate."""
    step = int("1".ljust(max(len(str(number)) - 1, 1), "0"))
    return -(-number // step) * step
