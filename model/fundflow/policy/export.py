"""What the catalogue holds, as plain data: every entry with the values that were really read, and the register."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fundflow.base.calendar import date_of
from fundflow.policy.catalogue import Catalogue
from fundflow.policy.recording import Value


def export(catalogue: Catalogue) -> dict[str, Any]:
    """Give every entry and the register of rules that no entry carries out.

    Returns
    -------
    dict
        ``instruments`` and ``conditions`` (condition sets, funds, pools, envelopes, documents): id, rules, values,
        first and last day; the lists ``targets`` and ``no_outlay``, ``gaps`` and ``procedural`` with reasons,
        ``same_as`` by rule. Money in yuan, rates as fractions.
    """
    register = catalogue.register
    instruments = [
        {
            **_entry(one, one.rules or (one.id,), one.in_force),
            "split": one.sharing.on(one.in_force).lists(one.in_force),
            "department": one.department,
            "evidence": one.evidence,
            "active": one.active.on(one.in_force),
        }
        for one in catalogue.instruments.values()
    ]
    conditions = [
        {"part": part, **_entry(one, one.rules, one.in_force)}
        for part, entries in (
            ("conditions", catalogue.conditions),
            ("funds", catalogue.funds),
            ("pools", catalogue.pools),
            ("envelopes", catalogue.envelopes),
            ("document", catalogue.documents),
        )
        for one in entries.values()
    ]
    return {
        "instruments": instruments,
        "conditions": conditions,
        "targets": list(register.targets),
        "gaps": [
            {
                "rule": gap.rule,
                "reason": gap.reason[0],
                "reason_zh": gap.reason[1],
                "needs": gap.needs[0],
                "needs_zh": gap.needs[1],
            }
            for gap in register.gaps.values()
        ],
        "procedural": [
            {"rule": rule, "reason": reason[0], "reason_zh": reason[1]} for rule, reason in register.procedural.items()
        ],
        "no_outlay": list(register.no_outlay),
        "same_as": dict(register.same_as),
    }


def _entry(one: Any, rules: Sequence[str], in_force: int | None) -> dict[str, Any]:
    return {
        "id": one.id,
        "rules": list(rules),
        "values": [_value(value) for value in one.values],
        "in_force": _day(in_force),
        "expires": _day(one.expires),
    }


def _value(value: Value) -> dict[str, Any]:
    return {"name": value.name, "value": value.plain, "unit": value.unit, "from": _day(value.start)}


def _day(day: int | None) -> str | None:
    return None if day is None else date_of(day).isoformat()
