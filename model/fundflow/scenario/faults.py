"""Errors a planner can act on: all faults at once, with file, key, value, what is allowed, nearest key."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_LONGEST = 60


@dataclass(frozen=True)
class Fault:
    """One thing wrong: where, what is allowed, and what stands there (as text; none where nothing does)."""

    source: str
    key: str
    problem: str
    value: str | None = None

    def __str__(self) -> str:
        """Key, value and problem on one line."""
        shown = "" if self.value is None else f" = {self.value}"
        return f"{self.key}{shown}   {self.problem}" if self.key else self.problem


class ScenarioFaults(ValueError):
    """A scenario cannot be read; ``faults`` holds everything found."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(dict.fromkeys(faults))
        super().__init__(_text(self.faults))

    def __reduce__(self) -> tuple[type[ScenarioFaults], tuple[tuple[Fault, ...]]]:
        """Keep the faults when the error crosses from a worker."""
        return ScenarioFaults, (self.faults,)


def _text(faults: tuple[Fault, ...]) -> str:
    lines = []
    for source in dict.fromkeys(fault.source for fault in faults):
        here = [fault for fault in faults if fault.source == source]
        lines.append(f"{source}: {len(here)} fault{'s' if len(here) > 1 else ''}")
        lines += [f"  {fault}" for fault in here]
    return "\n".join(lines)


def nearest(key: str, known: Iterable[str]) -> str:
    """Words that name the valid key most like the given one, or the valid keys if they are few."""
    names = [str(name) for name in known]
    close = difflib.get_close_matches(key, names, n=1, cutoff=0.5)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; allowed: {', '.join(names)}" if 0 < len(names) <= 20 else ""


def shorten(value: Any) -> str:
    """Show a value on one line of bounded length."""
    text = f'"{value}"' if isinstance(value, str) else str(value)
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
