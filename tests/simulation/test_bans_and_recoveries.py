"""Fraud has its price: money comes back once, by whoever bore it, and the claimant stays out for the stated years."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from fundflow.base.calendar import day_of
from fundflow.policy import Batch, load_catalogue
from fundflow.policy.faults import CatalogueFaults
from fundflow.simulation.consequences import Consequences
from tests.simulation.runs import RND, run
from tests.simulation.worlds import firms_founded, world_of

GUILTY = ("economy.incident_rate=0.15", "economy.fraud_share=0.6", "end=2027-12-31", "budget_year=2027")
SHARES = ("city", "district_fen", "province")
GRANT = "eaglet-recognition-grant"


def test_a_ban_of_three_years_ends_on_its_third_anniversary():
    catalogue = load_catalogue()
    owner = catalogue.instruments[RND[0]]
    [penalty] = owner.penalties
    kept = Consequences(catalogue, day_of(2021))
    until = kept.bar(np.array([7]), owner, penalty, day_of(2022, 7, 1))
    assert until == day_of(2025, 7, 1)
    days = np.array([day_of(2022, 6, 30), day_of(2022, 7, 1), day_of(2025, 6, 30), day_of(2025, 7, 1)])
    hit = kept.barred(("all",), np.full(4, 7), days)
    assert (hit > 0).tolist() == [False, True, True, False]
    assert not kept.barred(("all",), np.array([8]), days[1:2]).any()
    assert kept.causes == ["barred until 2025-07-01 (杭科资〔2020〕72号 14)"]


@pytest.mark.parametrize(
    ("rule", "years"),
    [
        (RND[1], 3),
        ("key-rd-enterprise-post-subsidy", 5),
        ("voucher-firm-service-purchase", 5),
        ("activity-voucher-subsidy", 5),
    ],
)
def test_the_lengths_of_the_bans_are_those_of_the_texts(rule: str, years: int):
    [penalty] = load_catalogue().instruments[rule].penalties
    assert penalty.ban_years.on(day_of(2022)) == years
    # Only the R&D measure says nothing of money that was had before.
    assert penalty.clawback is not rule.startswith("rnd")


def test_a_longer_ban_in_a_scenario_bars_longer():
    other = [{"on": "fraud", "ban_years": 4, "bars": ["all"], "clause": "14"}]
    catalogue = load_catalogue(changes={RND[0]: {"penalties": other}})
    owner = catalogue.instruments[RND[0]]
    kept = Consequences(catalogue, day_of(2021))
    assert kept.bar(np.array([7]), owner, owner.penalties[0], day_of(2022, 7, 1)) == day_of(2026, 7, 1)


@pytest.mark.parametrize(
    ("penalty", "told"),
    [
        ({"on": "fraud", "ban_years": 3, "bars": ["al"]}, 'did you mean "all"?'),
        ({"on": "fraud", "ban_years": 3}, "say what the ban keeps from"),
        ({"on": "fruad"}, 'did you mean "fraud"?'),
        ({"on": "fraud", "cancels": "eagle"}, 'did you mean "eaglet"?'),
    ],
)
def test_a_slip_in_a_penalty_is_told(penalty: dict, told: str):
    with pytest.raises(CatalogueFaults) as fault:
        load_catalogue(changes={GRANT: {"penalties": [penalty]}})
    assert told in str(fault.value)


def test_what_comes_back_was_paid_before_and_never_more_than_that():
    ran = run(*GUILTY)
    back, paid = ran["recoveries"], ran["payments"]
    assert back.height > 20 and back.select(pl.min_horizontal(*SHARES).min()).item() >= 0
    for row in back.iter_rows(named=True):
        one = {key: row[key] for key in ("instrument", "district", "award_year")}
        until = paid.filter(**one).filter(pl.col("month") <= row["month"])
        so_far = back.filter(**one).filter(pl.col("month") <= row["month"])
        for share in SHARES:
            assert so_far[share].sum() <= until[share].sum(), row


def test_each_award_comes_back_at_most_once_and_with_the_shares_that_were_borne():
    ran = run(*GUILTY)
    keys = ["instrument", "award_year", "district"]
    awards = (
        ran["claims"]
        .with_columns(award_year=pl.from_epoch(pl.col("award_day"), time_unit="d").dt.year().cast(pl.Int64))
        .group_by(keys)
        .agg(pl.col(*SHARES).sum())
    )
    back = ran["recoveries"].group_by(keys).agg(pl.col(*SHARES).sum())
    both = back.join(awards, on=keys, suffix="_had")
    assert both.height == back.height
    for share in SHARES:
        assert both.filter(pl.col(share) > pl.col(f"{share}_had")).height == 0
    # The grant of a defrauding eaglet comes back whole: 200,000 yuan each, half from the city in a 1:1 district.
    grants = back.filter(instrument=GRANT).with_columns(whole=pl.sum_horizontal(*SHARES))
    assert grants.height > 0 and (grants["whole"] % 20_000_000 == 0).all()


def test_the_research_subsidy_bars_but_takes_nothing_back():
    ran = run(*GUILTY)
    assert ran["recoveries"].filter(pl.col("instrument").is_in(RND)).height == 0
    first = ran["claims"].with_columns(why=pl.col("stages").list.first().struct.field("reason"))
    barred = first.filter(pl.col("why").str.starts_with("barred until"), pl.col("instrument").is_in(RND))
    assert barred.height > 0
    assert not barred["eligible"].any() and barred["award"].sum() == 0


def test_without_fraud_nothing_comes_back_and_nobody_is_barred():
    ran = run("economy.fraud_share=0", "economy.incident_rate=0.15")
    assert ran["recoveries"].height == 0
    reasons = ran["claims"]["stages"].list.first().struct.field("reason")
    # An eaglet with an incident is out for ever, but its other claims are not barred.
    assert not reasons.str.starts_with("barred").any()
    assert sum(ran.indicator("eaglets_revoked").values()) > 0


@pytest.mark.parametrize(("reading", "failed"), [("by-fault", 3), ("by-person", 5)])
def test_a_failed_acceptance_bars_for_years_and_a_closed_project_for_one(reading: str, failed: int):
    """Three units on 1 March 2022: accepted, failed, closed. Clause 5.5: no ban, 3 years (or 5, reading 29), 1 year."""
    world = world_of(firms_founded([]), [], catalogue=load_catalogue(readings={"project-ban": reading}))
    day = day_of(2022, 3, 1)
    facts = {"accepted": np.array([True, False, False]), "closed_unaccepted": np.array([False, False, True])}
    claims = Batch(np.array([1, 2, 3]), np.zeros(3, np.int64), np.full(3, day), facts)
    world.fail("agri-social-accepted", claims)
    project = [world.catalogue.instruments["agri-social-key-ex-ante"]]

    def barred_on(later: int) -> list[bool]:
        again = Batch(claims.ids, claims.zone, np.full(3, later), {})
        found = world.consequences.of_claims(project, again)
        return (found[project[0].id] > 0).tolist() if found else [False] * 3

    assert barred_on(day - 1) == [False, False, False]
    assert barred_on(day) == [False, True, True]
    assert barred_on(day_of(2023, 2, 28)) == [False, True, True]
    assert barred_on(day_of(2023, 3, 1)) == [False, True, False]
    assert barred_on(day_of(2022 + failed, 2, 28)) == [False, True, False]
    assert barred_on(day_of(2022 + failed, 3, 1)) == [False, False, False]


def test_events_that_tell_faults_are_decided_in_their_turn():
    world = run().world
    assert not world.alone("agri-social-accepted")
    assert world.catalogue.triggered_by("agri-social-accepted")


def test_a_penalty_of_an_event_names_both_the_event_and_the_claims_that_it_finds_guilty():
    half = {"on": "failed-acceptance", "event": "other", "ban_years": 3, "bars": ["all"]}
    with pytest.raises(CatalogueFaults) as fault:
        load_catalogue(changes={GRANT: {"penalties": [half]}})
    assert "belong together" in str(fault.value)
