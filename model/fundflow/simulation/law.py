"""The law of a scenario: the catalogue with its changes, readings and further documents."""

from __future__ import annotations

from pathlib import Path

from fundflow.policy import Catalogue, load_catalogue
from fundflow.scenario import Scenario


def law_of(scenario: Scenario) -> Catalogue:
    """Read the catalogue as a scenario wants it.

    Raises
    ------
    CatalogueFaults
        With every fault found.
    """
    law = scenario.policy
    folder = Path(law.catalogue) if law.catalogue else None
    return load_catalogue(law.changes, law.readings, law.after_expiry, folder)
