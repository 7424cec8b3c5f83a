"""The worked cases of the law, through the command, each share to the fen."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fundflow.policy.command import award

CASES = json.loads((Path(__file__).parent / "cases.json").read_text(encoding="utf-8"))
BEARERS = ("city", "district", "province", "fund", "buyer")


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value) if isinstance(value, list) else str(value)


def _facts(case: dict[str, Any], claim: dict[str, Any]) -> dict[str, str]:
    facts = {"district": claim.get("district", case.get("district")), **claim["facts"]}
    return {name: _word(value) for name, value in facts.items() if value is not None}


def _ask(words: list[str]) -> dict[str, Any]:
    result = CliRunner().invoke(award, [*words, "--json"])
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def _answers(case: dict[str, Any], tmp_path: Path) -> list[dict[str, Any]]:
    claims = case.get("claims") or [case]
    if "round" in case:
        path = tmp_path / "claims.csv"
        rows = [_facts(case, claim) for claim in claims]
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        words = [claims[0]["rule"], "--on", case["on"], "--claims", str(path), "--budget", case["round"]["budget"]]
        found: list[dict[str, Any]] = _ask(words)["claims"]
        return found
    expiry = case.get("after_expiry", "lapses")
    return [
        _ask(
            [
                claim.get("rule", case.get("rule")),
                *("--on", claim.get("on", case["on"]), "--after-expiry", claim.get("after_expiry", expiry)),
                *(f"{name}={value}" for name, value in _facts(case, claim).items()),
            ]
        )
        for claim in claims
    ]


@pytest.mark.parametrize("case", CASES, ids=[case["id"] for case in CASES])
def test_a_worked_case_of_the_law_comes_out_to_the_fen(case: dict[str, Any], tmp_path: Path) -> None:
    wanted = case["expect"] if isinstance(case["expect"], list) else [case["expect"]]
    answers = _answers(case, tmp_path)
    assert len(answers) == len(wanted)
    for got, want in zip(answers, wanted, strict=True):
        assert got["eligible"] == want.get("eligible", True)
        assert Decimal(got["total"]) == Decimal(want.get("total", "0"))
        for bearer in BEARERS:
            if bearer in want:
                assert Decimal(got["shares"].get(bearer, "0")) == Decimal(want[bearer])
        if "reason" in want:
            assert got["reason"] == want["reason"]
        if not got["eligible"]:
            assert got["failed"]
    if "sum" in case:
        assert sum(Decimal(got["total"]) for got in answers) == Decimal(case["sum"])
