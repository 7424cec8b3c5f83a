"""The yearly R&D round: the tax list becomes claims, and the round itself is described in numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from fundflow.base.calendar import Phase, day_of
from fundflow.economy.firms import ADVANCED_MANUFACTURING
from fundflow.simulation.incidents import had_incident
from fundflow.simulation.world import Ints, Process, World


def tax_list(world: World) -> Process:
    """On 31 May the firms that claimed the deduction for last year are listed, sorted and ranked."""
    firms, draws, economy = world.firms, world.draws, world.economy
    before: Ints = np.zeros(0, np.int64)
    for year in world.years:
        yield world.at(day_of(year, 5, 31), Phase.AWARD)
        activity = year - 1
        day = day_of(year, 5, 31)
        rows = np.flatnonzero(world.alive(day) & (firms.rd_tax > 0))
        rows = rows[draws.chance("tax-claim", firms.id[rows], economy.tax_claim, period=activity)]
        facts = settlement_facts(world, rows, activity)
        # Whoever is neither a small S&T firm nor a certified one is on the tax list but claims nothing here.
        claims = (facts["class"] > 0) | (facts["status"] > 0)
        rows, facts = rows[claims], {name: column[claims] for name, column in facts.items()}
        ids, zone = firms.id[rows], firms.zone[rows].copy()
        # The rate is set on the award day, so what others took from the same money until then is known.
        awarded = award_day(world, day_of(activity, 12, 31))
        if awarded > day:
            yield world.at(min(awarded, world.end), Phase.AWARD)
        outcomes = world.claim("tax-settlement", ids, zone, day_of(activity, 12, 31), facts)
        winners = describe_round(world, year, np.sort(ids), outcomes, before)
        before = winners


def award_day(world: World, closed: int) -> int:
    """Day on which the round of an R&D year is decided: that of the instruments that share the residual.

    What others give on top of it on a day of their own takes nothing from it, and must not call the round early.
    """
    triggered = world.catalogue.triggered_by("tax-settlement")
    sharing = [one for one in triggered if one.pool is not None] or triggered
    return max((int(one.award_days(np.array([closed]))[0]) for one in sharing), default=closed)


def settlement_facts(world: World, rows: Ints, activity: int) -> dict[str, Any]:
    """What the R&D rules read of each listed firm, as of the end of the R&D year."""
    firms, draws = world.firms, world.draws
    close = day_of(activity, 12, 31)
    ids = firms.id[rows]
    certified = (firms.hte_from[rows] <= close) & (firms.hte_until[rows] > close)
    small = certified | (firms.sme_until[rows] > close)
    above = firms.above_scale[rows].astype(bool)
    size = {"total_assets": firms.assets[rows], "yearly_sales": firms.sales[rows], "employees": firms.staff[rows]}
    over = ~world.catalogue.conditions["rnd-subsidy-sme-size"].holds(size, len(rows), close)
    reported = ~above | draws.chance("rnd-reported", ids, world.economy.statistics_reported, period=activity)
    return {
        "class": np.where(small, np.where(above, 1, 2), 0),
        "status": np.where(certified, np.where(firms.field[rows] == ADVANCED_MANUFACTURING, 2, 1), 0),
        "above_sme_size": over,
        **size,
        "rnd_increase": own_rd(firms.rd_tax[rows], firms.gov_rd[rows])
        - own_rd(firms.rd_tax_before[rows], firms.gov_rd_before[rows]),
        "last_year_rnd": own_rd(firms.rd_tax_before[rows], firms.gov_rd_before[rows]),
        "verified_last_year": firms.rd_tax_before[rows] > 0,
        "rnd_reported_in_statistics": reported,
        "incident_free": ~had_incident(world, ids, activity),
        "other_city_rd_subsidy": np.zeros(len(rows), np.int64),
    }


def own_rd(spent: Ints, government: Ints) -> Ints:
    """R&D less government money (article 5 of 杭科资〔2020〕72号, reading 23)."""
    return np.asarray(np.maximum(spent - government, 0), np.int64)


def describe_round(world: World, year: int, ids: Ints, outcomes: list[Any], before: Ints) -> Ints:
    """Note how long the list was, where the ranks cut, who hit the cap, and who won again."""
    won: list[Ints] = []
    rates: list[float] = []
    for outcome in outcomes:
        for name, value in outcome.round.items():
            world.ledger.indicate(year, f"round_{name}:{outcome.instrument.id}", value)
        if outcome.rate is not None:
            rates.append(float(outcome.rate))
        won.append(ids[outcome.entitlement > 0])
    if rates:
        world.ledger.indicate(year, "rnd_rate", min(rates))
    winners = np.unique(np.concatenate(won)) if won else np.zeros(0, np.int64)
    world.ledger.indicate(year, "rnd_winners", len(winners))
    if len(before):
        world.ledger.indicate(year, "rnd_repeat_winners", len(np.intersect1d(winners, before)))
        firms = world.firms
        kept = np.isin(firms.id, before)
        falls = firms.rd_tax[kept] < firms.rd_tax_before[kept]
        world.ledger.indicate(year, "rnd_winners_fall", int(falls.sum()))
    return winners
