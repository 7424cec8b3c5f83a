"""One rate for all members of a pool when the money is short: the largest rate at which the shares still fit.

With base b, cap c and weight w (the bearer's part of a claim) the outlay at rate r is the sum of w x min(b r, c):
piecewise linear and rising. Suppose that nobody is capped, solve for r, note who would be capped at that r, solve
again for the rest: the set of capped claims only grows, so this ends after a few steps at the exact fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy import table
from fundflow.policy.recording import Value
from fundflow.policy.table import Table

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Pool:
    """A pool: which rules it stands for, and how money that is short is shared out.

    ``when_short`` is ``common-rate`` (one lower rate, caps kept) or ``scale-each`` (every amount by the same factor);
    ``places`` is the most that its members may rank together.
    ``budget_counts`` says whose money the budget is: ``city`` or ``city-and-district``.
    """

    id: str
    name_en: str
    name_zh: str
    rules: tuple[str, ...]
    envelope: str
    when_short: str
    budget_counts: str
    clause: str
    document: str = ""
    in_force: int | None = None
    expires: int | None = None
    places: int | None = None
    values: tuple[Value, ...] = field(default=(), repr=False)


def common_rate(base: Ints, cap: Ints, quarters: Ints, budget: int, own: Fraction) -> Fraction:
    """Find the largest rate up to ``own`` at which the capped shares fit the budget.

    Parameters
    ----------
    base, cap
        Fen, shape (n,), bases of zero or more.
    quarters
        Weight of each claim in quarters (4 for the whole amount), shape (n,).
    budget
        Fen.
    own
        The rate that is paid when money suffices.

    Returns
    -------
    Fraction
        Exact; zero where the budget is empty.
    """
    rows = [(int(b), int(c), int(q)) for b, c, q in zip(base, cap, quarters, strict=True) if b > 0 and q > 0]
    needed = sum(q * min(b * own, Fraction(c)) for b, c, q in rows)
    money = 4 * budget
    if needed <= money:
        return own
    free, fixed = rows, 0
    while True:
        slope = sum(q * b for b, _, q in free)
        rate = Fraction(max(money - fixed, 0), slope) if slope else own
        capped = [(b, c, q) for b, c, q in free if b * rate.numerator >= c * rate.denominator]
        if not capped or not slope:
            return min(rate, own)
        fixed += sum(q * c for _, c, q in capped)
        free = [(b, c, q) for b, c, q in free if b * rate.numerator < c * rate.denominator]


def read_pools(raw: Any, faults: Any, readings: Mapping[str, Any]) -> dict[str, Pool]:
    """Read the tables ``[pools.*]``."""
    pools = {}
    names = {f"reading.{name}": one.value for name, one in readings.items()}
    for name, one in raw.items():
        source = Table(one, f"pools.{name}", faults, names)
        en, zh = source.get("name", table.names) or ("", "")
        start, end = source.get("in_force", table.day, None), source.get("expires", table.day, None)
        places = source.get("places", table.count, None)
        pools[name] = Pool(
            name,
            en,
            zh,
            source.get("rules", table.texts, ()),
            source.get("envelope", table.text),
            source.get("when_short", table.one_of("common-rate", "scale-each"), "common-rate"),
            source.get("budget_counts", table.one_of("city", "city-and-district"), "city"),
            source.get("clause", table.text, ""),
            source.get("document", table.text, ""),
            start,
            end,
            places,
            source.values(start),
        )
        source.finish()
    return pools
