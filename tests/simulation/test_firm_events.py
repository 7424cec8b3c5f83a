"""Events of firms that the scenario describes: who has them, how many, and what their claims say of the firm."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import polars as pl
import pytest
from pydantic import ValidationError

from fundflow.base.calendar import day_of
from fundflow.economy import FirmEvent
from fundflow.policy import load_catalogue
from fundflow.simulation.budget import Budget
from fundflow.simulation.firm_events import Standings, chosen, may, run_before
from tests.simulation.runs import run
from tests.simulation.worlds import START, firms_founded, world_of

SOURCE: dict[str, Any] = {"evidence": "C", "source": "test"}
TOP_UP = "st20-super-deduction-reward"


def event(**given: Any) -> FirmEvent:
    return FirmEvent.model_validate({"trigger": "t", **SOURCE, **given})


def some_world(n: int, described: dict[str, FirmEvent]) -> tuple[Any, Standings]:
    world = world_of(firms_founded([START - 1000] * n), [], firm_events=described, sold_hazard=0.5)
    world.notes["known_sales"][:] = np.arange(n) * 100
    return world, Standings(world)


def test_bounds_are_included_and_read_what_was_last_reported() -> None:
    one = event(chance=1.0, least_sales=3, most_sales=5)
    world, standings = some_world(8, {"e": one})
    assert np.flatnonzero(may(world, standings, "e", one, START)).tolist() == [3, 4, 5]


def test_age_field_and_certificate_keep_firms_out() -> None:
    one = event(chance=1.0, least_age=3, fields=[2], certified=True)
    world, standings = some_world(4, {"e": one})
    world.firms.founded[:] = [day_of(2018, 1, 1), day_of(2018, 1, 2), day_of(2010), day_of(2010)]
    world.firms.field[:] = [2, 2, 1, 2]
    world.firms.hte_from[:] = START - 10
    world.firms.hte_until[:] = [START + 1, START + 1, START + 1, START]
    # The first is three years old on the day itself, the second is not; the last certificate ends that day.
    assert np.flatnonzero(may(world, standings, "e", one, START)).tolist() == [0]


@pytest.mark.parametrize(
    ("again", "during", "after"), [("never", False, False), ("ended", False, True), ("always", True, True)]
)
def test_a_standing_ends_after_its_months_and_says_whether_one_may_come_again(
    again: str, during: bool, after: bool
) -> None:
    one = event(chance=1.0, again=again, standing_months=36)
    world, standings = some_world(1, {"e": one})
    standings.give("e", np.array([0]), np.array([day_of(2021, 12, 15)]), 36)
    assert standings.held("e", day_of(2024, 12, 14)).all() and not standings.held("e", day_of(2024, 12, 15)).any()
    found = [bool(may(world, standings, "e", one, day_of(2024, 12, d))[0]) for d in (14, 15)]
    assert found == [during, after]


def test_who_needs_a_standing_must_hold_it_on_the_day() -> None:
    rise = event(chance=1.0, needs="e")
    world, standings = some_world(2, {"e": event(chance=1.0), "rise": rise})
    standings.give("e", np.array([1]), np.array([START + 5]), None)
    assert not may(world, standings, "rise", rise, START + 4).any()
    assert np.flatnonzero(may(world, standings, "rise", rise, START + 5)).tolist() == [1]


def test_places_go_to_the_largest_and_a_part_of_a_place_to_that_share_of_years() -> None:
    ranked = event(places=3, rank_by="sales")
    world, standings = some_world(10, {"e": ranked})
    assert chosen(world, standings, "e", ranked, 2021, START).tolist() == [7, 8, 9]
    part = event(places=0.25, again="always")
    counts = [len(chosen(world, standings, "e", part, year, START)) for year in range(2021, 2421)]
    # 400 years with a chance of a quarter: 100, deviation sqrt(400 / 4 x 3 / 4) = 8.7; four deviations.
    assert set(counts) == {0, 1} and abs(sum(counts) - 100) < 35


def test_on_the_first_day_standings_run_as_if_their_events_had_come_as_often_before() -> None:
    described = {
        "e": event(places=3, again="ended", standing_months=36, first_day=(12, 15), last_day=(12, 15)),
        "rise": event(places=1, needs="e", rank_by="sales", standing_months=12, first_day=(8, 1), last_day=(8, 1)),
        "for-good": event(places=2),
        "later": event(places=2, standing_months=36, since=2021),
        "over": event(places=2, standing_months=36, until=0),
    }
    world, standings = some_world(40, described)
    run_before(world, standings)
    since = standings.since("e")
    # Three a year on 15 December 2018, 2019 and 2020, each of which still runs on 1 January 2021.
    assert sorted(since[since > 0].tolist()) == sorted([day_of(y, 12, 15) for y in (2018, 2019, 2020)] * 3)
    holders = np.flatnonzero(standings.held("e", START))
    assert len(holders) == 9
    assert np.flatnonzero(standings.held("rise", START)).tolist() == [holders.max()]
    assert not any(standings.had(name).any() for name in ("for-good", "later", "over"))


def test_sales_of_a_year_are_listings_or_acquisitions_and_never_both() -> None:
    listed, bought = event(occurs="listed"), event(occurs="acquired")
    world, standings = some_world(200, {"listed": listed, "bought": bought})
    world.firms.sold_day[:100] = day_of(2021, 6, 1)
    world.firms.sold_day[100:] = day_of(2022, 6, 1)
    first = chosen(world, standings, "listed", listed, 2021, START)
    second = chosen(world, standings, "bought", bought, 2021, START)
    assert sorted([*first, *second]) == list(range(100)) and len(first) and len(second)
    u = world.draws.uniform("sale", world.firms.id[first], period=2021)
    assert (u >= 0.5).all()


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"chance": 0.1, "places": 1},
        {"occurs": "listed", "chance": 0.1},
        {"chance": 0.1, "low": 0.2, "high": 0.3},
        {"places": 3, "low": 1},
    ],
)
def test_a_description_that_says_too_much_or_too_little_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        event(**wrong)


def test_places_are_scaled_with_the_population_and_chances_are_not() -> None:
    draws = world_of(firms_founded([START]), []).draws
    assert event(places=40).drawn("e", draws, fixed=True, scale=0.1).places == pytest.approx(4)
    assert event(chance=0.2).drawn("e", draws, fixed=True, scale=0.1).chance == 0.2
    drawn = event(places=4, low=3, high=5).drawn("e", draws, fixed=False, scale=1).places
    assert drawn is not None and 3 <= drawn <= 5


def test_the_printed_limit_of_an_envelope_falls_with_the_population_and_gives_way_to_a_scenario() -> None:
    cat = load_catalogue()
    service = [cat.instruments["srdi-service-purchase"]]
    for given, scale, left in (
        (None, Fraction(1), 10_000_000),
        (None, Fraction(1, 40), 250_000),
        (700, Fraction(1), 7),
    ):
        budget = Budget(cat, lambda name, year, fen=given: fen, scale)
        assert budget.left(service, day_of(2023)) == {"specialised-services": left * 100}


def test_specialised_firms_are_recognised_paid_and_borrow_in_a_run() -> None:
    claims = run("end=2025-12-31", "budget_year=2025")["claims"]
    reward = claims.filter(instrument="srdi-recognition-reward", status="in_force").filter(pl.col("award") > 0)
    assert set(reward["award"] // 100) <= {200_000, 800_000, 1_000_000} and len(reward)
    loans = claims.filter(instrument="srdi-interest-subsidy").filter(pl.col("award") > 0)
    # The borrowers were recognised before, and half of one year's interest on 20 million is the most.
    assert len(loans) and loans["award"].max() <= 20_000_000 * 100 * 4 // 200
    recognised = set(claims.filter(instrument="srdi-recognition-reward")["claimant"])
    # Some were recognised before the first day; the last of those standings, of 36 months, ends in December 2023.
    assert set(loans["claimant"]) - recognised
    late = loans.filter(pl.col("event_day") >= day_of(2024))
    assert len(late) and set(late["claimant"]) <= recognised


def test_districts_that_take_part_pay_the_top_up_alone() -> None:
    on = f'policy.changes."{TOP_UP}".active=true'
    some = f'policy.changes."{TOP_UP}".values.districts=["滨江区"]'
    off, ran = run(), run(on, some)
    assert not len(off["claims"].filter(instrument=TOP_UP))
    paid = ran["claims"].filter(instrument=TOP_UP).filter(pl.col("award") > 0)
    assert len(paid) and set(paid["district"]) == {"滨江区"}
    assert (paid["district_fen"] == paid["award"]).all() and paid["city"].sum() == 0
