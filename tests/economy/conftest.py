from __future__ import annotations

import pytest

from fundflow.base.draws import Draws
from fundflow.economy import Economy, EconomyParameters, Population, build_population

SIZE = 3000


@pytest.fixture(scope="session")
def parameters() -> EconomyParameters:
    return EconomyParameters.baseline()


@pytest.fixture(scope="session")
def draws() -> Draws:
    return Draws(7, 3)


@pytest.fixture(scope="session")
def population(parameters: EconomyParameters) -> Population:
    return build_population(parameters, 1, SIZE)


@pytest.fixture(scope="session")
def economy(parameters: EconomyParameters, draws: Draws) -> Economy:
    return parameters.draw(draws, scale=SIZE / 60_000)
