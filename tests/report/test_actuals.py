# ruff: noqa: E501
"""Actuals fix what they cover to the fen, and weigh replications by how well they agree."""

from __future__ import annotations

import dataclasses
from math import exp, log
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fundflow.report import frames
from fundflow.report.actuals import Choice, Known, TooFewLeft, apply, forget, keep, kish, read_actuals, remembered
from fundflow.report.actuals.reading import ActualsFaults
from fundflow.report.actuals.shares import apportion
from fundflow.report.actuals.weighing import Observation, distances, weights_of, whole_weights
from fundflow.report.source import Tables
from fundflow.results.schema import schema_of

YUAN, WAN = 100, 10**6
INSTRUMENTS = {
    "rnd": {"zh": "研发补助", "en": "R&D subsidy", "in_force": "2020-01-01", "expires": "2026-03-31", "evidence": "B"},
    "grant": {"zh": "创业资助", "en": "Grant", "in_force": "2025-07-01", "evidence": "B"},
}
KNOWN = Known(INSTRUMENTS, 2021, 2028)


def payment(replication: int, month: int, city: int, district_fen: int, **more: object) -> dict[str, object]:
    return {
        "replication": replication, "month": month, "instrument": "rnd", "district": "西湖区", "city": city,
        "district_fen": district_fen, "province": 0, "paid_by": "city", "status": "in_force",
        "award_year": month // 100, "count": 10_000, **more,
    }  # fmt: skip


def commitment(replication: int, year: int, city: int, **more: object) -> dict[str, object]:
    zero = {name: 0 for name, kind in schema_of("commitments").items() if kind != pl.String()}
    return zero | {"replication": replication, "year": year, "instrument": "rnd", "district": "西湖区",
                   "status": "in_force", "recipients": 5, "entitlement_city": city, "award_city": city, **more}  # fmt: skip


def city(level: int = 40) -> Tables:
    """Forty replications: number r pays 100 + r (万元) from the city, twice as much from the district, in each of the
    months 3, 6 and 9 of 2026, and half of it in 2027-02 on the award of 2026."""
    paid, granted = [], []
    for r in range(level):
        each = (100 + r) * WAN + 7
        for month in (202603, 202606, 202609):
            paid.append(payment(r, month, each, 2 * each))
            paid.append(payment(r, month, each // 3, 0, district="滨江区", instrument="grant", count=4))
        paid.append(payment(r, 202702, each // 2, each, award_year=2026))
        granted.append(commitment(r, 2026, 3 * each + each // 2))
    stocks = [(r, 2026, "high_tech", d, 1000.0 + 10 * r) for r in range(level) for d in ("西湖区", "滨江区")]
    return Tables(
        path=Path("."),
        payments=pl.DataFrame(paid, schema=schema_of("payments")),
        commitments=pl.DataFrame(granted, schema=schema_of("commitments")),
        settlements=pl.DataFrame(schema=schema_of("settlements")),
        indicators=pl.DataFrame(stocks, schema=schema_of("indicators"), orient="row"),
        recoveries=pl.DataFrame(schema=schema_of("recoveries")),
        replications=tuple(range(level)),
        start_year=2021, end_year=2028, budget_year=2026, instruments=INSTRUMENTS,
    )  # fmt: skip


def file(folder: Path, text: str, head: str = "month,instrument,bearer,district,amount,count") -> Path:
    path = folder / "paid.csv"
    path.write_text(f"{head}\n{text.strip()}\n", encoding="utf-8")
    return path


def read(folder: Path, text: str, tolerance: float = 10.0, level: int = 40, **more: str) -> Tables:
    return apply(city(level), Choice(file(folder, text, **more), tolerance))


EIGHT = """
2026-01,rnd,city,,0,
2026-02,rnd,city,,0,
2026-03,rnd,city,,123.4567万,
2026-04,rnd,city,,0,
2026-05,rnd,city,,0,
2026-06,rnd,city,,777777.01,
2026-07,rnd,city,,0,
2026-08,rnd,city,,0.01,
"""
PAID = 123_456_700 + 77_777_701 + 1


def test_covered_months_are_the_amounts_of_the_file_to_the_fen_in_every_replication(tmp_path: Path) -> None:
    before, tables = city(), read(tmp_path, EIGHT)
    rows = tables.payments.filter((pl.col("month") <= 202608) & (pl.col("instrument") == "rnd"))
    by_month = frames.paths(tables, rows, "city", "month", [202603, 202606, 202608])
    assert by_month.tolist() == [[123_456_700, 77_777_701, 1]] * 40
    # The rest of the year, the other bearer and the other instrument stay as simulated.
    for column, keep_rows in (
        ("city", pl.col("month") > 202608), ("district_fen", pl.col("month") > 0), ("city", pl.col("instrument") == "grant"),
    ):  # fmt: skip
        one, two = (frames.paths(t, t.payments.filter(keep_rows), column, "month", [202603, 202606, 202609, 202702])
                    for t in (before, tables))  # fmt: skip
        assert (one == two).all() and one.any()
    # A year partly covered is what was paid and what is simulated after it.
    rnd = tables.payments.filter(pl.col("instrument") == "rnd").with_columns(year=pl.col("month") // 100)
    year = frames.paths(tables, rnd, "city", "year", [2026])[:, 0]
    assert year.tolist() == [PAID + (100 + r) * WAN + 7 for r in range(40)]
    assert tables.reading is not None and int(tables.reading.fixed["city"].sum()) == PAID


def test_a_yearly_amount_and_a_whole_city_amount_are_split_as_the_run_has_them_and_add_up(tmp_path: Path) -> None:
    text = "2026,rnd,district,,1000000.01,\n2026,grant,city,滨江区,10,"
    tables = read(tmp_path, text, head="year,instrument,bearer,district,amount,count")
    one = tables.payments.filter((pl.col("replication") == 7) & (pl.col("month") // 100 == 2026))
    rnd = one.filter((pl.col("instrument") == "rnd") & (pl.col("district_fen") > 0)).sort("month")
    # Three equal months: a third each, the odd fen to the first two by largest remainder.
    assert rnd["month"].to_list() == [202603, 202606, 202609]
    assert rnd["district_fen"].to_list() == [33_333_334, 33_333_334, 33_333_333]
    assert set(rnd["district"]) == {"西湖区"} and set(rnd["award_year"]) == {2026}
    grant = one.filter((pl.col("instrument") == "grant") & (pl.col("city") > 0))
    assert (int(grant["city"].sum()), set(grant["district"])) == (1_000, {"滨江区"})


def test_money_that_no_replication_pays_is_booked_by_its_bearer_and_told(tmp_path: Path) -> None:
    tables = read(tmp_path, "2026-05,rnd,province,,12.34,")
    rows = tables.payments.filter((pl.col("replication") == 3) & (pl.col("province") > 0))
    # The document ended on 2026-03-31, so what is paid in May rests on a renewal.
    assert rows.select("month", "province", "paid_by", "status", "district").rows() == [
        (202605, 1_234, "province", "assumed_renewed", "全市")
    ]
    assert tables.reading is not None
    assert any("line 2: rnd: in the scenario the province bears nothing of it" in w for w in tables.reading.warnings)


def test_weights_are_those_of_the_formula_computed_by_hand() -> None:
    # Two lines of 300万 and 100万 observed, both of 200 payments, so 2/k = 0.01; t^2 = 0.2^2 = 0.04.
    # Replication 0 fits; 1 is off by the factor 1.1 in the first line; 2 by 1/2 in the second.
    lines = [
        Observation("amounts", "a", 300 * WAN, np.array([300, 330, 300]) * WAN, 200.0),
        Observation("amounts", "b", 100 * WAN, np.array([100, 100, 50]) * WAN, 200.0),
    ]
    mean_a, mean_b = 310.0, 250 / 3  # money of a line: the larger of observed and mean simulated
    share_a = max(300, mean_a) / (max(300, mean_a) + max(100, mean_b))
    d1 = share_a * log((330 + 1) / (300 + 1)) ** 2 / 0.05  # 1 = 1万, the amount added so that zero has a logarithm
    d2 = (1 - share_a) * log((50 + 1) / (100 + 1)) ** 2 / 0.05
    found = weights_of(distances(lines, 3, 0.2))
    assert found == pytest.approx([1.0, exp(-d1 / 2), exp(-d2 / 2)], rel=1e-12)
    # Numbers are a group of their own: 9 recipients against 19, mean simulated 12, 2/12 of luck.
    more = [*lines, Observation("counts", "a", 9, np.array([9, 9, 19]), 12.0)]
    d3 = log(20 / 10) ** 2 / (0.04 + 2 / 12)
    assert weights_of(distances(more, 3, 0.2)) == pytest.approx([1.0, exp(-d1 / 2), exp(-(d2 + d3) / 2)], rel=1e-12)


def test_the_effective_number_is_that_of_kish() -> None:
    assert kish(np.array([1.0, 1.0, 1.0, 1.0])) == 4
    assert kish(np.array([1.0, 1.0, 0.0, 0.0])) == 2
    assert kish(np.array([3.0, 1.0])) == pytest.approx(16 / 10)  # (3 + 1)^2 / (9 + 1)


def test_weights_in_millionths_add_up_to_one() -> None:
    assert whole_weights(np.array([1.0, 1.0, 1.0])).tolist() == [333_334, 333_333, 333_333]
    assert int(whole_weights(np.exp(-np.arange(50.0))).sum()) == 1_000_000


@given(st.integers(0, 10**15), st.lists(st.integers(0, 10**13), min_size=1, max_size=30))
def test_parts_add_up_and_none_is_a_fen_away_from_its_share(total: int, weights: list[int]) -> None:
    if not sum(weights):
        with pytest.raises(ValueError):
            apportion(total, weights)
        return
    parts = apportion(total, weights)
    assert sum(parts) == total
    assert all(abs(part * sum(weights) - total * weight) < sum(weights) for part, weight in zip(parts, weights, strict=True))


def test_replications_near_the_actuals_weigh_most_and_means_follow(tmp_path: Path) -> None:
    # Replication 20 pays 120万 in March.
    text = "2026-03,rnd,city,,1200000.07,"
    tables = read(tmp_path, text, tolerance=0.2, level=40)
    assert int(np.argmax(tables.weights)) == 20
    assert 30 < tables.effective < 40
    later = tables.payments.filter(pl.col("month") == 202609)
    paths = frames.paths(tables, later.filter(instrument="rnd"), "city", "month", [202609])
    exact = sum(int(w) * int(x) for w, x in zip(tables.weights, paths[:, 0], strict=True)) // 1_000_000
    assert frames.mean_fen(tables, later.filter(instrument="rnd"), "city") == exact
    assert frames.mean(tables, paths)[0] == pytest.approx(exact, abs=1)


def test_fewer_than_thirty_effective_replications_are_refused_with_how_many_would_do(tmp_path: Path) -> None:
    with pytest.raises(TooFewLeft) as caught:
        read(tmp_path, "2026-03,rnd,city,,1100000,", tolerance=0.02)
    said = str(caught.value)
    assert "effective number of" in said and "of 40 replications; below 30" in said
    effective = float(said.split("effective number of ")[1].split(" ")[0])
    needed = int(said.split("About ")[1].split(" ")[0].replace(",", ""))
    assert 40 * 30 / effective <= needed <= 40 * 30 / effective * 1.15 + 1
    with pytest.raises(TooFewLeft, match="of 29 replications"):
        read(tmp_path, "2026-03,rnd,city,,1100000,", tolerance=10.0, level=29)


def test_what_no_replication_comes_near_to_is_named(tmp_path: Path) -> None:
    tables = read(tmp_path, "2026-03,rnd,city,,9000000,")
    assert tables.reading is not None
    assert any(w.startswith("rnd, paid in 2026: observed 900.00 万元, replications give 100.00 万元 to 139.00")
               for w in tables.reading.warnings)  # fmt: skip


def test_all_faults_are_told_at_once_with_line_column_value_and_the_nearest_key(tmp_path: Path) -> None:
    text = """
2026-13,rnd,city,,1,
2020-12,rnd,city,,1,
2026-03,rnnd,city,,1,
2026-03,rnd,citty,,1,
2026-03,rnd,city,江干区,1,
2021-03,rnd,district,临平区,1,
2026-03,rnd,city,,-5万,
2026-03,rnd,city,,12.345,
2026-03,rnd,city,,1,-2
2025-06,grant,city,,1,
2026-03,rnd,city,,,
2029-01,rnd,city,,1,
2026-03,rnd,city,火星区,1,
"""
    with pytest.raises(ActualsFaults) as caught:
        read_actuals(file(tmp_path, text), KNOWN)
    said = str(caught.value).splitlines()
    assert said[0].endswith("paid.csv: 13 faults")
    for number, words in enumerate((
        'line 2, month = "2026-13"   must be a month such as 2026-03',
        'line 3, month = "2020-12"   is before the start of the scenario, 2021-01',
        'line 4, instrument = "rnnd"   is no instrument of this scenario; did you mean "rnd"?',
        'line 5, bearer = "citty"   must be city, district, province; did you mean "city"?',
        'line 6, district = "江干区"   does not exist in 2026-03: part of 上城区 since 2021-04-09',
        'line 7, district = "临平区"   does not exist in 2021-03: it begins on 2021-04-09',
        'line 8, amount = "-5万"   must be zero or more',
        'line 9, amount = "12.345"   must be money in yuan to the fen',
        'line 10, count = "-2"   must be a whole number, zero or more',
        'line 11, instrument = "grant"   is not in force in 2025-06: it begins on 2025-07-01',
        'line 12, amount = ""   must be given',
        'line 13, month = "2029-01"   is after its end; simulated are 2021 to 2028',
        'line 14, district = "火星区"   is no district of Hangzhou',
    ), start=1):  # fmt: skip
        assert said[number].strip().startswith(words), said[number]


@pytest.mark.parametrize(("head", "text", "words"), [
    ("month,instrument,bearer,amount", "2026-01,rnd,city,1\n2026-04,rnd,city,1", "no row for 2026-02, 2026-03, between 2026-01 and 2026-04"),
    ("month,instrument,bearer,amount", "2026-01,rnd,city,1\n2026-01,rnd,city,2", "line 3: 2026-01 of rnd, city, is given in line 2 already"),
    ("month,year,instrument,bearer,amount", ",2026,rnd,city,1\n2026-01,,rnd,city,2", "line 3: 2026-01 of rnd, city, is given in line 2 already"),
    ("month,year,instrument,bearer,amount", "2026-01,2026,rnd,city,1", "a row has a month or a year, not both"),
    ("month,instrument,bearer,district,amount", "2026-01,rnd,district,,1\n2026-02,rnd,district,西湖区,2", "line 3: rnd, district, is given by district here and for the whole city in line 2"),
    ("month,instrument,bearer,amount,kind", "2026-01,rnd,city,1,award", "awards are summed by fiscal year; give the year"),
    ("year,instrument,bearer,count,status", "2026,rnd,,3,high_tech", "must be empty in a row of a status"),
    ("year,count,status", "2026,3,hightech", 'is no number that a run counts; did you mean "high_tech"?'),
    ("month,instrument,bearer,amout", "2026-01,rnd,city,1", 'line 1, column "amout"   unknown column; did you mean "amount"?'),
    ("month,instrument,amount", "2026-01,rnd,1", "column bearer is missing"),
    ("month,instrument,bearer,amount", "2026-01,rnd,city,1,000", "line 2: has more cells than the header"),
    ("month,instrument,bearer,amount", "", "holds no row below its header"),
])  # fmt: skip
def test_files_that_contradict_themselves_are_refused(tmp_path: Path, head: str, text: str, words: str) -> None:
    with pytest.raises(ActualsFaults, match="fault") as caught:
        read_actuals(file(tmp_path, text, head), KNOWN)
    assert words in str(caught.value)


def test_the_month_in_which_the_map_changed_belongs_to_both_maps(tmp_path: Path) -> None:
    text = "2021-04,rnd,district,江干区,1,\n2021-04,rnd,district,钱塘区,1,"
    assert len(read_actuals(file(tmp_path, text), KNOWN).rows) == 2


def test_chinese_headings_names_and_gbk_are_read(tmp_path: Path) -> None:
    path = tmp_path / "paid.csv"
    path.write_bytes("月份,政策项目,承担方,区县,金额,笔数\n2026年3月,研发补助,市级,全市,\"1,234.5万元\",12\n".encode("gb18030"))
    (row,) = read_actuals(path, KNOWN).rows
    assert (row.name, row.bearer, row.place, row.first, row.fen, row.count) == ("rnd", "city", "全市", 202603, 1_234_500_000, 12)


def test_a_covered_month_without_a_row_of_a_line_counts_as_nothing_paid_and_is_told(tmp_path: Path) -> None:
    text = "2026-01,grant,city,,5,\n2026-02,grant,city,,5,\n2026-03,grant,city,,5,\n2026-01,rnd,city,,7,"
    tables = read(tmp_path, text)
    rnd = tables.payments.filter((pl.col("instrument") == "rnd") & (pl.col("month") == 202603))
    assert int(rnd["city"].sum()) == 0 and int(rnd["district_fen"].sum()) > 0
    assert tables.reading is not None
    assert tables.reading.warnings[0].startswith("2 covered months of single lines have no row and count as nothing paid")


def test_a_split_that_is_not_that_of_the_law_is_told(tmp_path: Path) -> None:
    fits = read(tmp_path, "2026-03,rnd,city,,110万,\n2026-03,rnd,district,,220万,")
    odd = read(tmp_path, "2026-03,rnd,city,,220万,\n2026-03,rnd,district,,110万,")
    assert fits.reading is not None and odd.reading is not None
    assert not any("does the file follow the split" in w for w in fits.reading.warnings)
    assert "rnd: the city bears 67% of the amounts given, 33% to 33% in the scenario: does the file follow the split " \
           "of the law?" in odd.reading.warnings  # fmt: skip


def test_awards_of_the_file_replace_simulated_ones_and_what_is_open_of_them_is_still_paid(tmp_path: Path) -> None:
    head = "month,year,instrument,bearer,district,amount,count,kind,award_year"
    months = "\n".join(f"2026-{m:02d},,rnd,city,,{'100万' if m in (3, 6) else 0},,,2026" for m in range(1, 9))
    tables = read(tmp_path, months + "\n,2026,rnd,city,,500万,7,award,", head=head)
    granted = tables.commitments.filter((pl.col("instrument") == "rnd") & (pl.col("year") == 2026))
    assert frames.paths(tables, granted, "award_city", "year", [2026]).tolist() == [[500 * WAN]] * 40
    assert frames.paths(tables, granted, "recipients", "year", [2026]).tolist() == [[7]] * 40
    # The entitlement was not given: it stays.
    assert frames.paths(tables, granted, "entitlement_city", "year", [2026])[5, 0] == 3 * (105 * WAN + 7) + (105 * WAN + 7) // 2
    paid = tables.payments.filter((pl.col("instrument") == "rnd") & (pl.col("award_year") == 2026))
    by_month = frames.paths(tables, paid, "city", "month", [202603, 202606, 202609, 202702])
    # 500万 less 200万 paid leaves 300万: two thirds in September and one third the next February, as it was simulated.
    assert (by_month.sum(axis=1) == 500 * WAN).all()
    assert (by_month[:, :2] == 100 * WAN).all()
    assert by_month[0, 2] == pytest.approx(200 * WAN, abs=2)


def test_recipients_whom_city_and_districts_both_name_are_counted_once(tmp_path: Path) -> None:
    rows = ("rnd,city,,500万,7", "rnd,district,西湖区,100万,3", "rnd,district,滨江区,200万,4")
    text = "\n".join(f"2026,{row},award" for row in rows)
    tables = read(tmp_path, text, head="year,instrument,bearer,district,amount,count,kind")
    granted = tables.commitments.filter((pl.col("instrument") == "rnd") & (pl.col("year") == 2026))
    assert frames.paths(tables, granted, "recipients", "year", [2026]).tolist() == [[7]] * 40
    assert frames.paths(tables, granted, "award_district", "year", [2026]).tolist() == [[300 * WAN]] * 40


def test_an_award_below_what_was_paid_on_it_leaves_nothing_due_and_is_told(tmp_path: Path) -> None:
    head = "month,year,instrument,bearer,amount,kind,award_year"
    tables = read(tmp_path, "2026-03,,rnd,city,100万,,2026\n,2026,rnd,city,60万,award,", head=head)
    paid = tables.payments.filter((pl.col("instrument") == "rnd") & (pl.col("award_year") == 2026) & (pl.col("month") > 202603))
    assert int(paid["city"].sum()) == 0
    assert tables.reading is not None
    assert any("100.00 万元 were paid on awards of 2026, more than the award of 60.00 万元" in w for w in tables.reading.warnings)


def test_stocks_of_the_file_replace_simulated_ones_and_weigh(tmp_path: Path) -> None:
    # Two districts of 1000 + 10 r each: replication 10 has 2200.
    tables = read(tmp_path, "2026,2200,high_tech", tolerance=0.2, head="year,count,status")
    assert int(np.argmax(tables.weights)) == 10
    values = frames.indicator_paths(tables, "high_tech", [2026])
    assert values is not None and (values == 2200).all()
    assert set(tables.indicators["district"]) == {"西湖区", "滨江区"}


def test_reports_of_weights_on_one_replication_are_those_of_that_replication() -> None:
    """No mean, quantile or share leaves the weights out."""
    three = city(3)
    one = dataclasses.replace(three, replications=(1,), **{
        name: getattr(three, name).filter(pl.col("replication") == 1) for name in ("payments", "commitments", "indicators")
    })  # fmt: skip

    class Only:
        weights, effective = np.array([0, 1_000_000, 0]), 1.0

    weighted = dataclasses.replace(three, reading=Only())  # type: ignore[arg-type]
    for rows in ("payments", "commitments"):
        column = "city" if rows == "payments" else "award_city"
        found = [frames.mean_fen(t, getattr(t, rows), column) for t in (weighted, one)]
        assert found[0] == found[1] > 0
    paths = [frames.paths(t, t.payments, "city", "month", [202603, 202609]) for t in (weighted, one)]
    for share in (0.1, 0.5, 0.9):
        assert (frames.quantiles(paths[0], share, weighted) == frames.quantiles(paths[1], share, one)).all()
    assert frames.status_shares(weighted, 2026) == frames.status_shares(one, 2026)


def test_equal_weights_give_the_means_of_no_weights_and_a_quantile_that_a_replication_gave() -> None:
    plain = city(40)

    class Even:
        weights, effective = whole_weights(np.ones(40)), 40.0

    even = dataclasses.replace(plain, reading=Even())  # type: ignore[arg-type]
    one, two = (frames.mean_fen(t, t.payments, "city") for t in (plain, even))
    assert abs(one - two) <= 1
    paths = frames.paths(plain, plain.payments, "city", "month", [202603])
    assert frames.quantiles(paths, 0.5, even)[0] == np.sort(paths[:, 0])[19]  # 20 of 40 at or below it: half the weight
    assert frames.quantiles(paths, 0.9, even)[0] == np.sort(paths[:, 0])[35]


def test_actuals_kept_in_a_run_folder_are_found_and_forgotten(tmp_path: Path) -> None:
    assert remembered(tmp_path) is None
    source = tmp_path / "august.csv"
    source.write_text("year,count,status\n2026,5,firms\n")
    keep(tmp_path, Choice(source, 0.3))
    source.unlink()
    found = remembered(tmp_path)
    assert found is not None
    assert (found.name, found.tolerance, found.path.read_text()) == ("august.csv", 0.3, "year,count,status\n2026,5,firms\n")
    forget(tmp_path)
    assert remembered(tmp_path) is None and not list(tmp_path.iterdir())


def made_up(seed: int, level: int) -> Tables:
    """Cities of one unknown level (deviation 0.3 of its logarithm) that pays every month of 2026 with luck of 0.1."""
    chance = np.random.default_rng([11, seed])
    levels = np.exp(chance.normal(0, 0.3, level))
    paid = [payment(r, 202600 + month, int(levels[r] * np.exp(chance.normal(0, 0.1)) * 100 * WAN), 0)
            for r in range(level) for month in range(1, 13)]  # fmt: skip
    return dataclasses.replace(city(level), payments=pl.DataFrame(paid, schema=schema_of("payments")))


def test_eight_months_of_a_city_that_nobody_has_seen_bring_the_forecast_of_the_other_four_nearer_to_it(tmp_path: Path) -> None:
    ours, truth = made_up(1, 1000), made_up(2, 10)
    after = pl.col("month") > 202608
    rest = [frames.paths(t, t.payments.filter(after).with_columns(k=pl.lit(1)), "city", "k", [1])[:, 0] for t in (ours, truth)]
    errors = []
    for number, real in enumerate(rest[1]):
        mine = truth.payments.filter((pl.col("replication") == number) & ~after).sort("month")
        text = "\n".join(f"2026-{m % 100:02d},rnd,city,,{fen // 100}.{fen % 100:02d}," for m, fen in mine.select("month", "city").rows())
        tables = apply(ours, Choice(file(tmp_path, text), 0.15))
        errors.append((abs(rest[0].mean() - real), abs(float(frames.mean(tables, rest[0])) - real)))
    prior, posterior = np.mean(errors, axis=0)
    # The level is known to about a tenth after eight months: less than half of the error of not knowing it is left.
    assert posterior < prior / 2
