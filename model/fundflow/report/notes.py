"""What must stand beneath a figure: what its band holds, what is assumed or expired, which run it is."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import polars as pl

from fundflow.base.order import band_error
from fundflow.report import frames
from fundflow.report.frames import LEAST_FOR_80, LEAST_FOR_95, entitlement, instruments_by_size, not_in_force
from fundflow.report.source import Tables
from fundflow.report.texts import Texts

FEN_YI = 10**10


def layers(tables: Tables, texts: Texts) -> str:
    """The layers of uncertainty that the replications hold."""
    more = [texts(f"note.{one}") for one in tables.drawn if one != "luck"]
    return texts("note.luck_and", names=texts("word.list_and").join(more)) if more else texts("note.luck")


def without(tables: Tables, texts: Texts) -> str:
    """What a reader might look for in a band and does not find; empty where every layer is drawn."""
    missing = [one for one in ("risks", "readings") if one not in tables.drawn]
    if not missing:
        return ""
    key = "both" if len(missing) == 2 else missing[0]
    return texts("note.without", names=texts(f"note.no_{key}"))


def error_note(tables: Tables, texts: Texts) -> str:
    """The Monte Carlo error of the budget year's entitlement: of the mean, and of the edges of its band."""
    values = frames.paths(tables, tables.commitments, entitlement(), "year", [tables.budget_year])
    # Replications weighed by actuals count as fewer of equal weight.
    values = frames.evenly(tables, values[:, 0])[:, None]
    n, mean = len(values), float(values.mean())
    if n < 2:
        return texts("note.error_one")
    error = frames.mean_error(values[:, 0])
    edges = ""
    if n >= LEAST_FOR_80:
        low, high = (float(half[0]) for half in band_error(values, 0.8))
        if np.isfinite([low, high]).all():
            edges = texts("note.error_edges", low=_yi(low), high=_yi(high))
    share = f"{error / mean:.1%}" if mean else "—"
    return texts("note.error", year=tables.budget_year, mean=_yi(mean), error=_yi(error), share=share, edges=edges)


def _yi(fen: float) -> str:
    return f"{fen / FEN_YI:,.3f}"


def band_note(tables: Tables, texts: Texts, lines: bool = False) -> str:
    """Say what the band (or the scatter of single paths) holds and what it does not."""
    n = tables.effective
    kind = "band_95" if n >= LEAST_FOR_95 else "band_80" if n >= LEAST_FOR_80 else "paths"
    if lines:
        kind = f"lines_{kind.removeprefix('band_')}"
    n_all = len(tables.replications)
    said = texts(f"note.{kind}", n=n_all, layers=layers(tables, texts), without=without(tables, texts))
    return said if lines else f"{said}{'' if texts.lang == 'zh' else ' '}{error_note(tables, texts)}"


def span(years: Iterable[int]) -> str:
    """Write years as 2027—2029."""
    years = list(years)
    return f"{years[0]}—{years[-1]}" if len(years) > 1 else str(years[0])


def law_notes(tables: Tables, texts: Texts) -> list[str]:
    """Name the instruments that rest on an assumed renewal, on assumed values, on ceilings."""
    notes = []
    renewed = not_in_force(tables, tables.budget_years)
    if renewed:
        names = texts.names([tables.name(i, texts.lang) for i in renewed])
        notes.append(texts("note.renewed", years=span(tables.budget_years), names=names))
    assumed = [i for i in instruments_by_size(tables) if tables.assumed(i)]
    if assumed:
        notes.append(texts("note.assumed", names=texts.names([tables.name(i, texts.lang) for i in assumed])))
    outside = frames.not_covered(tables)
    if outside:
        dated = [f"{tables.name(i, texts.lang)} ({span(years)})" for i, years in outside.items()]
        notes.append(texts("note.not_covered", names=texts.names(dated)))
    if has_ceiling(tables):
        notes.append(texts("note.ceiling"))
    return notes


def run_note(tables: Tables, texts: Texts) -> str:
    """Name the scenario and the run."""
    run = texts("note.run", title=tables.title or "—", identity=tables.identity or "—", n=len(tables.replications))
    read = reading_note(tables, texts)
    return f"{run}{'' if texts.lang == 'zh' else ' '}{read}" if read else run


def reading_note(tables: Tables, texts: Texts) -> str:
    """Say which actuals the run was read with and how many replications are left in effect; empty as simulated."""
    if tables.reading is None:
        return ""
    until = tables.reading.actuals.last_month
    return texts(
        "actuals.note",
        file=tables.reading.choice.name,
        until=texts("actuals.until", year=until // 100, month=until % 100) if until else "",
        effective=f"{tables.effective:.1f}",
        n=len(tables.replications),
        tolerance=f"{tables.reading.choice.tolerance:g}",
    )


def has_ceiling(tables: Tables) -> bool:
    """Whether the total holds instruments whose amount the law only limits, at their ceiling."""
    if "readings" in tables.drawn:
        return False  # what is paid of a ceiling is drawn, so the total is no longer the most that it can be
    with_money = tables.commitments.filter(entitlement() > 0).select(pl.col("instrument").unique())
    return any(tables.is_ceiling(str(i)) for i in with_money["instrument"])


def at_most(tables: Tables, texts: Texts) -> str:
    """Suffix of a title: ``（至多）`` where the total holds ceilings, else nothing."""
    if not has_ceiling(tables):
        return ""
    word = texts("word.at_most")
    return f"（{word}）" if texts.lang == "zh" else f" ({word})"
