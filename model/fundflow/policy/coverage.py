"""Is the whole law in the catalogue? Each rule is carried out by an entry that has its numbers, or is registered."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fundflow.base.calendar import date_of
from fundflow.policy.catalogue import Catalogue
from fundflow.policy.rulebook import Rule, rulebook

MUST_WORK = ("core",)
SHOULD_WORK = ("wider", "core-condition", "wider-condition")


@dataclass
class Coverage:
    """What is not covered: ``missing`` rules by id, ``differing`` values by rule, ``judge`` reasons to be judged."""

    missing: dict[str, str] = field(default_factory=dict)
    differing: dict[str, list[str]] = field(default_factory=dict)
    judge: dict[str, str] = field(default_factory=dict)


@dataclass
class _Carried:
    """What the entries that name one rule hold together."""

    numbers: set[float] = field(default_factory=set)
    days: set[str] = field(default_factory=set)
    splits: list[dict[str, Any]] = field(default_factory=list)


def entries_of(catalogue: Catalogue) -> list[Any]:
    """Everything that may carry out rules: instruments, condition sets, funds, pools, envelopes, documents."""
    groups = (
        catalogue.instruments,
        catalogue.conditions,
        catalogue.funds,
        catalogue.pools,
        catalogue.envelopes,
        catalogue.documents,
    )
    return [one for group in groups for one in group.values()]


def cover(catalogue: Catalogue) -> Coverage:
    """Hold the catalogue against every rule of the law."""
    carried = _carried(catalogue)
    register = catalogue.register
    named = {*carried, *register.rules}
    found = Coverage()
    for name in sorted(named - set(rulebook())):
        found.differing[name] = ["is no rule of the law"]
    for rule in rulebook().values():
        works = rule.id in carried
        if rule.same_as and (rule.id in named or rule.same_as in named):
            continue
        if rule.id not in named:
            found.missing[rule.id] = f"{rule.scope}: {rule.name_en}"
        elif rule.scope in MUST_WORK and not works:
            found.missing[rule.id] = f"{rule.scope}: must be carried out by an entry"
        elif rule.scope in SHOULD_WORK and not works:
            found.judge[rule.id] = _reason(catalogue, rule.id)
        if works and rule.scope in MUST_WORK + SHOULD_WORK:
            wrong = _differs(rule, carried[rule.id])
            if wrong:
                found.differing[rule.id] = wrong
    return found


def _carried(catalogue: Catalogue) -> dict[str, _Carried]:
    carried: dict[str, _Carried] = {}
    for one in entries_of(catalogue):
        sharing = getattr(one, "sharing", None)
        for rule in one.rules:
            mine = carried.setdefault(rule, _Carried())
            mine.numbers |= {float(value.value) for value in one.values if not isinstance(value.value, str)}
            mine.days |= {date_of(value.start).isoformat() for value in one.values if value.start is not None}
            if one.in_force is not None:
                mine.days.add(date_of(one.in_force).isoformat())
            if sharing is not None:
                mine.splits.append(sharing.on(one.in_force).lists(one.in_force))
    return carried


def _reason(catalogue: Catalogue, rule: str) -> str:
    register = catalogue.register
    if rule in register.gaps:
        return register.gaps[rule].reason[0]
    if rule in register.targets:
        return "an aim: for calibration and checks, no limit on a claim"
    return register.procedural[rule][0] if rule in register.procedural else ""


def _differs(rule: Rule, carried: _Carried) -> list[str]:
    wrong = [
        f"no value carries {number:g}"
        for number in rule.numbers
        if not any(abs(number - value) <= 1e-9 * max(1.0, abs(number)) for value in carried.numbers)
    ]
    if rule.start and rule.start not in carried.days:
        wrong.append(f"is not in force from {rule.start}")
    if rule.split and not any(
        all(districts <= set(lists.get(ratio, ())) for ratio, districts in rule.split.items())
        for lists in carried.splits
    ):
        wrong.append("the lists of districts are not those of the document")
    return wrong
