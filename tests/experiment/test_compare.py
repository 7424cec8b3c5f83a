"""Scenarios are compared replication by replication: what is the same differs by exactly zero."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from fundflow.experiment.compare import CannotCompare, compare, reduction
from fundflow.experiment.compare_report import last_line, write
from fundflow.experiment.compare_response import responding, side_by_side, tables
from fundflow.experiment.compare_response import write as write_response
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


@pytest.mark.slow
def test_static_and_dynamic_share_the_base_and_their_difference_is_paired(tmp_path: Path) -> None:
    sets = [*SMALL, "end=2028-12-31", "policy.after_expiry=renewed"]
    base, reform = (load(f"scenarios/{name}.toml", sets) for name in ("baseline", "rd-rate-25"))
    chosen, modes = responding([base, reform], "both")
    assert modes == ("", "static", "dynamic")
    # The same pieces as without being asked: the base and the static reform are the scenarios as they are written.
    assert [one.digest for one in chosen[:2]] == [base.digest, reform.digest]
    assert chosen[2].digest not in (base.digest, reform.digest)
    result = compare(chosen, 2, workers=0, store=tmp_path, modes=modes)
    rows = side_by_side(result)
    assert rows["year"].to_list() == list(range(2021, 2029))
    # The reform begins with R&D of 2026, which is paid in 2027.
    assert rows.filter(pl.col("year") < 2027)["mean"].to_list() == [0.0] * 6
    for row in rows.iter_rows(named=True):
        assert row["static"] == result.of(1, "total", year=row["year"])["mean"].item()
        assert row["dynamic"] == result.of(2, "total", year=row["year"])["mean"].item()
        assert row["mean"] == pytest.approx(row["dynamic"] - row["static"], abs=1)
    assert rows.filter(pl.col("year") >= 2027)["mean"].abs().min() > 0
    assert len(tables(result, "zh")) == 1 and "[dynamic]" in last_line(result, "en")
    assert [path.name for path in write_response(result, tmp_path)] == ["response.csv"]


def test_a_response_is_refused_where_the_base_changes_the_law_and_left_alone_where_nobody_asks() -> None:
    base, reform = (load(f"scenarios/{name}.toml", SMALL) for name in ("baseline", "rd-rate-25"))
    with pytest.raises(CannotCompare, match="without \\[policy.changes\\]"):
        responding([reform, base], "both")
    on = load("scenarios/rd-rate-25.toml", [*SMALL, "response.on=true"])
    assert responding([base, on], None) == ([base, on], ("", ""))
    assert responding([base, on], "static")[0][1].digest == reform.digest
