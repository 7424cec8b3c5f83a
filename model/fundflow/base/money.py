"""Exact money: amounts are int64 fen (0.01 yuan), rates are fractions, remainders are cut down.

No float touches an amount. A percentage of an amount is one multiplication by a reduced fraction and one
floor division; where the product could pass 2**62 Python integers take over.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Fen = NDArray[np.int64]

FEN_PER_YUAN = 100
_LIMIT = 2**62
_UNITS = {"": 1, "元": 1, "yuan": 1, "万": 10_000, "万元": 10_000, "亿": 100_000_000, "亿元": 100_000_000}
_MONEY = re.compile(r"^\s*(-?[\d,_]*\.?\d+)\s*(元|yuan|万元|万|亿元|亿)?\s*$")


def parse_fen(text: str | int | Decimal) -> int:
    """Read an amount of money written in yuan, 万 or 亿, as fen.

    Raises
    ------
    ValueError
        If the text is no number with a known unit, or is finer than one fen.
    """
    match = _MONEY.match(str(text))
    if match is None:
        raise ValueError(f"{text!r} is no amount of money; write 2000000, 200万 or 0.02亿")
    number = Decimal(match[1].replace(",", "").replace("_", "")) * _UNITS[match[2] or ""] * FEN_PER_YUAN
    if number != number.to_integral_value():
        raise ValueError(f"{text!r} is finer than one fen")
    return int(number)


def parse_rate(text: str | int | Decimal) -> Fraction:
    """Read a rate written as 20%, 2‰ or 0.2 as an exact fraction.

    Raises
    ------
    ValueError
        If the text is no such number.
    """
    raw = str(text).strip()
    scale = {"%": 100, "‰": 1000}.get(raw[-1:], 1)
    try:
        return Fraction(Decimal(raw.rstrip("%‰"))) / scale
    except InvalidOperation:
        raise ValueError(f"{text!r} is no rate; write 20% or 0.2") from None


def yuan_text(fen: int) -> str:
    """Write fen as yuan with two decimals, exactly: ``123456`` gives ``"1234.56"``."""
    sign, rest = ("-", -fen) if fen < 0 else ("", fen)
    return f"{sign}{rest // FEN_PER_YUAN}.{rest % FEN_PER_YUAN:02d}"


def times(amount: Fen, rate: Fraction) -> Fen:
    """Multiply amounts by an exact rate and cut down to whole fen (reading 2 of the facts).

    Parameters
    ----------
    amount
        Fen, any shape.
    rate
        An exact fraction.

    Returns
    -------
    Fen
        ``floor(amount * rate)``, same shape.

    Raises
    ------
    OverflowError
        If a result does not fit in int64.
    """
    amount = np.asarray(amount, dtype=np.int64)
    if rate == 1:
        return amount.copy()
    top, bottom = rate.numerator, rate.denominator
    largest = int(np.abs(amount).max(initial=0))
    if largest * abs(top) < _LIMIT and bottom < _LIMIT:
        return amount * top // bottom
    exact = [int(a) * top // bottom for a in amount.ravel()]
    return np.array(exact, dtype=np.int64).reshape(amount.shape)


def multiply(left: Fen, right: NDArray[np.int64], bottom: int) -> Fen:
    """Return ``floor(left * right / bottom)`` for columns of integers, exactly."""
    left, right = np.broadcast_arrays(np.asarray(left, np.int64), np.asarray(right, np.int64))
    most = int(np.abs(left).max(initial=0)) * int(np.abs(right).max(initial=0))
    if most < _LIMIT:
        return left * right // bottom
    exact = [int(a) * int(b) // bottom for a, b in zip(left.ravel(), right.ravel(), strict=True)]
    return np.array(exact, dtype=np.int64).reshape(left.shape)


def ratio_at_least(part: NDArray[np.int64], whole: NDArray[np.int64], rate: Fraction) -> NDArray[np.bool_]:
    """Test ``part / whole >= rate`` by cross-multiplication, exactly; ``whole`` may be zero.

    Amounts above about 9e18 / denominator are compared with Python integers.
    """
    return _cross(part, whole, rate) >= 0


def ratio_over(part: NDArray[np.int64], whole: NDArray[np.int64], rate: Fraction) -> NDArray[np.bool_]:
    """Test ``part / whole > rate`` by cross-multiplication, exactly."""
    return _cross(part, whole, rate) > 0


def _cross(part: NDArray[np.int64], whole: NDArray[np.int64], rate: Fraction) -> NDArray[np.int64]:
    part, whole = np.broadcast_arrays(np.asarray(part, np.int64), np.asarray(whole, np.int64))
    largest = max(
        int(np.abs(part).max(initial=0)) * rate.denominator, int(np.abs(whole).max(initial=0)) * abs(rate.numerator)
    )
    if largest < _LIMIT:
        return part * rate.denominator - whole * rate.numerator
    signs = [
        _sign(int(p) * rate.denominator - int(w) * rate.numerator)
        for p, w in zip(part.ravel(), whole.ravel(), strict=True)
    ]
    return np.array(signs, dtype=np.int64).reshape(part.shape)


def _sign(value: int) -> int:
    return (value > 0) - (value < 0)


def split_city(total: Fen, city_share: NDArray[Any]) -> tuple[Fen, Fen]:
    """Split totals between city and district: the city's part is cut down, the district pays the rest.

    Parameters
    ----------
    total
        Fen, shape (n,).
    city_share
        The city's share in quarters (0 to 4), shape (n,): 2 for 1:1, 1 for 1:3.

    Returns
    -------
    tuple of Fen
        City and district, which add up to ``total`` exactly (reading 2 of the facts).
    """
    city = np.asarray(total, np.int64) * np.asarray(city_share, np.int64) // 4
    return city, total - city
