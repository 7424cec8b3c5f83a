"""Figure 9: cash of the year by month, what was paid solid and what is forecast lighter; only with actuals."""

from __future__ import annotations

import numpy as np
import polars as pl
from matplotlib.patches import Patch
from numpy.typing import NDArray

from fundflow.report import frames
from fundflow.report.figures.parts import FEN_YI, thousands, whisker_handles, whiskers
from fundflow.report.notes import band_note, law_notes, run_note
from fundflow.report.source import Tables
from fundflow.report.style import CITY, DISTRICT, INK, Page, lighter, page
from fundflow.report.texts import Texts

_LIGHT = 0.3


def draw(tables: Tables, texts: Texts) -> Page:
    """Draw what the city and the districts bear, month by month of the year of the last covered month."""
    assert tables.reading is not None
    last = tables.reading.actuals.last_month
    year = tables.budget_year if last is None else last // 100
    notes = [texts("outturn.note"), band_note(tables, texts), *law_notes(tables, texts), run_note(tables, texts)]
    sheet = page(texts("outturn.title", year=year), texts("outturn.subtitle"), notes, 9.2, 5.4)
    months = [year * 100 + m for m in range(1, 13)]
    x = np.arange(12, dtype=float)
    drawn = None
    for axes, column, colour in zip(
        sheet.axes(2, 1, top=0.3, bottom=0.75, hspace=0.38), ("city", "district_fen"), (CITY, DISTRICT), strict=True
    ):
        paid = paid_by_month(tables, column, months)
        paths = frames.paths(tables, tables.payments, column, "month", months)
        drawn = frames.spread(paths, tables)
        axes.bar(x, paid / FEN_YI, width=0.7, color=colour, edgecolor=INK, linewidth=0.4, zorder=2)
        rest = (drawn.mean - paid) / FEN_YI
        axes.bar(x, rest, bottom=paid / FEN_YI, width=0.7, color=lighter(colour, _LIGHT), edgecolor=INK, linewidth=0.4,
                 zorder=2)  # fmt: skip
        varies = np.flatnonzero((paths != paths[0]).any(axis=0))
        if len(varies):
            whiskers(axes, x[varies], frames.spread(paths[:, varies], tables), FEN_YI, width=0.12, thickness=1.2)
        axes.set_title(_title(tables, texts, column, paths, int(paid.sum())), loc="left")
        axes.set_ylabel(texts("unit.yi"))
        axes.set_xlim(-0.6, 11.6)
        axes.set_xticks(x, [texts("outturn.month", month=m) for m in range(1, 13)])
        thousands(axes, 5)
    band, labels = whisker_handles(drawn, texts) if drawn is not None else ([], [])
    patches = [Patch(facecolor=c, edgecolor=INK, linewidth=0.4) for c in (CITY, lighter(CITY, _LIGHT))]
    sheet.legend([*patches, *band], [texts("outturn.actual"), texts("outturn.forecast"), *labels], columns=5)
    return sheet


def paid_by_month(tables: Tables, column: str, months: list[int]) -> NDArray[np.int64]:
    """What the actuals say was paid, in fen by month."""
    assert tables.reading is not None
    summed = dict(tables.reading.fixed.group_by("month").agg(pl.col(column).sum()).iter_rows())
    return np.array([summed.get(month, 0) for month in months], np.int64)


def _title(tables: Tables, texts: Texts, column: str, paths: NDArray[np.int64], paid: int) -> str:
    year = frames.spread(paths.sum(axis=1)[:, None], tables)
    said = {
        "who": texts(f"word.{'city' if column == 'city' else 'districts'}"), "paid": f"{paid / FEN_YI:,.3f}",
        "outturn": f"{year.mean[0] / FEN_YI:,.3f}",
    }  # fmt: skip
    if year.low_80 is None or year.high_80 is None:
        return texts("outturn.panel", **said, band="")
    low, high = f"{year.low_80[0] / FEN_YI:,.3f}", f"{year.high_80[0] / FEN_YI:,.3f}"
    return texts("outturn.panel", **said, band=texts("outturn.band", low=low, high=high))
