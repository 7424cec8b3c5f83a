"""Figure 1: entitlement by year, city and districts stacked, hatched by legal status, with its band."""

from __future__ import annotations

import numpy as np
from matplotlib.patches import Patch

from fundflow.report import frames
from fundflow.report.blocks import part
from fundflow.report.figures.parts import (
    FEN_YI,
    shade_budget_years,
    status_handles,
    statuses_present,
    thousands,
    whisker_handles,
    whiskers,
)
from fundflow.report.notes import at_most, band_note, law_notes, run_note
from fundflow.report.source import Tables
from fundflow.report.style import BEARER_COLOURS, BLOCK_LOOK, HATCHES, Page, lighter, page, tone
from fundflow.report.texts import Texts


def draw(tables: Tables, texts: Texts) -> Page:
    """Draw the headline by bearer and status; above it, in grey, what others pay and what rests on assumed volumes."""
    whole, tables = tables, part(tables, "headline")
    notes = [
        band_note(tables, texts), texts("entitlement.headline"), *law_notes(tables, texts), run_note(tables, texts),
    ]  # fmt: skip
    sheet = page(texts("entitlement.title", most=at_most(tables, texts)), _unit(texts), notes, 9.2, 4.6)
    axes = sheet.axes(top=0.3, bottom=0.78)[0]
    shade_budget_years(axes, tables, texts)
    years = list(tables.years)
    floor = np.zeros(len(years))
    bearers = []
    for bearer in frames.BEARERS:
        for status in statuses_present(tables):
            paths = frames.paths(
                tables, tables.commitments.filter(status=status), f"entitlement_{bearer}", "year", years
            )
            height = frames.mean(tables, paths) / FEN_YI
            if not height.any():
                continue
            bearers += [bearer] if bearer not in bearers else []
            shown = height > 0
            axes.bar(
                np.array(years)[shown],
                height[shown],
                bottom=floor[shown],
                width=0.72,
                color=[lighter(BEARER_COLOURS[bearer], tone(y, tables.budget_years)) for y in np.array(years)[shown]],
                hatch=HATCHES[status],
                edgecolor="white",
                linewidth=0.4,
                zorder=2,
            )
            floor += height
    head = floor.copy()
    beside = []
    for block in ("others", "assumed"):
        rows = part(whole, block).commitments
        height = frames.mean(whole, frames.paths(whole, rows, frames.entitlement(), "year", years)) / FEN_YI
        if height.any():
            beside.append(block)
            axes.bar(years, height, bottom=floor, width=0.72, zorder=2, **BLOCK_LOOK[block])
            floor += height
    total = frames.spread(
        frames.paths(tables, tables.commitments, frames.entitlement(), "year", years), tables
    )
    whiskers(axes, years, total, FEN_YI, connect=True)
    box = {"facecolor": "white", "edgecolor": "none", "alpha": 0.9, "pad": 1.5}
    for year, top in zip(years, head, strict=True):
        if year in tables.budget_years:
            # In the bar and not above it: the band's end and the single paths are other numbers than the mean.
            axes.text(year, top / 2, f"{top:.2f}", ha="center", va="center", fontsize=8, bbox=box, zorder=6)
    axes.set_xticks(years)
    axes.set_xlim(years[0] - 0.6, years[-1] + 0.6)
    axes.set_ylim(0, max(float(floor.max()), float(_tops(total).max()) / FEN_YI) * 1.06 or 1.0)
    axes.set_ylabel(texts("unit.yi"))
    thousands(axes, 7)
    band, band_labels = whisker_handles(total, texts)
    hatched, hatch_labels = status_handles(statuses_present(tables), texts)
    sheet.legend(
        [
            *(Patch(facecolor=BEARER_COLOURS[b]) for b in bearers), *hatched,
            *(Patch(**BLOCK_LOOK[b]) for b in beside), *band,
        ],
        [
            *(texts(f"word.{b}") for b in bearers), *hatch_labels,
            *(texts(f"block.{b}") for b in beside), *band_labels,
        ],
        columns=8,
    )
    return sheet


def _unit(texts: Texts) -> str:
    mean, unit = texts("word.mean"), texts("unit.yi")
    return f"单位：{unit}，{mean}" if texts.lang == "zh" else f"{unit}, {mean.lower()}"


def _tops(total: frames.Spread) -> np.ndarray:
    top = total.high_95 if total.high_95 is not None else total.high_80
    return np.asarray(total.paths.max(axis=0) if top is None else top, float)
