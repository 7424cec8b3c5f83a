"""What the catalogue assumes can be read in Chinese and English, and ``policy gaps`` lists all of it that is in use."""

from __future__ import annotations

import re

from click.testing import CliRunner

from fundflow.cli import main
from fundflow.policy.assumptions import assumption, chinese
from fundflow.policy.gaps import gaps_of
from tests.policy.helpers import catalogue

ENTRIES = [*catalogue().instruments.values(), *catalogue().funds.values()]


def test_every_assumption_has_a_chinese_text_and_no_text_is_left_over() -> None:
    said = {text for one in ENTRIES for text in one.assumed}
    assert sorted(said - set(chinese())) == []
    assert sorted(set(chinese()) - said) == []
    assert all(re.search(r"[\u4e00-\u9fff]", text) for text in chinese().values())


def test_numbers_of_questions_stand_in_both_texts() -> None:
    for english, translated in chinese().items():
        assert re.findall(r"reading (\d+)", english) == re.findall(r"问题(\d+)", translated), english


def test_a_text_of_a_scenarios_own_document_stays_as_it_is() -> None:
    assert assumption("ten a year", "zh") == "ten a year"
    assert assumption("durations are assumed", "en") == "durations are assumed"


def test_the_gaps_list_every_assumption_in_use_of_instruments_and_funds_and_every_reading_that_is_not_sure() -> None:
    found = gaps_of(catalogue(), None, "en")
    listed = {(one["instrument"], one["assumed"]) for one in found["assumed"]}
    on = [one for one in ENTRIES if any(active for _, active in one.active.versions)]
    assert listed == {(one.id, text) for one in on for text in one.assumed}
    assert any(one in catalogue().funds for one, _ in listed)
    off = {one["instrument"] for one in found["off"]}
    assert off == {one.id for one in catalogue().instruments.values()} - {one.id for one in on}
    assert {one["reading"] for one in found["readings"]} == {
        one.id for one in catalogue().readings.values() if one.certainty != "sure"
    }


def test_the_gaps_in_chinese_have_no_english_sentence() -> None:
    done = CliRunner().invoke(main, ["policy", "gaps", "--lang", "zh"])
    assert done.exit_code == 0
    sentences = [line for line in done.output.splitlines() if re.search(r"[a-z]+ [a-z]+ [a-z]+ [a-z]+", line)]
    assert sentences == []
