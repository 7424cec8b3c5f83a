"""How a sensitivity is shown: a table, largest first, and the picture that goes with the method."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import polars as pl
from matplotlib.axes import Axes
from numpy.typing import NDArray
from rich.markup import escape
from rich.table import Table

from fundflow.experiment.question import Question
from fundflow.experiment.sensitivity import Effect, Factor, Share, Swing
from fundflow.experiment.sweep_report import FEN_WAN, UNITS, amount, unit_of
from fundflow.experiment.varying import written
from fundflow.report.style import CITY, DISTRICT, GREY, INK, Page, page, styled
from fundflow.scenario import Scenario

SHOWN = 15
"""Rows of a picture."""
Found = Sequence[Swing] | Sequence[Effect] | Sequence[Share]
_NOISE = {"zh": "低于噪声", "en": "below the noise floor"}


def _ends(one: Factor) -> str:
    return f"{written(one.low, one.unit)} – {written(one.high, one.unit)}"


def sensitivity_table(
    found: Found, question: Question, scenario: Scenario, replications: int, middle: float, lang: str
) -> Table:
    """One row a number, in 万元 or shares, with its error and what noise lets one say."""
    zh = lang == "zh"
    title = (
        f"{scenario.title}：{question.text(lang)}；现值 {middle / FEN_WAN:,.0f} 万元，每点 {replications} 次模拟"
        if zh else
        f"{scenario.title}: {question.text(lang)}; now {middle / FEN_WAN:,.0f} x 10,000 yuan, "
        f"{replications} replications a point"
    )  # fmt: skip
    table = Table(title=escape(title), title_justify="left")
    table.add_column("参数" if zh else "parameter", overflow="fold")
    table.add_column("范围" if zh else "range", overflow="fold")
    first = found[0]
    if isinstance(first, Swing):
        heads = ("取低值", "取高值", "高低之差") if zh else ("at the low end", "at the high end", "swing")
    elif isinstance(first, Effect):
        heads = ("μ*（±95%）", "σ", "噪声线") if zh else ("mu* (±95 %)", "sigma", "noise floor")
    else:
        heads = ("一阶（±95%）", "总效应（±95%）", "运气所占") if zh else ("first (±95 %)", "total (±95 %)", "luck")
    for head in heads:
        table.add_column(head, justify="right")
    table.add_column("说明" if zh else "note", overflow="fold")
    for one in found:
        said = "" if isinstance(one, Swing) or one.told else _NOISE[lang]
        if isinstance(one, Swing):
            cells = [amount(part, "+") for part in (one.down, one.up, one.swing)]
            said = one.swing.words(lang)
        elif isinstance(one, Effect):
            cells = [f"{one.mu_star / FEN_WAN:,.0f} ± {one.confidence / FEN_WAN:,.0f}", f"{one.sigma / FEN_WAN:,.0f}",
                     f"{one.floor / FEN_WAN:,.0f}"]  # fmt: skip
        else:
            cells = [f"{one.first:.3f} ± {one.first_confidence:.3f}", f"{one.total:.3f} ± {one.total_confidence:.3f}",
                     f"{one.noise:.3f}"]  # fmt: skip
        table.add_row(one.factor.key.removeprefix("economy."), _ends(one.factor), *cells, said)
    return table


def sensitivity_frame(found: Found) -> pl.DataFrame:
    """One row a number; amounts in fen, shares as fractions."""
    rows = []
    for one in found:
        row: dict[str, object] = {"parameter": one.factor.key, "low": written(one.factor.low, one.factor.unit),
                                  "high": written(one.factor.high, one.factor.unit)}  # fmt: skip
        if isinstance(one, Swing):
            for name, part in (("at_low", one.down), ("at_high", one.up), ("swing", one.swing)):
                row |= {name: part.mean, f"{name}_low": part.low, f"{name}_high": part.high}
        else:
            row |= {name: value for name, value in vars(one).items() if name != "factor"} | {"told": one.told}
        rows.append(row)
    return pl.DataFrame(rows)


def draw_sensitivity(
    found: Found, question: Question, scenario: Scenario, replications: int, middle: float, lang: str, folder: Path,
    name: str,
) -> list[Path]:  # fmt: skip
    """Draw the largest: bars from the present total (tornado), mu* over its floor (Morris), shares (Sobol)."""
    shown = list(found[:SHOWN])[::-1]
    zh = lang == "zh"
    notes = [
        f"情景：{scenario.title}；每点 {replications} 次模拟，同一组随机数，其余参数取现值。" if zh else
        f"Scenario: {scenario.title}; {replications} replications a point, the same draws; other numbers held."
    ]  # fmt: skip
    if len(found) > SHOWN:
        notes.append(f"按大小列前 {SHOWN} 项，共 {len(found)} 项。" if zh else f"The largest {SHOWN} of {len(found)}.")
    height = 1.0 + 0.3 * len(shown)
    with styled():
        if isinstance(shown[0], Swing):
            sheet = _bars([one for one in shown if isinstance(one, Swing)], question, middle, notes, height, lang)
        elif isinstance(shown[0], Effect):
            sheet = _effects([one for one in shown if isinstance(one, Effect)], question, notes, height, lang)
        else:
            sheet = _shares([one for one in shown if isinstance(one, Share)], question, notes, height, lang)
        return sheet.save(folder, name)


def _labelled(sheet: Page, factors: Sequence[Factor]) -> tuple[Axes, NDArray[np.int64]]:
    (axes,) = sheet.axes(left=3.1, bottom=0.5, right=0.55)
    y = np.arange(len(factors))
    axes.set_yticks(y, [f"{one.key.removeprefix('economy.')}  ({_ends(one)})" for one in factors], fontsize=8)
    axes.set_ylim(-0.6, len(factors) - 0.4)
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.5)
    axes.set_axisbelow(True)
    return axes, y


def _bars(
    shown: list[Swing], question: Question, middle: float, notes: list[str], height: float, lang: str
) -> Page:
    zh = lang == "zh"
    size = unit_of(max(abs(middle), 1.0))
    notes = [
        "横条：取低值（蓝）、取高值（橙）时与现值之差；细线：其 95% 区间（含零者为噪声以内）。" if zh else
        "Bars: difference to now at the low end (blue) and the high end (orange); thin: 95% interval "
        "(one that holds zero is within the noise).",
        *notes,
    ]  # fmt: skip
    told = f"{question.text(lang)}：{'各参数取其范围两端' if zh else 'each number at both ends of its range'}"
    sheet = page(told, f"{UNITS[lang][size]}；{'现值' if zh else 'now'} {middle / size:,.4g}", notes, 9.2, height)
    axes, y = _labelled(sheet, [one.factor for one in shown])
    ends = ([one.down for one in shown], CITY, 0.17), ([one.up for one in shown], DISTRICT, -0.17)
    for parts, colour, shift in ends:
        mean = np.array([one.mean for one in parts]) / size
        axes.barh(y + shift, mean, height=0.32, color=colour, linewidth=0)
        error = np.array([one.half_width if np.isfinite(one.half_width) else 0.0 for one in parts]) / size
        axes.errorbar(mean, y + shift, xerr=error, fmt="none", ecolor=INK, elinewidth=0.7, capsize=1.5)
    axes.axvline(0, color=GREY, linewidth=0.8)
    axes.set_xlabel(UNITS[lang][size])
    axes.xaxis.set_major_formatter(lambda tick, _: f"{tick:+,.10g}" if tick else "0")
    return sheet


def _effects(shown: list[Effect], question: Question, notes: list[str], height: float, lang: str) -> Page:
    zh = lang == "zh"
    size = unit_of(max(one.mu_star for one in shown))
    notes = [
        "横条：μ*，参数走过整个范围时总额变化的平均绝对值；细线：95% 区间；菱形：σ；竖划：噪声线，以下者视同无影响。"
        if zh else
        "Bars: mu*, the mean absolute change of the total over the whole range; thin: 95% interval; diamond: sigma; "
        "tick: noise floor, below which it cannot be told from nothing.",
        *notes,
    ]  # fmt: skip
    told = f"{question.text(lang)}{'：' if zh else ': '}Morris"
    sheet = page(told, UNITS[lang][size], notes, 9.2, height)
    axes, y = _labelled(sheet, [one.factor for one in shown])
    mean = np.array([one.mu_star for one in shown]) / size
    axes.barh(y, mean, height=0.5, color=[CITY if one.told else "#C9C9C9" for one in shown], linewidth=0)
    error = np.array([one.confidence for one in shown]) / size
    both = np.array([np.minimum(error, mean), error])
    axes.errorbar(mean, y, xerr=both, fmt="none", ecolor=INK, elinewidth=0.7, capsize=1.5)
    axes.plot([one.sigma / size for one in shown], y, "D", color=DISTRICT, markersize=4)
    axes.plot([one.floor / size for one in shown], y, "|", color=INK, markersize=12)
    axes.set_xlim(left=0)
    axes.set_xlabel(UNITS[lang][size])
    return sheet


def _shares(shown: list[Share], question: Question, notes: list[str], height: float, lang: str) -> Page:
    zh = lang == "zh"
    notes = [
        "深色：一阶指数；浅色：总效应指数；细线：95% 区间。" if zh else
        "Blue: first-order index; orange: total index; thin: 95% interval.",
        *notes,
    ]  # fmt: skip
    told = f"{question.text(lang)}：{'方差的来源（Sobol）' if zh else 'where the variance comes from (Sobol)'}"
    sheet = page(told, "方差份额" if zh else "share of the variance", notes, 9.2, height + 0.4)
    axes, y = _labelled(sheet, [one.factor for one in shown])
    for name, colour, shift in (("first", CITY, 0.17), ("total", DISTRICT, -0.17)):
        value = np.array([getattr(one, name) for one in shown])
        error = np.array([getattr(one, f"{name}_confidence") for one in shown])
        axes.barh(y + shift, value, height=0.32, color=colour, linewidth=0)
        axes.errorbar(value, y + shift, xerr=error, fmt="none", ecolor=INK, elinewidth=0.7, capsize=1.5)
    axes.axvline(0, color=GREY, linewidth=0.8)
    return sheet
