"""Why one year of a run costs more than another: claims, conditions, bases, rates, limits, districts, carried over.

The money of a cell (instrument, district, bearer) is a product:

    claims of the instrument x the district's part of them x the part that meets every condition x mean base
    x amount over base (the rate) x entitlement over amount (ranks, quotas, caps, halving, overlap) x the bearer's share

and for what is granted and paid x award over entitlement (pots of money) x cash over award (payment days). Each factor
is a ratio of two whole numbers of the books, so that a replication splits exactly. Beside the product stand amounts
that no claim of the year explains: cash on awards of earlier years and awards that had been put off (carried over), and
money between governments (settlements and refunds).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from fundflow.experiment.decomposition import Decomposition, stacked
from fundflow.experiment.shapley import of_product
from fundflow.report.frames import on_map_2021
from fundflow.report.source import Tables, net_of_refunds
from fundflow.report.words import LEVELS
from fundflow.results import Run
from fundflow.scenario.faults import nearest

MEASURES = ("entitlement", "award", "cash", "budget")
TREASURIES = ("city", "district")
CHAIN = ("claimants", "mix", "conditions", "base", "rate", "limits")
AFTER = {
    "entitlement": ("split",), "award": ("split", "pots"), "cash": ("split", "pots", "timing"),
    "budget": ("pots", "timing"),
}  # fmt: skip
BESIDE = {
    "entitlement": ("between",), "award": ("carried", "between"), "cash": ("carried", "between"),
    "budget": ("carried", "between"),
}  # fmt: skip
_COUNTS = ("claims", "eligible", "base", "amount")
_SHARES = {"city": "city", "district": "district_fen", "province": "province"}
Cube = Mapping[str, NDArray[np.int64]]
"""Shape (replications, places) each, a place being an instrument in a district."""


class CannotDecompose(ValueError):
    """The question names something that a run does not hold, or runs that cannot be set side by side."""


def between_years(run: Run, first: int, last: int, measure: str = "entitlement") -> Decomposition:
    """Split the change from one year to another of the same run.

    Parameters
    ----------
    measure
        ``entitlement`` and ``award`` by the year of the award, ``cash`` by that of the payment, all by who bears them;
        ``budget`` is the line of the budget form: what leaves the treasury of the city or of a district, settlements
        included.

    Raises
    ------
    CannotDecompose
        If a year is not simulated, or the run was written before its books held what is needed.
    """
    start, end = run.scenario["start"].year, run.scenario["end"].year
    wrong = [
        f"--{name} {year}: the run holds {start} to {end}"
        for name, year in (("from", first), ("to", last))
        if not start <= year <= end
    ]
    if first == last:
        wrong.append(f"--from {first} --to {last}: must be two different years")
    if wrong:
        raise CannotDecompose("\n".join(wrong))
    granted = run.commitments.collect()
    if "eligible" not in granted.columns:
        raise CannotDecompose(
            f"{run.path} was written by an earlier version of the program, whose books do not hold amounts before "
            "limits; run the scenario again"
        )
    tables = Tables(
        run.path, run.payments.collect(), granted, run.settlements.collect(), pl.DataFrame(), run.replications,
        instruments=dict(run.meta.get("instruments") or {}),
    )  # fmt: skip
    return of_tables(tables, first, last, measure)


def of_tables(tables: Tables, first: int, last: int, measure: str = "entitlement") -> Decomposition:
    """The same from the raw tables of a run, refunds not yet taken off."""
    years = (first, last)
    places = _places(tables, years)
    cubes = [_cube(tables, year, places) for year in years]
    bearers = TREASURIES if measure == "budget" else LEVELS
    cells = [(*place, bearer) for bearer in bearers for place in places]
    before, after, values = (np.concatenate(one, axis=1) for one in zip(
        *(_split(cubes[0], cubes[1], measure, bearer, places) for bearer in bearers), strict=True
    ))  # fmt: skip
    return Decomposition(
        "years", measure, last, (*CHAIN, *AFTER[measure], *BESIDE[measure]), stacked(cells, last),
        before, after, values, tables.instruments, (str(first), str(last)),
    )  # fmt: skip


def check_names(
    instrument: str | None, district: str | None, instruments: Collection[str], districts: Collection[str]
) -> None:
    """Refuse a filter that names nothing of what is split.

    Raises
    ------
    CannotDecompose
        With the nearest names.
    """
    wrong = []
    known = {"instrument": instruments, "district": districts}
    for name, value in (("instrument", instrument), ("district", district)):
        if value is not None and value not in known[name]:
            wrong.append(f"--{name} {value}: not known here{nearest(value, sorted(known[name]))}")
    if wrong:
        raise CannotDecompose("\n".join(wrong))


def _places(tables: Tables, years: Sequence[int]) -> list[tuple[str, str]]:
    refunding = net_of_refunds(tables.commitments, dict(tables.instruments))
    paid = net_of_refunds(tables.payments, dict(tables.instruments))
    found: set[tuple[str, str]] = set()
    for table in (refunding.filter(pl.col("year").is_in(years)), *(
        one.filter((pl.col("month") // 100).is_in(years)) for one in (paid, tables.settlements)
    )):  # fmt: skip
        found |= set(on_map_2021(table).select("instrument", "district").unique().iter_rows())
    return sorted(found)


def _cube(tables: Tables, year: int, places: list[tuple[str, str]]) -> Cube:
    """What the books hold of a year, and apart from it the refunds between governments."""
    meta = dict(tables.instruments)
    own, netted = tables.commitments.filter(year=year), net_of_refunds(tables.commitments.filter(year=year), meta)
    of_year = tables.payments.filter(pl.col("month") // 100 == year)
    paid, paid_net = of_year, net_of_refunds(of_year, meta)
    settled = tables.settlements.filter(pl.col("month") // 100 == year)
    wanted: dict[str, tuple[pl.DataFrame, pl.Expr]] = {name: (own, pl.col(name)) for name in _COUNTS}
    for level in LEVELS:
        for measure in ("entitlement", "award"):
            name = f"{measure}_{level}"
            wanted[name] = (own, pl.col(name))
            wanted[f"refunded_{name}"] = (netted, pl.col(name))
        wanted[f"earlier_{level}"] = (own, pl.col(f"earlier_{level}"))
        share = pl.col(_SHARES[level])
        wanted[f"cash_{level}"] = (paid.filter(award_year=year), share)
        wanted[f"old_{level}"] = (paid.filter(pl.col("award_year") != year), share)
        wanted[f"refunded_cash_{level}"] = (paid_net, share)
    whole = pl.sum_horizontal(_SHARES.values())
    for level in TREASURIES:
        mine = pl.col("paid_by") == level
        wanted[f"treasury_{level}"] = (paid.filter(mine, award_year=year), whole)
        wanted[f"treasury_old_{level}"] = (paid.filter(mine & (pl.col("award_year") != year)), whole)
        wanted[f"refunded_treasury_{level}"] = (paid_net.filter(mine), whole)
        sign = pl.when(pl.col("from_level") == level).then(1).when(pl.col("to_level") == level).then(-1).otherwise(0)
        wanted[f"settled_{level}"] = (settled, pl.col("amount") * sign)
    return {name: _dense(table, value, tables.replications, places) for name, (table, value) in wanted.items()}


def _dense(
    table: pl.DataFrame, value: pl.Expr, replications: Sequence[int], places: list[tuple[str, str]]
) -> NDArray[np.int64]:
    result = np.zeros((len(replications), len(places)), np.int64)
    rows = {number: row for row, number in enumerate(replications)}
    columns = {place: column for column, place in enumerate(places)}
    sums = on_map_2021(table).group_by("replication", "instrument", "district").agg(value.sum().cast(pl.Int64))
    for number, instrument, district, fen in sums.iter_rows():
        if number in rows:
            result[rows[number], columns[instrument, district]] = fen
    return result


def _split(
    old: Cube, new: Cube, measure: str, bearer: str, places: list[tuple[str, str]]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Before, after and parts of one bearer, shape (replications, places[, parts])."""
    sides = [_numbers(cube, measure, bearer, places) for cube in (old, new)]
    shape = sides[0][0][0].shape
    flat = [[one.reshape(-1) for one in chain] for chain, _ in sides]
    # A part is 1 where neither year can tell the ratio; what no product explains was carried over.
    factors: tuple[list[Any], list[Any]] = ([], [])
    products = [np.ones(shape, bool).reshape(-1) for _ in flat]
    own_base = [flat[side][CHAIN.index("base")] for side in (0, 1)]
    amounts = [flat[side][CHAIN.index("rate")] for side in (0, 1)]
    no_base = np.logical_or.reduce([(b == 0) & (a != 0) for b, a in zip(own_base, amounts, strict=True)])
    for side in (0, 1):
        flat[side][CHAIN.index("base")] = np.where(no_base, amounts[side], own_base[side])
    one = np.ones_like(flat[0][0])
    for place in range(len(flat[0])):
        tops = [side[place] for side in flat]
        unders = [side[place - 1] if place else one for side in flat]
        known = [under != 0 for under in unders]
        for side in (0, 1):
            other = 1 - side
            products[side] &= known[side]
            top = np.where(known[side], tops[side], np.where(known[other], tops[other], 1))
            under = np.where(known[side], unders[side], np.where(known[other], unders[other], 1))
            factors[side].append((top, under))
    moving = of_product(*factors).reshape(*shape, len(flat[0]))
    explained = [np.where(products[side], flat[side][-1], 0).reshape(shape) for side in (0, 1)]
    beside = _beside(sides, explained, measure)
    totals: list[NDArray[np.int64]] = [explained[side] + beside["carried"][side] + beside["between"][side]
                                      for side in (0, 1)]  # fmt: skip
    extra = [values[1] - values[0] for name, values in beside.items() if name in BESIDE[measure]]
    return totals[0], totals[1], np.concatenate([moving, np.stack(extra, axis=-1)], axis=-1)


def _numbers(
    cube: Cube, measure: str, bearer: str, places: list[tuple[str, str]]
) -> tuple[list[NDArray[np.int64]], dict[str, NDArray[np.int64]]]:
    """The chain of whole numbers, each over the one before it a factor; and what stands beside it."""
    names, codes = np.unique([instrument for instrument, _ in places], return_inverse=True)
    everywhere = np.zeros((len(cube["claims"]), len(names)), np.int64)
    np.add.at(everywhere.T, codes, cube["claims"].T)
    due = sum(cube[f"entitlement_{level}"] for level in LEVELS)
    granted = {level: cube[f"award_{level}"] - cube[f"earlier_{level}"] for level in LEVELS}
    chain = [everywhere[:, codes], *(cube[name] for name in _COUNTS), np.asarray(due, np.int64)]
    none = np.zeros_like(chain[0])
    if measure == "budget":
        chain += [sum(granted.values(), none), cube[f"treasury_{bearer}"]]
        refund = cube[f"refunded_treasury_{bearer}"] - cube[f"treasury_{bearer}"] - cube[f"treasury_old_{bearer}"]
        return chain, {"carried": cube[f"treasury_old_{bearer}"], "between": cube[f"settled_{bearer}"] + refund}
    chain.append(cube[f"entitlement_{bearer}"])
    refunded = cube[f"refunded_{measure}_{bearer}"]
    if measure == "entitlement":
        return chain, {"carried": none, "between": refunded - cube[f"entitlement_{bearer}"]}
    chain.append(granted[bearer])
    if measure == "award":
        return chain, {"carried": cube[f"earlier_{bearer}"], "between": refunded - cube[f"award_{bearer}"]}
    chain.append(cube[f"cash_{bearer}"])
    old = cube[f"old_{bearer}"]
    return chain, {"carried": old, "between": refunded - cube[f"cash_{bearer}"] - old}


def _beside(
    sides: Sequence[tuple[list[NDArray[np.int64]], dict[str, NDArray[np.int64]]]],
    explained: list[NDArray[np.int64]],
    measure: str,
) -> dict[str, list[NDArray[np.int64]]]:
    """What stands beside the product; money of the year that no claim of the year explains was carried over."""
    found = {name: [side[1][name] for side in sides] for name in ("carried", "between")}
    for side in (0, 1):
        rest = sides[side][0][-1] - explained[side]
        target = "carried" if "carried" in BESIDE[measure] else "between"
        found[target][side] = found[target][side] + rest
    return found
