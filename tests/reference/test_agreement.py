"""Engine and reference agree claim by claim, to the fen, and on every history."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.reference import compare
from tests.reference.scaled import both

SMALL = (1, 400, 2024)
LARGE = [(seed, 1500, 2030) for seed in (1, 2, 3)]

REASONS = {
    "rnd-increase-subsidy-above-scale-sme": ("CONDITION", "RANK", "RATE", "CAP"),
    "rnd-increase-subsidy-below-scale-sme": ("CONDITION", "RANK", "RATE", "NONE"),
    "rnd-increase-subsidy-manufacturing-high-tech": ("CONDITION",),
    "eaglet-recognition-grant": ("NONE",),
    "eaglet-loan-interest-subsidy": ("NONE", "CONDITION"),
    "key-rd-enterprise-post-subsidy": ("NONE", "HALVED", "CONDITION", "ENVELOPE_DEFERRED"),
    "incubator-high-tech-cultivation": ("NONE", "CONDITION"),
    "incubator-specialised-construction-grant": ("NONE",),
    "incubator-provincial-award": ("NONE",),
    "incubator-national-award": ("NONE",),
}
CAUSES = ("graduated", "stay_limit", "exit", "outgrown", "closed")
FUND_EVENTS = ("granted", "gave_up", "repaid", "written_off")


@pytest.mark.parametrize("intake", ["monthly", "daily"])
def test_a_small_city_has_the_same_claims_and_histories_in_both_models(intake):
    result, world = both(*SMALL, intake)
    assert compare.report(result, world) == ""


def test_where_documents_lapse_both_models_pay_running_rights_alone():
    result, world = both(*SMALL, "monthly", "lapses")
    assert compare.report(result, world) == ""
    assert {"in_force", "run_off", "lapsed"} == {claim.status for claim in world.claims}
    assert not any(claim.award for claim in world.claims if claim.status == "lapsed")


GUILTY = ("economy.incident_rate=0.3", "economy.fraud_share=0.7")


def test_where_fraud_is_common_the_same_claimants_are_barred_and_pay_back_the_same_fen():
    result, world = both(2, 400, 2025, "monthly", "renewed", GUILTY)
    assert compare.report(result, world) == ""
    assert len(world.recoveries) > 5 and len(world.bans) > 3
    barred = [row for row in compare.rows(result["claims"]) if row["stages"][0]["reason"].startswith("barred until")]
    assert len(barred) > 0


@pytest.mark.slow
@pytest.mark.parametrize("city", LARGE, ids=lambda city: f"seed-{city[0]}")
def test_ten_years_in_which_everything_binds_agree_claim_by_claim(city):
    result, world = both(*city)
    assert compare.report(result, world) == ""
    rare = too_rare(world)
    assert not rare, f"too rare to be tested: {rare}"


def too_rare(world) -> dict[str, int]:
    """What comes up less than five times, so that agreement on it would say little."""
    seen = Counter((claim.instrument, claim.reason) for claim in world.claims)
    seen.update(tenancy.cause for tenancy in world.tenancies)
    seen.update(entry[2] for entry in world.fund.log)
    seen["waited"] = sum(t.start - t.applied > 31 for t in world.tenancies if t.applied is not None)
    wanted = [(rule, reason) for rule, reasons in REASONS.items() for reason in reasons]
    wanted += [*CAUSES, *FUND_EVENTS, "waited"]
    return {str(key): seen[key] for key in wanted if seen[key] < 5}


def test_a_fen_too_much_is_found_and_both_histories_are_printed():
    result, world = both(*SMALL, "monthly")
    claim = next(c for c in world.claims if c.award and c.instrument.startswith("rnd"))
    claim.award += 1
    try:
        said = compare.report(result, world)
    finally:
        claim.award -= 1
    assert "1 claims differ" in said
    assert f"claimant {claim.claimant}" in said
    assert said.index("  engine:") < said.index("  reference:")
