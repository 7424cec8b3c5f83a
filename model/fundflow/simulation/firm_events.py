"""Events of firms that the scenario describes: listings, recognitions, projects; each firm claims with its own figures.

Who may have an event, how many have it and on which days stands in ``[economy.firm_events]``; here it is only carried
out, so that a new event of firms needs no programming.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from fundflow.base.calendar import NEVER, Phase, add_months, day_of, year_of
from fundflow.economy import FirmEvent, attribute_value, lpr_one_year
from fundflow.simulation.columns import Columns
from fundflow.simulation.loans import LoanBook
from fundflow.simulation.world import Bools, Ints, Process, World, quarter_end, quarters_of

FEN, MONTHS = 100, 12
KNOWN = {"sales": "known_sales", "rd": "known_rd", "staff": "known_staff", "assets": "known_assets"}


class Standings:
    """Since when and until when each firm holds what an event gave it; 0: never had it."""

    def __init__(self, world: World) -> None:
        names = list(world.economy.firm_events)
        self._columns = Columns({f"{part}:{name}": 0 for name in names for part in ("since", "until")} | {"": 0}, 0)
        self._world = world

    def _column(self, name: str) -> Ints:
        self._columns.grow(self._world.firms.n)
        return self._columns[name]

    def give(self, name: str, rows: Ints, days: Ints, months: int | None) -> None:
        """Note a new standing from its days on."""
        self._column(f"since:{name}")[rows] = days
        self._column(f"until:{name}")[rows] = NEVER if months is None else add_months(days, months)

    def since(self, name: str) -> Ints:
        """First day of the last standing, by firm."""
        return self._column(f"since:{name}")

    def until(self, name: str) -> Ints:
        """Day on which the last standing ends or ended, by firm."""
        return self._column(f"until:{name}")

    def had(self, name: str) -> Bools:
        """Firms that ever had the event."""
        return np.asarray(self.since(name) > 0)

    def held(self, name: str, day: int) -> Bools:
        """Firms that hold the standing on a day."""
        return np.asarray((self.since(name) > 0) & (self.since(name) <= day) & (self.until(name) > day))


def run_before(world: World, standings: Standings) -> None:
    """Give the standings that run on the first day, as if the events had come as often in the years before it.

    Whoever may have an event by the figures of the first day had it then, each year by the lot of that year. What a
    firm holds for good is left out: no number says since when.
    """
    for name, event in world.economy.firm_events.items():
        if event.standing_months is None or event.occurs != "drawn":
            continue
        opening = year_of(world.start)
        for year in range(opening - -(-event.standing_months // MONTHS), opening):
            if event.since <= year <= event.until:
                rows = chosen(world, standings, name, event, year, world.start)
                days = event_days(world, name, event, rows, year)
                runs = add_months(days, event.standing_months) > world.start
                old = runs & (world.firms.founded[rows] <= days) & (days < world.start)
                standings.give(name, rows[old], days[old], event.standing_months)


def firm_events(world: World, standings: Standings) -> Process:
    """Each year every described event has its firms: those with the figures last reported when its season begins."""
    for year in world.years:
        yield world.at(day_of(year), Phase.FACTS)
        for name, event in world.economy.firm_events.items():
            asked = event.occurs != "drawn" or event.chance or event.places
            if asked and event.since <= year <= event.until and world.catalogue.triggered_by(event.trigger):
                world.env.process(event_year(world, standings, name, event, year))


def event_year(world: World, standings: Standings, name: str, event: FirmEvent, year: int) -> Process:
    """Choose the firms on the first day of the season; claim at the end of each quarter, in order of day and id."""
    firms = world.firms
    first = day_of(year, *event.first_day)
    yield world.at(first, Phase.APPLICATION)
    rows = chosen(world, standings, name, event, year, first)
    days = event_days(world, name, event, rows, year)
    there = firms.exit_day[rows] > days
    rows, days = rows[there], days[there]
    facts = event_facts(world, f"firm-event:{name}", event.attributes, rows, year)
    facts["first_time"] = ~standings.had(name)[rows]
    standings.give(name, rows, days, event.standing_months)
    quarters = quarters_of(days)
    for quarter in np.unique(quarters):
        yield world.at(quarter_end(int(quarter)), Phase.AWARD)
        part = np.flatnonzero(quarters == quarter)
        own = {key: column[part] for key, column in facts.items()}
        world.claim(event.trigger, firms.id[rows[part]], firms.zone[rows[part]], days[part], own, together=True)


def chosen(world: World, standings: Standings, name: str, event: FirmEvent, year: int, day: int) -> Ints:
    """Row numbers of the firms that have an event in a year, in row order."""
    firms, draws = world.firms, world.draws
    rows = np.flatnonzero(may(world, standings, name, event, day))
    if event.occurs != "drawn":
        rows = rows[(firms.sold_day[rows] >= day_of(year)) & (firms.sold_day[rows] < day_of(year + 1))]
        # The draw that set the day also says which of the two it was: acquisitions lie below their hazard.
        listed = draws.uniform("sale", firms.id[rows], period=year) >= world.economy.sold_hazard
        return rows[listed if event.occurs == "listed" else ~listed]
    lot = draws.uniform(f"firm-event:{name}", firms.id[rows], period=year)
    if event.chance is not None:
        return rows[lot < event.chance]
    # A part of a place is a place in that share of years, so that small populations stay unbiased.
    places = int((event.places or 0) + float(draws.uniform(f"firm-event-places:{name}", 0, period=year)[0]))
    rank = lot if event.rank_by == "lot" else -world.notes[KNOWN[event.rank_by]][rows]
    return np.sort(rows[np.lexsort((firms.id[rows], rank))[:places]])


def event_days(world: World, name: str, event: FirmEvent, rows: Ints, year: int) -> Ints:
    """A day in the season for each firm, or the day of its own listing or acquisition."""
    firms = world.firms
    if event.occurs != "drawn":
        return firms.sold_day[rows].copy()
    first, last = day_of(year, *event.first_day), day_of(year, *event.last_day)
    return first + world.draws.integer(f"firm-event-day:{name}", firms.id[rows], last - first + 1, period=year)


def may(world: World, standings: Standings, name: str, event: FirmEvent, day: int) -> Bools:
    """Firms that may have an event on a day, by what is known of them then."""
    firms, notes = world.firms, world.notes
    able = (
        world.alive(day)
        & (notes["known_sales"] >= event.least_sales * FEN)
        & (notes["known_sales"] <= event.most_sales * FEN)
        & (notes["known_rd"] >= event.least_rd * FEN)
        & (notes["known_staff"] >= event.least_staff)
        & (notes["known_staff"] <= event.most_staff)
    )
    if event.least_age:
        able &= add_months(firms.founded, 12 * event.least_age) <= day
    if event.fields:
        able &= np.isin(firms.field, event.fields)
    if event.certified:
        able &= world.certified(day)
    if event.industrial:
        able &= firms.industrial.astype(bool)
    if event.needs is not None:
        able &= standings.held(event.needs, day)
    if event.again == "never":
        able &= ~standings.had(name)
    elif event.again == "ended":
        able &= standings.until(name) <= day
    return np.asarray(able)


def event_facts(
    world: World, decision: str, attributes: dict[str, Any], rows: Ints, year: int
) -> dict[str, np.typing.NDArray[Any]]:
    """The facts of the claims: figures of the firm as last reported, and what is drawn for it."""
    found: dict[str, np.typing.NDArray[Any]] = {}
    ids = world.firms.id[rows]
    for key, attribute in attributes.items():
        if attribute.kind == "figure":
            found[key] = world.notes[KNOWN[attribute.of]][rows].copy()
        else:
            found[key] = attribute_value(attribute, world.draws.uniform(f"{decision}:{key}", ids, period=year), found)
    return found


def loans_of_standings(world: World, standings: Standings, book: LoanBook) -> Process:
    """On 31 March: those who held a standing last year claim for the bank loans that they had meanwhile."""
    firms = world.firms
    described = {name: one for name, one in world.economy.firm_events.items() if one.loan_trigger is not None}
    for year in world.years if described else ():
        yield world.at(day_of(year, 3, 31), Phase.AWARD)
        first, end = day_of(year - 1), day_of(year)
        lpr = lpr_one_year(day_of(year - 1, 1, 31), world.economy)
        for name, event in described.items():
            since, until = standings.since(name), standings.until(name)
            rows = np.flatnonzero((since > 0) & (since < end) & (until > first) & world.alive(day_of(year, 3, 31)))
            start, stop = np.maximum(since[rows], first), np.minimum(until[rows], end)
            average = book.average(rows, year - 1, start, stop)
            rows, days, average = (column[average > 0] for column in (rows, stop - start, average))
            cost = Fraction(lpr + world.economy.loan_margin, 1_000_000 * 365)
            facts = {
                "average_principal": average,
                "interest_paid": np.array(
                    [int(a) * int(d) * cost.numerator // cost.denominator for a, d in zip(average, days, strict=True)],
                    np.int64,
                ),
                "january_lpr": np.full(len(rows), lpr, np.int64),
                "standing_days": days,
                **event_facts(world, f"firm-event-loan:{name}", event.loan_attributes, rows, year - 1),
            }
            last = day_of(year - 1, 12, 31)
            world.claim(str(event.loan_trigger), firms.id[rows], firms.zone[rows], last, facts, together=True)
