"""What people see: tables, figures and the budget form of a finished run. Nothing here simulates.

The names below load their libraries when they are called, so that a command's help stays quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["draw_all", "print_summary", "write_budget", "write_never_paid"]


def draw_all(run: Any, lang: str = "zh") -> list[Path]:
    """Draw every figure of a run into its folder ``figures``; see `fundflow.report.figures.draw_all`."""
    from fundflow.report.figures import draw_all as draw

    return draw(run, lang)


def print_summary(run: Any, lang: str = "zh", console: Any = None) -> None:
    """Print the summary of a run on the terminal; see `fundflow.report.summary.print_summary`."""
    from fundflow.report.summary import print_summary as show

    show(run, lang, console)


def write_budget(run: Any, out: Path, year: int | None = None, plan: Path | None = None) -> Path:
    """Write the budget form of a run as a workbook; see `fundflow.report.workbook.write_workbook`."""
    from fundflow.report.budget import budget_form
    from fundflow.report.plan import read_plan
    from fundflow.report.source import tables_of
    from fundflow.report.workbook import write_workbook

    tables = tables_of(run)
    return write_workbook(budget_form(tables, year, read_plan(plan, tables) if plan else {}), out)


def write_never_paid(run: Any) -> Path:
    """List the instruments that never paid, with the reason; see `fundflow.report.unpaid.write_never_paid`."""
    from fundflow.report.unpaid import write_never_paid as write

    return write(run)
