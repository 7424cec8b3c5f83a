"""Scenarios are compared replication by replication: what is the same differs by exactly zero."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from fundflow.experiment.compare import CannotCompare, compare, reduction
from fundflow.experiment.compare_report import last_line, write
from fundflow.experiment.engine import load

SMALL = ["population.size=600", "end=2027-12-31"]


def test_differences_add_up_over_bearers_districts_and_classes_and_the_same_scenario_differs_by_zero(
    tmp_path: Path,
) -> None:
    chosen = [load(f"scenarios/{name}.toml", SMALL) for name in ("baseline", "baseline", "rd-rate-25")]
    result = compare(chosen, 2, workers=0, store=tmp_path / "store")
    assert result.identical(1) and not result.identical(2)
    assert "exactly zero" in last_line(result, "en")
    whole = result.total(2).mean
    assert whole > 0
    for dimension in ("instrument", "district", "class", "district_class"):
        assert result.of(2, dimension)["mean"].sum() == pytest.approx(whole, abs=1)
    bearers = sum(result.of(2, "total", one)["mean"].sum() for one in ("city", "district", "province"))
    assert bearers == pytest.approx(whole, abs=1)
    assert all(path.stat().st_size for path in write(result, tmp_path / "out"))
    assert pl.read_parquet(tmp_path / "out" / "differences.parquet").height == result.frame.height


def test_different_seeds_are_refused() -> None:
    base = load("scenarios/baseline.toml", SMALL)
    with pytest.raises(CannotCompare, match="--seed"):
        compare([base, base.model_copy(update={"seed": 5})], 2)


def test_pairing_divides_the_variance_by_the_ratio_of_variances() -> None:
    # Var(1, 2, 3) = 1; Var(1, 2, 6) = 14 / 2 = 7; Var(0, 0, 3) = 6 / 2 = 3.
    import numpy as np

    a, b = np.array([1, 2, 3]), np.array([1, 2, 6])
    assert reduction(a, b) == pytest.approx((1 + 7) / 3)
    assert reduction(a, a) is None


def test_a_reform_that_only_shifts_money_between_bearers_is_shown_by_the_bearer_whom_it_moves_most() -> None:
    from fundflow.report.figures.comparison import shown_bearer

    def rows(city: int, district: int) -> pl.DataFrame:
        means = {"city": city, "district": district, "province": 0, "total": city + district}
        return pl.DataFrame(
            [("instrument", 2027, "a", name, float(mean)) for name, mean in means.items()],
            schema=["dimension", "year", "key", "bearer", "mean"], orient="row",
        )  # fmt: skip

    assert shown_bearer(rows(-70, 70), 2027) in ("city", "district")
    assert shown_bearer(rows(-70, 90), 2027) == "total"
    assert shown_bearer(rows(0, 0), 2027) == "total"
