"""One sentence for each line of the budget form: why it is that much, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fundflow.report.saturation import Saturated
from fundflow.report.source import Tables

if TYPE_CHECKING:
    from fundflow.report.budget import Line

_LIMITS = {
    "quota": "名额用满，户数由条文名额决定",
    "cap": "封顶普遍起作用，金额主要由封顶额乘户数决定",
    "envelope": "资金盘子不足，按盘子兑付",
}


def wan(fen: int) -> str:
    """Fen as 万元 with two decimals, rounded half away from zero without a float."""
    cents = (abs(fen) * 2 + 10_000) // 20_000
    sign = "-" if fen < 0 and cents else ""
    return f"{sign}{cents // 100:,}.{cents % 100:02d}"


def reason(tables: Tables, year: int, line: Line, bound: Saturated | None) -> str:
    """Write the sentence, in Chinese: what is paid, what moves it, on which legal ground, what is assumed."""
    parts = [_what(year, line), _change(tables, year, line)]
    parts += [_LIMITS[limit] for limit in (bound.limits if bound else ())]
    if "assumed_renewed" in line.statuses:
        parts.append("依据文件已到期，按推定续期测算")
    if "run_off" in line.statuses:
        parts.append("含文件失效后存续兑付")
    if tables.is_ceiling(line.instrument):
        parts.append("条文只定上限，按上限计为至多")
    assumed = tables.assumed(line.instrument)
    if assumed:
        # The form is Chinese; what the catalogue only says in English is in run.json.
        said = [text for text in assumed if any(ord(c) > 0x2E80 for c in text)]
        parts.append(f"含假定值（{'、'.join(said)}）" if said else f"含假定值 {len(assumed)} 项")
    return "；".join(part for part in parts if part) + "。"


def _what(year: int, line: Line) -> str:
    if line.total == 0 and not line.recipients:
        return f"{year} 年预计无支出"
    parts = []
    if line.recipients >= 0.5:
        parts.append(f"当年安排约 {line.recipients:,.0f} 户、户均 {wan(line.mean_award)} 万元")
    if line.new:
        parts.append(f"当年拨付 {wan(line.new)} 万元")
    if line.carried:
        parts.append(f"兑付以前年度承诺 {wan(line.carried)} 万元")
    if line.settlement:
        verb = "应付" if line.settlement > 0 else "应收"
        parts.append(f"上下级结算{verb} {wan(abs(line.settlement))} 万元")
    return "，".join(parts) or f"{year} 年预计无支出"


def _change(tables: Tables, year: int, line: Line) -> str:
    if year - 1 not in tables.years or line.last <= 0:
        return ""
    share = (line.total - line.last) / line.last
    if abs(share) < 0.005:
        return "与上年模型支出基本持平"
    return f"较上年模型支出{'增加' if share > 0 else '减少'} {abs(share):.1%}"
