"""Errors a planner can act on: all faults of a file at once, each with its place and the nearest valid name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known name most like a word, if any is alike."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return close[0] if close else None


def unknown(word: str, known: Iterable[str]) -> str:
    """The message for a name that does not exist."""
    names = list(known)
    close = nearest(word, names)
    if close:
        return f'unknown; did you mean "{close}"?'
    return f"unknown; allowed: {', '.join(names)}" if 0 < len(names) <= 25 else "unknown; see `fundflow policy list`"


@dataclass
class Faults:
    """Collects faults while a file is read, so that all are told at once."""

    found: list[str] = field(default_factory=list)

    def add(self, where: str, what: str) -> None:
        """Note one fault."""
        self.found.append(f"{where}   {what}")

    def check(self, title: str) -> None:
        """Raise all faults found so far.

        Raises
        ------
        CatalogueFaults
            If there is any.
        """
        if self.found:
            raise CatalogueFaults(title, self.found)


class CatalogueFaults(ValueError):
    """A catalogue, a change or a set of given facts cannot be read; ``faults`` has one line each."""

    def __init__(self, title: str, faults: list[str]) -> None:
        self.title = title
        self.faults = list(dict.fromkeys(faults))
        count = len(self.faults)
        lines = "\n".join(f"  {fault}" for fault in self.faults)
        super().__init__(f"{title}: {count} fault{'s' if count > 1 else ''}\n{lines}")


class MissingFacts(ValueError):
    """Facts that a rule needs were not given and are not presumed."""

    def __init__(self, names: Iterable[str], where: str = "") -> None:
        # Raised again from its text, as the calendar of the simulation does: the text stays as it is.
        told = names if isinstance(names, str) else ""
        self.names: tuple[str, ...] = () if told else tuple(dict.fromkeys(names))
        self.where = where
        super().__init__(told or f"{where + ': ' if where else ''}missing {', '.join(self.names)}")
