"""What differs between two scenarios: values of the law by date, readings, validity, pots, economy, the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from fundflow.base.calendar import date_of
from fundflow.policy import Catalogue
from fundflow.policy.coverage import entries_of
from fundflow.policy.recording import Value
from fundflow.scenario import Scenario
from fundflow.simulation.law import law_of

PAGE = 50
_TITLES = {
    "law": ("values of the law", "政策数值"),
    "entries": ("instruments and other entries", "政策条目"),
    "readings": ("readings", "条文理解"),
    "expiry": ("after the end of validity", "有效期满后"),
    "sharing": ("who bears what", "分担"),
    "envelopes": ("pots of yearly money", "年度资金"),
    "economy": ("economy", "经济"),
    "options": ("everything else", "其他"),
}
_OWN = ("title", "author", "date", "reason", "name", "policy", "economy")
_PLAIN = ("clause", "recipient", "trigger", "in_force", "expires", "events_from", "superseded_by", "values_on",
          "envelope", "when_short", "department", "evidence", "pool", "counts_into", "receipt")  # fmt: skip
_WHOLE = ("eligible", "conditions", "amount", "caps", "modifiers", "overlap", "competition", "pay", "penalties",
          "history", "lists", "right", "terms", "residual", "carry_over", "budget_counts", "rules")  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One difference: in which part, of what, from which day, and what stands in either scenario."""

    part: str
    what: str
    since: str
    a: str
    b: str


def differences(a: Scenario, b: Scenario) -> list[Row]:
    """Compare two scenarios.

    Raises
    ------
    CatalogueFaults
        If the law of one cannot be read.
    """
    law_a, law_b = law_of(a), law_of(b)
    return [
        *_entries(law_a, law_b),
        *_tables("readings", {name: one.value for name, one in law_a.readings.items()},
                 {name: one.value for name, one in law_b.readings.items()}),
        *_expiry(law_a, law_b),
        *_sharing(law_a, law_b),
        *_tables("envelopes", a.tables()["policy"].get("envelopes", {}), b.tables()["policy"].get("envelopes", {})),
        *_tables("economy", a.tables().get("economy", {}), b.tables().get("economy", {})),
        *_tables("options", _rest(a), _rest(b)),
    ]  # fmt: skip


def _rest(scenario: Scenario) -> dict[str, Any]:
    return {key: value for key, value in scenario.tables().items() if key not in _OWN}


def _expiry(law_a: Catalogue, law_b: Catalogue) -> Iterator[Row]:
    """What follows after the end of each document; one line where it is the same for all."""
    a, b = ({one.number: one.after_expiry for one in law.documents.values()} for law in (law_a, law_b))
    words = [set(each.values()) for each in (a, b)]
    if all(len(each) == 1 for each in words) and words[0] != words[1]:
        yield Row("expiry", "all documents", "", *(each.pop() for each in words))
    else:
        yield from _tables("expiry", a, b)


def _sharing(law_a: Catalogue, law_b: Catalogue) -> Iterator[Row]:
    """The districts whose ratio differs, by list and by the day from which it does."""
    for name in law_a.cost_sharing:
        ours, theirs = law_a.cost_sharing[name], law_b.cost_sharing[name]
        told: dict[str, tuple[str, str]] = {}
        for day in sorted({0, *ours.changes, *theirs.changes}):
            a, b = (_ratios(each.lists(day)) for each in (ours, theirs))
            pairs = {district: (a[district], b[district]) for district in a if district in b}
            fresh = [one for one, pair in pairs.items() if pair[0] != pair[1] and pair != told.get(one)]
            for pair in dict.fromkeys(pairs[district] for district in fresh):
                where = "、".join(district for district in fresh if pairs[district] == pair)
                yield Row("sharing", f"{name} {where}", _day(day) if day else "", *pair)
            told = pairs


def _ratios(lists: Mapping[str, Any]) -> dict[str, str]:
    """The ratio of each district, or each bearer's share where the district does not matter."""
    found = {}
    for ratio, where in lists.items():
        for district in where if isinstance(where, list) else [ratio]:
            found[district] = ratio if isinstance(where, list) else f"{where:g}"
    return found


def _entries(law_a: Catalogue, law_b: Catalogue) -> Iterator[Row]:
    """Entries that stand in one law only; the values of the others by date, then their other parts."""
    ours, theirs = ({(type(one).__name__, one.id): one for one in entries_of(law)} for law in (law_a, law_b))
    other_readings = {name for name, one in law_a.readings.items() if one.value != law_b.readings[name].value}
    for key in dict.fromkeys([*ours, *theirs]):
        a, b = ours.get(key), theirs.get(key)
        if a is None or b is None:
            yield Row("entries", key[1], "", "-" if a is None else "exists", "-" if b is None else "exists")
            continue
        rows = [*_values(a, b), *_parts(a, b)]
        yield from rows
        changed = [name for name in _WHOLE if getattr(a, name, None) != getattr(b, name, None)]
        by_reading = set(getattr(a, "readings", ())) & other_readings
        if changed and not rows and not by_reading:
            # No number differs, but who is asked what, or how it is paid.
            yield Row("entries", f"{a.id}: {', '.join(changed)}", "", "one form", "another; see `fundflow policy show`")


def _values(a: Any, b: Any) -> Iterator[Row]:
    ours, theirs = _by_name(a), _by_name(b)
    for name in dict.fromkeys([*ours, *theirs]):
        mine, other = ours.get(name, {}), theirs.get(name, {})
        told: tuple[str, str] | None = None
        for day in sorted({*mine, *other}):
            pair = _on(mine, day), _on(other, day)
            if pair[0] != pair[1] and pair != told:
                yield Row("law", f"{a.id}.{name}", date_of(day).isoformat() if day else "", *pair)
            told = pair


def _by_name(one: Any) -> dict[str, dict[int, Value]]:
    found: dict[str, dict[int, Value]] = {}
    for value in one.values:
        if value.name not in _PLAIN:
            found.setdefault(value.name, {})[value.start or 0] = value
    return found


def _on(versions: Mapping[int, Value], day: int) -> str:
    held = [start for start in versions if start <= day] or sorted(versions)[:1]
    return _text(versions[max(held)]) if held else "-"


def _text(value: Value) -> str:
    if value.unit == "fraction":
        return f"{float(Fraction(value.value)) * 100:g}%"
    if value.unit == "yuan":
        return f"{float(value.plain):,.2f}".removesuffix(".00") + " yuan"
    return f"{value.plain} {value.unit}" if value.unit not in ("count", "date") else str(value.plain)


def _parts(a: Any, b: Any) -> Iterator[Row]:
    """What is no number: dates, bearers, whether it is switched on."""
    for name in _PLAIN:
        mine, other = getattr(a, name, None), getattr(b, name, None)
        if mine != other:
            dates = name in ("in_force", "expires", "events_from")
            yield Row("entries", f"{a.id}.{name}", "", *(_day(x) if dates else _plain(x) for x in (mine, other)))
    for name in ("active", "sharing"):
        mine, other = getattr(a, name, None), getattr(b, name, None)
        if mine is None or other is None:
            continue
        for day in sorted({start for start, _ in (*mine.versions, *other.versions)}):
            # A changed list is told once, under its own name.
            pair = [getattr(each.on(day), "id", each.on(day)) for each in (mine, other)]
            if pair[0] != pair[1]:
                yield Row("entries", f"{a.id}.{name}", _day(day) if day > 0 else "", *map(_plain, pair))


def _day(day: int | None) -> str:
    return "-" if day is None else date_of(day).isoformat()


def _tables(part: str, a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[Row]:
    """Compare two tables leaf by leaf."""
    ours, theirs = dict(_leaves(a, "")), dict(_leaves(b, ""))
    for key in dict.fromkeys([*ours, *theirs]):
        if ours.get(key) != theirs.get(key):
            yield Row(part, key, "", _plain(ours.get(key)), _plain(theirs.get(key)))


def _leaves(table: Mapping[str, Any], path: str) -> Iterator[tuple[str, Any]]:
    for key, value in table.items():
        here = f"{path}.{key}" if path else str(key)
        if isinstance(value, Mapping):
            yield from _leaves(value, here)
        else:
            yield here, value


def _plain(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, Fraction):
        return f"{float(value) * 100:g}%"
    return "、".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)


def as_text(rows: list[Row], lang: str, everything: bool) -> str:
    """Write the differences by part; more than a page is cut, with what was left out."""
    zh = lang == "zh"
    if not rows:
        return "没有差别" if zh else "no difference"
    lines: list[str] = []
    shown = rows if everything else rows[:PAGE]
    for part, titles in _TITLES.items():
        mine = [row for row in shown if row.part == part]
        if mine:
            lines += ["", titles[zh]] if lines else [titles[zh]]
            since = "自" if zh else "from"
            lines += [
                f"  {row.what}{f' ({since} {row.since})' if row.since else ''}: {row.a} -> {row.b}" for row in mine
            ]
    if len(shown) < len(rows):
        rest = len(rows) - len(shown)
        lines += ["", f"另有 {rest} 处差别：--all" if zh else f"and {rest} more: --all"]
    return "\n".join(lines)
