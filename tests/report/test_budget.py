from __future__ import annotations

import dataclasses
import re
import zipfile
from pathlib import Path

import polars as pl
import pytest
from rich.console import Console

from fundflow.report import frames
from fundflow.report.budget import CITY, Form, budget_form
from fundflow.report.plan import Planned
from fundflow.report.reasons import wan
from fundflow.report.source import Tables
from fundflow.report.terminal import print_form
from fundflow.report.workbook import write_workbook
from tests.report.conftest import only

ABOVE = "rnd-increase-subsidy-above-scale-sme"
MATCHING = "key-rd-national-provincial-matching"


@pytest.fixture(scope="module")
def form(tables: Tables) -> Form:
    return budget_form(tables)


def line_of(form: Form, instrument: str, sheet: int = 0):  # type: ignore[no-untyped-def]
    return next(line for line in form.sheets[sheet].lines if line.instrument == instrument)


def test_the_form_has_a_sheet_for_the_city_and_each_district(form: Form) -> None:
    assert form.year == 2027
    assert [sheet.place for sheet in form.sheets][:2] == [CITY, "上城区"]
    assert len(form.sheets) == 14
    assert all(sheet.lines for sheet in form.sheets)


def test_every_line_and_every_sheet_adds_up(form: Form) -> None:
    for sheet in form.sheets:
        assert sheet.total == sum(line.carried + line.new + line.settlement for line in sheet.lines)


def test_all_sheets_together_are_all_cash_of_the_year(tables: Tables, form: Form) -> None:
    paid = tables.payments.filter(pl.col("month") // 100 == 2027)
    whole = int(paid.select(frames.cash().sum()).item())
    shown = sum(sheet.total for sheet in form.sheets)
    # Each of at most three parts of a line is cut down to whole fen.
    parts = 3 * sum(len(sheet.lines) for sheet in form.sheets)
    assert 0 <= whole // len(tables.replications) - shown <= parts


def test_commitments_carried_in_are_payments_on_awards_of_earlier_years(tables: Tables, form: Form) -> None:
    rows = tables.payments.filter(
        (pl.col("instrument") == ABOVE) & (pl.col("paid_by") == "city") & (pl.col("month") // 100 == 2027)
    )
    old = rows.filter(pl.col("award_year") < 2027)
    line = line_of(form, ABOVE)
    assert line.carried == int(old.select(frames.cash().sum()).item()) // 3 > 0
    assert line.new == int(rows.select(frames.cash().sum()).item() - old.select(frames.cash().sum()).item()) // 3 > 0


def test_what_the_city_owes_a_district_is_in_its_settlements(form: Form) -> None:
    line = line_of(form, MATCHING)
    assert (line.carried, line.new) == (0, 0)
    assert line.total == line.settlement > 0
    owed = sum(line_of(form, MATCHING, i).settlement for i in range(1, 14))
    assert -15 <= owed + line.settlement <= 15


def test_the_following_years_are_their_own_forms_totals(tables: Tables, form: Form) -> None:
    later = budget_form(tables, 2028)
    assert abs(line_of(form, ABOVE).following[0] - line_of(later, ABOVE).total) <= 2
    assert abs(line_of(later, ABOVE).last - line_of(form, ABOVE).total) <= 2
    assert form.following == (2028, 2029)
    assert budget_form(tables, 2035).following == ()


def test_recipients_times_mean_award_is_the_award(form: Form, tables: Tables) -> None:
    line = line_of(form, ABOVE)
    rows = tables.commitments.filter((pl.col("instrument") == ABOVE) & (pl.col("year") == 2027))
    assert line.recipients == int(rows["recipients"].sum()) / 3
    assert line.mean_award * line.recipients == pytest.approx(int(rows["award_city"].sum()) / 3, rel=1e-6)


def test_a_range_is_given_from_forty_replications_on(forty: Tables) -> None:
    city = budget_form(forty).sheets[0]
    assert city.low is not None and city.high is not None and city.low < city.total < city.high
    ranges = sum(line.high - line.low for line in city.lines if line.high is not None and line.low is not None)
    assert city.high - city.low <= ranges
    few = budget_form(only(forty, 39)).sheets[0]
    assert few.low is None and all(line.low is None and line.high is None for line in few.lines)


def test_every_line_has_one_sentence_that_says_what_it_rests_on(form: Form) -> None:
    for sheet in form.sheets:
        for line in sheet.lines:
            assert line.reason.count("。") == 1 and line.reason.endswith("。")
    text = line_of(form, ABOVE).reason
    assert "名额用满" in text and "推定续期" in text and "至多" in text
    assert "含假定值（配套比例）" in line_of(form, MATCHING).reason
    assert "推定续期" not in line_of(form, "eaglet-recognition-grant").reason


def test_a_year_that_is_not_simulated_is_refused(tables: Tables) -> None:
    with pytest.raises(ValueError, match="2050 is not simulated; this run holds 2021 to 2035"):
        budget_form(tables, 2050)


def test_a_planned_line_without_money_still_has_its_row(tables: Tables) -> None:
    nothing = dataclasses.replace(
        tables, payments=tables.payments.filter(pl.col("instrument") != ABOVE), settlements=tables.settlements.clear()
    )
    line = line_of(budget_form(nothing, planned={ABOVE: Planned(100, None)}), ABOVE)
    assert (line.plan, line.expected, line.total) == (100, None, 0)


def test_money_is_written_in_wan_rounded_and_exact() -> None:
    assert [wan(fen) for fen in (0, 1, 5_000, 1_234_567_890, -1_234_567_890, -1)] == [
        "0.00", "0.00", "0.01", "1,234.57", "-1,234.57", "0.00",
    ]  # fmt: skip


def cells(path: Path, sheet: int) -> tuple[dict[str, str], dict[str, float]]:
    """Formulas and stored numbers of a sheet, by cell."""
    with zipfile.ZipFile(path) as book:
        xml = book.read(f"xl/worksheets/sheet{sheet}.xml").decode()
    formulas, numbers = {}, {}
    for ref, kind, body in re.findall(r'<c r="([A-Z]+\d+)"([^>/]*)>(.*?)</c>', xml):
        found = re.search(r"<f>(.*?)</f>", body)
        if found:
            formulas[ref] = found[1]
        value = re.search(r"<v>(.*?)</v>", body)
        if value and 't="s"' not in kind and value[1]:
            numbers[ref] = float(value[1])
    return formulas, numbers


def test_the_workbook_holds_real_numbers_and_totals_that_excel_would_find(form: Form, tmp_path: Path) -> None:
    path = write_workbook(form, tmp_path / "budget.xlsx")
    sheet = form.sheets[0]
    blocks = sheet.blocks(form.tables)
    assert [name for name, _ in blocks] == ["headline", "others", "assumed"]
    formulas, numbers = cells(path, 1)
    row, subtotals = 4, []
    for _, lines in blocks:
        last = row + len(lines) - 1
        assert formulas[f"N{last + 1}"] == f"SUM(N{row}:N{last})"
        summed = sum(numbers[f"N{r}"] for r in range(row, last + 1))
        assert numbers[f"N{last + 1}"] == pytest.approx(summed, abs=1e-6)
        for r in range(row, last + 1):
            assert formulas[f"N{r}"] == f"K{r}+L{r}+M{r}"
            assert numbers[f"N{r}"] == pytest.approx(sum(numbers[f"{c}{r}"] for c in "KLM"), abs=1e-6)
        subtotals.append(last + 1)
        row = last + 2
    assert formulas[f"N{row}"] == f"SUM({','.join(f'N{r}:N{r}' for r in subtotals)})"
    assert numbers[f"N{row}"] == pytest.approx(sheet.total / 10**6, abs=1e-6)
    assert numbers[f"N{row}"] == pytest.approx(sum(numbers[f"N{r}"] for r in subtotals), abs=1e-6)
    with zipfile.ZipFile(path) as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        styles = book.read("xl/styles.xml").decode()
        strings = book.read("xl/sharedStrings.xml").decode()
    assert names[0] == "市级" and names[-1] == "说明" and len(names) == 15
    assert "#,##0.00" in styles and "0.0%" in styles
    assert "金额单位：万元" in strings and "比 2026 年模型支出增减" in strings


def test_the_increase_is_on_the_plan_where_one_is_given(tables: Tables, tmp_path: Path) -> None:
    form = budget_form(tables, planned={ABOVE: Planned(50_000_000_00, 40_000_000_00)})
    path = write_workbook(form, tmp_path / "budget.xlsx")
    formulas, numbers = cells(path, 1)
    row = 4 + [line.instrument for line in form.sheets[0].lines].index(ABOVE)
    assert (numbers[f"H{row}"], numbers[f"I{row}"]) == (5000, 4000)
    assert formulas[f"Q{row}"] == f"N{row}-H{row}"
    assert numbers[f"Q{row}"] == pytest.approx(numbers[f"N{row}"] - 5000, abs=1e-6)
    bottom = 4 + len(form.sheets[0].lines) + len(form.sheets[0].blocks(tables))
    assert numbers[f"Q{bottom}"] == pytest.approx(numbers[f"Q{row}"], abs=1e-6)  # lines without a plan do not count
    assert numbers[f"R{bottom}"] == pytest.approx(numbers[f"Q{row}"] / 5000)
    other = 4 if row != 4 else 5
    assert f"Q{other}" not in formulas


def test_a_workbook_that_cannot_be_written_is_an_error(form: Form, tmp_path: Path) -> None:
    (tmp_path / "budget.xlsx").mkdir()
    with pytest.raises(OSError, match="cannot be written"):
        write_workbook(form, tmp_path / "budget.xlsx")


@pytest.mark.parametrize("width", [80, 160])
def test_no_amount_is_cut_off_on_the_terminal(form: Form, width: int, tmp_path: Path) -> None:
    console = Console(width=width, record=True, file=(tmp_path / "out").open("w"))
    print_form(form, tmp_path / "budget.xlsx", console)
    text = console.export_text()
    assert "…" not in text
    assert wan(form.sheets[0].total) in text
    assert ("结转承诺" in text) == (width > 130)
