# ruff: noqa: E501
from __future__ import annotations

import dataclasses
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner
from rich.console import Console

from fundflow.report import print_summary
from fundflow.report.command import budget, figures
from fundflow.report.figures import FIGURES
from fundflow.report.saturation import saturated
from fundflow.report.source import Tables
from fundflow.results import Run

ABOVE = "rnd-increase-subsidy-above-scale-sme"


def summary(tables: Tables | Run, lang: str, tmp_path: Path) -> str:
    console = Console(width=200, record=True, file=(tmp_path / "out").open("w"))
    print_summary(tables, lang, console)
    return console.export_text()


def test_the_budget_command_writes_the_workbook_and_prints_the_table(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "budget.xlsx"
    result = CliRunner().invoke(budget, [str(run.path), "--out", str(out)])
    assert result.exit_code == 0, result.output
    assert out.read_bytes()[:2] == b"PK"
    assert "2027 年合计" in result.output and "上城区" in result.output and str(out) in result.output


def test_bad_input_to_the_budget_command_exits_with_2_and_says_why(run: Run, tmp_path: Path) -> None:
    plan = tmp_path / "plan.csv"
    plan.write_text("instrument,plan,expected\nnothing-like-it,x,1\n")
    for arguments, words in (
        ([str(tmp_path / "absent")], "is no run folder"),
        ([str(run.path), "--year", "2050"], "2050 is not simulated"),
        ([str(run.path), "--plan", str(plan)], "is no instrument of this run"),
        ([str(run.path), "--plan", str(tmp_path / "none.csv")], "cannot be read"),
        ([str(run.path), "--out", str(tmp_path / "budget.doc")], "must end in .xlsx"),
    ):
        result = CliRunner().invoke(budget, arguments)
        assert result.exit_code == 2, arguments
        assert words in result.output
        assert "Traceback" not in result.output


def test_the_figures_command_writes_into_the_run_folder(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    two = {name: FIGURES[name] for name in ("1-entitlement", "4-pipeline")}  # every figure is drawn in test_font
    monkeypatch.setattr("fundflow.report.figures.FIGURES", two)
    result = CliRunner().invoke(figures, [str(run.path), "--lang", "en"])
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (run.path / "figures").glob("*-en.png"))
    assert names == ["1-entitlement-en.png", "4-pipeline-en.png"]
    assert CliRunner().invoke(figures, [str(run.path), "--lang", "fr"]).exit_code == 2
    assert CliRunner().invoke(figures, [str(run.path / "absent")]).exit_code == 2


def test_help_loads_no_heavy_library() -> None:
    code = (
        "import sys, fundflow.report.command; print([m for m in ('numpy', 'polars', 'matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_summary_shows_three_years_status_saturation_and_warnings(run: Run, lang: str, tmp_path: Path) -> None:
    text = summary(run, lang, tmp_path)
    expected = {
        "zh": (
            "应兑付·市级", "安排·合计", "支出·市级结算后", "推定续期", "饱和的项目", "名额用满", "注意", "不足 40 次"),
        "en": ("Entitlement, City", "Award, total", "Cash, city after", "Assumed renewed", "Saturated", "quota is full", "Note:", "below 40"),
    }[lang]  # fmt: skip
    for part in (*expected, "2027", "2028", "2029", "杭科资〔2020〕72号 于 2022-12-31 到期"):
        assert part in text, part


def test_the_summary_gives_a_band_from_forty_replications_on(forty: Tables, tmp_path: Path) -> None:
    assert "括号内为 80% 区间" in summary(forty, "zh", tmp_path)


def test_an_instrument_is_saturated_only_where_a_limit_binds_in_most_replications(tables: Tables) -> None:
    found = {s.instrument: s.limits for s in saturated(tables, tables.budget_years)}
    assert "quota" in found[ABOVE]
    assert "cap" in found["rnd-increase-subsidy-below-scale-sme"]
    assert "eaglet-recognition-grant" not in found
    # The quota took something in one replication of three only: not most.
    rare = tables.commitments.with_columns(
        pl.when(pl.col("replication") > 0).then(0).otherwise(pl.col("cut_quota")).alias("cut_quota")
    )
    few = {s.instrument for s in saturated(dataclasses.replace(tables, commitments=rare), tables.budget_years)}
    assert "transfer-fund-intermediary-award" in found and "transfer-fund-intermediary-award" not in few


def test_an_envelope_that_binds_in_the_year_saturates_its_instruments_in_that_year_only(tables: Tables) -> None:
    in_2027 = {s.instrument: s.limits for s in saturated(tables, [2027])}
    in_2028 = {s.instrument: s.limits for s in saturated(tables, [2028])}
    assert "envelope" in in_2027[ABOVE] and "envelope" not in in_2028[ABOVE]
