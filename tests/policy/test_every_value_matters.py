"""Each recorded value of the catalogue is changed, and a claim, a status or a balance that changes with it is named.

Claimants at the edges are searched for (``probe/claimants.py``); what acts in the simulation alone is put to small
worlds and a small city (``probe/city.py``). The list ``values_without_effect.toml`` names the few that act nowhere.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from fundflow.policy.rulebook import rulebook
from tests.policy.probe import city, effects
from tests.policy.probe.changing import Place, home_of, law, others, places, raw_files, with_other

LISTED = tomllib.loads((Path(__file__).parent / "values_without_effect.toml").read_text(encoding="utf-8"))
FILES = sorted({home_of(place.part, place.entry) for place in places()})
DUE = "rnd-increase-subsidy-above-scale-sme"


def named(place: Place) -> str | None:
    return city.effect(place) if city.acts_in_the_city(place) else effects.effect(place)


def silent(asked: list[Place]) -> list[str]:
    """The values among some that are not listed and change nothing, and those listed that do."""
    return [place.key for place in asked if (named(place) is None) != (place.key in LISTED)]


def one_of_each_kind() -> list[Place]:
    """What conditions, amounts, limits and dates one instrument of each kind of amount has."""
    chosen: dict[str, str] = {}
    for raw in raw_files().values():
        for name, one in raw.get("instruments", {}).items():
            if law().instruments[name].rules and law().instruments[name].rules[0] in rulebook():
                chosen.setdefault(one["amount"]["kind"], name)
    assert len(chosen) >= 12
    kept = {*chosen.values(), DUE, "working-capital-use"}
    return [place for place in places() if place.entry in kept and not city.acts_in_the_city(place)]


def test_every_value_of_one_instrument_of_each_kind_changes_a_claim() -> None:
    assert silent(one_of_each_kind()) == []


def test_fewer_than_one_value_in_twenty_has_no_effect_and_each_of_them_says_why() -> None:
    everything = [place.key for place in places()]
    assert len(everything) > 1200
    assert [key for key in LISTED if key not in everything] == []
    assert all(len(reason.split()) > 5 for reason in LISTED.values())
    assert 20 * sum(key in LISTED for key in everything) < len(everything)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        # One place more, and the 201st has an award too.
        ("competition.places", "award 0.00 -> award "),
        ("eligible[4].at_most.employees", "employees=501: refused -> eligible"),
        ("pay.publicity", "decided"),
    ],
)
def test_what_changes_is_named(name: str, told: str) -> None:
    [place] = [one for one in places() if one.entry == DUE and one.value.name == name]
    assert told in str(named(place))


def test_a_value_that_acts_nowhere_would_be_found() -> None:
    """A limit said twice: of the three paid years the second mention decides nothing, whatever year it starts from."""
    [place] = [one for one in places() if one.key in LISTED and one.entry == "makerspace-operating-subsidy"]
    assert named(place) is None
    assert all(not isinstance(with_other(place, other), str) for other in others(place.value))


@pytest.mark.slow
@pytest.mark.parametrize("file", FILES)
def test_every_value_of_a_document_matters(file: str) -> None:
    assert silent([one for one in places() if home_of(one.part, one.entry) == file]) == []
