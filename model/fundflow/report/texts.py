"""The texts of a report, by key and language."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")


@cache
def all_texts() -> dict[str, Any]:
    """Read `texts.toml` once."""
    table: dict[str, Any] = tomllib.loads((files("fundflow.report") / "texts.toml").read_text("utf-8"))
    return table


@dataclass(frozen=True)
class Texts:
    """Texts in one language: ``texts("unit.wan")``.

    Raises
    ------
    ValueError
        If the language is neither "zh" nor "en".
    """

    lang: str

    def __post_init__(self) -> None:
        """Refuse an unknown language before anything is drawn."""
        if self.lang not in LANGUAGES:
            raise ValueError(f"language {self.lang!r} is unknown; use {' or '.join(LANGUAGES)}")

    def __call__(self, key: str, **values: Any) -> str:
        """Return the text of a key such as ``"unit.wan"``, filled in."""
        section, name = key.split(".")
        return str(all_texts()[section][name][self.lang]).format(**values)

    def names(self, names: list[str], most: int = 8) -> str:
        """Join names to one list and cut a long one: a, b and 3 more."""
        listed = self("word.list_and").join(names[:most])
        if len(names) <= most:
            return listed
        rest = self("word.more", n=len(names) if self.lang == "zh" else len(names) - most)
        return f"{listed}{'' if self.lang == 'zh' else '; '}{rest}"
