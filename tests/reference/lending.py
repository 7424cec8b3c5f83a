"""A firm's bank loans, one after the other, and its requests to the bridge fund (杭科计〔2018〕192号)."""

from __future__ import annotations

import math
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from fundflow.base.calendar import Phase
from tests.reference.days import date_of, number, plus_months
from tests.reference.fund import Member

if TYPE_CHECKING:
    from tests.reference.firm import Firm
    from tests.reference.world import World

Steps = Generator[simpy.Event, Any, None]


def borrow(world: World, firm: Firm, loan: int, due: int, principal: int) -> Steps:
    """From loan to loan until the bank does not renew, or the firm exits or is sold."""
    while True:
        ask = due - world.law.bridge_notice_days
        if ask >= world.start and ask <= world.end:
            yield world.at(ask, Phase.APPLICATION)
            consider_bridge(world, firm, loan, due, principal)
        if due > world.end:
            return
        yield world.late_in(due, Phase.FACTS)
        if not firm.alive(due) or firm.sold_by(due):
            firm.owe(due, 0)
            firm.set("has_loan", 0)
            return
        if not bank_renews(world, firm, loan):
            firm.owe(due, 0)
            firm.set("has_loan", 0)
            return
        loan += 1
        due = number(plus_months(date_of(due), 12))
        principal = world.loan_principal(firm)
        firm.set("loan_number", loan)
        firm.set("loan_due", due)
        firm.owe(world.today(), principal)


def bank_renews(world: World, firm: Firm, loan: int) -> bool:
    return world.luck.happens("loan-renewal", firm.id, world.renewal(firm), occasion=loan)


def consider_bridge(world: World, firm: Firm, loan: int, due: int, principal: int) -> None:
    today = world.today()
    # Exit and sale of the year are set on 1 January; a loan that will stop before its due day needs no bridge.
    if not firm.alive(today) or not firm.alive(due) or firm.sold_by(due) or not may_bridge(world, firm, today):
        return
    if not world.luck.happens("bridge-wish", firm.id, world.economy.bridge_wish, occasion=loan):
        return
    # Article 9(2): where the bank says that it will not renew, the case is stopped; a few say yes and do not.
    renews = bank_renews(world, firm, loan)
    if not renews and world.luck.happens("loan-renewal", firm.id, 1 - world.economy.bridge_default, occasion=loan):
        return
    wait = world.luck.exponential("bridge-days", firm.id, occasion=loan)
    days = min(1 + math.floor(world.economy.bridge_days_mean * wait), 60)
    member = Member(firm.id, loan, today, due, world.fund.request(principal), days, renews)
    world.fund.apply(member)


def may_bridge(world: World, firm: Firm, day: int) -> bool:
    """Article 3: an S&T SME, or a high-tech firm under the size limits (未达到 is strict); since 2020 every eaglet."""
    if firm.get("eaglet_from") <= day < firm.get("eaglet_until"):
        return True
    law, known = world.law, firm.known
    small = known.staff < law.bridge_staff and known.sales < law.bridge_sales and known.assets < law.bridge_assets
    return (firm.listed(day) or firm.certified(day)) and small


def keep_fund(world: World) -> Steps:
    """The fund's day: repayments and losses, those who give up, pay-outs and grants, and the books."""
    fund, granted = world.fund, []
    for day in range(world.start, world.end + 1):
        yield world.at(day, Phase.REPAYMENT)
        lent = sorted((m for m in granted if m.state == "lent"), key=lambda m: (m.firm, m.loan))
        for member in lent:
            if member.renewed and day == member.due + member.days_out:
                fund.repay(member, day, world.lpr(member.due))
            elif not member.renewed and day == member.due + 30:
                fund.write_off(member, day)
        yield world.at(day, Phase.WITHDRAWAL)
        fund.give_up(day)
        yield world.at(day, Phase.ADMISSION)
        for member in granted:
            if member.state == "granted" and member.due == day:
                fund.pay_out(member)
        for member in fund.grant(day):
            granted.append(member)
            if member.due == day:
                fund.pay_out(member)
        yield world.at(day, Phase.RECORD)
        fund.check()
        if date_of(day).month == 12 and date_of(day).day == 31:
            fund.close_year()
        granted = [m for m in granted if m.state in ("granted", "lent")]
