"""Firms respond to what the law pays for a further yuan of R&D: by the formula, and only those whose law changed."""

from __future__ import annotations

from math import log
from types import SimpleNamespace

import numpy as np
import polars as pl
import pytest

from fundflow.base.calendar import day_of
from fundflow.experiment.engine import sections
from fundflow.policy import Batch, load_catalogue
from fundflow.scenario import ScenarioFaults, load_scenario
from fundflow.simulation import engine
from fundflow.simulation.response import Response
from tests.policy.helpers import BELOW
from tests.simulation.runs import RND, SCENARIOS, inputs_of, run

SHORT = ("population.size=600", "end=2022-12-31", "budget_year=2022")
DEARER = tuple(f"policy.changes.{name}.amount.rate=40%" for name in RND)
WAN = 10_000 * 100
ABOVE = RND[0]


def round_of(year: int, increases: list[int]) -> Batch:
    """Above-scale firms 1, 2, ... with these increases of R&D (10,000 yuan) in a year."""
    n = len(increases)
    facts = {
        "class": np.ones(n, np.int64), "status": np.zeros(n, np.int64), "above_sme_size": np.zeros(n, bool),
        "total_assets": np.full(n, 5000 * WAN), "yearly_sales": np.full(n, 5000 * WAN), "employees": np.full(n, 100),
        "rnd_increase": np.array(increases) * WAN, "last_year_rnd": np.full(n, 1000 * WAN),
        "verified_last_year": np.ones(n, bool), "rnd_reported_in_statistics": np.ones(n, bool),
        "incident_free": np.ones(n, bool), "other_city_rd_subsidy": np.zeros(n, np.int64),
    }  # fmt: skip
    return Batch(np.arange(1, n + 1), np.full(n, 5), np.full(n, day_of(year, 12, 31)), facts)


def of_rate(rate: str) -> object:
    return load_catalogue({ABOVE: {"amount": {"rate": {"2024-01-01": rate}}}})


def firms_with(increases: list[int]) -> tuple[SimpleNamespace, SimpleNamespace]:
    """Firms 6, 5, ..., 0 with 10 million of R&D, and what they plan; firms 1, 2, ... raise it so much, the rest not."""
    ids = np.arange(len(increases) + 2)[::-1]
    rise = np.array([dict(enumerate(increases, start=1)).get(one, 0) for one in ids.tolist()])
    tax, none = np.full(len(ids), 1000 * WAN), np.zeros(len(ids), np.int64)
    firms = SimpleNamespace(n=len(ids), id=ids, rd_permanent=tax.copy(), rd_tax=tax, gov_rd=none)
    return firms, SimpleNamespace(rd_tax=tax + rise * WAN, gov_rd=none)


def test_a_firm_responds_by_the_formula_once_and_neither_below_the_threshold_nor_at_the_cap() -> None:
    # Firm 1 plans 3 million of increase: 20% of a further yuan, 25% under the reform. Of the two firms entitled in the
    # round before (1 and 4) one is so again, hence q = 1/2: s = 10%, s' = 12.5%. Firm 2 plans 12 million, whose 20% are
    # past the cap of 2 million; firm 3 plans 1 million, below the least increase of 2 million; firm 4 spends less.
    response = Response(of_rate("25%"), of_rate("20%"), 0.8)
    response.saw("tax-settlement", round_of(2023, [300, 0, 0, 300]))
    firms, plan = firms_with([300, 1200, 100, -50])
    expected = 0.8 * log((1 - 0.10) / (1 - 0.125))
    assert response.drift(firms, plan) == pytest.approx([0, 0, 0, 0, expected, 0], abs=1e-12)
    # The same plans a year on: the aim stands where it was raised to.
    assert response.drift(firms, plan) == pytest.approx(np.zeros(6), abs=1e-12)
    # Who gave up R&D begins at a new aim, which the response raises again.
    firms.rd_permanent[4] = 0
    assert response.drift(firms, plan)[4] == pytest.approx(expected)


def test_a_rate_that_begins_a_year_later_moves_nobody_yet() -> None:
    # Claims of 2022 stand for R&D of 2023, for which both laws pay 20%; 25% begin with 2024.
    firms, plan = firms_with([300])
    for year, s in ((2022, 0.20), (2023, 0.25)):
        response = Response(of_rate("25%"), of_rate("20%"), 1.0)
        # Nobody was entitled in the round before, hence q = 0.
        response.saw("tax-settlement", round_of(year, [0]))
        assert response.drift(firms, plan)[1] == pytest.approx(log(0.80 / (1 - s)), abs=1e-12)


def test_a_scenario_that_changes_no_law_is_the_same_to_the_byte_with_the_response_on() -> None:
    off, on = run(*SHORT), run(*SHORT, "response.on=true")
    assert all(off[name].equals(on[name]) for name in off.tables)
    # A change of law that pays nothing more for R&D moves nobody either: the bearers of the same money change.
    shared = run(*SHORT, scenario="one-to-one"), run(*SHORT, "response.on=true", scenario="one-to-one")
    assert engine.response_of(shared[1].inputs, 0, shared[1].inputs.catalogue) is not None
    assert all(shared[0][name].equals(shared[1][name]) for name in shared[0].tables)


def test_a_higher_rate_moves_the_rnd_of_claimants_alone() -> None:
    asked = (*SHORT, *DEARER, "population.size=2500")
    static, dynamic = run(*asked), run(*asked, "response.on=true")
    ids = static.world.firms.id
    assert np.array_equal(ids, dynamic.world.firms.id)
    was, became = static.world.firms.rd_permanent, dynamic.world.firms.rd_permanent
    # The figures are those of 2021, which the first close of a year set; what they earn is awarded in 2022.
    claims = static["claims"].filter(pl.col("instrument").is_in(RND))
    moved = ids[became != was]
    assert len(moved) > 3
    assert set(moved.tolist()) <= set(claims["claimant"].to_list())
    # Firms know their plans: who responds is entitled in that round, unless its class changes (most who are not have
    # become above-scale firms, which must raise R&D by 2 million). Of last year's entitled only a fifth would be.
    entitled = claims.filter(pl.col("entitlement") > 0)
    assert np.isin(moved, entitled["claimant"]).mean() > 0.6
    # The higher rate brings some to the cap; past it the law pays nothing more, and they do less.
    capped = entitled.filter((pl.col("entitlement") == 200 * WAN) | (pl.col("entitlement") == 50 * WAN))["claimant"]
    # The response is reckoned in the class of the round before, so who changes class is left out.
    small = [set(claims.filter(instrument=BELOW, event_day=day_of(y, 12, 31))["claimant"]) for y in (2020, 2021)]
    less = set(ids[became < was].tolist()) & set(entitled["claimant"]) - (small[0] ^ small[1])
    assert less and less <= set(capped.to_list())
    assert (became > was).sum() > (became < was).sum()


def test_without_response_or_elasticity_nothing_listens() -> None:
    law = inputs_of(*SHORT, *DEARER)
    assert engine.response_of(law, 0, law.catalogue) is None
    still = inputs_of(*SHORT, *DEARER, "response.on=true", "response.elasticity=0")
    assert engine.response_of(still, 0, still.catalogue) is None
    on = inputs_of(*SHORT, *DEARER, "response.on=true", "response.elasticity=0.5")
    found = engine.response_of(on, 0, on.catalogue)
    assert found is not None and found.elasticity == 0.5
    assert found.before.digest == inputs_of(*SHORT).catalogue.digest != found.law.digest


@pytest.mark.parametrize(
    ("given", "said"),
    [("elasticity=-1", "between 0 and 10"), ("elasticity=high", "must be a number"), ("on=5", "true or false"),
     ("elastic=1", "elasticity")],
)  # fmt: skip
def test_bad_values_are_refused(given: str, said: str) -> None:
    with pytest.raises(ScenarioFaults, match=said):
        load_scenario(SCENARIOS / "baseline.toml", [f"response.{given}"], sections=sections())
