"""Actuals that lie in a run folder: the last file that the run was read with, and its tolerance."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from fundflow.results.files import write_json

TOLERANCE = 0.2
FILE, SETTINGS = "observed.csv", "observed.json"


@dataclass(frozen=True)
class Choice:
    """Which file of actuals, and how near a replication must come to it.

    Attributes
    ----------
    path
        The file.
    tolerance
        Scale of the kernel: a gap of this much in logarithms weighs exp(-1/2).
    said
        How reports call the file; by default its name.
    """

    path: Path
    tolerance: float = TOLERANCE
    said: str = ""

    @property
    def name(self) -> str:
        """Name of the file in reports."""
        return self.said or self.path.name


def remembered(folder: Path) -> Choice | None:
    """The actuals that lie in a run folder, if any."""
    try:
        settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
        return Choice(folder / FILE, float(settings["tolerance"]), str(settings["file"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def chosen(folder: Path, path: Path | None, tolerance: float | None) -> Choice | None:
    """What a command asks for: a file, or that of the folder, with another tolerance where one is given."""
    before = remembered(folder)
    if path is not None:
        return Choice(path, tolerance if tolerance is not None else before.tolerance if before else TOLERANCE)
    if before is None or tolerance is None:
        return before
    return Choice(before.path, tolerance, before.said)


def keep(folder: Path, choice: Choice) -> None:
    """Copy actuals into a run folder, where every report finds them. They are no part of the run and not hashed."""
    content = choice.path.read_bytes()
    (folder / FILE).write_bytes(content)
    write_json(folder / SETTINGS, {
        "file": choice.name, "tolerance": choice.tolerance, "sha256": hashlib.sha256(content).hexdigest(),
    })  # fmt: skip


def forget(folder: Path) -> None:
    """Take the actuals out of a run folder."""
    for name in (FILE, SETTINGS):
        (folder / name).unlink(missing_ok=True)
