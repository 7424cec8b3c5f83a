"""Who was struck off stays out for as long as the documents say, and may then be recognised again."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from fundflow.base.calendar import NEVER, day_of
from fundflow.economy import Makerspaces
from fundflow.simulation.incidents import cancel
from fundflow.simulation.institutions import bar_struck, come_back
from tests.simulation.runs import run
from tests.simulation.worlds import START, firms_founded, world_of


def world_with_one_of_each(**numbers: float):
    chances = {"incubator_return": 1.0, "makerspace_return": 1.0, "incident_rate": 1.0, "fraud_share": 0.0}
    world = world_of(firms_founded([START]), [5], **{**chances, **numbers})
    world.makerspaces = Makerspaces(1)
    world.makerspaces.id[:] = 77
    world.makerspaces.recognised[:] = START - 1000
    world.ledger = SimpleNamespace(note=lambda *_, **__: None, indicate=lambda *_, **__: None)
    return world


def first_return(world, status: str, after: int) -> int | None:
    """The first year in whose round the only institution of a kind is recognised again."""
    for year in range(after, after + 8):
        if len(come_back(world, status, year, day_of(year, 12, 31))):
            return year
    return None


@pytest.mark.parametrize(
    ("status", "column", "returns"),
    [
        # 74号 11(4): two years without application from 31 December 2022; that of 31 December 2024 is free again.
        ("incubator", "fails_running", 2024),
        # 11(1) strikes off and bars from nothing: the next yearly round.
        ("incubator", "unfiled_running", 2023),
        # 90号 3(2)4: three years.
        ("makerspace", "fails_running", 2025),
    ],
)
def test_who_fails_twice_or_does_not_file_stays_out_as_long_as_its_document_says(status, column, returns):
    world = world_with_one_of_each()
    table, day = getattr(world, f"{status}s"), day_of(2022, 12, 31)
    getattr(table, column)[:] = 2
    table.until[:] = day
    bar_struck(world, status, np.array([0]), day)
    assert first_return(world, status, 2022) == returns
    assert table.recognised[0] == day_of(returns, 12, 31) and table.until[0] == NEVER
    assert table.fails_running[0] == 0


@pytest.mark.parametrize("status", ["incubator", "makerspace"])
def test_after_an_incident_three_years_pass_before_the_next_round_that_is_open(status):
    world = world_with_one_of_each()
    # From 1 July 2022 to 30 June 2025: the rounds of December 2022, 2023 and 2024 are closed.
    cancel(world, status, 2022, day_of(2022, 7, 1))
    assert getattr(world, f"{status}s").until[0] == day_of(2022, 7, 1)
    assert first_return(world, status, 2022) == 2025


def test_who_returns_starts_at_the_level_of_the_city_and_who_does_not_want_to_never_returns():
    world = world_with_one_of_each()
    world.incubators.level[:], world.incubators.unfiled_running[:] = 4, 2
    world.incubators.until[:] = day_of(2022, 12, 31)
    assert first_return(world, "incubator", 2023) == 2023
    assert (world.incubators.level[0], world.incubators.level_day[0]) == (1, day_of(2023, 12, 31))
    assert world.incubators.unfiled_running[0] == 0
    shy = world_with_one_of_each(incubator_return=0.0)
    shy.incubators.until[:] = day_of(2022, 12, 31)
    assert first_return(shy, "incubator", 2023) is None


def test_in_a_city_of_many_failures_some_return_and_no_construction_grant_is_paid_twice():
    ran = run(
        "economy.incubator_fail=0.5", "economy.incubator_filing=0.6", "economy.incubator_births=200",
        "economy.incubator_to_specialised=0.4", "economy.incubator_return=1", "end=2027-12-31", "budget_year=2027",
        "population.size=6000",
    )  # fmt: skip
    assert sum(ran.indicator("incubators_returned").values()) > 5
    grants = ran["claims"].filter(instrument="incubator-specialised-construction-grant")
    assert grants.filter(grants["award"] > 0)["claimant"].is_duplicated().sum() == 0
    assert (grants["award"] > 0).sum() > 5 and grants.filter(grants["award"] == 0).height > 0
