"""Serious incidents and fraud: what each text takes back, and from what it keeps a claimant, for how long."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import simpy

from fundflow.base.calendar import Phase
from tests.reference.days import date_of, number, plus_months, plus_years

if TYPE_CHECKING:
    from tests.reference.world import World

Steps = Generator[simpy.Event, Any, None]
EVERYTHING, KEY_CALL, RECOGNITION = "everything", "key call", "recognition as an incubator"
FOREVER = 2**40
DUE_AFTER_MONTHS = 3


@dataclass(frozen=True)
class Punishment:
    """What a measure says of fraud: whether money comes back, for how many years the claimant stays out of what."""

    money_back: bool
    years: int
    out_of: tuple[str, ...]


# 杭科资〔2020〕72号 art. 14: three years without projects of fiscal money; nothing is said of the money had.
# 杭科高〔2020〕71号 5(4): all money back. 杭科资〔2020〕70号 art. 24: money back, five years without city projects.
PUNISHED = {
    "rnd": Punishment(False, 3, (EVERYTHING, KEY_CALL)),
    "eaglet": Punishment(True, 0, ()),
    "key": Punishment(True, 5, ("key", KEY_CALL)),
}


def incident(world: World, claimant: int, year: int) -> bool:
    return world.luck.happens("incident", claimant, world.economy.incident_rate, year)


def fraud(world: World, claimant: int, year: int) -> bool:
    return incident(world, claimant, year) and world.luck.happens("fraud", claimant, world.economy.fraud_share, year)


def is_barred(world: World, claimant: int, what: tuple[str, ...], day: int) -> bool:
    """Three years are over on the third anniversary: an application of that day is free again."""
    return any(out in what and start <= day < until for out, start, until in world.bans.get(claimant, []))


def fraud_office(world: World) -> Steps:
    """On 1 July whoever has had money and defrauded is punished under each measure that paid."""
    for year in world.years():
        yield world.late_in(number(date(year, 7, 1)), Phase.FACTS)
        today = world.today()
        had: dict[tuple[int, str], list[Any]] = {}
        for claim in world.claims:
            if claim.award > 0 and claim.award_day <= today and not claim.taken_back:
                had.setdefault((claim.claimant, claim.instrument.split("-")[0]), []).append(claim)
        for (claimant, measure), claims in had.items():
            firm = world.firms.get(claimant)
            if measure not in PUNISHED or firm is None or not firm.alive(today) or not fraud(world, claimant, year):
                continue
            punish(world, claimant, PUNISHED[measure], claims, today)


def punish(world: World, claimant: int, punishment: Punishment, claims: list[Any], today: int) -> None:
    until = number(plus_years(date_of(today), punishment.years))
    for what in punishment.out_of:
        world.bans.setdefault(claimant, []).append((what, today, until))
    if not punishment.money_back:
        return
    for claim in claims:
        claim.taken_back = True
        due = max(number(plus_months(date_of(today), DUE_AFTER_MONTHS)), world.law.paid_day(claim))
        world.recoveries.append((claimant, claim.instrument, due, claim.city, claim.district_fen))
