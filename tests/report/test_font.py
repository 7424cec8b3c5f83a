"""Chinese draws on a machine without Chinese fonts: every character that can be printed is in the shipped font."""

from __future__ import annotations

import dataclasses
import tomllib
import warnings
from importlib.resources import files

import pytest
from matplotlib.ft2font import FT2Font
from matplotlib.text import Text

from fundflow.base.districts import DISTRICT_EN, DISTRICTS
from fundflow.report.figures import FIGURES
from fundflow.report.source import Tables
from fundflow.report.style import FONT_FILE, font_name, styled
from fundflow.report.texts import Texts, all_texts


@pytest.fixture(scope="module")
def glyphs() -> set[str]:
    font = FT2Font(str(files("fundflow.report") / FONT_FILE))
    return {chr(code) for code in font.get_charmap()}


def missing(text: str, glyphs: set[str]) -> set[str]:
    return {c for c in text if c.isprintable() and c not in glyphs}


def test_every_text_and_district_name_is_in_the_font(glyphs: set[str]) -> None:
    texts = [line[lang] for section in all_texts().values() for line in section.values() for lang in ("zh", "en")]
    assert len(texts) > 100
    assert not missing("".join(texts), glyphs)
    assert not missing("".join([*DISTRICTS, *DISTRICT_EN.values()]), glyphs)


def test_every_name_of_the_policy_catalogue_is_in_the_font(glyphs: set[str]) -> None:
    folder = files("fundflow") / "policy" / "catalogue"
    names = [path for path in folder.iterdir() if path.name.endswith(".toml")]
    for path in names:
        text = path.read_text("utf-8")
        tomllib.loads(text)
        assert not missing(text, glyphs), path.name


def test_every_common_chinese_character_is_in_the_font(glyphs: set[str]) -> None:
    level_1 = [bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xD8) for b in range(0xA1, 0xFF)]
    assert not missing("".join(level_1), glyphs)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_string_that_is_drawn_is_in_the_font_and_drawn_with_it(
    tables: Tables, lang: str, glyphs: set[str]
) -> None:
    strings = []
    with warnings.catch_warnings(), styled():
        warnings.simplefilter("error")  # Matplotlib warns of a missing glyph when it draws
        for draw in FIGURES.values():
            figure = draw(tables, Texts(lang)).figure
            figure.canvas.draw()
            for artist in figure.findobj(Text):
                assert isinstance(artist, Text)
                strings.append(artist.get_text())
                assert not artist.get_text() or artist.get_fontfamily() == [font_name()]
    assert len(strings) > 500
    assert not missing("".join(strings), glyphs)


def test_a_missing_glyph_is_an_error_here(tables: Tables) -> None:
    strange = dataclasses.replace(tables, title="\U0001f600")
    with warnings.catch_warnings(), styled():
        warnings.simplefilter("error")
        with pytest.raises(UserWarning, match="[Gg]lyph"):
            FIGURES["1-entitlement"](strange, Texts("zh")).figure.canvas.draw()


def test_the_licence_travels_with_the_font() -> None:
    licence = (files("fundflow.report") / "fonts" / "OFL.txt").read_text("utf-8")
    assert "SIL OPEN FONT LICENSE" in licence.upper()
    assert "Reserved Font Name" in licence
