"""Read a run with actuals: check the file, weigh the replications, fix what is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.report.actuals.cells import PAID, in_place, with_counts
from fundflow.report.actuals.fixing import fix_cash, fix_commitments, fix_stocks, follow_awards
from fundflow.report.actuals.keeping import Choice
from fundflow.report.actuals.reading import Known, read_actuals
from fundflow.report.actuals.rows import AWARD, CASH, Actuals, place_text
from fundflow.report.actuals.weighing import (
    distances,
    kish,
    observations,
    outside,
    refuse_few,
    weights_of,
    whole_weights,
)
from fundflow.report.source import WHOLE_CITY, Tables, net_of_refunds

_SHARE_POINTS = 5
"""A city's share this many points away from the scenario's contradicts the split of the law."""


@dataclass(frozen=True)
class Reading:
    """How actuals bear on a run.

    Attributes
    ----------
    choice, actuals
        The file and its rows.
    weights
        Of the replications, whole millionths that add up to one million, shape (replications,).
    effective
        Effective number of replications (Kish).
    fixed
        The fixed cash, refunds taken off, with the columns of payments; once, not by replication.
    warnings
        What a reader must know about the file against this run.
    """

    choice: Choice
    actuals: Actuals
    weights: NDArray[np.int64] = field(repr=False)
    effective: float
    fixed: pl.DataFrame = field(repr=False)
    warnings: Sequence[str] = ()

    @property
    def lines(self) -> frozenset[tuple[str, str]]:
        """Covered lines by bearer and instrument."""
        return frozenset((bearer, name) for bearer, _, name in self.actuals.lines())


def apply(tables: Tables, choice: Choice) -> Tables:
    """Give the tables of a run as actuals make them.

    Parameters
    ----------
    tables
        The run as simulated, refunds not yet taken off.
    choice
        The file and the tolerance.

    Returns
    -------
    Tables
        Covered cash, commitments and stocks fixed, ``reading`` set.

    Raises
    ------
    ActualsFaults
        With everything wrong in the file.
    TooFewLeft
        If fewer than 30 effective replications are left.
    """
    tables = with_counts(tables)
    actuals = read_actuals(choice.path, Known.of(tables))
    found = observations(tables, actuals)
    weights = weights_of(distances(found, len(tables.replications), choice.tolerance))
    effective = kish(weights)
    far = outside(found)
    refuse_few(effective, len(tables.replications), choice.tolerance, actuals, far)
    payments, fixed = fix_cash(tables, actuals)
    if actuals.of(AWARD):
        payments = follow_awards(replace(tables, payments=payments), tables.payments, fixed, actuals)
    warnings = [*actuals.warnings, *far, *_against_the_run(tables, actuals, fixed)]
    reading = Reading(choice, actuals, whole_weights(weights), effective,
                      net_of_refunds(fixed, tables.instruments), warnings)  # fmt: skip
    return replace(tables, payments=payments, commitments=fix_commitments(tables, actuals),
                   indicators=fix_stocks(tables, actuals), reading=reading)  # fmt: skip


def _against_the_run(tables: Tables, actuals: Actuals, fixed: pl.DataFrame) -> list[str]:
    return [*_unpaid(tables, actuals), *_split(tables, actuals, fixed), *_over_award(actuals, fixed),
            *_left_out(tables, actuals)]  # fmt: skip


def _unpaid(tables: Tables, actuals: Actuals) -> list[str]:
    """Lines of which the scenario knows no such bearer."""
    by_line = {
        (bearer, name)
        for bearer, column in PAID.items()
        for name in tables.payments.filter(pl.col(column) != 0)["instrument"].unique()
    }
    told = {(row.bearer, row.name): row for row in actuals.of(CASH) if row.fen}
    return [
        f"line {row.line}: {name}: in the scenario the {bearer} bears nothing of it"
        for (bearer, name), row in told.items() if (bearer, name) not in by_line
    ]  # fmt: skip


def _split(tables: Tables, actuals: Actuals, fixed: pl.DataFrame) -> list[str]:
    """Lines given for city and district whose shares are not those of the scenario in any replication."""
    warnings = []
    spans = actuals.spans
    both = {name for bearer, place, name in actuals.lines() if bearer == "city" and place == WHOLE_CITY}
    both &= {name for bearer, _, name in actuals.lines() if bearer == "district"}
    whole = ("district", WHOLE_CITY)
    for name in sorted(both):
        if whole not in spans or ("district", WHOLE_CITY, name) not in actuals.lines():
            continue
        ours, theirs = spans["city", WHOLE_CITY], spans[whole]
        first, last = max(ours[0], theirs[0]), min(ours[1], theirs[1])
        here = (pl.col("instrument") == name) & pl.col("month").is_between(first, last)
        given = _city_share(fixed.filter(here))
        if given.is_empty():
            continue
        share = float(given["share"][0])
        simulated = _city_share(tables.payments.filter(here))["share"]
        low, high = simulated.min(), simulated.max()
        if not isinstance(low, float) or not isinstance(high, float):
            continue
        if not low - _SHARE_POINTS <= share <= high + _SHARE_POINTS:
            warnings.append(f"{name}: the city bears {share:.0f}% of the amounts given, {low:.0f}% to {high:.0f}% in "
                            "the scenario: does the file follow the split of the law?")  # fmt: skip
    return warnings


def _city_share(rows: pl.DataFrame) -> pl.DataFrame:
    summed = rows.group_by("replication").agg(pl.col("city").sum(), pl.col("district_fen").sum())
    both = pl.col("city") + pl.col("district_fen")
    return summed.filter(both > 0).with_columns(share=100.0 * pl.col("city") / both)


def _over_award(actuals: Actuals, fixed: pl.DataFrame) -> list[str]:
    """Awards of the file that are less than what it says was paid on them."""
    warnings = []
    for row in actuals.of(AWARD):
        here = (pl.col("instrument") == row.name) & (pl.col("award_year") == row.year)
        here &= in_place(row.place)
        paid = int(fixed.filter(here)[PAID[row.bearer]].sum())
        if row.fen is not None and paid > row.fen:
            warnings.append(f"line {row.line}: {row.name}: {paid / 10**6:,.2f} 万元 were paid on awards of {row.year}, "
                            f"more than the award of {row.fen / 10**6:,.2f} 万元; nothing more is due")  # fmt: skip
    return warnings


def _left_out(tables: Tables, actuals: Actuals) -> list[str]:
    """Lines with simulated money in months that a unit covers, which its file does not name."""
    named = {(bearer, name) for bearer, _, name in actuals.lines()}
    warnings = []
    for (bearer, place), (first, last) in actuals.spans.items():
        if place != WHOLE_CITY:
            continue
        rows = tables.payments.filter(pl.col("month").is_between(first, last) & (pl.col(PAID[bearer]) != 0))
        absent = sorted(str(n) for n in rows["instrument"].unique() if (bearer, str(n)) not in named)
        if absent:
            shown = ", ".join(absent[:3]) + (f" and {len(absent) - 3} more" if len(absent) > 3 else "")
            warnings.append(f"{place_text(bearer, place)}: the file does not name {shown}: their months stay simulated "
                            "(give 0 where nothing was paid)")  # fmt: skip
    return warnings
