"""The page on readings names each question of the list once, with its parameter or the reason why it needs none."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.policy.helpers import catalogue

PAGE = (Path(__file__).parents[2] / "docs" / "readings.md").read_text(encoding="utf-8")
ROWS = [[cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if re.match(r"\| \d", line)]
QUESTIONS = 65


def _named(cell: str) -> set[str]:
    return {word for word in re.findall(r"`([^`]+)`", cell) if word in catalogue().readings}


def test_each_question_stands_once_and_in_order() -> None:
    assert [int(row[0]) for row in ROWS] == list(range(1, QUESTIONS + 1))
    assert all(len(row) == 5 and row[3] in ("open", "likely", "sure") for row in ROWS)


def test_an_open_question_has_a_parameter_or_says_where_the_choice_is_made() -> None:
    without = [int(row[0]) for row in ROWS if row[3] == "open" and not _named(row[4])]
    # 6 is a key of the scenario; 60 rests on a fact that the claimant states.
    assert without == [6, 60]
    assert all(_named(row[4]) or row[4].startswith(("none", "the scenario's key")) for row in ROWS)


def test_each_parameter_stands_in_the_row_of_its_question_with_its_certainty() -> None:
    by_number = {row[0]: row for row in ROWS}
    for one in catalogue().readings.values():
        if one.number == "-":
            assert f"`{one.id}`" in PAGE.split("Three more came up")[1], one.id
        else:
            row = by_number[one.number]
            assert one.id in _named(row[4]) and one.certainty == row[3], one.id


@pytest.mark.parametrize("name", [one.id for one in catalogue().readings.values() if one.id != "discretion"])
def test_each_parameter_has_another_answer_to_try(name: str) -> None:
    reading = catalogue().readings[name]
    assert reading.others and str(reading.default) not in reading.others
