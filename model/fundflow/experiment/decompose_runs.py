"""Why one forecast differs from another: policy, economy, firm data, behaviour and luck, whatever their order.

Every set of the causes that differ is one scenario: its keys come from the second run, all others from the first. They
are simulated with the same draws; a replication's change is split by Shapley values over these scenarios.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.experiment.decompose_years import CannotDecompose
from fundflow.experiment.decomposition import Decomposition, stacked
from fundflow.experiment.engine import SIMULATION, code_version, load, load_engine, meta_of
from fundflow.experiment.pieces import STORE, Pieces, Watch, cube_of_run, piece_path, run_pieces
from fundflow.experiment.shapley import corners_of, of_corners
from fundflow.report.frames import MAP_2021
from fundflow.report.words import LEVELS
from fundflow.results import Run
from fundflow.results.files import write_table
from fundflow.scenario import Scenario

GROUPS = ("policy", "economy", "firms", "behaviour", "luck")
OTHER = "economy"
_OWN = ("title", "author", "date", "reason", "name", "replications", "budget_year", "start", "end")
_LISTED = ("streams", "funds", "firm_events", "applicants")
"""Tables of the economy whose entries count one by one."""


@dataclass(frozen=True)
class Changes:
    """A change of forecast, split.

    Attributes
    ----------
    groups
        Causes that differ; the others contribute exactly nothing.
    keys
        The keys that differ, by cause.
    frame
        ``Decomposition.frame`` of every common year.
    of_year
        The decomposition of the year that is asked for.
    """

    runs: tuple[Run, Run]
    groups: tuple[str, ...]
    keys: Mapping[str, tuple[str, ...]]
    frame: pl.DataFrame = field(repr=False)
    of_year: Decomposition


def between_runs(
    first: Run,
    second: Run,
    *,
    measure: str = "entitlement",
    year: int | None = None,
    replications: int | None = None,
    only: Mapping[str, str | None] | None = None,
    workers: int | None = None,
    store: Path = STORE,
    engine: str = SIMULATION,
    watch: Watch | None = None,
) -> Changes:
    """Split the change from one run to another.

    Parameters
    ----------
    year
        The year of ``of_year``; by default the second run's budget year, or the last common one.
    replications
        How many; by default the numbers that both runs hold.
    only
        An instrument, a district, a bearer.

    Raises
    ------
    CannotDecompose
        If a run was made by another version of the program, or no year is common.
    """
    scenarios = _again(first, engine), _again(second, engine)
    last = min(one.end.year for one in scenarios)
    years = range(scenarios[0].start.year, last + 1)
    asked = min(scenarios[1].budget_year, last) if year is None else year
    if asked not in years:
        raise CannotDecompose(f"--year {asked}: both runs hold {years.start} to {last}")
    common = sorted(set(first.replications) & set(second.replications))
    numbers = tuple(range(replications)) if replications else tuple(common)
    if not numbers:
        raise CannotDecompose("the runs have no replication in common: give --replications")
    keys = differing(*scenarios)
    groups = tuple(name for name in GROUPS if keys.get(name))
    corners = corners_of(groups)
    mixed = [mix(scenarios[0], scenarios[1], corner, groups, last, keys) for corner in corners]
    for run, scenario in ((first, mixed[0]), (second, mixed[-1])):
        _adopt(run, scenario, store, engine)
    pieces = run_pieces(mixed, numbers, workers=workers, store=store, engine=engine, watch=watch)
    instruments = {name: one for meta in reversed(pieces.metas) for name, one in meta["instruments"].items()}
    frames, chosen = [], None
    for one in _by_year(pieces, corners, groups, measure, years, instruments):
        kept = one.only(**(only or {}))
        frames.append(kept.frame())
        if one.year == asked:
            chosen = kept
    assert chosen is not None
    return Changes((first, second), groups, keys, pl.concat(frames), chosen)


def _again(run: Run, engine: str) -> Scenario:
    """The scenario of a run, if this program still gives the same results.

    Raises
    ------
    CannotDecompose
        If not.
    """
    made, now = str(run.meta.get("version")), code_version()
    if made != now:
        raise CannotDecompose(
            f"{run.path} was made by version {made} of the program, this is {now}: a change of the program would be "
            "counted as a change of forecast. Run its scenario again with this version, then decompose"
        )
    scenario = load(Path(run.path) / "scenario.toml")
    identity = meta_of(scenario, load_engine(engine).prepare(scenario))["identity"]
    if identity != run.identity:
        raise CannotDecompose(
            f"{run.path}: its scenario gives run {identity[:8]} now, not {run.identity[:8]}: files that it names have "
            "changed. Run it again"
        )
    return scenario


def _adopt(run: Run, scenario: Scenario, store: Path, engine: str) -> None:
    """Take the replications of a run as pieces, where the scenario is that of the run."""
    meta = meta_of(scenario, load_engine(engine).prepare(scenario))
    if meta["identity"] != run.identity:
        return
    missing = [number for number in run.replications if not piece_path(store, meta, number).exists()]
    if not missing:
        return
    granted = run.commitments.filter(pl.col("replication").is_in(missing)).collect()
    paid = run.payments.filter(pl.col("replication").is_in(missing)).collect()
    for number in missing:
        ours, cash = (one.filter(replication=number).drop("replication") for one in (granted, paid))
        write_table(piece_path(store, meta, number), cube_of_run(ours, cash, number, meta["instruments"]))


def group_of(key: str) -> str:
    """The cause to which a dotted key counts."""
    parts = key.split(".")
    for name, table in _declared().items():
        listed = [*table.get("keys", ()), *(f"economy.{one}" for one in table.get("economy", ()))]
        if any(one.split(".") == parts[: len(one.split("."))] for one in listed):
            return name
    return OTHER


def _declared() -> dict[str, Any]:
    return tomllib.loads((files("fundflow.experiment") / "groups.toml").read_text("utf-8"))


def units_of(scenario: Scenario) -> dict[str, Any]:
    """What counts as one thing: a section, a number of the economy, a stream, an option."""
    found: dict[str, Any] = {}
    for key, value in scenario.tables().items():
        if key in _OWN:
            continue
        if key not in ("economy", "simulation"):
            found[key] = value
            continue
        for name, one in value.items():
            if name in _LISTED:
                found |= {f"{key}.{name}.{entry}": table for entry, table in one.items()}
            else:
                found[f"{key}.{name}"] = one
    return found


def differing(first: Scenario, second: Scenario) -> dict[str, tuple[str, ...]]:
    """The keys in which two scenarios differ, by cause; titles and the budget year change no result."""
    ours, theirs = units_of(first), units_of(second)
    found: dict[str, list[str]] = {}
    for key in sorted({*ours, *theirs}):
        if ours.get(key) != theirs.get(key):
            found.setdefault(group_of(key), []).append(key)
    return {name: tuple(keys) for name, keys in found.items()}


def mix(
    first: Scenario,
    second: Scenario,
    chosen: frozenset[str],
    groups: tuple[str, ...],
    last: int,
    keys: Mapping[str, tuple[str, ...]],
) -> Scenario:
    """The first scenario with the chosen causes as in the second, to the end of the last common year.

    With every cause it is the second one, so that its pieces are those of other experiments too.
    """
    base = second if chosen == frozenset(groups) and groups else first
    tables = base.tables()
    if base is first:
        theirs = units_of(second)
        for key in (key for name in sorted(chosen) for key in keys[name]):
            _put(tables, key.split("."), theirs.get(key))
        if chosen:
            tables["name"] = f"{first.name[:40]}-{'-'.join(sorted(chosen))}"[:80]
    tables |= {"end": base.end.replace(year=last), "budget_year": min(base.budget_year, last)}
    return Scenario.model_validate(tables)


def _put(table: dict[str, Any], path: list[str], value: Any) -> None:
    for part in path[:-1]:
        table = table.setdefault(part, {})
    if value is None:
        table.pop(path[-1], None)
    else:
        table[path[-1]] = value


def _by_year(
    pieces: Pieces,
    corners: list[frozenset[str]],
    groups: tuple[str, ...],
    measure: str,
    years: range,
    instruments: Mapping[str, Any],
) -> Iterator[Decomposition]:
    sums = [_sums(pieces, variant, measure) for variant in range(len(corners))]
    for year in years:
        now = [one.filter(year=year) for one in sums]
        places = pl.concat(one.select("instrument", "place") for one in now).unique().sort("instrument", "place")
        dense = [_dense(table, places, pieces.replications) for table in now]
        values = dict(zip(corners, dense, strict=True))
        before, after = values[frozenset()], values[frozenset(groups)]
        parts = of_corners(groups, values)
        none = np.zeros_like(before)
        split = np.stack([parts.get(name, none) for name in GROUPS], axis=-1)
        cells = [(*place, level) for level in LEVELS for place in places.iter_rows()]
        yield Decomposition(
            "runs", measure, year, GROUPS, stacked(cells, year), before, after, split, instruments,
            (pieces.scenarios[0].title, pieces.scenarios[-1].title),
        )  # fmt: skip


def _sums(pieces: Pieces, variant: int, measure: str) -> pl.DataFrame:
    """Fen by replication, year, instrument and place of the map since 2021-04-09, a column each level."""
    table = pieces.totals(variant, measure, ("year", "instrument", "district"))
    table = table.with_columns(pl.col("place").replace(MAP_2021))
    return table.group_by("replication", "year", "instrument", "place").agg(pl.col(LEVELS).sum())


def _dense(table: pl.DataFrame, places: pl.DataFrame, numbers: tuple[int, ...]) -> NDArray[np.int64]:
    """Shape (replications, levels x places); what a replication does not hold is zero."""
    rows = pl.DataFrame({"replication": numbers}, schema={"replication": pl.Int32}).with_row_index("row")
    joined = table.join(places.with_row_index("cell"), on=["instrument", "place"]).join(rows, on="replication")
    values = np.zeros((len(numbers), len(LEVELS), places.height), np.int64)
    at = joined["row"].to_numpy(), joined["cell"].to_numpy()
    for number, level in enumerate(LEVELS):
        values[at[0], number, at[1]] = joined[level].to_numpy()
    return values.reshape(len(numbers), -1)
