"""Which key of a scenario is varied, and over which values: ``KEY=a,b,c`` or ``KEY=from:to:n``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from fundflow.experiment.engine import load, load_engine
from fundflow.experiment.experiment_errors import Refused
from fundflow.policy import Catalogue
from fundflow.scenario import Fault, Scenario, ScenarioFaults

_NUMBER = re.compile(r"^\s*(-?\d+(?:\.\d+)?)\s*(%|‰|万元|万|亿元|亿|元)?\s*$")
_KEY = re.compile(r"^[\w-]+(\.[\w-]+)*$")
MOST = 2000
"""Cells of a grid, at most."""


@dataclass(frozen=True)
class Varied:
    """A key with the values that it takes, as they are written in ``--set``."""

    key: str
    values: tuple[str, ...]

    @property
    def numbers(self) -> list[float] | None:
        """The values as numbers without their unit; None where one is no number or the units differ."""
        read = [_NUMBER.match(value) for value in self.values]
        if not all(read) or len({one[2] for one in read if one}) > 1:
            return None
        return [float(one[1]) for one in read if one]

    @property
    def unit(self) -> str:
        """Unit that all values carry, such as ``%``."""
        found = {one[2] or "" for value in self.values if (one := _NUMBER.match(value))}
        return found.pop() if len(found) == 1 else ""


def number_of(text: str) -> tuple[Decimal, str]:
    """Read a number with its unit.

    Raises
    ------
    ValueError
        If it is none.
    """
    match = _NUMBER.match(text)
    if match is None:
        raise ValueError(f"{text!r} is no number; write 0.2, 20% or 200万")
    return Decimal(match[1]), match[2] or ""


def read_varied(text: str) -> Varied:
    """Read one ``--vary``.

    Raises
    ------
    Refused
        With what is allowed.
    """
    key, sign, raw = text.partition("=")
    key = key.strip()
    if not sign or not raw.strip() or not _KEY.match(key):
        raise Refused(f"--vary {text}: must be KEY=a,b,c or KEY=from:to:n, such as economy.transitory_share=0.2:0.6:5")
    parts = raw.split(":")
    if len(parts) == 1:
        values = tuple(_listed(raw))
    elif len(parts) == 3:
        values = _stepped(text, *parts)
    else:
        raise Refused(f"--vary {text}: a range is from:to:n, with how many values n it has, such as 10%:30%:5")
    if len(set(values)) < len(values):
        raise Refused(f"--vary {text}: a value stands twice")
    return Varied(key, values)


def _stepped(text: str, low: str, high: str, count: str) -> tuple[str, ...]:
    try:
        (start, unit), (stop, other) = number_of(low), number_of(high)
        steps = int(count)
    except ValueError as error:
        raise Refused(f"--vary {text}: a range is from:to:n in numbers, such as 10%:30%:5 ({error})") from None
    if unit != other:
        raise Refused(f"--vary {text}: both ends must carry the same unit")
    if not 2 <= steps <= MOST or start == stop:
        raise Refused(f"--vary {text}: needs two different ends and 2 to {MOST} values")
    found = [start + (stop - start) * i / (steps - 1) for i in range(steps)]
    return tuple(written(one, unit) for one in found)


def written(number: Decimal, unit: str) -> str:
    """A number as it is written in a scenario: no more than ten decimals, no exponent."""
    plain = format(round(number, 10).normalize(), "f")
    return f"{plain}{unit}"


def _listed(raw: str) -> Iterator[str]:
    """Split at the commas that stand in no bracket and no quotes."""
    depth, quoted, word = 0, "", ""
    for letter in raw:
        if quoted:
            quoted = "" if letter == quoted else quoted
        elif letter in "\"'":
            quoted = letter
        depth += (letter in "[{") - (letter in "]}")
        if letter == "," and not depth and not quoted:
            yield word.strip()
            word = ""
        else:
            word += letter
    yield word.strip()


def cells_of(varied: Sequence[Varied]) -> list[tuple[str, ...]]:
    """Every combination, the last key fastest.

    Raises
    ------
    Refused
        If a key stands twice or there are too many.
    """
    keys = [one.key for one in varied]
    if len(set(keys)) < len(keys):
        raise Refused(f"--vary: a key stands twice: {', '.join(keys)}")
    cells: list[tuple[str, ...]] = [()]
    for one in varied:
        cells = [(*cell, value) for cell in cells for value in one.values]
        if len(cells) > MOST:
            raise Refused(f"--vary: the grid has more than {MOST} cells; give fewer values")
    return cells


def load_cells(
    path: Path, sets: Sequence[str], keys: Sequence[str], cells: Sequence[Sequence[str]], until: int | None
) -> list[Scenario]:
    """Read the scenario once for each cell, every key checked.

    Parameters
    ----------
    until
        Year with which a scenario ends, since later ones change nothing that is asked for; None leaves its end.

    Raises
    ------
    ScenarioFaults
        With every fault of every cell, told once.
    Refused
        If a scenario ends before the year.
    """
    found: list[Scenario] = []
    faults: list[Fault] = []
    for number, cell in enumerate(cells):
        own = [f"{key}={value}" for key, value in zip(keys, cell, strict=True)]
        try:
            one = load(path, [*sets, *own])
        except ScenarioFaults as error:
            faults += error.faults
            continue
        found.append(shortened(one, until, None if len(cells) == 1 else f"{one.name[:60]}-{number}"))
    if faults:
        raise ScenarioFaults(faults)
    return found


def shortened(scenario: Scenario, until: int | None, name: str | None = None) -> Scenario:
    """The scenario to the end of a year, under another name.

    Raises
    ------
    Refused
        If it ends before.
    """
    changed: dict[str, Any] = scenario.tables()
    if name:
        changed["name"] = name
    if until is not None:
        check_year(scenario, until)
        changed |= {"end": scenario.end.replace(year=until), "budget_year": min(scenario.budget_year, until)}
    return Scenario.model_validate(changed)


def check_year(scenario: Scenario, year: int) -> None:
    """Refuse a year that the scenario does not hold.

    Raises
    ------
    Refused
        With the years that it holds.
    """
    if not scenario.start.year <= year <= scenario.end.year:
        raise Refused(f"{year} is not in the scenario, which runs from {scenario.start.year} to {scenario.end.year}")


def value_now(scenario: Scenario, key: str, engine: str) -> Any:
    """What a key holds in a scenario, or in the law that it changes; None where nothing can be said.

    Values of the law come as text with their unit: ``"20%"``, ``"200万"``.
    """
    path = key.split(".")
    here: Any = scenario.tables()
    for part in path:
        here = here.get(part) if isinstance(here, Mapping) else None
    if here is not None:
        return here
    if path[:2] != ["policy", "changes"] or len(path) < 4:
        return None
    catalogue = load_engine(engine).prepare(scenario).catalogue
    if not isinstance(catalogue, Catalogue) or path[2] not in catalogue.instruments:
        return None
    name = ".".join(path[3:])
    values = [one for one in catalogue.instruments[path[2]].values if one.name == name]
    if not values:
        return None
    last = max(values, key=lambda one: one.start or 0)
    plain = Decimal(str(last.plain))
    return written(plain * 100, "%") if last.unit == "fraction" else written(plain, "")
