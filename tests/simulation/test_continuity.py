"""The first years go over into the next ones: what runs on the first day was put there as if it had run before."""

from __future__ import annotations

import polars as pl
import pytest

from tests.simulation.runs import entitled, run

# The whole city: ranks and quotas do not scale with the population.
CITY = ("population.size=60000", "end=2027-12-31", "budget_year=2027", "fixed_parameters=true")
FIRST, NEXT = (2021, 2022, 2023), (2024, 2025, 2026)
FACTOR = 1.5
"""Growth explains this much, both ways: sales and R&D grow by 6 to 10 % a year, so a third in three years, and luck."""
WIDER = {
    # Law: a makerspace is paid for a few years only, and those of before 2021 bring their last ones along (0.54).
    "makerspace-operating-subsidy": 2.0,
}
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


def mean(years: pl.DataFrame, instrument: str, wanted: tuple[int, ...]) -> tuple[float, int]:
    """Yearly mean of what is due in the years covered, and the claims that are due something."""
    rows = years.filter(pl.col("year").is_in(wanted), instrument=instrument)
    return (float(rows["due"].mean() or 0.0), int(rows["recipients"].sum()))


@pytest.mark.slow
def test_no_instruments_first_three_years_differ_from_the_next_three_by_more_than_growth_and_law_explain(years):
    wrong, tested = {}, 0
    for instrument in sorted(years["instrument"].unique()):
        (before, few), (after, many) = mean(years, instrument, FIRST), mean(years, instrument, NEXT)
        if min(few, many) < FEW:
            continue
        tested += 1
        factor = WIDER.get(instrument, FACTOR)
        if not 1 / factor <= after / before <= factor:
            wrong[instrument] = round(after / before, 2)
    assert tested >= 15
    assert not wrong, f"next three years over the first three: {wrong}"


@pytest.mark.slow
def test_the_total_of_the_first_three_years_goes_over_into_the_next(years):
    totals = [years.filter(pl.col("year").is_in(span))["due"].sum() for span in (FIRST, NEXT)]
    assert 1 / 1.3 < totals[1] / totals[0] < 1.3
