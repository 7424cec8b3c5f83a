from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from fundflow.base.calendar import NEVER, day_of
from fundflow.base.draws import Draws
from fundflow.economy import (
    Economy,
    EconomyParameters,
    Firms,
    Population,
    draw_events,
    draw_exit_days,
    loan_principal,
    lpr_one_year,
    start_loans,
    stream_arrivals,
    venture_cumulative,
    year_arrivals,
    year_factors,
)
from fundflow.economy.hazards import exit_hazard
from fundflow.economy.streams import stream_number


def test_arrivals_of_a_cell_are_poisson(parameters: EconomyParameters) -> None:
    """Counts of one zone and month over many replications: chi-squared against the Poisson law."""
    weights = np.zeros(15)
    weights[4] = 1.0
    base = parameters.draw(Draws(1, 0), fixed=True).model_copy(
        update={"births": 36.0, "zone_weights": tuple(weights), "birth_loading": 0.0}
    )
    counts = []
    for replication in range(100):
        draws = Draws(5, replication)
        year = year_arrivals(2022, base, year_factors(2022, base, draws), draws)
        months = ((year.id >> 40) & 0xFFFF) % 12
        counts.extend(np.bincount(months, minlength=12))
    seen = np.bincount(np.minimum(counts, 8), minlength=9)
    law = stats.poisson(3)
    wanted = np.append(law.pmf(np.arange(8)), law.sf(7)) * len(counts)
    assert stats.chisquare(seen, wanted).pvalue > 1e-3
    assert np.var(counts) / np.mean(counts) == pytest.approx(1, abs=0.15)


def test_share_of_exits_is_the_mean_hazard(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True)
    firms = Firms(60_000)
    firms.id[:] = np.arange(60_000)
    firms.staff[:] = 10
    firms.founded[:] = day_of(2019, 6, 1)
    factors = year_factors(2021, economy, draws)
    hazard = exit_hazard(firms, np.arange(firms.n), 2021, economy, factors)
    gone = draw_exit_days(firms, 2021, economy, factors, draws)
    assert hazard[0] == pytest.approx(economy.exit_hazards[1] * economy.exit_multiplier * factors.exit)
    assert len(gone) / firms.n == pytest.approx(hazard[0], rel=0.08)
    days = firms.exit_day[gone] - day_of(2021)
    assert days.min() >= 0 and days.max() <= 364
    assert stats.kstest(days / 365, "uniform").pvalue > 1e-3
    assert (np.delete(firms.exit_day, gone) == NEVER).all()


def test_a_firm_founded_in_the_year_does_not_leave_in_it(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update={"exit_hazards": (0.9,) * 5})
    firms = Firms(100)
    firms.id[:] = np.arange(100)
    firms.founded[:] = day_of(2021, 1, 1)
    assert len(draw_exit_days(firms, 2021, economy, year_factors(2021, economy, draws), draws)) == 0
    assert len(draw_exit_days(firms, 2022, economy, year_factors(2022, economy, draws), draws)) > 50


def test_small_firms_leave_more_often_than_large_ones_and_rd_firms_less(
    parameters: EconomyParameters, draws: Draws
) -> None:
    economy = parameters.draw(draws, fixed=True)
    firms = Firms(3)
    firms.staff[:] = [2, 2000, 2]
    firms.rd_permanent[:] = [0, 0, 100]
    hazard = exit_hazard(firms, np.arange(3), 2021, economy, year_factors(2021, economy, draws))
    assert hazard[1] < hazard[2] < hazard[0]


def test_venture_money_adds_up_on_the_day_of_the_round(population: Population, economy: Economy, draws: Draws) -> None:
    firms = population.firms.copy()
    total = firms.venture_total.copy()
    for year in (2021, 2022):
        draw_events(firms, year, economy, year_factors(year, economy, draws), draws)
        rows = np.flatnonzero(firms.venture_amount > 0)
        assert len(rows)
        assert (firms.venture_day[rows] >= day_of(year)).all() and (firms.venture_day[rows] < day_of(year + 1)).all()
        before = venture_cumulative(firms, day_of(year) - 1)
        np.testing.assert_array_equal(before, total)
        total = total + firms.venture_amount
        np.testing.assert_array_equal(venture_cumulative(firms, day_of(year, 12, 31)), total)


def test_a_new_loan_is_due_twelve_months_after_a_day_of_the_year(
    population: Population, economy: Economy, draws: Draws
) -> None:
    firms = population.firms.copy()
    had = firms.has_loan.copy()
    rows = start_loans(firms, 2023, economy, year_factors(2023, economy, draws), draws)
    assert len(rows) and not had[rows].any() and firms.has_loan[rows].all()
    assert (firms.loan_due[rows] >= day_of(2024)).all() and (firms.loan_due[rows] <= day_of(2024, 12, 31)).all()
    assert (firms.loan_number[rows] == 1).all()


def test_a_loan_is_whole_steps_of_ten_thousand_yuan_within_its_bounds() -> None:
    sales = np.array([1_000_000_00, 123_456_789_00, 10**15])
    assert loan_principal(sales, np.array([10_000, 150_000, 900_000])).tolist() == [
        100_000_00,
        18_510_000_00,
        100_000_000_00,
    ]


@pytest.mark.parametrize(
    ("day", "rate"),
    [
        (day_of(2021, 1, 31), 38_500), (day_of(2021, 12, 19), 38_500), (day_of(2021, 12, 20), 38_000),
        (day_of(2022, 1, 19), 38_000), (day_of(2022, 1, 20), 37_000), (day_of(2024, 12, 31), 31_000),
    ],
)  # fmt: skip
def test_the_prime_rate_is_the_observed_one_to_the_day(economy: Economy, day: int, rate: int) -> None:
    assert lpr_one_year(day, economy) == rate


def test_after_the_last_observation_the_prime_rate_goes_straight_to_its_stated_end(economy: Economy) -> None:
    stated = economy.model_copy(update={"lpr_long_run": 26_000, "lpr_long_run_year": 2029})
    path = [lpr_one_year(day_of(year), stated) for year in range(2024, 2032)]
    assert path == [34_500, 30_000, 29_000, 28_000, 27_000, 26_000, 26_000, 26_000]


def test_the_common_factor_has_the_stated_persistence_and_variance_one(parameters: EconomyParameters) -> None:
    economy = parameters.draw(Draws(1, 0), fixed=True)
    pairs = np.array([[year_factors(y, economy, Draws(9, r)).common for y in (2034, 2035)] for r in range(1500)])
    assert pairs.std() == pytest.approx(1, abs=0.06)
    assert np.corrcoef(pairs.T)[0, 1] == pytest.approx(economy.common_persistence, abs=0.06)


def test_streams_have_the_stated_number_and_kind_and_only_append_when_raised(
    parameters: EconomyParameters, draws: Draws
) -> None:
    economy = parameters.draw(draws, fixed=True)
    for name, stream in economy.streams.items():
        rows = stream_arrivals(name, 2024, economy, draws)
        mean = stream.yearly * (1 + stream.growth) ** 3 * (stream.until >= 2024)
        assert len(rows.ids) == pytest.approx(mean, abs=4.5 * np.sqrt(mean) + 1), name
        assert (np.diff(rows.ids) > 0).all()
        assert (rows.day >= day_of(2024)).all() and (rows.day <= day_of(2024, 12, 31)).all()
        more = dict(economy.streams) | {name: stream.model_copy(update={"yearly": stream.yearly * 2})}
        if not stream.fixed_number:
            again = stream_arrivals(name, 2024, economy.model_copy(update={"streams": more}), draws)
            keep = np.isin(again.ids, rows.ids)
            np.testing.assert_array_equal(again.ids[keep], rows.ids)
            for key, column in rows.attributes.items():
                np.testing.assert_array_equal(again.attributes[key][keep], column)


def test_ids_of_two_streams_never_meet(parameters: EconomyParameters, draws: Draws) -> None:
    names = list(parameters.draw(draws, fixed=True).streams)
    assert len({stream_number(name) for name in names}) == len(names)


def test_a_fixed_stream_has_the_same_claimants_every_year(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True)
    first, second = (stream_arrivals("transfer-unit", year, economy, draws) for year in (2022, 2023))
    np.testing.assert_array_equal(first.ids, second.ids)
    key = "transaction_value_of_year"
    assert (first.attributes[key] != second.attributes[key]).any()


def test_a_voucher_case_is_thirty_thousand_yuan_on_average(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True)
    cases = np.concatenate(
        [stream_arrivals("firm-voucher", year, economy, draws).attributes["redeemed"] for year in range(2021, 2027)]
    )
    assert cases.mean() / 100 == pytest.approx(30_000, rel=0.05)
    assert cases.max() <= 200_000_00
