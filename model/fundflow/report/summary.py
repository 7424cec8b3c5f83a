"""What a run says, on one screen: three years of money with bands, on which legal ground."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from fundflow.report import frames
from fundflow.report.blocks import block_of, departments, lead, only, part
from fundflow.report.notes import at_most, error_note, law_notes, layers, reading_note, without
from fundflow.report.saturation import saturated
from fundflow.report.source import STATUSES, Tables, tables_of
from fundflow.report.texts import Texts
from fundflow.report.unpaid import unpaid_lines
from fundflow.report.words import BLOCKS

FEN_YI = 10**10
FEN_WAN = 10**6


def print_summary(run: Any, lang: str = "zh", console: Console | None = None) -> None:
    """Print entitlement, award and cash of the budget year and the two after it, and what a reader must know.

    Parameters
    ----------
    run
        A run opened with `fundflow.results.open_run`.
    lang
        "zh" or "en".
    console
        Where to print; by default standard output.
    """
    tables, texts = tables_of(run), Texts(lang)
    console = console or Console()
    console.print(money_table(tables, texts))
    console.print(department_table(tables, texts))
    console.print(status_table(tables, texts))
    scope = texts("summary.layers", layers=layers(tables, texts), without=without(tables, texts))
    console.print(scope, style="dim", soft_wrap=True)
    console.print(error_note(part(tables, "headline"), texts), style="dim", highlight=False, soft_wrap=True)
    print_reading(tables, texts, console)
    for line in (*recovery_line(tables, texts), *saturation_lines(tables, texts), *rnd_line(tables, texts)):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    for line in unpaid_lines(tables, texts):
        console.print(line, highlight=False, markup=False, soft_wrap=True)
    notes = [*law_notes(tables, texts), *warning_lines(tables, texts)]
    if notes:
        console.print(texts("summary.warnings"), style="bold")
        for note in notes:
            console.print(f"  • {note}", highlight=False, markup=False, soft_wrap=True)
    console.print(texts("summary.folder", path=tables.path), soft_wrap=True, highlight=False, markup=False)
    drawn = tables.path / "figures"
    if drawn.exists():
        console.print(texts("summary.figures", path=drawn), soft_wrap=True, highlight=False, markup=False)


def print_reading(tables: Tables, texts: Texts, console: Console) -> None:
    """Say which actuals the tables hold, how many replications are left in effect, and what contradicts them."""
    if tables.reading is None:
        return
    console.print(reading_note(tables, texts), style="bold", highlight=False, markup=False, soft_wrap=True)
    if tables.reading.warnings:
        console.print(texts("actuals.warnings"))
    for line in tables.reading.warnings:
        console.print(f"  • {line}", highlight=False, markup=False, soft_wrap=True)


def money_table(tables: Tables, texts: Texts) -> Table:
    """The headline's entitlement, award and cash by bearer, in 亿元 with the band; beneath it the other blocks."""
    years = list(tables.budget_years)
    banded = tables.effective >= frames.LEAST_FOR_80
    title = texts(
        "summary.title",
        scenario=tables.title or "—",
        first=years[0],
        last=years[-1],
        n=len(tables.replications),
    )
    table = Table(
        title=f"{title}{at_most(tables, texts)}",
        caption=texts("summary.unit" if banded else "summary.unit_paths"),
        title_justify="left",
        caption_justify="left",
        pad_edge=False,
        collapse_padding=True,
    )
    table.add_column(texts("block.headline"), overflow="fold")
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    head = part(tables, "headline")
    paid = frames.payments_by_year(head)
    for what, source, columns in (
        ("entitlement", head.commitments, [f"entitlement_{b}" for b in frames.BEARERS]),
        ("award", head.commitments, [f"award_{b}" for b in frames.BEARERS]),
        ("cash", paid, ["city", "district_fen", "province"]),
    ):
        by_bearer = [frames.paths(tables, source, column, "year", years) for column in columns]
        for bearer, paths in zip(frames.BEARERS, by_bearer, strict=True):
            if paths.any() or bearer != "province":
                label = texts("summary.line", what=texts(f"word.{what}"), who=texts(f"word.{bearer}"))
                table.add_row(label, *_cells(tables, paths))
        table.add_row(texts("summary.total", what=texts(f"word.{what}")), *_cells(tables, sum(by_bearer)), style="bold")  # type: ignore[arg-type]
        table.add_section()
    after = frames.paths(tables, frames.treasury(head, "city"), "fen", "year", years)
    table.add_row(texts("summary.after"), *_cells(tables, after))
    table.add_section()
    for block, blocks in (("others", ["others"]), ("assumed", ["assumed"]), ("all", list(BLOCKS))):
        rows = part(tables, *blocks).commitments
        paths = frames.paths(tables, rows, frames.entitlement(), "year", years)
        label = texts("summary.line", what=texts("word.entitlement"), who=texts(f"block.{block}"))
        table.add_row(label, *_cells(tables, paths), style="bold" if block == "all" else "")
    return table


def department_table(tables: Tables, texts: Texts) -> Table:
    """Entitlement of the budget year by department and bearer: evidenced volumes, then assumed ones."""
    year = tables.budget_year
    table = Table(title=texts("summary.departments", year=year), title_justify="left")
    table.add_column("")
    for bearer in frames.BEARERS:
        table.add_column(texts(f"word.{bearer}"), justify="right")
    for heading in (texts("block.evidenced"), texts("block.assumed")):
        table.add_column(heading, justify="right")
    for place in departments(tables):
        led = [name for name, meta in tables.instruments.items() if lead(meta) == place]
        firm = [name for name in led if block_of(tables, name) != "assumed"]
        rows = [only(tables, names).commitments for names in (led, firm)]
        cells = [
            float(frames.mean(tables, frames.paths(tables, rows[0], f"entitlement_{b}", "year", [year]))[0])
            for b in frames.BEARERS
        ]
        evidenced = float(frames.mean(tables, frames.paths(tables, rows[1], frames.entitlement(), "year", [year]))[0])
        table.add_row(place, *(f"{fen / FEN_YI:.2f}" for fen in (*cells, evidenced, sum(cells) - evidenced)))
    return table


def _cells(tables: Tables, paths: NDArray[np.int64]) -> list[str]:
    band = frames.spread(paths, tables)
    low = paths.min(axis=0) if band.low_80 is None else band.low_80
    high = paths.max(axis=0) if band.high_80 is None else band.high_80
    if len(paths) == 1:
        return [f"{m / FEN_YI:.2f}" for m in band.mean]
    return [
        f"{m / FEN_YI:.2f} ({a / FEN_YI:.2f}–{b / FEN_YI:.2f})" for m, a, b in zip(band.mean, low, high, strict=True)
    ]


def status_table(tables: Tables, texts: Texts) -> Table:
    """Shares of every year's entitlement by legal status; each year adds up to 100%."""
    shares = {year: frames.status_shares(tables, year) for year in tables.years}
    present = [s for s in STATUSES if any(s in by_status for by_status in shares.values())]
    table = Table(title=texts("summary.status"), title_justify="left")
    table.add_column("")
    for status in present:
        table.add_column(texts(f"status.{status}"), justify="right")
    for year, by_status in shares.items():
        style = "bold" if year in tables.budget_years else ""
        table.add_row(str(year), *(f"{by_status.get(s, 0.0):.1%}" for s in present), style=style)
    return table


def recovery_line(tables: Tables, texts: Texts) -> list[str]:
    """Say what is claimed back in each budget year, on the mean over replications; nothing where nothing is."""
    if tables.recoveries.is_empty():
        return []
    table = tables.recoveries.with_columns(year=pl.col("month") // 100)
    money = pl.sum_horizontal("city", "district_fen", "province")
    told = []
    for year in tables.budget_years:
        fen = frames.mean_fen(tables, table.filter(pl.col("year") == year), money)
        told.append(f"{year}: {fen / FEN_WAN:,.1f}")
    return [texts("summary.recovered", years=("；" if texts.lang == "zh" else "; ").join(told))]


def saturation_lines(tables: Tables, texts: Texts) -> list[str]:
    """Say in words which instruments are saturated in the budget years, and by which limit."""
    found = saturated(part(tables, "headline"), tables.budget_years)
    if not found:
        return [texts("summary.unsaturated")]
    lines = [texts("summary.saturated")]
    for entry in found:
        limits = [texts(f"summary.binds_{limit}", share=f"{share:.0%}") for limit, share in entry.limits.items()]
        joined = ("；" if texts.lang == "zh" else "; ").join(limits)
        lines.append(f"  • {texts('summary.binds', name=tables.name(entry.instrument, texts.lang), limits=joined)}")
    return lines


_OF_ENTRY = r"[a-z0-9-]+: "
"""A warning on one instrument or fund begins with its name."""


def warning_lines(tables: Tables, texts: Texts) -> list[str]:
    """The warnings of the run that concern no single instrument or fund, and how many do.

    What expired and what is assumed is named by `law_notes` already; a page of sentences would be read by nobody.
    """
    lines = [w for w in tables.warnings if not re.match(_OF_ENTRY, w)]
    single = len(tables.warnings) - len(lines)
    if single:
        lines.append(texts("summary.more_warnings", n=single, path=tables.path / "run.json"))
    return lines


def rnd_line(tables: Tables, texts: Texts) -> list[str]:
    """Say how lasting R&D growth is and whether the same firms win again; nothing if unknown."""
    years = range(tables.start_year, tables.budget_years.stop)

    def mean(name: str) -> float | None:
        paths = frames.indicator_paths(tables, name, years)
        if paths is None or not np.isfinite(paths).any():
            return None
        known = np.isfinite(paths)
        weights = np.broadcast_to(tables.weights[:, None], paths.shape)[known]
        return float(np.average(paths[known], weights=weights))

    def share(part: str) -> str:
        # Sums over years and replications: a year without a round must not weigh.
        chosen = tables.indicators.filter(pl.col("year").is_in(list(years)))
        weighed = pl.col("value") * frames.share_of_replication(tables)
        top = float(chosen.filter(pl.col("name") == part).select(weighed.sum()).item())
        whole = float(chosen.filter(pl.col("name") == "rnd_winners").select(weighed.sum()).item())
        return f"{top / whole:.0%}" if whole else "—"

    correlation = mean("rnd_growth_autocorrelation")
    if correlation is None and mean("rnd_winners") is None:
        return []
    text = "—" if correlation is None else f"{correlation:.2f}"
    return [
        texts(
            "summary.rnd",
            correlation=text,
            repeat=share("rnd_repeat_winners"),
            fall=share("rnd_winners_fall"),
        )
    ]
