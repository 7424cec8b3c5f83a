"""Figure 7: the budget years by department: evidenced volumes by bearer, assumed volumes hatched beside them."""

from __future__ import annotations

from matplotlib.patches import Patch

from fundflow.report import frames
from fundflow.report.blocks import block_of, departments, lead, only
from fundflow.report.figures.parts import FEN_YI
from fundflow.report.notes import at_most, law_notes, run_note, span
from fundflow.report.source import Tables
from fundflow.report.style import BEARER_COLOURS, GREY, Page, lighter, page
from fundflow.report.texts import Texts


def draw(tables: Tables, texts: Texts) -> Page:
    """Draw two bars a department, city, districts and province stacked."""
    places = departments(tables)
    years = list(tables.budget_years)
    notes = [texts("departments.note"), *law_notes(tables, texts), run_note(tables, texts)]
    subtitle = texts("departments.subtitle", years=span(years))
    height = 1.25 + 0.55 * max(len(places), 1)
    sheet = page(texts("departments.title", most=at_most(tables, texts)), subtitle, notes, 9.2, height)
    (axes,) = sheet.axes(1, 1, left=2.2, right=0.9, top=0.15, bottom=0.9)
    shown: list[str] = []
    ends: list[float] = []
    for row, place in enumerate(places):
        led = [name for name in tables.instruments if lead(tables.instruments[name]) == place]
        for assumed in (False, True):
            ids = [name for name in led if (block_of(tables, name) == "assumed") == assumed]
            rows = only(tables, ids).commitments
            y, left = row + (0.2 if assumed else -0.2), 0.0
            for bearer in frames.BEARERS:
                paths = frames.paths(tables, rows, f"entitlement_{bearer}", "year", years)
                money = frames.mean(tables, paths).mean() / FEN_YI
                if money <= 0:
                    continue
                shown += [bearer] if bearer not in shown else []
                colour = BEARER_COLOURS[bearer]
                look = (
                    {"facecolor": lighter(colour, 0.25), "edgecolor": colour, "hatch": "\\\\\\\\"}
                    if assumed
                    else {"facecolor": colour, "edgecolor": "white"}
                )
                axes.barh(y, money, left=left, height=0.36, linewidth=0.5, zorder=2, **look)
                left += money
            ends.append(left)
            if left > 0:
                paid = len({str(i) for i in rows.filter(frames.entitlement() > 0)["instrument"]})
                text = f" {left:.2f}" if left >= 0.005 else f" {left:.4f}"
                count = texts("departments.count", n=paid)
                axes.text(left, y, f"{text} ({count})", va="center", fontsize=7.5, color=GREY)
    axes.set_yticks(range(len(places)), places)
    axes.set_ylim(len(places) - 0.4, -0.6)
    axes.set_xlim(0, max([*ends, 0.01]) * 1.12)
    axes.set_xlabel(texts("unit.yi"))
    axes.grid(axis="x", color="#DDDDDD", linewidth=0.5, zorder=0)
    axes.set_axisbelow(True)
    order = [b for b in frames.BEARERS if b in shown]
    sheet.legend(
        [
            *(Patch(facecolor=BEARER_COLOURS[b]) for b in order),
            Patch(facecolor="white", edgecolor=GREY, hatch="\\\\\\\\"),
        ],
        [*(texts(f"word.{b}") for b in order), texts("block.assumed")],
        columns=5,
    )
    return sheet


