from __future__ import annotations

from pathlib import Path

import pytest

from fundflow.report.plan import PlanFaults, Planned, read_codes, read_plan
from fundflow.report.source import Tables

ABOVE = "rnd-increase-subsidy-above-scale-sme"


def write(path: Path, text: str, encoding: str = "utf-8") -> Path:
    path.write_bytes(text.encode(encoding))
    return path


def test_a_plan_is_read_in_yuan_wan_and_yi_by_id_or_chinese_name(tables: Tables, tmp_path: Path) -> None:
    text = f'instrument,plan,expected\n{ABOVE},1亿,"9,500万"\n雏鹰企业创业无偿资助,2000000,\n'
    assert read_plan(write(tmp_path / "plan.csv", text), tables) == {
        ABOVE: Planned(10_000_000_000, 9_500_000_000),
        "eaglet-recognition-grant": Planned(200_000_000, None),
    }


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_plan_saved_by_excel_is_read(tables: Tables, tmp_path: Path, encoding: str) -> None:
    text = "instrument,plan,expected\r\n雏鹰企业创业无偿资助,1万,1万\r\n\r\n"
    planned = read_plan(write(tmp_path / "plan.csv", text, encoding), tables)
    assert planned == {"eaglet-recognition-grant": Planned(1_000_000, 1_000_000)}


def test_all_faults_of_a_plan_are_told_at_once_with_the_nearest_name(tables: Tables, tmp_path: Path) -> None:
    text = f"instrument,plan,expected\nrnd-increase-subsidy-above-scale,1亿,abc\n{ABOVE},-5,0.001\n{ABOVE},1,1\n"
    with pytest.raises(PlanFaults) as caught:
        read_plan(write(tmp_path / "plan.csv", text), tables)
    message = str(caught.value)
    assert "5 faults" in message
    for part in (
        f"line 2: 'rnd-increase-subsidy-above-scale' is no instrument of this run; did you mean '{ABOVE}'?",
        "line 2, expected: 'abc' is no amount of money",
        "line 3, plan: -5 must be zero or more",
        "line 3, expected: '0.001' is finer than one fen",
        f"line 4: {ABOVE} is given twice",
    ):
        assert part in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "column 'instrument' is missing"),
        ("instrument,plan\nx,1\n", "column 'expected' is missing"),
        (f"instrument,plan,expected\n{ABOVE},9,500,1\n", "line 2: has more cells than the header"),
        (f"instrument,plan,expected\n{ABOVE},9\n", "line 2: has fewer cells than the header"),
        (f'instrument,plan,expected\n{ABOVE},"9,1\n', "is no CSV file"),
    ],
)
def test_a_malformed_plan_is_refused_in_clear_words(tables: Tables, tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PlanFaults, match=words):
        read_plan(write(tmp_path / "plan.csv", text), tables)


def test_a_plan_that_is_no_text_or_no_file_is_refused(tables: Tables, tmp_path: Path) -> None:
    (tmp_path / "plan.csv").write_bytes(b"PK\x03\x04\xff\xfe\x00\x80\xff\xff")
    with pytest.raises(PlanFaults):
        read_plan(tmp_path / "plan.csv", tables)
    with pytest.raises(PlanFaults, match="cannot be read"):
        read_plan(tmp_path / "absent.csv", tables)


def test_budget_codes_are_read_and_an_unknown_instrument_refused(tables: Tables, tmp_path: Path) -> None:
    path = write(tmp_path / "codes.csv", f"instrument,code\n{ABOVE},2060404\n")
    assert read_codes(path, tables) == {ABOVE: "2060404"}
    with pytest.raises(PlanFaults, match="no instrument"):
        read_codes(write(path, "instrument,code\nnone,1\n"), tables)
