"""The layers of uncertainty apart: luck alone, then with parameters, readings and policy risks, each on the same draws.

Every run adds one layer to the one before and keeps the draws of the others: what a band gains is what its layer adds.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.base.order import band, band_error, quantile
from fundflow.experiment.engine import SIMULATION
from fundflow.experiment.estimate import Estimate, estimate
from fundflow.experiment.pieces import STORE, Pieces, Watch, run_pieces
from fundflow.experiment.question import Question
from fundflow.scenario import Scenario
from fundflow.scenario.uncertainty import LAYERS


@dataclass(frozen=True)
class Layered:
    """Totals of one run for each layer.

    Attributes
    ----------
    layers
        Names; entry i holds the draws of layers 0 to i.
    paths
        Totals in fen by layer, each of shape (replications, years).
    share
        Content of the bands: one more outcome lies in it with at least this probability.
    happened
        By policy risk, in how many replications it happened.
    """

    scenario: Scenario
    question: Question
    years: tuple[int, ...]
    layers: tuple[str, ...]
    paths: tuple[NDArray[np.int64], ...] = field(repr=False)
    share: float
    happened: dict[str, int]

    @property
    def replications(self) -> int:
        """How many each layer has."""
        return len(self.paths[0])

    def band(self, layer: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Band of the totals that draw layers 0 to ``layer``, by year."""
        return band(self.paths[layer], self.share)

    def nested(self, layer: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """The band widened to hold those of the layers before it, as a fan shows it.

        A layer may pull totals to one side (discretion only lowers a ceiling): its own band then leaves the inner one.
        """
        lows, highs = zip(*(self.band(one) for one in range(layer + 1)), strict=True)
        return np.minimum.reduce(lows), np.maximum.reduce(highs)

    def edge_error(self, layer: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Monte Carlo error of the band's edges: half of their 95% intervals, by year."""
        return band_error(self.paths[layer], self.share)

    def mean(self, layer: int, year: int) -> Estimate:
        """Mean of a year with its interval."""
        return estimate(self.paths[layer][:, self.years.index(year)])


def layered(
    scenario: Scenario,
    replications: int,
    question: Question,
    share: float,
    *,
    layers: Sequence[str] = LAYERS,
    workers: int | None = None,
    store: Path = STORE,
    engine: str = SIMULATION,
    watch: Watch | None = None,
    spread: Callable[..., None] | None = None,
) -> Layered:
    """Run a scenario once for each layer.

    Parameters
    ----------
    question
        Which total; its years are the first and the last.
    share
        Content of the bands.
    layers
        The layers to show; luck is always the first.

    Raises
    ------
    ValueError
        If there are too few replications for the band.
    """
    chosen = tuple(one for one in LAYERS if one in layers or one == "luck")
    variants = [with_layers(scenario, chosen[: i + 1]) for i in range(len(chosen))]
    pieces = run_pieces(
        variants, range(replications), workers=workers, store=store, engine=engine, watch=watch, spread=spread
    )
    years = tuple(range(question.years[0], question.years[1] + 1))
    paths = tuple(yearly(pieces, i, question, years) for i in range(len(chosen)))
    risks = _happened(variants[-1], replications) if "risks" in chosen else {}
    return Layered(scenario, question, years, chosen, paths, share, risks)


def with_layers(scenario: Scenario, layers: Sequence[str]) -> Scenario:
    """The scenario drawing these layers."""
    tables = scenario.tables()
    unsure = {**tables.get("uncertainty", {}), "layers": list(layers)}
    name = f"{scenario.name[:60]}-{layers[-1]}"
    return Scenario.model_validate({**tables, "uncertainty": unsure, "fixed_parameters": False, "name": name})


def yearly(pieces: Pieces, variant: int, question: Question, years: Sequence[int]) -> NDArray[np.int64]:
    """A total by replication and year, in fen; a year without a row is zero."""
    rows = question.rows(pieces, variant, ("replication", "year"))
    places = {number: i for i, number in enumerate(pieces.replications)}
    found = np.zeros((len(places), len(years)), np.int64)
    for replication, year, fen in rows.select("replication", "year", "fen").iter_rows():
        found[places[replication], year - years[0]] = fen
    return found


def _happened(scenario: Scenario, replications: int) -> dict[str, int]:
    from fundflow.simulation.drawn_law import happened

    names = [name for number in range(replications) for name in happened(scenario, number)]
    return {name: names.count(name) for name in scenario.uncertainty.risks}


def layered_frame(found: Layered) -> pl.DataFrame:
    """One row a year and layer: amounts in fen."""
    rows: list[dict[str, Any]] = []
    for i, name in enumerate(found.layers):
        low, high = found.band(i)
        outer_low, outer_high = found.nested(i)
        low_error, high_error = found.edge_error(i)
        for j, year in enumerate(found.years):
            mean = found.mean(i, year)
            rows.append(
                {
                    "year": year, "layers": "+".join(found.layers[: i + 1]), "replications": found.replications,
                    "band": found.share, "mean": mean.mean, "mean_error": _finite(mean.half_width),
                    "median": quantile(found.paths[i][:, j], 0.5).value, "deviation": mean.deviation,
                    "low": int(low[j]), "low_error": _finite(low_error[j]),
                    "high": int(high[j]), "high_error": _finite(high_error[j]),
                    "nested_low": int(outer_low[j]), "nested_high": int(outer_high[j]), "added": name,
                }
            )  # fmt: skip
    return pl.DataFrame(rows, infer_schema_length=None)


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
