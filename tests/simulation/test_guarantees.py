"""What comparing two scenarios rests on: the same luck for everybody whom a change does not touch."""

from __future__ import annotations

from unittest.mock import patch

import numpy as np
import polars as pl

from fundflow.economy import EconomyParameters
from fundflow.simulation import firms as firm_processes
from tests.simulation.runs import Ran, inputs_of, run, simulated

# A place, a rank or a turn in a queue is taken from somebody else: those are meant to change.
SHARED = {
    "space", "space_from", "space_until", "incubator", "incubator_from", "incubator_until", "left_incubator",
    "left_cause", "eaglet_from", "eaglet_until", "key_until", "key_number",
}  # fmt: skip
YEARS = ("population.size=600", "end=2024-12-31", "budget_year=2024")
TINY = ("population.size=300", "end=2022-12-31", "budget_year=2022")


def histories(ran: Ran) -> dict[str, np.ndarray]:
    """What became of each firm by itself, in id order."""
    firms = ran.world.firms
    order = np.argsort(firms.id)
    return {name: firms.column(name)[order] for name in firms.columns() if name not in SHARED}


def with_one_more(times: int = 1):
    """Let one more firm be founded in 2021 beside the first one that is."""
    real = firm_processes.year_arrivals

    def more(year, economy, factors, draws):
        born = real(year, economy, factors, draws)
        if year == 2021:
            twin = born.take(np.zeros(times, np.int64))
            twin.id = twin.id + 1_000_000 + np.arange(times)
            whole = twin.copy()
            whole.append(born)  # in front: whatever went by position would shift
            return whole
        return born

    return patch.object(firm_processes, "year_arrivals", more)


def test_one_more_firm_in_the_first_year_changes_no_figure_and_no_own_decision_of_any_other_firm():
    inputs = inputs_of(*YEARS)
    before = histories(simulated(inputs))
    with with_one_more():
        after = histories(simulated(inputs))
    new = ~np.isin(after["id"], before["id"])
    assert new.sum() == 1
    assert (after["exit_day"][new] > after["founded"][new]).all() and after["closed_year"][new].max() >= 2022
    for name, column in before.items():
        assert np.array_equal(column, after[name][~new]), name
    assert (before["hte_first"] > 0).any() and (before["sold_day"] < 2**40).any(), "the histories have no events"


def test_more_births_only_append_firms():
    few = histories(simulated(inputs_of(*YEARS, "fixed_parameters=true", "economy.births=5000")))
    many = histories(simulated(inputs_of(*YEARS, "fixed_parameters=true", "economy.births=6500")))
    known = np.isin(many["id"], few["id"])
    assert known.sum() == len(few["id"]) < len(many["id"])
    for name, column in few.items():
        assert np.array_equal(column, many[name][known]), name


def test_the_same_scenario_prepared_and_run_twice_differs_by_nothing():
    first, second = run(), simulated(inputs_of())
    assert first.tables.keys() == second.tables.keys()
    for name, table in first.tables.items():
        assert table.height > 0
        assert table.equals(second[name]), name


def test_a_replication_leaves_the_shared_inputs_as_they_were():
    inputs = inputs_of(*TINY)
    simulated(inputs, 3)
    again = simulated(inputs, 4)
    alone = simulated(inputs_of(*TINY), 4)
    assert all(again[name].equals(table) for name, table in alone.tables.items())


def test_keeping_the_claims_changes_no_sum():
    without = simulated(run().inputs, keep_claims=False)
    assert "claims" not in without.tables
    for name in ("commitments", "payments", "settlements", "indicators"):
        assert without[name].equals(run()[name]), name


def test_another_replication_and_another_seed_have_other_luck():
    base = run(*TINY)
    others = [run(*TINY, replication=1), run(*TINY, "seed=5")]
    for other in others:
        assert other.inputs.population.hash == base.inputs.population.hash
        assert not other["claims"].equals(base["claims"])
    assert not others[0]["claims"].equals(others[1]["claims"])


def test_another_population_seed_places_other_firms_on_the_first_day():
    assert inputs_of("population.seed=2").population.hash != inputs_of().population.hash


def test_fixed_parameters_run_every_replication_with_the_stated_numbers():
    stated = EconomyParameters.baseline()
    drawn = [run(*TINY, replication=number).world.economy for number in (0, 1)]
    fixed = [run(*TINY, "fixed_parameters=true", replication=n) for n in (0, 1)]
    assert drawn[0].tax_claim != drawn[1].tax_claim
    assert {one.world.economy.tax_claim for one in fixed} == {stated.tax_claim.value}
    assert fixed[0].world.economy == fixed[1].world.economy
    assert not fixed[0]["claims"].equals(fixed[1]["claims"]), "luck must differ all the same"


def test_a_number_that_is_set_is_the_number_that_runs():
    ran = run(*TINY, "economy.high_tech_acceptance=0", "economy.eaglet_wish=0")
    assert ran.world.economy.high_tech_acceptance == 0
    firms = ran.world.firms
    assert not (firms.hte_from >= ran.world.start).any()
    grants = ran["claims"].filter(pl.col("event_day") >= ran.world.start, instrument="eaglet-recognition-grant")
    assert grants.height == 0
    assert run(*TINY)["claims"].filter(
        pl.col("event_day") >= ran.world.start, instrument="eaglet-recognition-grant"
    ).height > 0  # fmt: skip
