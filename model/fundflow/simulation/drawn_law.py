"""The law of one replication: open readings, discretion and policy risks drawn, each by its name.

What a scenario states is settled: a reading that it names, an amount's discretion that it sets, are not drawn. Draws
are spread evenly over replications (``fundflow.base.points.stratified``), so a chance of a quarter holds in a quarter
of every 64.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from fundflow.base.draws import Draws
from fundflow.base.points import stratified
from fundflow.policy import Catalogue, CatalogueFaults
from fundflow.policy.faults import unknown
from fundflow.policy.readings import Reading
from fundflow.scenario import Scenario
from fundflow.scenario.uncertainty import CERTAINTIES
from fundflow.simulation.law import law_of

DISCRETION = "discretion"
"""The reading that says what is paid of amounts that the law only limits."""


def drawn_scenario(scenario: Scenario, catalogue: Catalogue, replication: int) -> Scenario:
    """The scenario with the law that a replication draws; the same object where its layers draw none.

    Parameters
    ----------
    catalogue
        The scenario's own, which says what is open.
    """
    draws = Draws(scenario.seed, replication)
    changes: list[Mapping[str, Any]] = []
    if "readings" in scenario.layers:
        changes.append(_readings(scenario, catalogue, draws))
    if "risks" in scenario.layers:
        # After the readings, since an event of policy overrules how a text is read.
        changes += [scenario.uncertainty.risks[name].changes["policy"] for name in happened(scenario, replication)]
    for one in changes:
        if one:
            scenario = scenario.with_policy(one)
    return scenario


def happened(scenario: Scenario, replication: int) -> list[str]:
    """Names of the risks that happen in a replication, in order of name."""
    draws = Draws(scenario.seed, replication)
    risks = scenario.uncertainty.risks
    return [name for name in sorted(risks) if stratified(draws, f"risk:{name}") < risks[name].probability]


def _readings(scenario: Scenario, catalogue: Catalogue, draws: Draws) -> dict[str, Any]:
    """Other answers, and what is paid of ceilings, in whole percent."""
    answers = {}
    for one in catalogue.readings.values():
        chance = chance_of(scenario, one)
        others = one.others
        if one.id == DISCRETION or not chance or not others:
            continue
        place = stratified(draws, f"reading:{one.id}") / chance
        if place < 1:
            answers[one.id] = others[int(place * len(others))]
    found: dict[str, Any] = {"readings": answers} if answers else {}
    paid = {name: {"amount": {DISCRETION: share}} for name, share in _discretion(scenario, catalogue, draws).items()}
    return found | ({"changes": paid} if paid else {})


def chance_of(scenario: Scenario, reading: Reading) -> float:
    """Chance that another answer holds than the one taken."""
    given = scenario.uncertainty.readings
    if reading.id in given:
        return given[reading.id]
    return 0.0 if reading.id in scenario.policy.readings else given.get(reading.certainty, 0.0)


def _discretion(scenario: Scenario, catalogue: Catalogue, draws: Draws) -> dict[str, str]:
    """What is paid of each amount that the law only limits."""
    if DISCRETION in scenario.policy.readings:
        return {}
    terms = scenario.uncertainty.discretion
    low, high = (float(bound) for bound in terms.bounds)
    found = {}
    for one in catalogue.instruments.values():
        set_here = scenario.policy.changes.get(one.id, {})
        if not one.ceiling or DISCRETION in (set_here.get("amount") or {}):
            continue
        who = one.id if terms.together == "instrument" else next(iter(one.departments), "")
        share = low + (high - low) * stratified(draws, f"{DISCRETION}:{who}")
        found[one.id] = f"{round(100 * share)}%"
    return found


def uncertainty_faults(scenario: Scenario, catalogue: Catalogue) -> list[str]:
    """What ``[uncertainty]`` says of a law that there is not: key, then what is wrong."""
    given = scenario.uncertainty
    faults = [
        f"readings.{name}   {unknown(name, [*catalogue.readings, *CERTAINTIES])}"
        for name in given.readings
        if name not in catalogue.readings and name not in CERTAINTIES
    ]
    # Each risk is a law of its own to read, so only those that will happen are.
    for name, risk in given.risks.items() if "risks" in scenario.layers else ():
        found = _risk_faults(scenario, catalogue, risk.changes["policy"])
        faults += [f"risks.{name}.changes   {text}" for text in found]
    return faults


def _risk_faults(scenario: Scenario, catalogue: Catalogue, changes: Mapping[str, Any]) -> list[str]:
    """Faults of a law in which one risk has happened."""
    faults = [
        f"policy.envelopes.{one}   {unknown(one, catalogue.envelopes)}"
        for one in changes.get("envelopes", {})
        if one not in catalogue.envelopes
    ]
    try:
        changed = scenario.with_policy(changes)
        if set(changes) - {"envelopes"}:  # money is no part of the catalogue
            law_of(changed)
    except CatalogueFaults as error:
        faults += list(error.faults)
    except ValidationError as error:
        faults += [str(one.get("ctx", {}).get("error", one["msg"])) for one in error.errors(include_url=False)]
    return faults
