from __future__ import annotations

import numpy as np
import pytest

from fundflow.base.draws import Draws
from fundflow.economy import Economy, EconomyParameters, Firms, close_year, growth_autocorrelation, year_factors
from fundflow.economy.growth import shock_deviation, transitory_deviation

QUIET = dict.fromkeys(("sales_loading", "rd_loading", "field_sd", "rd_stop", "rd_start", "staff_elasticity"), 0.0)
LARGE = 10_000_000_000_00


def laboratory(n: int) -> Firms:
    """Equal old firms of ten staff, with R&D at its target."""
    firms = Firms(n)
    firms.id[:] = np.arange(n)
    firms.closed_year[:] = 2020
    firms.staff[:] = 10
    firms.st_share[:] = 500_000
    firms.sales_base[:] = LARGE
    firms.intensity[:] = 100_000
    firms.rd_permanent[:] = LARGE // 10
    firms.tax_ratio[:] = 1_000_000
    firms.cert_ratio[:] = 1_000_000
    return firms


def growth_of_rd(economy: Economy, draws: Draws, n: int = 4000, years: int = 8) -> np.ndarray:
    firms = laboratory(n)
    logs = []
    for year in range(2021, 2021 + years):
        close_year(firms, year, economy, year_factors(year, economy, draws), draws)
        logs.append(np.log(firms.rd_stat))
    return np.diff(np.array(logs), axis=0)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.4, 0.6])
@pytest.mark.parametrize("speed", [1.0, 0.8])
def test_autocorrelation_of_rd_growth_follows_its_formula(
    parameters: EconomyParameters, draws: Draws, share: float, speed: float
) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(
        update=QUIET | {"transitory_share": share, "rd_rise_speed": speed, "rd_cut_speed": speed}
    )
    growth = growth_of_rd(economy, draws)[2:]  # the first years still forget the common start
    found = np.corrcoef(growth[:-1].ravel(), growth[1:].ravel())[0, 1]
    # 16,000 pairs: a standard error under 0.01 for thin tails; Laplace tails widen it.
    assert found == pytest.approx(growth_autocorrelation(economy), abs=0.04)


def test_the_formula_gives_minus_half_the_transitory_share_at_full_speed(
    parameters: EconomyParameters, draws: Draws
) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update={"rd_rise_speed": 1.0, "rd_cut_speed": 1.0})
    assert growth_autocorrelation(economy) == pytest.approx(-economy.transitory_share / 2)


def test_cuts_are_slower_than_rises(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update=QUIET | {"intensity_sd": 0.0})
    firms = laboratory(4000)
    close_year(firms, 2021, economy, year_factors(2021, economy, draws), draws)
    target = np.log(firms.sales_base * (firms.intensity / 1e6) / (LARGE // 10))
    moved = np.log(firms.rd_permanent / (LARGE // 10))
    rising = target > 0
    assert rising.any() and (~rising).any()
    np.testing.assert_allclose(moved[rising], economy.rd_rise_speed * target[rising], atol=1e-5)
    np.testing.assert_allclose(moved[~rising], economy.rd_cut_speed * target[~rising], atol=1e-5)


def test_shocks_of_sales_are_laplace_and_fall_with_size(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update=QUIET)
    spreads = {}
    for staff in (10, 1000):
        firms = laboratory(20_000)
        firms.staff[:] = staff
        close_year(firms, 2021, economy, year_factors(2021, economy, draws), draws)
        growth = np.log(firms.sales_base / LARGE)
        centred = growth - np.median(growth)
        spreads[staff] = growth.std()
        # A Laplace variable has mean absolute deviation = deviation / sqrt(2); a normal one 0.80 of it.
        assert np.abs(centred).mean() / growth.std() == pytest.approx(1 / np.sqrt(2), abs=0.02)
    assert spreads[1000] / spreads[10] == pytest.approx(100**-economy.growth_size_exponent, rel=0.05)


def test_shocks_leave_mean_sales_growth_at_the_stated_path(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update=QUIET)
    firms = laboratory(60_000)
    close_year(firms, 2021, economy, year_factors(2021, economy, draws), draws)
    wanted = np.exp(economy.of_year(economy.sales_growth, 2021))
    assert firms.sales_base.mean() / LARGE == pytest.approx(wanted, rel=0.01)


def test_the_transitory_deviation_makes_up_its_share_of_the_variance(
    parameters: EconomyParameters, draws: Draws
) -> None:
    economy = parameters.draw(draws, fixed=True)
    spread = shock_deviation(np.array([1, 10, 1000]), economy)
    speed = (economy.rd_rise_speed + economy.rd_cut_speed) / 2
    permanent = (spread**2 + economy.intensity_sd**2) * speed / (2 - speed)
    passing = 2 * transitory_deviation(spread, economy) ** 2
    np.testing.assert_allclose(passing / (passing + permanent), economy.transitory_share)


def test_a_firm_founded_in_the_year_has_part_of_a_years_sales_and_no_growth(
    parameters: EconomyParameters, draws: Draws
) -> None:
    economy = parameters.draw(draws, fixed=True)
    firms = laboratory(2)
    firms.closed_year[:] = 0
    firms.founded[:] = [18628, 18628 + 184]  # 1 January and 4 July 2021
    close_year(firms, 2021, economy, year_factors(2021, economy, draws), draws)
    assert firms.sales_base.tolist() == [LARGE, LARGE]
    assert firms.sales[0] == LARGE
    assert firms.sales[1] == pytest.approx(LARGE * 181 / 365, rel=1e-9)


def test_government_money_is_part_of_the_deducted_rd(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True)
    firms = laboratory(20_000)
    close_year(firms, 2021, economy, year_factors(2021, economy, draws), draws)
    funded = firms.gov_rd > 0
    assert funded.mean() == pytest.approx(economy.gov_share, abs=0.01)
    assert (firms.gov_rd[funded] / firms.rd_tax[funded]).mean() == pytest.approx(economy.gov_part, abs=0.02)
    np.testing.assert_array_equal(firms.rd_own + firms.gov_rd, firms.rd_tax)


def test_a_response_raises_rd_and_nothing_else(parameters: EconomyParameters, draws: Draws) -> None:
    economy = parameters.draw(draws, fixed=True).model_copy(update=QUIET)
    plain, moved = laboratory(500), laboratory(500)
    factors = year_factors(2021, economy, draws)
    close_year(plain, 2021, economy, factors, draws)
    close_year(moved, 2021, economy, factors, draws, response=np.full(500, 0.05))
    # A change of more than 1.5 log points is cut off, with the response or without.
    assert (moved.rd_stat >= plain.rd_stat).all()
    assert (moved.rd_stat > plain.rd_stat).mean() > 0.995
    lifted = np.log(moved.rd_stat / plain.rd_stat)
    assert economy.rd_cut_speed * 0.05 - 1e-6 < np.median(lifted) < economy.rd_rise_speed * 0.05 + 1e-6
    np.testing.assert_array_equal(moved.sales, plain.sales)
