"""The law of a scenario: the catalogue with its changes, readings and further documents, and who raises its events."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from fundflow.economy import EconomyParameters
from fundflow.policy import Catalogue, Instrument, load_catalogue
from fundflow.scenario import Scenario


def law_of(scenario: Scenario) -> Catalogue:
    """Read the catalogue as a scenario wants it.

    Raises
    ------
    CatalogueFaults
        With every fault found.
    """
    law = scenario.policy
    folder = Path(law.catalogue) if law.catalogue else None
    return load_catalogue(law.changes, law.readings, law.after_expiry, folder)


OWN_EVENTS = frozenset(
    {
        "tax-settlement", "incubator-recognised", "incubator-year", "makerspace-assessed", "eaglet-recognised",
        "eaglet-loan-year", "key-project-accepted", "voucher-refund",
        "tax-deduction", "voucher-carrier-year", "high-tech-certified", "sme-listed", "pct-year",
    }
)  # fmt: skip
"""Events that the processes of this package raise; the streams of the scenario name theirs."""


def grades_of_events(scenario: Scenario) -> dict[str, str]:
    """How well the number of each event is known: the best grade among what raises it (A, B, C).

    What the processes of firms and institutions raise follows from the firm model (B).
    """
    economy = scenario.section("economy", EconomyParameters)
    raised = [(one.evidence, event) for one in economy.streams.values() for event in one.triggers]
    raised += [(one.evidence, event) for one in economy.firm_events.values() for event in one.triggers]
    found : dict[str, str] = dict.fromkeys(OWN_EVENTS, "B")
    for grade, event in raised:
        found[event] = min(grade, found.get(event, grade))
    return found


def events_of(economy: EconomyParameters) -> dict[str, bool]:
    """Every event that something raises, and whether any case of it is expected."""
    found = dict.fromkeys(OWN_EVENTS, True)
    for stream in economy.streams.values():
        for event in stream.triggers:
            found[event] = found.get(event, False) or stream.yearly > 0 or bool(stream.high)
    for one in economy.firm_events.values():
        for event in one.triggers:
            found[event] = True
    return found


def silent(one: Instrument, start: int, end: int, events: Mapping[str, bool]) -> str:
    """Why an instrument cannot pay from one day to another with these events, whatever is drawn; empty where it can.

    ``off``; ``not_yet`` or ``ended``: not in force within the horizon; ``no_event``: nothing raises its event;
    ``no_case``: what raises it stands at zero, since nobody knows the number.
    """
    if not any(one.active.on(day) for day in (start, *one.active.changes) if day <= end):
        return "off"
    if one.in_force > end:
        return "not_yet"
    renewed = one.law.after_expiry == "renewed" and one.superseded_from is None
    if one.expires is not None and one.expires < start and not renewed and one.right is None:
        return "ended"
    if one.trigger not in events:
        return "no_event"
    return "" if events[one.trigger] else "no_case"
