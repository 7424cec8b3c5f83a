"""Figure 2: each instrument by year, with award and cash beside entitlement where they differ."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from fundflow.report import frames
from fundflow.report.blocks import part
from fundflow.report.figures.parts import (
    FEN_WAN,
    key_years,
    shade_budget_years,
    status_handles,
    statuses_present,
    thousands,
    whisker_handles,
    whiskers,
)
from fundflow.report.notes import at_most, band_note, law_notes, run_note
from fundflow.report.source import Tables
from fundflow.report.style import CITY, HATCHES, INK, Page, lighter, page, tone, wrap
from fundflow.report.texts import Texts

COLUMNS = 4
MOST_HEADLINE, MOST_BESIDE = 11, 11
_CASH = "#D55E00"


def draw(tables: Tables, texts: Texts) -> Page:
    """Draw the headline's instruments: the ten largest and the rest."""
    return _draw(part(tables, "headline"), texts, "instruments.title", "instruments.headline", MOST_HEADLINE)


def draw_beside(tables: Tables, texts: Texts) -> Page:
    """Draw the instruments outside the headline: the eleven largest and the rest."""
    beside = part(tables, "others", "assumed")
    return _draw(beside, texts, "instruments.title_beside", "instruments.beside", MOST_BESIDE)


def _draw(tables: Tables, texts: Texts, title: str, said: str, most: int) -> Page:
    money = tables.commitments.filter(frames.entitlement() > 0)
    having = set(money["instrument"])
    chosen = [i for i in frames.instruments_by_size(tables) if i in having]
    panels = [[one] for one in chosen[:most]] + ([chosen[most:]] if len(chosen) > most else [])
    without = sorted((set(tables.instruments) | set(tables.commitments["instrument"])) - having)
    marks = [texts("instruments.marked")] if any(tables.assumed(i) for i in chosen) else []
    marks += [texts("instruments.marked_most")] if any(tables.is_ceiling(i) for i in chosen) else []
    notes = [texts(said), band_note(tables, texts), "  ".join(marks), *law_notes(tables, texts)]
    if without:
        names = texts.names([tables.name(i, texts.lang) for i in without], most=12)
        notes.append(texts("instruments.none", names=names))
    notes.append(run_note(tables, texts))
    rows = max(1, -(-len(panels) // COLUMNS))
    sheet = page(
        texts(title, most=at_most(tables, texts)), texts("instruments.subtitle"), notes, 11.0, 1.75 * rows + 0.5
    )
    grid = sheet.axes(rows, COLUMNS, left=0.6, top=0.4, bottom=0.62, hspace=0.75, wspace=0.3)
    cash = frames.payments_by_year(tables)
    drawn = None
    for axes, ids in zip(grid, panels, strict=False):
        drawn = _panel(axes, tables, texts, ids, cash.filter(pl.col("instrument").is_in(ids)))
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    if drawn is not None:
        hatched, hatch_labels = status_handles(statuses_present(tables), texts)
        band, band_labels = whisker_handles(drawn, texts)
        lines, line_labels = _line_handles(tables, texts)
        sheet.legend(
            [Patch(facecolor=CITY), *hatched, *lines, *band],
            [texts("word.entitlement"), *hatch_labels, *line_labels, *band_labels],
            columns=9,
        )
    return sheet


def _panel(axes: Axes, tables: Tables, texts: Texts, ids: list[str], cash: pl.DataFrame) -> frames.Spread:
    years = np.array(list(tables.years))
    rows = tables.commitments.filter(pl.col("instrument").is_in(ids))
    shade_budget_years(axes, tables)
    colours = [lighter(CITY, tone(y, tables.budget_years)) for y in years]
    floor = np.zeros(len(years))
    for status in statuses_present(tables):
        part = frames.paths(tables, rows.filter(status=status), frames.entitlement(), "year", years)
        height = frames.mean(tables, part) / FEN_WAN
        shown = np.flatnonzero(height > 0)
        axes.bar(
            years[shown],
            height[shown],
            bottom=floor[shown],
            width=0.8,
            color=[colours[i] for i in shown],
            hatch=HATCHES[status],
            edgecolor="white",
            linewidth=0,
            zorder=2,
        )
        floor += height
    due = frames.paths(tables, rows, frames.entitlement(), "year", years)
    awarded = frames.paths(tables, rows, frames.award(), "year", years)
    paid = frames.paths(tables, cash, frames.cash(), "year", years)
    total = frames.spread(due, tables)
    whiskers(axes, years, total, FEN_WAN, width=0.0, thickness=0.9)
    if (awarded != due).any():
        at = (awarded != due).any(axis=0)
        axes.plot(
            years[at],
            frames.mean(tables, awarded)[at] / FEN_WAN,
            linestyle="none",
            marker="D",
            markersize=3.4,
            markerfacecolor="white",
            markeredgecolor=INK,
            markeredgewidth=0.8,
            zorder=6,
        )
    if (paid != due).any():
        axes.plot(years, frames.mean(tables, paid) / FEN_WAN, color=_CASH, linewidth=1.1, zorder=5)
    for year in frames.not_covered(tables).get(ids[0], ()) if len(ids) == 1 else ():
        if not due[:, year - tables.start_year].any():
            axes.text(
                year, 0, f" {texts('instruments.not_covered')}", rotation=90, ha="center", va="bottom", fontsize=6.5
            )
    axes.set_title("\n".join(_shorten(wrap(_title(tables, texts, ids), 18))), loc="left", fontsize=8)
    axes.set_xticks(key_years(tables))
    axes.set_xlim(years[0] - 0.7, years[-1] + 0.7)
    thousands(axes, 4)
    return total


def _title(tables: Tables, texts: Texts, ids: list[str]) -> str:
    if len(ids) > 1:
        return texts("block.rest", n=len(ids))
    (one,) = ids
    marks = ("≤ " if tables.is_ceiling(one) else "") + ("※" if tables.assumed(one) else "")
    return f"{marks}{tables.name(one, texts.lang)}"


def _shorten(lines: list[str]) -> list[str]:
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1][:-3].rstrip()} ..."]


def _line_handles(tables: Tables, texts: Texts) -> tuple[list[Any], list[str]]:
    diamond = Line2D([], [], linestyle="none", marker="D", markersize=4, markerfacecolor="white", markeredgecolor=INK)
    line = Line2D([], [], color=_CASH, linewidth=1.1)
    differs = tables.commitments.filter(frames.entitlement() != frames.award()).height > 0
    if not differs:
        return [line], [texts("word.cash")]
    return [diamond, line], [texts("word.award"), texts("word.cash")]
