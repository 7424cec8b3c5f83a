"""Figure 5: cash by quarter over three years, before and after settlement between the levels."""

from __future__ import annotations

import numpy as np
import polars as pl
from matplotlib.patches import Patch
from numpy.typing import NDArray

from fundflow.report import frames
from fundflow.report.blocks import part
from fundflow.report.figures.parts import FEN_YI, thousands, whisker_handles, whiskers
from fundflow.report.notes import at_most, band_note, law_notes, run_note
from fundflow.report.source import Tables
from fundflow.report.style import CITY, DISTRICT, INK, Page, lighter, page
from fundflow.report.texts import Texts


def draw(tables: Tables, texts: Texts) -> Page:
    """Draw the headline's cash, city and districts one above the other, on one scale."""
    tables = part(tables, "headline")
    notes = [
        texts("cash.headline"),
        texts("cash.pattern"),
        band_note(tables, texts),
        *law_notes(tables, texts),
        run_note(tables, texts),
    ]
    sheet = page(texts("cash.title", most=at_most(tables, texts)), _unit(texts), notes, 9.2, 5.4)
    quarters = quarters_of(tables)
    x = np.arange(len(quarters), dtype=float)
    top, drawn = 0.0, None
    panels = sheet.axes(2, 1, top=0.25, bottom=0.95, hspace=0.34)
    for axes, level, colour in zip(panels, ("city", "district"), (CITY, DISTRICT), strict=True):
        before, after = quarter_cash(tables, level, settled=False), quarter_cash(tables, level, settled=True)
        for paths, shift, share, hatch in ((before, -0.2, 0.4, ""), (after, 0.2, 1.0, "")):
            drawn = frames.spread(paths, tables)
            axes.bar(
                x + shift,
                drawn.mean / FEN_YI,
                width=0.38,
                color=lighter(colour, share),
                hatch=hatch,
                edgecolor=INK,
                linewidth=0.4,
                zorder=2,
            )
            whiskers(axes, x + shift, drawn, FEN_YI, width=0.08, thickness=1.2, dash=0.15)
        axes.set_title(texts(f"word.{'city' if level == 'city' else 'districts'}"), loc="left")
        axes.set_ylabel(texts("unit.yi"))
        axes.set_xlim(-0.6, len(quarters) - 0.4)
        axes.set_xticks(x, [_tick(texts, year, q) for year, q in quarters])
        thousands(axes, 5)
        top = max(top, float(axes.get_ylim()[1]))
    for axes in panels:
        axes.set_ylim(min(float(axes.get_ylim()[0]), 0.0), top)
        for i, (_, q) in enumerate(quarters):
            if q == 1 and i:
                axes.axvline(i - 0.5, color="#BBBBBB", linewidth=0.6, zorder=0)
    band, labels = whisker_handles(drawn, texts) if drawn is not None else ([], [])
    patches = [
        Patch(facecolor=lighter(CITY, 0.4), edgecolor=INK, linewidth=0.4),
        Patch(facecolor=CITY, edgecolor=INK, linewidth=0.4),
    ]
    sheet.legend([*patches, *band], [texts("cash.before"), texts("cash.after"), *labels], columns=4)
    return sheet


def quarters_of(tables: Tables) -> list[tuple[int, int]]:
    """Quarters of the budget years, in order."""
    return [(year, quarter) for year in tables.budget_years for quarter in (1, 2, 3, 4)]


def quarter_cash(tables: Tables, level: str, settled: bool) -> NDArray[np.int64]:
    """Cash of the treasuries of a level by quarter in fen, shape (replications, quarters).

    Before settlement: what they pay out to recipients. After: more what they owe other levels, less what
    they are owed.
    """
    rows = frames.treasury(tables, level)
    if not settled:
        rows = rows.filter(pl.col("kind") == "payment")
    cell = pl.col("year") * 10 + (pl.col("month") % 100 + 2) // 3
    cells = [year * 10 + quarter for year, quarter in quarters_of(tables)]
    return frames.paths(tables, rows.with_columns(cell.cast(pl.Int64).alias("quarter")), "fen", "quarter", cells)


def _tick(texts: Texts, year: int, quarter: int) -> str:
    name = texts("cash.quarter", quarter=quarter)
    return f"{name}\n{year}" if quarter == 1 else name


def _unit(texts: Texts) -> str:
    mean, unit = texts("word.mean"), texts("unit.yi")
    return f"单位：{unit}，{mean}" if texts.lang == "zh" else f"{unit}, {mean.lower()}"
