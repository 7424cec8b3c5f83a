"""One reform with the response of firms off and on: static and dynamic estimates side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import polars as pl
from rich.markup import escape
from rich.table import Table

from fundflow.experiment.compare import CannotCompare, Comparison, told
from fundflow.experiment.compare_report import FEN_WAN, interval
from fundflow.experiment.estimate import estimate
from fundflow.report.texts import Texts
from fundflow.scenario import Scenario

STATIC, DYNAMIC, BOTH = "static", "dynamic", "both"
MODES = (STATIC, DYNAMIC, BOTH)


def responding(scenarios: Sequence[Scenario], mode: str | None) -> tuple[list[Scenario], tuple[str, ...]]:
    """The base, and each reform with its response off, on, or once each; and what each of them is called.

    Without a mode the scenarios stay as they are written. The base, which changes no law, has nothing to respond to:
    it is run once, with the response off, so that all modes share its pieces.

    Raises
    ------
    CannotCompare
        If the base changes the law: firms respond to what a scenario changes in the law as it stands.
    """
    if mode is None:
        return list(scenarios), ("",) * len(scenarios)
    base, *reforms = scenarios
    if mode != STATIC and base.policy.changes:
        raise CannotCompare(
            f"--response {mode}: the base changes the law ({', '.join(base.policy.changes)}), and firms respond to "
            "what a scenario changes in the law as it stands; give a base without [policy.changes]"
        )
    named = (STATIC, DYNAMIC) if mode == BOTH else (mode,)
    found, words = [_with(base, False)], [""]
    for reform in reforms:
        found += [_with(reform, word == DYNAMIC) for word in named]
        words += named
    return found, tuple(words)


def _with(scenario: Scenario, on: bool) -> Scenario:
    tables = scenario.tables()
    tables["response"] = {**tables.get("response", {}), "on": on}
    return Scenario.model_validate(tables)


def side_by_side(result: Comparison) -> pl.DataFrame:
    """Static and dynamic difference of each reform and year, and the paired difference between the two.

    Returns
    -------
    polars.DataFrame
        ``reform`` (number of the static one), ``year``, ``static, dynamic`` (mean differences from the base in fen) and
        ``mean, deviation, low, high, n`` of dynamic less static, of all bearers together.
    """
    rows = []
    for number in [one for one, pair in enumerate(pairwise(result.modes)) if pair == (STATIC, DYNAMIC)]:
        for at, year in enumerate(result.years):
            base, static, dynamic = (result.totals[one][:, at] for one in (0, number, number + 1))
            gap = estimate(dynamic - static)
            rows.append((number, year, float((static - base).mean()), float((dynamic - base).mean()),
                         gap.mean, gap.deviation, gap.low, gap.high, gap.n))  # fmt: skip
    names = ("static", "dynamic", "mean", "deviation", "low", "high")
    schema = {"reform": pl.Int32, "year": pl.Int32, **dict.fromkeys(names, pl.Float64), "n": pl.Int32}
    return pl.DataFrame(rows, schema=schema, orient="row")


def tables(result: Comparison, lang: str) -> list[Table]:
    """A table of each reform: static, dynamic, and what the response adds with the interval of its mean."""
    texts = Texts(lang)
    found = []
    for (number,), rows in side_by_side(result).group_by("reform", maintain_order=True):
        assert isinstance(number, int)
        head = texts("compare.response", measure=texts(f"word.{result.measure}").lower(), n=result.replications)
        table = Table(title=escape(f"{result.scenarios[number].title}\n{head}"), title_justify="left")
        table.add_column(texts("compare.year"))
        for name in ("static", "dynamic", "added", "interval"):
            table.add_column(texts(f"compare.{name}"), justify="right", no_wrap=True)
        table.add_column(texts("compare.words"), overflow="fold")
        for row in rows.iter_rows(named=True):
            gap = told(row)
            table.add_row(str(row["year"]), f"{row['static'] / FEN_WAN:+,.1f}", f"{row['dynamic'] / FEN_WAN:+,.1f}",
                          f"{gap.mean / FEN_WAN:+,.1f}", interval(gap), gap.words(lang))  # fmt: skip
        found.append(table)
    return found


def write(result: Comparison, folder: Path) -> list[Path]:
    """Write static and dynamic differences side by side as CSV, in fen; nothing where only one was asked for."""
    rows = side_by_side(result)
    if not rows.height:
        return []
    names = [result.scenarios[number].name for number in rows["reform"]]
    path = folder / "response.csv"
    rows.select(pl.Series("scenario", names), pl.all().exclude("reform")).write_csv(path)
    return [path]
