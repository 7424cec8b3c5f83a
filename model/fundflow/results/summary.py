"""``summary.csv``: what the replications say, year by year, as bands in whole fen."""

from __future__ import annotations

import polars as pl

from fundflow.base.order import place_of
from fundflow.results.reader import Run

ALL = "all"
_KEYS = ["measure", "year", "instrument", "status", "level"]
_LEVELS = ("city", "district", "province")
BANDS = (("p025", 0.025), ("p10", 0.10), ("median", 0.50), ("p90", 0.90), ("p975", 0.975))


def summarise(run: Run) -> pl.DataFrame:
    """Bands of entitlement, award and cash over the replications of a run.

    Quantiles are observed values: one more outcome lies between ``p10`` and ``p90`` with at least 80%, between
    ``p025`` and ``p975`` with at least 95% (with fewer than 9 and 39 replications they are the extremes). A replication
    without a row counts as zero.

    Returns
    -------
    pl.DataFrame
        ``measure, year, instrument, status, level, replications, mean, mean_error, p025, p10, median, p90, p975``;
        amounts in fen. ``instrument`` and ``status`` are ``all`` in the sums; ``level`` is city, district,
        province or total.
    """
    amounts = pl.concat([_commitments(run), _cash(run)])
    years = amounts.select(pl.col("year").unique()).collect(engine="streaming")["year"].sort()
    # One year at a time: what must be held at once is then a fifteenth, however many replications there are.
    parts = [_of_year(amounts.filter(pl.col("year") == year), run.replications) for year in years]
    return pl.concat(parts).sort(_KEYS) if parts else pl.DataFrame(schema={name: pl.String() for name in _KEYS})


def _of_year(amounts: pl.LazyFrame, numbers: tuple[int, ...]) -> pl.DataFrame:
    sums = [
        amounts.with_columns(pl.lit(ALL).alias("status")),
        amounts.with_columns(pl.lit(ALL).alias("instrument")),
        amounts.with_columns(pl.lit(ALL).alias("status"), pl.lit(ALL).alias("instrument")),
    ]
    totals = pl.concat(sums).group_by("replication", *_KEYS).agg(pl.col("amount").sum()).collect()
    every = (
        totals.select(_KEYS)
        .unique()
        .join(pl.DataFrame({"replication": numbers}, {"replication": pl.Int32}), how="cross")
    )
    filled = every.join(totals, on=[*_KEYS, "replication"], how="left").with_columns(pl.col("amount").fill_null(0))
    return filled.group_by(_KEYS).agg(
        pl.len().alias("replications"),
        (pl.col("amount").sum() // pl.len()).cast(pl.Int64).alias("mean"),
        (pl.col("amount").sort().std(ddof=1) * _factor(len(numbers))).ceil().cast(pl.Int64).alias("mean_error"),
        *(pl.col("amount").sort().get(place_of(len(numbers), share)).alias(name) for name, share in BANDS),
    )


def _factor(n: int) -> float:
    """Half of the 95% interval of a mean over the deviation: Student's t over the root of the replications."""
    from scipy.stats import t

    return float(t.ppf(0.975, n - 1)) / n**0.5 if n > 1 else 0.0


def _commitments(run: Run) -> pl.LazyFrame:
    frames = []
    for measure in ("entitlement", "award"):
        table = run.commitments.rename({f"{measure}_{level}": level for level in _LEVELS} | {"district": "place"})
        frames.append(table.select(*_long_keys(measure), *_LEVELS))
    return _long(pl.concat(frames))


def _cash(run: Run) -> pl.LazyFrame:
    table = run.payments.rename({"district": "place", "district_fen": "district"})
    return _long(table.with_columns(year=pl.col("month") // 100).select(*_long_keys("cash"), *_LEVELS))


def _long_keys(measure: str) -> list[pl.Expr]:
    return [
        pl.col("replication"),
        pl.lit(measure).alias("measure"),
        *(pl.col(k) for k in ("year", "instrument", "status")),
    ]


def _long(table: pl.LazyFrame) -> pl.LazyFrame:
    total = pl.sum_horizontal(*_LEVELS).alias("total")
    return table.with_columns(total).unpivot(
        [*_LEVELS, "total"],
        index=["replication", "measure", "year", "instrument", "status"],
        variable_name="level",
        value_name="amount",
    )
