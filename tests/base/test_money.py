from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.base.money import (
    multiply,
    parse_fen,
    parse_rate,
    ratio_at_least,
    ratio_over,
    split_city,
    times,
    yuan_text,
)

amounts = st.integers(-(2**55), 2**55)


@pytest.mark.parametrize(
    ("text", "fen"),
    [
        ("2000000", 200_000_000),
        ("200万", 200_000_000),
        ("200万元", 200_000_000),
        ("0.02亿", 200_000_000),
        ("0.02 亿元", 200_000_000),
        ("2,000,000", 200_000_000),
        ("2_000_000 yuan", 200_000_000),
        ("0.01", 1),
        ("-3.5元", -350),
        (".5", 50),
        (7, 700),
        (Decimal("1234.56"), 123_456),
        ("0.000001万", 1),
    ],
)
def test_amounts_of_money_are_read_as_they_are_written(text: str | int | Decimal, fen: int) -> None:
    assert parse_fen(text) == fen


@pytest.mark.parametrize("text", ["", "much", "1e6", "12 dollars", "1..2", "万", "1.2.3万"])
def test_what_is_no_amount_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match="no amount of money; write"):
        parse_fen(text)


@pytest.mark.parametrize("text", ["0.001", "0.0000001万", Decimal("1.005")])
def test_amounts_finer_than_a_fen_are_refused(text: str | Decimal) -> None:
    with pytest.raises(ValueError, match="finer than one fen"):
        parse_fen(text)


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("20%", Fraction(1, 5)),
        ("2‰", Fraction(1, 500)),
        ("0.2", Fraction(1, 5)),
        (1, Fraction(1)),
        ("3.85%", Fraction(77, 2000)),
    ],
)
def test_rates_are_exact_fractions(text: str | int, rate: Fraction) -> None:
    assert parse_rate(text) == rate


@pytest.mark.parametrize("text", ["a fifth", "", "20 percent", "%"])
def test_what_is_no_rate_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="no rate"):
        parse_rate(text)


@given(st.integers(-(10**15), 10**15))
def test_yuan_written_and_read_again_are_the_same(fen: int) -> None:
    assert parse_fen(yuan_text(fen)) == fen


@given(st.lists(amounts, min_size=1, max_size=5), st.fractions(min_value=-3, max_value=3, max_denominator=10**6))
def test_a_rate_of_an_amount_is_cut_down_exactly(values: list[int], rate: Fraction) -> None:
    found = times(np.array(values, np.int64), rate)
    assert found.tolist() == [value * rate.numerator // rate.denominator for value in values]


def test_a_thousand_rates_lose_no_fen() -> None:
    """The reason for exact rates."""
    amount = 1_000_000_00
    exact = [times(np.array([amount]), Fraction(k, 1000))[0] for k in range(1, 1000)]
    assert exact == [100_000 * k for k in range(1, 1000)]
    # The same product with floats, one multiplication and one cut, loses a fen in 41 of the 999.
    floats = [int(amount * (k / 1000)) for k in range(1, 1000)]
    assert sum(f != e for f, e in zip(floats, exact, strict=True)) == 41


def test_products_beyond_64_bits_are_exact() -> None:
    found = times(np.array([2**61, -(2**61)]), Fraction(999_999_999_989, 1_000_000_000_000))
    assert found.tolist() == [v * 999_999_999_989 // 10**12 for v in (2**61, -(2**61))]
    with pytest.raises(OverflowError):
        times(np.array([2**62]), Fraction(5))


@given(st.lists(st.tuples(amounts, st.integers(0, 2**40)), min_size=1, max_size=5), st.integers(1, 10**9))
def test_products_of_columns_are_exact(pairs: list[tuple[int, int]], bottom: int) -> None:
    wanted = [a * b // bottom for a, b in pairs]
    left, right = np.array([a for a, _ in pairs]), np.array([b for _, b in pairs])
    if all(abs(w) < 2**63 for w in wanted):
        assert multiply(left, right, bottom).tolist() == wanted
    else:
        with pytest.raises(OverflowError):
            multiply(left, right, bottom)


@given(st.integers(0, 2**60), st.integers(0, 2**60), st.fractions(0, 2, max_denominator=10**4))
def test_ratios_are_compared_exactly(part: int, whole: int, rate: Fraction) -> None:
    left, right = np.array([part]), np.array([whole])
    assert ratio_at_least(left, right, rate)[0] == (part * rate.denominator >= whole * rate.numerator)
    assert ratio_over(left, right, rate)[0] == (part * rate.denominator > whole * rate.numerator)


def test_a_ratio_exactly_at_the_threshold_is_at_least_but_not_over() -> None:
    part, whole = np.array([5, 5, 5]), np.array([101, 100, 99])
    assert ratio_at_least(part, whole, Fraction(5, 100)).tolist() == [False, True, True]
    assert ratio_over(part, whole, Fraction(5, 100)).tolist() == [False, False, True]
    assert ratio_at_least(np.array([0]), np.array([0]), Fraction(1, 20)).tolist() == [True]


@given(st.lists(st.tuples(st.integers(0, 2**50), st.integers(0, 4)), min_size=1, max_size=6))
def test_city_and_district_add_up_and_the_district_pays_the_odd_fen(rows: list[tuple[int, int]]) -> None:
    total, share = np.array([t for t, _ in rows]), np.array([s for _, s in rows])
    city, district = split_city(total, share)
    np.testing.assert_array_equal(city + district, total)
    assert (city * 4 <= total * share).all() and ((city + 1) * 4 > total * share).all()


def test_an_odd_fen_split_one_to_one_goes_to_the_district() -> None:
    city, district = split_city(np.array([101, 101]), np.array([2, 1]))
    assert city.tolist() == [50, 25] and district.tolist() == [51, 76]
