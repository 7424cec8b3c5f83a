"""The catalogue in words: single rules, and the facts that they ask for."""

from __future__ import annotations

import json
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from fundflow.base.calendar import date_of
from fundflow.base.money import yuan_text
from fundflow.policy.answer import STATUSES
from fundflow.policy.catalogue import Catalogue
from fundflow.policy.conditions import Condition, ConditionSet
from fundflow.policy.facts import Fact, FactBook
from fundflow.policy.instrument import Instrument
from fundflow.policy.listing import status_on
from fundflow.policy.rulebook import rulebook
from fundflow.policy.values import Dated

_MONEY = ("size", "loan_cap")
GOVERNS = {
    "trigger-day": "values of the day of the event",
    "activity-year": "values of the end of the year that is paid for",
    "award-day": "values of the day of the decision",
    "right-since": "values of the day on which the right began",
}


def facts_of(found: Sequence[Instrument | ConditionSet], catalogue: Catalogue, lang: str, as_json: bool) -> str:
    """The facts that rules need, with units, and what each condition says."""
    facts: dict[str, Fact] = {}
    for one in found:
        for name in one.facts:
            facts.setdefault(name, one.book[name])
    if as_json:
        rows = [
            {
                "fact": fact.name, "type": fact.type, "unit": fact.unit, "en": fact.en, "zh": fact.zh,
                "presumed": None if fact.presumed is None else fact.text(fact.presumed),
                "values": [word for word, _ in fact.codes], "aliases": list(fact.aliases),
            }
            for fact in facts.values()
        ]  # fmt: skip
        return json.dumps(rows, ensure_ascii=False, indent=1)
    lines = []
    if any(isinstance(one, Instrument) and one.sharing.versions[-1][1].by_district for one in found):
        lines.append(f"{'district':<34}{'name':<14}district of registration / 区、县（市）")
    for fact in facts.values():
        presumed = "" if fact.presumed is None else f"   (presumed {fact.text(fact.presumed)})"
        words = "   one of: " + "; ".join(text for _, text in fact.labels) if fact.labels else ""
        lines.append(f"{fact.name:<34}{fact.unit or fact.type:<14}{fact.en} / {fact.zh}{presumed}{words}")
    for one in found:
        lines.append("")
        lines += [f"{one.id}   {_name(one, lang)}"]
        lines += _conditions(_list(one), one.book, lang, None)
    return "\n".join(lines)


def _list(one: Instrument | ConditionSet) -> tuple[Condition, ...]:
    return one.eligible if isinstance(one, Instrument) else one.conditions


def _name(one: Any, lang: str) -> str:
    return str(one.name_zh if lang == "zh" else one.name_en)


def _conditions(conditions: Sequence[Condition], book: FactBook, lang: str, day: int | None) -> list[str]:
    lines = []
    for condition in conditions:
        mark = "   (presumed where not given)" if condition.presumed else ""
        soft = "   (as a rule)" if condition.soft else ""
        lines.append(f"  - {condition.say(book, day or 2**30, lang)}   [{condition.clause}]{soft}{mark}")
    return lines


def showing(found: Sequence[Instrument | ConditionSet], catalogue: Catalogue, day: int, lang: str) -> str:
    """Rules with all their values on a day."""
    parts = []
    for one in found:
        if isinstance(one, Instrument):
            parts.append(_instrument(one, catalogue, day, lang))
        else:
            head = [f"{one.id}   {_name(one, lang)}", f"  {one.document} {one.clause}"]
            parts.append("\n".join([*head, *_conditions(one.conditions, one.book, lang, day)]))
    return "\n\n".join(parts)


def fund(name: str, catalogue: Catalogue, day: int, lang: str) -> str | None:
    """A fund by its id or a rule that it carries out, with its terms on a day; None where there is none."""
    for one in catalogue.funds.values():
        if name == one.id or name in one.rules:
            terms = [f"  {key} = {_text('amount' if key in _MONEY else key, one.value(key, day))}" for key in one.terms]
            return "\n".join([f"{one.id}   {_name(one, lang)}", f"  {one.document} {one.clause}; {one.kind}", *terms])
    return None


def registered(name: str, catalogue: Catalogue, lang: str) -> str | None:
    """What is said of a rule that no entry carries out; None where it is not registered."""
    register, zh = catalogue.register, lang == "zh"
    if name not in register.rules:
        return None
    rule = rulebook().get(name)
    head = [name] if rule is None else [f"{name}   {rule.name_zh if zh else rule.name_en}"]
    head += [] if rule is None else [f"  {rule.document} {rule.clause}"]
    if name in register.same_as:
        return "\n".join([*head, f"  {'重申' if zh else 'restates'}: {register.same_as[name]}"])
    if name in register.gaps:
        gap = register.gaps[name]
        told = ("缺口", "需要") if zh else ("a gap, not modelled", "needed")
        return "\n".join([*head, f"  {told[0]}: {gap.reason[zh]}", f"  {told[1]}: {gap.needs[zh]}"])
    if name in register.procedural:
        return "\n".join([*head, f"  {'程序性规定' if zh else 'procedure'}: {register.procedural[name][zh]}"])
    kinds = ("目标", "不涉及财政支出") if zh else ("an aim, for calibration and checks", "costs no public money")
    return "\n".join([*head, f"  {kinds[name in register.no_outlay]}"])


def _instrument(one: Instrument, catalogue: Catalogue, day: int, lang: str) -> str:
    law = one.law
    lines = [
        f"{one.id}   {_name(one, lang)}",
        f"  {law.number} {law.title_zh if lang == 'zh' else law.title_en}, {one.clause}; {one.department}",
        f"  in force {date_of(one.in_force)} to {date_of(one.expires) if one.expires else '...'}; "
        f"on {date_of(day)}: {STATUSES[status_on(one, day)]}; after its end: {law.after_expiry}",
        f"  rules: {', '.join(one.rules) or one.id}",
        f"  paid to: {one.recipient}; caused by: {one.trigger}; evidence of its volume: {one.evidence}",
        f"  {GOVERNS[one.values_on]}; shares, districts and map of the day of the decision",
        "conditions:",
        *_conditions(one.eligible, one.book, lang, day),
        f"amount: {type(one.amount).__name__.lower()}",
        *_values(one.amount, day),
    ]
    if one.competition:
        lines += ["ranking:", *_values(one.competition, day)]
    for cap in one.caps:
        lines += [f"cap ({cap.scope}):", *_values(cap, day)]
    for factor in one.modifiers:
        said = " and ".join(condition.say(one.book, day, lang) for condition in factor.when)
        lines.append(f"factor {_text('factor', factor.factor.on(day))} where {said}   [{factor.clause}]")
    if one.events_from < one.in_force:
        lines.insert(3, f"  events from {date_of(one.events_from)} on count, decided when it is in force")
    if one.superseded_by:
        lines.insert(3, f"  superseded by {one.superseded_by}")
    if one.overlap:
        other = f", against other {one.overlap.among} of the group" if one.overlap.owner else ""
        clause = one.overlap.clause or one.clause
        lines.append(f"overlap with other money ({one.overlap.group}): {one.overlap.rule}{other}   [{clause}]")
    if one.pool:
        pool = catalogue.pools[one.pool]
        lines.append(
            f"common rate with the pool {pool.id}: {pool.when_short}, budget of {pool.budget_counts}   [{pool.clause}]"
        )
    if one.envelope:
        lines.append(f"envelope: {one.envelope}, when short: {one.when_short}")
    steps = ", ".join(f"{name} {_span(length)}" for name, length in one.pay.steps)
    opens = f"from {one.pay.opens[0]:02d}-{one.pay.opens[1]:02d}; " if one.pay.opens else ""
    lines.append(
        f"shares: {one.sharing.on(day).id}; paid: {opens}{steps}; transfer {_span(one.pay.transfer)}; {one.pay.route}"
    )
    lines += [f"penalty: {p.text()}   [{p.clause}]" for p in one.penalties]
    lines += [f"assumed: {text}" for text in one.assumed]
    lines += [
        f"reading {r.number} {r.id} = {r.value}   ({'；'.join(r.allowed) or r.default}; {r.certainty})"
        for r in catalogue.readings.values()
        if r.id in one.readings or (one.pool and r.id in ("rnd-budget", "rnd-short"))
    ]
    return "\n".join(lines)


def _values(part: Any, day: int) -> list[str]:
    lines = []
    for name, value in vars(part).items():
        if value in (None, (), "") or name == "clause":
            continue
        if isinstance(value, Dated):
            later = ", ".join(date_of(one).isoformat() for one in value.changes)
            dates = f"   (changes {later})" if later else ""
            lines.append(f"  {name} = {_text(name, value.on(day))}{dates}")
        elif name == "parts":
            lines += [line for one in value for line in (f"  {type(one).__name__.lower()}:", *_values(one, day))]
        elif isinstance(value, tuple) and value and isinstance(value[0], tuple):
            lines += [f"  {key} = {_text(name, one.on(day) if isinstance(one, Dated) else one)}" for key, one in value]
        else:
            lines.append(f"  {name} = {_text(name, value)}")
    return lines


def _text(name: str, value: Any) -> str:
    if isinstance(value, Fraction):
        return f"{float(value) * 100:g}%"
    if isinstance(value, int) and name in ("amount", "limit", "amounts"):
        return f"{yuan_text(value)} yuan"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _span(length: tuple[int, int]) -> str:
    months, days = length
    return f"{months} months" if months else f"{days} days"
