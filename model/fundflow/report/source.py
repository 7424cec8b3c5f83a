"""What a report reads of a run folder: five tables and a few facts about the run, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

if TYPE_CHECKING:
    from fundflow.report.actuals import Choice, Reading

STATUSES = ("in_force", "run_off", "assumed_renewed", "not_covered", "lapsed")
WHOLE_CITY = "全市"

Meta = Mapping[str, Any]


@dataclass(frozen=True)
class Tables:
    """The tables of a run, with what its figures must say about it.

    Attributes
    ----------
    payments, commitments, settlements, recoveries, indicators
        As `docs/results.md` describes them: money in int64 fen, a column ``replication``.
    replications
        Numbers of the finished replications; one without any claim counts as a zero, not as missing.
    reading
        The actuals that the run is read with: what replications weigh, what is fixed; None as simulated.
    instruments
        Per id: names ``zh`` and ``en``, document, clause, ``assumed`` texts and so on. An unknown id shows
        as itself.
    """

    path: Path
    payments: pl.DataFrame
    commitments: pl.DataFrame
    settlements: pl.DataFrame
    indicators: pl.DataFrame
    replications: tuple[int, ...]
    recoveries: pl.DataFrame = field(default_factory=pl.DataFrame)
    start_year: int = 2021
    end_year: int = 2035
    budget_year: int = 2027
    title: str = ""
    identity: str = ""
    seed: int | None = None
    fixed_parameters: bool = False
    layers: Sequence[str] = ("luck", "parameters")
    instruments: Mapping[str, Meta] = field(default_factory=dict)
    warnings: Sequence[str] = ()
    reading: Reading | None = None

    @property
    def weights(self) -> NDArray[np.int64]:
        """What each replication weighs, shape (replications,): whole numbers; one each as simulated."""
        if self.reading is None:
            return np.ones(len(self.replications), np.int64)
        return self.reading.weights

    @property
    def effective(self) -> float:
        """Effective number of replications: their number where all weigh the same."""
        return float(len(self.replications)) if self.reading is None else self.reading.effective

    @property
    def drawn(self) -> tuple[str, ...]:
        """Layers of uncertainty that the replications draw."""
        return ("luck",) if self.fixed_parameters else tuple(self.layers)

    @property
    def years(self) -> range:
        """All simulated years."""
        return range(self.start_year, self.end_year + 1)

    @property
    def budget_years(self) -> range:
        """The budget year and the two after it, as far as they are simulated."""
        return range(self.budget_year, min(self.budget_year + 2, self.end_year) + 1)

    def name(self, instrument: str, lang: str) -> str:
        """Name of an instrument in a language, or its id where the run does not say."""
        return str(self.instruments.get(instrument, {}).get(lang) or instrument)

    def assumed(self, instrument: str) -> list[str]:
        """What is assumed about an instrument, because the law does not say it."""
        return [str(text) for text in self.instruments.get(instrument, {}).get("assumed") or ()]

    def is_ceiling(self, instrument: str) -> bool:
        """Whether the law only gives an upper limit ("up to"), so that the amount is the most it can be."""
        return bool(self.instruments.get(instrument, {}).get("ceiling", False))


def tables_of(run: Any, observed: Choice | None = None, as_simulated: bool = False) -> Tables:
    """Read the tables of a run opened with `fundflow.results.open_run`; tables pass through.

    Parameters
    ----------
    run
        The run, or tables.
    observed
        Actuals to read it with; by default those that lie in its folder, if any (docs/actuals.md).
    as_simulated
        Leave actuals aside.

    Raises
    ------
    ValueError
        If the run has no finished replication, actuals cannot be read, contradict the run, or leave too few
        replications.
    """
    from fundflow.report.actuals import apply, remembered

    if isinstance(run, Tables):
        return run
    if not run.replications:
        raise ValueError(f"{run.path} holds no finished replication yet")
    scenario, meta = run.scenario, run.meta
    years = sorted(set(run.commitments.select("year").collect()["year"]))
    start, end = scenario.get("start"), scenario.get("end")
    instruments = dict(meta.get("instruments") or {})
    tables = Tables(
        path=Path(run.path),
        payments=run.payments.collect(),
        commitments=run.commitments.collect(),
        settlements=run.settlements.collect(),
        recoveries=run.recoveries.collect(),
        indicators=run.indicators.collect(),
        replications=tuple(run.replications),
        start_year=start.year if start else min(years, default=2021),
        end_year=end.year if end else max(years, default=2035),
        budget_year=int(scenario.get("budget_year", 2027)),
        title=str(scenario.get("title", "")),
        identity=str(meta.get("identity", ""))[:8],
        seed=meta.get("seed"),
        fixed_parameters=bool(meta.get("fixed_parameters", scenario.get("fixed_parameters", False))),
        layers=tuple(str(one) for one in meta.get("layers") or ("luck", "parameters")),
        instruments=instruments,
        warnings=[str(w) for w in meta.get("warnings") or ()],
    )
    chosen = None if as_simulated else observed or remembered(Path(run.path))
    if chosen is not None:
        tables = apply(tables, chosen)
    return replace(
        tables,
        payments=net_of_refunds(tables.payments, instruments),
        commitments=net_of_refunds(tables.commitments, instruments),
    )


def net_of_refunds(table: pl.DataFrame, instruments: Mapping[str, Meta]) -> pl.DataFrame:
    """Take what the city refunds to districts off the districts' share of the instrument that it refunds.

    A refund is money between governments: left in both lines it would count twice in every total. The refunding
    instrument keeps the city's outlay; the refunded one is the district's net burden, lower in the year of the refund.

    Parameters
    ----------
    table
        Payments or commitments.
    instruments
        Meta of the run; ``refunds`` names the refunded instrument.
    """
    parts = [table]
    for name, meta in instruments.items():
        base = meta.get("refunds")
        if not base:
            continue
        rows = table.filter(pl.col("instrument") == name).with_columns(pl.lit(base).alias("instrument"))
        for city, district in (
            ("entitlement_city", "entitlement_district"),
            ("award_city", "award_district"),
            ("earlier_city", "earlier_district"),
            ("city", "district_fen"),
        ):
            if city in table.columns:
                rows = rows.with_columns((-pl.col(city)).alias(district), pl.lit(0, dtype=pl.Int64).alias(city))
        blank: tuple[str, ...] = ("claims", "recipients", "count", "deferred", "refused")
        blank += ("cut_cap", "cut_quota", "cut_envelope")
        if "eligible" in table.columns and "claims" in table.columns:
            blank += ("eligible", "base", "amount")
        rows = rows.with_columns(pl.lit(0).cast(table.schema[c]).alias(c) for c in blank if c in table.columns)
        if "paid_by" in table.columns:
            rows = rows.with_columns(pl.lit("district").alias("paid_by"))
        parts.append(rows.select(table.columns))
    return pl.concat(parts)
