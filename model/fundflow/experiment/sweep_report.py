"""How a grid is shown: a table for the terminal; a line with its band for one key, a heat map for two."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.markup import escape
from rich.table import Table

from fundflow.experiment.estimate import Estimate
from fundflow.experiment.question import Question
from fundflow.experiment.sweep import Cell
from fundflow.experiment.varying import Varied
from fundflow.report.style import CITY, GREY, INK, Page, lighter, page, styled
from fundflow.scenario import Scenario

FEN_WAN, FEN_YI = 10**6, 10**10
UNITS = {"zh": {FEN_WAN: "万元", FEN_YI: "亿元"}, "en": {FEN_WAN: "10,000 yuan", FEN_YI: "100 million yuan"}}


def sweep_table(
    varied: Sequence[Varied], cells: Sequence[Cell], question: Question, scenario: Scenario, lang: str
) -> Table:
    """Every cell in 万元 with the interval of the mean, and what noise lets one say of its difference."""
    n, zh = len(cells[0].fen), lang == "zh"
    title = (
        f"{scenario.title}：{question.text(lang)}（万元，{n} 次配对模拟，方括号为均值的 95% 区间）" if zh else
        f"{scenario.title}: {question.text(lang)} (10,000 yuan, {n} paired replications, in brackets the 95 % "
        "interval of the mean)"
    )  # fmt: skip
    table = Table(title=escape(title), title_justify="left")
    for one in varied:
        table.add_column(one.key, overflow="fold")
    for head in ("均值", "与第一格之差") if zh else ("mean", "difference to the first"):
        table.add_column(head, justify="right")
    table.add_column("说明" if zh else "note", overflow="fold")
    for number, cell in enumerate(cells):
        told = cell.gap.words(lang) if number else ""
        gap = amount(cell.gap, "+") if number else "-"
        table.add_row(*cell.values, amount(cell.mean, ""), gap, told)
    return table


def amount(one: Estimate, sign: str) -> str:
    """A mean in 万元 with its interval."""
    if one.certainly_zero:
        return "0"
    if not np.isfinite(one.low):
        return f"{one.mean / FEN_WAN:{sign},.0f}"
    return f"{one.mean / FEN_WAN:{sign},.0f}\n[{one.low / FEN_WAN:{sign},.0f}, {one.high / FEN_WAN:{sign},.0f}]"


def unit_of(largest: float) -> int:
    """亿 for a city's money, 万 for a small sum."""
    return FEN_YI if largest >= FEN_YI else FEN_WAN


def draw_sweep(
    varied: Sequence[Varied], cells: Sequence[Cell], question: Question, scenario: Scenario, lang: str, folder: Path
) -> list[Path]:
    """Draw the grid of one or two keys; nothing for more."""
    if len(varied) > 2:
        return []
    with styled():
        sheet = (_line if len(varied) == 1 else _heat)(varied, cells, question, scenario, lang)
        return sheet.save(folder, "sweep")


def _notes(cells: Sequence[Cell], scenario: Scenario, lang: str, line: bool) -> list[str]:
    n = len(cells[0].fen)
    if lang == "zh":
        band = "浅色：各次模拟的中间 80%；深色：均值的 95% 区间。" if line else "每格：均值及其 95% 区间的一半。"
        return [f"情景：{scenario.title}；{n} 次配对模拟，各格用同一组随机数。", band]
    band = (
        "Pale: the middle 80% of the replications; dark: 95% interval of the mean." if line
        else "Each cell: the mean and half of its 95% interval."
    )  # fmt: skip
    return [f"Scenario: {scenario.title}; {n} paired replications, the same draws in each cell.", band]


def _line(
    varied: Sequence[Varied], cells: Sequence[Cell], question: Question, scenario: Scenario, lang: str
) -> Page:
    (one,) = varied
    unit = unit_of(max(cell.band[1] for cell in cells))
    numbers = one.numbers
    x = np.array(numbers if numbers is not None else range(len(cells)), float)
    order = np.argsort(x)
    mean, low, high = (
        np.array([getattr(cell.mean, name) for cell in cells])[order] / unit for name in ("mean", "low", "high")
    )
    band = np.array([cell.band for cell in cells])[order] / unit
    x = x[order]
    sheet = page(question.text(lang), UNITS[lang][unit], _notes(cells, scenario, lang, True), 9.2, 3.6)
    axes, gaps = sheet.axes(1, 2, left=0.75, bottom=0.55, wspace=0.22)
    if numbers is None:
        axes.vlines(x, band[:, 0], band[:, 1], color=lighter(CITY, 0.35), linewidth=9)
        axes.errorbar(x, mean, [mean - low, high - mean], fmt="o", color=CITY, ecolor=INK, capsize=3, markersize=5)
        axes.set_xticks(x, [one.values[i] for i in order])
        axes.set_xlim(-0.6, len(x) - 0.4)
    else:
        axes.fill_between(x, band[:, 0], band[:, 1], color=lighter(CITY, 0.2), linewidth=0)
        axes.fill_between(x, low, high, color=lighter(CITY, 0.55), linewidth=0)
        axes.plot(x, mean, color=CITY, marker="o", markersize=3.5, linewidth=1.4)
        if len(x) <= 9:
            axes.set_xticks(x, [one.values[i] for i in order])
    axes.set_ylim(*_from_zero(axes.get_ylim()))
    gap, below, above = (
        np.array([getattr(cell.gap, name) for cell in cells])[order] / unit for name in ("mean", "low", "high")
    )
    gaps.errorbar(x, gap, [gap - below, above - gap], fmt="o", color=CITY, ecolor=INK, capsize=3, markersize=4)
    gaps.axhline(0, color=GREY, linewidth=0.6)
    gaps.set_xlim(axes.get_xlim())
    gaps.set_xticks(axes.get_xticks(), [one.get_text() for one in axes.get_xticklabels()])
    first = cells[0].values[0]
    told = f"与 {first} 之差，配对（95% 区间）" if lang == "zh" else f"Paired difference to {first} (95%)"
    gaps.set_title(told, loc="left")
    axes.set_title("水平" if lang == "zh" else "Level", loc="left")
    for each in (axes, gaps):
        each.set_xlabel(one.key)
        each.yaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
        each.grid(axis="y", color="#DDDDDD", linewidth=0.5)
        each.set_axisbelow(True)
    return sheet


def _from_zero(limits: tuple[float, float]) -> tuple[float, float]:
    """Start at zero unless all that is seen lies in the upper half, where it would be flattened."""
    low, high = limits
    return (0.0, high) if 0 <= low < high / 2 else (low, high)


def _heat(
    varied: Sequence[Varied], cells: Sequence[Cell], question: Question, scenario: Scenario, lang: str
) -> Page:
    down, across = varied
    unit = unit_of(max(abs(cell.mean.mean) for cell in cells))
    shape = len(down.values), len(across.values)
    mean = np.array([cell.mean.mean for cell in cells]).reshape(shape) / unit
    half = np.array([cell.mean.half_width for cell in cells]).reshape(shape) / unit
    width, height = min(max(2.2 + 0.95 * shape[1], 6.4), 12.0), min(max(1.2 + 0.55 * shape[0], 2.6), 9.0)
    sheet = page(question.text(lang), UNITS[lang][unit], _notes(cells, scenario, lang, False), width, height)
    (axes,) = sheet.axes(left=0.95, bottom=0.55, right=0.35)
    drawn = axes.imshow(mean, cmap="cividis", aspect="auto")
    span = float(np.ptp(mean)) or 1.0
    for (row, column), value in np.ndenumerate(mean):
        dark = (value - mean.min()) / span < 0.55
        error = f"\n±{_digits(float(half[row, column]), span)}" if np.isfinite(half[row, column]) else ""
        axes.text(column, row, f"{_digits(float(value), span)}{error}", ha="center", va="center",
                  fontsize=7.5, color="white" if dark else INK)  # fmt: skip
    axes.set_xticks(range(shape[1]), across.values)
    axes.set_yticks(range(shape[0]), down.values)
    axes.set_xlabel(across.key)
    axes.set_ylabel(down.key)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.tick_params(length=0)
    bar = sheet.figure.colorbar(drawn, ax=axes, pad=0.02, fraction=0.05)
    bar.outline.set_edgecolor(GREY)
    return sheet


def _digits(value: float, span: float) -> str:
    """As many decimals as tell the cells apart."""
    decimals = int(np.clip(np.ceil(2 - np.log10(span)), 0, 4))
    return f"{value:,.{decimals}f}"
