"""Figure 4: the pipeline of firms, from founding to the high-tech certificate."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from fundflow.report import frames
from fundflow.report.figures.parts import key_years, shade_budget_years, thousands
from fundflow.report.notes import band_note, run_note
from fundflow.report.source import Tables
from fundflow.report.style import CITY, GREY, Page, lighter, page
from fundflow.report.texts import Texts

STAGES = ("founded", "in_makerspace", "in_incubator", "graduated", "eaglets", "high_tech")


def draw(tables: Tables, texts: Texts) -> Page:
    """Draw one panel a stage, with the band of the number of firms."""
    notes = [band_note(tables, texts, lines=True), run_note(tables, texts)]
    subtitle = f"单位：{texts('unit.count')}" if texts.lang == "zh" else "Number of firms"
    sheet = page(texts("pipeline.title"), subtitle, notes, 9.4, 4.9)
    years = np.array(list(tables.years))
    for axes, name in zip(
        sheet.axes(2, 3, left=0.65, top=0.35, bottom=0.42, hspace=0.5, wspace=0.32), STAGES, strict=True
    ):
        axes.set_title(texts(f"pipeline.{name}"), loc="left")
        paths = frames.indicator_paths(tables, name, tables.years)
        if paths is None:
            axes.set_axis_off()
            axes.text(0.5, 0.5, texts("pipeline.missing"), transform=axes.transAxes, ha="center", color=GREY)
            continue
        shade_budget_years(axes, tables)
        draw_lines(axes, years, frames.spread(paths, tables))
        axes.set_xticks(key_years(tables))
        axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
        top = float(np.nanmax(paths)) if np.isfinite(paths).any() else 1.0
        axes.set_ylim(0, max(top, 1.0) * 1.08)
        thousands(axes, 5)
    return sheet


def draw_lines(
    axes: Axes,
    years: NDArray[np.int64],
    spread: frames.Spread,
    colour: str = CITY,
    label: str | None = None,
    style: str = "-",
) -> None:
    """Draw the median with its band, or every path where there is none."""
    if spread.low_95 is not None and spread.high_95 is not None:
        axes.fill_between(years, spread.low_95, spread.high_95, color=lighter(colour, 0.22), linewidth=0, zorder=1)
    if spread.low_80 is not None and spread.high_80 is not None:
        axes.fill_between(years, spread.low_80, spread.high_80, color=lighter(colour, 0.42), linewidth=0, zorder=2)
    else:
        for path in spread.paths:
            axes.plot(years, path, color=GREY, linewidth=0.4, zorder=2)
    axes.plot(years, spread.median, color=colour, linewidth=1.6, linestyle=style, label=label, zorder=3)
