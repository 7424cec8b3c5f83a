"""The tables of a run folder: one schema each, and the description that ``docs/results.md`` prints.

Amounts are int64 fen; days are dates; every table but ``claims`` starts with the replication.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

STAGE = pl.Struct({"stage": pl.String(), "amount": pl.Int64(), "reason": pl.String()})
INSTALMENT = pl.Struct(
    {
        "month": pl.Int32(), "city": pl.Int64(), "district_fen": pl.Int64(), "province": pl.Int64(),
        "paid_by": pl.String(),
    }
)  # fmt: skip
PART_SIZE = 10
"""Replications in one part."""


class Column(NamedTuple):
    """One column: its type, its unit and what it says."""

    type: pl.DataType
    unit: str
    text: str


_REPLICATION = Column(pl.Int32(), "number", "which random run, from 0")
_INSTRUMENT = Column(pl.String(), "id", "instrument of the policy catalogue")
_DISTRICT = Column(pl.String(), "name", "district by the map of the day; 全市 where no district is meant")
_STATUS = Column(pl.String(), "word", "in_force, run_off, assumed_renewed, not_covered or lapsed")


def _fen(text: str) -> Column:
    return Column(pl.Int64(), "fen", text)


TABLES: dict[str, dict[str, Column]] = {
    "payments": {
        "replication": _REPLICATION,
        "month": Column(pl.Int32(), "yyyymm", "month in which the money leaves a treasury"),
        "instrument": _INSTRUMENT,
        "district": _DISTRICT,
        "city": _fen("share that the city bears"),
        "district_fen": _fen("share that the district bears"),
        "province": _fen("share that the province or the state bears"),
        "paid_by": Column(pl.String(), "word", "who pays on the day: city, district, province or fund"),
        "status": _STATUS,
        "award_year": Column(pl.Int32(), "year", "fiscal year in which the award was made"),
        "count": Column(pl.Int32(), "number", "payments: instalments to one recipient"),
    },
    "commitments": {
        "replication": _REPLICATION,
        "year": Column(pl.Int32(), "year", "fiscal year of the award day"),
        "instrument": _INSTRUMENT,
        "district": _DISTRICT,
        "status": _STATUS,
        "claims": Column(pl.Int32(), "number", "claims decided, paid or not"),
        "eligible": Column(pl.Int32(), "number", "of these, claims that meet every condition of a rule in force"),
        "recipients": Column(pl.Int32(), "number", "claims with an entitlement above zero"),
        "base": _fen("bases of the eligible claims' amounts, where there are any (of amounts by unit: the units)"),
        "amount": _fen("amounts of the eligible claims by the rule, before ranks, caps and every other limit"),
        "entitlement_city": _fen("entitlement, city's share: law's terms after ranks and quotas, before any budget"),
        "entitlement_district": _fen("entitlement, district's share"),
        "entitlement_province": _fen("entitlement, share of province or state"),
        "award_city": _fen("award within the budget, city's share"),
        "award_district": _fen("award within the budget, district's share"),
        "award_province": _fen("award within the budget, share of province or state"),
        "earlier_city": _fen("of the award, city's share of what had been put off in an earlier year"),
        "earlier_district": _fen("of the award, district's share of what had been put off in an earlier year"),
        "earlier_province": _fen("of the award, what had been put off in an earlier year of province or state"),
        "deferred": _fen("city money put off to a later year because the envelope was empty"),
        "refused": _fen("city money refused because the envelope was empty"),
        "cut_cap": _fen("what caps took from claims"),
        "cut_quota": _fen("what ranks and quotas took from claims"),
        "cut_envelope": _fen("what the envelope took from claims"),
    },
    "settlements": {
        "replication": _REPLICATION,
        "month": Column(pl.Int32(), "yyyymm", "month in which the settlement falls due"),
        "instrument": _INSTRUMENT,
        "district": _DISTRICT,
        "from_level": Column(pl.String(), "word", "who owes: city, district or province"),
        "to_level": Column(pl.String(), "word", "who is owed: city, district or province"),
        "amount": _fen("amount owed"),
    },
    "recoveries": {
        "replication": _REPLICATION,
        "month": Column(pl.Int32(), "yyyymm", "month in which the money is due back"),
        "instrument": _INSTRUMENT,
        "district": _DISTRICT,
        "cause": Column(pl.String(), "word", "why it comes back: fraud"),
        "award_year": Column(pl.Int32(), "year", "fiscal year in which the award was made"),
        "city": _fen("what the city had borne of it"),
        "district_fen": _fen("what the district had borne of it"),
        "province": _fen("what the province or the state had borne of it"),
    },
    "indicators": {
        "replication": _REPLICATION,
        "year": Column(pl.Int32(), "year", "calendar year (stocks: at its end)"),
        "name": Column(pl.String(), "word", "indicator; the list below"),
        "district": _DISTRICT,
        "value": Column(pl.Float64(), "see list", "rounded to six decimals"),
    },
    "claims": {
        "claimant": Column(pl.Int64(), "id", "kind, arrival period, zone and number, packed (fundflow.base.draws)"),
        "instrument": _INSTRUMENT,
        "event_day": Column(pl.Date(), "date", "day of the event that caused the claim"),
        "award_day": Column(pl.Date(), "date", "day of the decision"),
        "district": _DISTRICT,
        "eligible": Column(pl.Boolean(), "yes or no", "all conditions hold"),
        "reason": Column(pl.String(), "word", "what reduced or refused the claim last; none if nothing did"),
        "status": _STATUS,
        "base": _fen("base of the amount, where there is one"),
        "amount": _fen("amount of the rule before caps"),
        "entitlement": _fen("due at the law's terms before any budget"),
        "entitlement_city": _fen("city's share of the entitlement"),
        "entitlement_district": _fen("district's share of the entitlement"),
        "entitlement_province": _fen("share of province or state in the entitlement"),
        "award": _fen("granted within the budget"),
        "city": _fen("city's share of the award"),
        "district_fen": _fen("district's share of the award"),
        "province": _fen("share of province or state in the award"),
        "stages": Column(
            pl.List(STAGE),
            "list",
            "stages of the chain: name, amount after it (fen), reason; a failed condition is the first reason",
        ),
        "payments": Column(
            pl.List(INSTALMENT), "list", "instalments: month (yyyymm), shares in fen, paid_by"
        ),
    },
}

REPLICATED = tuple(name for name, columns in TABLES.items() if "replication" in columns)
"""Tables written in parts; ``claims`` holds replication 0 alone."""

INDICATORS: dict[str, tuple[str, str]] = {
    "firms": ("number", "firms alive at the end of the year"),
    "sme": ("number", "firms on the list of S&T SMEs"),
    "high_tech": ("number", "firms with a valid national high-tech certificate"),
    "eaglets": ("number", "eaglet firms"),
    "founded": ("number", "firms founded in the year"),
    "in_makerspace": ("number", "firms in makerspaces"),
    "in_incubator": ("number", "tenants of incubators"),
    "graduated": ("number", "firms that graduated in the year"),
    "incubator_queue": ("number", "firms waiting for a place"),
    "incubator_places": ("number", "places in open incubators"),
    "incubator_occupied": ("number", "places taken in open incubators"),
    "admitted": ("number", "firms admitted to incubators in the year"),
    "incubator_wait_days": ("days", "mean wait of the firms admitted in the year"),
    "rd_statistical": ("yuan", "R&D by the statistical definition"),
    "rd_tax": ("yuan", "R&D claimed for the tax deduction"),
    "round_on_list:*": ("number", "firms of the class on the tax list; the part after the colon is the instrument"),
    "round_over_threshold:*": ("number", "of these, over the least increase"),
    "round_ranked:*": ("number", "of these, inside the quota"),
    "round_cut_off_increase:*": ("fen", "R&D increase of the last firm inside the quota; 0 if the quota does not bind"),
    "round_at_cap:*": ("number", "winners at the cap"),
    "rnd_rate": ("share", "the common rate that the budget allows"),
    "above_scale": ("number", "firms above the size that statistics report"),
    "rnd_winners": ("number", "firms with an R&D subsidy"),
    "pct_applications": ("number", "international patent applications that the firms of the model file in the year"),
    "rnd_repeat_winners": ("number", "of these, winners of the year before too"),
    "rnd_winners_fall": ("number", "winners whose R&D falls the next year"),
    "rnd_growth_autocorrelation": ("number", "autocorrelation of R&D growth over firms"),
    "fund_cash": ("yuan", "bridge-loan fund: cash at the end of the year"),
    "fund_reserved": ("yuan", "bridge-loan fund: promised, not yet paid out"),
    "fund_lent": ("yuan", "bridge-loan fund: lent at the end of the year"),
    "fund_written_off": ("yuan", "bridge-loan fund: written off so far"),
    "fund_risk_pool": ("yuan", "bridge-loan fund: risk pool"),
    "fund_covered": ("yuan", "bridge-loan fund: losses that the risk pool covered so far"),
    "fund_fee": ("yuan", "bridge-loan fund: the manager's fee of the year"),
    "fund_interest_to_pool": ("yuan", "bridge-loan fund: interest of the year that goes to the risk pool"),
    "fund_granted": ("number", "bridge-loan fund: loans of the year"),
    "fund_queue": ("number", "bridge-loan fund: firms waiting"),
    "fund_gave_up": ("number", "bridge-loan fund: firms that gave up in the year"),
    "fund_*_cash": ("yuan", "fund that invests in other funds (its id after fund_): cash at the end of the year"),
    "fund_*_invested": ("yuan", "such a fund: held in partners' funds, at cost"),
    "fund_*_paid_in": ("yuan", "such a fund: money of its sources so far, that of the first day included"),
    "fund_*_paid_back": ("yuan", "such a fund: given back to its sources so far"),
    "fund_*_paid_out": ("yuan", "such a fund: paid into partners' funds so far"),
    "fund_*_received": ("yuan", "such a fund: come back from partners' funds so far"),
    "fund_*_gains": ("yuan", "such a fund: receipts above cost so far"),
    "fund_*_losses": ("yuan", "such a fund: cost that did not come back so far"),
    "fund_*_covered": ("yuan", "such a fund: of its losses, what the concession part gave up for others' losses"),
    "fund_*_fees": ("yuan", "such a fund: the manager's fees so far"),
    "fund_*_rewards": ("yuan", "such a fund: parts of high returns left to partners' managers so far"),
    "fund_*_proposed": ("number", "such a fund: partners that applied in the year"),
    "fund_*_refused": ("number", "such a fund: of these, refused by a condition or too late to sign"),
    "fund_*_joined": ("number", "such a fund: partners' funds joined in the year"),
    "fund_*_gave_up": ("number", "such a fund: partners that waited in vain for its money"),
    "fund_*_bought": ("number", "such a fund: concession parts bought before the end of the term"),
    "fund_*_breached": ("number", "such a fund: partners' funds left because they broke the rules"),
    "fund_*_partners": ("number", "such a fund: partners' funds in which it holds a part"),
    "promise_kept:*": ("number", "1 where the city kept what this condition set promises for the year, else 0"),
    "unmet:*:*": (
        "number",
        "claims of an instrument that never paid, in the last year, by what most often stood in the way: number of the "
        "condition from 0, or a reason",
    ),
    "fund_*_startups": ("number", "such a fund: firms of the model that its money is meant for"),
    "incubators": ("number", "open incubators"),
    "national_incubators": ("number", "of these, of national level"),
    "makerspaces": ("number", "open makerspaces"),
    "eaglets_revoked": ("number", "eaglets that lost the status in the year"),
    "incubators_revoked": ("number", "incubators struck off for an incident or fraud in the year"),
    "makerspaces_revoked": ("number", "makerspaces struck off for an incident or fraud in the year"),
    "incubators_refused": ("number", "applicants of the year that do not meet the conditions of an incubator"),
    "makerspaces_refused": ("number", "applicants of the year that do not meet the conditions of a makerspace"),
    "incubators_returned": ("number", "incubators struck off before that were recognised again in the year"),
    "makerspaces_returned": ("number", "makerspaces struck off before that were recognised again in the year"),
    "key_projects": ("number", "key R&D projects under contract"),
}


class TableFault(ValueError):
    """A simulation returned a table that does not fit its schema."""


def schema_of(table: str) -> dict[str, pl.DataType]:
    """Column types of a table, in order."""
    return {name: column.type for name, column in TABLES[table].items()}


def frame_of(table: str, columns: Mapping[str, Any] | pl.DataFrame, replication: int) -> pl.DataFrame:
    """Turn the columns that a simulation returns into a frame of the table's schema.

    Parameters
    ----------
    table
        Name of the table.
    columns
        Lists, arrays or series of one length, by column name; ``replication`` is filled in. Days may be
        numbers since 1970-01-01.
    replication
        The replication that the rows belong to.

    Raises
    ------
    TableFault
        If columns are missing or unknown, lengths differ, or a value does not fit its type.
    """
    schema = schema_of(table)
    given = columns.to_dict(as_series=True) if isinstance(columns, pl.DataFrame) else dict(columns)
    given.pop("replication", None)
    if not given:
        return pl.DataFrame(schema=schema)
    expected = [name for name in schema if name != "replication"]
    missing, unknown = sorted(set(expected) - set(given)), sorted(set(given) - set(expected))
    if missing or unknown:
        raise TableFault(f"{table}: missing columns {missing}, unknown columns {unknown}")
    lengths = {name: len(given[name]) for name in expected}
    if len(set(lengths.values())) > 1:
        raise TableFault(f"{table}: columns of different length: {lengths}")
    try:
        series = {name: _series(name, given[name], schema[name]) for name in expected}
    except (pl.exceptions.PolarsError, TypeError, OverflowError, ValueError) as fault:
        raise TableFault(f"{table}: {fault}") from fault
    frame = pl.DataFrame(series)
    for name in expected:
        if frame[name].null_count():
            raise TableFault(f"{table}.{name}: {frame[name].null_count()} empty values")
    if "value" in expected:
        frame = frame.with_columns(pl.col("value").round(6))
    if "replication" in schema:
        frame = frame.select(pl.lit(replication, dtype=pl.Int32).alias("replication"), pl.all())
    return frame


def _series(name: str, values: Any, dtype: pl.DataType) -> pl.Series:
    """Build one column; an amount must arrive as whole numbers, since no float may touch it."""
    if isinstance(values, pl.Series):
        series = values.alias(name)
    elif len(values) == 0:
        return pl.Series(name, [], dtype=dtype)
    elif isinstance(dtype, pl.List):
        return pl.Series(name, list(values), dtype=dtype)
    else:
        series = pl.Series(name, values if isinstance(values, np.ndarray) else list(values))
    if dtype.is_integer() and series.dtype.is_float():
        raise TypeError(f"{name} holds floats; it must hold whole numbers")
    if isinstance(dtype, pl.Date) and series.dtype.is_integer():
        series = series.cast(pl.Int32)
    return series.cast(dtype)


def stage_lists(stages: list[tuple[str, NDArray[np.int64], Any]]) -> pl.Series:
    """Build the column ``stages`` of claims from whole columns, without a loop over claims.

    Parameters
    ----------
    stages
        Stage name, amounts in fen of shape (claims,), and reasons as strings of shape (claims,), in order.

    Returns
    -------
    pl.Series
        One list of structs for each claim.
    """
    frame = pl.DataFrame(
        [pl.Series(f"amount{k}", amounts, dtype=pl.Int64) for k, (_, amounts, _) in enumerate(stages)]
        + [pl.Series(f"reason{k}", reasons, dtype=pl.String) for k, (_, _, reasons) in enumerate(stages)]
    )
    structs = [
        pl.struct(
            pl.lit(name, dtype=pl.String).alias("stage"),
            pl.col(f"amount{k}").alias("amount"),
            pl.col(f"reason{k}").alias("reason"),
        )
        for k, (name, _, _) in enumerate(stages)
    ]
    return frame.select(pl.concat_list(structs).alias("stages"))["stages"]
