"""How a comparison is shown: tables for the terminal, files and figures in a folder, one line at the end."""

from __future__ import annotations

from pathlib import Path

import polars as pl
from rich.markup import escape
from rich.table import Table

from fundflow.base.districts import DISTRICT_EN
from fundflow.experiment.compare import BEARERS, Comparison, told
from fundflow.experiment.estimate import Estimate
from fundflow.report.figures import comparison as figure
from fundflow.report.style import styled
from fundflow.report.texts import Texts

FEN_WAN = 10**6
MOST = 10
_MOST_GROUPS = 5


def tables(result: Comparison, reform: int, lang: str) -> list[Table]:
    """Tables of one reform: by year, bearer, district, instrument, size class, and who wins and loses."""
    texts = Texts(lang)
    title = f"{named(result, reform, texts)} - {result.scenarios[0].title}"
    if result.identical(reform):
        table = Table(title=escape(title), title_justify="left", show_header=False)
        table.add_row(texts("compare.identical", n=result.replications))
        return [table]
    by_year = result.frame.filter(reform=reform, dimension="total", bearer="total").sort("year")
    lead = texts("compare.head", measure=texts(f"word.{result.measure}").lower(), n=result.replications)
    shown = [_table(f"{title}\n{lead}", texts("compare.year"), by_year, "year", result, lang)]
    bearers = pl.concat([result.of(reform, "total", bearer) for bearer in BEARERS])
    shown.append(_table(f"{result.year}", texts("compare.bearer"), bearers, "bearer", result, lang))
    who = figure.shown_bearer(result.frame.filter(reform=reform), result.year)
    whose = "" if who == "total" else texts("compare.whose", who=texts(f"word.{who}"))
    for dimension, most in (("district", 99), ("instrument", MOST), ("class", 99)):
        rows = result.of(reform, dimension, who).filter((pl.col("mean") != 0) | (pl.col("deviation") != 0))
        rows = rows.sort(pl.col("mean").abs(), "key", descending=[True, False]).head(most)
        if rows.height:
            shown.append(_table(f"{result.year}{whose}", texts(f"compare.{dimension}"), rows, "key", result, lang))
    shown.append(_groups(result, reform, who, whose, texts))
    return shown


def named(result: Comparison, number: int, texts: Texts) -> str:
    """Title of a scenario, with whether firms respond where that was asked for."""
    mode = result.modes[number] if result.modes else ""
    return result.scenarios[number].title + (f" [{texts(f'compare.{mode}')}]" if mode else "")


def label(result: Comparison, dimension: str, key: str, texts: Texts) -> str:
    """Name of a key in the language of the texts."""
    if dimension == "instrument":
        return str(result.instruments.get(key, {}).get(texts.lang) or key)
    parts = key.split(" ") if dimension == "district_class" else [key]
    words = []
    for part in parts:
        if part in DISTRICT_EN and texts.lang == "en":
            words.append(DISTRICT_EN[part])
        elif part in ("micro", "small", "medium", "large", "other"):
            words.append(texts(f"compare.{part}"))
        elif part in BEARERS and dimension == "bearer":
            words.append(texts("compare.total") if part == "total" else texts(f"word.{part}"))
        else:
            words.append(texts("word.no_district") if part == "全市" else part)
    return (" · ").join(words)


def _table(title: str, head: str, rows: pl.DataFrame, column: str, result: Comparison, lang: str) -> Table:
    texts = Texts(lang)
    table = Table(title=escape(title), title_justify="left")
    table.add_column(head, overflow="fold")
    for name in ("base", "reform", "difference", "interval"):
        table.add_column(texts(f"compare.{name}"), justify="right", no_wrap=True)
    table.add_column(texts("compare.words"), overflow="fold")
    for row in rows.iter_rows(named=True):
        dimension = "bearer" if column == "bearer" else row["dimension"]
        named = str(row["year"]) if column == "year" else label(result, dimension, row[column], texts)
        gap = told(row)
        table.add_row(named, f"{row['base'] / FEN_WAN:,.0f}", f"{row['reform_mean'] / FEN_WAN:,.0f}",
                      f"{gap.mean / FEN_WAN:+,.1f}", interval(gap), gap.words(lang))  # fmt: skip
    return table


def _groups(result: Comparison, reform: int, who: str, whose: str, texts: Texts) -> Table:
    """Districts by size class that are better or worse off, as far as noise lets one say so."""
    rows = result.of(reform, "district_class", who).filter(pl.col("distinct"))
    table = Table(title=escape(texts("compare.groups", year=result.year) + whose), title_justify="left")
    for name in ("winners", "losers"):
        table.add_column(texts(f"compare.{name}"), overflow="fold", min_width=48)
    cells = []
    for sign in (1, -1):
        mine = rows.filter(pl.col("mean") * sign > 0).sort(pl.col("mean") * -sign, "key")
        lines = [
            f"{label(result, 'district_class', row['key'], texts)}: {row['mean'] / FEN_WAN:+,.1f} {interval(told(row))}"
            for row in mine.head(_MOST_GROUPS).iter_rows(named=True)
        ]
        if mine.height > _MOST_GROUPS:
            rest = mine[_MOST_GROUPS:]["mean"].sum() / FEN_WAN
            lines.append(texts("compare.more_groups", n=mine.height - _MOST_GROUPS, sum=f"{rest:+,.1f}"))
        cells.append("\n".join(lines) or texts("compare.none"))
    table.add_row(*cells)
    return table


def interval(gap: Estimate) -> str:
    """The interval of a mean in 万元."""
    if gap.certainly_zero:
        return "0"
    if gap.n < 2:
        return "-"
    return f"[{gap.low / FEN_WAN:+,.1f}, {gap.high / FEN_WAN:+,.1f}]"


def notes(result: Comparison, lang: str) -> list[str]:
    """What pairing saved, by reform."""
    texts = Texts(lang)
    said = []
    for number, factor in enumerate(result.reductions, start=1):
        if factor is not None and not result.identical(number):
            name = named(result, number, texts)
            said.append(texts("compare.reduction", name=name, factor=f"{factor:,.1f}"))
    return said


def last_line(result: Comparison, lang: str) -> str:
    """The total difference of the budget year and its interval; several reforms in one line."""
    texts = Texts(lang)
    parts = []
    for number in range(1, len(result.scenarios)):
        gap, name = result.total(number), named(result, number, texts)
        if gap.certainly_zero:
            same = texts("compare.zero_all" if result.identical(number) else "compare.zero_year")
            parts.append(f"{name}: 0 ({same})")
            continue
        words = gap.words(lang)
        told_words = f"; {words}" if words else ""
        parts.append(f"{name}: {gap.mean / FEN_WAN:+,.2f} {texts('unit.wan')} {interval(gap)}{told_words}")
    measure = texts(f"word.{result.measure}").lower()
    lead = texts("compare.last", year=result.year, measure=measure, n=result.replications)
    return lead + " | ".join(parts)


def write(result: Comparison, folder: Path) -> list[Path]:
    """Write the differences as CSV and Parquet, and a figure of each reform in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    modes = result.modes or ("",) * len(result.scenarios)
    called = [f"{one.name} {mode}".strip() for one, mode in zip(result.scenarios[1:], modes[1:], strict=True)]
    reforms = pl.DataFrame(
        {"reform": range(1, len(result.scenarios)), "scenario": called},
        schema={"reform": pl.Int32, "scenario": pl.String},
    )
    whole = result.frame.join(reforms, on="reform").select("scenario", pl.all().exclude("scenario"))
    written = [folder / "differences.csv", folder / "differences.parquet"]
    whole.write_csv(written[0])
    whole.write_parquet(written[1])
    for reform in range(1, len(result.scenarios)):
        for lang in ("zh", "en"):
            texts = Texts(lang)
            rows = result.frame.filter(reform=reform)
            names = {
                dimension: {
                    key: label(result, dimension, key, texts) for key in rows.filter(dimension=dimension)["key"]
                }
                for dimension in ("instrument", "district", "class")
            }
            titles = (result.scenarios[0].title, named(result, reform, texts))
            numbered = f"-{reform}" if len(result.scenarios) > 2 else ""
            with styled():
                page = figure.draw(rows, result.year, result.measure, names, titles, texts)
                written += page.save(folder, f"differences{numbered}-{lang}")
    return written
