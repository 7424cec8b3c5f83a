"""Small tables such as a simulation returns, the same for the same replication."""

from __future__ import annotations

from typing import Any

import numpy as np


def tables_of(replication: int, years: tuple[int, ...] = (2026, 2027)) -> dict[str, dict[str, Any]]:
    n = len(years)
    base = 1_000_00 + 17 * replication
    amounts = np.arange(n, dtype=np.int64) * 100 + base
    zero = np.zeros(n, dtype=np.int64)
    tables: dict[str, dict[str, Any]] = {
        "payments": {
            "month": [year * 100 + 6 for year in years],
            "instrument": ["rnd"] * n,
            "district": ["西湖区"] * n,
            "city": amounts,
            "district_fen": amounts + 1,
            "province": zero,
            "paid_by": ["city"] * n,
            "status": ["in_force"] * n,
            "award_year": list(years),
            "count": [2] * n,
        },
        "commitments": {
            "year": list(years),
            "instrument": ["rnd"] * n,
            "district": ["西湖区"] * n,
            "status": ["in_force", "assumed_renewed"][:n],
            "claims": [3] * n,
            "eligible": [2] * n,
            "recipients": [2] * n,
            "base": amounts * 4,
            "amount": amounts * 3,
            **{
                f"{measure}_{level}": amounts
                for measure in ("entitlement", "award")
                for level in ("city", "district", "province")
            },
            **dict.fromkeys(
                (
                    "earlier_city", "earlier_district", "earlier_province",
                    "deferred", "refused", "cut_cap", "cut_quota", "cut_envelope",
                ),
                zero,
            ),
        },
        "settlements": {
            "month": [],
            "instrument": [],
            "district": [],
            "from_level": [],
            "to_level": [],
            "amount": [],
        },
        "recoveries": {},
        "indicators": {
            "year": list(years),
            "name": ["firms"] * n,
            "district": ["全市"] * n,
            "value": [1 / 3] * n,
        },
    }
    if replication == 0:
        tables["claims"] = {
            "claimant": [7, 8],
            "instrument": ["rnd", "rnd"],
            "event_day": np.array([20818, 20818]),
            "award_day": np.array([20970, 20970]),
            "district": ["西湖区"] * 2,
            "eligible": [True, False],
            "reason": ["cap", "condition"],
            "status": ["in_force"] * 2,
            **{
                name: np.array([base, 0], dtype=np.int64) for name in ("base", "amount", "entitlement", "award", "city")
            },
            "district_fen": [0, 0],
            "province": [0, 0],
            "entitlement_city": [0, 0],
            "entitlement_district": [0, 0],
            "entitlement_province": [0, 0],
            "stages": [[{"stage": "amount", "amount": base, "reason": "cap"}], []],
            "payments": [
                [{"month": 202107, "city": base, "district_fen": 0, "province": 0, "paid_by": "city"}],
                [],
            ],
        }
    return tables
