"""What another value changes where only the simulation acts: bans, strikes, funds and yearly limits."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from types import SimpleNamespace
from typing import Any

import numpy as np

from fundflow.base.calendar import date_of, day_of
from fundflow.base.draws import Draws, Kind, pack_id
from fundflow.base.money import yuan_text
from fundflow.economy import Makerspaces, stream_arrivals
from fundflow.policy import Batch, Catalogue, Totals, settle
from fundflow.policy.instrument import Instrument
from fundflow.policy.penalties import HELD
from fundflow.simulation import simulate
from fundflow.simulation.budget import Budget
from fundflow.simulation.consequences import Consequences
from fundflow.simulation.incidents import cancel, punish
from fundflow.simulation.institutions import strikes
from tests.policy.probe.changing import Place, law, others, with_other
from tests.policy.probe.claimants import batch_of
from tests.policy.probe.effects import claimants
from tests.simulation.runs import inputs_of
from tests.simulation.test_equity_fund import told
from tests.simulation.worlds import firms_founded, world_of

FRAUD_FOUND = 2030
LOANS = ("population.size=600", "end=2022-12-31", "budget_year=2022", "fixed_parameters=true")
BIG = 10**12


def effect(place: Place) -> str | None:
    """Name what another value changes in a small city; None where nothing was found."""
    for other in others(place.value):
        found = _tried(place, other)
        if found is not None:
            return f"{place} -> {other}: {found}"
    return None


def _tried(place: Place, other: Any) -> str | None:
    if place.part == "funds" and law().funds[place.entry].equity is None:
        return _loans(place, other)
    changed = with_other(place, other)
    if isinstance(changed, str):
        return None
    if place.part == "funds":
        return _first(_fund_events(law(), place.entry), _fund_events(changed, place.entry))
    if place.part == "envelopes":
        return _first(_limits(law(), place.entry), _limits(changed, place.entry))
    if place.part == "pools":
        return None
    return _first(_faults(law(), place.entry), _faults(changed, place.entry))


def _first(before: list[str], after: list[str]) -> str | None:
    """The first line that differs."""
    for was, now in zip([*before, "nothing"], [*after, "nothing"], strict=False):
        if was != now:
            return f"{was} -> {now}"
    return None


# --- Faults: bans and strikes ---


def _faults(whole: Catalogue, name: str) -> list[str]:
    """Every ban and every end of a status that follows when whoever falls under an entry is guilty of everything."""
    return [*_frauds(whole, name), *_incidents(whole, name), *_strikes(whole, name), *_events(whole, name)]


def _world(whole: Catalogue) -> tuple[Any, list[str]]:
    """Nobody but two incubators and a makerspace; whatever can go wrong goes wrong."""
    said: list[str] = []
    world = world_of(firms_founded([]), [5, 5], catalogue=whole, incident_rate=1.0, fraud_share=1.0)
    spaces = Makerspaces(1)
    spaces.id = pack_id(Kind.MAKERSPACE, 0, 5, np.arange(1))
    spaces.recognised[:] = day_of(2019)
    world.makerspaces = spaces
    world.consequences = Consequences(whole, day_of(2000))
    world.budget = Budget(whole, lambda *_: None, Fraction(1))

    def note(table: str, **columns: Any) -> None:
        for bars, until in zip(columns.get("bars", ()), columns.get("until", ()), strict=True):
            said.append(f"barred from {bars} until {date_of(int(until))}")

    world.ledger = SimpleNamespace(note=note, recover=lambda *_: None, indicate=lambda *_: None)
    return world, said


def _frauds(whole: Catalogue, name: str) -> list[str]:
    """Bans after fraud on the money of an instrument."""
    one = whole.instruments.get(name)
    if one is None:
        return []
    world, said = _world(whole)
    for rows, without in claimants(name):
        batch = batch_of({key: column for key, column in rows.items() if key not in without})
        [outcome] = settle(whole, [one], batch, totals=Totals())
        world.consequences.add(outcome, batch)
        if outcome.award.any():
            break
    punish(world, FRAUD_FOUND, day_of(FRAUD_FOUND, 7, 1))
    return said


def _incidents(whole: Catalogue, name: str) -> list[str]:
    """Bans after an incident of whoever holds a status."""
    world, said = _world(whole)
    for status in HELD[1:]:
        if any(p.cancels == status for owner, p in whole.penalties() if owner.id == name):
            cancel(world, status, 2022, day_of(2022, 7, 1))
    return said


def _strikes(whole: Catalogue, name: str) -> list[str]:
    """After how many running years a status ends, and for how long those struck off are barred."""
    world, said = _world(whole)
    found = []
    for owner, penalty in whole.penalties():
        if owner.id == name and penalty.on in ("failed-evaluation", "no-filing") and penalty.cancels:
            found.append(f"{penalty.cancels}: {strikes(world, penalty.cancels, day_of(2022, 12, 31))}")
            world.bar(np.array([1]), owner, penalty, day_of(2022, 12, 31))
    return [*found, *said]


def _events(whole: Catalogue, name: str) -> list[str]:
    """Bans for what an event tells of three units: passed, failed, closed."""
    world, said = _world(whole)
    for event in dict.fromkeys(p.event for owner, p in whole.penalties() if owner.id == name and p.event):
        facts = {"accepted": np.array([True, False, False]), "closed_unaccepted": np.array([False, False, True])}
        world.fail(event, Batch(np.array([1, 2, 3]), np.zeros(3, np.int64), np.full(3, day_of(2022)), facts))
    return said


# --- Funds that invest, and limits of envelopes ---


@cache
def _partners(fund: str) -> tuple[dict[str, Any], ...]:
    """Partners of a fund as the streams of the shipped scenario draw them for the whole city."""
    terms = law().funds[fund].equity
    assert terms is not None
    economy = inputs_of("population.size=60000").economy
    found = []
    for name, stream in economy.streams.items():
        if terms.proposals and stream.trigger == terms.proposals:
            for year in (2021, 2022, 2023):
                come = stream_arrivals(name, year, economy, Draws(7, 0))
                for row in range(len(come.ids)):
                    drawn = {key: column[row] for key, column in come.attributes.items()}
                    found.append({"zone": int(come.zone[row]), "day": int(come.day[row]), **drawn})
    return tuple(found)


def _fund_events(whole: Catalogue, fund: str) -> list[str]:
    """What happens to a fund that has money enough and all these partners."""
    grades = {year: ("excellent", "pass", "fail")[year % 3] for year in range(2020, 2040)}
    story = told(*_partners(fund), fund=fund, opening=BIG, cat=whole, like={}, grades=grades)
    return [f"{date_of(day)} partner {n}: {what} {yuan_text(fen)}" for day, n, what, fen in story.events]


def _limits(whole: Catalogue, envelope: str) -> list[str]:
    """What an envelope lets its instruments have in each year where a scenario gives it no amount."""
    fed: list[Instrument] = [one for one in whole.instruments.values() if one.envelope == envelope]
    budget = Budget(whole, lambda *_: None, Fraction(1))
    days = [day_of(year, 12, 1) for year in range(2018, 2027)]
    left = [(day, budget.left(fed, day)[envelope]) for day in days]
    return [f"{envelope} {date_of(day)}: {'no limit' if fen is None else yuan_text(fen)}" for day, fen in left]


# --- The fund that lends ---


@cache
def _lent(*more: str) -> tuple[str, ...]:
    tables = simulate(inputs_of(*LOANS, *_quiet(), *more), 0, True)
    rows = zip(*(list(column) for column in tables["indicators"].values()), strict=True)
    events = zip(*(column.tolist() for column in tables["trace"]["fund"].values()), strict=True)
    return (*(str(row) for row in events), *(str(row) for row in rows))


@cache
def _quiet() -> tuple[str, ...]:
    """Everything off that has nothing to do with loans."""
    economy = inputs_of(*LOANS).economy
    streams = [f"economy.streams.{name}.{key}=0" for name in economy.streams for key in ("yearly", "low", "high")]
    return (*streams, *(f"economy.firm_events.{name}.until=0" for name in economy.firm_events))


def _loans(place: Place, other: Any) -> str | None:
    change = f'policy.changes.{place.entry}.{place.value.name}="{other}"'
    return _first(list(_lent()), list(_lent(change)))


def acts_in_the_city(place: Place) -> bool:
    """Whether a value can only act in the simulation."""
    return place.part in ("funds", "pools", "envelopes") or place.value.name.startswith("penalties[")
