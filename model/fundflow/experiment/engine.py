"""The seam to the simulation: what an experiment needs of it, and the identity of a run."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, Protocol, cast

from pydantic import BaseModel

from fundflow.scenario import Fault, Scenario, ScenarioFaults, load_scenario
from fundflow.scenario.faults import nearest

SIMULATION = "fundflow.simulation"
_DECIDING = ("base", "economy", "policy", "simulation")
"""Packages that can change what a replication gives."""


class Digested(Protocol):
    """A catalogue: it names itself by a hash."""

    @property
    def digest(self) -> str:
        """SHA-256 of the catalogue with all changes."""


class Hashed(Protocol):
    """A population: it names itself by a hash."""

    @property
    def hash(self) -> str:
        """SHA-256 of the initial population."""


class Inputs(Protocol):
    """What all replications of a scenario share."""

    @property
    def catalogue(self) -> Digested:
        """The policy catalogue."""

    @property
    def population(self) -> Hashed:
        """The initial population."""

    @property
    def warnings(self) -> Sequence[str]:
        """What a reader of the run must know."""

    @property
    def instruments_meta(self) -> Mapping[str, Any]:
        """Names, clauses and assumptions by instrument, for reports."""


class Engine(Protocol):
    """The two functions of a simulation, as a module offers them."""

    def prepare(self, scenario: Scenario) -> Inputs:
        """Load what a scenario names."""

    def simulate(
        self, inputs: Inputs, replication: int, keep_claims: bool, **more: bool
    ) -> Mapping[str, Any]:
        """Run one replication and return the tables of a run folder; ``more`` asks for further sums."""


def load_engine(name: str = SIMULATION) -> Engine:
    """Import a simulation by the name of its module, in this process or in a worker."""
    return cast(Engine, importlib.import_module(name))


def sections() -> dict[str, type[BaseModel]]:
    """Models of the scenario tables that other packages own."""
    from fundflow.economy import EconomyParameters
    from fundflow.simulation import ResponseOptions, SimulationOptions

    return {"economy": EconomyParameters, "response": ResponseOptions, "simulation": SimulationOptions}


def load(path: str | Path, sets: Sequence[str] = ()) -> Scenario:
    """Read a scenario with every section checked, and what it changes in the law against the catalogue.

    Raises
    ------
    ScenarioFaults
        With every fault found.
    """
    scenario = load_scenario(path, sets, sections())
    faults = [Fault(str(path), key, text) for key, text in _law_faults(scenario)]
    if faults:
        raise ScenarioFaults(faults)
    return scenario


def _law_faults(scenario: Scenario) -> list[tuple[str, str]]:
    from fundflow.policy import CatalogueFaults
    from fundflow.simulation.drawn_law import uncertainty_faults
    from fundflow.simulation.law import law_of

    law = scenario.policy
    try:
        catalogue = law_of(scenario)
    except CatalogueFaults as error:
        return [("policy", text) for text in error.faults]
    known = list(catalogue.envelopes)
    faults = [f"envelopes.{name}   unknown{nearest(name, known)}" for name in law.envelopes if name not in known]
    unsure = uncertainty_faults(scenario, catalogue)
    return [*(("policy", text) for text in faults), *(("uncertainty", text) for text in unsure)]


@cache
def code_version() -> str:
    """Version of the program with a hash of the code that decides results.

    The hash keeps a run made before a change of the code from being taken for one made after it.
    """
    home = Path(__file__).parents[1]
    total = hashlib.sha256()
    for package in _DECIDING:
        for path in sorted((home / package).rglob("*")):
            if path.suffix in (".py", ".toml", ".csv", ".json"):
                total.update(str(path.relative_to(home)).encode() + b"\0" + path.read_bytes() + b"\0")
    return f"{version('fundflow')}+{total.hexdigest()[:12]}"


def meta_of(scenario: Scenario, inputs: Inputs) -> dict[str, Any]:
    """Content of ``run.json``: what the run is made of, its identity, and what its readers must know."""
    parts = {
        "scenario": scenario.digest,
        "catalogue": inputs.catalogue.digest,
        "population": inputs.population.hash,
        "seed": scenario.seed,
        "version": code_version(),
    }
    text = "\n".join(f"{key}={parts[key]}" for key in sorted(parts))
    return {
        "identity": hashlib.sha256(text.encode()).hexdigest(),
        "name": scenario.name,
        "title": scenario.title,
        "seed": scenario.seed,
        "version": parts["version"],
        "digests": {key: parts[key] for key in ("scenario", "catalogue", "population")},
        "fixed_parameters": scenario.fixed_parameters,
        "layers": list(scenario.layers),
        "warnings": list(inputs.warnings),
        "instruments": dict(inputs.instruments_meta),
    }
