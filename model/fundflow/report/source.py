"""What a report reads of a run folder: four tables and a few facts about the run, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

STATUSES = ("in_force", "run_off", "assumed_renewed", "not_covered", "lapsed")
WHOLE_CITY = "全市"

Meta = Mapping[str, Any]


@dataclass(frozen=True)
class Tables:
    """The tables of a run, with what its figures must say about it.

    Attributes
    ----------
    payments, commitments, settlements, indicators
        As `docs/results.md` describes them: money in int64 fen, a column ``replication``.
    replications
        Numbers of the finished replications; one without any claim counts as a zero, not as missing.
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
    start_year: int = 2021
    end_year: int = 2035
    budget_year: int = 2027
    title: str = ""
    identity: str = ""
    seed: int | None = None
    fixed_parameters: bool = False
    instruments: Mapping[str, Meta] = field(default_factory=dict)
    warnings: Sequence[str] = ()

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


def tables_of(run: Any) -> Tables:
    """Read the tables of a run opened with `fundflow.results.open_run`; tables pass through.

    Raises
    ------
    ValueError
        If the run has no finished replication.
    """
    if isinstance(run, Tables):
        return run
    if not run.replications:
        raise ValueError(f"{run.path} holds no finished replication yet")
    scenario, meta = run.scenario, run.meta
    years = sorted(set(run.commitments.select("year").collect()["year"]))
    start, end = scenario.get("start"), scenario.get("end")
    return Tables(
        path=Path(run.path),
        payments=run.payments.collect(),
        commitments=run.commitments.collect(),
        settlements=run.settlements.collect(),
        indicators=run.indicators.collect(),
        replications=tuple(run.replications),
        start_year=start.year if start else min(years, default=2021),
        end_year=end.year if end else max(years, default=2035),
        budget_year=int(scenario.get("budget_year", 2027)),
        title=str(scenario.get("title", "")),
        identity=str(meta.get("identity", ""))[:8],
        seed=meta.get("seed"),
        fixed_parameters=bool(meta.get("fixed_parameters", scenario.get("fixed_parameters", False))),
        instruments=dict(meta.get("instruments") or {}),
        warnings=[str(w) for w in meta.get("warnings") or ()],
    )
