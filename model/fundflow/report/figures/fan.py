"""The fan: totals by year with a band for each layer of uncertainty, the inner ones inside the outer ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from fundflow.report.figures.parts import FEN_WAN, FEN_YI, thousands
from fundflow.report.style import CITY, GREY, INK, Page, lighter, page
from fundflow.report.texts import Texts

_TONES = (0.95, 0.6, 0.34, 0.15)
"""From luck, the darkest, to all layers: apart in grey as well."""


@dataclass(frozen=True)
class Fan:
    """What the figure shows; amounts in fen, entries by year.

    Attributes
    ----------
    names
        What each band holds, the innermost first.
    bands
        Lower and upper edges, each band holding the ones before it.
    inner, outer
        Medians of the innermost and of the outermost layer.
    """

    years: Sequence[int]
    names: Sequence[str]
    bands: Sequence[tuple[NDArray[Any], NDArray[Any]]]
    inner: NDArray[Any]
    outer: NDArray[Any]
    budget_year: int


def draw(fan: Fan, title: str, notes: Sequence[str], share: float, texts: Texts) -> Page:
    """Draw the fan from the outermost band inwards."""
    top = max(float(np.max(high)) for _, high in fan.bands)
    unit = FEN_YI if top >= FEN_YI else FEN_WAN
    word = texts("unit.yi" if unit == FEN_YI else "unit.wan")
    sheet = page(title, texts("fan.subtitle", unit=word, share=f"{share:.0%}"), notes, 9.2, 4.4)
    axes = sheet.axes(top=0.2, bottom=0.85)[0]
    years = np.array(fan.years)
    tones = _TONES[: len(fan.bands)]
    for (low, high), tone in reversed(list(zip(fan.bands, tones, strict=True))):
        axes.fill_between(years, low / unit, high / unit, color=lighter(CITY, tone), linewidth=0, zorder=2)
    axes.plot(years, fan.inner / unit, color="white", linewidth=2.6, zorder=3)
    axes.plot(years, fan.inner / unit, color=INK, linewidth=1.3, zorder=4)
    axes.plot(years, fan.outer / unit, color="white", linewidth=2.6, zorder=3)
    axes.plot(years, fan.outer / unit, color=INK, linewidth=1.3, linestyle="--", zorder=4)
    axes.axvline(fan.budget_year, color=GREY, linewidth=0.7, linestyle=":", zorder=1)
    axes.annotate(
        texts("fan.budget_year", year=fan.budget_year), (fan.budget_year, 1.0), xycoords=("data", "axes fraction"),
        ha="center", va="bottom", fontsize=8, color=GREY,
    )  # fmt: skip
    axes.set_xlim(years[0] - 0.3, years[-1] + 0.3)
    axes.set_ylim(0, top / unit * 1.05 or 1.0)
    axes.set_ylabel(word)
    axes.xaxis.set_major_locator(MaxNLocator(min(len(years), 15), integer=True))
    thousands(axes, 7)
    handles: list[Any] = [Patch(facecolor=lighter(CITY, tone)) for tone in tones]
    handles += [Line2D([], [], color=INK, linewidth=1.3), Line2D([], [], color=INK, linewidth=1.3, linestyle="--")]
    labels = [f"{name}（{share:.0%}）" if texts.lang == "zh" else f"{name} ({share:.0%})" for name in fan.names]
    sheet.legend(handles, [*labels, texts("fan.inner", name=fan.names[0]), texts("fan.outer")], columns=3)
    return sheet
