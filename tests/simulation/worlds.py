"""Small worlds built by hand: one zone, a few incubators, firms that a test describes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np

from fundflow.base.calendar import day_of
from fundflow.base.draws import Draws, Kind, pack_id
from fundflow.economy import Firms, Incubators
from fundflow.policy import load_catalogue
from fundflow.simulation.options import SimulationOptions
from fundflow.simulation.world import World

START = day_of(2021)
FOREVER = day_of(2200)
ZONE = 5


def world_of(firms: Firms, places: list[int], *, catalogue: Any = None, seed: int = 1, **economy: Any) -> World:
    """A world with these firms and, in their zone, one incubator for each number of places."""
    incubators = Incubators(len(places))
    incubators.id = pack_id(Kind.INCUBATOR, 0, ZONE, np.arange(len(places)))
    incubators.zone = ZONE
    incubators.places = np.array(places)
    incubators.recognised = START - 1000
    incubators.until = FOREVER
    numbers = {"incubator_wait_months": 12, "incubator_retry_months": 12, "incubator_attempts": 2, "incubator_wish": 1}
    world = World(
        draws=Draws(seed, 0),
        economy=SimpleNamespace(**{**numbers, **economy}),
        catalogue=catalogue or load_catalogue(),
        options=SimulationOptions(),
        firms=firms,
        incubators=incubators,
        makerspaces=None,
        start=START,
        end=day_of(2035, 12, 31),
        budget=None,
        paid=None,
        waiting=None,
        ledger=SimpleNamespace(note=lambda *_, **__: None),
    )
    world.grow()
    world.notes["next_attempt"][:] = 2**40
    return world


def firms_founded(days: Any) -> Firms:
    """Ordinary small firms of one zone, one for each founding day, in id order."""
    days = np.asarray(days, np.int64)
    firms = Firms(len(days))
    firms.id = pack_id(Kind.FIRM, 252, ZONE, np.arange(len(days)))
    firms.zone = ZONE
    firms.founded = days
    firms.staff = 10
    return firms
