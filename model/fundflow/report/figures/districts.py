"""Figure 3: districts by year as a heat map on the map of 2021, in yuan and per national high-tech firm."""

from __future__ import annotations

import matplotlib
import numpy as np
import polars as pl
from matplotlib.axes import Axes
from matplotlib.colors import Colormap
from matplotlib.patches import Rectangle
from numpy.typing import NDArray

from fundflow.base.districts import DISTRICT_EN, DISTRICTS
from fundflow.report import frames
from fundflow.report.blocks import part
from fundflow.report.figures.parts import FEN_WAN
from fundflow.report.notes import at_most, law_notes, run_note
from fundflow.report.source import WHOLE_CITY, Tables
from fundflow.report.style import GREY, INK, Page, page
from fundflow.report.texts import Texts

PLACES = DISTRICTS[:13]


def draw(tables: Tables, texts: Texts) -> Page:
    """Draw both heat maps of the headline, one above the other."""
    tables = part(tables, "headline")
    n = len(tables.replications)
    notes = [texts("districts.map", n=n), *law_notes(tables, texts), run_note(tables, texts)]
    years = list(tables.years)
    subtitle = f"{texts('districts.total', unit=texts('unit.wan'))}; {texts('districts.headline')}"
    sheet = page(texts("districts.title", most=at_most(tables, texts)), subtitle, notes, 10.2, 8.4)
    upper, lower = sheet.axes(2, 1, left=1.05, top=0.15, bottom=0.3, hspace=0.2, height_ratios=[15, 13])
    money = district_money(tables)
    firms = district_firms(tables)
    places = [*PLACES, *([WHOLE_CITY] if money[-1].any() else [])]
    rows = money[: len(places)]
    names = [_name(texts, p) for p in places]
    _heat(
        upper,
        rows[:13] / FEN_WAN,
        [*rows[13:] / FEN_WAN, rows.sum(axis=0) / FEN_WAN],
        [*names, texts("word.whole_city")],
        years,
        tables,
    )
    lower.set_title(texts("districts.per_firm", unit=texts("unit.wan_per_firm")), loc="left", color=GREY)
    if firms is None:
        lower.set_axis_off()
        lower.text(0.5, 0.5, texts("districts.no_firms"), transform=lower.transAxes, ha="center", color=GREY)
        return sheet
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(firms > 0, money[:13] / FEN_WAN / firms, np.nan)
    _heat(lower, each, [], names[:13], years, tables)
    return sheet


def district_money(tables: Tables) -> NDArray[np.float64]:
    """Mean entitlement in fen, shape (14, years): the districts of 2021, then what has no district."""
    table = frames.on_map_2021(tables.commitments)
    cells = [*PLACES, WHOLE_CITY]
    rows = [
        frames.mean(tables, frames.paths(
            tables, table.filter(pl.col("district") == place), frames.entitlement(), "year", tables.years
        ))
        for place in cells
    ]
    return np.array(rows, dtype=np.float64)


def district_firms(tables: Tables) -> NDArray[np.float64] | None:
    """Mean number of high-tech firms, shape (13, years); None where not counted by district."""
    table = frames.on_map_2021(tables.indicators.filter(pl.col("name") == "high_tech"))
    table = table.filter(pl.col("district").is_in(PLACES))
    if table.is_empty():
        return None
    result = np.zeros((len(PLACES), len(tables.years)))
    summed = table.group_by("district", "year").agg((pl.col("value") * frames.share_of_replication(tables)).sum())
    for place, year, value in summed.select("district", "year", "value").iter_rows():
        if year in tables.years:
            result[PLACES.index(place), year - tables.start_year] = value
    return result


def _name(texts: Texts, place: str) -> str:
    if place == WHOLE_CITY:
        return texts("word.no_district")
    return place if texts.lang == "zh" else DISTRICT_EN[place]


def _heat(
    axes: Axes,
    cells: NDArray[np.float64],
    plain: list[NDArray[np.float64]],
    names: list[str],
    years: list[int],
    tables: Tables,
) -> None:
    colours: Colormap = matplotlib.colormaps["Blues"]
    most = float(np.nanmax(cells)) if np.isfinite(cells).any() else 0.0
    most = most if most > 0 else 1.0
    axes.imshow(cells, cmap=colours, vmin=0, vmax=most, aspect="auto", alpha=0.9)
    for r, row in enumerate([*cells, *plain]):
        for c, value in enumerate(row):
            if np.isfinite(value):
                dark = r < len(cells) and value > 0.6 * most
                text = f"{value:,.0f}" if most >= 100 else f"{value:,.1f}" if most >= 10 else f"{value:,.2f}"
                axes.text(c, r, text, ha="center", va="center", fontsize=6.8, color="white" if dark else INK)
    budget = tables.budget_years
    axes.add_patch(
        Rectangle(
            (budget.start - years[0] - 0.5, -0.5),
            len(budget),
            len(names),
            fill=False,
            edgecolor=INK,
            linewidth=1.4,
        )
    )
    axes.set_xticks(range(len(years)), [str(y) for y in years])
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.5, -0.5)
    axes.tick_params(length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
