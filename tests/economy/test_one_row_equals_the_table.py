"""The reference model runs firms one by one: each function must give a firm the same figures alone as among many."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from fundflow.base.draws import Draws
from fundflow.economy import (
    Economy,
    Firms,
    Population,
    Strikes,
    arrivals,
    close_year,
    draw_events,
    draw_exit_days,
    incubator_year,
    makerspace_year,
    month_of_arrival,
    start_loans,
    year_arrivals,
    year_factors,
)
from fundflow.economy.table import Table

STRIKES = Strikes(failures=2, unfiled=2)


def run(firms: Firms, economy: Economy, draws: Draws, years: range) -> None:
    for year in years:
        factors = year_factors(year, economy, draws)
        draw_exit_days(firms, year, economy, factors, draws)
        if year > 2021:
            close_year(firms, year - 1, economy, year_factors(year - 1, economy, draws), draws)
        draw_events(firms, year, economy, factors, draws)
        start_loans(firms, year, economy, factors, draws)


def same(left: Table, right: Table) -> None:
    for name in left.columns():
        np.testing.assert_array_equal(left.column(name), right.column(name), err_msg=name)


def test_a_firm_alone_has_the_figures_it_has_in_a_large_table(
    population: Population, economy: Economy, draws: Draws
) -> None:
    whole = population.firms.copy()
    run(whole, economy, draws, range(2021, 2027))
    assert (whole.exit_day < 2**40).sum() > 100 and (whole.venture_total > 0).any()
    for row in range(0, whole.n, 37):
        alone = population.firms.take(np.array([row]))
        run(alone, economy, draws, range(2021, 2027))
        same(alone, whole.take(np.array([row])))


def test_the_order_and_company_of_rows_change_no_figure(population: Population, economy: Economy, draws: Draws) -> None:
    whole = population.firms.copy()
    run(whole, economy, draws, range(2021, 2025))
    rows = np.arange(whole.n)[::-3]
    part = population.firms.take(rows)
    run(part, economy, draws, range(2021, 2025))
    same(part, whole.take(rows))


def test_one_more_firm_changes_no_other_firms_figures(population: Population, economy: Economy, draws: Draws) -> None:
    plain, crowded = population.firms.copy(), population.firms.copy()
    extra = arrivals(
        2021, 1, 5, economy.model_copy(update={"births": 5000.0}), year_factors(2021, economy, draws), draws
    )
    crowded.append(extra.take(slice(0, 1)))
    run(plain, economy, draws, range(2021, 2026))
    run(crowded, economy, draws, range(2021, 2026))
    same(crowded.take(slice(0, plain.n)), plain)


def test_a_higher_birth_rate_only_appends_firms(economy: Economy, draws: Draws) -> None:
    factors = year_factors(2023, economy, draws)
    few = year_arrivals(2023, economy, factors, draws)
    many = year_arrivals(2023, economy.model_copy(update={"births": economy.births * 1.5}), factors, draws)
    assert many.n > few.n
    same(many.take(np.isin(many.id, few.id)), few)


def test_a_year_of_arrivals_is_its_months_and_zones_one_after_the_other(economy: Economy, draws: Draws) -> None:
    factors = year_factors(2024, economy, draws)
    year = year_arrivals(2024, economy, factors, draws)
    pieces = Firms(0)
    for month in range(1, 13):
        for zone in range(15):
            pieces.append(arrivals(2024, month, zone, economy, factors, draws))
    same(pieces, year)
    assert (np.diff(year.id) > 0).all()
    months = year.founded.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12 + 1
    np.testing.assert_array_equal(months, month_of_arrival(year.id))


@pytest.mark.parametrize(("kind", "step"), [("incubators", incubator_year), ("makerspaces", makerspace_year)])
def test_an_institution_alone_has_the_grades_it_has_among_many(
    population: Population, economy: Economy, draws: Draws, kind: str, step: Callable[..., object]
) -> None:
    table = getattr(population, kind)
    whole = table.copy()
    for year in range(2021, 2031):
        step(whole, year, economy, draws, STRIKES)
    for row in range(whole.n):
        alone = table.take(np.array([row]))
        for year in range(2021, 2031):
            step(alone, year, economy, draws, STRIKES)
        same(alone, whole.take(np.array([row])))


def test_closing_a_year_twice_changes_nothing(population: Population, economy: Economy, draws: Draws) -> None:
    firms = population.firms.copy()
    factors = year_factors(2021, economy, draws)
    close_year(firms, 2021, economy, factors, draws)
    once = firms.copy()
    close_year(firms, 2021, economy, factors, draws)
    same(firms, once)
