"""Makerspaces and incubators: who applies, waits, is admitted, graduates, is struck off.

A place is free when its tenant's until-day has come, so nobody has to announce a departure: occupancy is counted
from the days themselves. See sections 3 and 4 of docs/processes.md.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fundflow.base.calendar import NEVER, Phase, add_months, day_of, month_starts_of, months_of, year_of
from fundflow.economy import venture_cumulative
from fundflow.policy.conditions import Elapsed
from fundflow.simulation.world import (
    CAUSES,
    CLOSED,
    EXITED,
    GRADUATED,
    OUTGROWN,
    STAY_LIMIT,
    Bools,
    Ints,
    Process,
    World,
    month_starts,
)

FIELD_WEIGHT = 2


def incubation(world: World) -> Process:
    """On the 1st of each month: withdrawals, attempts, makerspaces, then intake."""
    seen = 0
    for day in month_starts(world.start, world.end):
        yield world.at(day, Phase.WITHDRAWAL)
        again = withdraw(world, day)
        yield world.at(day, Phase.APPLICATION)
        seen = plan_first_attempts(world, seen, day)
        due = np.flatnonzero(world.notes["next_attempt"] <= day)
        apply_to_incubators(world, np.union1d(due, again), day)
        yield world.at(day, Phase.ADMISSION)
        enter_makerspaces(world, day)
        if world.options.intake == "monthly":
            admit(world, day)


def daily_intake(world: World) -> Process:
    """Admit every day instead of monthly, where the scenario says so."""
    if world.options.intake == "daily":
        for day in range(world.start, world.end + 1):
            yield world.at(day, Phase.ADMISSION)
            admit(world, day)


def plan_first_attempts(world: World, seen: int, day: int) -> int:
    """Decide for firms not looked at before whether and when they first want a place.

    Rows are looked at from the month after their founding month began, so every founding day is past.
    """
    firms = world.firms
    rows = np.arange(seen, firms.n)
    rows = rows[firms.founded[rows] < day]
    if len(rows):
        ids = firms.id[rows]
        wants = world.draws.chance("incubator-wish", ids, world.economy.incubator_wish)
        month = world.draws.integer("incubator-month", ids, 24)
        first = next_month_start(add_months(firms.founded[rows], month))
        # The initial population says itself who still comes, and when; the others have come or never will.
        told = firms.first_attempt[rows]
        first = np.where(told > 0, told, first)
        plan = np.where(told > 0, told < NEVER, wants) & (first >= world.start) & (firms.incubator[rows] < 0)
        world.notes["next_attempt"][rows[plan]] = first[plan]
        seen = int(rows[-1]) + 1
    return seen


def next_month_start(days: Ints) -> Ints:
    """The first 1st of a month on or after each day."""
    # The month of the day before: its end is the first 1st that is not before the day.
    return month_starts_of(months_of(np.asarray(days, np.int64) - 1) + 1)


def tenant_facts(world: World, rows: Ints, day: int) -> dict[str, Any]:
    """What the entry conditions read of a firm on a day: last reported staff and sales, and its age."""
    firms, notes = world.firms, world.notes
    return {
        "employees": notes["known_staff"][rows],
        "last_year_sales": notes["known_sales"][rows],
        "founded": firms.founded[rows],
        "entered_incubator": np.full(len(rows), day),
        "special_field": firms.special[rows].astype(np.int64),
        "talent_programme": firms.talent[rows],
    }


def graduation_facts(world: World, rows: Ints, day: int) -> dict[str, Any]:
    """What the graduation conditions read: certificate, venture money so far, two years' revenue, sale."""
    firms, notes = world.firms, world.notes
    return {
        "high_tech_or_advanced_service": firms.hte_until[rows] > day,
        "cumulative_venture_investment": venture_cumulative(firms, day, rows),
        "two_year_revenue": notes["known_sales"][rows] + notes["known_sales_before"][rows],
        "acquired_or_listed": firms.sold_day[rows] <= day,
    }


def may_enter(world: World, rows: Ints, day: int) -> Bools:
    """Test the entry conditions, and that no graduation cause has come up already."""
    conditions = world.catalogue.conditions
    enters = conditions["incubator-tenant-conditions"].holds(tenant_facts(world, rows, day), len(rows), day)
    leaves = conditions["incubator-graduation"].holds(graduation_facts(world, rows, day), len(rows), day)
    alive = (world.firms.founded[rows] <= day) & (world.firms.exit_day[rows] > day)
    return enters & ~leaves & alive


def occupied(world: World, day: int) -> Ints:
    """Count the tenants of each incubator on a day."""
    firms = world.firms
    ever = np.flatnonzero(firms.incubator >= 0)
    inside = ever[(firms.incubator_from[ever] <= day) & (firms.incubator_until[ever] > day)]
    return np.bincount(firms.incubator[inside], minlength=world.incubators.n)


def withdraw(world: World, day: int) -> Ints:
    """Those who have waited long enough leave the queue; the rows that will try once more are returned."""
    notes = world.notes
    waiting = np.flatnonzero(notes["queue"] >= 0)
    limit = world.economy.incubator_wait_months
    tired = waiting[add_months(notes["queue_from"][waiting], int(limit)) <= day]
    return leave_queue(world, tired)


def leave_queue(world: World, rows: Ints) -> Ints:
    """Take rows out of their queue and count the attempt; return those that may attempt again."""
    notes = world.notes
    notes["queue"][rows] = -1
    notes["attempt"][rows] += 1
    return rows[notes["attempt"][rows] < world.economy.incubator_attempts]


def apply_to_incubators(world: World, rows: Ints, day: int) -> None:
    """Each firm picks one open incubator of its district by a keyed draw and queues there."""
    notes, firms, incubators = world.notes, world.firms, world.incubators
    notes["next_attempt"][rows] = NEVER
    rows = rows[may_enter(world, rows, day)]
    if not len(rows):
        return
    free = np.maximum(incubators.places - occupied(world, day), 0)
    is_open = (incubators.recognised <= day) & (incubators.until > day)
    home = world.districts(incubators.zone, day)
    mine = world.districts(firms.zone[rows], day)
    u = np.empty(len(rows))
    for attempt in np.unique(notes["attempt"][rows]):
        turn = notes["attempt"][rows] == attempt
        u[turn] = world.draws.uniform("incubator-choice", firms.id[rows[turn]], occasion=int(attempt))
    refused = np.zeros(len(rows), bool)
    for district in np.unique(mine):
        here = np.flatnonzero(is_open & (home == district))
        group = np.flatnonzero(mine == district)
        if not len(here):
            refused[group] = True
            continue
        here = here[np.argsort(incubators.id[here], kind="stable")]
        same = incubators.field[here][None, :] == firms.field[rows[group]][:, None]
        weights = (1 + free[here])[None, :] * np.where(same, FIELD_WEIGHT, 1)
        edges = np.cumsum(weights, axis=1).astype(np.float64)
        pick = np.minimum((edges <= (u[group] * edges[:, -1])[:, None]).sum(axis=1), len(here) - 1)
        notes["queue"][rows[group]] = here[pick]
        notes["queue_from"][rows[group]] = day
    if refused.any():
        again = leave_queue(world, rows[refused])
        notes["next_attempt"][again] = next_month_start(
            add_months(np.full(len(again), day), int(world.economy.incubator_retry_months))
        )


def admit(world: World, day: int) -> None:
    """Admit from the head of each queue while places last; who fails at the head is struck off for good."""
    notes, firms = world.notes, world.firms
    waiting = np.flatnonzero(notes["queue"] >= 0)
    if not len(waiting):
        return
    host = notes["queue"][waiting]
    order = np.lexsort((firms.id[waiting], notes["queue_from"][waiting], host))
    waiting, host = waiting[order], host[order]
    is_open = (world.incubators.recognised <= day) & (world.incubators.until > day)
    free = np.where(is_open, np.maximum(world.incubators.places - occupied(world, day), 0), 0)
    fit = may_enter(world, waiting, day)
    # How many fit ones stand before each in its own queue: the head reaches it while that is below the free places.
    before: Ints = np.cumsum(fit) - fit
    first = np.searchsorted(host, host, side="left")
    ahead: Ints = before - before[first]
    reached = ahead < free[host]
    struck = waiting[reached & ~fit]
    notes["queue"][struck] = -1
    notes["struck_off"][struck] = 1
    start_tenancy(world, waiting[reached & fit], host[reached & fit], day)


def start_tenancy(world: World, rows: Ints, host: Ints, day: int) -> None:
    """Let firms in, with the last day that the stay limit allows; a makerspace place ends."""
    if not len(rows):
        return
    firms, notes = world.firms, world.notes
    world.waited.append((day, day - notes["queue_from"][rows]))
    notes["queue"][rows] = -1
    firms.incubator[rows] = host
    firms.incubator_from[rows] = day
    special = firms.special[rows].astype(bool) | firms.talent[rows].astype(bool)
    ordinary, longer = stay_months(world, "incubator-tenant-conditions", "entered_incubator")
    firms.incubator_until[rows] = add_months(np.full(len(rows), day), np.where(special, longer, ordinary))
    firms.left_cause[rows] = STAY_LIMIT
    moved = rows[firms.space_until[rows] > day]
    firms.space_until[moved] = day
    lower_tenancies(world, rows)


def stay_months(world: World, conditions: str, since: str) -> tuple[int, int]:
    """The shortest and the longest stay that the conditions print, in months: ordinary fields and special ones."""
    months = [
        length
        for leaf in world.catalogue.conditions[conditions].leaves()
        if isinstance(leaf, Elapsed) and leaf.since == since
        for bound, length in leaf.bounds
        if bound == "at_most"
    ]
    return min(months), max(months)


def end_tenancy(world: World, rows: Ints, days: Ints, cause: int) -> Ints:
    """Lower until-days where the cause comes first; return the rows whose tenancy it ends."""
    firms = world.firms
    first = (days < firms.incubator_until[rows]) & (days >= firms.incubator_from[rows])
    ended = rows[first]
    firms.incubator_until[ended] = days[first]
    firms.left_cause[ended] = cause
    return ended


def close_incubators(world: World, struck: Ints, day: int) -> None:
    """Tenants of incubators that lose their recognition are no longer tenants from that day."""
    if len(struck):
        tenants = np.flatnonzero(np.isin(world.firms.incubator, struck) & (world.firms.incubator_until > day))
        end_tenancy(world, tenants, np.full(len(tenants), day), CLOSED)
        queued = np.isin(world.notes["queue"], struck)
        world.notes["queue"][queued] = -1


def lower_tenancies(world: World, rows: Ints) -> None:
    """Bring in what is already known of this year: exit, sale, and a round that passes the venture limit."""
    firms = world.firms
    rows = rows[firms.incubator[rows] >= 0]
    if not len(rows):
        return
    end_tenancy(world, rows, firms.exit_day[rows], EXITED)
    end_tenancy(world, rows, firms.sold_day[rows], GRADUATED)
    funded = rows[firms.venture_amount[rows] > 0]
    if len(funded):
        facts = {
            "high_tech_or_advanced_service": np.zeros(len(funded), bool),
            "cumulative_venture_investment": firms.venture_total[funded] + firms.venture_amount[funded],
            "two_year_revenue": np.zeros(len(funded), np.int64),
            "acquired_or_listed": np.zeros(len(funded), bool),
        }
        passes = world.catalogue.conditions["incubator-graduation"].holds(facts, len(funded), world.start)
        end_tenancy(world, funded[passes], firms.venture_day[funded[passes]], GRADUATED)


def leave_makerspaces(world: World, day: int) -> None:
    """Bring in this year's exits and sales: they end a stay in a makerspace too."""
    firms = world.firms
    rows = np.flatnonzero((firms.space >= 0) & (firms.space_until > day))
    firms.space_until[rows] = np.minimum.reduce([firms.space_until[rows], firms.exit_day[rows], firms.sold_day[rows]])


def report_tenants(world: World, day: int) -> None:
    """On reporting day tenants graduate by two years' revenue, or leave because they no longer fit."""
    firms = world.firms
    tenants = np.flatnonzero((firms.incubator >= 0) & (firms.incubator_from <= day) & (firms.incubator_until > day))
    if not len(tenants):
        return
    conditions = world.catalogue.conditions
    graduates = conditions["incubator-graduation"].holds(graduation_facts(world, tenants, day), len(tenants), day)
    end_tenancy(world, tenants[graduates], np.full(int(graduates.sum()), day), GRADUATED)
    facts = tenant_facts(world, tenants, day)
    facts["entered_incubator"] = firms.incubator_from[tenants]
    fits = conditions["incubator-tenant-conditions"].holds(facts, len(tenants), day)
    out = tenants[~graduates & ~fits]
    end_tenancy(world, out, np.full(len(out), day), OUTGROWN)


def enter_makerspaces(world: World, day: int) -> None:
    """Firms founded since the last 1st of a month may enter a makerspace of their district with a free place."""
    firms, spaces = world.firms, world.makerspaces
    before = int(add_months(day, -1))
    # A year's newcomers stand together in the table; on 1 January those of December are the year before's.
    laid = world.laid_out[: -1 if day == day_of(year_of(day)) else None]
    recent = np.arange(laid[-1] if laid else 0, firms.n)
    young = (firms.founded[recent] >= before) & (firms.founded[recent] < day)
    new = recent[young]
    new = new[(firms.exit_day[new] > day) & (firms.space[new] < 0)]
    new = new[(firms.incubator[new] < 0) | (firms.incubator_until[new] <= day)]
    new = new[world.draws.chance("makerspace-wish", firms.id[new], world.economy.makerspace_wish)]
    facts = {"founded": firms.founded[new], "entered_makerspace": np.full(len(new), day)}
    new = new[world.catalogue.conditions["makerspace-tenant-conditions"].holds(facts, len(new), day)]
    if not len(new):
        return
    new = new[np.argsort(firms.id[new], kind="stable")]
    ever = np.flatnonzero(firms.space >= 0)
    inside = ever[(firms.space_from[ever] <= day) & (firms.space_until[ever] > day)]
    free = np.maximum(spaces.places - np.bincount(firms.space[inside], minlength=spaces.n), 0)
    free = np.where((spaces.recognised <= day) & (spaces.until > day), free, 0)
    home = world.districts(spaces.zone, day)
    mine = world.districts(firms.zone[new], day)
    u = world.draws.uniform("makerspace-choice", firms.id[new])
    for district in np.unique(mine):
        here = np.flatnonzero((home == district) & (free > 0))
        group = np.flatnonzero(mine == district)
        if not len(here):
            continue
        edges = np.cumsum(free[here]).astype(np.float64)
        pick = here[np.minimum(np.searchsorted(edges, u[group] * edges[-1], side="right"), len(here) - 1)]
        order = np.lexsort((firms.id[new[group]], pick))
        place = np.arange(len(order)) - np.searchsorted(pick[order], pick[order], side="left")
        enters = order[place < free[pick[order]]]
        rows = new[group[enters]]
        firms.space[rows] = pick[enters]
        firms.space_from[rows] = day
        stay = add_months(
            np.full(len(rows), day), max(stay_months(world, "makerspace-tenant-conditions", "entered_makerspace"))
        )
        firms.space_until[rows] = np.minimum.reduce([stay, firms.exit_day[rows], firms.sold_day[rows]])


def note_tenancies(world: World) -> None:
    """Note every tenancy with its days and the cause of its end, for the comparison with the reference model."""
    firms = world.firms
    rows = np.flatnonzero(firms.incubator >= 0)
    columns = {
        "firm": firms.id[rows],
        "incubator": world.incubators.id[firms.incubator[rows]],
        "from": firms.incubator_from[rows],
        "until": firms.incubator_until[rows],
        "cause": np.array(CAUSES)[firms.left_cause[rows]],
    }
    world.ledger.note("tenancies", **columns)
