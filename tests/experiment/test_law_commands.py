"""``fundflow policy gaps`` and ``fundflow policy diff``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fundflow.cli import main

SCENARIOS = Path(__file__).parents[2] / "scenarios"
BASELINE = str(SCENARIOS / "baseline.toml")
GRANT = "[policy.changes.eaglet-recognition-grant]"
HEAD = 'extends = "baseline"\ntitle = "t"\nauthor = "a"\ndate = 2026-01-01\nreason = "r"\n'


def _policy(*words: str) -> Result:
    return CliRunner().invoke(main, ["policy", *words])


def _diff(tmp_path: Path, body: str) -> list[dict[str, Any]]:
    (tmp_path / "other.toml").write_text(HEAD + body, encoding="utf-8")
    done = _policy("diff", BASELINE, str(tmp_path / "other.toml"), "--json")
    assert done.exit_code == 0, done.output
    found: list[dict[str, Any]] = json.loads(done.output)
    return found


def test_no_instrument_of_the_baseline_is_known_better_than_what_opens_it() -> None:
    done = _policy("check", BASELINE)
    assert (done.exit_code, "no fault" in done.output) == (0, True), done.output


def test_a_stream_that_is_assumed_weakens_what_it_opens(tmp_path: Path) -> None:
    scenario = tmp_path / "other.toml"
    scenario.write_text(HEAD + '[economy.streams.provincial-laboratory]\nevidence = "C"\n', encoding="utf-8")
    done = _policy("check", str(scenario))
    assert done.exit_code == 2
    assert "zj43-zhijiang-lab.evidence = 'B'   its event provincial-laboratory-year is of grade C" in done.output


def test_the_check_takes_the_readings_of_the_scenario_or_of_the_command_not_both() -> None:
    done = _policy("check", BASELINE, "--reading", "discretion=90%")
    assert done.exit_code == 2 and "leave them out" in done.output
    assert _policy("check", "--reading", "discretion=90%").exit_code == 0


def test_a_scenario_does_not_differ_from_itself() -> None:
    assert _policy("diff", BASELINE, BASELINE).output.strip() == "no difference"


def test_a_changed_rate_is_one_line_for_each_instrument_with_its_day() -> None:
    text = _policy("diff", BASELINE, str(SCENARIOS / "rd-rate-25.toml")).output
    lines = [line for line in text.splitlines() if "->" in line]
    assert len(lines) == 3
    assert "rnd-increase-subsidy-above-scale-sme.amount.rate (from 2026-01-01): 20% -> 25%" in lines[0]


def test_a_changed_list_names_the_districts_whose_share_changes_and_its_day() -> None:
    text = _policy("diff", BASELINE, str(SCENARIOS / "one-to-one.toml")).output
    line = next(line for line in text.splitlines() if "standard-2021" in line)
    assert "余杭区" in line and "西湖区" not in line and line.endswith("(from 2026-01-01): 1:3 -> 1:1")


@pytest.mark.parametrize(
    ("body", "part", "what", "since", "a", "b"),
    [
        ('[policy.readings]\ndiscretion = "90%"\n', "readings", "discretion", "", "100%", "90%"),
        ('[policy]\nafter_expiry = "lapses"\n', "expiry", "all documents", "", "renewed", "lapses"),
        (
            '[policy.envelopes]\ncity-st-development-fund = "3亿"\n',
            "envelopes",
            "city-st-development-fund",
            "",
            "-",
            "3亿",
        ),
        ("seed = 7\n", "options", "seed", "", "20210101", "7"),
        (
            "[economy.streams.national-project]\nyearly = 70\n",
            "economy",
            "streams.national-project.yearly",
            "",
            "60.0",
            "70.0",
        ),
        (GRANT + "\nactive = false\n", "entries", "eaglet-recognition-grant.active", "", "True", "False"),
        (
            GRANT + '\ncost_sharing = "city"\n',
            "entries",
            "eaglet-recognition-grant.sharing",
            "",
            "standard-2020",
            "city",
        ),
        (
            '[policy.changes.eaglet-recognition-grant.amount]\namount = "30万元"\n',
            "law",
            "eaglet-recognition-grant.amount.amount",
            "2020-08-03",
            "200,000 yuan",
            "300,000 yuan",
        ),
        (
            GRANT + "\nexpires = 2023-12-31\n",
            "entries",
            "eaglet-recognition-grant.expires",
            "",
            "2022-12-31",
            "2023-12-31",
        ),
    ],
)
def test_each_kind_of_difference_is_told_once(
    tmp_path: Path, body: str, part: str, what: str, since: str, a: str, b: str
) -> None:
    assert _diff(tmp_path, body) == [{"part": part, "what": what, "since": since, "a": a, "b": b}]


def test_a_further_document_is_told_by_its_entries(tmp_path: Path) -> None:
    from tests.policy.test_catalogue import NEW

    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "patents.toml").write_text(NEW, encoding="utf-8")
    rows = _diff(tmp_path, '[policy]\ncatalogue = "more"\n')
    assert {"part": "entries", "what": "patent-reward", "since": "", "a": "-", "b": "exists"} in rows


def test_more_than_a_page_is_cut_and_says_so(tmp_path: Path) -> None:
    changes = "".join(
        f"[economy.streams.national-project-{n}]\ntrigger = 'x'\nyearly = 1\nevidence = 'C'\nsource = 'assumed'\n"
        for n in range(20)
    )
    (tmp_path / "other.toml").write_text(HEAD + changes, encoding="utf-8")
    cut = _policy("diff", BASELINE, str(tmp_path / "other.toml")).output
    whole = _policy("diff", BASELINE, str(tmp_path / "other.toml"), "--all").output
    assert "more: --all" in cut and len(cut.splitlines()) < 60 < len(whole.splitlines())


def test_a_scenario_that_cannot_be_read_is_refused() -> None:
    done = _policy("diff", BASELINE, "nowhere.toml")
    assert done.exit_code == 2 and "no such file" in done.output


def test_gaps_name_the_promise_its_place_the_reason_and_the_number_needed() -> None:
    found = json.loads(_policy("gaps", "--json").output)
    one = next(gap for gap in found["gaps"] if gap["rule"] == "eaglet-loan-guarantee" or gap["document"])
    assert all(one[key] for key in ("name", "document", "clause", "reason", "needs"))
    assert found["assumed"] and "economy" not in found
    chinese = _policy("gaps", "--lang", "zh").output
    assert chinese.startswith("承诺而无数额") and "需要" in chinese


def test_gaps_of_a_scenario_name_every_assumed_number_of_its_economy() -> None:
    found = json.loads(_policy("gaps", BASELINE, "--json").output)
    told = {one["value"] for one in found["economy"]}
    assert "loan_margin" in told and "streams.national-project" in told
    assert "high_tech_acceptance" not in told or all(one["assumed"] for one in found["economy"])


def test_a_stream_of_which_nobody_knows_the_number_is_a_gap(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(
        HEAD + "[economy.streams.national-project]\nyearly = 0\nlow = 0\nhigh = 0\n", encoding="utf-8"
    )
    found = json.loads(_policy("gaps", str(tmp_path / "other.toml"), "--json").output)
    assert "national-project" in {one["stream"] for one in found["empty"]}


def test_an_instrument_that_is_off_says_how_it_is_switched_on(tmp_path: Path) -> None:
    body = f"{GRANT}\nactive = false\n"
    (tmp_path / "other.toml").write_text(HEAD + body, encoding="utf-8")
    text = _policy("gaps", str(tmp_path / "other.toml")).output
    assert f"{GRANT} active = true" in text
