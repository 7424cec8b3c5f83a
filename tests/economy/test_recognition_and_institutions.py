from __future__ import annotations

import numpy as np
import pytest

from fundflow.base.calendar import NEVER, day_of
from fundflow.base.draws import Draws
from fundflow.economy import (
    Economy,
    EconomyParameters,
    Firms,
    Incubators,
    Makerspaces,
    Strikes,
    eaglet_review,
    high_tech_round,
    incubator_year,
    makerspace_year,
    sme_round,
    year_factors,
)
from fundflow.economy.table import Table

SURE = {"high_tech_wish": 2.0, "high_tech_renewal": 2.0, "high_tech_acceptance": 2.0, "sme_wish": 2.0}

STRIKES = Strikes(failures=2, unfiled=2)


@pytest.fixture
def certain(parameters: EconomyParameters, draws: Draws) -> Economy:
    return parameters.draw(draws, fixed=True).model_copy(update=SURE)


def firms_of(n: int, **columns: object) -> Firms:
    firms = Firms(n)
    firms.id[:] = np.arange(n)
    for name, value in columns.items():
        firms.column(name)[:] = value
    return firms


def test_a_certificate_runs_three_years_and_the_first_day_is_kept(certain: Economy, draws: Draws) -> None:
    firms = firms_of(1)
    factors = year_factors(2021, certain, draws)
    yes = np.array([True])
    got = []
    for year in range(2021, 2028):
        got.append(len(high_tech_round(firms, year, yes, certain, factors, draws)))
    assert got == [1, 0, 0, 1, 0, 0, 1]
    assert firms.hte_first[0] == day_of(2021, 12, 1)
    assert firms.hte_until[0] == day_of(2030, 12, 1)


def test_only_eligible_living_firms_without_certificate_are_certified(certain: Economy, draws: Draws) -> None:
    end = day_of(2021, 12, 31)
    firms = firms_of(5, hte_until=[0, 0, end, end + 1, 0], exit_day=[NEVER, NEVER, NEVER, NEVER, end - 60])
    eligible = np.array([True, False, True, True, True])
    rows = high_tech_round(firms, 2021, eligible, certain, year_factors(2021, certain, draws), draws)
    assert rows.tolist() == [0, 2]


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ({}, True),
        ({"staff": 500}, True),
        ({"staff": 501}, False),
        ({"sales": 200_000_000_00}, True),
        ({"sales": 200_000_000_00 + 1}, False),
        ({"rd_stat": 0}, False),
        ({"sme_until": day_of(2021, 11, 30)}, True),
        ({"sme_until": day_of(2021, 12, 1)}, False),
    ],
)
def test_the_list_of_small_firms_takes_firms_with_rd_within_the_size(
    certain: Economy, draws: Draws, change: dict[str, int], listed: bool
) -> None:
    firms = firms_of(1, **({"staff": 10, "sales": 10**9, "rd_stat": 10**7} | change))
    rows = sme_round(firms, 2021, certain, year_factors(2021, certain, draws), draws)
    assert (len(rows) == 1) is listed


def test_high_tech_firms_of_the_size_are_put_on_the_list_with_certainty(
    parameters: EconomyParameters, draws: Draws
) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update={"sme_wish": 0.0, "sme_of_high_tech": 1.0})
    firms = firms_of(2, staff=10, sales=10**9, rd_stat=10**7, hte_until=[day_of(2023), 0])
    assert sme_round(firms, 2021, economy, year_factors(2021, economy, draws), draws).tolist() == [0]


def test_the_eaglet_review_takes_no_more_than_its_places_and_no_eaglet_twice(
    parameters: EconomyParameters, draws: Draws
) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update={"eaglet_places": 20, "eaglet_wish": 2.0})
    firms = firms_of(100, eaglet_from=np.arange(100) % 2)
    rows = eaglet_review(firms, 2022, np.ones(100, np.bool_), economy, draws)
    assert len(rows) == 20 and (firms.eaglet_from[rows] == 0).all()
    marks = draws.uniform("eaglet-review", firms.id, period=2022)
    assert (np.diff(marks[rows]) > 0).all()
    assert marks[rows].max() < np.delete(marks, rows)[firms.eaglet_from[np.delete(np.arange(100), rows)] == 0].min()


def incubators_of(n: int, level: int) -> Incubators:
    table = Incubators(n)
    table.id[:] = np.arange(n)
    table.level[:] = level
    table.recognised[:] = day_of(2015)
    return table


def test_two_failures_running_end_an_incubator_on_the_last_day_of_the_year(
    parameters: EconomyParameters, draws: Draws
) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(
        update={"incubator_fail": 0.5, "incubator_fail_persistence": 0.5, "incubator_filing": 1.0}
    )
    table = incubators_of(400, 1)
    before = np.zeros(400, np.int64)
    for year in range(2021, 2026):
        found = incubator_year(table, year, economy, draws, STRIKES)
        grade = np.ones(400, np.int64)
        grade[found.evaluated] = found.grade
        twice = np.flatnonzero((grade == 0) & (before == 1))
        np.testing.assert_array_equal(found.struck, twice)
        assert (table.until[found.struck] == day_of(year, 12, 31)).all()
        before = (grade == 0).astype(np.int64)
    assert (table.until < NEVER).sum() > 50


def test_two_years_without_filing_end_an_incubator(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update={"incubator_filing": 0.0, "incubator_fail": 0.0})
    table = incubators_of(10, 1)
    assert len(incubator_year(table, 2021, economy, draws, STRIKES).struck) == 0
    assert len(incubator_year(table, 2022, economy, draws, STRIKES).struck) == 10


def test_provincial_incubators_become_national_and_city_ones_provincial(
    parameters: EconomyParameters, draws: Draws
) -> None:
    sure = {
        "incubator_to_national": 1.0,
        "incubator_to_provincial": 1.0,
        "incubator_fail": 0.0,
        "incubator_filing": 1.0,
    }
    economy = parameters.draw(draws, fixed=True).model_copy(update=sure)
    for level, after in ((1, 3), (2, 3), (3, 4), (4, 4)):
        table = incubators_of(3, level)
        found = incubator_year(table, 2021, economy, draws, STRIKES)
        assert (table.level == after).all()
        assert found.level_before.tolist() == ([level] * 3 if level < 4 else [])


def test_a_standard_incubator_that_passes_may_become_specialised_with_a_field_and_others_may_not(
    parameters: EconomyParameters, draws: Draws
) -> None:
    sure = {
        "incubator_fail": 0.0,
        "incubator_filing": 1.0,
        "incubator_to_specialised": 1.0,
        "incubator_to_provincial": 0.0,
        "incubator_to_national": 0.0,
    }
    economy = parameters.draw(draws, fixed=True).model_copy(update=sure)
    for level, after in ((1, 2), (2, 2), (3, 3), (4, 4)):
        table = incubators_of(5, level)
        found = incubator_year(table, 2021, economy, draws, STRIKES)
        assert (table.level == after).all()
        assert found.level_before.tolist() == ([1] * 5 if level == 1 else [])
        assert (table.field >= 0).all() == (level == 1) and table.specialised.all() == (level == 1)
    for worse in ({"incubator_fail": 1.0}, {"incubator_filing": 0.0}, {"incubator_to_specialised": 0.0}):
        table = incubators_of(5, 1)
        incubator_year(table, 2021, economy.model_copy(update=worse), draws, STRIKES)
        assert (table.level == 1).all() and (table.field == -1).all()


def test_a_newcomer_is_not_evaluated_in_its_first_year(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True)
    new = incubator_year(Incubators(0), 2021, economy, draws, STRIKES).new
    assert new.n > 0 and (new.recognised == day_of(2021, 12, 31)).all()
    assert len(incubator_year(new.copy(), 2021, economy, draws, STRIKES).evaluated) == 0
    assert len(incubator_year(new.copy(), 2022, economy, draws, STRIKES).evaluated) == new.n


def test_makerspace_grades_have_the_stated_shares(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update={"makerspace_grade_persistence": 0.0})
    table = Makerspaces(20_000)
    table.id[:] = np.arange(20_000)
    found = makerspace_year(table, 2021, economy, draws, STRIKES)
    share = np.bincount(found.grade, minlength=5)[1:] / 20_000
    np.testing.assert_allclose(share, economy.makerspace_grades, atol=0.012)


def test_two_failures_running_end_a_makerspace(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update={"makerspace_grades": (0.0, 0.0, 0.0, 1.0)})
    table = Makerspaces(50)
    table.id[:] = np.arange(50)
    table.last_grade[:] = 4
    assert len(makerspace_year(table, 2021, economy, draws, STRIKES).struck) == 0
    assert len(makerspace_year(table, 2022, economy, draws, STRIKES).struck) == 50
    assert len(makerspace_year(table, 2023, economy, draws, STRIKES).assessed) == 0


def test_a_table_grows_keeps_its_rows_and_refuses_unknown_columns() -> None:
    table: Table = Incubators(0)
    for start in range(0, 50, 5):
        more = Incubators(5)
        more.id[:] = np.arange(start, start + 5)
        table.append(more)
    assert table.id.tolist() == list(range(50)) and len(table) == 50
    part = table.take(np.array([3, 1]))
    part.id[0] = 99
    assert table.id[3] == 3 and part.id.tolist() == [99, 1]
    with pytest.raises(AttributeError, match="no column 'colour'"):
        table.colour = 3
