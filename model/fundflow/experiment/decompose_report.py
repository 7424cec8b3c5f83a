"""How a decomposition is shown: tables for the terminal, JSON, a table and a waterfall in a folder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from rich.markup import escape
from rich.table import Table

from fundflow.base.districts import DISTRICT_EN
from fundflow.experiment.decomposition import CHANGE, FROM, TO, Decomposition, told
from fundflow.report.figures import waterfall
from fundflow.report.style import styled
from fundflow.report.texts import Texts

FEN_WAN = 10**6
MOST = 10
_LARGEST = 3
ORDER = ("claimants", "conditions", "base", "rate", "limits", "mix", "split", "pots", "timing", "carried", "between",
         "policy", "economy", "firms", "behaviour", "luck")  # fmt: skip


def tables(found: Decomposition, frame: pl.DataFrame, where: Sequence[str], lang: str) -> list[Table]:
    """The causes, then instruments, districts, bearers, and for two runs the years."""
    texts = Texts(lang)
    shown = [_causes(found, frame, where, texts)]
    year = frame.filter(year=found.year)
    for dimension in ("instrument", "district"):
        rows = year.filter(dimension=dimension, bearer="total")
        shown.append(_largest(texts(f"decompose.by_{dimension}"), rows, "key", found, texts))
    who = "decompose.by_treasury" if found.measure == "budget" else "decompose.by_bearer"
    bearers = year.filter(pl.col("bearer") != "total", dimension="total")
    shown.append(_largest(texts(who), bearers, "bearer", found, texts))
    if found.kind == "runs":
        rows = frame.filter(dimension="total", bearer="total")
        shown.append(_largest(texts("decompose.by_year"), rows, "year", found, texts))
    return [one for one in shown if one.row_count]


def _causes(found: Decomposition, frame: pl.DataFrame, where: Sequence[str], texts: Texts) -> Table:
    head = texts("decompose.head", measure=measure_name(found, texts), n=found.replications)
    title, _ = titles(found, where, texts)
    table = Table(title=escape(f"{title}{_places(where, texts)}\n{head}"), title_justify="left")
    table.add_column(texts("decompose.part"), overflow="fold")
    for name in ("decompose.amount", "compare.interval"):
        table.add_column(texts(name), justify="right", no_wrap=True)
    table.add_column(texts("compare.words"), overflow="fold")
    rows = {row["part"]: row for row in _total(found, frame).iter_rows(named=True)}
    if not rows:
        return table
    start, to = side_names(found, texts)
    table.add_row(start, f"{rows[FROM]['fen'] / FEN_WAN:,.2f}", "", "")
    for name in [*(one for one in ORDER if one in rows), CHANGE]:
        row = rows[name]
        if name != CHANGE and row["sum"] == 0 and row["deviation"] == 0:
            continue
        if name == CHANGE:
            table.add_section()
        gap = told(row)
        table.add_row(texts(f"decompose.{name}"), _amount(row["fen"], texts), _interval(row), gap.words(texts.lang))
    table.add_row(to, f"{rows[TO]['fen'] / FEN_WAN:,.2f}", "", "")
    return table


def _largest(title: str, rows: pl.DataFrame, column: str, found: Decomposition, texts: Texts) -> Table:
    """For each key its change and the causes that moved it most."""
    table = Table(title=escape(title), title_justify="left")
    table.add_column("", overflow="fold")
    for name in (FROM, TO, CHANGE):
        table.add_column(_side(found, name, texts), justify="right", no_wrap=True)
    table.add_column(texts("decompose.largest"), overflow="fold")
    by: dict[Any, dict[str, int]] = {}
    for row in rows.iter_rows(named=True):
        by.setdefault(row[column], {})[row["part"]] = row["fen"]
    moved = {key: parts for key, parts in by.items() if any(parts[one] for one in (CHANGE, *found.parts))}
    ordered = [*moved]
    if column == "key":
        ordered = sorted(moved, key=lambda key: (-abs(moved[key][CHANGE]), str(key)))[:MOST]
    for key in ordered:
        parts = moved[key]
        causes = sorted((one for one in found.parts if parts[one]), key=lambda one: -abs(parts[one]))
        said = [f"{texts(f'decompose.{one}')} {parts[one] / FEN_WAN:+,.1f}" for one in causes[:_LARGEST]]
        table.add_row(
            label(found, str(rows["dimension"][0]) if column == "key" else column, key, texts),
            f"{parts[FROM] / FEN_WAN:,.0f}", f"{parts[TO] / FEN_WAN:,.0f}", f"{parts[CHANGE] / FEN_WAN:+,.1f}",
            texts("word.list_and").join(said),
        )  # fmt: skip
    return table


def label(found: Decomposition, dimension: str, key: Any, texts: Texts) -> str:
    """Name of a key in the language of the texts."""
    if dimension == "instrument":
        return str(found.instruments.get(key, {}).get(texts.lang) or key)
    if dimension == "bearer":
        return texts(f"word.{key}")
    if key == "全市":
        return texts("word.no_district")
    return DISTRICT_EN.get(key, str(key)) if texts.lang == "en" else str(key)


def measure_name(found: Decomposition, texts: Texts) -> str:
    """What is counted, inside a sentence."""
    name = texts("decompose.budget" if found.measure == "budget" else f"word.{found.measure}")
    return name.lower()


def side_names(found: Decomposition, texts: Texts) -> tuple[str, str]:
    """What the two sides are called."""
    if found.kind == "years":
        return found.sides
    return texts("decompose.first_run"), texts("decompose.second_run")


def titles(found: Decomposition, where: Sequence[str], texts: Texts) -> tuple[str, str]:
    """Title and subtitle of the figure."""
    start, to = found.sides
    name = f"decompose.title_{found.kind}"
    title = texts(name, start=start, to=to, year=found.year, measure=measure_name(found, texts))
    subtitle = texts(
        f"decompose.subtitle_{found.kind}", start=start, to=to, unit=texts("unit.wan"), n=found.replications,
        where=_places(where, texts),
    )  # fmt: skip
    return title, subtitle


def _places(where: Sequence[str], texts: Texts) -> str:
    words = [texts(f"word.{one}") if one in ("city", "district", "province") else one for one in where]
    if texts.lang == "en":
        words = [DISTRICT_EN.get(one, one) for one in words]
    return texts("decompose.where", names=texts("word.list_and").join(words)) if words else ""


def _side(found: Decomposition, name: str, texts: Texts) -> str:
    if name == CHANGE:
        return texts("decompose.change")
    return side_names(found, texts)[name == TO]


def _total(found: Decomposition, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.filter(year=found.year, dimension="total", bearer="total")


def _amount(fen: int, texts: Texts) -> str:
    """万元 with two decimals; less than half of the last one in yuan."""
    return f"{fen / FEN_WAN:+,.2f}" if abs(fen) >= 5000 or not fen else f"{fen / 100:+,.2f} {texts('unit.yuan')}"


def _interval(row: Mapping[str, Any]) -> str:
    gap = told(row)
    if gap.certainly_zero:
        return "0"
    return "-" if gap.n < 2 else f"[{gap.low / FEN_WAN:+,.1f}, {gap.high / FEN_WAN:+,.1f}]"


def notes(found: Decomposition, keys: Mapping[str, Sequence[str]] | None, lang: str) -> list[str]:
    """Which keys stand behind each cause."""
    texts = Texts(lang)
    if keys is None:
        return [texts("decompose.note_budget")] if found.measure == "budget" else []
    if not keys:
        return [texts("decompose.none")]
    named = [one for one in ORDER if one in keys]
    listed = {one: texts.names([*keys[one]], most=12) for one in named}
    return [texts("decompose.keys", part=texts(f"decompose.{one}"), keys=listed[one]) for one in named]


def last_line(found: Decomposition, frame: pl.DataFrame, lang: str) -> str:
    """The total change and its interval."""
    texts = Texts(lang)
    rows = _total(found, frame).filter(part=CHANGE)
    start, to = found.sides
    if rows.is_empty():
        return texts("decompose.no_change")
    row = rows.row(0, named=True)
    words = told(row).words(lang)
    return texts(
        "decompose.last", measure=measure_name(found, texts), start=start, to=to, n=found.replications,
        change=f"{row['fen'] / FEN_WAN:+,.2f}" if row["fen"] else "0", interval=_interval(row),
        words=f"; {words}" if words else "",
    )  # fmt: skip


def as_json(found: Decomposition, frame: pl.DataFrame, keys: Mapping[str, Sequence[str]] | None) -> dict[str, Any]:
    """Everything, amounts in fen."""
    head = {
        "kind": found.kind, "measure": found.measure, "year": found.year, "from": found.sides[0], "to": found.sides[1],
        "replications": found.replications, "parts": [one for one in ORDER if one in found.parts],
    }  # fmt: skip
    if keys is not None:
        head["keys"] = {name: [*found_keys] for name, found_keys in keys.items()}
    finite = frame.with_columns(
        pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name) for name in ("low", "high")
    )
    return {**head, "rows": finite.to_dicts()}


def write(found: Decomposition, frame: pl.DataFrame, where: Sequence[str], folder: Path) -> list[Path]:
    """Write every row as CSV, and the figure in both languages."""
    folder.mkdir(parents=True, exist_ok=True)
    written = [folder / "decomposition.csv"]
    units = {name: f"{name}_fen" for name in ("sum", "low", "high", "deviation", "least", "most")}
    frame.rename({**units, "fen": "mean_fen"}).write_csv(written[0])
    for lang in ("zh", "en"):
        texts = Texts(lang)
        title, subtitle = titles(found, where, texts)
        names = {
            dimension: {key: label(found, dimension, key, texts) for key in set(found.cells[dimension])}
            for dimension in ("instrument", "district", "bearer")
        }
        parts = {one: texts(f"decompose.{one}") for one in ORDER if one in found.parts}
        with styled():
            page = waterfall.draw(frame, found.year, found.kind, found.measure, parts, names,
                                  side_names(found, texts), (title, subtitle), texts)  # fmt: skip
            written += page.save(folder, f"decomposition-{lang}")
    return written
