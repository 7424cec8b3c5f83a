"""A change and its causes as a picture: a waterfall, and the causes by bearer or year, instrument and district."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fundflow.report.figures.comparison import UNTOLD, shortened, signed
from fundflow.report.figures.parts import FEN_WAN
from fundflow.report.style import GREY, INK, Page, page, wrap
from fundflow.report.texts import Texts

MOST = 10
UP, DOWN, LEVEL = "#0072B2", "#D55E00", "#8A8A8A"
COLOURS = {
    "claimants": "#0072B2", "conditions": "#56B4E9", "base": "#009E73", "rate": "#F0E442", "limits": "#E69F00",
    "mix": "#CC79A7", "split": "#8A6D3B", "pots": "#D55E00", "timing": "#4D4D4D", "carried": "#B8B8B8",
    "between": "#DDDDDD",
    "policy": "#0072B2", "economy": "#E69F00", "firms": "#009E73", "behaviour": "#CC79A7", "luck": "#B8B8B8",
}  # fmt: skip


def draw(
    frame: pl.DataFrame,
    year: int,
    kind: str,
    measure: str,
    parts: Mapping[str, str],
    names: Mapping[str, Mapping[str, str]],
    sides: tuple[str, str],
    titles: tuple[str, str],
    texts: Texts,
) -> Page:
    """Draw a decomposition.

    Parameters
    ----------
    frame
        ``year, dimension, key, bearer, part, fen, low, high, n, distinct``; amounts in fen.
    kind
        ``years`` of one run or two ``runs``.
    parts
        The causes in order, with their names.
    names
        What to call keys, by dimension.
    sides
        What the first and the last bar are called.
    titles
        Title and subtitle.
    """
    now = frame.filter(year=year)
    total = {row["part"]: row for row in now.filter(dimension="total", bearer="total").iter_rows(named=True)}
    # A part below fifty yuan in every mean would be a row without a bar.
    shown = [one for one in parts if one in total and total[one]["deviation"] + abs(total[one]["fen"]) > 5000]
    cut = _cut(total, shown)
    n = int(frame["n"].max() or 0) if frame.height else 0  # type: ignore[arg-type]
    notes = [
        texts("decompose.note_shapley") + (" " + texts("decompose.note_axis") if cut else ""),
        texts("decompose.note_interval", n=n),
        texts("decompose.note_budget") if measure == "budget" else "",
    ]
    sheet = page(*titles, notes, 11.0, 9.4)
    steps, other, instruments, districts = sheet.axes(
        2, 2, left=1.95, right=0.3, bottom=0.75, top=0.3, wspace=0.5, hspace=0.26, height_ratios=[1, 1.35]
    )
    _waterfall(steps, total, shown, parts, sides, cut, texts)
    if kind == "years":
        who = "by_treasury" if measure == "budget" else "by_bearer"
        rows, heading = now.filter(pl.col("bearer") != "total", dimension="total"), texts(f"decompose.{who}")
        _stacks(other, rows, "bearer", shown, names["bearer"], heading, texts)
    else:
        rows = frame.filter(dimension="total", bearer="total")
        labels = {str(one): str(one) for one in rows["year"].unique()}
        rows = rows.with_columns(pl.col("year").cast(pl.String))
        _stacks(other, rows, "year", shown, labels, texts("decompose.by_year"), texts)
    for axes, dimension in ((instruments, "instrument"), (districts, "district")):
        rows = now.filter(dimension=dimension, bearer="total")
        _stacks(axes, rows, "key", shown, names[dimension], texts(f"decompose.by_{dimension}"), texts)
    handles = [Patch(facecolor=COLOURS[one]) for one in shown]
    net = Line2D([], [], color=INK, marker="D", markersize=4, linestyle="none", markerfacecolor="white")
    sheet.legend([*handles, net], [*(parts[one] for one in shown), texts("decompose.net")], columns=6)
    return sheet


def _cut(total: Mapping[str, Mapping[str, float]], shown: Sequence[str]) -> float:
    """Where the axis of the waterfall starts: above zero where the steps would be too small to see."""
    if not total:
        return 0.0
    levels = np.cumsum([total["from"]["fen"], *(total[one]["fen"] for one in shown)])
    low, high = float(levels.min()), float(levels.max())
    start = low - 0.6 * (high - low)
    return start if low > 0 and start > 0.3 * high else 0.0


def _waterfall(
    axes: Axes,
    total: Mapping[str, Mapping[str, float]],
    shown: Sequence[str],
    parts: Mapping[str, str],
    sides: tuple[str, str],
    cut: float,
    texts: Texts,
) -> None:
    if not total:
        _nothing(axes, texts)
        return
    labels = [sides[0], *(parts[one] for one in shown), sides[1]]
    place, level = 1, float(total["from"]["fen"])
    axes.barh(0, (level - cut) / FEN_WAN, left=cut / FEN_WAN, color=LEVEL, height=0.62)
    edges = [level]
    for one in shown:
        row = total[one]
        fen = float(row["fen"])
        colour = UNTOLD if not row["distinct"] else UP if fen > 0 else DOWN
        axes.barh(place, fen / FEN_WAN, left=level / FEN_WAN, color=colour, height=0.62, zorder=2)
        if row["n"] > 1:
            ends = [(level + row[side]) / FEN_WAN for side in ("low", "high")]
            axes.hlines(place, max(ends[0], cut / FEN_WAN), ends[1], colors=INK, linewidths=1.0, zorder=3)
        axes.vlines((level + fen) / FEN_WAN, place - 0.31, place + 1.31, colors=GREY, linewidths=0.5)
        level += fen
        edges.append(level)
        place += 1
    axes.barh(place, (level - cut) / FEN_WAN, left=cut / FEN_WAN, color=LEVEL, height=0.62)
    axes.set_yticks(range(len(labels)), labels, fontsize=7.5)
    axes.set_ylim(place + 0.6, -0.6)
    span = (max(edges) - min(edges)) / FEN_WAN or 1.0
    axes.set_xlim(cut / FEN_WAN, max(edges) / FEN_WAN + 0.4 * max(span, 0.05 * max(edges) / FEN_WAN))
    values = [total["from"]["fen"], *(total[one]["fen"] for one in shown), total["to"]["fen"]]
    for row_number, fen in enumerate(values):
        text = f"{fen / FEN_WAN:,.0f}" if row_number in (0, place) else signed(round(fen / FEN_WAN, 1), None)
        axes.text(1.02, row_number, text, transform=axes.get_yaxis_transform(), va="center", fontsize=7.5)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.tick_params(axis="y", length=0)
    axes.set_title(texts("decompose.waterfall", start=sides[0], to=sides[1]), loc="left", fontsize=9)


def _stacks(
    axes: Axes,
    rows: pl.DataFrame,
    column: str,
    shown: Sequence[str],
    names: Mapping[str, str],
    title: str,
    texts: Texts,
) -> None:
    """Causes to the right where they add, to the left where they take away; a diamond for the net change."""
    axes.set_title(title, loc="left", fontsize=9)
    by: dict[str, dict[str, int]] = {}
    for row in rows.iter_rows(named=True):
        by.setdefault(str(row[column]), {})[row["part"]] = int(row["fen"])
    moved = [key for key, parts in by.items() if any(parts[one] for one in shown)]
    if column == "key":
        moved = sorted(moved, key=lambda key: (-abs(by[key]["change"]), key))
        moved = moved[:MOST] if len(moved) > 14 else moved
    if not moved:
        _nothing(axes, texts)
        return
    place = np.arange(len(moved))
    for sign in (1, -1):
        left = np.zeros(len(moved))
        for one in shown:
            width = np.array([max(by[key][one] * sign, 0) for key in moved]) / FEN_WAN * sign
            colour = COLOURS[one]
            axes.barh(place, width, left=left, height=0.66, zorder=2, color=colour, edgecolor="white", linewidth=0.3)
            left += width
    net = np.array([by[key]["change"] for key in moved]) / FEN_WAN
    axes.plot(net, place, linestyle="none", marker="D", markersize=4, markerfacecolor="white", color=INK, zorder=4)
    axes.set_yticks(place, ["\n".join(shortened(wrap(names.get(key, key), 15))) for key in moved], fontsize=7.5)
    axes.set_ylim(len(moved) - 0.4, -0.6)
    axes.use_sticky_edges = False
    axes.margins(x=0.06)
    axes.axvline(0, color=INK, linewidth=0.6, zorder=3)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(signed))
    axes.tick_params(axis="y", length=0)


def _nothing(axes: Axes, texts: Texts) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, texts("decompose.no_change"), transform=axes.transAxes, ha="center", color=GREY)
