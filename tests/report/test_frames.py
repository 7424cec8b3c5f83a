# ruff: noqa: E501
from __future__ import annotations

import dataclasses

import numpy as np
import polars as pl
import pytest

from fundflow.report import frames
from fundflow.report.source import Tables
from fundflow.results import Run
from tests.report.conftest import only


@pytest.mark.parametrize(("count", "has_80", "has_95"), [(1, False, False), (39, False, False), (40, True, False), (399, True, False), (400, True, True)])  # fmt: skip
def test_a_band_needs_forty_replications_and_the_wide_one_four_hundred(count: int, has_80: bool, has_95: bool) -> None:
    band = frames.spread(np.arange(count).reshape(-1, 1))
    assert (band.low_80 is not None, band.high_80 is not None) == (has_80, has_80)
    assert (band.low_95 is not None, band.high_95 is not None) == (has_95, has_95)
    assert band.median[0] in (np.arange(count))


def test_one_more_outcome_lies_in_the_80_percent_band_with_at_least_80_percent() -> None:
    # 101 values make 102 gaps: from the 10th to the 92nd value lie 82 of them, 80.4 %.
    band = frames.spread(np.arange(101).reshape(-1, 1))
    assert band.low_80 is not None and band.high_80 is not None
    assert (band.low_80[0], band.median[0], band.high_80[0]) == (9, 50, 91)


def test_a_run_without_a_replication_has_no_spread() -> None:
    with pytest.raises(ValueError, match="nothing to show"):
        frames.spread(np.zeros((0, 3)))


def test_paths_add_up_to_the_parquet_files_to_the_fen(run: Run, tables: Tables) -> None:
    raw = pl.concat([pl.read_parquet(path) for path in sorted((run.path / "commitments").glob("*.parquet"))])
    columns = [f"entitlement_{b}" for b in frames.BEARERS]
    paths = frames.paths(tables, tables.commitments, frames.entitlement(), "year", tables.years)
    assert paths.dtype == np.int64
    assert int(paths.sum()) == sum(int(raw[c].sum()) for c in columns) > 0
    for i, year in enumerate(tables.years):
        for number in tables.replications:
            chosen = raw.filter((pl.col("year") == year) & (pl.col("replication") == number))
            assert paths[number, i] == sum(int(chosen[c].sum()) for c in columns)


def test_a_replication_without_any_row_counts_as_zero_and_not_as_missing(tables: Tables) -> None:
    wider = dataclasses.replace(tables, replications=(*tables.replications, 3))
    paths = frames.paths(wider, wider.commitments, frames.entitlement(), "year", wider.years)
    assert paths.shape[0] == 4
    assert not paths[3].any()
    assert paths[:3].all()


def test_status_shares_of_every_year_add_up_to_one(tables: Tables) -> None:
    for year in tables.years:
        shares = frames.status_shares(tables, year)
        assert sum(shares.values()) == pytest.approx(1, abs=1e-12)
        assert all(share > 0 for share in shares.values())
    assert frames.status_shares(tables, 1999) == {}


def test_bands_are_those_of_the_summary_file(forty: Tables, run: Run) -> None:
    tables = only(forty, 3)
    assert run.summary.filter(pl.col("measure") == "entitlement").height > 0
    chosen = run.summary.filter(
        (pl.col("measure") == "entitlement") & (pl.col("instrument") == "all") & (pl.col("status") == "all")
        & (pl.col("level") == "total")
    ).sort("year")  # fmt: skip
    from fundflow.report.source import tables_of

    real = tables_of(run)
    band = frames.spread(frames.paths(real, real.commitments, frames.entitlement(), "year", real.years))
    assert chosen["median"].to_list() == [int(v) for v in band.median]
    assert tables.replications == real.replications


def test_settlements_move_money_between_levels_and_make_none(tables: Tables) -> None:
    city, district = (frames.treasury(tables, level) for level in ("city", "district"))
    settled = [int(t.filter(pl.col("kind") == "settlement")["fen"].sum()) for t in (city, district)]
    assert settled[0] == -settled[1] > 0
    paid = sum(int(t.filter(pl.col("kind") == "payment")["fen"].sum()) for t in (city, district))
    assert paid == int(tables.payments.select(frames.cash().sum()).item())


def test_the_old_districts_are_counted_where_they_went(tables: Tables) -> None:
    moved = tables.commitments.with_columns(pl.col("district").replace({"拱墅区": "下城区", "钱塘区": "钱塘新区"}))
    assert set(moved["district"]) != set(tables.commitments["district"])
    assert frames.on_map_2021(moved).equals(tables.commitments)


def test_an_indicator_of_the_whole_city_is_not_added_to_its_districts(tables: Tables) -> None:
    by_district = frames.indicator_paths(tables, "high_tech", [2027])
    assert by_district is not None
    whole = tables.indicators.filter((pl.col("name") == "high_tech") & (pl.col("year") == 2027))
    whole = whole.group_by("replication").agg(pl.col("value").sum(), pl.col("year").first(), pl.col("name").first())
    row = whole.with_columns(pl.lit("全市").alias("district")).select(tables.indicators.columns)
    both = dataclasses.replace(
        tables, indicators=pl.concat([tables.indicators, row.cast(dict(tables.indicators.schema))])
    )
    assert np.array_equal(frames.indicator_paths(both, "high_tech", [2027]), by_district)  # type: ignore[arg-type]
    assert frames.indicator_paths(tables, "no-such-thing", [2027]) is None


def test_a_refund_is_the_citys_outlay_and_lowers_the_districts_line() -> None:
    from fundflow.report.source import net_of_refunds

    table = pl.DataFrame(
        {
            "replication": [0, 0],
            "year": [2027, 2027],
            "instrument": ["voucher", "refund"],
            "claims": [7, 1],
            "entitlement_city": [0, 400],
            "entitlement_district": [1000, 0],
        }
    )
    net = net_of_refunds(table, {"voucher": {"refunds": None}, "refund": {"refunds": "voucher"}})
    by = {row["instrument"]: row for row in net.group_by("instrument").sum().iter_rows(named=True)}
    assert (by["voucher"]["entitlement_district"], by["refund"]["entitlement_city"]) == (600, 400)
    assert net["entitlement_city"].sum() + net["entitlement_district"].sum() == 1000
    assert by["voucher"]["claims"] == 7
    assert net_of_refunds(table, {}).equals(table)
