"""What each open reading of the law is worth: one paired run with the other reading, and the difference it makes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from fundflow.experiment.engine import SIMULATION, load_engine
from fundflow.experiment.estimate import Estimate, estimate
from fundflow.experiment.pieces import STORE, Pieces, Watch, run_pieces
from fundflow.policy import Catalogue, Instrument
from fundflow.scenario import Scenario

LOW_DISCRETION = "60%"
"""What is paid of a ceiling in the other case: the low end of the range over which discretion is drawn."""


@dataclass(frozen=True)
class Opening:
    """One question that the text leaves open, and another answer.

    ``instruments`` are those whose table names the reading; empty where a process of the simulation asks for it.
    """

    id: str
    number: str
    """Of the question in docs/readings.md; ``-`` where it has none there."""
    question_en: str
    question_zh: str
    taken: str
    other: str
    certainty: str
    change: dict[str, Any]
    instruments: tuple[str, ...]


@dataclass(frozen=True)
class Effect:
    """What the other answer does to the entitlement of the budget year, in fen, paired by replication."""

    opening: Opening
    city: Estimate
    district: Estimate
    total: Estimate
    run: bool
    """False where no claim of the budget year rests on the reading, so that nothing was run."""


def openings(catalogue: Catalogue) -> list[Opening]:
    """Every other answer that the catalogue allows: one a value of a reading, one a ceiling that is paid in full."""
    found = []
    for one in catalogue.readings.values():
        users = tuple(i.id for i in catalogue.instruments.values() if one.id in _asked(i))
        if one.id == "discretion":
            continue
        for other in one.others:
            change: dict[str, Any] = {"readings": {one.id: other}}
            found.append(
                Opening(
                    one.id,
                    one.number,
                    one.question_en,
                    one.question_zh,
                    str(one.value),
                    other,
                    one.certainty,
                    change,
                    users,
                )
            )
    found.append(_after_expiry(catalogue))
    for inst in catalogue.instruments.values():
        if inst.ceiling:
            change = {"changes": {inst.id: {"amount": {"discretion": LOW_DISCRETION}}}}
            en, zh = f"Ceiling paid in full: {inst.name_en}", f"按上限足额支付：{inst.name_zh}"
            now = str(catalogue.readings["discretion"].value)
            taken = "100%" if now == "1" else now
            found.append(
                Opening(f"ceiling:{inst.id}", "1", en, zh, taken, LOW_DISCRETION, "likely", change, (inst.id,))
            )
    return found


def _after_expiry(catalogue: Catalogue) -> Opening:
    """Documents past their last day: taken for renewed, or lapsed."""
    taken = {law.after_expiry for law in catalogue.documents.values()}
    other = "lapses" if "renewed" in taken else "renewed"
    en, zh = "Documents past their last day", "已过有效期的文件：视为延续还是失效"
    return Opening("after-expiry", "6", en, zh, " / ".join(sorted(taken)), other, "open", {"after_expiry": other}, ())


def _asked(instrument: Instrument) -> set[str]:
    """The readings that an instrument and its lists of bearers hang on."""
    return {*instrument.readings, *(sharing.reading for _, sharing in instrument.sharing.versions)}


def reading_effects(
    scenario: Scenario,
    replications: int = 8,
    *,
    workers: int | None = None,
    store: Path = STORE,
    engine: str = SIMULATION,
    watch: Watch | None = None,
) -> tuple[list[Effect], dict[str, Estimate]]:
    """Run every other answer against the scenario's own, paired, to the end of the budget year.

    Returns
    -------
    list of Effect
        The largest change of the city's, the districts' or the total money first.
    dict
        The scenario's own entitlement of the budget year by ``city``, ``district``, ``total``, in fen.
    """
    year = scenario.budget_year
    short = _with(scenario, {}, f"{scenario.name}-{year}")
    catalogue = load_engine(engine).prepare(short).catalogue
    assert isinstance(catalogue, Catalogue)
    base = run_pieces([short], range(replications), workers=workers, store=store, engine=engine)
    paid = base.cube(0).filter(pl.col("year") == year, pl.sum_horizontal("claims", "recipients") > 0)
    alive = set(paid.select(pl.col("instrument").unique()).collect()["instrument"])
    known = openings(catalogue)
    live = [one for one in known if not one.instruments or alive & set(one.instruments)]
    variants = [_with(scenario, one.change, f"{scenario.name}-{one.id}"[:80].replace(":", "-")) for one in live]
    pieces = run_pieces(
        [short, *variants], range(replications), workers=workers, store=store, engine=engine, watch=watch
    )
    own = _of_year(pieces, 0, year, replications)
    effects = []
    for number, one in enumerate(live, start=1):
        other = _of_year(pieces, number, year, replications)
        gaps = {level: estimate(other[level] - own[level]) for level in own}
        effects.append(Effect(one, gaps["city"], gaps["district"], gaps["total"], True))
    nothing = estimate(np.zeros(max(replications, 2)))
    effects += [Effect(one, nothing, nothing, nothing, False) for one in known if one not in live]
    # Who bears the money matters as much as how much it is: a shift between the levels leaves the total as it is.
    effects.sort(key=lambda one: (-_largest(one), one.opening.id))
    return effects, {level: estimate(values) for level, values in own.items()}


def _largest(effect: Effect) -> float:
    """The largest change of any level, in fen."""
    return max(abs(level.mean) for level in (effect.total, effect.city, effect.district))


def _with(scenario: Scenario, change: dict[str, Any], name: str) -> Scenario:
    """The scenario with one other answer, ending with the budget year, since later years cannot change it."""
    tables = scenario.tables()
    law = dict(tables.get("policy", {}))
    for key, given in change.items():
        law[key] = _laid(law.get(key, {}), given)
    end = scenario.end.replace(year=scenario.budget_year)
    name = "".join(c if c.isalnum() or c in "_.-" else "-" for c in name)
    return Scenario.model_validate({**tables, "policy": law, "name": name, "end": end})


def _laid(under: Any, over: Any) -> Any:
    if not isinstance(under, dict) or not isinstance(over, dict):
        return over
    return {**under, **{key: _laid(under.get(key), value) for key, value in over.items()}}


def _of_year(pieces: Pieces, variant: int, year: int, replications: int) -> dict[str, np.ndarray]:
    """Entitlement of a year by replication, in fen."""
    table = pieces.totals(variant).filter(pl.col("year") == year)
    rows = {int(row["replication"]): row for row in table.iter_rows(named=True)}
    levels: Sequence[str] = ("city", "district", "total")
    return {
        level: np.array([rows[r][level] if r in rows else 0 for r in range(replications)], np.float64)
        for level in levels
    }
