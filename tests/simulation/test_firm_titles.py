"""Certificates, listings and patent applications: who claims, once, on which day, and with which facts."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fundflow.base.calendar import NEVER, Phase, clock, date_of, day_of
from fundflow.simulation import firm_titles
from fundflow.simulation.world import World
from tests.simulation.worlds import START, firms_founded, world_of

Claims = list[tuple[str, list[int], list[int], dict[str, list[Any]], str]]


def made(process: Any, world: World) -> Claims:
    """The claims that a process makes: event, rows of firms, days, facts, and when it claims."""
    found: Claims = []

    def claim(trigger: str, ids: Any, zone: Any, day: Any, facts: dict[str, Any]) -> list[Any]:
        days = np.broadcast_to(day, len(ids)).tolist()
        rows = np.searchsorted(world.firms.id, ids).tolist()
        if rows:
            now = date_of(int(world.env.now) // 16).isoformat()
            found.append((trigger, rows, days, {name: list(one) for name, one in facts.items()}, now))
        return []

    world.claim = claim  # type: ignore[method-assign, assignment]
    world.env.process(process(world))
    world.env.run(until=clock(world.end + 1, Phase.EXPIRY))
    return found


def world_with(count: int, **economy: Any) -> World:
    world = world_of(firms_founded([START - 400] * count), [], locality_opts_in=1.0, **economy)
    world.end = day_of(2023, 12, 31)
    world.firms.exit_day[:] = NEVER
    return world


def test_a_first_certificate_is_claimed_once_on_its_1_december_and_a_renewal_never() -> None:
    world = world_with(4)
    # Certified in 2019 (too long ago), in 2020 (claims on the first day), in 2022, and never.
    world.firms.hte_first[:] = [day_of(2019, 12, 1), day_of(2020, 12, 1), 0, 0]

    def certify(world: World) -> Any:
        yield world.at(day_of(2022, 12, 1), Phase.FACTS)
        world.firms.hte_first[2] = day_of(2022, 12, 1)
        # A renewal moves the certificate and not the first day.
        world.firms.hte_from[:3] = day_of(2022, 12, 1)

    world.env.process(certify(world))
    facts = {"first_certification": [True], "locality_pays": [True]}
    assert made(firm_titles.certificates, world) == [
        ("high-tech-certified", [1], [day_of(2020, 12, 1)], facts, "2021-01-01"),
        ("high-tech-certified", [2], [day_of(2022, 12, 1)], facts, "2022-12-01"),
    ]


def test_a_first_listing_is_claimed_once_and_not_by_those_listed_before_the_first_day() -> None:
    world = world_with(3)
    world.firms.sme_from[:] = [day_of(2020, 11, 30), 0, 0]

    def relist(world: World) -> Any:
        yield world.at(day_of(2021, 11, 30), Phase.FACTS)
        world.firms.sme_from[1] = day_of(2021, 11, 30)
        # The first firm comes on the list again, the second stays; the third comes for the first time in 2022.
        yield world.at(day_of(2022, 1, 1), Phase.FACTS)
        world.firms.sme_from[:] = [day_of(2022, 11, 30), day_of(2022, 11, 30), day_of(2022, 11, 30)]

    world.env.process(relist(world))
    told = [(rows, days, now) for _, rows, days, _, now in made(firm_titles.listings, world)]
    assert told == [([1], [day_of(2021, 11, 30)], "2021-11-30"), ([2], [day_of(2022, 11, 30)], "2022-11-30")]


@pytest.mark.parametrize(("chance", "pays"), [(1.0, {True}), (0.0, {False})])
def test_whether_a_district_pays_is_one_choice_for_all_its_firms(chance: float, pays: set[bool]) -> None:
    world = world_with(200)
    world.economy.locality_opts_in = chance
    world.firms.zone[:] = np.arange(200) % 15
    assert set(firm_titles.locality_pays(world, np.arange(200)).tolist()) == pays
    world.economy.locality_opts_in = 0.5
    by_zone = firm_titles.locality_pays(world, np.arange(200))
    # 下城 (zone 1) and 拱墅 north (zone 3) are one district since April 2021.
    assert all(len(set(by_zone[world.firms.zone == zone].tolist())) == 1 for zone in range(15))
    assert by_zone[1] == by_zone[3] and len(set(by_zone.tolist())) == 2


def test_applications_follow_the_rights_gained_in_the_closed_year() -> None:
    world = world_with(3, ip_rate=0.0, pct_per_right=50.0)
    noted: list[tuple[int, str, int]] = []
    world.ledger.indicate = lambda year, name, value: noted.append((year, name, value))  # type: ignore[method-assign]
    world.firms.rd_stat[:] = [100, 100, 0]
    world.firms.ip_count[:] = [2, 0, 9]
    world.notes["known_ip"][:] = [0, 0, 0]
    claims = made(firm_titles.patent_applications, world)
    # In the first closed year rights are drawn, here none; later the first gains 2 a year, the second none, and the
    # third has no R&D. With 50 applications for each right about 100 a year come, never none.
    assert [(trigger, rows, days) for trigger, rows, days, _, _ in claims] == [
        ("pct-year", [0], [day_of(2021, 12, 31)]), ("pct-year", [0], [day_of(2022, 12, 31)]),
    ]  # fmt: skip
    assert all(60 < facts["pct_applications"][0] < 140 for _, _, _, facts, _ in claims)
    assert [now for *_, now in claims] == ["2022-03-01", "2023-03-01"]
    assert [(year, name) for year, name, _ in noted] == [(year, "pct_applications") for year in (2020, 2021, 2022)]
    assert noted[0][2] == 0 and noted[1][2] == claims[0][3]["pct_applications"][0]
