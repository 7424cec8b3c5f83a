"""Tables that cannot be changed: a scenario owned by many readers must not be altered by one of them."""

from __future__ import annotations

import copy
from typing import Any, NoReturn


def _refuse(self: Any, *_: Any, **__: Any) -> NoReturn:
    raise TypeError("a scenario is frozen; load it again with the change")


class FrozenTable(dict[str, Any]):
    """A dict that refuses changes; a deep copy is an ordinary dict."""

    __setitem__ = __delitem__ = __ior__ = _refuse
    clear = pop = popitem = setdefault = update = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a whole, since item by item is refused."""
        return FrozenTable, (dict(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        """Copy into an ordinary dict."""
        return {key: copy.deepcopy(value, memo) for key, value in self.items()}


class FrozenList(list[Any]):
    """A list that refuses changes; a deep copy is an ordinary list."""

    __setitem__ = __delitem__ = __iadd__ = __imul__ = _refuse
    append = clear = extend = insert = pop = remove = reverse = sort = _refuse

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a whole, since item by item is refused."""
        return FrozenList, (list(self),)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        """Copy into an ordinary list."""
        return [copy.deepcopy(value, memo) for value in self]


def freeze(value: Any) -> Any:
    """Turn tables and lists, at every depth, into ones that refuse changes."""
    if isinstance(value, dict):
        return FrozenTable({str(key): freeze(inner) for key, inner in value.items()})
    if isinstance(value, list | tuple):
        return FrozenList([freeze(inner) for inner in value])
    return value


def thaw(value: Any) -> Any:
    """Return the ordinary counterpart of a frozen value."""
    if isinstance(value, dict):
        return {key: thaw(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(inner) for inner in value]
    return value
