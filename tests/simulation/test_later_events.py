"""Claimants of a stream who come back: how often, when, how many, and that every instrument with a number is paid."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from fundflow.base.calendar import add_months
from fundflow.base.draws import Draws
from fundflow.economy import stream_arrivals
from fundflow.economy.stream_parameters import Stream
from fundflow.simulation.streams import later_events, years_after
from tests.simulation.runs import run

PEOPLE = ("talent16-", "uni17-", "stu20-", "sc19-")
# Paid only where the transfer fund's measure pays less, or under the other reading.
NEVER = {"uni17-university-tech-output-subsidy", "uni17-incubator-recognition"}


def _world(later: list[dict[str, Any]], yearly: float = 4000) -> Any:
    stream = Stream.model_validate(
        {"trigger": "come", "yearly": yearly, "zones": "even", "evidence": "C", "source": "test", "later": later}
    )
    economy = SimpleNamespace(streams={"group": stream}, zone_weights=np.ones(15))
    return SimpleNamespace(economy=economy, draws=Draws(3, 0))


def test_an_event_comes_back_a_year_apart_and_says_how_often_it_came_before() -> None:
    world = _world([{"trigger": "again", "months": 6, "times": 3, "number": "before"}], yearly=40)
    come = stream_arrivals("group", 2024, world.economy, world.draws)
    found = later_events(world, "group", come)
    assert [trigger for trigger, *_ in found] == ["again"] * 3
    for time, (_, rows, days, facts) in enumerate(found):
        np.testing.assert_array_equal(rows, np.arange(len(come.ids)))
        np.testing.assert_array_equal(days, add_months(come.day, 6 + 12 * time))
        assert set(facts["before"].tolist()) == {time}


def test_who_has_left_does_not_come_back_and_each_time_the_stated_part_stays() -> None:
    world = _world([{"trigger": "again", "times": 3, "chance": 0.8}])
    come = stream_arrivals("group", 2024, world.economy, world.draws)
    rows = [set(found[1].tolist()) for found in later_events(world, "group", come)]
    assert rows[2] < rows[1] < rows[0]
    n = len(come.ids)
    for time, left in enumerate(rows):
        expected = 0.8 ** (time + 1)
        assert len(left) / n == pytest.approx(expected, abs=4.5 * np.sqrt(expected * (1 - expected) / n))


@pytest.mark.parametrize(
    ("months", "times", "years"), [(0, 1, 0), (0, 6, 5), (36, 1, 3), (11, 1, 1), (12, 1, 1), (13, 2, 3)]
)
def test_the_years_over_which_claimants_come_back(months: int, times: int, years: int) -> None:
    world = _world([{"trigger": "again", "months": months, "times": times}])
    # An arrival of December with 11 months comes in the next year.
    assert years_after(world.economy.streams["group"]) == years


def test_every_instrument_for_people_whose_stream_has_a_number_is_paid() -> None:
    # One appropriation and two top teams a year are none in a third of a city.
    more = [f"economy.streams.{name}.yearly={n}" for name, n in (("top-team", 4), ("hr-services", 3))]
    ran = run("population.size=20000", "end=2025-12-31", "budget_year=2025", *more)
    streams = ran.inputs.economy.streams
    raised = {event for stream in streams.values() if stream.yearly > 0 for event in stream.triggers}
    known = ran.inputs.catalogue.instruments.values()
    mine = {one.id for one in known if one.id.startswith(PEOPLE) and one.trigger in raised and not one.superseded_by}
    claims = ran["claims"]
    paid = set(claims.filter(claims["award"] > 0)["instrument"].cast(str).unique())
    assert len(mine) >= 20
    assert mine - paid - NEVER == set()
