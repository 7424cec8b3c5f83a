"""Points that fill a cube evenly, and depend on their number alone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import qmc

from fundflow.base.draws import Draws
from fundflow.base.points import _digits, sobol, stratified

NAMES = tuple(f"n{i}" for i in range(12))


def points(seed: int, n: int, names: tuple[str, ...] = NAMES) -> np.ndarray:
    return np.array([list(sobol(seed, k, names).values()) for k in range(n)])


def test_before_scrambling_the_points_are_scipys() -> None:
    ours = np.concatenate([_digits(0, 32, 5), _digits(32, 32, 5)]) * 2.0**-32
    assert np.array_equal(ours, qmc.Sobol(5, scramble=False).random(64))


def test_64_points_have_one_in_each_64th_of_every_coordinate() -> None:
    drawn = points(7, 64)
    for column in drawn.T:
        assert sorted(np.floor(column * 64)) == list(range(64))
    assert drawn.min() > 0 and drawn.max() < 1


def test_a_point_depends_on_its_number_the_seed_and_the_name_alone() -> None:
    longer = points(7, 100)
    sobol.cache_clear()
    assert list(sobol(7, 93, NAMES).values()) == longer[93].tolist()
    assert points(7, 8, NAMES[:5]).tolist() == longer[:8, :5].tolist()
    assert not np.isclose(points(8, 8), longer[:8]).any()


def test_scrambled_points_are_as_even_as_sobols_own() -> None:
    """Centred discrepancy: nested scrambling keeps the net, so it stays far under that of independent points."""
    ours = qmc.discrepancy(points(5, 256, NAMES[:4]))
    keyed = np.array([Draws(5, k).uniform("free", np.arange(4)) for k in range(256)])
    assert ours < 0.2 * qmc.discrepancy(keyed)


def test_the_mean_of_a_smooth_sum_settles_faster_than_with_independent_draws() -> None:
    def spread(draw: object) -> float:
        return float(np.std([np.exp(draw(seed)).sum(axis=1).mean() for seed in range(12)]))  # type: ignore[operator]

    even = spread(lambda seed: points(seed, 32))
    free = spread(lambda seed: np.array([Draws(seed, k).uniform("free", np.arange(12)) for k in range(32)]))
    assert even < free / 10


def test_a_name_that_a_scenario_adds_has_a_draw_in_each_64th_in_an_order_of_its_own() -> None:
    one = [stratified(Draws(1, k), "one") for k in range(128)]
    other = [stratified(Draws(1, k), "other") for k in range(128)]
    for block in (one[:64], one[64:], other[:64]):
        assert sorted(int(u * 64) for u in block) == list(range(64))
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.3
    assert stratified(Draws(1, 77), "one") == one[77]


@pytest.mark.parametrize("seed", range(3))
def test_a_far_point_is_found_without_those_before_it(seed: int) -> None:
    far = sobol(seed, 90_000, NAMES)
    assert set(far) == set(NAMES) and all(0 < u < 1 for u in far.values())
