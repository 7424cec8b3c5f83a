"""One firm as a SimPy process: its years, its figures, its recognitions.

The figures of a year come from the economy's own functions on a table of one row. Everything that is decided about
the firm is decided here.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import simpy

from fundflow.base.calendar import Phase
from fundflow.economy import close_year, draw_events, draw_exit_days, start_loans
from tests.reference import eaglets, faults, incubation, lending
from tests.reference.days import date_of, number, plus_months, plus_years

if TYPE_CHECKING:
    from tests.reference.incubation import Tenancy
    from tests.reference.world import World

Steps = Generator[simpy.Event, Any, None]
MANUFACTURING = 7


@dataclass(frozen=True)
class Figures:
    """What has been reported of a firm. Money in fen."""

    staff: int = 0
    st_staff: int = 0
    sales: int = 0
    sales_before: int = 0
    rd: int = 0
    cert: int = 0
    ip: int = 0
    assets: int = 0


class Firm:
    """A firm: its row of figures, and what it holds."""

    def __init__(self, row: Any) -> None:
        self.row = row
        self.id = self.get("id")
        self.zone = self.get("zone")
        self.specialty = self.get("field")
        self.founded = self.get("founded")
        self.special = bool(self.get("special") or self.get("talent"))
        self.known = Figures(staff=self.get("staff"), st_staff=self.get("st_staff"))
        self.tenancy: Tenancy | None = None
        self.history: list[str] = []
        self.debt: list[tuple[int, int]] = []
        self.project_until = 0
        self.projects = 0
        self.venture_so_far = self.get("venture_total")

    def get(self, column: str) -> int:
        return int(getattr(self.row, column)[0])

    def set(self, column: str, value: int) -> None:
        getattr(self.row, column)[0] = value

    def figures(self) -> Figures:
        return Figures(
            staff=self.get("staff"),
            st_staff=self.get("st_staff"),
            sales=self.get("sales"),
            sales_before=self.get("sales_before"),
            rd=self.get("rd_stat"),
            cert=self.get("rd_cert"),
            ip=self.get("ip_count"),
            assets=self.get("assets"),
        )

    def owe(self, day: int, principal: int) -> None:
        """From this day the firm's bank loan has this principal."""
        self.debt.append((day, principal))

    def principal_on(self, day: int) -> int:
        principal = 0
        for since, amount in self.debt:
            if since <= day:
                principal = amount
        return principal

    def note(self, day: int, text: str) -> None:
        self.history.append(f"{date_of(day)} {text}")

    def alive(self, day: int) -> bool:
        return self.founded <= day < self.get("exit_day")

    def sold_by(self, day: int) -> bool:
        return self.get("sold_day") <= day

    def certified(self, day: int) -> bool:
        return self.get("hte_from") <= day < self.get("hte_until")

    def listed(self, day: int) -> bool:
        return day < self.get("sme_until")


def live(world: World, firm: Firm, first_year: int) -> Steps:
    """The firm's own calendar, year after year, until it is gone."""
    for year in range(first_year, world.last_year + 1):
        if date(year, 1, 1) >= date_of(world.start) and firm.founded < number(date(year, 1, 1)):
            yield world.on(year, 1, 1, Phase.FACTS)
            new_year(world, firm, year)
            if not firm.alive(world.today()):
                return
        for month, day, phase, step in YEAR:
            when = number(date(year, month, day))
            if when < firm.founded or world.is_past(when, phase):
                continue
            yield world.on(year, month, day, phase)
            if not firm.alive(when):
                return
            step(world, firm, year, when)


def new_year(world: World, firm: Firm, year: int) -> None:
    """1 January: this year's exit is drawn, last year's figures close, this year's events are drawn."""
    factors = world.factors(year)
    draw_exit_days(firm.row, year, world.economy, factors, world.draws)
    if year > world.first_year:
        close_year(firm.row, year - 1, world.economy, world.factors(year - 1), world.draws)
    draw_events(firm.row, year, world.economy, factors, world.draws)
    if len(start_loans(firm.row, year, world.economy, factors, world.draws)):
        due = firm.get("loan_due")
        principal = world.loan_principal(firm)
        firm.owe(number(plus_months(date_of(due), -12)), principal)
        world.env.process(lending.borrow(world, firm, firm.get("loan_number"), due, principal))
    first, last = number(date(year, 1, 1)), number(date(year, 12, 31))
    if first <= firm.get("exit_day") <= last:
        world.env.process(exit_(world, firm, firm.get("exit_day")))
    if first <= firm.get("venture_day") <= last:
        world.env.process(venture_round(world, firm, firm.get("venture_day"), firm.get("venture_amount")))
    if first <= firm.get("sold_day") <= last:
        world.env.process(sale(world, firm, firm.get("sold_day")))


def exit_(world: World, firm: Firm, day: int) -> Steps:
    if not world.is_past(day, Phase.EXIT):
        yield world.at(day, Phase.EXIT)
    firm.note(day, "exit")
    incubation.leave(firm, day, incubation.EXITED)


def venture_round(world: World, firm: Firm, day: int, amount: int) -> Steps:
    if not world.is_past(day, Phase.FACTS):
        yield world.at(day, Phase.FACTS)
    if firm.alive(day):
        firm.venture_so_far += amount
        if firm.venture_so_far > world.law.graduation_venture:
            incubation.leave(firm, day, incubation.GRADUATED)


def sale(world: World, firm: Firm, day: int) -> Steps:
    if not world.is_past(day, Phase.FACTS):
        yield world.at(day, Phase.FACTS)
    if firm.alive(day):
        firm.note(day, "sold")
        incubation.leave(firm, day, incubation.GRADUATED)


def report(world: World, firm: Firm, year: int, day: int) -> None:
    """31 March: last year's figures are known from today."""
    firm.known = firm.figures()
    incubation.report(world, firm, day)


def answer_key_call(world: World, firm: Firm, year: int, day: int) -> None:
    """31 March: apply for a key R&D project (article 5: R&D above the national high-tech ratio)."""
    known, economy = firm.known, world.economy
    if not firm.certified(day) or firm.project_until > day:
        return
    if known.rd < int(economy.key_least_rd) or not known.rd > needed_ratio(known.sales) * known.sales:
        return
    if faults.is_barred(world, firm.id, (faults.KEY_CALL,), day):
        return
    if world.luck.happens("key-wish", firm.id, economy.key_wish, year):
        world.key_call.append((world.luck.uniform("key-review", firm.id, year), firm.id, firm, known.rd))


def apply_as_eaglet(world: World, firm: Firm, year: int, day: int) -> None:
    """31 May: apply for the eaglet list."""
    known = firm.known
    if firm.get("eaglet_until") > 0 or known.cert <= 0:
        return
    # Chapter 3, item 6: no serious incident within the year before.
    if faults.incident(world, firm.id, year - 1):
        return
    if not eaglets.may_apply(
        date_of(firm.founded), date_of(day), known.sales, known.staff, known.st_staff, known.cert, known.ip,
        world.law.eaglet,
    ):  # fmt: skip
        return
    if world.luck.happens("eaglet-wish", firm.id, world.economy.eaglet_wish, year):
        world.eaglet_call.append((world.luck.uniform("eaglet-review", firm.id, year), firm.id, firm))


def eaglet_incident(world: World, firm: Firm, year: int, day: int) -> None:
    """1 July: a serious incident ends the status."""
    if not firm.get("eaglet_from") <= day < firm.get("eaglet_until"):
        return
    if faults.incident(world, firm.id, year):
        firm.set("eaglet_until", day)
        firm.note(day, "eaglet status revoked")


def join_sme_list(world: World, firm: Firm, year: int, day: int) -> None:
    """30 November: the list of S&T SMEs, for three years."""
    known, economy, law = firm.known, world.economy, world.law
    if firm.listed(day) or known.rd <= 0:
        return
    if known.staff > law.list_staff or known.sales > law.list_sales:
        return
    if firm.certified(day):
        chance = economy.sme_of_high_tech
    elif firm.get("sme_until") > 0:
        chance = economy.sme_renewal
    else:
        chance = economy.sme_wish * world.factors(year).takeup
    if world.luck.happens("sme-wish", firm.id, chance, year):
        firm.set("sme_from", day)
        firm.set("sme_until", number(plus_years(date_of(day), 3)))


def needed_ratio(sales: int) -> Fraction:
    """The national thresholds of R&D over sales: 5 % up to 50 million, 4 % up to 200 million, 3 % beyond."""
    if sales <= 50_000_000_00:
        return Fraction(5, 100)
    return Fraction(4, 100) if sales <= 200_000_000_00 else Fraction(3, 100)


def apply_for_certificate(world: World, firm: Firm, year: int, day: int) -> None:
    """1 December: the batch of national high-tech certificates."""
    known, economy = firm.known, world.economy
    if firm.get("hte_until") > number(date(year, 12, 31)) or day - firm.founded < 365:
        return
    if known.cert <= 0 or known.cert < needed_ratio(known.sales) * known.sales:
        return
    if 10 * known.st_staff < known.staff or known.ip < 1:
        return
    again = firm.get("hte_first") > 0
    wish = economy.high_tech_renewal if again else economy.high_tech_wish * world.factors(year).takeup
    if not world.luck.happens("high-tech-wish", firm.id, wish, year):
        return
    if not world.luck.happens("high-tech-review", firm.id, economy.high_tech_acceptance, year):
        return
    firm.set("hte_from", day)
    firm.set("hte_until", number(plus_years(date_of(day), 3)))
    world.certificates.append((firm.id, day, not again))
    firm.note(day, "certified")
    if not again:
        firm.set("hte_first", day)
        world.count_for_incubator(firm, day)
    incubation.leave(firm, day, incubation.GRADUATED)


YEAR = (
    (3, 31, Phase.FACTS, report),
    (3, 31, Phase.APPLICATION, answer_key_call),
    (5, 31, Phase.APPLICATION, apply_as_eaglet),
    (7, 1, Phase.FACTS, eaglet_incident),
    (11, 30, Phase.FACTS, join_sme_list),
    (12, 1, Phase.FACTS, apply_for_certificate),
)


def within_twelve_months(left: int, day: int) -> bool:
    """Article 12(4): recognised within a year after graduation; exactly twelve months is paid."""
    return date_of(day) <= plus_months(date_of(left), 12)
