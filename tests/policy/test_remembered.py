"""A catalogue is read once; no caller sees another's changes, and a changed file is read again."""

from decimal import Decimal

from fundflow.policy import load_catalogue
from fundflow.policy.remembered import Remembered, content_of


def test_a_caller_that_empties_its_catalogue_empties_no_other() -> None:
    one = load_catalogue()
    whole = len(one.instruments)
    one.instruments.clear()
    assert len(load_catalogue().instruments) == whole > 100


def test_what_a_scenario_changes_is_not_in_the_next_catalogue() -> None:
    before = load_catalogue()
    name = next(name for name, one in before.instruments.items() if one.active.versions[0][1])
    changed = load_catalogue({name: {"active": False}})
    after = load_catalogue()
    assert not changed.instruments[name].active.versions[0][1]
    assert after.instruments[name].active.versions[0][1]
    assert after.digest == before.digest != changed.digest


def test_a_further_document_that_was_edited_is_read_again(tmp_path) -> None:
    text = '[envelopes.spare]\nname = {{ en = "Spare", zh = "备用" }}\nwhen_short = "{}"\n'
    found = []
    for when in ("defer", "scale"):
        (tmp_path / "more.toml").write_text(text.format(when), encoding="utf-8")
        found.append(load_catalogue(directory=tmp_path).envelopes["spare"].when_short)
    assert found == ["defer", "scale"]


def test_only_the_last_answers_are_kept_and_equal_numbers_of_other_types_are_not_the_same() -> None:
    known: Remembered[str] = Remembered(2)
    assert known.get([{"a": 1}], lambda: "first") == "first"
    assert known.get([{"a": 1}], lambda: "second") == "first"
    assert known.get([{"a": True}], lambda: "yes") == "yes"
    assert known.get([{"a": Decimal(1)}], lambda: "decimal") == "decimal"
    assert known.get([{"a": 1}], lambda: "forgotten, made again") == "forgotten, made again"
    assert content_of({"a": [1]}) != content_of({"a": [1.0]})
    # Equal as numbers, but not the same text: a digest must not depend on which of them came first.
    assert content_of(Decimal("0.01")) != content_of(Decimal("0.010"))


def test_what_has_no_plain_content_is_not_kept() -> None:
    known: Remembered[str] = Remembered(2)
    thing = object()
    assert known.get([thing], lambda: "first") == "first"
    assert known.get([thing], lambda: "second") == "second"
