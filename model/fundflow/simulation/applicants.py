"""Which of the institutions that apply for a recognition meet the conditions of the catalogue, by what each is like."""

from __future__ import annotations

from typing import Any

import numpy as np

from fundflow.economy import Incubators, Makerspaces, attribute_value
from fundflow.simulation.world import Ints, World


def recognised(world: World, condition: str, table: Incubators | Makerspaces, year: int, day: int) -> Ints:
    """Rows of applicants that satisfy a condition set on a day; all where no applicants are described for it."""
    described = world.economy.applicants.get(condition)
    if described is None or not table.n:
        return np.arange(table.n)
    facts: dict[str, Any] = {"controllable_area": table.area} if isinstance(table, Incubators) else {}
    for name, attribute in described.attributes.items():
        facts[name] = attribute_value(attribute, world.draws.uniform(f"applicant:{name}", table.id), facts)
    passes = world.catalogue.conditions[condition].holds(facts, table.n, day)
    kind = "incubators" if isinstance(table, Incubators) else "makerspaces"
    world.ledger.indicate(year, f"{kind}_refused", int((~passes).sum()))
    return np.flatnonzero(passes)
