"""A paired difference as a picture: by year with the interval of its mean, by instrument, by district, by class."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter, MaxNLocator

from fundflow.report.figures.parts import FEN_WAN
from fundflow.report.style import BEARER_COLOURS, CITY, GREY, INK, Page, page, wrap
from fundflow.report.texts import Texts

MOST = 10
UNTOLD = "#C9C9C9"
BAND = "#D9D9D9"


def draw(
    rows: pl.DataFrame,
    year: int,
    measure: str,
    names: Mapping[str, Mapping[str, str]],
    titles: tuple[str, str],
    texts: Texts,
) -> Page:
    """Draw the differences of one reform.

    Parameters
    ----------
    rows
        ``dimension, year, key, bearer, mean, low, high, n, distinct`` in fen.
    year
        The budget year, to which the lower panels belong.
    names
        What to call the keys, by dimension.
    titles
        Titles of base and reform.
    """
    n = int(rows["n"].max() or 0)  # type: ignore[arg-type]
    unit = texts("unit.wan")
    sheet = page(
        texts("compare.title", base=titles[0], reform=titles[1]),
        texts("compare.subtitle", measure=texts(f"word.{measure}").lower(), unit=unit, n=n),
        [texts("compare.note_interval", n=n), texts("compare.note_classes")],
        11.0,
        8.85,
    )
    upper, classes, instruments, districts = sheet.axes(
        2, 2, left=2.0, bottom=0.7, top=0.3, wspace=0.55, hspace=0.28, height_ratios=[1, 1.35]
    )
    _years(upper, rows.filter(dimension="total"), year, texts)
    bearer = shown_bearer(rows, year)
    whose = "" if bearer == "total" else texts("compare.whose", who=texts(f"word.{bearer}"))
    for axes, dimension in ((classes, "class"), (instruments, "instrument"), (districts, "district")):
        mine = rows.filter(dimension=dimension, bearer=bearer, year=year).filter(pl.col("mean") != 0)
        mine = mine.sort(pl.col("mean").abs(), "key", descending=[True, False])
        head = texts(f"compare.{dimension}")
        if mine.height > MOST and dimension == "instrument":
            head = texts("compare.top", n=MOST, of=mine.height)
            mine = mine.head(MOST)
        _bars(axes, mine, names[dimension], texts)
        named = f"{head}, {year}" if texts.lang == "en" else f"{year} 年{head}"
        axes.set_title(f"{named}{whose}", loc="left", fontsize=9)
    lines = [Line2D([], [], color=BEARER_COLOURS[one], linewidth=1.2) for one in BEARER_COLOURS]
    sheet.legend(
        [Line2D([], [], color=INK, linewidth=1.8), Patch(facecolor=BAND), *lines, Patch(facecolor=UNTOLD)],
        [texts("compare.total"), texts("compare.interval"), *(texts(f"word.{one}") for one in BEARER_COLOURS),
         texts("compare.untold")],
        columns=7,
    )  # fmt: skip
    return sheet


def shown_bearer(rows: pl.DataFrame, year: int) -> str:
    """Whose difference is shown by instrument, district and class: the total's, or where a reform only shifts money
    between bearers that of the bearer whom it moves most.
    """
    whole = rows.filter(dimension="instrument", year=year)
    moved = {name: float(whole.filter(bearer=name)["mean"].abs().sum()) for name in ("total", *BEARER_COLOURS)}
    return "total" if moved["total"] > 0 else max(moved, key=lambda name: moved[name])


def _years(axes: Axes, rows: pl.DataFrame, year: int, texts: Texts) -> None:
    for bearer, colour in BEARER_COLOURS.items():
        mine = rows.filter(bearer=bearer).sort("year")
        if (mine["mean"] != 0).any():
            axes.plot(mine["year"], mine["mean"] / FEN_WAN, color=colour, linewidth=1.2)
    whole = rows.filter(bearer="total").sort("year")
    low, high = (np.nan_to_num(whole[name].to_numpy(), posinf=0, neginf=0) / FEN_WAN for name in ("low", "high"))
    if int(whole["n"].max() or 0) > 1:  # type: ignore[arg-type]
        axes.fill_between(whole["year"], low, high, color=BAND, linewidth=0, zorder=1)
    axes.plot(whole["year"], whole["mean"] / FEN_WAN, color=INK, linewidth=1.8, marker="o", markersize=3)
    axes.axvline(year, color=GREY, linewidth=0.6, linestyle=":")
    axes.axhline(0, color=INK, linewidth=0.6)
    axes.xaxis.set_major_locator(MaxNLocator(8, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(signed))
    axes.set_title(texts("compare.by_year"), loc="left", fontsize=9)


def _bars(axes: Axes, rows: pl.DataFrame, names: Mapping[str, str], texts: Texts) -> None:
    if rows.is_empty():
        axes.set_axis_off()
        axes.text(0.5, 0.5, texts("compare.none"), transform=axes.transAxes, ha="center", color=GREY)
        return
    place = np.arange(rows.height)
    mean = rows["mean"].to_numpy() / FEN_WAN
    colours = [CITY if one else UNTOLD for one in rows["distinct"]]
    axes.barh(place, mean, color=colours, height=0.65, zorder=2)
    if int(rows["n"][0]) > 1:
        axes.hlines(place, rows["low"] / FEN_WAN, rows["high"] / FEN_WAN, colors=INK, linewidths=1.2, zorder=3)
    labels = ["\n".join(shortened(wrap(names[key], 15))) for key in rows["key"]]
    axes.set_yticks(place, labels, fontsize=7.5)
    axes.set_ylim(rows.height - 0.4, -0.6)
    axes.axvline(0, color=INK, linewidth=0.6)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(signed))
    axes.tick_params(axis="y", length=0)


def shortened(lines: list[str]) -> list[str]:
    """At most two lines of a name."""
    return lines if len(lines) <= 2 else [lines[0], f"{lines[1][:-3].rstrip()} ..."]


def signed(value: float, _: object) -> str:
    """A number with its sign, for an axis."""
    if value == 0:
        return "0"
    return f"{value:+,.0f}" if abs(value) >= 10 or value == int(value) else f"{value:+,.2f}".rstrip("0")
