"""Figure 6: the R&D round year by year, and what cap, quota and envelope took from each instrument."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from numpy.typing import NDArray

from fundflow.report import frames
from fundflow.report.blocks import part
from fundflow.report.figures.parts import FEN_WAN, key_years, shade_budget_years, thousands
from fundflow.report.notes import law_notes, run_note, span
from fundflow.report.ranking import STAGES, Round, median, paid_share, ratio, rounds_of
from fundflow.report.saturation import LIMITS, saturated
from fundflow.report.source import Tables
from fundflow.report.style import GREY, INK, LINES, Page, page, wrap
from fundflow.report.texts import Texts

_STYLES = ("-", "--", ":")
_LIMIT_LOOK = {"quota": ("#0072B2", ""), "cap": ("#E69F00", "////"), "envelope": ("#CC79A7", "....")}


def draw(tables: Tables, texts: Texts) -> Page:
    """Draw the round in six small panels, and the cuts beneath them."""
    tables = part(tables, "headline")
    cuts = mean_cuts(tables)
    years = span(tables.budget_years)
    full = [tables.name(s.instrument, texts.lang) for s in saturated(tables, tables.budget_years)]
    notes = [texts("rounds.saturated", names=texts.names(full))] if full else []
    n = len(tables.replications)
    median = f"线：{n} 次模拟的中位数。" if texts.lang == "zh" else f"Lines: medians over {n} replications."
    notes += [median, *law_notes(tables, texts), run_note(tables, texts)]
    low = 0.87 + 0.24 * max(len(cuts), 1)
    sheet = page(texts("rounds.title"), texts("rounds.subtitle"), notes, 10.6, 5.25 + low)
    height = sheet.height
    upper = sheet.axes(2, 3, left=0.65, top=0.38, bottom=low + 0.35, hspace=0.55, wspace=0.28)
    rounds = rounds_of(tables, texts)
    for axes, ranked in zip(upper[:3], rounds, strict=False):
        _funnel(axes, tables, texts, ranked)
    for axes in upper[len(rounds) : 3]:
        axes.set_axis_off()
    _cutoffs(upper[3], tables, texts, rounds)
    _shares(upper[4], tables, texts, rounds)
    _rate(upper[5], tables, texts, rounds)
    (lower,) = sheet.axes(1, 1, left=3.3, top=height - low + 0.3, bottom=0.42)
    _cuts(lower, tables, texts, cuts, years)
    return sheet


def mean_cuts(tables: Tables) -> dict[str, dict[str, float]]:
    """What each limit took, fen a year in the mean of the budget years; the largest first."""
    columns = [f"cut_{limit}" for limit in LIMITS]
    rows = tables.commitments.filter(pl.col("year").is_in(list(tables.budget_years)))
    years = len(tables.budget_years)
    cuts = {
        str(name): {limit: frames.mean_fen(tables, part, column) / years
                    for limit, column in zip(LIMITS, columns, strict=True)}
        for (name,), part in rows.group_by("instrument", maintain_order=True)
    }
    return dict(sorted(((k, v) for k, v in cuts.items() if any(v.values())), key=lambda item: -sum(item[1].values())))


def _lines(
    axes: Axes, tables: Tables, texts: Texts, title: str, lines: list[tuple[str, NDArray[np.float64] | None]]
) -> None:
    axes.set_title(title, loc="left")
    drawn = [(label, values) for label, values in lines if values is not None and np.isfinite(values).any()]
    if not drawn:
        axes.set_axis_off()
        axes.text(0.5, 0.5, texts("pipeline.missing"), transform=axes.transAxes, ha="center", color=GREY)
        return
    years = np.array(list(tables.years))
    shade_budget_years(axes, tables)
    look: dict[str, Any] = {"marker": "o", "markersize": 2.2, "linewidth": 1.4}
    for i, (label, values) in enumerate(drawn):
        axes.plot(years, values, color=LINES[i % 4], linestyle=_STYLES[i % 3], label=label, **look)
    top = max(float(np.nanmax(values)) for _, values in drawn)
    # Room above the lines for the legend, so that it never lies on one.
    axes.set_ylim(0, (top or 1.0) * (1.14 + 0.13 * len(drawn)))
    axes.set_xticks(key_years(tables))
    axes.set_xlim(years[0] - 0.5, years[-1] + 0.5)
    thousands(axes, 5)
    axes.legend(loc="upper left", fontsize=7, handlelength=2.2, labelspacing=0.2, borderaxespad=0.1)


def _funnel(axes: Axes, tables: Tables, texts: Texts, ranked: Round) -> None:
    title = "\n".join(wrap(texts("rounds.funnel", group=ranked.label), 21)[:2])
    shown = [stage for stage in STAGES if stage != "list"]
    _lines(axes, tables, texts, title, [(texts(f"rounds.{stage}"), ranked.stages[stage]) for stage in shown])
    listed = ranked.stages["list"]
    if listed is None:
        return
    # The list is ten to fifty times as long as what passes: as a line it would press the others flat.
    labels = []
    for year in key_years(tables):
        count = listed[year - tables.start_year]
        labels.append(f"{year}\n({count:,.0f})" if np.isfinite(count) else str(year))
    axes.set_xticks(key_years(tables), labels)


def _cutoffs(axes: Axes, tables: Tables, texts: Texts, rounds: list[Round]) -> None:
    lines: list[tuple[str, NDArray[np.float64] | None]] = [
        (texts("rounds.cutoff", group=_short(r.label), rank=r.last_rank), r.cutoff_wan)
        for r in rounds
        if r.cutoff_wan is not None
    ]
    _lines(axes, tables, texts, texts("rounds.cutoffs"), lines)


def _shares(axes: Axes, tables: Tables, texts: Texts, rounds: list[Round]) -> None:
    lines = [(texts("rounds.at_cap", group=_short(r.label)), r.at_cap_percent) for r in rounds]
    lines.append((texts("rounds.repeat"), ratio(tables, "rnd_repeat_winners", "rnd_winners")))
    _lines(axes, tables, texts, texts("rounds.shares"), lines)


def _rate(axes: Axes, tables: Tables, texts: Texts, rounds: list[Round]) -> None:
    rate = median(tables, "rnd_rate")
    if rate is None and rounds:
        _lines(
            axes,
            tables,
            texts,
            texts("rounds.paid_share"),
            [(texts("word.median"), paid_share(tables, rounds))],
        )
        return
    _lines(
        axes,
        tables,
        texts,
        texts("rounds.rate"),
        [(texts("word.median"), None if rate is None else 100 * rate)],
    )


def _short(label: str) -> str:
    most = 22 if any(ord(c) > 0x2E80 for c in label) else 34
    return label if len(label) <= most else f"{label[: most - 2].rstrip()} ..."


def _cuts(axes: Axes, tables: Tables, texts: Texts, cuts: dict[str, dict[str, float]], years: str) -> None:
    if not cuts:
        axes.set_axis_off()
        axes.text(0.5, 0.5, texts("rounds.no_cuts", years=years), transform=axes.transAxes, ha="center", color=GREY)
        return
    axes.set_title(texts("rounds.cuts", years=years), loc="left")
    names = [tables.name(i, texts.lang) for i in cuts]
    rows = np.arange(len(names))
    start = np.zeros(len(names))
    for limit in LIMITS:
        colour, hatch = _LIMIT_LOOK[limit]
        width = np.array([cut[limit] for cut in cuts.values()]) / FEN_WAN
        axes.barh(
            rows,
            width,
            left=start,
            height=0.66,
            color=colour,
            hatch=hatch,
            edgecolor="white",
            linewidth=0.4,
            label=texts(f"rounds.{limit}"),
            zorder=2,
        )
        start += width
    for row, total in zip(rows, start, strict=True):
        axes.annotate(
            f"{total:,.0f}" if total >= 1 else f"{total:,.2f}",
            (total, row),
            xytext=(4, 0),
            textcoords="offset points",
            va="center",
            fontsize=7.5,
            color=INK,
        )
    axes.set_yticks(rows, [name if len(name) <= 52 else f"{name[:50]} ..." for name in names], fontsize=7.5)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, max(float(start.max()), 1.0) * 1.1)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    axes.tick_params(axis="y", length=0)
    axes.legend(loc="lower right", bbox_to_anchor=(1.0, 0.995), ncol=3, borderaxespad=0.0)
