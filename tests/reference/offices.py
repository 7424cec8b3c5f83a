"""The city's rounds: key projects, eaglets, the tax list, incubators at the year's end."""

from __future__ import annotations

import math
from collections.abc import Generator
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import simpy

from fundflow.base.calendar import Phase
from fundflow.economy import Incubators, Strikes, attribute_value, incubator_year, recognise_again
from tests.reference import eaglets, faults, incubation, projects, rnd, towns
from tests.reference.claims import Claim
from tests.reference.days import date_of, number, plus_months, plus_years
from tests.reference.firm import MANUFACTURING, Firm
from tests.reference.projects import Project

if TYPE_CHECKING:
    from tests.reference.world import World

Steps = Generator[simpy.Event, Any, None]


def award_in(
    world: World, claimant: int, zone: int, rule: str, event: int, amount: int, reason: str, since: int | None = None
) -> Claim:
    """Write down one claim, split between city and district of the award day; a right may run since a day."""
    paid_on = world.law.award_day(rule, event)
    home = towns.district(zone, date_of(paid_on))
    status = world.law.status(rule, event, since)
    if faults.is_barred(
        world, claimant, (faults.EVERYTHING, rule.split("-")[0]), world.law.application_day(rule, event)
    ):
        amount, reason = 0, "CONDITION"
    if status == "lapsed":
        amount, reason = 0, "EXPIRED"
    city, rest = towns.bearers(amount, home)
    claim = Claim(claimant, rule, event, paid_on, home, reason, amount, amount, city, rest, status)
    world.write(claim)
    return claim


# --- eaglets ---
def eaglet_office(world: World) -> Steps:
    """The best of the year's applicants by review, as many as the plan has places, are recognised in November."""
    for year in world.years():
        yield world.on(year, 5, 31, Phase.ADMISSION)
        call, world.eaglet_call = sorted(world.eaglet_call, key=lambda c: c[:2]), []
        chosen = [c[2] for c in call[: int(world.economy.eaglet_places)]]
        yield world.on(year, 11, 20, Phase.FACTS)
        day = world.today()
        admitted = [firm for firm in chosen if firm.alive(day)]
        for firm in admitted:
            firm.set("eaglet_from", day)
            firm.set("eaglet_until", number(plus_years(date_of(day), 3)))
            world.eaglets.append((firm.id, day))
        yield world.on(year, 11, 20, Phase.AWARD)
        for firm in sorted(admitted, key=lambda f: f.id):
            award_in(world, firm.id, firm.zone, "eaglet-recognition-grant", day, world.law.eaglet.grant, "NONE")


def eaglet_interest_office(world: World) -> Steps:
    """On 31 March: the interest subsidy for the loans of last year's eaglet days."""
    for year in world.years():
        yield world.on(year, 3, 31, Phase.AWARD)
        today = world.today()
        for key in sorted(world.firms):
            firm = world.firms[key]
            if firm.alive(today):
                claim_interest(world, firm, year - 1)


def claim_interest(world: World, firm: Firm, year: int) -> None:
    first, after = number(date(year, 1, 1)), number(date(year + 1, 1, 1))
    start = max(firm.get("eaglet_from"), first)
    until = min(firm.get("eaglet_until"), after)
    if start >= until:
        return
    days = until - start
    average = sum(firm.principal_on(day) for day in range(start, until)) // days
    if average <= 0:
        return
    january = number(date(year, 1, 31))
    lpr = world.lpr(january)
    cost = average * world.loan_cost(january) * days / 365
    paid = cost.numerator // cost.denominator
    event = number(date(year, 12, 31))
    rule = "eaglet-loan-interest-subsidy"
    if not world.luck.happens("eaglet-filing", firm.id, world.economy.eaglet_filing, year):
        award_in(world, firm.id, firm.zone, rule, event, 0, "CONDITION", since=firm.get("eaglet_from"))
        return
    amount, reason = eaglets.interest_subsidy(average, paid, lpr, days, world.law.eaglet)
    award_in(world, firm.id, firm.zone, rule, event, amount, reason, since=firm.get("eaglet_from"))


# --- R&D ---
RULE = {
    rnd.ABOVE: "rnd-increase-subsidy-above-scale-sme",
    rnd.BELOW: "rnd-increase-subsidy-below-scale-sme",
    rnd.MANUFACTURING: "rnd-increase-subsidy-manufacturing-high-tech",
}


def tax_office(world: World) -> Steps:
    """On 31 May the list of those who claimed the deduction for last year; the round on its award day."""
    for year in world.years():
        yield world.on(year, 5, 31, Phase.AWARD)
        today = world.today()
        activity = year - 1
        close = number(date(activity, 12, 31))
        entrants = []
        paid_on = date_of(world.law.award_day(RULE[rnd.ABOVE], close))
        for key in sorted(world.firms):
            firm = world.firms[key]
            if not firm.alive(today) or firm.get("rd_tax") <= 0:
                continue
            if world.luck.happens("tax-claim", firm.id, world.economy.tax_claim, activity):
                entrants.append(entrant(world, firm, activity, close, towns.district(firm.zone, paid_on)))
        yield world.at(min(number(paid_on), world.end), Phase.AWARD)
        if world.law.status(RULE[rnd.ABOVE], close, None) == "lapsed":
            write_lapsed(world, entrants, close, number(paid_on))
            continue
        rnd.settle(entrants, world.law.rnd, world.purse.left(number(paid_on), round_=True))
        world.purse.pay(number(paid_on), sum(one.city for one in entrants), round_=True)
        for one in entrants:
            write_round(world, one, close, number(paid_on))


def entrant(world: World, firm: Firm, activity: int, close: int, home: str) -> rnd.Entrant:
    luck, economy = world.luck, world.economy
    above = bool(firm.get("above_scale"))
    reported = not above or luck.happens("rnd-reported", firm.id, economy.statistics_reported, activity)
    return rnd.Entrant(
        firm=firm.id,
        district=home,
        listed_sme=firm.listed(close),
        high_tech=firm.certified(close),
        manufacturing=firm.specialty == MANUFACTURING,
        above_scale=above,
        sales=firm.get("sales"),
        assets=firm.get("assets"),
        staff=firm.get("staff"),
        rd=firm.get("rd_tax"),
        rd_before=firm.get("rd_tax_before"),
        government=firm.get("gov_rd"),
        government_before=firm.get("gov_rd_before"),
        verified_before=firm.get("rd_tax_before") > 0,
        in_statistics=reported,
        clean=not faults.incident(world, firm.id, activity)
        and not faults.is_barred(world, firm.id, (faults.EVERYTHING,), world.today()),
    )


def heard_under(one: rnd.Entrant) -> list[str]:
    """A firm is heard under each paragraph whose group it belongs to; at most one can pay it."""
    heard = []
    if one.listed_sme or one.high_tech:
        heard.append(rnd.ABOVE if one.above_scale else rnd.BELOW)
    if one.high_tech and one.manufacturing:
        heard.append(rnd.MANUFACTURING)
    return heard


def write_lapsed(world: World, entrants: list[rnd.Entrant], close: int, paid_on: int) -> None:
    """The measure has ended: nobody gets anything for such a year."""
    for one in entrants:
        for kind in heard_under(one):
            world.write(
                Claim(one.firm, RULE[kind], close, paid_on, one.district, "EXPIRED", 0, 0, 0, 0, status="lapsed")
            )


def write_round(world: World, one: rnd.Entrant, close: int, paid_on: int) -> None:
    for kind in heard_under(one):
        own = kind == rnd.class_of(one, world.law.rnd)
        award, city = (one.award, one.city) if own else (0, 0)
        world.write(
            Claim(
                claimant=one.firm,
                instrument=RULE[kind],
                event_day=close,
                award_day=paid_on,
                district=one.district,
                reason=one.reason if own else "CONDITION",
                entitlement=one.entitlement if own else 0,
                award=award,
                city=city,
                district_fen=award - city,
                status=world.law.status(RULE[kind], close, None),
            )
        )


# --- key projects ---
def key_office(world: World) -> Steps:
    """The best of the March call by review sign in September, if they are still there."""
    for year in world.years():
        yield world.on(year, 3, 31, Phase.ADMISSION)
        call, world.key_call = sorted(world.key_call, key=lambda c: c[:2]), []
        chosen = call[: int(world.economy.key_places)]
        yield world.on(year, 9, 30, Phase.FACTS)
        for _, _, firm, spent in sorted(chosen, key=lambda c: c[1]):
            if firm.alive(world.today()):
                sign(world, firm, spent)


def sign(world: World, firm: Firm, rd: int) -> None:
    """Length, spending and fate of a project follow from the firm and the number of its project."""
    luck, economy, k = world.luck, world.economy, firm.projects
    signed = date_of(world.today())
    months = 24 + luck.below("key-length", firm.id, 25, occasion=k)
    end = plus_months(signed, months)
    u = luck.uniform("key-share", firm.id, occasion=k)
    share = economy.key_share_low + (economy.key_share_high - economy.key_share_low) * u
    # No float touches money: the share is taken in whole thousandths.
    exact = Fraction(rd) * math.floor(share * 1000) / 1000 * months / 12 / 100
    spending = exact.numerator // exact.denominator * 100
    accepted, applied = fate_of(world, firm, k, end)
    firm.projects += 1
    start_project(world, firm, Project(firm.id, k, signed, end, accepted, applied, spending))


def fate_of(world: World, firm: Firm, k: int, end: date) -> tuple[date | None, bool]:
    """When a project is accepted, if ever, and whether acceptance was applied for in time."""
    luck, economy = world.luck, world.economy
    fate = luck.uniform("key-outcome", firm.id, occasion=k)
    if fate < economy.key_on_time:
        return date_of(number(end) + 1 + luck.below("key-accept", firm.id, 170, occasion=k)), True
    if fate < economy.key_on_time + economy.key_late:
        late = number(plus_months(end, 6)) + 1 + luck.below("key-accept", firm.id, 180, occasion=k)
        applied = luck.happens("key-applied", firm.id, economy.key_applied_in_time, occasion=k)
        return date_of(late), applied
    return None, False


def start_project(world: World, firm: Firm, project: Project) -> None:
    world.projects.append(project)
    firm.project_until = number(projects.runs_until(project))
    if project.accepted is not None and world.start <= number(project.accepted) <= world.end:
        world.env.process(acceptance(world, firm, project))


def acceptance(world: World, firm: Firm, project: Project) -> Steps:
    """On the day of acceptance the subsidy falls due, if the firm is there to get it."""
    assert project.accepted is not None
    yield world.on_date(project.accepted, Phase.AWARD)
    if firm.alive(world.today()):
        world.accepted.append((firm, project))


def acceptance_office(world: World) -> Steps:
    """At each quarter's end its accepted projects, by day and firm, while the fund of the award's year lasts."""
    for year in world.years():
        for month in (3, 6, 9, 12):
            yield world.late_in(number(plus_months(date(year, month, 1), 1)) - 1, Phase.AWARD)
            accepted, world.accepted = world.accepted, []
            accepted.sort(key=lambda one: (one[1].accepted, one[0].id))
            claims = [pay_project(world, firm, project) for firm, project in accepted]
            for paid_in in sorted({date_of(claim.award_day).year for claim in claims}):
                serve(world, [claim for claim in claims if date_of(claim.award_day).year == paid_in])


def pay_project(world: World, firm: Firm, project: Project) -> Claim:
    assert project.accepted is not None
    amount, reason = projects.payment(project, world.law.project)
    rule, day = "key-rd-enterprise-post-subsidy", number(project.accepted)
    return award_in(world, firm.id, firm.zone, rule, day, amount, reason, since=number(project.signed))


def serve(world: World, claims: list[Claim]) -> None:
    """First come, first served; what the fund cannot pay any more is put off."""
    first = min(claim.award_day for claim in claims)
    for claim, fits in zip(claims, world.purse.serve(first, [claim.city for claim in claims]), strict=True):
        if not fits:
            claim.award = claim.city = claim.district_fen = 0
            claim.reason = "ENVELOPE_DEFERRED"


# --- incubators ---
STANDARD, SPECIALISED, PROVINCIAL, NATIONAL = 1, 2, 3, 4
# 杭科高〔2020〕74号 11(1) and 11(4): two years without filing, two failed evaluations running.
STRIKES = Strikes(failures=2, unfiled=2)


def incident_office(world: World) -> Steps:
    """On 1 July an incubator with an incident loses its recognition: article 11(5)."""
    for year in world.years():
        yield world.late_in(number(date(year, 7, 1)), Phase.FACTS)
        day = world.today()
        for host in world.incubators:
            if host.is_open(day) and faults.incident(world, host.id, year):
                host.table.until[0] = day
                incubation.close(host, day)
                # Article 11(5): three years without application.
                bar_incubator(world, host, day, 3)


def may_be_recognised(world: World, host: incubation.Incubator, described: Any) -> bool:
    """Article 6 of 杭科高〔2020〕74号, by what the applicant is like."""
    has: dict[str, Any] = {}
    for name, attribute in described.attributes.items():
        has[name] = attribute_value(attribute, world.draws.uniform(f"applicant:{name}", host.table.id), has)
    one = {name: int(value[0]) for name, value in has.items()}
    return (
        one["operating_years"] >= 1
        and not one["operator_also_applies_for_makerspace"]
        and int(host.table.area[0]) >= 3000
        and one["incubation_area_share"] >= 750_000
        and one["professional_staff"] >= 3
        and one["mentors"] >= 2
        and one["tenants"] >= 15
        and (one["share_tenants_applied_patent"] >= 200_000 or one["share_tenants_valid_ip"] >= 100_000)
        and one["seed_money"] >= 3_000_000 * 100
        and one["invested_tenants"] >= 1
        and one["no_serious_incident_years"] >= 1
    )


def bar_incubator(world: World, host: incubation.Incubator, day: int, years: int) -> None:
    until = number(plus_years(date_of(day), years))
    world.bans.setdefault(host.id, []).append((faults.RECOGNITION, day, until))


def comes_back(world: World, host: incubation.Incubator, year: int, day: int) -> bool:
    """Struck off in an earlier year, free to apply, and willing: recognised anew at the level of the city."""
    if host.until >= number(date(year, 1, 1)) or faults.is_barred(world, host.id, (faults.RECOGNITION,), day):
        return False
    if not world.luck.happens("incubator-return", host.id, world.economy.incubator_return, year):
        return False
    recognise_again(host.table, [0], day)
    host.recognised, host.until = int(host.table.recognised[0]), int(host.table.until[0])
    return True


def incubator_office(world: World) -> Steps:
    """On 31 December incubators are judged, struck off and promoted, new ones open; then their claims."""
    for year in world.years():
        yield world.on(year, 12, 31, Phase.FACTS)
        day = world.today()
        passed: dict[int, bool] = {}
        risen: list[tuple[incubation.Incubator, int]] = []
        for host in sorted(world.incubators, key=lambda h: h.id):
            judged = incubator_year(host.table, year, world.economy, world.draws, STRIKES)
            if len(judged.evaluated):
                passed[host.id] = bool(judged.grade[0]) and bool(judged.filed[0])
            if len(judged.promoted):
                risen.append((host, int(judged.level_before[0])))
                host.specialty = int(host.table.field[0])
            if len(judged.struck):
                incubation.close(host, day)
                if host.table.fails_running[0] >= STRIKES.failures:
                    # Article 11(4): two years without application.
                    bar_incubator(world, host, day, 2)
            elif comes_back(world, host, year, day):
                risen.append((host, 0))
        described = world.economy.applicants["incubator-standard-recognition"]
        new = incubator_year(Incubators(0), year, world.economy, world.draws, STRIKES, described).new
        for i in range(new.n):
            host = incubation.from_table(new.take([i]))
            if not may_be_recognised(world, host, described):
                continue
            world.add_incubator(host)
            risen.append((host, 0))
        yield world.on(year, 12, 31, Phase.AWARD)
        for host, before in sorted(risen, key=lambda r: r[0].id):
            claim_level(world, host, before, day)
        for host in sorted(world.incubators, key=lambda h: h.id):
            claim_hatched(world, host, passed, day)
        world.hatched = {}


def claim_level(world: World, host: incubation.Incubator, before: int, day: int) -> None:
    """Article 12(2) and (3): the construction grant and the two awards, these at most a million together."""
    level = int(host.table.level[0])
    law = world.law
    if level == SPECIALISED:
        # Once only, to an incubator that returns too.
        first = ("construction", host.id) not in world.paid
        world.paid["construction", host.id] = law.construction
        rule, amount = "incubator-specialised-construction-grant", law.construction if first else 0
        award_in(world, host.id, host.zone, rule, day, amount, "NONE" if first else "USED")
    elif level in (PROVINCIAL, NATIONAL):
        rule = "incubator-provincial-award" if level == PROVINCIAL else "incubator-national-award"
        full = law.provincial if level == PROVINCIAL else law.national
        if level == NATIONAL and before != PROVINCIAL:
            # Only the step from provincial to national is written (reading 15).
            award_in(world, host.id, host.zone, rule, day, 0, "CONDITION")
            return
        had = world.paid.get(("awards", host.id), 0)
        amount = min(full, law.awards_total - had)
        world.paid["awards", host.id] = had + amount
        award_in(world, host.id, host.zone, rule, day, amount, "NONE" if amount == full else "TOTAL_CAP")


def claim_hatched(world: World, host: incubation.Incubator, passed: dict[int, bool], day: int) -> None:
    """Article 12(4): so much for each firm first certified in the incubator or within a year of graduating."""
    count = sum(world.hatched.get(host.id, (0, 0)))
    if not count or host.id not in passed:
        return
    amount = count * world.law.per_certified if passed[host.id] else 0
    rule = "incubator-high-tech-cultivation"
    award_in(world, host.id, host.zone, rule, day, amount, "NONE" if amount else "CONDITION")


ALL = (
    eaglet_office,
    eaglet_interest_office,
    tax_office,
    key_office,
    acceptance_office,
    incubator_office,
    incident_office,
)
