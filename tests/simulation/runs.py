"""Runs of the simulation that tests share: the baseline, small and short, with what a test changes."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl

from fundflow.experiment.engine import sections
from fundflow.scenario import load_scenario
from fundflow.simulation import engine, prepare, simulate

SCENARIOS = Path(__file__).parents[2] / "scenarios"
SMALL = ("population.size=1500", "end=2024-12-31", "budget_year=2024")
FUND = "city-st-development-fund"
RND = (
    "rnd-increase-subsidy-above-scale-sme",
    "rnd-increase-subsidy-below-scale-sme",
    "rnd-increase-subsidy-manufacturing-high-tech",
)


@dataclass
class Ran:
    """The tables of one replication as frames, what it ran with, and its world on the last day."""

    inputs: Any
    tables: dict[str, pl.DataFrame]
    world: Any

    def __getitem__(self, name: str) -> pl.DataFrame:
        return self.tables[name]

    def indicator(self, name: str) -> dict[int, float]:
        """An indicator of the whole city by year."""
        rows = self["indicators"].filter(name=name, district="全市")
        return dict(zip(rows["year"], rows["value"], strict=True))


def inputs_of(*sets: str, scenario: str = "baseline") -> Any:
    """Prepare a shipped scenario in small, with changes as on the command line; later ones win."""
    return prepare(load_scenario(SCENARIOS / f"{scenario}.toml", [*SMALL, *sets], sections=sections()))


def simulated(inputs: Any, replication: int = 0, keep_claims: bool = True) -> Ran:
    """Run one replication and keep its world."""
    worlds: list[Any] = []

    def remember(*given: Any) -> Any:
        made = real(*given)
        worlds.append(made[0])
        return made

    real = engine.set_up
    with patch.object(engine, "set_up", remember):
        tables = simulate(inputs, replication, keep_claims)
    return Ran(inputs, {name: pl.DataFrame(table) for name, table in tables.items() if name != "trace"}, worlds[0])


@lru_cache(maxsize=16)
def run(*sets: str, scenario: str = "baseline", replication: int = 0) -> Ran:
    """Run a replication once for all tests that read the same one; nobody may change it."""
    return simulated(inputs_of(*sets, scenario=scenario), replication)


def entitled() -> pl.Expr:
    """What the law gives, all bearers together."""
    return pl.sum_horizontal("entitlement_city", "entitlement_district", "entitlement_province")


def awarded() -> pl.Expr:
    """What the budget lets through, all bearers together."""
    return pl.sum_horizontal("award_city", "award_district", "award_province")
