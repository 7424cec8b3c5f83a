"""``fundflow policy list``: grouped, filtered, readable with a hundred instruments."""

from __future__ import annotations

import json

from click.testing import CliRunner

from fundflow.policy.command import policy
from tests.policy.helpers import ABOVE, catalogue


def _list(*words: str) -> str:
    done = CliRunner().invoke(policy, ["list", "--on", "2022-06-30", *words])
    assert done.exit_code == 0, done.output
    return done.output


def test_instruments_stand_under_their_leading_department_with_evidence_and_status() -> None:
    lines = _list().splitlines()
    place = next(number for number, line in enumerate(lines) if line.startswith(ABOVE))
    head = next(line for line in reversed(lines[:place]) if line.endswith(")") and not lines[lines.index(line) - 1])
    assert head.startswith("市科技局")
    assert lines[place].split()[1] == "B" and "in force" in lines[place]
    assert max(len(line) for line in lines) < 260


def test_the_list_can_be_grouped_by_document_and_filtered() -> None:
    text = _list("--by", "document", "--document", "杭科资〔2020〕72号")
    assert "杭科资〔2020〕72号 Measure on subsidies for the R&D outlays of technology firms (4)" in text
    assert ABOVE in text and "eaglet-recognition-grant" not in text
    by_title = json.loads(_list("--document", "r&d outlays", "--json"))
    assert len(by_title["instruments"]) == 4
    assert {
        one["department"].split("、")[0]
        for one in json.loads(_list("--department", "市科技局", "--json"))["instruments"]
    } >= {"市科技局"}


def test_a_filter_that_finds_nothing_names_the_nearest() -> None:
    done = CliRunner().invoke(policy, ["list", "--document", "杭科资〔2020〕73号"])
    assert done.exit_code == 2 and "did you mean" in done.output


def test_a_rule_that_is_only_registered_can_be_shown_with_its_reason() -> None:
    register = catalogue().register
    for name in [*register.rules][:20]:
        done = CliRunner().invoke(policy, ["show", name])
        assert done.exit_code == 0 and name in done.output
    gap = next(iter(register.gaps.values()))
    assert gap.needs[1] in CliRunner().invoke(policy, ["show", gap.rule, "--lang", "zh"]).output


def test_every_instrument_is_listed_once() -> None:
    lines = _list().splitlines()
    for name in catalogue().instruments:
        assert sum(line.split()[:1] == [name] for line in lines) == 1, name
