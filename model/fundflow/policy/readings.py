"""Readings: where the text of the law is silent, each is a parameter with a default."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fundflow.policy import table
from fundflow.policy.faults import Faults, unknown
from fundflow.policy.table import Table


@dataclass(frozen=True)
class Reading:
    """One opening of the text: the question, the value taken, what else is allowed, and how sure it is."""

    id: str
    number: str
    question_en: str
    question_zh: str
    value: Any
    default: Any
    allowed: tuple[str, ...]
    certainty: str
    tried: tuple[str, ...] = ()

    @property
    def others(self) -> tuple[str, ...]:
        """Other values worth trying: the other words, or for a number those that ``try`` lists."""
        return tuple(one for one in (self.allowed or self.tried) if one != str(self.value))

    @property
    def changed(self) -> bool:
        """Whether another value than the default is taken."""
        return bool(self.value != self.default)


def read_readings(raw: dict[str, Any], taken: Mapping[str, Any], faults: Faults) -> dict[str, Reading]:
    """Read ``readings.toml`` and put the readings of a scenario over the defaults."""
    found = {}
    for name, one in raw.items():
        source = Table(one, f"readings.{name}", faults)
        kind = source.get("type", table.one_of("choice", "rate", "count"), "choice")
        allowed = source.get("allowed", table.texts, ())
        read = {"choice": table.one_of(*allowed), "rate": table.rate, "count": table.count}[kind]
        english, chinese = source.get("question", table.names) or ("", "")
        default = source.get("default", read)
        value = default
        if name in taken:
            value = Table({"value": taken[name]}, f"readings.{name}", faults).get("value", read, default)
        found[name] = Reading(
            name,
            source.get("number", table.text),
            english,
            chinese,
            value,
            default,
            allowed,
            source.get("certainty", table.one_of("sure", "likely", "open"), "open"),
            source.get("try", table.texts, ()),
        )
        source.finish()
    for name in taken:
        if name not in raw:
            faults.add(f"readings.{name}", unknown(str(name), raw))
    return found
