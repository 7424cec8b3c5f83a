"""A scaled city in which everything binds: places, quotas, the envelope, the fund."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from fundflow.base.draws import Draws
from tests.reference import setup
from tests.reference.world import World

BASELINE = Path(__file__).parents[2] / "scenarios" / "baseline.toml"
ENVELOPE = "city-st-development-fund"
ABOVE, BELOW = "rnd-increase-subsidy-above-scale-sme", "rnd-increase-subsidy-below-scale-sme"
# Yuan a year: short at first, then enough that caps bind too, then next to nothing.
CITY_MONEY = {2021: 5_000_000, 2024: 15_000_000, 2026: 6_000_000, 2029: 1_000_000}
FUND_SIZE, RISK_POOL = 60_000_000, 300_000

NUMBERS = {
    "births": 7000, "birth_staff": 40, "birth_sales": 1_500_000, "intensity_median": 0.14, "rd_growth_shift": 0.1,
    "transitory_share": 0.6, "incubator_wish": 0.8,
    "incubator_wait_months": 6, "incubator_retry_months": 6,
    "incubator_births": 150, "incubator_area": 3000, "incubator_specialised": 0.8,
    "incubator_to_specialised": 0.3, "incubator_to_provincial": 0.4,
    "incubator_to_national": 0.7, "incubator_fail": 0.15, "incubator_filing": 0.93,
    "incubator_national_directly": 0.15,
    "incident_rate": 0.04, "fraud_share": 0.3, "statistics_reported": 0.9,
    "eaglet_wish": 0.9, "eaglet_places": 1000, "eaglet_filing": 0.85,
    "high_tech_wish": 0.5, "venture_hazard": 0.1, "venture_mean": 6_000_000, "sold_hazard": 0.01,
    "loan_share": 0.6, "loan_start": 0.15, "loan_ratio": 0.5, "renewal": 0.85,
    "bridge_wish": 0.6, "bridge_default": 0.05,
    "bridge_days_mean": 14,
    "key_wish": 0.9, "key_places": 900, "key_least_rd": 500_000, "key_on_time": 0.45, "key_late": 0.35,
    "key_applied_in_time": 0.6, "gov_share": 0.2,
}  # fmt: skip

# Claimants that are no firms are not part of the reference; they would draw on the same envelope.
STREAMS = tuple(
    name
    for path in sorted((BASELINE.parent / "volumes").glob("*.toml"))
    for name in tomllib.loads(path.read_text("utf-8")).get("economy", {}).get("streams", {})
)
# Events of firms that the reference does not know, and whose money is set against that of its instruments.
FIRM_EVENTS = ("specialised", "ai-core-project", "ai-general-project")


def scenario(
    seed: int, size: int, last_year: int, intake: str = "monthly", after: str = "renewed", more: tuple[str, ...] = ()
) -> Any:
    """Differences over the baseline, as on the command line."""
    from fundflow.economy import EconomyParameters
    from fundflow.scenario import load_scenario
    from fundflow.simulation import SimulationOptions

    sets = [
        f"seed={seed}", f"population.size={size}", f"end={last_year}-12-31", "fixed_parameters=true",
        f"budget_year={min(2027, last_year)}",
        f'policy.changes."{ABOVE}".competition.places={size * 20 // 1500}',
        f'policy.changes."{BELOW}".competition.places={size * 40 // 1500}',
        *(f'policy.envelopes.{ENVELOPE}.{y}="{fen * size // 1500}"' for y, fen in CITY_MONEY.items()),
        f"simulation.fund_size={FUND_SIZE * size // 1500}", f"simulation.risk_pool={RISK_POOL}",
        f"simulation.intake={intake}", "simulation.deferred=recorded", f"policy.after_expiry={after}",
        *(f"economy.{name}.{part}={value}" for name, value in NUMBERS.items() for part in ("value", "low", "high")),
    ]  # fmt: skip
    sets += [f"economy.streams.{name}.{key}=0" for name in STREAMS for key in ("yearly", "low", "high")]
    sets += [f"economy.firm_events.{name}.until=0" for name in FIRM_EVENTS]
    sets += more
    sections = {"economy": EconomyParameters, "simulation": SimulationOptions}
    return load_scenario(BASELINE, sets, sections=sections)


def reference(question: Any, inputs: Any) -> World:
    """Run the reference on what the engine prepared: population, catalogue values, numbers of the economy."""
    size, draws = question.population.size, Draws(question.seed, 0)
    world = setup.build(
        catalogue=inputs.catalogue,
        population=inputs.population,
        economy=inputs.economy.draw(draws, fixed=question.fixed_parameters, scale=inputs.population.scale),
        draws=draws,
        start=question.start,
        end=question.end,
        fund_size=FUND_SIZE * size // 1500 * 100,
        risk_pool=RISK_POOL * 100,
        city_money=lambda year: question.policy.envelope(ENVELOPE, year),
        intake=question.simulation["intake"],
        lapses=question.policy.after_expiry == "lapses",
    )
    world.run()
    return world


@lru_cache(maxsize=2)
def both(
    seed: int, size: int, last_year: int, intake: str = "monthly", after: str = "renewed", more: tuple[str, ...] = ()
) -> tuple[dict[str, Any], World]:
    """The engine's result and the reference's world for one scaled scenario."""
    from fundflow.simulation import prepare, simulate

    question = scenario(seed, size, last_year, intake, after, more)
    inputs = prepare(question)
    return simulate(inputs, 0, keep_claims=True), reference(question, inputs)
