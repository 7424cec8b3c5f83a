"""The commands: what a planner types, the answers, and errors that she can act on."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fundflow.policy.command import award, policy
from tests.policy.helpers import ABOVE

RND = ("--on", "2021-12-31")


def _run(*words: str) -> Result:
    return CliRunner().invoke(award, list(words))


def _json(*words: str) -> dict[str, Any]:
    result = _run(*words, "--json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _file(tmp_path: Path, rows: list[list[str]], encoding: str = "utf-8") -> str:
    path = tmp_path / "claims.csv"
    with path.open("w", newline="", encoding=encoding) as file:
        csv.writer(file).writerows(rows)
    return str(path)


def test_money_and_rates_may_be_written_as_planners_write_them() -> None:
    ways = ["5000000", "5,000,000", "500万", "500万元", "0.05亿", "5000000.00元"]
    totals = {_json(ABOVE, *RND, "district=滨江区", "class=规上", f"rnd_increase={way}")["total"] for way in ways}
    assert totals == {"1000000.00"}
    eaglet = ("eaglet-loan-interest-subsidy", *RND, "district=滨江", "average_principal=100万")
    assert {_json(*eaglet, f"january_lpr={way}")["total"] for way in ("3.85%", "0.0385")} == {"19250.00"}


def test_facts_have_chinese_names_and_values_too() -> None:
    got = _json(ABOVE, *RND, "区县=桐庐县", "企业类别=规上", "rnd_increase=500万")
    assert got["shares"] == {"city": "250000.00", "district": "750000.00", "province": "0.00"}


def test_the_answer_has_every_stage_with_its_clause_and_every_payment() -> None:
    got = _json(ABOVE, *RND, "district=余杭区", "class=above-scale", "rnd_increase=2000万")
    assert [stage["stage"] for stage in got["stages"]] == ["eligible", "amount", "rank", "cap", "overlap"]
    assert all("杭科资〔2020〕72号" in stage["clause"] for stage in got["stages"])
    assert got["stages"][3] == {
        "stage": "cap", "amount": "2000000.00", "reason": "cap", "clause": "杭科资〔2020〕72号 8(1)",
    }  # fmt: skip
    assert {entry["bearer"]: entry["amount"] for entry in got["payments"]} == {
        "city": "500000.00",
        "district": "1500000.00",
    }
    assert {entry["paid_by"] for entry in got["payments"]} == {"district"}
    assert "verified_last_year" in got["presumed"] and "class" not in got["presumed"]


def test_all_failing_conditions_are_told_with_what_was_given() -> None:
    got = _json(ABOVE, *RND, "district=余杭区", "class=below-scale", "rnd_increase=100万", "employees=501")
    assert [one["clause"].split()[-1] for one in got["failed"]] == ["8(1)", "8(1)", "7(1)"]
    assert got["failed"][2]["given"] == "employees = 501"
    assert got["eligible"] is False and got["total"] == "0.00"


def test_all_faults_of_a_question_are_told_at_once_without_a_traceback() -> None:
    result = _run(
        ABOVE, "--on", "2021-02-30", "distrct=余杭区", "class=abov", "rnd_incraese=5", "employees=many", "--budget", "x"
    )
    assert result.exit_code == 2 and "Traceback" not in result.output
    told = result.stderr
    assert "--on 2021-02-30   must be a date" in told
    assert "distrct = '余杭区'   fact unknown; did you mean \"district\"?" in told
    assert 'did you mean "above"?' in told
    assert 'did you mean "rnd_increase"?' in told
    assert "employees = 'many'   must be a number" in told
    assert "--budget x" in told


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["eaglet-recogniton-grant", *RND], 'did you mean "eaglet-recognition-grant"?'),
        ([ABOVE, *RND, "class=above-scale"], "rnd_increase   missing"),
        ([ABOVE, *RND, "class=above-scale", "rnd_increase=5万"], "district   missing"),
        ([ABOVE, *RND, "district=余航区", "class=above-scale", "rnd_increase=5万"], 'did you mean "余杭区"?'),
        ([ABOVE, "district=余杭区", "class=above-scale", "rnd_increase=5万"], "--on   missing"),
        ([ABOVE, *RND, "rnd_increase"], "must be FACT=VALUE"),
        ([ABOVE, *RND, "class=1", "class=2"], "is given twice"),
        ([ABOVE, *RND, "district=余杭区", "class=1", "rnd_increase=1", "increase=2"], "given twice"),
        ([ABOVE, *RND, "district=余杭区", "class=1", "rnd_increase=1", "employees=-1"], "must be zero or more"),
        ([ABOVE, *RND, "district=余杭区", "class=1", "rnd_increase=1", "employees=1.5"], "must be a whole number"),
        ([ABOVE, *RND, "district=余杭区", "class=1", "rnd_increase=0.001"], "finer than one fen"),
        ([ABOVE, *RND, "district=余杭区", "class=1", "rnd_increase=99999999999亿"], "more money than there is"),
        (
            ["eaglet-loan-interest-subsidy", *RND, "district=余杭区", "average_principal=1", "lpr=1e99999999"],
            "exponent",
        ),
        (["eaglet-loan-interest-subsidy", *RND, "district=余杭区", "average_principal=1", "lpr=nan"], "plain number"),
        ([ABOVE, "--on", "9999-12-31", "class=1"], "between 1990 and 2099"),
        (["eaglet-eligibility", *RND, "--budget", "100"], "spends no budget"),
        ([ABOVE, *RND, "--reading", "rnd-shrt=x"], 'did you mean "rnd-short"?'),
        (["incubator-high-tech-cultivation", *RND, "recognised_graduates_months=11"], "list of whole numbers"),
        ([ABOVE, *RND, "--claims", "no-such-file.csv"], "cannot be read"),
    ],
)
def test_bad_input_names_the_fact_the_value_and_what_is_allowed(words: list[str], told: str) -> None:
    result = _run(*words)
    assert result.exit_code == 2
    assert told in result.stderr and "Traceback" not in result.output


def test_a_fact_of_another_rule_is_accepted_and_said_to_be_unused() -> None:
    result = _run("eaglet-recognition-grant", "--on", "2020-11-20", "district=桐庐县", "verified_spending=5", "--json")
    assert result.exit_code == 0 and "verified_spending is not asked for" in result.stderr


def test_an_office_can_allocate_a_round_from_a_list(tmp_path: Path) -> None:
    header = ["id", "name", "district", "class", "status", "above_sme_size", "rnd_increase"]
    rows = [
        ["11", "甲", "西湖区", "above-scale", "", "false", "500万"],
        ["12", "乙", "余杭区", "below-scale", "", "false", "1000000"],
        ["13", "丙", "富阳区", "", "advanced manufacturing", "true", "800万"],
        ["14", "丁", "西湖区", "above-scale", "", "false", "199万"],
    ]
    got = _json("rnd-subsidy-actual-rate", *RND, "--claims", _file(tmp_path, [header, *rows]), "--budget", "70万")
    assert got["rate"] == "14/135"
    assert [one["eligible"] for one in got["claims"]] == [True, True, True, False]
    assert [one["total"] for one in got["claims"]] == ["518518.51", "103703.70", "829629.62", "0.00"]
    assert got["claims"][3]["failed"][0]["given"] == "rnd_increase = 1990000.00"


def test_a_list_in_the_encoding_of_chinese_spreadsheets_is_read_and_an_answer_written(tmp_path: Path) -> None:
    rows = [
        ["企业名称", "区县", "企业类别", "rnd_increase"],
        ["甲", "西湖区", "规上", "500万"],
        ["乙", "余杭区", "规上", ""],
    ]
    result = _run(ABOVE, *RND, "--claims", _file(tmp_path, rows, "gb18030"))
    assert result.exit_code == 2 and "line 3: rnd_increase   missing" in result.stderr
    rows[2][3] = "300万"
    out = tmp_path / "out.csv"
    result = _run(ABOVE, *RND, "--claims", _file(tmp_path, rows, "gb18030"), "--out", str(out))
    assert result.exit_code == 0
    with out.open(encoding="utf-8-sig") as file:
        written = list(csv.DictReader(file))
    assert [(row["企业名称"], row["total"], row["city"]) for row in written] == [
        ("甲", "1000000.00", "500000.00"),
        ("乙", "600000.00", "150000.00"),
    ]


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([], "header"),
        ([["class", "rnd_increase"]], "lists no applicants"),
        ([["class", "class"], ["1", "1"]], "stands twice"),
        ([["class", "rnd_increase"], ["1"]], "must have 2 cells"),
        (
            [["id", "district", "class", "rnd_increase"], ["1", "西湖区", "1", "9"], ["1", "西湖区", "1", "9"]],
            "lines 2, 3",
        ),
        ([["district", "class", "rnd_increase"], ["西湖区", "x", "y"], ["", "1", "9"]], "line 3: district"),
    ],
)
def test_a_faulty_list_is_told_by_line(tmp_path: Path, rows: list[list[str]], told: str) -> None:
    result = _run(ABOVE, *RND, "--claims", _file(tmp_path, rows))
    assert result.exit_code == 2 and told in result.stderr


def test_ranking_is_done_over_the_list_where_no_rank_is_given(tmp_path: Path) -> None:
    rows = [["district", "review_score"], *(["西湖区", str(score)] for score in range(12))]
    got = _json("transfer-fund-intermediary-award", "--on", "2020-11-30", "--claims", _file(tmp_path, rows))
    assert [one["reason"] for one in got["claims"]] == ["rank", "rank", *[""] * 10]


def test_parts_of_one_payment_add_up_in_the_answer_to_its_rule() -> None:
    got = _json("key-rd-institution-basic-research", "--on", "2022-09-30", "district=西湖区", "approved_grant=100万")
    assert got["total"] == "1000000.00" and len(got["payments"]) == 4


def test_not_covered_is_said_and_not_shown_as_a_failed_condition() -> None:
    got = _json("makerspace-operating-subsidy", "--on", "2020-12-31", "district=西湖区", "grade=优秀")
    assert (got["eligible"], got["reason"], got["legal_status"]) == (False, "not-covered", "not covered")
    assert "before the document is in force" in got["failed"][0]["condition"]


def test_the_facts_of_a_rule_are_listed_with_units_and_conditions() -> None:
    text = _run("incubator-high-tech-cultivation", "--facts").output
    assert "recognised_graduates_months" in text and "年度评价结果" in text and "[12(4)" in text
    assert _run(ABOVE, "--facts", "--lang", "zh").output.count("不超过") >= 3


def test_the_list_and_a_rule_can_be_shown() -> None:
    listed = CliRunner().invoke(policy, ["list", "--on", "2022-06-30"])
    assert listed.exit_code == 0 and "eaglet-recognition-grant" in listed.output and "known gaps" in listed.output
    makers = next(line for line in listed.output.splitlines() if line.startswith("makerspace-operating-subsidy"))
    assert "in force" in makers
    shown = CliRunner().invoke(policy, ["show", ABOVE, "--on", "2024-06-30"])
    for part in ("rate = 20%", "places = 200", "2000000.00 yuan", "assumed renewed", "reading 20", "2020-08-09"):
        assert part in shown.output
    fund = CliRunner().invoke(policy, ["show", "working-capital-fund-size"])
    assert "size = 100000000.00 yuan" in fund.output and "late_multiple = 300%" in fund.output
    assert CliRunner().invoke(policy, ["show", "nothing"]).exit_code == 2


def test_every_rule_can_be_shown_and_asked_for_its_facts() -> None:
    listed = json.loads(CliRunner().invoke(policy, ["list", "--json"]).stdout)
    names = [entry["id"] for part in ("instruments", "conditions") for entry in listed[part]]
    assert len(names) > 35
    for name in names:
        assert CliRunner().invoke(policy, ["show", name]).exit_code == 0, name
        assert _run(name, "--facts").exit_code == 0, name


def test_the_calculator_loads_no_heavy_library() -> None:
    heavy = "('polars', 'scipy', 'matplotlib', 'simpy')"
    code = f"import sys, fundflow.policy.command; print([m for m in {heavy} if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip() == "[]"
