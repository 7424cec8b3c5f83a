"""Short ways to put a claim to the chain."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import numpy as np

from fundflow.base.calendar import day_of, parse_day
from fundflow.base.districts import district_code
from fundflow.policy import Batch, Catalogue, Outcome, Totals, load_catalogue, settle


@cache
def catalogue(after_expiry: str = "renewed") -> Catalogue:
    return load_catalogue(after_expiry=after_expiry)


def yuan(amount: float) -> int:
    return round(amount * 100)


def batch(on: str | date | int, districts: Any = "西湖区", ids: Any = None, **facts: Any) -> Batch:
    """A batch of as many claims as the longest fact; single values are repeated."""
    n = max([len(value) for value in facts.values() if isinstance(value, (list, np.ndarray))], default=1)
    if isinstance(districts, str):
        districts = [districts] * n
    columns = {
        name: np.array(value if isinstance(value, (list, np.ndarray)) else [value] * n) for name, value in facts.items()
    }
    day = on if isinstance(on, int) else parse_day(on)
    return Batch(
        np.arange(1, n + 1) if ids is None else np.array(ids),
        np.zeros(n, np.int64),
        np.full(n, day, np.int64),
        columns,
        np.array([district_code(one) for one in districts]),
    )


def run(
    claims: Batch, *names: str, cat: Catalogue | None = None, totals: Totals | None = None, **kwargs: Any
) -> list[Outcome]:
    cat = cat or catalogue()
    return settle(cat, [cat.instruments[name] for name in names], claims, totals=totals or Totals(), **kwargs)


def one(claims: Batch, name: str, **kwargs: Any) -> Outcome:
    return run(claims, name, **kwargs)[0]


ABOVE = "rnd-increase-subsidy-above-scale-sme"
BELOW = "rnd-increase-subsidy-below-scale-sme"
MANUFACTURING = "rnd-increase-subsidy-manufacturing-high-tech"
YEAR_END = day_of(2021, 12, 31)
