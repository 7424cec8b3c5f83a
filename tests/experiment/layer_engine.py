"""A simulation of a microsecond with four known layers: the city's entitlement is 1e10 fen times what each layer draws.

Luck is lognormal of sigma 0.1, a parameter even between 0.8 and 1.2 (a Sobol coordinate), discretion even between 0.6
and 1, a risk halves the total with the probability that the scenario gives it.
"""

from __future__ import annotations

import numpy as np

from fundflow.base.draws import Draws
from fundflow.base.points import sobol, stratified
from tests.experiment.rate_engine import FEN, prepare
from tests.results.tables import tables_of

__all__ = ["FEN", "prepare", "simulate", "total", "truth"]
NAMES = ("parameter", "other")
RISK = 0.2


def total(seed: int, replication: int, layers: tuple[str, ...]) -> int:
    draws = Draws(seed, replication)
    value = np.exp(0.1 * float(draws.normal("luck", 1)[0]))
    if "parameters" in layers:
        value *= 0.8 + 0.4 * sobol(seed, replication, NAMES)["parameter"]
    if "readings" in layers:
        value *= 0.6 + 0.4 * stratified(draws, "discretion")
    if "risks" in layers and stratified(draws, "risk:cut") < RISK:
        value *= 0.5
    return int(FEN * value)


def truth(layers: tuple[str, ...], size: int, seed: int = 11) -> np.ndarray:
    """The same distribution from independent draws of another generator."""
    free = np.random.default_rng(seed)
    value = np.exp(0.1 * free.standard_normal(size))
    if "parameters" in layers:
        value *= free.uniform(0.8, 1.2, size)
    if "readings" in layers:
        value *= free.uniform(0.6, 1.0, size)
    if "risks" in layers:
        value *= np.where(free.uniform(size=size) < RISK, 0.5, 1.0)
    return FEN * value


def simulate(inputs, replication, keep_claims):
    scenario = inputs.scenario
    tables = tables_of(replication)
    granted = tables["commitments"]
    granted["entitlement_city"] = np.array([total(scenario.seed, replication, scenario.layers)] * 2, np.int64)
    granted["entitlement_district"] = granted["entitlement_province"] = np.zeros(2, np.int64)
    return tables
