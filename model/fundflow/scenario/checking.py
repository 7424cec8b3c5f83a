"""Turn what pydantic finds into faults a planner can act on."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from fundflow.scenario.faults import Fault, ScenarioFaults, nearest, shorten

M = TypeVar("M", bound=BaseModel)
Origin = Callable[[Sequence[str]], str]

_KINDS = {
    "string": "text",
    "int": "a whole number",
    "float": "a number",
    "decimal": "a number",
    "bool": "true or false",
    "date": "a date such as 2026-01-01",
    "dict": "a table",
    "list": "a list",
    "tuple": "a list",
    "model": "a table",
}


def check_section(name: str, table: dict[str, Any], model: type[M], origin: Origin | None = None) -> M:
    """Read one table by its model.

    Raises
    ------
    ScenarioFaults
        With every fault of the table, keys written from the top of the file.
    """
    try:
        return model.model_validate(table)
    except ValidationError as error:
        place = origin or (lambda key: "scenario")
        raise ScenarioFaults(faults_of(error, model, place, (name,) if name else ())) from None


def faults_of(
    error: ValidationError, model: type[BaseModel], origin: Origin, prefix: tuple[str, ...] = ()
) -> list[Fault]:
    """Translate a validation error."""
    faults = []
    for item in error.errors(include_url=False):
        inner = _real_path(item["loc"])
        path = (*prefix, *inner)
        faults.append(Fault(origin(path), ".".join(path), _problem(item, model, inner), _shown(item)))
    return faults


def _real_path(loc: Iterable[int | str]) -> tuple[str, ...]:
    """Drop what pydantic adds to a path: names of validators, such as ``function-after[...]``."""
    return tuple(str(part) for part in loc if "[" not in str(part))


def _shown(item: Any) -> str | None:
    if item["type"] in ("missing", "extra_forbidden") or isinstance(item["input"], dict | list):
        return None
    return shorten(item["input"])


def _problem(item: Any, model: type[BaseModel], path: tuple[str, ...]) -> str:
    kind, context = item["type"], item.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown key" + nearest(path[-1], keys_at(model, path[:-1]))
    if kind == "missing":
        return "missing; it must be given"
    if kind == "value_error":
        return str(context.get("error", item["msg"]))
    if kind == "literal_error":
        allowed = context.get("expected", "")
        return f"must be {allowed}"
    bounds = {
        "greater_than_equal": f"must be {context.get('ge')} or more",
        "greater_than": f"must be more than {context.get('gt')}",
        "less_than_equal": f"must be {context.get('le')} or less",
        "less_than": f"must be less than {context.get('lt')}",
        "string_too_short": "must not be empty",
        "string_too_long": f"must have at most {context.get('max_length')} letters",
        "string_pattern_mismatch": "may hold letters, digits, point, hyphen and underline only",
    }
    if kind in bounds:
        return bounds[kind]
    wanted = next((words for start, words in _KINDS.items() if kind.startswith(start)), None)
    return f"must be {wanted}" if wanted else str(item["msg"])


def keys_at(model: type[BaseModel], path: Sequence[str]) -> list[str]:
    """Valid keys of the table that a path of field names leads to; none where any key is valid."""
    here: Any = model
    for part in path:
        here = _inner(here, part)
        if here is None:
            return []
    return list(here.model_fields) if _is_model(here) else []


def _inner(model: Any, part: str) -> Any:
    if not _is_model(model) or part not in model.model_fields:
        return None
    return _model_in(model.model_fields[part].annotation)


def _model_in(annotation: Any) -> Any:
    if _is_model(annotation):
        return annotation
    return next((found for arg in typing.get_args(annotation) if (found := _model_in(arg)) is not None), None)


def _is_model(value: Any) -> bool:
    return isinstance(value, type) and issubclass(value, BaseModel)
