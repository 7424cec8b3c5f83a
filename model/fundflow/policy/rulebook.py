"""Every rule of the five documents: id, scope, place in the law, numbers. What the catalogue is held against."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Rule:
    """One rule of the law.

    Attributes
    ----------
    scope
        ``core`` and ``wider`` pay by a stated number, ``...-condition`` are their conditions, ``...unquantified`` give
        no number, ``same-as`` restates another, ``target`` is an aim, ``no-outlay`` costs no public money.
    numbers
        Every amount, rate, limit, quota and bound of the rule: yuan, fractions, plain numbers.
    start
        First day of the rule as ISO text; empty where the text names none.
    split
        Districts by ratio of city to district, where the rule prints the lists.
    """

    id: str
    scope: str
    document: str
    clause: str
    name_en: str
    name_zh: str
    numbers: tuple[float, ...]
    start: str
    same_as: str
    split: dict[str, frozenset[str]]


@cache
def rulebook() -> dict[str, Rule]:
    """Read the rules, by id."""
    raw = json.loads(resources.files("fundflow.policy").joinpath("rules.json").read_text(encoding="utf-8"))
    return {
        name: Rule(
            name,
            one["scope"],
            one["document"],
            one["clause"],
            one["name"][0],
            one["name"][1],
            tuple(float(number) for number in one["numbers"]),
            one.get("from", ""),
            one.get("same_as", ""),
            {ratio: frozenset(districts) for ratio, districts in one.get("split", {}).items()},
        )
        for name, one in raw.items()
    }
