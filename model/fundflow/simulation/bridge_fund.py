"""The bridge-loan fund: one pot that revolves, served in the order of application, the head of the line blocks."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np

from fundflow.base.calendar import Phase, day_of, year_of
from fundflow.base.money import times
from fundflow.simulation.world import Process, World

WRITE_OFF_DAYS, MOST_DAYS = 30, 60
"""Assumed: a loan that is not renewed is written off after 30 days; none is out for longer than 60."""


@dataclass(order=True)
class Need:
    """One firm's request to bridge its old loan until the bank renews it; ordered by (application day, firm)."""

    applied: int
    firm: int
    number: int = field(compare=False)
    due: int = field(compare=False)
    request: int = field(compare=False)
    days_out: int = field(compare=False)
    renewed: bool = field(compare=False)
    benchmark: Fraction = field(compare=False)


@dataclass
class BridgeFund:
    """The balances in fen; ``cash + reserved + lent + written_off - covered`` is the fund's size on every day."""

    size: int
    pool: int
    free_days: int
    multiple: Fraction
    late_multiple: Fraction
    fee_rate: Fraction
    answer_days: int = 3
    day_base: int = 360
    last_day_counts: bool = False
    """Whether the day of repayment bears interest too (reading 38)."""
    cash: int = 0
    reserved: int = 0
    lent: int = 0
    written_off: int = 0
    covered: int = 0
    interest_of_year: int = 0
    volume_of_year: int = 0
    served: int = 0
    gave_up: int = 0
    queue: list[Need] = field(default_factory=list)
    coming: list[Need] = field(default_factory=list)
    payouts: list[tuple[int, int, Need]] = field(default_factory=list)
    returns: list[tuple[int, int, Need]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cash = self.size

    def check(self) -> None:
        """Fail if a fen is missing."""
        total = self.cash + self.reserved + self.lent + self.written_off - self.covered
        if total != self.size or min(self.cash, self.reserved, self.lent, self.pool) < 0:
            raise AssertionError(f"bridge fund does not close: {total} of {self.size} fen")

    def next_day(self, day: int) -> int | None:
        """The next day on which something can happen: a return, a pay-out, a new application, a grant or a give-up."""
        days = [self.returns[0][0]] if self.returns else []
        days += [self.payouts[0][0]] if self.payouts else []
        days += [self.coming[0].applied] if self.coming else []
        if self.queue:
            head = self.queue[0]
            ready = head.applied + self.answer_days
            # Once its answer is due the head can only be waiting for money: nothing changes before the next
            # return, or before somebody in the queue gives up.
            days.append(ready if ready > day else min(need.due for need in self.queue) + 1)
        later = [d for d in days if d > day]
        return min(later) if later else None

    def interest(self, need: Need) -> int:
        """Interest in two parts, each cut to fen: the free days at one multiple, the rest at the late one."""
        days = need.days_out + int(self.last_day_counts)
        inside, late = min(days, self.free_days), max(days - self.free_days, 0)
        return self._part(need, self.multiple, inside) + self._part(need, self.late_multiple, late)

    def _part(self, need: Need, multiple: Fraction, days: int) -> int:
        top = need.request * need.benchmark.numerator * multiple.numerator * days
        return top // (need.benchmark.denominator * multiple.denominator * self.day_base)

    def collect(self, day: int) -> list[tuple[Need, str, int]]:
        """Repayments and write-offs of a day (phase 3), in firm order."""
        done = []
        while self.returns and self.returns[0][0] <= day:
            need = heapq.heappop(self.returns)[2]
            self.lent -= need.request
            if need.renewed:
                earned = self.interest(need)
                self.cash += need.request
                self.interest_of_year += earned
                done.append((need, "repaid", earned))
            else:
                cover = min(self.pool, need.request)
                self.pool -= cover
                self.cash += cover
                self.covered += cover
                self.written_off += need.request
                done.append((need, "written_off", need.request))
        return done

    def give_up(self, day: int) -> list[Need]:
        """Members whose old loan was due yesterday leave (phase 5)."""
        late = [need for need in self.queue if need.due < day]
        self.queue = [need for need in self.queue if need.due >= day]
        self.gave_up += len(late)
        return late

    def take_applications(self, day: int) -> None:
        """Applications of the day join the queue (phase 6)."""
        while self.coming and self.coming[0].applied <= day:
            self.queue.append(heapq.heappop(self.coming))
        self.queue.sort()

    def serve(self, day: int) -> list[Need]:
        """Pay out what was reserved for today, then grant from the head of the line while cash lasts (phase 7)."""
        while self.payouts and self.payouts[0][0] <= day:
            need = heapq.heappop(self.payouts)[2]
            self.reserved -= need.request
            self._lend(need)
        granted = []
        while self.queue:
            need = self.queue[0]
            if need.applied + self.answer_days > day or need.request > self.cash:
                break
            self.queue.pop(0)
            self.cash -= need.request
            granted.append(need)
            if need.due <= day:
                self._lend(need)
            else:
                self.reserved += need.request
                heapq.heappush(self.payouts, (need.due, need.firm, need))
        self.served += len(granted)
        return granted

    def _lend(self, need: Need) -> None:
        self.lent += need.request
        self.volume_of_year += need.request
        days = need.days_out if need.renewed else WRITE_OFF_DAYS
        heapq.heappush(self.returns, (need.due + days, need.firm, need))

    def close_year(self) -> tuple[int, int]:
        """Pay the manager out of the year's interest; the rest goes to the risk pool. Returns fee and rest."""
        fee = min(int(times(np.array([self.volume_of_year], np.int64), self.fee_rate)[0]), self.interest_of_year)
        rest = self.interest_of_year - fee
        self.pool += rest
        self.interest_of_year = self.volume_of_year = 0
        return fee, rest


def run_fund(world: World, fund: BridgeFund, boundaries: list[int]) -> Process:
    """Wake when something is due, and on each boundary, when new needs become known."""
    day, coming = world.start - 1, iter([*boundaries, world.end + 1])
    boundary = next(coming)
    while day <= world.end:
        wake = fund.next_day(day)
        day = boundary if wake is None else min(wake, boundary)
        if day == boundary:
            boundary = next(coming, world.end + 2)
        yield world.at(day, Phase.REPAYMENT)
        for need, event, amount in fund.collect(day):
            world.ledger.note("fund", firm=[need.firm], number=[need.number], event=[event], day=[day], amount=[amount])
        yield world.at(day, Phase.WITHDRAWAL)
        for need in fund.give_up(day):
            world.ledger.note(
                "fund", firm=[need.firm], number=[need.number], event=["gave_up"], day=[day], amount=[need.request]
            )
        yield world.at(day, Phase.APPLICATION)
        fund.take_applications(day)
        yield world.at(day, Phase.ADMISSION)
        for need in fund.serve(day):
            world.ledger.note(
                "fund", firm=[need.firm], number=[need.number], event=["granted"], day=[day], amount=[need.request]
            )
        fund.check()


def close_fund_years(world: World, fund: BridgeFund) -> Process:
    """On 31 December: the manager's fee, the risk pool, and the balances of the year."""
    before = (0, 0, 0)
    for year in world.years:
        yield world.at(day_of(year, 12, 31), Phase.RECORD)
        fee, rest = fund.close_year()
        for name, value in (
            ("fund_cash", fund.cash), ("fund_reserved", fund.reserved), ("fund_lent", fund.lent),
            ("fund_written_off", fund.written_off), ("fund_covered", fund.covered), ("fund_risk_pool", fund.pool),
            ("fund_fee", fee), ("fund_interest_to_pool", rest),
        ):  # fmt: skip
            world.ledger.indicate(year, name, value / 100)
        world.ledger.indicate(year, "fund_queue", len(fund.queue))
        world.ledger.indicate(year, "fund_granted", fund.served - before[0])
        world.ledger.indicate(year, "fund_gave_up", fund.gave_up - before[1])
        before = (fund.served, fund.gave_up, 0)
        assert year_of(world.end) >= year
