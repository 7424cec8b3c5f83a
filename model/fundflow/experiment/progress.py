"""Progress on the terminal: how far, how long it will still take."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Bar:
    """A bar with replications finished, time gone and time left; plain lines where there is no terminal."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("replications"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._wanted = 0

    def started(self, folder: Path, finished: int, wanted: int) -> None:
        """Say what is already there, and show the bar."""
        self._wanted = wanted
        if finished == wanted:
            self._console.print(f"The finished run was found: {folder}", soft_wrap=True)
            return
        if finished:
            self._console.print(f"{finished} of {wanted} replications were found in {folder}", soft_wrap=True)
        self._task = self._progress.add_task("", total=wanted, completed=finished)
        # Speed is measured from here on: what was found took no time.
        self._progress.start()

    def advanced(self, finished: int) -> None:
        """Move the bar."""
        self._progress.update(self._task, completed=finished)
        if not self._console.is_terminal and (finished % 10 == 0 or finished == self._wanted):
            self._console.print(f"{finished} of {self._wanted} replications")

    def ended(self) -> None:
        """Leave the bar as it stands."""
        self._progress.stop()


class PieceBar:
    """A bar with pieces finished, their rate, time gone and time left; nothing where there is no terminal."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("pieces"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[note]}"),
            console=console,
            disable=not console.is_terminal,
        )
        self._task = self._progress.add_task("", total=None, rate="", note="")

    def __enter__(self) -> PieceBar:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave the bar as it stands."""
        self._progress.stop()

    def advanced(self, finished: int, wanted: int) -> None:
        """Move the bar."""
        speed = self._progress.tasks[0].speed
        rate = f"{speed:.2f}/s" if speed else ""
        self._progress.update(self._task, completed=finished, total=wanted, rate=rate)

    def note(self, text: str) -> None:
        """Show a running estimate beside the bar."""
        self._progress.update(self._task, note=text)
