"""What an entry assumes, in the reader's language: the catalogue says it in English, ``assumed-zh.toml`` in Chinese."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources


@cache
def chinese() -> dict[str, str]:
    """The Chinese text of each assumption, by its English one."""
    text = resources.files("fundflow.policy").joinpath("assumed-zh.toml").read_text(encoding="utf-8")
    return {english: str(translated) for english, translated in tomllib.loads(text).items()}


def assumption(text: str, lang: str) -> str:
    """An assumption in Chinese or English; one that nobody has translated, such as a scenario's own, stays as it is."""
    return chinese().get(text, text) if lang == "zh" else text
