"""A simulation of a microsecond whose answer is known: the city's award is rate x 100 million yuan x luck.

``simulation.rate`` is the rate, ``simulation.spread`` the deviation of the logarithm of the luck, which is lognormal
and keyed by seed and replication; ``simulation.shape`` is ``rising`` (the default), ``hump`` or ``flat``.
"""

from __future__ import annotations

import os
import signal
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from scipy.special import ndtri

from fundflow.base.draws import Draws
from tests.results.tables import tables_of

FEN = 10**10


def prepare(scenario):
    return SimpleNamespace(
        scenario=scenario,
        catalogue=SimpleNamespace(digest="c" * 64),
        population=SimpleNamespace(hash="p" * 64),
        warnings=(),
        instruments_meta={"rnd": {"zh": "研发", "en": "R&D", "evidence": "B", "department": "市科技局"}},
    )


def award(scenario, replication: int) -> int:
    wish = scenario.simulation
    rate = float(wish["rate"])
    level = {"rising": rate, "hump": 1 - (2 * rate - 1) ** 2, "flat": 0.5}[wish.get("shape", "rising")]
    u = float(Draws(scenario.seed, replication).uniform("luck", [1])[0])
    return int(level * FEN * float(np.exp(float(wish.get("spread", 0.2)) * ndtri(u))))


def simulate(inputs, replication, keep_claims):
    wish = inputs.scenario.simulation
    if replication == wish.get("die_at"):
        try:
            Path(wish["mark"]).touch(exist_ok=False)
        except FileExistsError:
            pass
        else:
            os.kill(os.getpid(), signal.SIGKILL)
    tables = tables_of(replication)
    amount = np.array([award(inputs.scenario, replication)] * 2, np.int64)
    tables["commitments"]["award_city"] = amount
    return tables
