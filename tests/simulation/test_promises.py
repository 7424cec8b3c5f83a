"""What the law promises for the whole city in a year is noted as kept or not, at the number of a city of full size."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from fundflow.base.calendar import Phase, clock, day_of
from fundflow.economy.stream_parameters import Stream
from fundflow.simulation.promises import projects_signed, promises
from tests.simulation.worlds import START, firms_founded, world_of


def stream(trigger: str, yearly: int) -> Stream:
    return Stream(trigger=trigger, yearly=yearly, fixed_number=True, zones="cities", evidence="C", source="a test")


def world_with(institutions: int, scale: float) -> Any:
    streams = {"mine": stream("key-project-signed", institutions), "other": stream("upper-project-paid", 500)}
    world = world_of(firms_founded([START - 400] * 3), [], streams=streams, scale=scale)
    world.end = day_of(2022, 12, 31)
    return world


@pytest.mark.parametrize(
    ("institutions", "firms", "scale", "number"),
    [(30, 70, 1.0, 100), (30, 69, 1.0, 99), (3, 7, 0.1, 100), (0, 0, 0.1, 0)],
)
def test_projects_of_firms_and_of_streams_count_for_a_city_of_full_size(
    institutions: int, firms: int, scale: float, number: int
) -> None:
    assert projects_signed(world_with(institutions, scale), 2021, firms) == number


@pytest.mark.parametrize(("of_firms", "kept"), [(70, 1), (69, 0)])
def test_a_hundred_key_projects_of_a_year_keep_the_promise_and_ninety_nine_do_not(of_firms: int, kept: int) -> None:
    world = world_with(30, 1.0)
    noted: list[tuple[int, str, int]] = []
    world.ledger = SimpleNamespace(indicate=lambda *told: noted.append(told))
    held = [one for one in world.catalogue.conditions.values() if set(one.facts) == {"key_projects_of_year"}]
    assert len(held) == 1

    def sign(world: Any) -> Any:
        yield world.at(day_of(2022, 6, 30), Phase.FACTS)
        world.firms.key_number[0] += of_firms

    world.env.process(sign(world))
    world.env.process(promises(world))
    world.env.run(until=clock(world.end + 1, Phase.EXPIRY))
    mine = [(year, value) for year, name, value in noted if name == f"promise_kept:{held[0].id}"]
    # The projects that firms signed before the year do not count: 30 of institutions alone in other years.
    assert mine[-1] == (2022, kept) and all(value == 0 for year, value in mine if year < 2022)
