"""How layers of uncertainty are shown: a table for the terminal, a fan, a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from rich.markup import escape
from rich.table import Table

from fundflow.base.order import quantile
from fundflow.experiment.layered import Layered, layered_frame
from fundflow.report.figures.fan import Fan, draw
from fundflow.report.style import styled
from fundflow.report.texts import Texts

FEN_YI, FEN_WAN = 10**10, 10**6


def layered_table(found: Layered, lang: str) -> Table:
    """The budget year and the two after it: mean, band and deviation with each layer, and the errors of all."""
    texts = Texts(lang)
    first = found.scenario.budget_year
    years = [y for y in range(first, first + 3) if y in found.years]
    unit = _unit(found)
    table = Table(
        title=texts(
            "fan.table", scenario=found.scenario.title, what=found.question.text(lang), n=found.replications,
            unit=texts("unit.yi" if unit == FEN_YI else "unit.wan"), share=f"{found.share:.0%}",
        ),
        caption=escape("\n".join(notes(found, texts))), title_justify="left", caption_justify="left",
        pad_edge=False, collapse_padding=True,
    )  # fmt: skip
    table.add_column(texts("fan.layers"), overflow="fold")
    for year in years:
        table.add_column(str(year), justify="right", no_wrap=True)
    for i in range(len(found.layers)):
        table.add_row(names(found, texts)[i], *(_cell(found, i, year, unit) for year in years))
    return table


def names(found: Layered, texts: Texts) -> list[str]:
    """What each band holds."""
    return [texts(f"fan.{'' if i == 0 else 'and_'}{name}") for i, name in enumerate(found.layers)]


def _unit(found: Layered) -> int:
    return FEN_YI if max(path.mean(axis=0).max() for path in found.paths) >= FEN_YI else FEN_WAN


def _cell(found: Layered, layer: int, year: int, unit: int) -> str:
    at = found.years.index(year)
    (low, high), (low_error, high_error) = found.band(layer), found.edge_error(layer)
    mean = found.mean(layer, year)

    def text(fen: float) -> str:
        return f"{fen / unit:,.2f}" if np.isfinite(fen) else "…"

    return (
        f"{text(mean.mean)} ± {text(mean.half_width)}\n"
        f"{text(low[at])}–{text(high[at])}\n(± {text(low_error[at])}, ± {text(high_error[at])})"
    )


def notes(found: Layered, texts: Texts) -> list[str]:
    """What the layers hold, how they nest, how sure the edges are, how often the risks happened."""
    n, share = found.replications, f"{found.share:.0%}"
    said = [texts("fan.note_band", n=n, share=share)]
    terms = found.scenario.uncertainty
    for name in found.layers[1:]:
        low, high = (f"{float(bound):.0%}" for bound in terms.discretion.bounds)
        said.append(texts(f"fan.note_{name}", low=low, high=high))
    if "readings" in found.layers:
        said.append(texts("fan.note_nested"))
    if found.happened:
        listed = [
            f"{terms.risks[name].name.get(texts.lang) or name} {count}/{n} (p={terms.risks[name].probability:g})"
            for name, count in found.happened.items()
        ]
        said.append(texts("fan.note_happened", names=texts("word.list_and").join(listed)))
    said.append(_error(found, texts))
    return said


def _error(found: Layered, texts: Texts) -> str:
    """Monte Carlo error of the edges in the budget year, layer by layer, in percent of the mean."""
    at = found.years.index(found.scenario.budget_year)
    told = []
    for i, name in enumerate(names(found, texts)):
        mean = float(found.paths[i][:, at].mean())
        edges = [half[at] / mean if mean else np.inf for half in found.edge_error(i)]
        told.append(f"{name} " + "/".join(f"{edge:.1%}" if np.isfinite(edge) else "…" for edge in edges))
    joined = ("；" if texts.lang == "zh" else "; ").join(told)
    return texts("fan.note_error", year=found.scenario.budget_year, edges=joined)


def draw_fan(found: Layered, lang: str, folder: Path) -> list[Path]:
    """Draw the fan into a folder, PNG and SVG."""
    texts = Texts(lang)

    def median(layer: int) -> np.ndarray:
        return np.array([quantile(column, 0.5).value for column in found.paths[layer].T], float)

    fan = Fan(
        found.years, names(found, texts), [found.nested(i) for i in range(len(found.layers))],
        median(0), median(-1), found.scenario.budget_year,
    )  # fmt: skip
    title = texts("fan.title", what=found.question.text(lang), scenario=found.scenario.title)
    with styled():
        return draw(fan, title, notes(found, texts), found.share, texts).save(folder, f"uncertainty-{lang}")


def write_layers(found: Layered, lang: str, folder: Path) -> list[Path]:
    """Write table and figure."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "uncertainty.csv"
    layered_frame(found).write_csv(path)
    return [path, *draw_fan(found, lang, folder)]
