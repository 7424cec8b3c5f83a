"""The first years go over into the next ones: what runs on the first day was put there as if it had run before."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fundflow.base.calendar import day_of
from tests.simulation.runs import entitled, run

# The whole city: ranks and quotas do not scale with the population.
CITY = ("population.size=60000", "end=2028-12-31", "budget_year=2027", "fixed_parameters=true")
OPENING, LAST, SPAN = 2021, 2028, 3
FACTOR = 1.5
"""Growth explains this much, both ways: sales and R&D grow by 6 to 10 % a year, so a third in three years, and luck."""
FEW = 40
"""Claims that an instrument needs in each three years; below that luck alone moves the mean by more than the factor."""


@pytest.fixture(scope="module")
def years() -> pl.DataFrame:
    """Entitlement and claims by instrument and year, two replications together."""
    frames = [run(*CITY, replication=number)["commitments"] for number in (0, 1)]
    return (
        pl.concat(frames)
        .filter(pl.col("status") != "not_covered")
        .with_columns(due=entitled())
        .group_by("instrument", "year")
        .agg(pl.col("due", "claims", "recipients").sum())
    )


def spans(instrument: str) -> tuple[range, range]:
    """The first three fiscal years in which all that is awarded arose under the rule, and the next three.

    What arises on the first day that counts is awarded on a day d: the first whole year begins on or after d.
    """
    rule = run(*CITY).inputs.catalogue.instruments[instrument]
    awarded = int(rule.pay.award_days(np.array([rule.events_from]))[0])
    first = next(year for year in range(OPENING, LAST + 1) if day_of(year) >= awarded)
    return range(first, first + SPAN), range(first + SPAN, min(first + 2 * SPAN, LAST + 1))


def mean(years: pl.DataFrame, instrument: str, wanted: range) -> tuple[float, int]:
    """Yearly mean of what is due in the years covered, and the claims that are due something."""
    rows = years.filter(pl.col("year").is_in(wanted), instrument=instrument)
    return (float(rows["due"].mean() or 0.0), int(rows["recipients"].sum()))


@pytest.mark.slow
def test_no_instruments_first_three_years_differ_from_the_next_three_by_more_than_growth_and_law_explain(years):
    wrong, tested = {}, 0
    for instrument in sorted(years["instrument"].unique()):
        (before, few), (after, many) = (mean(years, instrument, span) for span in spans(instrument))
        if min(few, many) < FEW:
            continue
        tested += 1
        if not 1 / FACTOR <= after / before <= FACTOR:
            wrong[instrument] = round(after / before, 2)
    assert tested >= 15
    assert not wrong, f"next three years over the first three: {wrong}"


@pytest.mark.slow
def test_the_total_of_the_first_three_years_goes_over_into_the_next(years):
    both = range(OPENING, OPENING + SPAN), range(OPENING + SPAN, OPENING + 2 * SPAN)
    totals = [years.filter(pl.col("year").is_in(span))["due"].sum() for span in both]
    assert 1 / 1.3 < totals[1] / totals[0] < 1.3
