"""Whatever a valid scenario says, the simulation runs through and its books close."""

from __future__ import annotations

import polars as pl
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from fundflow.economy import EconomyParameters
from tests.simulation.runs import FUND, RND, awarded, entitled, inputs_of, simulated

TINY = ("end=2022-12-31", "budget_year=2022")
RANGES = {
    name: number
    for name in EconomyParameters.model_fields
    if getattr(number := getattr(EconomyParameters.baseline(), name), "low", None) is not None
}
# Numbers at which things stop happening, or always happen.
EXTREMES = [
    "births=0", "births=60000", "incubator_wish=1", "incubator_wish=0", "makerspace_wish=1", "high_tech_wish=0",
    "high_tech_acceptance=1", "renewal=0", "renewal=1", "bridge_wish=1", "bridge_default=1", "eaglet_places=1",
    "key_places=1", "incident_rate=1", "exit_multiplier=3", "exit_multiplier=0", "incubator_fail=1", "tax_claim=0",
    "venture_hazard=0.9", "sold_hazard=0.5", "incubator_births=0", "makerspace_births=0", "loan_share=0",
    "incubator_wait_months=1", "incubator_attempts=5", "rd_at_birth=0", "gov_share=1", "eaglet_wish=0",
]  # fmt: skip
AMOUNTS = ["0", "1", "30万", "1000万", '{2021="5万",2022="unlimited"}']


@st.composite
def changes(draw: st.DrawFn) -> list[str]:
    """Changes as on the command line, each of them valid."""
    sets = [f"population.size={draw(st.integers(30, 300))}", f"seed={draw(st.integers(0, 2**40))}"]
    for name in draw(st.lists(st.sampled_from(sorted(RANGES)), max_size=4, unique=True)):
        part = draw(st.floats(0, 1))
        low, high = RANGES[name].low, RANGES[name].high
        sets.append(f"economy.{name}.value={min(max(low + part * (high - low), low), high)!r}")
    taken = {one.split(".")[1] for one in sets if one.startswith("economy.")}
    for one in draw(st.lists(st.sampled_from(EXTREMES), max_size=3, unique_by=lambda text: text.split("=")[0])):
        if one.split("=")[0] not in taken:
            sets.append(f"economy.{one}")
    sets.append(f"simulation.intake={draw(st.sampled_from(['daily', 'monthly']))}")
    sets.append(f"policy.after_expiry={draw(st.sampled_from(['lapses', 'renewed']))}")
    sets.append(f"fixed_parameters={draw(st.sampled_from(['true', 'false']))}")
    if draw(st.booleans()):
        sets.append(f"policy.envelopes.{FUND}={draw(st.sampled_from(AMOUNTS))}")
    if draw(st.booleans()):
        sets.append(f"policy.envelopes.eaglet-support={draw(st.sampled_from(AMOUNTS))}")
    if draw(st.booleans()):
        sets.append(f"simulation.fund_size={draw(st.sampled_from([0, 1, 500_000, 10**8]))}")
    for name in draw(st.lists(st.sampled_from(RND), max_size=2, unique=True)):
        sets.append(f'policy.changes.{name}.amount.rate="{draw(st.integers(0, 100))}%"')
    if draw(st.booleans()):
        # The two classes rank 600 together (article 7(2)): more for one of them is not a valid scenario.
        sets.append(f"policy.changes.{RND[0]}.competition.places={draw(st.integers(0, 200))}")
    return sets


# Not shrunk: a failing scenario says enough, and each attempt costs a run.
@settings(
    max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, phases=[Phase.generate]
)
@given(changes())
def test_a_random_valid_scenario_runs_and_its_books_close(sets: list[str]):
    ran = simulated(inputs_of(*TINY, *sets))
    commitments, payments = ran["commitments"], ran["payments"]
    if commitments.height:
        whole = commitments.group_by("instrument").agg(award=awarded().sum(), due=entitled().sum())
        assert whole.filter(pl.col("award") > pl.col("due")).height == 0
        assert commitments.select(awarded().min()).item() >= 0
        again = (pl.col("entitlement") == 0) & (pl.col("award") > 0)
        assert commitments["claims"].sum() == ran["claims"].filter(~again).height
        paid = payments.filter(award_year=2022).select("city", "district_fen", "province").sum().sum_horizontal().sum()
        assert paid == commitments.filter(year=2022).select(awarded().sum()).item()
    assert set(ran.indicator("firms")) == {2021, 2022}
