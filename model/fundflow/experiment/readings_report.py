"""How the effects of readings are shown: a table for the terminal, a frame for a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl
from rich.table import Table

from fundflow.experiment.estimate import Estimate
from fundflow.experiment.readings import Effect
from fundflow.scenario import Scenario

FEN_WAN = 10**6
_HEADS = {
    "zh": ("条款问题：现取 → 另取", "市级", "区县", "合计"),
    "en": ("Question: taken → other", "city", "districts", "total"),
}
_CERTAINTY = {"sure": "明确", "likely": "较有把握", "open": "未定"}


def effects_table(
    effects: Sequence[Effect], own: Mapping[str, Estimate], scenario: Scenario, replications: int, lang: str
) -> Table:
    """Every effect, in 万元 with the interval of the mean; 0 where no claim of the year rests on the reading."""
    run = [one for one in effects if one.run]
    year, whole = scenario.budget_year, own["total"].mean / FEN_WAN
    if lang == "zh":
        title = (
            f"{scenario.title}：另一种读法对 {year} 年应兑付的影响"
            f"（万元，{replications} 次配对模拟，方括号为均值的 95% 区间）"
        )
        idle = f"{year} 年应兑付 {whole:,.0f} 万元。其中 {len(effects) - len(run)} 项读法在该年没有申领，影响为零。"
    else:
        title = (
            f"{scenario.title}: what the other reading changes in entitlement of {year} "
            f"(10,000 yuan, {replications} paired replications, in brackets the 95 % interval of the mean)"
        )
        idle = (
            f"Entitlement of {year}: {whole:,.0f} x 10,000 yuan. "
            f"{len(effects) - len(run)} of the readings have no claim in that year: no effect."
        )
    table = Table(title=title, caption=idle, title_justify="left", caption_justify="left")
    for number, head in enumerate(_HEADS[lang]):
        table.add_column(head, justify="right" if number else "left", no_wrap=number > 0, overflow="fold")
    for one in effects:
        asked = one.opening
        sure = _CERTAINTY[asked.certainty] if lang == "zh" else asked.certainty
        question = asked.question_zh if lang == "zh" else asked.question_en
        said = [question, f"{asked.taken} → {asked.other} ({sure})", one.total.words(lang) if one.run else ""]
        cells = [_cell(gap) for gap in (one.city, one.district, one.total)]
        table.add_row("\n".join(line for line in said if line), *cells)
    return table


def _cell(gap: Estimate) -> str:
    if gap.certainly_zero:
        return "0"
    return f"{gap.mean / FEN_WAN:+,.0f}\n[{gap.low / FEN_WAN:+,.0f}, {gap.high / FEN_WAN:+,.0f}]"


def effects_frame(effects: Sequence[Effect]) -> pl.DataFrame:
    """One row an effect: amounts in fen, means and intervals as numbers."""
    rows = []
    for one in effects:
        asked = one.opening
        row: dict[str, object] = {
            "reading": asked.id, "number": asked.number,
            "question_zh": asked.question_zh, "question_en": asked.question_en,
            "taken": asked.taken, "other": asked.other, "certainty": asked.certainty, "run": one.run,
        }  # fmt: skip
        for level, gap in (("city", one.city), ("district", one.district), ("total", one.total)):
            row |= {f"{level}_mean": gap.mean, f"{level}_low": gap.low, f"{level}_high": gap.high}
        rows.append(row)
    return pl.DataFrame(rows)
