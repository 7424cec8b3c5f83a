"""City key R&D projects of firms: yearly call, review, contract, and acceptance on time, late or never."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from fundflow.base.calendar import NEVER, Phase, add_months, day_of
from fundflow.base.money import multiply
from fundflow.simulation.world import Bools, Ints, Process, World, ceil_months, quarter_end, quarters_of

YUAN = 100
ON_TIME_DAYS, LATE_DAYS, ABANDONED_MONTHS = 170, 180, 18


class Projects:
    """The running projects as a heap of acceptance days: (day, firm id, row, number, facts)."""

    def __init__(self) -> None:
        self.heap: list[tuple[int, int, int, dict[str, Any]]] = []

    def expect(self, day: int, firm: int, row: int, facts: dict[str, Any]) -> None:
        """Remember that a project will be accepted on a day."""
        heapq.heappush(self.heap, (day, firm, row, facts))


def key_calls(world: World, projects: Projects) -> Process:
    """Each year: call on 31 March, contracts on 30 September."""
    firms, notes, economy = world.firms, world.notes, world.economy
    condition = world.catalogue.conditions["key-rd-applicant-conditions"]
    for year in world.years:
        day = day_of(year, 3, 31)
        yield world.at(day, Phase.APPLICATION)
        rows = np.flatnonzero(
            world.alive(day)
            & world.certified(day)
            & (firms.key_until <= day)
            & (notes["known_rd"] >= economy.key_least_rd)
        )
        rows = rows[world.draws.chance("key-wish", firms.id[rows], economy.key_wish, period=year)]
        facts = {"last_year_rnd": notes["known_rd"][rows], "last_year_sales": notes["known_sales"][rows]}
        rows = world.may_apply(condition.id, rows[condition.holds(facts, len(rows), day)], day)
        score = world.draws.uniform("key-review", firms.id[rows], period=year)
        chosen = np.sort(rows[np.argsort(score, kind="stable")[: int(economy.key_places)]])
        rd = notes["known_rd"][chosen].copy()
        day = day_of(year, 9, 30)
        yield world.at(day, Phase.FACTS)
        lives = firms.exit_day[chosen] > day
        sign(world, projects, chosen[lives], rd[lives], day)


def sign(world: World, projects: Projects, rows: Ints, rd: Ints, day: int) -> None:
    """Sign the contracts: length, spending and outcome follow from the firm and the number of its project."""
    firms, economy, draws = world.firms, world.economy, world.draws
    if not len(rows):
        return
    ids, number = firms.id[rows], firms.key_number[rows].copy()
    length = 24 + draws.integer("key-length", ids, 25, occasion=number)
    end = add_months(np.full(len(rows), day), length)
    share = economy.key_share_low + (economy.key_share_high - economy.key_share_low) * draws.uniform(
        "key-share", ids, occasion=number
    )
    per_mille = np.floor(share * 1000).astype(np.int64)
    spending = multiply(rd, per_mille * length, 12 * 1000) // YUAN * YUAN
    firms.key_number[rows] += 1
    conclude(world, projects, rows, number, end, spending, np.zeros(len(rows), bool), np.full(len(rows), day))


def conclude(
    world: World, projects: Projects, rows: Ints, number: Ints, end: Ints, spending: Ints, old: Bools, signed: Ints
) -> None:
    """Draw how each project ends, and remember the acceptance days."""
    firms, economy, draws = world.firms, world.economy, world.draws
    if not len(rows):
        return
    ids = firms.id[rows]
    outcome = draws.uniform("key-outcome", ids, occasion=number)
    on_time = outcome < economy.key_on_time
    late = ~on_time & (outcome < economy.key_on_time + economy.key_late)
    wait = draws.uniform("key-accept", ids, occasion=number)
    accepted = np.where(
        on_time,
        end + 1 + np.floor(wait * ON_TIME_DAYS).astype(np.int64),
        np.where(late, add_months(end, 6) + 1 + np.floor(wait * LATE_DAYS).astype(np.int64), NEVER),
    )
    applied = on_time | (draws.uniform("key-applied", ids, occasion=number) < economy.key_applied_in_time)
    firms.key_until[rows] = np.where(accepted < NEVER, accepted, add_months(end, ABANDONED_MONTHS))
    world.ledger.note(
        "projects", firm=ids, number=number, signed=signed, contract_end=end, accepted=accepted,
        spending=spending,
    )  # fmt: skip
    for i, row in enumerate(rows):
        # What was accepted before the first day was paid then.
        if world.start <= accepted[i] < NEVER:
            facts = project_facts(
                int(signed[i]), int(spending[i]), int(end[i]), int(accepted[i]), bool(applied[i]), old=bool(old[i])
            )
            projects.expect(int(accepted[i]), int(ids[i]), int(row), facts)


def project_facts(signed: int, spending: int, end: int, accepted: int, applied: bool, *, old: bool) -> dict[str, Any]:
    """What the key R&D rules read of one accepted project."""
    return {
        "project_type": 1,
        "verified_spending": spending,
        "months_after_contract_end": int(ceil_months(np.int64(end), np.int64(accepted))),
        "good_reason": False,
        "applied_in_time": applied,
        "accepted": True,
        "contract_before_2020": old,
        "signed_on": signed,
    }


def acceptances(world: World, projects: Projects) -> Process:
    """At each quarter's end the projects accepted in it claim, in order of day and firm, if the firm is still there."""
    firms = world.firms
    first, last = (int(quarters_of(np.array([day]))[0]) for day in (world.start, world.end))
    for quarter in range(first, last + 1):
        yield world.at(quarter_end(quarter), Phase.AWARD)
        due = []
        while projects.heap and projects.heap[0][0] <= quarter_end(quarter):
            due.append(heapq.heappop(projects.heap))
        due = [one for one in due if firms.exit_day[one[2]] > one[0]]
        if due:
            days, ids, rows = (np.array([one[k] for one in due], np.int64) for k in range(3))
            facts = {name: np.array([one[3][name] for one in due]) for name in due[0][3]}
            world.claim("key-project-accepted", ids, firms.zone[rows], days, facts, together=True)
