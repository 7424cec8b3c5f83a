"""No instrument of the catalogue is without a case worked by hand."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from tests.policy.helpers import catalogue

HERE = Path(__file__).parent
NOT_WORKED = (Path(__file__).name, "test_whole_law.py", "test_catalogue.py", "test_listing.py", "test_command.py")
"""Files that name instruments for other reasons than an amount."""


def _named_in_tests() -> set[str]:
    """Every text that stands alone in a test of the catalogue, and every rule of the worked cases."""
    found: set[str] = set()
    for path in HERE.parent.rglob("test_*.py"):
        if path.name not in NOT_WORKED:
            tree = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            found |= {one.value for one in tree if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return found


def _rules_of_cases() -> set[str]:
    cases = json.loads((HERE.parent / "cases.json").read_text(encoding="utf-8"))
    claims = [claim for case in cases for claim in (case, *case.get("claims", ()))]
    return {claim["rule"] for claim in claims if "rule" in claim}


def test_every_instrument_of_the_catalogue_occurs_in_a_test_worked_by_hand() -> None:
    named, rules = _named_in_tests(), _rules_of_cases()
    without = [
        one.id for one in catalogue().instruments.values() if one.id not in named and not rules & set(one.rules[:1])
    ]
    assert without == []


def test_the_search_sees_what_is_missing() -> None:
    # The id is put together here, so that it stands in no test.
    assert "-".join(("envoy", "project", "loan")) not in _named_in_tests() | _rules_of_cases()
    assert "envoy-project-grant" in _named_in_tests() and "voucher-city-refund-to-district" in _rules_of_cases()
