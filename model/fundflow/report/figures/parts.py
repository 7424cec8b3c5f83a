"""Pieces that several figures share: bars by status, whiskers of the band, shading of the budget years."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fundflow.report.frames import Spread, entitlement
from fundflow.report.source import STATUSES, Tables
from fundflow.report.style import GREY, HATCHES, INK, SHADE
from fundflow.report.texts import Texts

FEN_YI, FEN_WAN = 10**10, 10**6
_DOTS_AT_MOST = 39


def whiskers(
    axes: Axes,
    x: Any,
    spread: Spread,
    unit: int,
    *,
    width: float = 0.16,
    thickness: float = 1.6,
    connect: bool = False,
    dash: float = 0.32,
) -> None:
    """Draw the band of each cell: thick for 80%, thin for 95%; else single paths and the median."""
    x = np.asarray(x, float)
    if spread.low_95 is not None and spread.high_95 is not None:
        axes.vlines(x, spread.low_95 / unit, spread.high_95 / unit, colors=INK, linewidths=0.6, zorder=4)
    if spread.low_80 is not None and spread.high_80 is not None:
        low, high = spread.low_80 / unit, spread.high_80 / unit
        axes.vlines(x, low, high, colors=INK, linewidths=thickness, zorder=4)
        axes.hlines(
            [*low, *high],
            [*(x - width), *(x - width)],
            [*(x + width), *(x + width)],
            colors=INK,
            linewidths=0.8,
            zorder=4,
        )
        return
    for path in spread.paths[:_DOTS_AT_MOST]:
        axes.plot(
            x,
            path / unit,
            linestyle="-" if connect else "none",
            color=GREY,
            linewidth=0.4,
            marker="o",
            markersize=2,
            markerfacecolor="white",
            markeredgecolor=INK,
            markeredgewidth=0.5,
            zorder=4,
        )
    axes.hlines(spread.median / unit, x - dash, x + dash, colors=INK, linewidths=1.2, zorder=5)


def whisker_handles(spread: Spread, texts: Texts) -> tuple[list[Any], list[str]]:
    """Legend entries of `whiskers`."""
    if spread.low_80 is None:
        dot = Line2D([], [], linestyle="none", marker="o", markersize=3, markerfacecolor="white", markeredgecolor=INK)
        return [dot, Line2D([], [], color=INK, linewidth=1.2)], [texts("word.path"), texts("word.median")]
    handles = [Line2D([], [], color=INK, linewidth=1.6)]
    labels = [texts("word.band_80")]
    if spread.low_95 is not None:
        handles.append(Line2D([], [], color=INK, linewidth=0.6))
        labels.append(texts("word.band_95"))
    return handles, labels


def status_handles(statuses: list[str], texts: Texts) -> tuple[list[Any], list[str]]:
    """Legend entries of the hatches."""
    handles = [Patch(facecolor="white", edgecolor=INK, hatch=HATCHES[s], linewidth=0.6) for s in statuses]
    return handles, [texts(f"status.{s}") for s in statuses]


def statuses_present(tables: Tables) -> list[str]:
    """Legal statuses under which there is money, in the order of the legend."""
    present = set(tables.commitments.filter(entitlement() > 0)["status"])
    return [s for s in STATUSES if s in present]


def shade_budget_years(axes: Axes, tables: Tables, texts: Texts | None = None) -> None:
    """Shade the budget years; with texts, write above which years are hindcast, budget and outlook."""
    years = tables.budget_years
    axes.axvspan(years.start - 0.5, years.stop - 0.5, color=SHADE, zorder=0, linewidth=0)
    if texts is None:
        return
    spans = {
        "hindcast": (tables.start_year, years.start - 1),
        "budget": (years.start, years.stop - 1),
        "outlook_near": (years.stop, tables.end_year),
    }
    for key, (first, last) in spans.items():
        if first <= last:
            axes.text(
                (first + last) / 2,
                1.015,
                texts(f"word.{key}"),
                transform=axes.get_xaxis_transform(),
                ha="center",
                va="bottom",
                fontsize=8,
                color=GREY,
            )


def thousands(axes: Axes, ticks: int = 5) -> None:
    """Write the y axis with thousands separators, from zero, without a useless fraction."""

    def text(value: float, _: Any) -> str:
        return f"{value:,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:,.2f}".rstrip("0")

    axes.yaxis.set_major_locator(MaxNLocator(ticks))
    axes.yaxis.set_major_formatter(FuncFormatter(text))
    if axes.get_ylim()[0] > 0:
        axes.set_ylim(bottom=0)
    axes.grid(axis="y", color="#DDDDDD", linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)


def key_years(tables: Tables) -> list[int]:
    """Years to write on a small axis: the first, the budget year and the last."""
    return sorted({tables.start_year, tables.budget_year, tables.end_year})
