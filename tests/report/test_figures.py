from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import Rectangle
from matplotlib.text import Text

from fundflow.report import frames
from fundflow.report.blocks import block_of, departments, part
from fundflow.report.figures import FIGURES, draw_pages
from fundflow.report.figures.cash import quarter_cash, quarters_of
from fundflow.report.figures.districts import PLACES, district_money
from fundflow.report.figures.rounds import mean_cuts
from fundflow.report.source import Tables
from fundflow.report.style import BLOCK_LOOK, HATCHES, Page, styled, tone, wrap
from fundflow.report.texts import Texts
from fundflow.report.words import BLOCKS
from tests.report.conftest import only


def drawn(tables: Tables, name: str, lang: str = "zh") -> Page:
    with styled():
        return FIGURES[name](tables, Texts(lang))


def words(page: Page) -> str:
    return "\n".join(t.get_text() for t in page.figure.findobj(Text) if isinstance(t, Text))


def bars(page: Page, panel: int = 0) -> list[Rectangle]:
    axes = page.figure.axes[panel]
    return [bar for container in axes.containers for bar in container]


def test_bars_of_figure_1_add_up_to_the_tables_to_the_fen(tables: Tables) -> None:
    page = drawn(tables, "1-entitlement")
    for year in tables.years:
        shown = sum(b.get_height() for b in bars(page) if round(b.get_x() + b.get_width() / 2) == year)
        rows = tables.commitments.filter(pl.col("year") == year)
        fen = int(rows.select(frames.entitlement().sum()).item())
        assert round(shown * 10**10 * len(tables.replications)) == fen


def test_money_that_is_not_in_force_is_hatched(tables: Tables) -> None:
    page = drawn(tables, "1-entitlement")
    beside = [look.get("hatch", "") for look in BLOCK_LOOK.values()] + [None]
    grey = {to_rgba(look["facecolor"]) for look in BLOCK_LOOK.values()}
    of_2027 = [b for b in bars(page) if round(b.get_x() + b.get_width() / 2) == 2027]
    assert sum(b.get_facecolor() in grey for b in of_2027) == 2 and "////" not in beside
    of_2027 = [b for b in of_2027 if b.get_facecolor() not in grey]
    hatched = sum(b.get_height() for b in of_2027 if b.get_hatch() == HATCHES["assumed_renewed"])
    share = frames.status_shares(part(tables, "headline"), 2027)["assumed_renewed"]
    assert hatched / sum(b.get_height() for b in of_2027) == pytest.approx(share)
    assert len({HATCHES[s] for s in ("in_force", "run_off", "assumed_renewed")}) == 3


def test_below_forty_replications_single_paths_are_drawn_and_no_band(forty: Tables) -> None:
    few, enough = (drawn(t, "1-entitlement") for t in (only(forty, 39), forty))
    assert "不给区间" in words(few)
    assert "80% 区间" not in words(few)
    assert "40 次模拟的 80% 区间" in words(enough)
    assert len(few.figure.axes[0].lines) > len(enough.figure.axes[0].lines) + 30


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_under_each_band_stands_what_it_holds(forty: Tables, lang: str) -> None:
    expected = {
        "zh": ("运气与参数", "不含政策变化与条文读法"),
        "en": ("luck and uncertain", "not of policy or readings"),
    }[lang]
    for name in ("1-entitlement", "4-pipeline", "5-cash"):
        text = words(drawn(forty, name, lang)).replace("\n", " ")
        assert all(part in text for part in expected), name
    fixed = drawn(dataclasses.replace(forty, fixed_parameters=True), "1-entitlement", lang)
    assert expected[0] not in words(fixed).replace("\n", " ")


def test_a_total_at_ceilings_is_titled_at_most_and_another_is_not(tables: Tables) -> None:
    plain = {name: {**meta, "ceiling": False} for name, meta in tables.instruments.items()}
    without = dataclasses.replace(tables, instruments=plain)
    for name in ("1-entitlement", "5-cash"):
        assert "至多" in drawn(tables, name).figure.texts[0].get_text()
        assert "at most" in drawn(tables, name, "en").figure.texts[0].get_text()
        assert "至多" not in drawn(without, name).figure.texts[0].get_text()


def test_assumed_and_expired_rules_are_named_on_the_figure_itself(tables: Tables) -> None:
    text = words(drawn(tables, "1-entitlement")).replace("\n", "")
    assert "推定续期（2027—2029）：" in text
    assert "含假定值的项目：科技创新券兑付、国家、省重点研发项目配套、雏鹰企业贷款贴息" in text


def test_the_districts_and_what_has_none_add_up_to_the_city(tables: Tables) -> None:
    rows = district_money(tables)
    whole = frames.paths(tables, tables.commitments, frames.entitlement(), "year", tables.years).sum(axis=0)
    assert rows.shape == (len(PLACES) + 1, len(tables.years))
    assert [round(v) for v in rows.sum(axis=0) * len(tables.replications)] == whole.tolist()


def test_quarters_add_up_to_the_cash_of_the_three_years(tables: Tables) -> None:
    assert len(quarters_of(tables)) == 12
    rows = tables.payments.filter((pl.col("month") // 100).is_in([2027, 2028, 2029]))
    expected = int(rows.select(frames.cash().sum()).item())
    assert sum(int(quarter_cash(tables, level, settled=False).sum()) for level in ("city", "district")) == expected
    after = sum(int(quarter_cash(tables, level, settled=True).sum()) for level in ("city", "district"))
    assert after == expected
    assert quarter_cash(tables, "city", settled=True).sum() > quarter_cash(tables, "city", settled=False).sum()


def test_a_month_falls_in_its_own_quarter(tables: Tables) -> None:
    row = tables.payments.filter(pl.col("paid_by") == "city").head(1)
    for month, quarter in ((1, 0), (3, 0), (4, 1), (6, 1), (7, 2), (9, 2), (10, 3), (12, 3)):
        one = dataclasses.replace(tables, payments=row.with_columns(pl.lit(202700 + month, pl.Int32).alias("month")))
        assert np.flatnonzero(quarter_cash(one, "city", settled=False).sum(axis=0)).tolist() == [quarter]


def test_the_cuts_are_means_a_year_and_the_largest_comes_first(tables: Tables) -> None:
    cuts = mean_cuts(tables)
    totals = [sum(c.values()) for c in cuts.values()]
    assert totals == sorted(totals, reverse=True)
    name = "transfer-fund-intermediary-award"
    rows = tables.commitments.filter((pl.col("instrument") == name) & pl.col("year").is_in([2027, 2028, 2029]))
    assert cuts[name]["quota"] == int(rows["cut_quota"].sum()) // 3 / 3  # a mean of 3 replications is cut to a fen


def test_figures_are_drawn_for_a_run_without_indicators_or_names(tables: Tables) -> None:
    bare = dataclasses.replace(tables, indicators=tables.indicators.clear(), instruments={}, title="")
    pages = draw_pages(bare)
    assert set(pages) == set(FIGURES)
    assert "eaglet-recognition-grant" in words(pages["2-instruments"])
    assert "本次运行无此指标" in words(pages["4-pipeline"])


def test_figures_are_drawn_for_a_run_without_any_claim(tables: Tables) -> None:
    empty = dataclasses.replace(
        tables,
        commitments=tables.commitments.clear(),
        payments=tables.payments.clear(),
        settlements=tables.settlements.clear(),
    )
    assert set(draw_pages(empty)) == set(FIGURES)


def test_the_same_run_gives_the_same_bytes(tables: Tables, tmp_path: Path) -> None:
    for name in ("1-entitlement", "4-pipeline"):
        with styled():
            first, second = (FIGURES[name](tables, Texts("zh")).save(tmp_path / copy, name) for copy in "ab")
        assert [p.name for p in first] == [p.name for p in second] == [f"{name}.png", f"{name}.svg"]
        assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_budget_years_are_darkest_and_the_outlook_is_palest() -> None:
    budget = range(2027, 2030)
    assert tone(2035, budget) < tone(2026, budget) < tone(2027, budget) == tone(2029, budget) == 1


def test_a_long_note_is_broken_without_losing_a_character() -> None:
    text = "推定续期：企业项目后补助、R&D increase subsidy、名额用满。" * 5
    lines = wrap(text, 30)
    assert len(lines) > 3
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert not any(line[0] in "、。，；）" for line in lines)


def test_an_unknown_language_is_refused(tables: Tables) -> None:
    with pytest.raises(ValueError, match="zh or en"):
        draw_pages(tables, "fr")


def test_a_year_without_a_rule_is_printed_as_not_covered_and_not_as_zero(tables: Tables) -> None:
    name = "eaglet-loan-interest-subsidy"
    early = (pl.col("instrument") == name) & (pl.col("year") == 2021)
    money = [c for c in tables.commitments.columns if c.startswith(("entitlement", "award", "cut"))]
    outside = dataclasses.replace(
        tables,
        commitments=tables.commitments.with_columns(
            pl.when(early).then(pl.lit("not_covered")).otherwise(pl.col("status")).alias("status"),
            *(pl.when(early).then(0).otherwise(pl.col(c)).alias(c) for c in money),
        ),
    )
    assert frames.not_covered(outside) == {name: [2021]}
    assert frames.not_covered(tables) == {}
    text = words(drawn(outside, "2-instruments"))
    assert " 未覆盖" in text
    assert "有申领而无政策覆盖（不是零需求）：雏鹰企业贷款贴息 (2021)。" in text.replace("\n", "")
    assert "未覆盖" not in words(drawn(tables, "2-instruments"))
    assert "政策未覆盖" not in words(drawn(outside, "1-entitlement"))  # no hatch in the legend without money


def test_the_headline_holds_evidenced_volumes_of_the_bureau_alone(tables: Tables) -> None:
    assert block_of(tables, "talent-living") == "others"
    assert block_of(tables, "platform-equipment") == "assumed"
    assert departments(tables) == ["市科技局", "市人力社保局"]
    head = part(tables, "headline")
    assert {"talent-living", "platform-equipment"}.isdisjoint(head.commitments["instrument"])
    parts = [int(part(tables, b).commitments.select(frames.entitlement().sum()).item()) for b in BLOCKS]
    assert sum(parts) == int(tables.commitments.select(frames.entitlement().sum()).item()) and min(parts) > 0
    # The number in the bar of 2027 is the headline's mean.
    rows = head.commitments.filter(year=2027).select(frames.entitlement().sum()).item()
    assert f"{rows / len(tables.replications) / 10**10:.2f}" in words(drawn(tables, "1-entitlement"))


def test_bars_by_department_add_up_to_the_tables(tables: Tables) -> None:
    page = drawn(tables, "7-departments")
    shown = sum(b.get_width() for b in bars(page))
    rows = tables.commitments.filter(pl.col("year").is_in(list(tables.budget_years)))
    mean = rows.select(frames.entitlement().sum()).item() / len(tables.replications) / len(tables.budget_years)
    assert shown == pytest.approx(mean / 10**10)


def test_a_hundred_instruments_stay_a_page_of_twelve_panels(tables: Tables) -> None:
    for name, blocks in (("2-instruments", ["headline"]), ("8-beside", ["others", "assumed"])):
        page = drawn(tables, name)
        assert len([a for a in page.figure.axes if a.get_title(loc="left")]) <= 12
        rows = part(tables, *blocks).commitments.filter(year=2027)
        due = rows.select(frames.entitlement().sum()).item() / len(tables.replications)
        tall = [b for i in range(len(page.figure.axes)) for b in bars(page, i)]
        shown = sum(b.get_height() for b in tall if round(b.get_x() + b.get_width() / 2) == 2027)
        assert shown * 10**6 == pytest.approx(due)
