"""Which instruments of a run never paid, and why: known from the scenario, or seen in what became of the claims."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from fundflow.report.source import Tables, tables_of
from fundflow.report.texts import Texts

FILE = "never-paid.csv"
_MARK = "unmet:"
_WORDS = ("banned", "not_covered", "expired", "rank", "used", "difference")


@dataclass(frozen=True)
class NeverPaid:
    """An instrument without any award in any replication.

    Attributes
    ----------
    why
        A key of the texts: ``off``, ``not_yet``, ``ended``, ``no_event``, ``no_case``, ``no_claim``, ``condition``,
        ``banned``, ``not_covered``, ``expired``, ``rank``, ``used``, ``difference`` or ``limit``.
    reason
        The reason of the chain where a limit left nothing, else empty.
    claims
        Claims over all replications at which that stood in the way most often.
    clause, text
        Of the condition that failed most often, in English and Chinese; empty where none did.
    """

    instrument: str
    why: str
    claims: int = 0
    clause: str = ""
    text: tuple[str, str] = ("", "")
    reason: str = ""

    def said(self, texts: Texts) -> str:
        """The reason in words."""
        if self.why == "condition":
            return texts("unpaid.condition", text=self.text[texts.lang == "zh"], clause=self.clause)
        return texts(f"unpaid.{self.why}", reason=self.reason) if self.why == "limit" else texts(f"unpaid.{self.why}")


def never_paid(tables: Tables) -> list[NeverPaid]:
    """Instruments of the run that were awarded nothing in any replication, in the order of the catalogue."""
    awards = pl.sum_horizontal("award_city", "award_district", "award_province")
    paid = set(tables.commitments.filter(awards > 0)["instrument"])
    met = _met(tables)
    found = []
    for name, meta in tables.instruments.items():
        if name in paid or meta.get("receipt") or "silent" not in meta:
            continue
        if meta["silent"]:
            found.append(NeverPaid(name, str(meta["silent"])))
        elif name not in met:
            found.append(NeverPaid(name, "no_claim"))
        else:
            found.append(_seen(name, meta, *met[name]))
    return found


def _met(tables: Tables) -> dict[str, tuple[str, int]]:
    """By instrument what most often stood in the way over all replications, and how often."""
    rows = tables.indicators.filter(pl.col("name").str.starts_with(_MARK))
    summed = rows.group_by("name").agg(pl.col("value").sum()).sort("value", "name")
    met = {}
    for name, value in summed.iter_rows():
        _, instrument, what = str(name).split(":")
        met[instrument] = (what, round(value))
    return met


def _seen(name: str, meta: Mapping[str, Any], what: str, claims: int) -> NeverPaid:
    conditions = meta.get("conditions") or []
    if what.isdigit() and int(what) < len(conditions):
        one = conditions[int(what)]
        return NeverPaid(name, "condition", claims, str(one["clause"]), (str(one["en"]), str(one["zh"])))
    if what in _WORDS:
        return NeverPaid(name, what, claims)
    return NeverPaid(name, "limit", claims, reason=what)


def unpaid_lines(tables: Tables, texts: Texts) -> list[str]:
    """The instruments that never paid, one line for each reason; nothing where all paid."""
    found = never_paid(tables)
    if not found:
        return []
    by: dict[str, list[str]] = {}
    for one in found:
        by.setdefault(one.said(texts), []).append(tables.name(one.instrument, texts.lang))
    head = texts("unpaid.heading", first=tables.start_year, last=tables.end_year, n=len(found))
    return [
        head, *(f"  • {texts('unpaid.group', why=why, names=texts.names(names))}" for why, names in by.items())
    ]  # fmt: skip


def write_never_paid(run: Any) -> Path:
    """Write ``never-paid.csv`` into a run folder (docs/results.md)."""
    tables = tables_of(run)
    en, zh = Texts("en"), Texts("zh")
    rows = [
        {
            "instrument": one.instrument, "why": one.why, "claims": one.claims, "clause": one.clause,
            "en": one.said(en), "zh": one.said(zh),
        }
        for one in never_paid(tables)
    ]  # fmt: skip
    schema = {"instrument": pl.String, "why": pl.String, "claims": pl.Int64, "clause": pl.String} | {
        "en": pl.String, "zh": pl.String,
    }  # fmt: skip
    path = tables.path / FILE
    path.write_bytes(pl.DataFrame(rows, schema=schema).write_csv().encode())
    return path
