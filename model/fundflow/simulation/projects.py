"""City key R&D projects of firms: yearly call, review, contract, and acceptance on time, late or never."""

from __future__ import annotations

import heapq
from typing import Any

import numpy as np

from fundflow.base.calendar import NEVER, Phase, add_months, day_of
from fundflow.simulation.world import Bools, Ints, Process, World, ceil_months

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
        rows = rows[condition.holds(facts, len(rows), day)]
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
    spending = rd // 1000 * per_mille * length // 12 // YUAN * YUAN
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
    # What was accepted before the first day was paid then.
    accepted = np.where(accepted < world.start, NEVER, accepted)
    applied = on_time | (draws.uniform("key-applied", ids, occasion=number) < economy.key_applied_in_time)
    firms.key_until[rows] = np.where(accepted < NEVER, accepted, add_months(end, ABANDONED_MONTHS))
    world.ledger.note(
        "projects", firm=ids, number=number, signed=signed, contract_end=end, accepted=accepted,
        spending=spending,
    )  # fmt: skip
    for i, row in enumerate(rows):
        if accepted[i] < NEVER:
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
    """Wake on each acceptance day; a firm that is gone by then claims nothing."""
    firms = world.firms
    while True:
        next_day = projects.heap[0][0] if projects.heap else None
        if next_day is None or next_day > world.end:
            # Contracts are signed on 30 September at the earliest change; look again in a month.
            yield world.env.timeout(16 * 30)
            continue
        if 16 * next_day + int(Phase.AWARD) > world.env.now:
            # A contract signed meanwhile cannot be accepted before two years, so the first stays the first.
            yield world.at(next_day, Phase.AWARD)
        due = []
        while projects.heap and projects.heap[0][0] == next_day:
            due.append(heapq.heappop(projects.heap))
        due = [d for d in due if firms.exit_day[d[2]] > next_day]
        if due:
            ids = np.array([d[1] for d in due], np.int64)
            rows = np.array([d[2] for d in due], np.int64)
            facts = {name: np.array([d[3][name] for d in due]) for name in due[0][3]}
            world.claim("key-project-accepted", ids, firms.zone[rows], next_day, facts)
