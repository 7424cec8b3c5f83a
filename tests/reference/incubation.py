"""Incubators as SimPy processes with places and a queue; firms that look for a place, stay and leave.

Chapter 8 of 杭科高〔2020〕74号 says who may be a tenant and for how long, chapter 9 who has graduated; section 4 of
docs/processes.md says in which order things happen on a day.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import simpy

from fundflow.base.calendar import NEVER, Phase
from tests.reference import towns
from tests.reference.days import date_of, number, plus_months

if TYPE_CHECKING:
    from tests.reference.firm import Firm
    from tests.reference.world import World

GRADUATED, STAY_LIMIT, EXITED, OUTGROWN, CLOSED = "graduated", "stay_limit", "exit", "outgrown", "closed"
Steps = Generator[simpy.Event, Any, None]


@dataclass
class Tenancy:
    """One firm's stay. ``ended`` fires when it leaves for any cause but the stay limit."""

    firm: Firm
    host: Incubator
    start: int
    limit: int
    ended: simpy.Event
    left: int | None = None
    cause: str = ""
    applied: int | None = None


@dataclass
class Request:
    """One firm's place in a queue. ``settled`` fires when it is admitted or struck off."""

    firm: Firm
    applied: int
    settled: simpy.Event


@dataclass
class Incubator:
    """Places, tenants and a queue ordered by application day, then firm number."""

    id: int
    zone: int
    specialty: int
    places: int
    recognised: int
    until: int
    table: Any = None
    tenants: list[Tenancy] = field(default_factory=list)
    past: list[Tenancy] = field(default_factory=list)
    queue: list[Request] = field(default_factory=list)

    def is_open(self, day: int) -> bool:
        return self.recognised <= day < self.until

    def free(self) -> int:
        return max(self.places - len(self.tenants), 0)


def from_table(table: Any) -> Incubator:
    """An incubator from its row of the economy's table."""
    return Incubator(
        id=int(table.id[0]),
        zone=int(table.zone[0]),
        specialty=int(table.field[0]),
        places=int(table.places[0]),
        recognised=int(table.recognised[0]),
        until=int(table.until[0]),
        table=table,
    )


def close(host: Incubator, day: int) -> None:
    """Struck off: its tenants are tenants no more, and its queue is sent home."""
    host.until = day
    for tenancy in list(host.tenants):
        leave(tenancy.firm, day, CLOSED)
    for request in host.queue:
        request.settled.succeed()
    host.queue.clear()


def intake(world: World, host: Incubator) -> Steps:
    """On the first of each month (or every day) admit from the head of the queue while places are free."""
    for day in world.intake_days(host):
        yield world.at(day, Phase.ADMISSION)
        if not host.is_open(day):
            continue
        host.queue.sort(key=lambda r: (r.applied, r.firm.id))
        while host.queue and host.free() > 0:
            request = host.queue.pop(0)
            if may_enter(world, request.firm, day):
                admit(world, request, host, day)
            request.settled.succeed()


def may_enter(world: World, firm: Firm, day: int) -> bool:
    """Age at most 24 months, fewer than 100 staff, sales under 10 million, and nothing that graduates it."""
    law = world.law
    if not firm.alive(day) or has_graduated(world, firm, day):
        return False
    young = date_of(day) <= plus_months(date_of(firm.founded), law.tenant_age_months)
    return young and fits(world, firm)


def fits(world: World, firm: Firm) -> bool:
    return firm.known.staff < world.law.tenant_staff and firm.known.sales < world.law.tenant_sales


def has_graduated(world: World, firm: Firm, day: int) -> bool:
    """Article 9: one of the four causes."""
    law = world.law
    return (
        firm.certified(day)
        or firm.venture_so_far > law.graduation_venture
        or firm.known.sales + firm.known.sales_before > law.graduation_revenue
        or firm.sold_by(day)
    )


def admit(world: World, request: Request, host: Incubator, day: int) -> None:
    law, firm = world.law, request.firm
    months = law.stay_months_special if firm.special else law.stay_months
    start_stay(world, firm, host, day, number(plus_months(date_of(day), months))).applied = request.applied


def start_stay(world: World, firm: Firm, host: Incubator, start: int, limit: int) -> Tenancy:
    tenancy = Tenancy(firm, host, start, limit, world.env.event())
    host.tenants.append(tenancy)
    firm.tenancy = tenancy
    world.tenancies.append(tenancy)
    world.env.process(stay(world, tenancy))
    return tenancy


def stay(world: World, tenancy: Tenancy) -> Steps:
    """Wait for the stay limit, unless the firm leaves earlier."""
    if tenancy.limit > world.end:
        return
    yield world.at(tenancy.limit, Phase.EXPIRY) | tenancy.ended
    if tenancy.left is None:
        leave(tenancy.firm, tenancy.limit, STAY_LIMIT)


def leave(firm: Firm, day: int, cause: str) -> None:
    """End the firm's stay, if it has one."""
    tenancy = firm.tenancy
    if tenancy is None:
        return
    tenancy.left, tenancy.cause = day, cause
    tenancy.host.tenants.remove(tenancy)
    tenancy.host.past.append(tenancy)
    firm.tenancy = None
    tenancy.ended.succeed()


def report(world: World, firm: Firm, day: int) -> None:
    """On the reporting day: two years' revenue graduates a tenant; else too many staff or sales end the stay."""
    if firm.tenancy is None:
        return
    if has_graduated(world, firm, day):
        leave(firm, day, GRADUATED)
    elif not fits(world, firm):
        leave(firm, day, OUTGROWN)


def seek(world: World, firm: Firm) -> Steps:
    """A firm that wants a place: attempts, refusals, waiting, giving up."""
    told = firm.get("first_attempt")
    wants = world.luck.happens("incubator-wish", firm.id, world.economy.incubator_wish)
    # The first day's population says itself who still comes, and when.
    if firm.tenancy is not None or not (told < NEVER if told > 0 else wants):
        return
    months = world.luck.below("incubator-month", firm.id, 24)
    founded = date_of(firm.founded)
    first = told if told > 0 else number(first_of_month_from(plus_months(founded, months)))
    if first < world.start:
        return
    # A firm exists for others from its founding day, and the first 1st after that is its first occasion.
    day = max(first, number(first_of_month_from(date_of(firm.founded + 1))))
    for attempt in range(int(world.economy.incubator_attempts)):
        if day > world.end:
            return
        yield world.at(day, Phase.APPLICATION)
        if not may_enter(world, firm, day):
            return
        host = choose(world, firm, attempt, day)
        if host is None:
            later = plus_months(date_of(day), int(world.economy.incubator_retry_months))
            day = number(first_of_month_from(later))
            continue
        request = Request(firm, day, world.env.event())
        host.queue.append(request)
        tired = number(plus_months(date_of(day), int(world.economy.incubator_wait_months)))
        if tired > world.end:
            return
        yield request.settled | world.at(tired, Phase.WITHDRAWAL)
        if request.settled.triggered:
            return
        host.queue.remove(request)
        day = tired


def first_of_month_from(when: Any) -> Any:
    return when if when.day == 1 else plus_months(when.replace(day=1), 1)


def choose(world: World, firm: Firm, attempt: int, day: int) -> Incubator | None:
    """One open incubator of the district, by weight (1 + free places), twice that where the field matches."""
    today = date_of(day)
    home = towns.district(firm.zone, today)
    around = [h for h in world.incubators if h.is_open(day) and towns.district(h.zone, today) == home]
    around.sort(key=lambda h: h.id)
    if not around:
        return None
    weights = [(1 + h.free()) * (2 if h.specialty == firm.specialty else 1) for h in around]
    aim = world.luck.uniform("incubator-choice", firm.id, occasion=attempt) * sum(weights)
    total = 0
    for host, weight in zip(around, weights, strict=True):
        total += weight
        if aim < total:
            return host
    return around[-1]
