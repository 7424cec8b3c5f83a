"""The catalogue is held against every rule of the law: none is forgotten, and each number stands where it acts.

``conditions_without_effect.toml`` lists the few conditions that no entry carries out, with the reason of each.
"""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from fundflow.policy import load_catalogue
from fundflow.policy.check import check
from fundflow.policy.command import policy
from fundflow.policy.coverage import cover
from fundflow.policy.export import export
from fundflow.policy.rulebook import rulebook
from fundflow.policy.values import Dated
from tests.policy.helpers import catalogue
from tests.policy.test_law_over_time import REGISTER, law

HERE = Path(__file__).parent


def test_no_rule_of_the_law_is_forgotten() -> None:
    assert cover(catalogue()).missing == {}


def test_every_number_and_date_of_a_rule_stands_in_its_entries() -> None:
    assert cover(catalogue()).differing == {}


def test_the_conditions_without_effect_are_those_listed_each_with_its_reason() -> None:
    listed = tomllib.loads((HERE / "conditions_without_effect.toml").read_text(encoding="utf-8"))
    assert cover(catalogue()).judge == listed
    assert [rule for rule, reason in listed.items() if len(reason.split()) < 6] == []
    assert {rulebook()[rule].scope for rule in listed} <= {"core-condition", "wider-condition"}


def test_a_forgotten_rule_a_lost_number_and_a_split_of_other_districts_are_each_found() -> None:
    """Take the entries of one rule away, then one of its values, then its list of districts."""
    whole = catalogue()
    name = "eaglet-recognition-grant"
    grant = whole.instruments[name]
    others = {id: one for id, one in whole.instruments.items() if name not in one.rules}
    assert set(cover(replace(whole, instruments=others)).missing) >= {name}
    poorer = replace(grant, values=tuple(v for v in grant.values if v.value != 200_000))
    assert cover(replace(whole, instruments={**others, name: poorer})).differing == {name: ["no value carries 200000"]}
    elsewhere = replace(grant, sharing=Dated(((0, whole.cost_sharing["city"]),)))
    assert cover(replace(whole, instruments={**others, name: elsewhere})).differing == {
        name: ["the lists of districts are not those of the document"]
    }


def test_the_rulebook_has_every_rule_of_the_five_documents() -> None:
    rules = rulebook()
    assert len(rules) == 691
    scopes = [one.scope for one in rules.values()]
    assert (scopes.count("core"), scopes.count("wider"), scopes.count("same-as")) == (66, 90, 27)
    assert all(one.same_as in rules for one in rules.values() if one.same_as)
    assert rules["eaglet-recognition-grant"].start == "2020-08-03"


def test_the_shipped_catalogue_has_no_fault() -> None:
    assert check(catalogue()) == []
    done = CliRunner().invoke(policy, ["check"])
    assert done.exit_code == 0 and "no fault" in done.output


KNOWN = ('clause = "3"', 'clause = "3"\nrules = ["eaglet-recognition-grant"]')
POOL = '\n[pools.loose]\nname = { en = "x", zh = "x" }\nenvelope = "eaglet-support"\nexpires = 2025-01-01\n'
BANDS = 'amount = {{ kind = "rate_by_band", base = "rnd_increase", bands = [{}] }}'
OLD_AMOUNT = 'amount = { kind = "per_unit", units = ["patents"], amount = "1万元" }'
RATIO = 'eligible = [{{ ratio = {{ part = "last_year_rnd", whole = "last_year_sales", at_least = [{}] }} }}, '


def _second(number: str, start: str) -> str:
    return f"""
[document]
number = "{number}"
title = {{ en = "x", zh = "x" }}
in_force = {start}
cost_sharing = "city"
[instruments.other-reward]
name = {{ en = "x", zh = "x" }}
rules = ["eaglet-recognition-grant"]
clause = "1"
recipient = "firm"
trigger = "other"
amount = {{ kind = "fixed", amount = 1 }}
"""


@pytest.mark.parametrize(
    ("changes", "more", "told"),
    [
        ([('clause = "3"', 'clause = "3"\nrules = ["eaglet-recogniton-grant"]')], "", 'did you mean "eaglet-recog'),
        ([], REGISTER, "patents.toml: register, patents-by-2025   unknown"),
        ([(OLD_AMOUNT, BANDS.format('{ from = 100, rate = "5%" }, { from = 100, rate = "6%" }'))], "", "bands   cross"),
        ([(OLD_AMOUNT, BANDS.format('{ from = 200, rate = "5%" }, { from = 100, rate = "6%" }'))], "", "bands   cross"),
        ([("eligible = [", RATIO.format('{ rate = "5%" }, { up_to = 9, rate = "4%" }'))], "", "last_year_rnd   cross"),
        ([KNOWN], '\n[register.procedural]\n"eaglet-recognition-grant" = { en = "x", zh = "x" }\n', "an entry carries"),
        ([], '\n[register.same_as]\n"eaglet-recognition-grant" = "srdi-first-set"\n', "the law restates: "),
        ([], POOL, "has no date"),
    ],
)  # fmt: skip
def test_a_fault_that_can_be_read_is_found_by_the_check(
    tmp_path: Path, changes: list[tuple[str, str]], more: str, told: str
) -> None:
    assert told in "\n".join(check(law(tmp_path, *changes, more=more)))


def test_bands_that_rise_are_no_fault(tmp_path: Path) -> None:
    rising = BANDS.format('{ from = 100, rate = "5%" }, { from = 101, rate = "6%" }')
    assert check(law(tmp_path, (OLD_AMOUNT, rising))) == []


@pytest.mark.parametrize(("start", "overlaps"), [("2026-12-31", True), ("2027-01-01", False)])
def test_two_documents_may_not_pay_by_one_rule_or_have_one_number_on_the_same_day(
    tmp_path: Path, start: str, overlaps: bool
) -> None:
    rule = ('clause = "3"', 'clause = "3"\nrules = ["zj43-sme-fund"]')
    body = _second("测试〔2024〕1号", start).replace("eaglet-recognition-grant", "zj43-sme-fund")
    (tmp_path / "other.toml").write_text(body, encoding="utf-8")
    told = "\n".join(check(law(tmp_path, rule)))
    assert ("both pay by zj43-sme-fund" in told) == ("both hold 测试〔2024〕1号" in told) == overlaps


def test_an_heir_that_counts_earlier_events_would_pay_them_twice(tmp_path: Path) -> None:
    heir = ('clause = "3"', 'clause = "3"\nsuperseded_by = "heir"')
    body = _second("测试〔2025〕2号", "2025-07-01\nevents_from = {}").replace("other-reward", "heir")
    for first, wrong in (("2025-07-01", False), ("2025-06-30", True)):
        (tmp_path / "other.toml").write_text(body.replace("{}", first), encoding="utf-8")
        told = [one for one in check(law(tmp_path, heir)) if "count for both" in one]
        assert bool(told) == wrong


@pytest.mark.parametrize(("mine", "wrong"), [("", False), (', per = "year"', True)])
def test_instruments_of_one_group_must_mean_the_same_matter(tmp_path: Path, mine: str, wrong: bool) -> None:
    overlap = 'overlap = {{ group = "g", rule = "higher"{} }}'
    body = _second("测试〔2025〕2号", "2025-07-01") + overlap.format("") + "\n"
    (tmp_path / "other.toml").write_text(body.replace("eaglet-recognition-grant", "zj43-sme-fund"), encoding="utf-8")
    told = check(law(tmp_path, ('clause = "3"', 'clause = "3"\n' + overlap.format(mine))))
    assert bool([one for one in told if "differ in per or matter" in one]) == wrong


SHARE = 'amount = {{ kind = "share_of", of = "other-reward", base = "patent_money", rate = "40%" }}\nevidence = "{}"'
MONEY = '\n[facts.firm.patent_money]\ntype = "money"\nen = "m"\nzh = "m"\n'


@pytest.mark.parametrize(
    ("base", "mine", "wrong"), [("C", "B", True), ("C", "C", False), ("B", "A", True), ("A", "B", False)]
)
def test_an_instrument_is_known_no_better_than_its_base(tmp_path: Path, base: str, mine: str, wrong: bool) -> None:
    body = _second("测试〔2024〕2号", "2024-01-01").replace("eaglet-recognition-grant", "zj43-sme-fund")
    (tmp_path / "other.toml").write_text(body + f'evidence = "{base}"\n', encoding="utf-8")
    changed = law(tmp_path, (OLD_AMOUNT, SHARE.format(mine)), more=MONEY)
    told = [one for one in check(changed) if "is of grade" in one]
    assert told == ([f"patent-reward.evidence = '{mine}'   its base other-reward is of grade {base}"] if wrong else [])


def test_an_instrument_is_known_no_better_than_its_event() -> None:
    grant = catalogue().instruments["eaglet-recognition-grant"]
    assert (grant.trigger, grant.evidence) == ("eaglet-recognised", "B")
    assert [one for one in check(catalogue(), {"eaglet-recognised": "B"}) if "grade" in one] == []
    told = check(catalogue(), {"eaglet-recognised": "C"})
    assert "eaglet-recognition-grant.evidence = 'B'   its event eaglet-recognised is of grade C" in told


def test_a_value_that_starts_after_the_end_of_a_lapsed_document_never_holds(tmp_path: Path) -> None:
    dated = ('amount = "1万元"', 'amount = { always = "1万元", 2027-01-01 = "2万元" }')
    law(tmp_path, dated)
    assert check(load_catalogue(directory=tmp_path)) == []
    lapsed = check(load_catalogue(directory=tmp_path, after_expiry="lapses"))
    assert lapsed == ["patent-reward.amount.amount   starts on 2027-01-01, after the end on 2026-12-31"]


def test_the_export_has_numbers_as_the_law_prints_them() -> None:
    whole = json.loads(json.dumps(export(catalogue())))
    entry: dict[str, Any] = next(one for one in whole["instruments"] if one["id"] == "eaglet-recognition-grant")
    assert entry["in_force"] == "2020-08-03" and entry["expires"] == "2022-12-31"
    assert {"name": "amount.amount", "value": 200000, "unit": "yuan", "from": "2020-08-03"} in entry["values"]
    assert "西湖区" in entry["split"]["1:1"] and "余杭区" in entry["split"]["1:3"]
    rnd = next(one for one in whole["instruments"] if one["id"] == "rnd-increase-subsidy-above-scale-sme")
    assert {"name": "amount.rate", "value": 0.2, "unit": "fraction", "from": "2020-08-09"} in rnd["values"]
    assert all(set(one) >= {"id", "rules", "values", "in_force", "expires"} for one in whole["conditions"])
    assert all(set(one) >= {"rule", "reason"} for one in [*whole["gaps"], *whole["procedural"]])


def test_every_exported_value_has_unit_and_first_day() -> None:
    whole = export(catalogue())
    for entry in [*whole["instruments"], *whole["conditions"]]:
        assert all(value["unit"] and value["from"] for value in entry["values"]), entry["id"]
