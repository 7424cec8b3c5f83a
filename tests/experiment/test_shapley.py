"""Contributions are Shapley values to the fen: they add up, and no order of the causes changes them."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from fundflow.experiment.shapley import corners_of, in_whole, of_corners, of_product


def array(*values: int) -> np.ndarray:
    return np.array(values, np.int64)


def by_orders(before: list[Fraction], after: list[Fraction]) -> list[Fraction]:
    """The definition: the mean contribution over all orders."""
    n = len(before)
    total = [Fraction(0)] * n
    orders = list(permutations(range(n)))
    for order in orders:
        now = list(before)
        for k in order:
            value = Fraction(1)
            for one in now:
                value *= one
            now[k] = after[k]
            other = Fraction(1)
            for one in now:
                other *= one
            total[k] += other - value
    return [one / len(orders) for one in total]


def test_two_factors_by_hand() -> None:
    # 10 claims of 30 become 12 of 40: 300 to 480.
    # Number: (12 - 10) x (30 + 40) / 2 = 70. Amount: (40 - 30) x (10 + 12) / 2 = 110.
    one = array(1)
    parts = of_product([(array(10), one), (array(30), one)], [(array(12), one), (array(40), one)])
    assert parts.tolist() == [[70, 110]]


def test_the_last_fen_goes_to_the_largest_remainder() -> None:
    # 1 x 1 x 1 becomes 2 x 2 x 2: each factor 7/3 = 2 and a third; the first of equals is served: 3 + 2 + 2 = 7.
    ones, twos = [(array(1), array(1))] * 3, [(array(2), array(1))] * 3
    assert of_product(ones, twos).tolist() == [[3, 2, 2]]
    # 5/3 and 4/3: 1 + 1, the missing one to the first; -5/3 and -4/3: -2 - 2, one back to the second.
    assert in_whole(np.array([[5, 4], [-5, -4]]), array(3, 3), array(3, -3)).tolist() == [[2, 1], [-2, -1]]


factor = st.tuples(st.integers(0, 60), st.integers(1, 9))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(factor, factor), min_size=1, max_size=5))
def test_the_closed_form_is_the_mean_over_all_orders(pairs: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
    # One factor more makes both products whole: the common denominator.
    scale = 1
    for (_, q), (_, s) in pairs:
        scale *= q * s
    sides = [[*(pair[side] for pair in pairs), (scale, 1)] for side in (0, 1)]
    before, after = ([(array(p), array(q)) for p, q in side] for side in sides)
    exact = by_orders(*([Fraction(p, q) for p, q in side] for side in sides))
    parts = of_product(before, after)[0]
    assert all(abs(int(part) - one) < 1 for part, one in zip(parts, exact, strict=True))
    assert int(parts.sum()) == sum(exact)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 4), st.integers(0, 2**32), st.randoms())
def test_no_order_of_the_causes_changes_a_fen(n: int, seed: int, luck) -> None:
    names = ["policy", "economy", "firms", "behaviour"][:n]
    chance = np.random.default_rng(seed)
    values = {one: chance.integers(-(10**12), 10**12, 6) for one in corners_of(names)}
    found = of_corners(names, values)
    assert (sum(found.values()) == values[frozenset(names)] - values[frozenset()]).all()
    other = list(names)
    luck.shuffle(other)
    again = of_corners(other, values)
    assert all((again[name] == found[name]).all() for name in names)


def test_a_cause_that_changes_nothing_contributes_nothing() -> None:
    values = {one: array(100 * ("b" in one), 7) for one in corners_of(["a", "b"])}
    found = of_corners(["a", "b"], values)
    assert found["a"].tolist() == [0, 0] and found["b"].tolist() == [100, 0]
