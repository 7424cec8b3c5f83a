"""Two instruments for one matter: the higher is paid, in whatever order the claims come."""

from __future__ import annotations

from pathlib import Path

import pytest

from fundflow.policy import Catalogue, Totals, load_catalogue
from tests.policy.helpers import batch, one, yuan

LAW = """
[document]
number = "测试〔2024〕{file}号"
title = {{ en = "A test measure", zh = "测试办法" }}
in_force = 2024-01-01
cost_sharing = "city"
"""
INSTRUMENT = """
[instruments.{name}]
name = {{ en = "{name}", zh = "{name}" }}
clause = "1"
recipient = "firm"
trigger = "{name}-event"
eligible = []
amount = {{ kind = "rate", base = "{name}_base", rate = "100%" }}
overlap = {{ group = "test-matter", rule = "{rule}"{more} }}
"""
FACTS = """
[facts.firm.{name}_base]
type = "money"
en = "what it costs"
zh = "费用"
"""
MATTER = """
[facts.firm.matter_number]
type = "count"
en = "number of the project"
zh = "项目编号"
"""


def law(folder: Path, *, one_document: bool = False, rule: str = "higher", more: str = "") -> Catalogue:
    """Two instruments of one overlap group, in two documents or in one."""
    bodies = {name: INSTRUMENT.format(name=name, rule=rule, more=more) + FACTS.format(name=name) for name in "ab"}
    extra = MATTER if "matter" in more else ""
    if one_document:
        (folder / "both.toml").write_text(LAW.format(file=1) + bodies["a"] + bodies["b"] + extra, encoding="utf-8")
    else:
        (folder / "one.toml").write_text(LAW.format(file=1) + bodies["a"] + extra, encoding="utf-8")
        (folder / "two.toml").write_text(LAW.format(file=2) + bodies["b"], encoding="utf-8")
    return load_catalogue(directory=folder)


def paid(
    cat: Catalogue, totals: Totals, name: str, amounts: list[int], on: str = "2024-06-30", **facts: list[int]
) -> list[int]:
    """What claims of the firms 1, 2, ... get, in yuan; or of one firm where its ids are given."""
    ids = facts.pop("ids", None)
    given = {f"{name}_base": [yuan(one) for one in amounts], **facts}
    return [int(fen) // 100 for fen in one(batch(on, ids=ids, **given), name, cat=cat, totals=totals).award]


def test_the_later_claim_is_paid_only_what_it_gives_more(tmp_path: Path) -> None:
    cat, totals = law(tmp_path), Totals()
    assert paid(cat, totals, "a", [100, 100, 100]) == [100, 100, 100]
    # 100 were paid by the other document: 99 and 100 give nothing more, 130 gives 30 more, and 130 in all are paid.
    assert paid(cat, totals, "b", [99, 100, 130]) == [0, 0, 30]


def test_the_order_of_the_claims_does_not_change_what_both_pay_together(tmp_path: Path) -> None:
    cat = law(tmp_path)
    for first, second in (("a", "b"), ("b", "a")):
        totals = Totals()
        amounts = {"a": 70, "b": 45}
        whole = paid(cat, totals, first, [amounts[first]])[0] + paid(cat, totals, second, [amounts[second]])[0]
        assert whole == 70


def test_two_halves_against_one_other_payment_add_up_to_the_higher(tmp_path: Path) -> None:
    cat, totals = law(tmp_path), Totals()
    assert paid(cat, totals, "b", [15]) == [15]
    # Two halves of 10: 20 in all against 15, so 5 more, whether they come one after the other ...
    assert paid(cat, totals, "a", [10]) == [0]
    assert paid(cat, totals, "a", [10]) == [5]
    # ... or as two claims of one day.
    totals = Totals()
    assert paid(cat, totals, "b", [15]) == [15]
    assert paid(cat, totals, "a", [10, 10], ids=[1, 1]) == [0, 5]


def test_one_document_does_not_set_its_own_payments_off_unless_it_says_so(tmp_path: Path) -> None:
    cat, totals = law(tmp_path, one_document=True), Totals()
    assert paid(cat, totals, "a", [100]) + paid(cat, totals, "b", [130]) == [100, 130]
    cat, totals = law(tmp_path, one_document=True, more=', among = "instruments"'), Totals()
    assert paid(cat, totals, "a", [100]) + paid(cat, totals, "b", [130]) == [100, 30]


def test_another_project_of_the_same_firm_is_another_matter(tmp_path: Path) -> None:
    cat, totals = law(tmp_path, more=', matter = "matter_number"'), Totals()
    assert paid(cat, totals, "a", [100], matter_number=[7]) == [100]
    got = paid(cat, totals, "b", [130, 130], ids=[1, 1], matter_number=[7, 8])
    assert got == [30, 130]


def test_a_yearly_matter_is_new_in_the_next_year(tmp_path: Path) -> None:
    cat, totals = law(tmp_path, more=', per = "year"'), Totals()
    assert paid(cat, totals, "a", [100]) == [100]
    assert paid(cat, totals, "b", [130]) == [30]
    assert paid(cat, totals, "b", [130], on="2025-06-30") == [130]


@pytest.mark.parametrize(("rule", "due"), [("none", 130), ("difference", 30)])
def test_the_other_rules_between_instruments(tmp_path: Path, rule: str, due: int) -> None:
    cat, totals = law(tmp_path, rule=rule), Totals()
    assert paid(cat, totals, "a", [100]) == [100]
    assert paid(cat, totals, "b", [130]) == [due]


def test_a_claim_that_the_budget_puts_off_sets_nothing_off(tmp_path: Path) -> None:
    cat = law(tmp_path)
    body = (tmp_path / "one.toml").read_text(encoding="utf-8")
    (tmp_path / "one.toml").write_text(
        body.replace('clause = "1"', 'clause = "1"\nenvelope = "city-st-development-fund"'), encoding="utf-8"
    )
    cat, totals = load_catalogue(directory=tmp_path), Totals()
    claim = batch("2024-06-30", a_base=[yuan(100)])
    put_off = one(claim, "a", cat=cat, totals=totals, envelopes={"city-st-development-fund": 0})
    assert put_off.award[0] == 0 and put_off.entitlement[0] == yuan(100)
    assert paid(cat, totals, "b", [130]) == [130]
    # The claim comes again next year, when the other has been paid.
    assert paid(cat, totals, "a", [100]) == [0]
