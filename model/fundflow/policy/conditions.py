"""Conditions of the law as data: a closed set of kinds, each a small test on columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.policy.facts import FactBook
from fundflow.policy.faults import MissingFacts
from fundflow.policy.leaves import Amongst, Compare, Elapsed, Leaf, Ratio, read_leaf
from fundflow.policy.outcome import Reason
from fundflow.policy.penalties import Penalty, read_penalties
from fundflow.policy.recording import Value
from fundflow.policy.table import Table, flag, names, text
from fundflow.policy.view import View

Bools = NDArray[np.bool_]
__all__ = ["Amongst", "Compare", "Condition", "ConditionSet", "Elapsed", "Judged", "Ratio", "judge", "read_conditions"]


@dataclass(frozen=True)
class Condition:
    """One condition with its clause; made of a leaf, or of conditions.

    ``kind`` is ``leaf``, ``when`` (then, otherwise), ``any_of`` or ``related``. ``presumed`` conditions hold where
    their facts are not given, ``if_given`` ones fail there (an alternative nobody can claim); ``if_reading`` makes a
    condition count only under one reading of the law.
    """

    kind: str
    leaf: Leaf | None = None
    first: tuple[Condition, ...] = ()
    second: tuple[Condition, ...] = ()
    third: tuple[Condition, ...] = ()
    clause: str = ""
    why: tuple[str, str] | None = None
    presumed: bool = False
    if_given: bool = False
    used: bool = False
    soft: bool = False

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that the condition may read."""
        own = self.leaf.facts if self.leaf else ()
        nested = [name for one in (*self.first, *self.second, *self.third) for name in one.facts]
        return tuple(dict.fromkeys((*own, *nested)))

    @property
    def reason(self) -> Reason:
        """The reason left behind where the condition fails."""
        return Reason.USED if self.used else Reason.CONDITION

    def test(self, view: View) -> Bools:
        """Which claims satisfy the condition.

        Raises
        ------
        MissingFacts
            If a fact that decides is not given.
        """
        try:
            return self._test(view)
        except MissingFacts as missing:
            if self.if_given:
                return np.zeros(view.n, dtype=np.bool_)
            if not self.presumed:
                raise
            view.presumed.update(dict.fromkeys(missing.names))
            return np.ones(view.n, dtype=np.bool_)

    def _test(self, view: View) -> Bools:
        if self.leaf is not None:
            return self.leaf.test(view)
        if self.kind == "any_of":
            return _any(self.first, view)
        if self.kind == "related":
            return _all(self.first, view)
        asked = _all(self.first, view)
        # A branch that no claim takes asks for no facts.
        then = _all(self.second, view) if asked.any() else asked
        otherwise = _all(self.third, view) if not asked.all() else asked
        return np.where(asked, then, otherwise)

    def say(self, book: FactBook, day: int, lang: str = "en") -> str:
        """The condition in words."""
        if self.why is not None:
            return self.why[lang == "zh"]
        if self.leaf is not None:
            return self.leaf.say(book, day, lang)
        joined = {
            "first": _join(self.first, book, day, lang, "any_of" if self.kind == "any_of" else "all"),
            "second": _join(self.second, book, day, lang, "all"),
            "third": _join(self.third, book, day, lang, "all"),
        }
        if self.kind in ("any_of", "related"):
            return joined["first"]
        words = ("若{}，则{}", "；否则{}") if lang == "zh" else ("where {}: {}", "; otherwise: {}")
        said = words[0].format(joined["first"], joined["second"])
        return said + (words[1].format(joined["third"]) if self.third else "")


def _join(parts: Sequence[Condition], book: FactBook, day: int, lang: str, how: str) -> str:
    word = {"any_of": ("; or ", "；或"), "all": (" and ", "且")}[how][lang == "zh"]
    return word.join(part.say(book, day, lang) for part in parts)


def _all(parts: Sequence[Condition], view: View) -> Bools:
    held = np.ones(view.n, dtype=np.bool_)
    for part in parts:
        held &= part.test(view)
    return held


def _any(parts: Sequence[Condition], view: View) -> Bools:
    held = np.zeros(view.n, dtype=np.bool_)
    missing: list[str] = []
    for part in parts:
        try:
            held |= part.test(view)
        except MissingFacts as lack:
            missing += lack.names
    if missing and not held.all():
        raise MissingFacts(missing)
    return held


@dataclass(frozen=True)
class Judged:
    """Which claims pass a list of conditions; ``failed`` is the number of the first that fails, -1 for none."""

    eligible: Bools
    failed: NDArray[np.int64]
    reason: NDArray[np.int8]


def judge(conditions: Sequence[Condition], view: View) -> Judged:
    """Test conditions in the order of the law.

    Raises
    ------
    MissingFacts
        If facts are missing; it names all of them.
    """
    failed = np.full(view.n, -1, dtype=np.int64)
    reason = np.zeros(view.n, dtype=np.int8)
    eligible = np.ones(view.n, dtype=np.bool_)
    missing: list[str] = []
    for number, condition in enumerate(conditions):
        try:
            held = condition.test(view)
        except MissingFacts as lack:
            missing += lack.names
            continue
        fresh = eligible & ~held
        if fresh.any():
            failed[fresh] = number
            reason[fresh] = condition.reason
            eligible &= held
    if missing:
        raise MissingFacts(missing)
    return Judged(eligible, failed, reason)


def read_conditions(source: Table, key: str, book: FactBook, readings: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Read a list of conditions; those of another reading are checked and left out."""
    found = []
    for one in source.tables(key):
        condition, counts = _read_condition(one, book, readings)
        if condition is not None and counts:
            found.append(condition)
    return tuple(found)


def _read_condition(source: Table, book: FactBook, readings: Mapping[str, Any]) -> tuple[Condition | None, bool]:
    counts = reading_holds(source, readings)
    clause = source.get("clause", text, "")
    why = source.get("why", names, None)
    presumed = bool(source.get("presumed", flag, False))
    if_given = bool(source.get("if_given", flag, False))
    soft = bool(source.get("soft", flag, False))
    kind, leaf = "leaf", None
    first: tuple[Condition, ...] = ()
    second: tuple[Condition, ...] = ()
    third: tuple[Condition, ...] = ()
    if source.has("any_of"):
        kind, first = "any_of", read_conditions(source, "any_of", book, readings)
    elif source.has("related"):
        kind, first = "related", read_conditions(source, "related", book, readings)
    elif source.has("when"):
        kind = "when"
        first = read_conditions(source, "when", book, readings)
        second = read_conditions(source, "then", book, readings)
        third = read_conditions(source, "otherwise", book, readings)
    else:
        leaf = read_leaf(source, book)
        if leaf is None:
            source.finish()
            return None, counts
    source.finish()
    used = "used" in source.raw
    return Condition(kind, leaf, first, second, third, clause, why, presumed, if_given, used, soft), counts


def reading_holds(source: Table, readings: Mapping[str, Any]) -> bool:
    """Whether a table counts under the readings taken: ``if_reading = { name = "value" }``."""
    wanted = source.get("if_reading", dict, {})
    holds = True
    for name, value in wanted.items():
        if name not in readings:
            source.fault("if_reading", f'no reading "{name}"')
        elif str(readings[name].value) != str(value):
            holds = False
    if not holds:
        source.mute()
    return holds


def penalties_of(source: Table, book: FactBook, readings: Mapping[str, Any]) -> tuple[Penalty, ...]:
    """Read the penalties of an entry, whose conditions may ask for the facts of the entry."""
    return read_penalties(
        source, lambda one: read_conditions(one, "when", book, readings), lambda one: reading_holds(one, readings)
    )


@dataclass(frozen=True)
class ConditionSet:
    """Conditions with no money behind them: recognition, tenancy, graduation, cancellation.

    ``holds`` is true where all of them hold; for a cancellation that means that the status is kept.
    """

    id: str
    name_en: str
    name_zh: str
    document: str
    clause: str
    rules: tuple[str, ...]
    conditions: tuple[Condition, ...]
    book: FactBook = field(repr=False)
    in_force: int = 0
    expires: int | None = None
    values: tuple[Value, ...] = field(default=(), repr=False)
    penalties: tuple[Penalty, ...] = field(default=(), repr=False)

    @property
    def facts(self) -> tuple[str, ...]:
        """Names of the facts that the conditions may read."""
        return tuple(dict.fromkeys(name for one in self.conditions for name in one.facts))

    def leaves(self) -> list[Leaf]:
        """All single tests of the set, also those inside others."""
        found, waiting = [], list(self.conditions)
        while waiting:
            one = waiting.pop()
            found += [one.leaf] if one.leaf is not None else []
            waiting += [*one.first, *one.second, *one.third]
        return found

    def view(self, facts: Mapping[str, NDArray[Any]], n: int, day: int) -> View:
        """What the conditions see of some claimants on a day."""
        return View(facts, self.book, n, day, day)

    def holds(self, facts: Mapping[str, NDArray[Any]], n: int, day: int) -> Bools:
        """Which of ``n`` claimants satisfy all conditions on a day.

        Parameters
        ----------
        facts
            Columns by fact name, shape (n,).
        n
            Number of claimants.
        day
            Days since 1970-01-01; elapsed time counts up to it, and dated thresholds are those of that day.

        Returns
        -------
        Bools
            Shape (n,).

        Raises
        ------
        MissingFacts
            If facts that decide are not given.
        """
        view = self.view(facts, n, day)
        held = np.ones(n, dtype=np.bool_)
        for condition in self.conditions:
            held &= condition.test(view)
        return held
