"""What must hold of a catalogue beyond being readable: units, dates and places, bands, validity, known rules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import Any

from fundflow.base.calendar import date_of
from fundflow.policy.amounts import Bundle, RateByBand
from fundflow.policy.catalogue import Catalogue
from fundflow.policy.conditions import Condition, ConditionSet
from fundflow.policy.coverage import entries_of
from fundflow.policy.faults import unknown
from fundflow.policy.grades import bases_too_weak, triggers_too_weak
from fundflow.policy.instrument import Document, Instrument
from fundflow.policy.leaves import Ratio
from fundflow.policy.rulebook import rulebook

FOREVER = 2**40


def check(catalogue: Catalogue, sources: Mapping[str, str] | None = None) -> list[str]:
    """Find everything that is wrong with a catalogue that could be read.

    Cycles of bases, unknown keys and values that do not fit are found while it is read.

    Parameters
    ----------
    sources
        How well a scenario knows the number of each event (A, B, C, by event); None for the law alone.

    Returns
    -------
    list of str
        One line each: the place, and what is wrong.
    """
    return [
        *_values(catalogue),
        *_bands(catalogue),
        *_versions(catalogue),
        *_documents(catalogue),
        *_rules_twice(catalogue),
        *_heirs(catalogue),
        *_overlaps(catalogue),
        *_known(catalogue),
        *bases_too_weak(catalogue),
        *triggers_too_weak(catalogue, sources or {}),
    ]


def _values(catalogue: Catalogue) -> Iterator[str]:
    """Each value has a unit and a day, each entry with values its document and clause."""
    for one in entries_of(catalogue):
        for value in one.values:
            if not value.unit:
                yield f"{one.id}.{value.name}   has no unit"
            if value.start is None:
                yield f"{one.id}.{value.name}   has no date: give the entry in_force"
        if one.values and not isinstance(one, Document):
            if not getattr(one, "document", "") and not getattr(one, "source", ""):
                yield f"{one.id}   names no document"
            if not one.clause:
                yield f"{one.id}   names no clause"


def _bands(catalogue: Catalogue) -> Iterator[str]:
    """Bands rise, so that they neither cross nor leave a value to two of them."""
    for one in catalogue.instruments.values():
        parts: list[Any] = [one.amount]
        while parts:
            part = parts.pop()
            parts += part.parts if isinstance(part, Bundle) else ()
            if isinstance(part, RateByBand) and not _rises([lowest for lowest, _ in part.bands]):
                yield f"{one.id}.amount.bands   cross: each must start above the one before"
    entries: list[Instrument | ConditionSet] = [*catalogue.instruments.values(), *catalogue.conditions.values()]
    for entry in entries:
        listed = entry.eligible if isinstance(entry, Instrument) else entry.conditions
        for condition in _all(listed):
            if isinstance(condition.leaf, Ratio) and condition.leaf.bands is not None:
                tops = [FOREVER**2 if highest is None else highest for highest, _ in condition.leaf.bands]
                if not _rises(tops):
                    yield f"{entry.id}: bands of {condition.leaf.part}   cross: each must end above the one before"


def _rises(bounds: Sequence[int]) -> bool:
    return all(lower < upper for lower, upper in pairwise(bounds))


def _all(conditions: Sequence[Condition]) -> Iterator[Condition]:
    waiting = list(conditions)
    while waiting:
        one = waiting.pop()
        yield one
        waiting += [*one.first, *one.second, *one.third]


def _versions(catalogue: Catalogue) -> Iterator[str]:
    """A version that starts after the end of its entry never holds, unless the document is taken for renewed."""
    for one in catalogue.instruments.values():
        if one.expires is None or one.law.after_expiry == "renewed" and one.superseded_from is None:
            continue
        for value in one.values:
            if value.start is not None and value.start > one.expires and value.name not in ("in_force", "expires"):
                yield f"{one.id}.{value.name}   starts on {_day(value.start)}, after the end on {_day(one.expires)}"


def _documents(catalogue: Catalogue) -> Iterator[str]:
    """Two files may hold one document only where their validity does not overlap."""
    for one, other in combinations(catalogue.documents.values(), 2):
        if one.number == other.number and _meet(one, other):
            yield f"{one.id} and {other.id}   both hold {one.number} for the same days"


def _rules_twice(catalogue: Catalogue) -> Iterator[str]:
    """Instruments of two documents that pay by one rule may not be in force on the same day."""
    for one, other in combinations(catalogue.instruments.values(), 2):
        same = one.rules[:1] == other.rules[:1] != () and one.law.id != other.law.id
        if (
            same
            and _meet(one, other)
            and not (one.overlap and other.overlap and one.overlap.group == other.overlap.group)
        ):
            yield f"{one.id} and {other.id}   both pay by {one.rules[0]} for the same days"


def _meet(one: Any, other: Any) -> bool:
    ends = [FOREVER if each.expires is None else each.expires for each in (one, other)]
    return bool(one.in_force <= ends[1] and other.in_force <= ends[0])


def _heirs(catalogue: Catalogue) -> Iterator[str]:
    """An instrument that takes the place of another comes after it, and pays no event that the other pays."""
    for one in catalogue.instruments.values():
        if one.superseded_by is None:
            continue
        heir = catalogue.instruments[one.superseded_by]
        if heir.in_force <= one.in_force:
            yield f"{one.id}.superseded_by   {heir.id} is not in force later"
        elif one.expires is not None and heir.events_from <= one.expires:
            yield (
                f"{one.id}.superseded_by   events from {_day(heir.events_from)} to {_day(one.expires)} "
                f"count for both; {heir.id}.events_from must not come before its in_force"
            )


def _overlaps(catalogue: Catalogue) -> Iterator[str]:
    """Instruments of one overlap group mean the same matter: one claimant's in a life, in a year, or a numbered one."""
    groups: dict[str, list[Instrument]] = {}
    for one in catalogue.instruments.values():
        if one.overlap is not None and one.overlap.owner:
            groups.setdefault(one.overlap.group, []).append(one)
    for group, members in groups.items():
        kinds = {(one.overlap.per, one.overlap.matter) for one in members if one.overlap is not None}
        if len(kinds) > 1:
            yield f"overlap group {group}   {', '.join(one.id for one in members)} differ in per or matter"


def _known(catalogue: Catalogue) -> Iterator[str]:
    """Each rule id is one of the law, and what restates another restates the right one."""
    rules = rulebook()
    for one in entries_of(catalogue):
        for rule in one.rules:
            if rule not in rules:
                yield f"{one.id}.rules = {rule!r}   {unknown(rule, rules)}"
    register = catalogue.register
    for rule in register.rules:
        if rule not in rules:
            yield f"{register.homes[rule]}: register, {rule}   {unknown(rule, rules)}"
    for rule, origin in register.same_as.items():
        if rule in rules and rules[rule].same_as != origin:
            told = rules[rule].same_as or "none"
            yield f"{register.homes[rule]}: register.same_as, {rule} = {origin!r}   the law restates: {told}"
    carried = {rule for one in entries_of(catalogue) for rule in one.rules}
    for rule in [*register.procedural, *register.no_outlay]:
        if rule in carried:
            told = "is called procedure or no outlay, and an entry carries it out"
            yield f"{register.homes[rule]}: register, {rule}   {told}"


def _day(day: int) -> str:
    return date_of(day).isoformat()
