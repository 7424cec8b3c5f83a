"""From a figure to the claims behind it: the same filter over the books and over the claims, equal to the fen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from fundflow.report.source import net_of_refunds
from fundflow.report.words import MEASURES
from fundflow.results import Run
from fundflow.results.schema import frame_of
from fundflow.scenario.faults import nearest

BEARERS = {"city": 0, "district": 1, "province": 2}
_SHARES = {
    "entitlement": ("entitlement_city", "entitlement_district", "entitlement_province"),
    "award": ("award_city", "award_district", "award_province"),
    "cash": ("city", "district_fen", "province"),
}
_CLAIM_SHARES = {**_SHARES, "award": ("city", "district_fen", "province")}


class CannotExplain(ValueError):
    """The question names something that the run does not hold, or a run that this program cannot repeat."""


@dataclass(frozen=True)
class Question:
    """Which figure: a measure and what it is restricted to; None is no restriction.

    ``year`` is the fiscal year of the award, for cash the calendar year of the payment.
    """

    measure: str = "entitlement"
    year: int | None = None
    district: str | None = None
    instrument: str | None = None
    bearer: str | None = None
    status: str | None = None
    replication: int = 0


@dataclass(frozen=True)
class Explanation:
    """A figure and its claims.

    Attributes
    ----------
    figure
        Fen in the books of the replication.
    mean
        Mean over the replications of the run, in fen.
    claims
        One row a claim: the columns of ``claims`` and ``fen``, its part of the figure. Refunds between governments
        stand as rows that lower the district's share of the refunded instrument.
    earlier
        Fen of cash on awards made before the first day; they have no claim in the books.
    """

    question: Question
    figure: int
    mean: float
    claims: pl.DataFrame
    earlier: int

    @property
    def explained(self) -> int:
        """Fen of the claims."""
        return int(self.claims["fen"].sum())


def explain(run: Run, question: Question) -> Explanation:
    """Find the claims behind a figure.

    Replication 0 is read from the folder; another one is simulated again, with the claims kept.

    Raises
    ------
    CannotExplain
        If a name is unknown to the run, the replication is not in it, or the program has changed since.
    """
    _check(run, question)
    instruments = dict(run.meta.get("instruments") or {})
    books = _books(run, question, instruments)
    paths = books.group_by("replication").agg(_total(_SHARES[question.measure], question.bearer).sum().alias("fen"))
    totals = {int(r): int(fen) for r, fen in paths.iter_rows()}
    claims = net_of_refunds(claims_of(run, question.replication), instruments)
    if question.measure == "cash":
        claims = _instalments(claims)
    year = pl.col("year") if question.measure == "cash" else pl.col("award_day").dt.year()
    claims = _restrict(claims.with_columns(year.alias("year")), question)
    claims = claims.with_columns(_total(_CLAIM_SHARES[question.measure], question.bearer).alias("fen"))
    earlier = 0
    if question.measure == "cash":
        first = int(run.scenario["start"].year)
        old = books.filter((pl.col("replication") == question.replication) & (pl.col("award_year") < first))
        earlier = int(old.select(_total(_SHARES["cash"], question.bearer).sum()).item() or 0)
    mean = sum(totals.values()) / max(len(run.replications), 1)
    order = ["fen", "claimant", "event_day"]
    claims = claims.filter(pl.col("fen") != 0).sort(order, descending=[True, False, False])
    return Explanation(question, totals.get(question.replication, 0), mean, claims, earlier)


def claims_of(run: Run, replication: int) -> pl.DataFrame:
    """The claims of a replication: read where they were kept, else simulated again from the run's own scenario.

    Raises
    ------
    CannotExplain
        If the program or the scenario is no longer what made the run.
    """
    if replication == 0:
        return run.claims.collect()
    from fundflow.experiment.engine import load, load_engine, meta_of

    scenario = load(Path(run.path) / "scenario.toml")
    engine = load_engine()
    inputs = engine.prepare(scenario)
    identity = meta_of(scenario, inputs)["identity"]
    if identity != run.identity:
        raise CannotExplain(
            f"{run.path} was made by another version of the program (run {run.identity[:8]}, now {identity[:8]}); "
            "only replication 0 can be explained"
        )
    return frame_of("claims", engine.simulate(inputs, replication, keep_claims=True)["claims"], replication)


def _check(run: Run, question: Question) -> None:
    known = {
        "measure": MEASURES,
        "bearer": tuple(BEARERS),
        "district": run.commitments.select(pl.col("district").unique().sort()).collect()["district"].to_list(),
        "instrument": sorted(run.meta.get("instruments") or {}),
        "status": run.commitments.select(pl.col("status").unique().sort()).collect()["status"].to_list(),
        "year": range(run.scenario["start"].year, run.scenario["end"].year + 1),
    }
    wrong = []
    for name, allowed in known.items():
        value = getattr(question, name)
        if value is not None and value not in allowed:
            wrong.append(f"--{name} {value}: not in this run{nearest(str(value), [str(one) for one in allowed])}")
    if question.replication not in run.replications:
        held = run.replications
        wrong.append(f"--replication {question.replication}: the run holds {held[0]} to {held[-1]}")
    if wrong:
        raise CannotExplain("\n".join(wrong))


def _books(run: Run, question: Question, instruments: dict[str, dict[str, object]]) -> pl.DataFrame:
    if question.measure == "cash":
        table = net_of_refunds(run.payments.collect(), instruments).with_columns((pl.col("month") // 100).alias("year"))
    else:
        table = net_of_refunds(run.commitments.collect(), instruments)
    return _restrict(table, question)


def _restrict(table: pl.DataFrame, question: Question) -> pl.DataFrame:
    for name in ("year", "district", "instrument", "status"):
        value = getattr(question, name)
        if value is not None:
            table = table.filter(pl.col(name) == value)
    return table


def _total(columns: Iterable[str], bearer: str | None) -> pl.Expr:
    names = tuple(columns)
    if bearer is not None:
        return pl.col(names[BEARERS[bearer]])
    return pl.col(names[0]) + pl.col(names[1]) + pl.col(names[2])


def _instalments(claims: pl.DataFrame) -> pl.DataFrame:
    """One row an instalment, its shares in place of the award's."""
    rows = claims.filter(pl.col("payments").list.len() > 0).explode("payments")
    paid = pl.col("payments").struct
    # A refund lowers the refunded district line: there the claim's own shares are already turned round.
    refund = (pl.col("district_fen") < 0) & (pl.col("city") == 0)
    city, district = paid.field("city"), paid.field("district_fen")
    return rows.with_columns(
        (paid.field("month") // 100).alias("year"),
        paid.field("month").alias("month"),
        pl.when(refund).then(0).otherwise(city).alias("city"),
        pl.when(refund).then(-city).otherwise(district).alias("district_fen"),
        paid.field("province").alias("province"),
    )
