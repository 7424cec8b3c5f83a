"""Reading the catalogue: what is in it, changes, faults, an instrument added as a file."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fundflow.policy import CatalogueFaults, load_catalogue
from fundflow.policy.amounts import _KINDS
from tests.policy.helpers import ABOVE, batch, catalogue, one, yuan

NEW = """
[document]
number = "测试〔2024〕1号"
title = { en = "A test measure", zh = "测试办法" }
in_force = 2024-01-01
expires = 2026-12-31
cost_sharing = "standard-2021"

[instruments.patent-reward]
name = { en = "Reward per patent", zh = "专利奖励" }
clause = "3"
recipient = "firm"
trigger = "patent-year"
eligible = [{ at_least = { patents = 2 }, clause = "3(1)" }]
amount = { kind = "per_unit", units = ["patents"], amount = "1万元" }
caps = [{ amount = "5万元", scope = "claim", clause = "3(2)" }]

[facts.firm.patents]
type = "count"
en = "patents granted in the year"
zh = "当年授权专利数"
"""


def _faults(**kwargs: Any) -> list[str]:
    with pytest.raises(CatalogueFaults) as caught:
        load_catalogue(**kwargs)
    return caught.value.faults


def test_an_instrument_added_as_a_file_pays_without_a_line_of_code(tmp_path: Path) -> None:
    (tmp_path / "patents.toml").write_text(NEW, encoding="utf-8")
    cat = load_catalogue(directory=tmp_path)
    assert [one.id for one in cat.triggered_by("patent-year")] == ["patent-reward"]
    got = one(batch("2024-12-31", ["余杭区"] * 4, patents=[1, 2, 5, 6]), "patent-reward", cat=cat)
    assert got.award.tolist() == [0, yuan(20_000), yuan(50_000), yuan(50_000)]
    assert got.award_city.tolist() == [0, yuan(5_000), yuan(12_500), yuan(12_500)]


def test_every_instrument_has_its_clause_document_and_evidence() -> None:
    for found in catalogue().instruments.values():
        assert found.clause and found.document and found.department and found.evidence in "ABC"
        assert found.name_en and found.name_zh and found.facts is not None


def test_every_reading_is_used_by_some_rule() -> None:
    cat = catalogue()
    used = {name for found in cat.instruments.values() for name in found.readings}
    by_pool = {"rnd-budget", "rnd-short"}
    by_conditions = {"eaglet-staff-year", "bridge-size-test", "project-ban"}
    by_fund = {"angel-excess-return", "innovation-fund", "repayment-day"}
    by_lists = {one.reading for one in cat.cost_sharing.values() if one.reading}
    by_chain = {"odd-fen", "validity-day", "district-day", "superseded"}
    assert set(cat.readings) == used | by_pool | by_conditions | by_fund | by_lists | by_chain


@pytest.mark.parametrize("name", ["eaglet-staff-year", "bridge-size-test"])
def test_a_reading_of_a_condition_set_changes_it(name: str) -> None:
    other = {"eaglet-staff-year": "last", "bridge-size-test": "high-tech-only"}[name]
    changed = load_catalogue(readings={name: other})
    assert changed.conditions != catalogue().conditions


def test_a_reading_of_a_fund_changes_it() -> None:
    changed = load_catalogue(readings={"angel-excess-return": "compound"}).funds["angel-guidance"].equity
    assert changed is not None and changed.reward_growth == "compound"


def test_all_faults_are_told_at_once_with_the_nearest_name() -> None:
    faults = _faults(
        changes={
            ABOVE: {"amount": {"rat": "25%", "rate": "250%"}, "caps": [{"amount": -5}]},
            "rnd-increase-subsidy-abov-scale-sme": {},
            "eaglet-recognition-grant": {"clauze": "x"},
        },
        readings={"rnd-shrt": "scale-each", "incubator-total": "everything"},
        after_expiry={"eaglet": "renewed", "makerspaces": "dies"},
    )
    text = "\n".join(faults)
    assert f'{ABOVE}.amount.rat   unknown key; did you mean "rate"?' in text
    assert "rate = '250%'   must be from 0% to 100%" in text
    assert "amount = -5   must be zero or more (yuan)" in text
    assert f'did you mean "{ABOVE}"?' in text
    assert 'clauze   unknown key; did you mean "clause"?' in text
    assert 'readings.rnd-shrt   unknown; did you mean "rnd-short"?' in text
    assert "readings.incubator-total" in text
    assert 'after_expiry.eaglet   unknown; did you mean "eaglets"?' in text
    assert "dies" in text
    assert len(faults) == 9


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('kind = "per_unit"', 'kind = "per_unot"', 'did you mean "per_unit"?'),
        ("patents = 2 }", "patens = 2 }", 'did you mean "patents"?'),
        ("at_least", "at_leest", "tests nothing"),
        ('scope = "claim"', 'scope = "year"', "names the group"),
        ('recipient = "firm"', "", "recipient   missing"),
        ("expires = 2026-12-31", "expires = 2023-12-31", "is before in_force"),
        ('"standard-2021"', '"standard-2022"', "did you mean"),
        ('amount = "1万元"', 'amount = "1万万"', "is no amount of money"),
        ("[facts.firm.patents]", "[facts.firm.patents", "cannot be read"),
        ('type = "count"', 'type = "cuont"', 'did you mean "count"?'),
        ("[instruments.patent-reward]", "[instrument.patent-reward]", 'did you mean "instruments"?'),
        ("[instruments.patent-reward]", "[instruments.eaglet-recognition-grant]", "twice"),
    ],
)
def test_a_slip_in_a_file_is_told_with_its_place(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in NEW
    (tmp_path / "patents.toml").write_text(NEW.replace(old, new, 1), encoding="utf-8")
    assert told in "\n".join(_faults(directory=tmp_path))


def test_instruments_that_are_each_others_base_are_refused(tmp_path: Path) -> None:
    amount = 'amount = { kind = "share_of", of = "OTHER", base = "redeemed", rate = "10%" }'
    body = NEW.split("[instruments")[0]
    for mine, other in (("a", "b"), ("b", "a")):
        body += (
            f'[instruments.{mine}]\nname = {{ en = "x", zh = "x" }}\nclause = "1"\nrecipient = "firm"\ntrigger = "t"\n'
        )
        body += amount.replace("OTHER", other) + "\n"
    (tmp_path / "circle.toml").write_text(body, encoding="utf-8")
    assert "circle" in "\n".join(_faults(directory=tmp_path))


@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_random_damage_to_a_file_always_gives_the_clear_error_or_a_catalogue(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(NEW) - 1))
    length = data.draw(st.integers(0, 30))
    junk = data.draw(st.text(max_size=8))
    folder = tmp_path_factory.mktemp("damaged")
    damaged = (NEW[:start] + junk + NEW[start + length :]).encode("utf-8", "surrogatepass")
    (folder / "patents.toml").write_bytes(damaged)
    try:
        load_catalogue(directory=folder)
    except CatalogueFaults as error:
        assert error.faults


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=6,
)
KEYS = ("amount", "caps", "eligible", "pay", "competition", "modifiers", "overlap", "name", "active", "right", "values")


@settings(max_examples=40, deadline=None)
@given(change=st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), JUNK, min_size=1, max_size=3))
def test_a_random_change_of_a_rule_always_gives_the_clear_error_or_a_catalogue(change: dict[str, Any]) -> None:
    try:
        load_catalogue(changes={ABOVE: change})
    except CatalogueFaults as error:
        assert error.faults


def test_the_digest_tells_catalogues_apart() -> None:
    same = load_catalogue()
    assert same.digest == catalogue().digest
    assert load_catalogue(changes={ABOVE: {"amount": {"rate": "25%"}}}).digest != same.digest
    assert load_catalogue(readings={"discretion": "90%"}).digest != same.digest
    assert load_catalogue(after_expiry="lapses").digest != same.digest


def test_discretion_pays_a_part_of_ceilings_but_not_of_fixed_amounts() -> None:
    cat = load_catalogue(readings={"discretion": "50%"})
    rnd = one(batch("2021-12-31", **{"class": 1}, rnd_increase=yuan(4_000_000)), ABOVE, cat=cat)
    grant = one(batch("2021-11-20", newly_admitted=True), "eaglet-recognition-grant", cat=cat)
    assert (rnd.award[0], grant.award[0]) == (yuan(400_000), yuan(200_000))


def test_the_bridge_fund_has_the_terms_of_the_law() -> None:
    fund = catalogue().funds["working-capital"]
    assert fund.value("size") == yuan(100_000_000) and fund.value("loan_cap") == yuan(20_000_000)
    assert (fund.value("free_days"), fund.value("late_multiple")) == (15, 3)
    with pytest.raises(KeyError):
        fund.value("sise")


def test_the_example_of_the_handbook_loads_and_pays(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "add-an-instrument.md").read_text(encoding="utf-8")
    measure, fact = re.findall(r"```toml\n(.*?)```", page, re.DOTALL)[:2]
    (tmp_path / "patents.toml").write_text(measure + fact, encoding="utf-8")
    cat = load_catalogue(directory=tmp_path)
    got = one(batch("2024-12-31", patents=[1, 4, 9]), "patent-reward", cat=cat)
    assert got.award.tolist() == [0, yuan(40_000), yuan(50_000)]


def test_the_handbook_names_every_event_condition_and_amount() -> None:
    page = (Path(__file__).parents[2] / "docs" / "add-an-instrument.md").read_text(encoding="utf-8")
    events = {found.trigger for found in catalogue().instruments.values() if not found.receipt}
    words = [*events, *_KINDS, "at_least", "ratio", "elapsed", "count", "used", "when", "any_of", "related"]
    assert [word for word in words if f"`{word}`" not in page] == []
