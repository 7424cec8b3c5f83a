"""How every figure looks: a font that holds Chinese, colours for grey and colour-blind eyes, one layout.

Colours are those of Okabe and Ito, "Color universal design" (2008); legal status is a hatch, never a
colour, so that it shows in black and white as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, cast
from unicodedata import east_asian_width

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, fontManager

FONT_FILE = "fonts/FundflowSansSC-Regular.otf"
CITY, DISTRICT, PROVINCE = "#0072B2", "#E69F00", "#009E73"
BEARER_COLOURS = {"city": CITY, "district": DISTRICT, "province": PROVINCE}
BLOCK_LOOK: dict[str, dict[str, Any]] = {
    "others": {"facecolor": "#B8B8B8", "edgecolor": "white", "linewidth": 0.4},
    "assumed": {"facecolor": "white", "edgecolor": "#8A8A8A", "hatch": "\\\\\\\\", "linewidth": 0.5},
}
INK, GREY, SHADE = "#222222", "#666666", "#EFEFEF"
LINES = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
HATCHES = {
    "in_force": "",
    "run_off": "....",
    "assumed_renewed": "////",
    "not_covered": "xxxx",
    "lapsed": "xxxx",
}

# Inches; the body is as large as it asks for: title and notes grow the page, they do not shrink the body.
_MARGIN, _TITLE, _NOTE, _NOTE_SIZE = 0.25, 0.75, 0.17, 7.5


@cache
def font_name() -> str:
    """Register the font of the package with Matplotlib and return its family name."""
    path = str(files("fundflow.report") / FONT_FILE)
    fontManager.addfont(path)
    return FontProperties(fname=path).get_name()


def settings() -> dict[str, Any]:
    """Matplotlib settings of a figure; text is drawn as outlines, so an SVG needs no font."""
    return {
        "font.family": [font_name()],
        "font.size": 8.5,
        "axes.edgecolor": GREY,
        "axes.labelcolor": INK,
        "axes.linewidth": 0.6,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.titlesize": 8.5,
        "axes.unicode_minus": True,
        "hatch.linewidth": 0.6,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "svg.fonttype": "path",
        "svg.hashsalt": "fundflow",
        "text.color": INK,
        "xtick.color": GREY,
        "ytick.color": GREY,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
    }


def lighter(colour: str, share: float) -> tuple[float, float, float]:
    """Mix a colour with white: 1 leaves it, 0 gives white."""
    red, green, blue = (1 - share * (1 - c) for c in to_rgb(colour))
    return red, green, blue


def tone(year: int, budget_years: range) -> float:
    """Full colour for the budget years, paler for the hindcast, palest for the outlook."""
    if year in budget_years:
        return 1.0
    return 0.7 if year < budget_years.start else 0.45


def wrap(text: str, ems: float) -> list[str]:
    """Break a text into lines of at most ``ems`` widths of a Chinese character; Latin words stay whole."""
    lines, line, width = [], "", 0.0
    for piece in _pieces(text):
        size = sum(_width(c) for c in piece)
        if line and width + size > ems and piece not in "，。；：、）》”！？,.;:)":
            lines.append(line.rstrip())
            line, width = "", 0.0
            piece = piece.lstrip()
            size = sum(_width(c) for c in piece)
        line += piece
        width += size
    return [*lines, line.rstrip()] if line.strip() else lines


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    for char in text:
        narrow = not _wide(char) and char != " "
        if pieces and narrow and not _wide(pieces[-1][-1]) and pieces[-1][-1] != " ":
            pieces[-1] += char
        else:
            pieces.append(char)
    return pieces


def _wide(char: str) -> bool:
    # "A" is ambiguous: curly quotes, dashes and the like are as wide as a character in a Chinese font.
    return east_asian_width(char) in "WFA"


def _width(char: str) -> float:
    return 1.0 if _wide(char) else 0.53


@dataclass
class Page:
    """A figure with title, body and notes; draw into `axes`, then `save`."""

    figure: Figure
    width: float
    height: float
    bottom: float

    def axes(
        self,
        rows: int = 1,
        columns: int = 1,
        *,
        left: float = 0.65,
        right: float = 0.2,
        wspace: float = 0.3,
        hspace: float = 0.4,
        top: float = 0.25,
        bottom: float = 0.3,
        **ratios: Any,
    ) -> list[Axes]:
        """Lay out panels in the body; margins in inches from its edges, in reading order."""
        total_w, total_h = self.figure.get_size_inches()
        grid = self.figure.add_gridspec(
            rows,
            columns,
            left=left / total_w,
            right=1 - right / total_w,
            bottom=(self.bottom + bottom) / total_h,
            top=(self.bottom + self.height - top) / total_h,
            wspace=wspace,
            hspace=hspace,
            **ratios,
        )
        return [self.figure.add_subplot(grid[r, c]) for r in range(rows) for c in range(columns)]

    def legend(self, handles: Sequence[Any], labels: Sequence[str], columns: int) -> None:
        """Put one legend for the whole page just above the notes, smaller where it would be wider than the page."""
        width, height = (float(size) for size in self.figure.get_size_inches())
        legend = self.figure.legend(
            list(handles),
            list(labels),
            loc="lower center",
            bbox_to_anchor=(0.5, (self.bottom + 0.02) / height),
            ncol=columns,
            handlelength=1.8,
            columnspacing=1.6,
        )
        wide = legend.get_window_extent(FigureCanvasAgg(self.figure).get_renderer()).width / self.figure.dpi  # type: ignore[no-untyped-call]
        room = width - 2 * _MARGIN
        if wide > room:
            for text in legend.get_texts():
                text.set_fontsize(float(text.get_fontsize()) * room / wide)

    def save(self, folder: Path, name: str) -> list[Path]:
        """Write PNG and SVG, the same bytes for the same run."""
        folder.mkdir(parents=True, exist_ok=True)
        png, svg = folder / f"{name}.png", folder / f"{name}.svg"
        self.figure.savefig(png, dpi=160, metadata={"Software": None})
        self.figure.savefig(svg, metadata={"Date": None, "Creator": None})
        return [png, svg]


def page(title: str, subtitle: str, notes: Sequence[str], width: float, height: float) -> Page:
    """Start a page: title and subtitle above a body of this size in inches, notes beneath it."""
    font_name()
    ems = (width - 2 * _MARGIN) * 72 / _NOTE_SIZE
    lines = [line for note in notes if note for line in wrap(note, ems)]
    bottom = 0.12 + _NOTE * len(lines)
    total = _TITLE + height + bottom
    figure = Figure(figsize=(width, total))
    FigureCanvasAgg(figure)
    left = _MARGIN / width
    figure.text(left, 1 - 0.2 / total, title, fontsize=12.5, va="top")
    figure.text(left, 1 - 0.49 / total, subtitle, fontsize=8.5, va="top", color=GREY)
    for i, line in enumerate(lines):
        figure.text(left, (bottom - 0.04 - _NOTE * i) / total, line, fontsize=_NOTE_SIZE, va="top", color=GREY)
    return Page(figure, width, height, bottom)


def styled() -> Any:
    """Context with the settings of a figure."""
    return matplotlib.rc_context(cast(Any, settings()))
