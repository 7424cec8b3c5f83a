"""Edges of incubation in small worlds: places, queues, striking off, withdrawing, stays, and reasons to leave."""

from __future__ import annotations

import numpy as np
import pytest

from fundflow.base.calendar import NEVER, add_months, day_of
from fundflow.simulation.incubation import (
    admit,
    apply_to_incubators,
    close_incubators,
    lower_tenancies,
    occupied,
    plan_first_attempts,
    report_tenants,
    withdraw,
)
from fundflow.simulation.world import CLOSED, EXITED, GRADUATED, OUTGROWN, STAY_LIMIT, World
from tests.simulation.worlds import START, firms_founded, world_of

YOUNG = START - 100
MILLION = 100_000_000
FIRST = day_of(2021, 2, 1)


def rows(world: World) -> np.ndarray:
    return np.arange(world.firms.n)


def tenants_on(world: World, day: int) -> list[int]:
    firms = world.firms
    inside = (firms.incubator >= 0) & (firms.incubator_from <= day) & (firms.incubator_until > day)
    return [int(row) for row in np.flatnonzero(inside)]


def housed(n: int = 1, *, special: bool = False, talent: bool = False) -> World:
    """A world whose firms were all admitted on 1 February 2021."""
    world = world_of(firms_founded([YOUNG] * n), [n])
    world.firms.special = special
    world.firms.talent = talent
    apply_to_incubators(world, rows(world), FIRST)
    admit(world, FIRST)
    assert len(tenants_on(world, FIRST)) == n
    return world


def test_as_many_enter_as_there_are_places_and_the_oldest_applications_first():
    world = world_of(firms_founded([YOUNG] * 5), [3])
    apply_to_incubators(world, np.array([4]), FIRST - 31)
    apply_to_incubators(world, np.array([0, 1, 2, 3]), FIRST)
    admit(world, FIRST)
    assert tenants_on(world, FIRST) == [0, 1, 4]
    assert occupied(world, FIRST).tolist() == [3]
    assert world.notes["queue"].tolist() == [-1, -1, 0, 0, -1]
    assert [waits.tolist() for _, waits in world.waited] == [[31, 0, 0]]


def test_a_place_is_free_from_the_tenants_last_day_on():
    world = world_of(firms_founded([YOUNG] * 2), [1])
    apply_to_incubators(world, rows(world), FIRST)
    admit(world, FIRST)
    world.firms.incubator_until[0] = FIRST + 10
    admit(world, FIRST + 9)
    assert tenants_on(world, FIRST + 9) == [0]
    admit(world, FIRST + 10)
    assert tenants_on(world, FIRST + 10) == [1]


def test_who_fails_at_the_head_is_struck_off_for_good_and_the_next_one_enters():
    world = world_of(firms_founded([YOUNG] * 3), [1])
    apply_to_incubators(world, rows(world), FIRST)
    world.notes["known_staff"][0] = 100
    admit(world, FIRST)
    assert tenants_on(world, FIRST) == [1]
    assert world.notes["struck_off"].tolist() == [1, 0, 0]
    assert world.notes["queue"].tolist() == [-1, -1, 0]
    assert world.notes["next_attempt"][0] == NEVER


def test_conditions_are_checked_at_the_head_only():
    world = world_of(firms_founded([YOUNG] * 2), [1])
    apply_to_incubators(world, rows(world), FIRST)
    world.notes["known_staff"][1] = 100
    admit(world, FIRST)
    assert world.notes["queue"].tolist() == [-1, 0], "the second has not been reached"
    assert world.notes["struck_off"].sum() == 0
    world.notes["known_staff"][1] = 99
    world.firms.incubator_until[0] = FIRST + 5
    admit(world, FIRST + 5)
    assert tenants_on(world, FIRST + 5) == [1]


@pytest.mark.parametrize(
    ("change", "enters"),
    [
        ({"known_staff": 99}, True),
        ({"known_staff": 100}, False),
        ({"known_sales": 10 * MILLION - 1}, True),
        ({"known_sales": 10 * MILLION}, False),
        ({"founded": FIRST}, True),
        ({"founded": day_of(2019, 2, 1)}, True),
        ({"founded": day_of(2019, 1, 31)}, False),
        ({"exit_day": FIRST}, False),
        ({"exit_day": FIRST + 1}, True),
        ({"sold_day": FIRST}, False),
        ({"venture_total": 5 * MILLION}, True),
        ({"venture_total": 5 * MILLION + 1}, False),
        ({"hte_until": FIRST + 1}, False),
        ({"hte_until": FIRST}, True),
    ],
)
def test_entry_needs_every_condition_on_the_day(change: dict[str, int], enters: bool):
    world = world_of(firms_founded([YOUNG]), [1])
    for name, value in change.items():
        (world.notes[name] if name in ("known_staff", "known_sales") else world.firms.column(name))[:] = value
    apply_to_incubators(world, rows(world), FIRST)
    assert (world.notes["queue"][0] == 0) == enters
    admit(world, FIRST)
    assert bool(tenants_on(world, FIRST)) == enters


def test_after_twelve_months_a_firm_withdraws_tries_once_more_and_then_gives_up():
    world = world_of(firms_founded([START, START]), [0])
    apply_to_incubators(world, rows(world), FIRST)
    for month in range(1, 12):
        assert len(withdraw(world, int(add_months(FIRST, month)))) == 0
    second = day_of(2022, 2, 1)
    again = withdraw(world, second)
    assert again.tolist() == [0, 1]
    assert world.notes["queue"].tolist() == [-1, -1]
    apply_to_incubators(world, again, second)
    assert world.notes["queue_from"].tolist() == [second, second]
    assert len(withdraw(world, day_of(2023, 1, 1))) == 0
    assert len(withdraw(world, day_of(2023, 2, 1))) == 0, "two attempts are all"
    assert world.notes["queue"].tolist() == [-1, -1]
    assert world.notes["attempt"].tolist() == [2, 2]


def test_without_an_open_incubator_a_firm_is_refused_and_returns_a_year_later_once():
    world = world_of(firms_founded([START]), [1])
    world.incubators.until = FIRST
    apply_to_incubators(world, rows(world), FIRST)
    assert world.notes["queue"][0] == -1
    assert world.notes["next_attempt"][0] == day_of(2022, 2, 1)
    apply_to_incubators(world, rows(world), day_of(2022, 2, 1))
    assert world.notes["next_attempt"][0] == NEVER
    assert world.notes["attempt"][0] == 2


def test_an_incubator_of_another_district_is_no_choice():
    world = world_of(firms_founded([YOUNG]), [5])
    world.incubators.zone = 8
    apply_to_incubators(world, rows(world), FIRST)
    assert world.notes["queue"][0] == -1 and world.notes["attempt"][0] == 1


@pytest.mark.parametrize(
    ("special", "talent", "months"), [(False, False, 48), (True, False, 60), (False, True, 60), (True, True, 60)]
)
def test_a_stay_ends_after_48_months_or_60_in_special_fields_and_talent_programmes(special, talent, months):
    world = housed(special=special, talent=talent)
    assert world.firms.incubator_until[0] == add_months(FIRST, months)
    assert world.firms.left_cause[0] == STAY_LIMIT


@pytest.mark.parametrize(
    ("change", "until", "cause"),
    [
        ({"exit_day": FIRST + 50}, FIRST + 50, EXITED),
        ({"sold_day": FIRST + 40}, FIRST + 40, GRADUATED),
        ({"sold_day": FIRST + 40, "exit_day": FIRST + 50}, FIRST + 40, GRADUATED),
        ({"venture_amount": 5 * MILLION + 1, "venture_day": FIRST + 30}, FIRST + 30, GRADUATED),
        ({"venture_amount": 5 * MILLION, "venture_day": FIRST + 30}, None, STAY_LIMIT),
        (
            {"venture_total": MILLION, "venture_amount": 4 * MILLION + 1, "venture_day": FIRST + 30},
            FIRST + 30,
            GRADUATED,
        ),
    ],
)
def test_what_a_year_brings_ends_a_stay_on_its_day(change: dict[str, int], until: int | None, cause: int):
    world = housed()
    for name, value in change.items():
        world.firms.column(name)[:] = value
    lower_tenancies(world, rows(world))
    assert world.firms.incubator_until[0] == (until or add_months(FIRST, 48))
    assert world.firms.left_cause[0] == cause


@pytest.mark.parametrize(
    ("sales", "before", "staff", "cause"),
    [
        (5 * MILLION, 5 * MILLION, 10, STAY_LIMIT),
        (5 * MILLION, 5 * MILLION + 1, 10, GRADUATED),
        (10 * MILLION, 0, 10, OUTGROWN),
        (10 * MILLION, 1, 10, GRADUATED),
        (MILLION, 0, 99, STAY_LIMIT),
        (MILLION, 0, 100, OUTGROWN),
        (10 * MILLION, 1, 100, GRADUATED),
    ],
)
def test_on_reporting_day_tenants_graduate_by_revenue_or_leave_because_they_have_outgrown(sales, before, staff, cause):
    world = housed()
    world.notes["known_sales"][:], world.notes["known_sales_before"][:] = sales, before
    world.notes["known_staff"][:] = staff
    day = day_of(2022, 3, 31)
    report_tenants(world, day)
    assert world.firms.left_cause[0] == cause
    assert (world.firms.incubator_until[0] == day) == (cause != STAY_LIMIT)


def test_a_stay_of_years_is_no_reason_to_have_outgrown():
    world = housed()
    report_tenants(world, day_of(2024, 3, 31))
    assert tenants_on(world, day_of(2024, 3, 31)) == [0]


def test_an_incubator_that_is_struck_off_ends_its_tenancies_and_its_queue():
    world = world_of(firms_founded([YOUNG] * 4), [1, 1])
    apply_to_incubators(world, rows(world), FIRST)
    world.notes["queue"][:] = [0, 0, 1, 1]
    admit(world, FIRST)
    day = FIRST + 20
    close_incubators(world, np.array([0]), day)
    world.incubators.until[0] = day
    assert world.firms.incubator_until[[0, 2]].tolist() == [day, add_months(FIRST, 48)]
    assert world.firms.left_cause[0] == CLOSED
    assert world.notes["queue"].tolist() == [-1, -1, -1, 1]
    assert world.notes["next_attempt"][1] == NEVER


def test_free_places_and_a_matching_field_attract():
    """Weights 10 x 2 (free and matching), 10 and 1: shares of 20, 10 and 1 of 31."""
    n = 6000
    world = world_of(firms_founded([YOUNG] * n), [9, 9, 0])
    world.incubators.field = np.array([3, 2, 1])
    world.firms.field = 3
    apply_to_incubators(world, rows(world), FIRST)
    counts = np.bincount(world.notes["queue"], minlength=3)
    expected = n * np.array([20, 10, 1]) / 31
    assert (((counts - expected) ** 2 / expected).sum()) < 13.8  # chi-square with 2 degrees, one in a thousand


def test_a_second_attempt_is_a_new_draw():
    n = 400
    world = world_of(firms_founded([START] * n), [0, 0])
    apply_to_incubators(world, rows(world), FIRST)
    first = world.notes["queue"].copy()
    apply_to_incubators(world, withdraw(world, day_of(2022, 2, 1)), day_of(2022, 2, 1))
    same = int((world.notes["queue"] == first).sum())
    assert 160 < same < 240


def test_the_first_attempt_comes_on_a_first_of_the_month_within_two_years():
    n = 2400
    world = world_of(firms_founded(START + 4 + np.arange(n) % 20), [1], incubator_wish=0.5)
    plan_first_attempts(world, 0, FIRST)
    first = world.notes["next_attempt"]
    some = first < NEVER
    assert 1050 < some.sum() < 1350
    months = (first[some].astype("datetime64[D]").astype("datetime64[M]") - np.datetime64("2021-02")).astype(int)
    assert set(months) == set(range(24)), "0 to 23 months of life, then the next 1st"
    starts = first[some].astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    assert (starts == first[some]).all()
