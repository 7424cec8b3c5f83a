"""Facts, declared once: what a rule may ask about a claimant, with type, unit, codes and how it is known."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fundflow.base.calendar import date_of, parse_day
from fundflow.base.money import parse_fen, yuan_text
from fundflow.policy import table
from fundflow.policy.faults import Faults, unknown
from fundflow.policy.table import Table

MILLION = 1_000_000
MOST_COUNT = 10**9
TYPES = ("money", "count", "number", "rate", "bool", "enum", "day", "list")
UNITS = {"money": "yuan", "rate": "share", "day": "date", "bool": "true/false", "enum": "one of a list"}
_TRUE = {"true", "yes", "是", "1"}
_FALSE = {"false", "no", "否", "0"}


@dataclass(frozen=True)
class Fact:
    """One declared fact.

    ``presumed`` is the value that holds where none is given; None where the fact must be given.
    """

    name: str
    entity: str
    type: str
    unit: str
    en: str
    zh: str
    known: str
    source: str
    presumed: Any = None
    codes: tuple[tuple[str, int], ...] = ()
    labels: tuple[tuple[int, str], ...] = ()
    aliases: tuple[str, ...] = ()
    signed: bool = False

    def code(self, word: str) -> int:
        """Code of an enum's value.

        Raises
        ------
        ValueError
            If the enum has no such value.
        """
        for known, code in self.codes:
            if word.strip().lower() == known.lower():
                return code
        raise ValueError(unknown(word, [known for known, _ in self.codes]))

    def label(self, code: int) -> str:
        """The first word for a code."""
        return dict(self.labels).get(int(code), str(code))

    def parse(self, given: str) -> Any:
        """Read one value as typed by a person.

        Raises
        ------
        ValueError
            If the value does not fit the type.
        """
        if self.type == "money":
            fen = parse_fen(given)
            if abs(fen) > table.MOST_FEN:
                raise ValueError("is more money than there is")
            if fen < 0 and not self.signed:
                raise ValueError("must be zero or more (yuan)")
            return fen
        if self.type == "rate":
            return _whole(table.multiple(given) * MILLION)
        if self.type in ("count", "number"):
            return self._number(given)
        if self.type == "bool":
            word = given.strip().lower()
            if word not in _TRUE | _FALSE:
                raise ValueError("must be true or false")
            return word in _TRUE
        if self.type == "enum":
            return self.code(given)
        if self.type == "day":
            return parse_day(given.strip())
        return self._list(given)

    def _number(self, given: str) -> Any:
        try:
            value = Fraction(Decimal(table.plain_number(given.strip())))
        except (InvalidOperation, ValueError, OverflowError) as error:
            raise ValueError("must be a number") from error
        if value < 0 or value > MOST_COUNT:
            raise ValueError("must be zero or more" if value < 0 else "is too large")
        if self.type == "count" and value.denominator != 1:
            raise ValueError("must be a whole number")
        return _whole(value)

    def _list(self, given: str) -> tuple[int, ...]:
        try:
            values = json.loads(given)
            assert isinstance(values, list) and all(type(v) is int and 0 <= v <= MOST_COUNT for v in values)
        except (ValueError, AssertionError):
            raise ValueError("must be a list of whole numbers, such as [11, 13]") from None
        return tuple(values)

    def column(self, values: Sequence[Any]) -> NDArray[Any]:
        """Put parsed values into an array; fractions and lists stay Python objects, so nothing is rounded."""
        if self.type == "bool":
            return np.array(values, dtype=np.bool_)
        if self.type == "list" or any(isinstance(value, Fraction) for value in values):
            column = np.empty(len(values), dtype=object)
            column[:] = values
            return column
        return np.array(values, dtype=np.int64)

    def text(self, value: Any) -> str:
        """A value as a person reads it."""
        if self.type == "money":
            return yuan_text(int(value))
        if self.type == "rate":
            return f"{float(value) / 10_000:g}%"
        if self.type == "enum":
            return self.label(int(value))
        if self.type == "day":
            return date_of(int(value)).isoformat()
        return str(bool(value)).lower() if self.type == "bool" else str(value)


def _whole(value: Fraction) -> Any:
    return int(value) if value.denominator == 1 else value


def read_facts(raw: dict[str, Any], faults: Faults) -> dict[tuple[str, str], Fact]:
    """Read ``facts.toml``: tables ``[entity.name]``."""
    facts: dict[tuple[str, str], Fact] = {}
    for entity, group in raw.items():
        for name, one in group.items():
            facts[entity, name] = _read_fact(entity, name, Table(one, f"facts.{entity}.{name}", faults))
    return facts


def _read_fact(entity: str, name: str, source: Table) -> Fact:
    kind = source.get("type", table.one_of(*TYPES)) or "count"
    codes: dict[str, int] = {}
    labels: dict[int, str] = {}
    for code, words in source.get("values", _read_words, {}).items():
        labels[code] = words[0]
        for word in words:
            codes[word] = code
        codes.setdefault(str(code), code)
    fact = Fact(
        name=name,
        entity=entity,
        type=kind,
        unit=source.get("unit", table.text, UNITS.get(kind, "")),
        en=source.get("en", table.text),
        zh=source.get("zh", table.text),
        known=source.get("known", table.text, "when the claim is made"),
        source=source.get("source", table.text, "column"),
        codes=tuple(codes.items()),
        labels=tuple(labels.items()),
        aliases=source.get("aliases", table.texts, ()),
        signed=source.get("signed", table.flag, False),
    )
    if kind == "enum" and not codes:
        source.fault("values", "missing: an enum lists its values")

    def presume(value: Any) -> Any:
        return fact.parse(str(value).lower() if isinstance(value, bool) else str(value))

    presumed = source.get("presumed", presume, None)
    source.finish()
    return Fact(**{**fact.__dict__, "presumed": presumed})


def _read_words(raw: Any) -> dict[int, list[str]]:
    if not isinstance(raw, dict):
        raise ValueError('must be a table of codes, such as { 0 = ["none"] }')
    return {int(code): [words] if isinstance(words, str) else list(words) for code, words in raw.items()}


class FactBook:
    """The facts that one rule may use: those of its entities, the nearest first."""

    def __init__(self, facts: dict[tuple[str, str], Fact], entities: Iterable[str]) -> None:
        self.facts: dict[str, Fact] = {}
        self.names: dict[str, str] = {}
        for entity in entities:
            for (owner, name), fact in facts.items():
                if owner == entity:
                    self.facts.setdefault(name, fact)
        for name, fact in self.facts.items():
            for alias in (name, *fact.aliases, fact.zh):
                self.names.setdefault(alias, name)

    def __contains__(self, name: str) -> bool:
        return name in self.names

    def __getitem__(self, name: str) -> Fact:
        """The fact of a name or an alias.

        Raises
        ------
        ValueError
            If no such fact is declared for these entities.
        """
        if name not in self.names:
            raise ValueError(f'fact "{name}": ' + unknown(name, self.names))
        return self.facts[self.names[name]]
