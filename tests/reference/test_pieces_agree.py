"""Piece by piece, on made-up facts at the edges, where a run of the city seldom comes."""

from __future__ import annotations

import random
from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from fundflow.policy import Batch, Totals, load_catalogue, settle
from tests.reference import eaglets, rnd, towns
from tests.reference.compare import COMPARED
from tests.reference.days import full_months, months_with_rest, number, plus_months
from tests.reference.law import Law, read_law
from tests.reference.offices import RULE
from tests.reference.projects import Project, payment

ZONES = range(15)
EDGE = date(2021, 4, 9)


@pytest.fixture(scope="module")
def catalogue():
    changes = {RULE[rnd.ABOVE]: {"competition": {"places": 20}}, RULE[rnd.BELOW]: {"competition": {"places": 40}}}
    return load_catalogue(changes=changes)


@pytest.fixture(scope="module")
def law(catalogue) -> Law:
    return read_law(catalogue, number(date(2021, 1, 1)))


def ints(values) -> np.ndarray:
    return np.array(list(values), np.int64)


def test_months_are_counted_alike_on_every_day_of_leap_and_common_years():
    from fundflow.base.calendar import add_months, months_between
    from fundflow.simulation.world import ceil_months

    starts = [date(2020, 1, 29), date(2020, 8, 31), date(2021, 2, 28), date(2023, 9, 30)]
    for start in starts:
        for ahead in range(800):
            end = start + timedelta(days=ahead)
            days = number(start), number(end)
            assert int(months_between(*days)) == full_months(start, end)
            assert int(ceil_months(*days)) == months_with_rest(start, end)
        for months in range(-30, 61):
            assert int(add_months(number(start), months)) == number(plus_months(start, months))


def test_award_days_follow_the_same_schedule_on_every_day(catalogue, law):
    days = ints(range(number(date(2020, 8, 9)), number(date(2024, 3, 31))))
    for rule in COMPARED:
        engine = catalogue.instruments[rule].pay.award_days(days)
        assert list(engine) == [law.award_day(rule, int(day)) for day in days], rule


@pytest.mark.parametrize("on", [EDGE - timedelta(days=1), EDGE, date(2025, 1, 1)])
@pytest.mark.parametrize("total", [1, 2, 3, 5, 20_000_001, 123_456_789])
def test_every_zone_shares_alike_before_and_after_the_map_changed(catalogue, on, total):
    from fundflow.base.districts import DISTRICTS, districts_of
    from fundflow.base.money import split_city

    sharing = catalogue.instruments["eaglet-recognition-grant"].sharing.on(number(on))
    codes = districts_of(ints(ZONES), number(on))
    quarters = sharing.city_quarters(codes, np.full(15, number(on)))
    city, rest = split_city(np.full(15, total), quarters)
    for zone in ZONES:
        assert DISTRICTS[codes[zone]] == towns.district(zone, on)
        assert (city[zone], rest[zone]) == towns.bearers(total, towns.district(zone, on))


def entrants(dice: random.Random, count: int) -> list[rnd.Entrant]:
    """Firms about the thresholds, with many ties."""
    found = []
    for firm in range(count):
        increase = dice.choice([199_999_999, 200_000_000, 49_999_999, 50_000_000, dice.randrange(10**7, 3 * 10**9)])
        increase = increase // 10**6 * 10**6 if dice.random() < 0.5 else increase
        before = dice.choice([0, 10**8, dice.randrange(10**7, 10**10)])
        large = dice.random() < 0.15
        high_tech = dice.random() < 0.5
        found.append(
            rnd.Entrant(
                firm=dice.randrange(10**6) * 1000 + firm,
                district=towns.district(dice.choice(ZONES), date(2022, 10, 7)),
                listed_sme=dice.random() < 0.8,
                high_tech=high_tech,
                manufacturing=dice.random() < 0.4,
                above_scale=dice.random() < 0.4,
                sales=20_000_000_001 if large else dice.choice([10**9, 20_000_000_000]),
                assets=dice.choice([10**9, 20_000_000_000]),
                staff=dice.choice([50, 500, 500, 501]) if dice.random() < 0.2 else 50,
                rd=before + increase,
                rd_before=before,
                government=0,
                government_before=0,
                verified_before=before > 0,
                in_statistics=dice.random() < 0.95,
                clean=dice.random() < 0.95,
                other_city_money=0,
            )
        )
    return sorted(found, key=lambda one: one.firm)


@pytest.mark.parametrize("seed", range(30))
def test_random_rounds_with_ties_and_every_budget_agree_to_the_fen(catalogue, law, seed):
    dice = random.Random(seed)
    firms = entrants(dice, dice.choice([5, 60, 250]))
    money = dice.choice([None, 0, 1, 10**9, dice.randrange(10**8, 10**10)])
    close = number(date(2021, 12, 31))
    rnd.settle(firms, law.rnd, money)
    from fundflow.base.districts import district_code

    in_class = [one.listed_sme or one.high_tech for one in firms]
    facts = {
        "class": ints((1 if one.above_scale else 2) if ok else 0 for one, ok in zip(firms, in_class, strict=True)),
        "status": ints((2 if one.manufacturing else 1) if one.high_tech else 0 for one in firms),
        "above_sme_size": np.array([not rnd.within_size(one, law.rnd) for one in firms]),
        "yearly_sales": ints(one.sales for one in firms),
        "total_assets": ints(one.assets for one in firms),
        "employees": ints(one.staff for one in firms),
        "rnd_increase": ints(one.increase for one in firms),
        "rnd": ints(one.rd for one in firms),
        "last_year_rnd": ints(one.rd_before for one in firms),
        "verified_last_year": np.array([one.verified_before for one in firms]),
        "rnd_reported_in_statistics": np.array([one.in_statistics for one in firms]),
        "incident_free": np.array([one.clean for one in firms]),
        "other_city_rd_subsidy": np.zeros(len(firms), np.int64),
    }
    batch = Batch(
        ids=ints(one.firm for one in firms),
        zone=np.zeros(len(firms), np.int64),
        trigger_day=np.full(len(firms), close),
        facts=facts,
        district=ints(district_code(one.district) for one in firms),
    )
    instruments = [catalogue.instruments[rule] for rule in RULE.values()]
    outcomes = settle(catalogue, instruments, batch, totals=Totals(), envelopes={"city-st-development-fund": money})
    paid = sum(outcome.award for outcome in outcomes)
    due = sum(outcome.entitlement for outcome in outcomes)
    city = sum(outcome.award_city for outcome in outcomes)
    assert [(one.entitlement, one.award, one.city) for one in firms] == list(
        zip(map(int, due), map(int, paid), map(int, city), strict=True)
    )
    assert money is None or int(city.sum()) <= money


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize("applied", [False, True])
def test_key_projects_accepted_on_every_day_of_the_year_after_the_contract_agree(catalogue, law, old, applied):
    end = date(2022, 8, 31)
    spending = 2_345_678_901
    days = [end + timedelta(days=d) for d in range(1, 400)]
    batch = Batch(
        ids=ints(range(len(days))),
        zone=np.zeros(len(days), np.int64),
        trigger_day=ints(number(day) for day in days),
        facts={
            "project_type": np.ones(len(days), np.int64),
            "verified_spending": np.full(len(days), spending),
            "months_after_contract_end": ints(months_with_rest(end, day) for day in days),
            "good_reason": np.zeros(len(days), bool),
            # Whoever is accepted within six months has applied in time.
            "applied_in_time": np.array([applied or day <= plus_months(end, 6) for day in days]),
            "accepted": np.ones(len(days), bool),
            "contract_before_2020": np.full(len(days), old),
            "signed_on": np.full(len(days), number(date(2020, 8, 31))),
        },
    )
    rule = catalogue.instruments["key-rd-enterprise-post-subsidy"]
    [outcome] = settle(catalogue, [rule], batch, totals=Totals())
    for day, award in zip(days, outcome.award, strict=True):
        project = Project(1, 0, date(2020, 8, 31), end, day, applied, spending, old)
        assert int(award) == payment(project, law.project)[0], day


def test_eaglet_conditions_agree_at_every_edge(catalogue, law):
    today = date(2021, 5, 31)
    base = {"founded": date(2018, 1, 1), "sales": 2_000_000_000, "staff": 36, "st": 9, "rd": 200_000_000, "ip": 1}
    cases = [base]
    for key, values in {
        "founded": [date(2020, 5, 31), date(2020, 6, 1), date(2015, 5, 31), date(2015, 5, 30)],
        "sales": [3_000_000_000, 3_000_000_001, 5_000_000_000, 5_000_000_001, 4_000_000_000, 4_000_000_001],
        "staff": [9, 10, 60, 61],
        "st": [5, 6],
        "rd": [49_999_999, 50_000_000, 100_000_000, 99_999_999],
        "ip": [0, 1],
    }.items():
        cases += [base | {key: value} for value in values]
    cases += [base | {"sales": s, "rd": r} for s in (3 * 10**9, 3 * 10**9 + 1) for r in (1.2e8, 1.2e8 + 1, 1.5e8)]
    facts = {
        "founded": ints(number(case["founded"]) for case in cases),
        "last_year_sales": ints(case["sales"] for case in cases),
        "employees": ints(case["staff"] for case in cases),
        "st_staff": ints(case["st"] for case in cases),
        "last_year_rnd": ints(case["rd"] for case in cases),
        "class_ii_or_better_ip": ints(case["ip"] for case in cases),
    }
    engine = catalogue.conditions["eaglet-eligibility"].holds(facts, len(cases), number(today))
    for case, holds in zip(cases, engine, strict=True):
        own = eaglets.may_apply(
            case["founded"], today, case["sales"], case["staff"], case["st"], int(case["rd"]), case["ip"], law.eaglet
        )
        assert bool(holds) is own, case


@pytest.mark.parametrize("days", [1, 42, 365, 366])
def test_interest_subsidies_agree_to_the_fen(catalogue, law, days):
    averages = [1, 12_345_678, 2_000_000_000, 2_000_000_001, 9_876_543_210]
    lpr = Fraction(38_500, 1_000_000)
    for paid in (10**12, 5_000):
        batch = Batch(
            ids=ints(range(len(averages))),
            zone=np.zeros(len(averages), np.int64),
            trigger_day=np.full(len(averages), number(date(2021, 12, 31))),
            facts={
                "average_principal": ints(averages),
                "interest_paid": np.full(len(averages), paid),
                "january_lpr": np.full(len(averages), 38_500),
                "filed": np.ones(len(averages), bool),
                "days_in_pool": np.full(len(averages), days),
                "eaglet_from": np.full(len(averages), number(date(2020, 11, 20))),
            },
        )
        rule = catalogue.instruments["eaglet-loan-interest-subsidy"]
        [outcome] = settle(catalogue, [rule], batch, totals=Totals())
        own = [eaglets.interest_subsidy(average, paid, lpr, days, law.eaglet)[0] for average in averages]
        assert list(map(int, outcome.award)) == own
