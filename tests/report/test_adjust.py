# ruff: noqa: E501
"""The mid-year table: plan, paid, due, outturn, gap, overrun."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.console import Console

from fundflow.report.actuals import Choice, TooFewLeft, apply, keep
from fundflow.report.adjust import adjustment, wilson
from fundflow.report.adjust_terminal import print_adjustment
from fundflow.report.adjust_workbook import write_adjustment
from fundflow.report.command import budget
from fundflow.report.plan import PlanFaults, read_plans_by_place
from fundflow.report.source import tables_of
from fundflow.results import Run, open_run
from tests.report.test_actuals import EIGHT, PAID, WAN, city, file
from tests.report.test_budget import cells

PLAN = {("city", "rnd"): 325 * WAN, ("西湖区", "rnd"): 10_000 * WAN}


@pytest.fixture
def tables(tmp_path: Path):
    return apply(city(), Choice(file(tmp_path, EIGHT), 10.0))


def test_a_line_is_what_was_paid_and_the_mean_of_the_rest(tables) -> None:
    form = adjustment(tables, 2026, PLAN)
    assert form.year == 2026 and form.until == 202608 and form.places[0].place == "city"
    (line,) = (one for one in form.places[0].lines if one.name == "rnd")
    assert line.paid == PAID
    # After August only September is left: (100 + r) 万 and 7 fen, weighed.
    rest = [(100 + r) * WAN + 7 for r in range(40)]
    assert line.due == sum(int(w) * x for w, x in zip(tables.weights, rest, strict=True)) // 1_000_000
    assert line.outturn == line.paid + line.due and line.gap == line.outturn - 325 * WAN
    # The plan of 325万 is passed where September is above 325万 less what was paid, 201.23万: from r = 24 on.
    weight = sum(int(w) for w, x in zip(tables.weights, rest, strict=True) if PAID + x > 325 * WAN)
    assert line.overrun is not None and line.overrun.share == pytest.approx(weight / 1e6)
    assert 0 < line.overrun.low < line.overrun.share < line.overrun.high < 1


def test_a_line_that_the_actuals_do_not_name_is_simulated_as_a_whole(tables) -> None:
    (line,) = (one for one in adjustment(tables, 2026).places[0].lines if one.name == "grant")
    assert line.paid is None and line.plan is None and line.gap is None and line.overrun is None
    assert line.outturn == line.due > 0


def test_sums_are_sums_of_lines_and_hold_gaps_of_what_has_a_plan(tables) -> None:
    form = adjustment(tables, 2026, PLAN)
    total, lines = form.places[0].total, form.places[0].lines
    assert total.outturn == sum(line.outturn for line in lines)
    assert total.paid == PAID and total.plan == 325 * WAN
    assert total.gap == next(line.gap for line in lines if line.name == "rnd")
    west = next(place for place in form.places if place.place == "西湖区")
    assert west.total.paid is None and west.total.gap is not None and west.total.gap < 0
    assert west.total.overrun is not None and west.total.overrun.share == 0


def test_the_interval_of_a_probability_is_that_of_wilson() -> None:
    # 8 of 10 at 95%: 0.490 to 0.943 (Brown, Cai and DasGupta 2001).
    found = wilson(0.8, 10)
    assert (found.low, found.high) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0.0, 30).low == 0 < wilson(0.0, 30).high < 0.12


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_workbook_adds_up_and_the_terminal_shows_every_place(tables, lang: str, tmp_path: Path) -> None:
    form = adjustment(tables, 2026, PLAN)
    out = write_adjustment(form, tmp_path / "adjust.xlsx", lang)
    formulas, values = cells(out, 1)
    # Columns: number, name, department, document, plan E, paid F, due G, outturn H, gap I.
    last = max(int(key[1:]) for key in values if key[0] == "H")
    for row in range(4, last + 1):
        assert values[f"H{row}"] == pytest.approx(values.get(f"F{row}", 0) + values[f"G{row}"], abs=1e-9)
    assert values[f"F{last}"] == pytest.approx(PAID / WAN) and f"I{last}" in values
    assert formulas["H4"] == "F4+G4" and formulas["I4"] == "H4-E4"
    with zipfile.ZipFile(out) as book:
        sheets = [name for name in book.namelist() if name.startswith("xl/worksheets/sheet")]
    assert len(sheets) == 15  # the city, thirteen districts, notes
    console = Console(width=200, record=True, file=(tmp_path / "out").open("w"))
    print_adjustment(form, out, lang, console)
    text = console.export_text()
    for words in {"zh": ("预算调整表", "西湖区", "有效次数", "超支概率"), "en": ("mid-year", "Xihu", "effective number", "P(overrun)")}[lang]:
        assert words in text


def test_plans_by_place_tell_every_fault(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_text("instrument,plan,district\nrnd,2亿,\n研发补助,30万,西湖\n")
    assert read_plans_by_place(good, city()) == {("city", "rnd"): 2 * 10**10, ("西湖区", "rnd"): 30 * WAN}
    bad.write_text("instrument,plan,district\nrn,1,\nrnd,-1,\nrnd,1,西胡区\nrnd,1,\nrnd,2,\n")
    with pytest.raises(PlanFaults) as caught:
        read_plans_by_place(bad, city())
    for words in ("line 2: 'rn' is no instrument", "line 3, plan: -1 must be zero or more", "did you mean '西湖区'", "line 6: rnd is given twice"):
        assert words in str(caught.value)


def test_the_command_refuses_what_it_cannot_answer(run: Run, tmp_path: Path) -> None:
    paid = file(tmp_path, "2026-03,incubator-provincial-award,city,,1,")
    for words, arguments in (
        ("needs what was paid", ["--adjust"]),
        ("below 30", ["--adjust", "--observed", str(paid)]),
        ("cannot be read", ["--adjust", "--observed", str(tmp_path / "absent.csv")]),
    ):
        said = CliRunner().invoke(budget, [str(run.path), *arguments, "--out", str(tmp_path / "o.xlsx")])
        assert said.exit_code == 2 and words in said.output and "Traceback" not in said.output, said.output
    assert not (tmp_path / "o.xlsx").exists()


def test_actuals_in_a_run_folder_are_what_reports_read_it_with(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "run"
    shutil.copytree(run.path, folder)
    text = "\n".join(f"2026-{m:02d},incubator-provincial-award,city,,{m}," for m in range(1, 9))
    keep(folder, Choice(file(tmp_path, text), 10.0))
    with pytest.raises(TooFewLeft, match="of 3 replications; below 30"):
        tables_of(open_run(folder))
    said = CliRunner().invoke(budget, [str(folder), "--adjust", "--lang", "en"])
    assert said.exit_code == 2 and "of 3 replications; below 30" in said.output
    assert tables_of(open_run(folder), as_simulated=True).reading is None
