"""The reference model put together: a SimPy environment, one process per firm, and the offices of the city."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

import simpy

from fundflow.base.calendar import Phase, clock
from fundflow.base.draws import Draws
from fundflow.economy import arrivals, loan_principal, loan_rate, lpr_one_year, year_factors
from tests.reference import faults, incubation, lending, offices
from tests.reference import firm as firms_
from tests.reference.claims import Claim
from tests.reference.days import date_of, next_first, number
from tests.reference.firm import Firm
from tests.reference.fund import Fund
from tests.reference.incubation import Incubator, Tenancy
from tests.reference.law import Law
from tests.reference.luck import Luck
from tests.reference.purse import Purse

Steps = Generator[simpy.Event, Any, None]
NEVER = 2**40


@dataclass
class World:
    """One run of the reference."""

    economy: Any
    draws: Draws
    law: Law
    start: int
    end: int
    fund: Fund
    purse: Purse = field(default_factory=lambda: Purse(lambda year: None))
    intake: str = "monthly"
    env: simpy.Environment = field(default_factory=simpy.Environment)
    firms: dict[int, Firm] = field(default_factory=dict)
    incubators: list[Incubator] = field(default_factory=list)
    tenancies: list[Tenancy] = field(default_factory=list)
    certificates: list[tuple[int, int, bool]] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    eaglets: list[tuple[int, int]] = field(default_factory=list)
    projects: list[Any] = field(default_factory=list)
    accepted: list[Any] = field(default_factory=list)
    key_call: list[Any] = field(default_factory=list)
    eaglet_call: list[Any] = field(default_factory=list)
    hatched: dict[int, list[int]] = field(default_factory=dict)
    paid: dict[tuple[str, int], int] = field(default_factory=dict)
    bans: dict[int, list[tuple[str, int, int]]] = field(default_factory=dict)
    recoveries: list[tuple[int, str, int, int, int]] = field(default_factory=list)
    _factors: dict[int, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.luck = Luck(self.draws)
        self.first_year, self.last_year = date_of(self.start).year, date_of(self.end).year
        self.env = simpy.Environment(clock(self.start, Phase.EXPIRY))

    # --- time ---
    def today(self) -> int:
        return int(self.env.now) // 16

    def is_past(self, day: int, phase: Phase) -> bool:
        return clock(day, phase) < self.env.now

    def at(self, day: int, phase: Phase) -> simpy.Event:
        return self.env.timeout(clock(day, phase) - self.env.now)

    def late_in(self, day: int, phase: Phase) -> simpy.Event:
        """After everything else of a phase: what reads the facts that the phase brings."""
        return self.env.timeout(clock(day, phase) + 0.5 - self.env.now)

    def on(self, year: int, month: int, day: int, phase: Phase) -> simpy.Event:
        return self.at(number(date(year, month, day)), phase)

    def on_date(self, when: date, phase: Phase) -> simpy.Event:
        return self.at(number(when), phase)

    def years(self) -> Iterator[int]:
        yield from range(self.first_year, self.last_year + 1)

    def month_starts(self) -> Iterator[int]:
        when = date_of(self.start)
        if when.day != 1:
            when = next_first(when)
        while number(when) <= self.end:
            yield number(when)
            when = next_first(when)

    def intake_days(self, host: Incubator) -> Iterator[int]:
        if self.intake == "daily":
            yield from range(max(self.start, host.recognised), self.end + 1)
        else:
            yield from (d for d in self.month_starts() if d >= host.recognised)

    # --- shared economy ---
    def factors(self, year: int) -> Any:
        if year not in self._factors:
            self._factors[year] = year_factors(year, self.economy, self.draws)
        return self._factors[year]

    def loan_principal(self, firm: Firm) -> int:
        row = firm.row.take([0])
        row.sales[0] = firm.known.sales
        return int(loan_principal(row.sales, row.loan_ratio)[0])

    def renewal(self, firm: Firm) -> float:
        return float(self.economy.renewal)

    def lpr(self, day: int) -> Fraction:
        return Fraction(lpr_one_year(day, self.economy), 1_000_000)

    def loan_cost(self, day: int) -> Fraction:
        return Fraction(loan_rate(day, self.economy), 1_000_000)

    # --- running ---
    def add_firm(self, row: Any) -> Firm:
        firm = Firm(row)
        self.firms[firm.id] = firm
        return firm

    def start_firm(self, firm: Firm, first_year: int) -> None:
        self.env.process(firms_.live(self, firm, first_year))
        self.env.process(incubation.seek(self, firm))

    def add_incubator(self, host: Incubator) -> None:
        self.incubators.append(host)
        self.env.process(incubation.intake(self, host))

    def run(self) -> None:
        self.env.process(founding(self))
        self.env.process(lending.keep_fund(self))
        for office in (*offices.ALL, faults.fraud_office):
            self.env.process(office(self))
        self.env.run(until=clock(self.end + 1, Phase.EXPIRY))

    def count_for_incubator(self, firm: Firm, day: int) -> None:
        """A first certificate counts for the incubator where the firm is, or from which it has just graduated."""
        if firm.tenancy is not None:
            self.hatched.setdefault(firm.tenancy.host.id, [0, 0])[0] += 1
            return
        last = [t for t in self.tenancies if t.firm is firm]
        if not last:
            return
        tenancy = last[-1]
        if tenancy.cause == incubation.GRADUATED and firms_.within_twelve_months(tenancy.left or 0, day):
            self.hatched.setdefault(tenancy.host.id, [0, 0])[1] += 1

    def write(self, claim: Claim) -> None:
        self.claims.append(claim)


def founding(world: World) -> Steps:
    """On the first of each month the economy says which firms are founded in it."""
    for day in list(world.month_starts()):
        yield world.at(day, Phase.APPLICATION)
        today = date_of(day)
        for zone in range(15):
            new = arrivals(today.year, today.month, zone, world.economy, world.factors(today.year), world.draws)
            for i in range(new.n):
                firm = world.add_firm(new.take([i]))
                world.start_firm(firm, today.year)


def replace(item: Any, **changes: Any) -> Any:
    return dataclasses.replace(item, **changes)
