"""The law of a replication: what is open is drawn by name, what the scenario states is settled."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from fundflow.experiment.engine import load
from fundflow.policy import Catalogue
from fundflow.scenario import Scenario, ScenarioFaults
from fundflow.simulation.drawn_law import chance_of, drawn_scenario, happened
from fundflow.simulation.law import law_of

ALL = "uncertainty.layers=luck,parameters,readings"


@cache
def asked(*sets: str) -> tuple[Scenario, Catalogue]:
    scenario = load("scenarios/baseline.toml", [ALL, *sets])
    return scenario, law_of(scenario)


def paid(scenario: Scenario, name: str) -> str:
    return str(scenario.policy.changes[name]["amount"]["discretion"])


def test_without_these_layers_the_scenario_is_the_same_object() -> None:
    scenario, catalogue = asked("uncertainty.layers=luck,parameters")
    assert drawn_scenario(scenario, catalogue, 3) is scenario


def test_open_readings_take_each_answer_in_their_share_of_64_replications_and_sure_ones_stay() -> None:
    scenario, catalogue = asked()
    drawn = [drawn_scenario(scenario, catalogue, k).policy.readings for k in range(64)]
    for one in catalogue.readings.values():
        found = Counter(str(law.get(one.id, one.value)) for law in drawn)
        if one.certainty != "open" or not one.others:
            assert found == {str(one.value): 64}, one.id
            continue
        # Even odds for another answer, shared evenly among the others: 32 of 64, a stratum more or less at each edge.
        assert abs(found[str(one.value)] - 32) <= 1, one.id
        for other in one.others:
            assert abs(found[other] - 32 / len(one.others)) < 2, (one.id, other)


def test_what_is_paid_of_ceilings_lies_between_the_bounds_and_one_office_has_one_habit() -> None:
    scenario, catalogue = asked()
    ceilings = [one for one in catalogue.instruments.values() if one.ceiling]
    laws = [drawn_scenario(scenario, catalogue, k) for k in range(64)]
    shares = {one.id: [int(paid(law, one.id).removesuffix("%")) for law in laws] for one in ceilings}
    for one in ceilings:
        assert min(shares[one.id]) >= 60 and max(shares[one.id]) <= 100
        assert sum(shares[one.id]) / 64 == pytest.approx(80, abs=0.5)
    offices = {one.department.split("、")[0] for one in ceilings}
    assert len({tuple(values) for values in shares.values()}) == len(offices) > 1
    alone, catalogue = asked("uncertainty.discretion.together=instrument")
    law = drawn_scenario(alone, catalogue, 0)
    assert len({paid(law, one.id) for one in ceilings}) > len(offices)


def test_a_ceiling_is_paid_at_the_share_that_was_drawn() -> None:
    scenario, catalogue = asked()
    name = next(one.id for one in catalogue.instruments.values() if one.ceiling)
    law = drawn_scenario(scenario, catalogue, 0)
    changed = law_of(law)
    assert changed.digest != catalogue.digest
    assert changed.instruments[name].amount != catalogue.instruments[name].amount


def test_what_the_scenario_states_is_not_drawn() -> None:
    scenario, catalogue = asked("policy.readings.rnd-first-year=zero-base", "policy.readings.discretion=70%")
    for k in range(8):
        law = drawn_scenario(scenario, catalogue, k).policy
        assert law.readings["rnd-first-year"] == "zero-base"
        assert not law.changes, "the discretion of the scenario holds for every ceiling"
    named, catalogue = asked("policy.readings.rnd-first-year=zero-base", "uncertainty.readings.rnd-first-year=1")
    assert chance_of(named, catalogue.readings["rnd-first-year"]) == 1
    assert drawn_scenario(named, catalogue, 0).policy.readings["rnd-first-year"] == "excluded"


def test_a_risk_changes_the_law_where_it_happens_and_only_there() -> None:
    scenario, catalogue = asked("uncertainty.layers=luck,risks")
    seen = Counter()
    for k in range(64):
        names, law = happened(scenario, k), drawn_scenario(scenario, catalogue, k).policy
        seen.update(names)
        assert ("fixed-envelope" in names) == bool(law.envelopes)
        if {"nothing-renewed", "rnd-not-renewed"} <= set(names):
            assert law.after_expiry == {"default": "lapses", "杭科资〔2020〕72号": "lapses"}
        elif "nothing-renewed" in names:
            assert law.after_expiry == "lapses"
        elif "rnd-not-renewed" in names:
            assert law.after_expiry == {"default": "renewed", "杭科资〔2020〕72号": "lapses"}
        else:
            assert law.after_expiry == "renewed"
    # 0.05, 0.15 and 0.25 of 64 are 3.2, 9.6 and 16, a stratum more or less at an edge.
    assert seen["nothing-renewed"] in (3, 4) and seen["rnd-not-renewed"] in (9, 10) and seen["fixed-envelope"] == 16


def test_one_more_risk_moves_no_other_draw() -> None:
    scenario, _ = asked("uncertainty.layers=luck,risks")
    tables = scenario.tables()
    risks = {**tables["uncertainty"]["risks"], "a-first": {"probability": 0.5, "changes": {"policy": {"readings": {}}}}}
    more = Scenario.model_validate({**tables, "uncertainty": {**tables["uncertainty"], "risks": risks}})
    for k in range(64):
        assert [name for name in happened(more, k) if name != "a-first"] == happened(scenario, k)


def test_an_amount_of_one_year_is_laid_under_the_amount_of_all_years() -> None:
    scenario, _ = asked("uncertainty.layers=luck", 'policy.envelopes.city-st-development-fund="5亿"')
    law = scenario.with_policy({"envelopes": {"city-st-development-fund": {"2027": "3亿"}}}).policy
    assert law.envelope("city-st-development-fund", 2026) == 5 * 10**10
    assert law.envelope("city-st-development-fund", 2027) == 3 * 10**10


@pytest.mark.parametrize(
    ("sets", "words"),
    [
        (["uncertainty.layers=luk"], 'did you mean "luck"'),
        (["uncertainty.layers=parameters"], "must hold luck"),
        (["uncertainty.reading.open=0.3"], 'did you mean "readings"'),
        (["uncertainty.readings.rnd-bugdet=0.3"], 'did you mean "rnd-budget"'),
        (["uncertainty.readings.open=1.3"], "must be 1.0 or less"),
        (["uncertainty.risks.x.probability=1.3", 'uncertainty.risks.x.changes={polici={}}'], 'did you mean "policy"'),
        (["uncertainty.risks.x.probability=0.1"], "changes   missing"),
        (["uncertainty.risks.x.probability=0.1", "uncertainty.risks.x.changes={}"], "at least one change"),
        (
            ["uncertainty.layers=luck,risks", "uncertainty.risks.x.probability=0.1",
             'uncertainty.risks.x.changes={policy.envelopes.city-st-development-fnd="3亿"}'],
            'did you mean "city-st-development-fund"',
        ),
        (
            ["uncertainty.layers=luck,risks", "uncertainty.risks.x.probability=0.1",
             'uncertainty.risks.x.changes={policy.after_expiry="never"}'],
            'must be "renewed" or "lapses"',
        ),
        (["uncertainty.discretion.low=110%"], "between 0% and 100%"),
        (["uncertainty.discretion.low=90%", "uncertainty.discretion.high=80%"], "must not be over"),
        (["uncertainty.discretion.together=city"], "department"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_what_is_allowed(sets: list[str], words: str) -> None:
    with pytest.raises(ScenarioFaults) as fault:
        load("scenarios/baseline.toml", sets)
    assert words in str(fault.value)
