"""Serious incidents and fraud come to light on 1 July: a status ends, money comes back, applications are barred."""

from __future__ import annotations

import numpy as np

from fundflow.base.calendar import Phase, add_months, day_of, years_of
from fundflow.simulation.consequences import FRAUD
from fundflow.simulation.incubation import close_incubators
from fundflow.simulation.world import Bools, Ints, Process, World

INCIDENT = "incident"
RECOVERY_MONTHS = 3
"""Assumed: what is claimed back falls due three months after the fraud was found, never before it was paid."""


def incidents(world: World) -> Process:
    """Each 1 July: those who hold a status and had an incident lose it; then fraud is punished."""
    for year in world.years:
        day = day_of(year, 7, 1)
        yield world.at(day, Phase.FACTS)
        for status in ("eaglet", "incubator", "makerspace"):
            cancel(world, status, year, day)
        punish(world, year, day)


def had_incident(world: World, ids: Ints, year: int) -> Bools:
    """Whether a claimant had a serious incident in a year: a fact of the claimant, the same for all rules."""
    return world.draws.chance("incident", ids, world.economy.incident_rate, period=year)


def defrauded(world: World, ids: Ints, year: int) -> Bools:
    """Whether the incident of a year was fraud."""
    fraud = world.draws.chance("fraud", ids, world.economy.fraud_share, period=year)
    return np.asarray(had_incident(world, ids, year) & fraud)


def cancel(world: World, status: str, year: int, day: int) -> None:
    """End a status where a penalty of the catalogue says so, and bar its holders."""
    penalties = [
        (one, p) for one, p in world.consequences.penalties if p.cancels == status and p.on in (INCIDENT, FRAUD)
    ]
    if not penalties:
        return
    rows, ids = holders(world, status, day)
    hit, fraud = had_incident(world, ids, year), defrauded(world, ids, year)
    out = np.zeros(len(rows), bool)
    for owner, penalty in penalties:
        guilty = fraud if penalty.on == FRAUD else hit
        out |= guilty
        world.bar(ids[guilty], owner, penalty, day)
    end_status(world, status, rows[out], day)
    world.ledger.indicate(year, f"{status}s_revoked", int(out.sum()))


def holders(world: World, status: str, day: int) -> tuple[Ints, Ints]:
    """Rows and ids of those who hold a status on a day."""
    if status == "eaglet":
        firms = world.firms
        rows = np.flatnonzero((firms.eaglet_from <= day) & (firms.eaglet_until > day) & world.alive(day))
        return rows, firms.id[rows]
    table = world.incubators if status == "incubator" else world.makerspaces
    rows = np.flatnonzero((table.recognised <= day) & (table.until > day))
    return rows, table.id[rows]


def end_status(world: World, status: str, rows: Ints, day: int) -> None:
    """Take a status away on a day."""
    if status == "eaglet":
        world.firms.eaglet_until[rows] = day
    elif status == "incubator":
        world.incubators.until[rows] = day
        close_incubators(world, rows, day)
    else:
        world.makerspaces.until[rows] = day


def punish(world: World, year: int, day: int) -> None:
    """Whoever had money from an instrument and defrauded: pay back and stay out, as the instrument says."""
    firms = world.firms
    world.decide_paid(world.consequences.watched)
    gone = set(firms.id[~world.alive(day)].tolist())
    for name, had in world.consequences.had(day).items():
        guilty = np.unique(had["ids"][defrauded(world, had["ids"], year)])
        ids = np.array([one for one in guilty.tolist() if one not in gone], np.int64)
        if not len(ids):
            continue
        for owner, penalty in world.consequences.penalties:
            if owner.id == name and penalty.on == FRAUD and not penalty.cancels:
                world.bar(ids, owner, penalty, day)
                if penalty.clawback:
                    claim_back(world, name, had, ids, day)


def claim_back(world: World, name: str, had: dict[str, Ints], ids: Ints, day: int) -> None:
    """Write down the recovery of all that some claimants had from an instrument, by the bearers of each award."""
    rows = np.flatnonzero(np.isin(had["ids"], ids))
    due = np.maximum(had["paid_day"][rows], int(add_months(np.int64(day), RECOVERY_MONTHS)))
    shares = {key: had[key][rows] for key in ("city", "district_fen", "province")}
    year = years_of(had["award_day"][rows])
    world.ledger.recover(name, due, had["district"][rows], year, FRAUD, shares)
    world.ledger.note("recoveries", firm=had["ids"][rows], instrument=[name] * len(rows), day=due, **shares)
    world.consequences.forget(name, ids, day)
