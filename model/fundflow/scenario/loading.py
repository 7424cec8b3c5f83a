"""Read a scenario: the file, what it extends, what the command line sets; then check all of it at once."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from fundflow.scenario.checking import check_section, faults_of
from fundflow.scenario.faults import Fault, ScenarioFaults, nearest, shorten
from fundflow.scenario.schema import Scenario

OWN_KEYS = ("title", "author", "date", "reason")
"""What every file must say itself, since it would be wrong about the file that it extends."""
SHELVES = ("scenarios",)
"""Folders searched for a named baseline beside the file's own."""
_DEEPEST = 20


@dataclass
class _Merged:
    """Tables laid over each other, with the file that each value came from."""

    table: dict[str, Any] = field(default_factory=dict)
    origins: dict[tuple[str, ...], str] = field(default_factory=dict)
    first: str = ""

    def lay(self, table: Mapping[str, Any], source: str) -> None:
        if isinstance(table.get("observed"), str):
            table = {**table, "observed": {"file": table["observed"]}}
        _merge(self.table, table, source, (), self.origins)

    def origin(self, path: Sequence[str]) -> str:
        """File of a value, of the table around it, or the file that was asked for."""
        for length in range(len(path), 0, -1):
            if tuple(path[:length]) in self.origins:
                return self.origins[tuple(path[:length])]
        return self.first


def load_scenario(
    path: str | Path,
    sets: Sequence[str] = (),
    sections: Mapping[str, type[BaseModel]] | None = None,
) -> Scenario:
    """Read and check a scenario.

    Parameters
    ----------
    path
        The TOML file.
    sets
        Overrides as ``KEY=VALUE`` with dotted keys; the value is TOML, or text if it is no TOML.
    sections
        Models of the tables that other packages own, by name (``economy``, ``simulation``).

    Returns
    -------
    Scenario
        Frozen, with every default of the given sections filled in.

    Raises
    ------
    ScenarioFaults
        With everything that is wrong, in all files and overrides.
    """
    file = Path(path)
    faults: list[Fault] = []
    merged = _Merged(first=str(path))
    for source, table in _chain(file, faults):
        merged.lay(table, source)
    for text in sets:
        override = _read_set(text, faults)
        if override:
            merged.lay(override, f"--set {text}")
    if not merged.table and faults:
        raise ScenarioFaults(faults)
    merged.table.setdefault("name", _name_of(file))
    _find_catalogue(merged, faults)
    _find_observed(merged, faults)
    for name, model in (sections or {}).items():
        try:
            found = check_section(name, merged.table.get(name, {}), model, merged.origin)
            merged.table[name] = found.model_dump(exclude_none=True)
        except ScenarioFaults as error:
            faults += error.faults
    try:
        scenario = Scenario.model_validate(merged.table)
    except ValidationError as error:
        faults += faults_of(error, Scenario, merged.origin)
    if faults:
        raise ScenarioFaults(faults)
    return scenario


def _find_catalogue(merged: _Merged, faults: list[Fault]) -> None:
    """Make the folder of further documents absolute: it is seen from the file that names it."""
    policy = merged.table.get("policy")
    given = policy.get("catalogue") if isinstance(policy, dict) else None
    if not isinstance(policy, dict) or not isinstance(given, str) or not given:
        return
    origin = merged.origin(("policy", "catalogue"))
    home = Path() if origin.startswith("--set") else Path(origin).parent
    folder = (home / given).resolve()
    if folder.is_dir():
        policy["catalogue"] = str(folder)
    else:
        faults.append(Fault(origin, "policy.catalogue", "no such folder", shorten(given)))


def _find_observed(merged: _Merged, faults: list[Fault]) -> None:
    """Make the file of actuals absolute: it is seen from the file that names it."""
    table = merged.table.get("observed")
    if not isinstance(table, dict) or not isinstance(table.get("file"), str) or not table["file"]:
        return
    key = ("observed", "file")
    origin = merged.origin(key)
    home = Path() if origin.startswith("--set") else Path(origin).parent
    file = (home / table["file"]).resolve()
    if file.is_file():
        table["file"] = str(file)
    else:
        near = nearest(file.name, [p.name for p in file.parent.glob("*.csv")]) if file.parent.is_dir() else ""
        faults.append(Fault(origin, ".".join(key), "no such file" + near, shorten(table["file"])))


def _name_of(file: Path) -> str:
    return (
        "".join(letter if letter.isalnum() or letter in "_.-" else "-" for letter in file.stem)[:80]
        or "scenario"
    )


def _chain(file: Path, faults: list[Fault]) -> list[tuple[str, dict[str, Any]]]:
    """Read the file and everything that it extends, the base first."""
    chain: list[tuple[str, dict[str, Any]]] = []
    seen: list[Path] = []
    here: Path | None = file
    while here is not None:
        table = read_toml(here, faults)
        if table is None:
            break
        seen.append(here.resolve())
        base, parts = table.pop("extends", None), table.pop("include", [])
        chain.append((str(here), table))
        chain += _included(here, parts, faults)
        here = None if base is None else _base_of(base, seen, chain[-1], faults)
    return chain[::-1]


def _included(file: Path, parts: Any, faults: list[Fault]) -> list[tuple[str, dict[str, Any]]]:
    """Read the files that ``include`` names by patterns beside the file; the file itself is laid over them."""
    if not isinstance(parts, list) or not all(isinstance(one, str) and one for one in parts):
        said = 'must be a list of files, such as ["volumes/*.toml"]'
        faults.append(Fault(str(file), "include", said, shorten(parts)))
        return []
    tables: list[tuple[str, dict[str, Any]]] = []
    for pattern in parts:
        try:
            found = sorted(file.parent.glob(pattern), reverse=True)
        except (ValueError, NotImplementedError, OSError):
            found = []
        if not found:
            faults.append(Fault(str(file), "include", "no such file", shorten(pattern)))
        tables += [(str(one), table) for one in found if (table := read_toml(one, faults)) is not None]
    faults += _twice(tables)
    return tables


def _twice(tables: Sequence[tuple[str, Mapping[str, Any]]]) -> list[Fault]:
    """Values that two included files give: neither lies under the other, so that one would be lost unseen."""
    homes: dict[tuple[str, ...], str] = {}
    found: dict[tuple[str, tuple[str, ...]], Fault] = {}
    for source, table in reversed(tables):
        for path in _leaves(table, ()):
            if homes.setdefault(path, source) != source:
                # One line for two tables of one name, however many values they share.
                found.setdefault((source, path[:-1]), Fault(source, ".".join(path), f"stands in {homes[path]} too"))
    return list(found.values())


def _leaves(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, (*path, str(key)))
        else:
            yield (*path, str(key))


def _base_of(
    base: Any, seen: list[Path], child: tuple[str, dict[str, Any]], faults: list[Fault]
) -> Path | None:
    """Find the file that ``extends`` names, and hold the child to its own title, author, date and reason."""
    source, table = child
    for key in OWN_KEYS:
        if key not in table:
            faults.append(Fault(source, key, "missing; a file that extends another says its own"))
    if not isinstance(base, str) or not base:
        faults.append(
            Fault(source, "extends", 'must be the name of a scenario, such as "baseline"', shorten(base))
        )
        return None
    home = seen[-1].parent
    shelves = [home, *(Path(shelf) for shelf in SHELVES)]
    try:
        found = next(
            (p for shelf in shelves for p in (shelf / f"{base}.toml", shelf / base) if p.is_file()), None
        )
        known = sorted(path.stem for shelf in shelves if shelf.is_dir() for path in shelf.glob("*.toml"))
    except (OSError, ValueError):
        found, known = None, []
    if found is None:
        faults.append(
            Fault(source, "extends", "no such scenario" + nearest(base, dict.fromkeys(known)), shorten(base))
        )
    elif found.resolve() in seen or len(seen) >= _DEEPEST:
        faults.append(Fault(source, "extends", "scenarios extend each other in a circle", shorten(base)))
    else:
        return found
    return None


def read_toml(file: Path, faults: list[Fault]) -> dict[str, Any] | None:
    """Read one TOML file with exact numbers; note the fault and return None if it cannot be read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig"), parse_float=Decimal)
    except FileNotFoundError:
        near = (
            nearest(file.name, [p.name for p in file.parent.glob("*.toml")]) if file.parent.is_dir() else ""
        )
        faults.append(Fault(str(file), "", "no such file" + near))
    except UnicodeDecodeError as error:
        faults.append(Fault(str(file), "", f"is not UTF-8 text (byte {error.start})"))
    except OSError as error:
        faults.append(Fault(str(file), "", f"cannot be read: {error.strerror or error}"))
    except RecursionError:
        faults.append(Fault(str(file), "", "is nested too deeply to be a scenario"))
    except (ValueError, ArithmeticError) as error:
        faults.append(Fault(str(file), "", f"is no valid TOML: {error}"))
    return None


def _read_set(text: str, faults: list[Fault]) -> dict[str, Any]:
    """Read ``KEY=VALUE`` into nested tables."""
    key, sign, raw = text.partition("=")
    source = f"--set {text}"
    try:
        table = tomllib.loads(f"{key.strip()} = 0") if sign and "\n" not in key else {}
    except (ValueError, RecursionError):
        table = {}
    path = _only_path(table)
    if not path:
        faults.append(
            Fault(source, "", "must be KEY=VALUE with a dotted key, such as policy.after_expiry=lapses")
        )
        return {}
    value: Any = _value(raw.strip())
    for part in reversed(path):
        value = {part: value}
    return dict(value)


def _value(raw: str) -> Any:
    try:
        return tomllib.loads(f"value = {raw}", parse_float=Decimal)["value"] if "\n" not in raw else raw
    except (ValueError, ArithmeticError, RecursionError):
        return raw


def _only_path(table: dict[str, Any]) -> list[str]:
    path = []
    here: Any = table
    while isinstance(here, dict) and len(here) == 1:
        [(key, here)] = here.items()
        path.append(key)
    return path if here == 0 else []


def _merge(
    under: dict[str, Any],
    over: Mapping[str, Any],
    source: str,
    path: tuple[str, ...],
    origins: dict[tuple[str, ...], str],
) -> None:
    """Lay one table over another: tables merge, everything else replaces."""
    for key, value in over.items():
        here = (*path, str(key))
        if isinstance(value, dict):
            if not isinstance(under.get(key), dict):
                under[key] = {}
                origins[here] = source
            _merge(under[key], value, source, here, origins)
        else:
            under[key] = value
            origins[here] = source
