"""The figures of a run, one file each; every one in Chinese or English from the same code, as PNG and SVG."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from fundflow.report.figures import (
    cash,
    departments,
    districts,
    entitlement,
    instruments,
    outturn,
    pipeline,
    rounds,
)
from fundflow.report.source import Tables, tables_of
from fundflow.report.style import Page, styled
from fundflow.report.texts import Texts

FIGURES = {
    "1-entitlement": entitlement.draw,
    "2-instruments": instruments.draw,
    "3-districts": districts.draw,
    "4-pipeline": pipeline.draw,
    "5-cash": cash.draw,
    "6-rounds": rounds.draw,
    "7-departments": departments.draw,
    "8-beside": instruments.draw_beside,
}
WITH_ACTUALS = {"9-outturn": outturn.draw}
"""Drawn where the run is read with actuals."""


def draw_pages(run: Any, lang: str = "zh") -> dict[str, Page]:
    """Draw every figure without writing it; the names are those of the files."""
    tables, texts = tables_of(run), Texts(lang)
    with styled():
        return {name: draw(tables, texts) for name, draw in _figures(tables).items()}


def _figures(tables: Tables) -> Mapping[str, Callable[[Tables, Texts], Page]]:
    return FIGURES if tables.reading is None else {**FIGURES, **WITH_ACTUALS}


def draw_all(run: Any, lang: str = "zh") -> list[Path]:
    """Draw every figure of a run and write it into ``<run>/figures``.

    Parameters
    ----------
    run
        A run opened with `fundflow.results.open_run`.
    lang
        "zh" or "en"; the language is part of the file name.

    Returns
    -------
    list of Path
        A PNG and an SVG of each figure, in the order of the figures.
    """
    tables, texts = tables_of(run), Texts(lang)
    written = []
    for name, draw in _figures(tables).items():
        # Saved inside the context: hatches and SVG text take their settings when they are written.
        with styled():
            written += draw(tables, texts).save(tables.path / "figures", f"{name}-{lang}")
    return written
