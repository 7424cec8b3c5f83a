"""How a reserve is shown on the terminal."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from rich.table import Table

from fundflow.base.order import Quantile
from fundflow.report.notes import layers, without
from fundflow.report.reserve import SHARES, Asked, Total
from fundflow.report.source import Tables
from fundflow.report.texts import Texts
from fundflow.report.words import ALL

FEN_YI, FEN_WAN = 10**10, 10**6
LARGE = 10 * FEN_YI
"""From here on amounts are shown in 亿元: in 万元 they would not fit side by side."""


def reserve_table(tables: Tables, asked: Asked, totals: Sequence[Total], texts: Texts) -> Table:
    """Years side by side: the mean, each quantile with its interval, and the chance to pass the budget."""
    large = max(one.mean for one in totals) >= LARGE
    unit = texts("unit.yi" if large else "unit.wan")
    write = _in_yi if large else _in_wan
    title = texts("reserve.title", scenario=tables.title or "—", what=total_name(tables, asked, texts), unit=unit)
    table = Table(title=title, title_justify="left", pad_edge=False, collapse_padding=True)
    table.add_column("", no_wrap=True)
    for one in totals:
        label = str(one.years[0]) if len(one.years) == 1 else f"{one.years[0]}–{one.years[-1]}"
        table.add_column(label, justify="right", no_wrap=True)
    table.add_row(texts("word.mean"), *(_mean(one, write) for one in totals))
    table.add_section()
    for place, share in enumerate(SHARES):
        table.add_row(f"{share * 100:g}%", *(_cell(one.quantiles[place], write) for one in totals))
    if totals[0].budget is not None:
        table.add_section()
        table.add_row(texts("reserve.budget"), *(write(one.budget or 0) for one in totals))
        table.add_row(texts("reserve.passed"), *(_passed(one) for one in totals), style="bold")
    return table


def _in_yi(fen: float) -> str:
    return f"{fen / FEN_YI:,.2f}"


def _in_wan(fen: float) -> str:
    return f"{fen / FEN_WAN:,.0f}"


def notes(tables: Tables, totals: Sequence[Total], texts: Texts) -> list[str]:
    """What the quantiles hold, how sure they are, and what a larger run would add."""
    n = max(round(tables.effective), 1)
    said = [
        texts("reserve.unit", n=n),
        texts("reserve.holds", layers=layers(tables, texts), without=without(tables, texts)),
    ]
    short = [q for q in totals[0].quantiles if None in (q.value, q.low, q.high)]
    if short:
        names = texts("word.list_and").join(f"{q.share * 100:g}%" for q in short)
        said.append(texts("reserve.short", names=names, n=n, needed=max(q.needed for q in short)))
    return said


def total_name(tables: Tables, asked: Asked, texts: Texts) -> str:
    """What a total is called: instruments, district, bearer, measure."""
    who = texts("compare.total") if asked.bearer == "total" else texts(f"word.{asked.bearer}")
    if asked.of == ALL or asked.of not in tables.instruments:
        of = texts(f"block.{asked.of}")
    else:
        of = tables.name(asked.of, texts.lang)
    parts = [of, *([asked.district] if asked.district else []), who, texts(f"word.{asked.measure}")]
    return ("·" if texts.lang == "zh" else ", ").join(parts)


def _mean(one: Total, write: Callable[[float], str]) -> str:
    return f"{write(one.mean)}\n± {write(one.error)}" if np.isfinite(one.error) else write(one.mean)


def _cell(found: Quantile, write: Callable[[float], str]) -> str:
    if found.value is None:
        return "—"
    low, high = ("…" if bound is None else write(bound) for bound in (found.low, found.high))
    return f"{write(found.value)}\n[{low}–{high}]"


def _passed(one: Total) -> str:
    found = one.passed
    return "—" if found is None else f"{found.value:.1%}\n[{found.low:.1%}–{found.high:.1%}]"
