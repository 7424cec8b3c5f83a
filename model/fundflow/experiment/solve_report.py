"""How an answer in reverse is shown: the values tried, one sentence, a curve with the amount that was wished."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import polars as pl
from rich.markup import escape
from rich.table import Table

from fundflow.experiment.solve import Point, Solution
from fundflow.experiment.sweep_report import FEN_WAN, UNITS, unit_of
from fundflow.experiment.target import Target
from fundflow.experiment.varying import written
from fundflow.report.style import CITY, GREY, INK, lighter, page, styled
from fundflow.scenario import Scenario


def _ends(low: float, high: float) -> str:
    return f"[{low / FEN_WAN:,.0f}, {high / FEN_WAN:,.0f}]" if np.isfinite([low, high]).all() else "[?]"


def solution_table(
    found: Solution, target: Target, key: str, unit: str, scenario: Scenario, lang: str
) -> Table:
    """The values tried, in rising order, in 万元; the answer is marked."""
    zh, n = lang == "zh", len(found.points[0].fen)
    title = f"{scenario.title}：{target.text(lang)}" if zh else f"{scenario.title}: {target.text(lang)}"
    note = f"（{n} 次配对模拟，万元）" if zh else f" ({n} paired replications, 10,000 yuan)"
    table = Table(title=escape(title + note), title_justify="left")
    statistic = ("均值" if zh else "mean") if target.chance is None else f"P{float(target.chance):.1%}"
    heads = ("95% 区间", "达标次数比例") if zh else ("95 % interval", "share that meets it")
    for head in (key, statistic, *heads, ""):
        table.add_column(head, justify="left" if head == key else "right", overflow="fold")
    for point in found.points:
        level = point.level
        mark = "◀" if point is found.answer else ""
        table.add_row(written(point.value, unit), f"{level.value / FEN_WAN:,.0f}", _ends(level.low, level.high),
                      f"{level.share:.1%}", mark)  # fmt: skip
    return table


def answer_line(found: Solution, target: Target, key: str, unit: str, lang: str) -> str:
    """The answer, or why there is none."""
    zh = lang == "zh"

    def seen(one: Point) -> str:
        yi = one.level.value / unit_of(abs(one.level.value))
        return f"{written(one.value, unit)}: {yi:,.4g} {UNITS[lang][unit_of(abs(one.level.value))]}"

    points = "; ".join(seen(one) for one in found.points)
    wish = target.text(lang)
    if found.why == "never":
        return (
            f"{key} 在所给范围内没有能满足“{wish}”的取值；所见：{points}" if zh else
            f'no value of {key} in the range meets "{wish}"; seen: {points}'
        )  # fmt: skip
    if found.why == "both ways":
        return (
            f"{key} 升高时总额有升有降，界限不唯一，请缩小范围；所见：{points}" if zh else
            f"the total rises and falls with {key}: no single bound; narrow the range; seen: {points}"
        )  # fmt: skip
    assert found.answer is not None
    value, n = written(found.answer.value, unit), len(found.answer.fen)
    if found.why == "always":
        return (
            f"{key} 在整个范围内都满足“{wish}”；离限额最近的是 {value}" if zh else
            f'every value of {key} in the range meets "{wish}"; nearest to the bound: {value}'
        )  # fmt: skip
    beyond = "范围以外" if zh else "beyond the range"
    low, high = (beyond if one is None else f"{one:.5g}{unit}" for one in (found.low, found.high))
    return (
        f"答案：{key} = {value}（{n} 次模拟的误差：{low} 至 {high}），使 {wish}" if zh else
        f"answer: {key} = {value} (error of {n} replications: {low} to {high}), so that {wish}"
    )  # fmt: skip


def solution_frame(found: Solution, unit: str) -> pl.DataFrame:
    """One row a value tried; amounts in fen."""
    return pl.DataFrame(
        {
            "value": written(one.value, unit), "replications": len(one.fen), "mean": float(np.mean(one.fen)),
            "statistic": one.level.value, "statistic_low": one.level.low, "statistic_high": one.level.high,
            "share_met": one.level.share,
        }
        for one in found.points
    )  # fmt: skip


def write_answer(found: Solution, target: Target, key: str, unit: str, folder: Path) -> Path:
    """Write ``solve.json``: key, wish, why, value and its interval."""
    value = written(found.answer.value, unit) if found.answer else None
    told = {"key": key, "wish": target.text("en"), "why": found.why, "value": value, "unit": unit,
            "low": found.low, "high": found.high, "values_tried": len(found.points)}  # fmt: skip
    path = folder / "solve.json"
    path.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return path


def draw_solution(
    found: Solution, target: Target, key: str, unit: str, scenario: Scenario, lang: str, folder: Path
) -> list[Path]:
    """Draw the statistic over the values tried, with its interval, the wished amount and the answer."""
    zh = lang == "zh"
    levels = [one.level for one in found.points]
    size = unit_of(max(target.fen, max(abs(one.value) for one in levels)))
    x = np.array([float(one.value) for one in found.points])
    value = np.array([one.value for one in levels]) / size
    low, high = (np.array([getattr(one, end) for one in levels]) / size for end in ("low", "high"))
    n = len(found.points[0].fen)
    notes = (
        [f"情景：{scenario.title}；每个取值 {n} 次模拟，同一组随机数。",
         "浅色：统计量的 95% 区间；横线：所求金额；竖线：答案及其误差。"]
        if zh else
        [f"Scenario: {scenario.title}; {n} replications at each value, the same draws.",
         "Pale: 95% interval of the statistic; level line: the amount wished; upright: the answer with its error."]
    )  # fmt: skip
    with styled():
        sheet = page(target.text(lang), UNITS[lang][size], notes, 7.2, 3.8)
        (axes,) = sheet.axes(left=0.75, bottom=0.55)
        sure = np.isfinite(low) & np.isfinite(high)
        axes.fill_between(x[sure], low[sure], high[sure], color=lighter(CITY, 0.25), linewidth=0)
        axes.plot(x, value, color=CITY, marker="o", markersize=4, linewidth=1.4)
        axes.axhline(target.fen / size, color=INK, linewidth=0.9, linestyle="--")
        if found.answer is not None:
            axes.axvline(float(found.answer.value), color=INK, linewidth=0.9)
            if found.low is not None and found.high is not None:
                axes.axvspan(found.low, found.high, color=GREY, alpha=0.25, linewidth=0)
            axes.annotate(
                written(found.answer.value, unit), (float(found.answer.value), 1), xycoords=("data", "axes fraction"),
                xytext=(4, -10), textcoords="offset points", fontsize=9,
            )  # fmt: skip
        axes.set_xlabel(f"{key}{f' ({unit})' if unit else ''}")
        axes.set_ylim(bottom=min(0.0, axes.get_ylim()[0]))
        axes.yaxis.set_major_formatter(lambda tick, _: f"{tick:,.10g}")
        axes.grid(axis="y", color="#DDDDDD", linewidth=0.5)
        axes.set_axisbelow(True)
        return sheet.save(folder, "solve")
