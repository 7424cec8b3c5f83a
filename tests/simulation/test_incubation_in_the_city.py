"""What holds for every tenant and every place, whoever they are, in a whole simulated city."""

from __future__ import annotations

import numpy as np
import pytest

from fundflow.base.calendar import add_months, day_of
from fundflow.simulation.world import GRADUATED, month_starts
from tests.simulation.runs import Ran, run

CROWDED = ("population.size=1500", "economy.incubator_wish=1", "economy.incubator_births=0", "economy.high_tech_wish=1")


@pytest.fixture(params=["monthly", "daily"])
def city(request: pytest.FixtureRequest) -> Ran:
    return run(*CROWDED, f"simulation.intake={request.param}")


def entered(city: Ran) -> np.ndarray:
    """Rows of the firms that entered an incubator during the simulation."""
    firms = city.world.firms
    return np.flatnonzero((firms.incubator >= 0) & (firms.incubator_from >= city.world.start))


def test_no_incubator_ever_holds_more_tenants_than_places(city: Ran):
    world, firms = city.world, city.world.firms
    full = 0
    for day in month_starts(world.start, world.end):
        inside = (firms.incubator >= 0) & (firms.incubator_from <= day) & (firms.incubator_until > day)
        count = np.bincount(firms.incubator[inside], minlength=world.incubators.n)
        assert (count <= world.incubators.places).all(), day
        full += int(((count == world.incubators.places) & (count > 0)).sum())
    assert full > 20, "no incubator is ever full: nothing binds"


def test_intake_happens_on_the_first_of_the_month_or_on_any_day(city: Ran):
    days = city.world.firms.incubator_from[entered(city)]
    first = np.isin(days, month_starts(city.world.start, city.world.end))
    assert len(days) > 50
    if city.inputs.options.intake == "monthly":
        assert first.all()
    else:
        assert first.any() and not first.all()


def test_nobody_enters_older_than_24_months_or_stays_longer_than_the_limit(city: Ran):
    firms, rows = city.world.firms, entered(city)
    assert (firms.incubator_from[rows] <= add_months(firms.founded[rows], 24)).all()
    longer = firms.special[rows] | firms.talent[rows]
    limit = add_months(firms.incubator_from[rows], np.where(longer, 60, 48))
    assert longer.any() and not longer.all()
    assert (firms.incubator_until[rows] <= limit).all()


def test_a_certificate_ends_the_stay_on_its_day(city: Ran):
    firms = city.world.firms
    ended = 0
    for year in city.world.years:
        day = day_of(year, 12, 1)
        mine = (firms.incubator >= 0) & (firms.hte_from == day) & (firms.incubator_from <= day)
        assert (firms.incubator_until[mine] <= day).all()
        rows = np.flatnonzero(mine & (firms.incubator_until == day))
        assert (firms.left_cause[rows] == GRADUATED).all()
        ended += len(rows)
    assert ended > 3


def test_a_firm_that_is_gone_or_sold_holds_no_place(city: Ran):
    firms = city.world.firms
    for name in ("incubator", "space"):
        until = firms.column(f"{name}_until")
        housed = (firms.column(name) >= 0) & (until > city.world.start)
        gone = housed & (np.minimum(firms.exit_day, firms.sold_day) <= city.world.end)
        assert gone.any(), name
        assert (until[gone] <= np.minimum(firms.exit_day, firms.sold_day)[gone]).all(), name


def test_makerspaces_keep_their_places_take_the_newly_founded_and_keep_nobody_beyond_two_years(city: Ran):
    world, firms = city.world, city.world.firms
    rows = np.flatnonzero((firms.space >= 0) & (firms.space_from >= world.start))
    assert len(rows) > 30
    assert (firms.space_from[rows] <= add_months(firms.founded[rows], 6)).all()
    assert (firms.space_until[rows] <= add_months(firms.space_from[rows], 24)).all()
    for day in month_starts(world.start, world.end):
        inside = (firms.space >= 0) & (firms.space_from <= day) & (firms.space_until > day)
        assert (np.bincount(firms.space[inside], minlength=world.makerspaces.n) <= world.makerspaces.places).all()
    moved = rows[(firms.incubator[rows] >= 0)]
    assert (firms.space_until[moved] <= firms.incubator_from[moved]).all()
    assert len(moved) > 5
