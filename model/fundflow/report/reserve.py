"""What to keep in reserve: quantiles of the totals of a run, and the chance that a budget is passed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.order import Quantile, Share, quantile, share_of
from fundflow.report import frames
from fundflow.report.blocks import only, part
from fundflow.report.source import Tables
from fundflow.report.words import ALL, BLOCKS

SHARES = (0.5, 0.8, 0.9, 0.95, 0.975)
_CASH = {"city": "city", "district": "district_fen", "province": "province"}


class CannotReserve(ValueError):
    """A year, a district or an instrument that the run does not hold; the text says what it holds."""


@dataclass(frozen=True)
class Total:
    """One total over the replications, in fen: of one year, or of all years together.

    Attributes
    ----------
    mean, error
        The mean and half of its 95% interval by Student's t (infinite with one replication).
    budget
        The amount against which the total is held, and the share of replications above it.
    """

    years: tuple[int, ...]
    mean: float
    error: float
    quantiles: tuple[Quantile, ...]
    budget: int | None
    passed: Share | None


@dataclass(frozen=True)
class Asked:
    """Which money: the measure, who bears it, of which instruments, in which district."""

    measure: str = "entitlement"
    bearer: str = "total"
    of: str = "headline"
    district: str | None = None


def reserve(tables: Tables, asked: Asked, first: int, budget: int | None = None) -> list[Total]:
    """Quantiles of three yearly totals and of their sum.

    Parameters
    ----------
    first
        First of the three years; later ones that the run does not hold are left out.
    budget
        Yearly amount in fen; the sum is held against as many times the amount.

    Returns
    -------
    list of Total
        One for each year, then their sum if there is more than one.

    Raises
    ------
    CannotReserve
        With what the run holds.
    """
    if first not in tables.years:
        raise CannotReserve(f"--year {first}: the run holds {tables.start_year} to {tables.end_year}")
    years = tuple(y for y in range(first, first + 3) if y in tables.years)
    paths = paths_of(tables, asked, years)
    found = [_total((year,), frames.evenly(tables, paths[:, i]), budget) for i, year in enumerate(years)]
    if len(years) > 1:
        together = frames.evenly(tables, paths.sum(axis=1))
        found.append(_total(years, together, None if budget is None else budget * len(years)))
    return found


def paths_of(tables: Tables, asked: Asked, years: Sequence[int]) -> NDArray[np.int64]:
    """Totals by replication and year, in fen.

    Raises
    ------
    CannotReserve
        If the run holds no such instrument or district.
    """
    if asked.of in BLOCKS:
        tables = part(tables, asked.of)
    elif asked.of != ALL:
        if asked.of not in tables.instruments:
            raise CannotReserve(f"--of {asked.of}: no such instrument{_near(asked.of, [*BLOCKS, *tables.instruments])}")
        tables = only(tables, [asked.of])
    rows = frames.payments_by_year(tables) if asked.measure == "cash" else tables.commitments
    if asked.district is not None:
        rows = frames.on_map_2021(rows)
        known = sorted(set(rows["district"]))
        if asked.district not in known:
            raise CannotReserve(f"--district {asked.district}: no such district{_near(asked.district, known)}")
        rows = rows.filter(pl.col("district") == asked.district)
    bearers = frames.BEARERS if asked.bearer == "total" else (asked.bearer,)
    columns = [_CASH[b] if asked.measure == "cash" else f"{asked.measure}_{b}" for b in bearers]
    return frames.paths(tables, rows, pl.sum_horizontal(columns), "year", years)


def _total(years: tuple[int, ...], values: NDArray[np.int64], budget: int | None) -> Total:
    n = len(values)
    passed = None if budget is None else share_of(int((values > budget).sum()), n)
    quantiles = tuple(quantile(values, share) for share in SHARES)
    return Total(years, float(values.mean()), frames.mean_error(values), quantiles, budget, passed)


def _near(name: str, known: Sequence[str]) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, known, n=1, cutoff=0.4)
    return f'; did you mean "{close[0]}"?' if close else f"; allowed: {', '.join(known[:30])}"


def reserve_frame(asked: Asked, totals: Sequence[Total]) -> pl.DataFrame:
    """One row a total; amounts in fen, shares between 0 and 1, empty where the run is too small."""
    rows = []
    for one in totals:
        row: dict[str, object] = {
            "years": "-".join(map(str, dict.fromkeys((one.years[0], one.years[-1])))),
            "measure": asked.measure, "bearer": asked.bearer, "of": asked.of, "district": asked.district or ALL,
            "mean": one.mean, "mean_error": one.error if np.isfinite(one.error) else None,
        }  # fmt: skip
        for q in one.quantiles:
            name = f"q{q.share * 100:g}".replace(".", "_")
            row |= {name: q.value, f"{name}_low": q.low, f"{name}_high": q.high}
        row["budget"] = one.budget
        found = one.passed
        row |= {
            "passed": found.value if found else None,
            "passed_low": found.low if found else None,
            "passed_high": found.high if found else None,
        }
        rows.append(row)
    return pl.DataFrame(rows, infer_schema_length=None)
