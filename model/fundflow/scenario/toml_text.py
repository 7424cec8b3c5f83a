"""Write tables as TOML that reads back as the same values; and their canonical text for hashing."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import Any

_BARE = re.compile(r"^[A-Za-z0-9_-]+\Z")


def to_toml(table: dict[str, Any]) -> str:
    """Write a table of strings, whole numbers, decimals, floats, dates, truth values, lists and tables."""
    return "\n".join(_lines(table, ())).strip() + "\n"


def canonical(value: Any) -> str:
    """One text for each value: keys sorted, numbers with a point in one spelling."""
    return json.dumps(_plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _lines(table: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    plain = {key: value for key, value in table.items() if not isinstance(value, dict) and value is not None}
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    lines = []
    if path and (plain or not inner):
        lines += ["", f"[{'.'.join(map(_key, path))}]"]
    lines += [f"{_key(key)} = {_value(value)}" for key, value in plain.items()]
    for key, value in inner.items():
        lines += _lines(value, (*path, key))
    return lines


def _key(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        # JSON's escapes are TOML's; only DEL, which JSON leaves alone, may not stand in a TOML string.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int):
        return str(int(value))
    if isinstance(value, float | Decimal):
        return _number(value)
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(inner) for inner in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_key(k)} = {_value(v)}" for k, v in value.items() if v is not None) + "}"
    raise TypeError(f"{value!r} has no TOML form")


def _number(value: float | Decimal) -> str:
    """Spell a number with a point the same whether it was read exactly or as a float."""
    if isinstance(value, Decimal):
        if not value.is_finite():
            return str(float(value))
        near = float(value)
        if Decimal(repr(near)) != value if abs(near) != float("inf") else True:
            text = format(value, "f") if -30 < value.adjusted() < 30 else str(value)
            return text if any(mark in text for mark in ".eE") else f"{text}.0"
        value = near
    text = repr(float(value))
    return text if any(mark in text for mark in ".en") else f"{text}.0"


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, bool | str) or value is None:
        return value
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float | Decimal):
        return {"number": _number(value)}
    if isinstance(value, date) or hasattr(value, "isoformat"):
        return {"date": value.isoformat()}
    raise TypeError(f"{value!r} has no TOML form")
