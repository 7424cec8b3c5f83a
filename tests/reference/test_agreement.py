"""Engine and reference agree claim by claim, to the fen, and on every history."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from tests.reference import compare
from tests.reference.scaled import both
from tests.reference.world import World

Pair = tuple[dict[str, Any], World]

SMALL = (1, 400, 2024)
LARGE = [(seed, 1500, 2030) for seed in (1, 2, 3)]
CITIES = [pytest.param(SMALL, id="small"), pytest.param((*SMALL, "daily"), id="small-daily-intake")] + [
    pytest.param(city, id=f"seed-{city[0]}", marks=pytest.mark.slow) for city in LARGE
]

REASONS = {
    ("rnd-increase-subsidy-above-scale-sme", "CONDITION"), ("rnd-increase-subsidy-above-scale-sme", "RANK"),
    ("rnd-increase-subsidy-above-scale-sme", "RATE"), ("rnd-increase-subsidy-above-scale-sme", "CAP"),
    ("rnd-increase-subsidy-below-scale-sme", "CONDITION"), ("rnd-increase-subsidy-below-scale-sme", "RANK"),
    ("rnd-increase-subsidy-below-scale-sme", "RATE"),
    ("rnd-increase-subsidy-manufacturing-high-tech", "CONDITION"),
    ("eaglet-recognition-grant", "NONE"), ("eaglet-loan-interest-subsidy", "NONE"),
    ("eaglet-loan-interest-subsidy", "CONDITION"),
    ("key-rd-enterprise-post-subsidy", "NONE"), ("key-rd-enterprise-post-subsidy", "HALVED"),
    ("key-rd-enterprise-post-subsidy", "CONDITION"),
    ("key-rd-enterprise-post-subsidy", "ENVELOPE_DEFERRED"),
    ("incubator-high-tech-cultivation", "NONE"), ("incubator-high-tech-cultivation", "CONDITION"),
    ("incubator-specialised-construction-grant", "NONE"), ("incubator-provincial-award", "NONE"),
}  # fmt: skip
CAUSES = ("graduated", "stay_limit", "exit", "outgrown", "closed")
FUND_EVENTS = ("granted", "gave_up", "repaid", "written_off")


@pytest.fixture(params=CITIES)
def pair(request: pytest.FixtureRequest) -> Pair:
    return both(*request.param)


def explain(kind: str, wrong: list[tuple], engine: dict, reference: dict, pair: Pair) -> str:
    key = wrong[0]
    return "\n".join(
        [
            f"{len(wrong)} {kind} differ; the first:",
            f"  engine    {engine.get(key)}",
            f"  reference {reference.get(key)}",
            compare.histories(key[0], *pair),
        ]
    )


def same(kind: str, engine: dict, reference: dict, pair: Pair) -> None:
    wrong = compare.differences(engine, reference)
    assert engine, f"the engine has no {kind}"
    assert not wrong, explain(kind, wrong, engine, reference, pair)


def test_every_claim_agrees_to_the_fen_whether_paid_or_not(pair: Pair):
    result, world = pair
    same("claims", compare.engine_claims(result, world.start), compare.reference_claims(world), pair)


def test_firms_enter_and_leave_incubators_on_the_same_days_for_the_same_causes(pair: Pair):
    result, world = pair
    same("tenancies", compare.engine_tenancies(result, world), compare.reference_tenancies(world), pair)


def test_the_fund_grants_loses_and_gets_back_the_same_loans_on_the_same_days(pair: Pair):
    result, world = pair
    same("events of the fund", compare.engine_fund(result), compare.reference_fund(world), pair)


def test_the_same_firms_are_certified_in_the_same_years(pair: Pair):
    result, world = pair
    engine = Counter(compare.engine_certificates(result))
    same("certificates", engine, Counter(world.certificates), pair)


def test_the_same_projects_are_signed_with_the_same_spending(pair: Pair):
    result, world = pair
    same(
        "projects",
        Counter(compare.engine_projects(result, world.start)),
        Counter(compare.reference_projects(world)),
        pair,
    )


@pytest.mark.slow
@pytest.mark.parametrize("city", LARGE, ids=lambda city: f"seed-{city[0]}")
def test_everything_of_importance_happens_at_least_five_times(city):
    _, world = both(*city)
    seen = Counter((claim.instrument, claim.reason) for claim in world.claims)
    seen.update(Counter(tenancy.cause for tenancy in world.tenancies))
    seen.update(Counter(entry[2] for entry in world.fund.log))
    seen["waited"] = sum(t.start - t.applied > 31 for t in world.tenancies if t.applied is not None)
    wanted = [*REASONS, *CAUSES, *FUND_EVENTS, "waited"]
    rare = {str(key): seen[key] for key in wanted if seen[key] < 5}
    assert not rare, f"too rare to be tested: {rare}"
