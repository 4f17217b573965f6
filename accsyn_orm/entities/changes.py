"""Noticing what changed, however deep inside a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import zip_longest
from typing import Any


@dataclass(frozen=True, slots=True)
class Change:
    """One attribute that differs from what the backend last said.

    Attributes:
        before: the value the backend knows; ``UNSET`` when it was not loaded or the object is new.
        after: the value to be saved.
    """

    before: Any
    after: Any


def detached(value: Any) -> Any:
    """Return the value with its dictionaries and lists copied, all the way down."""
    # isinstance() on the value would leave the types of its items unknown.
    kind: type[Any] = value.__class__
    if issubclass(kind, dict):
        if not value:  # by far the most frequent, and worth a third of the time
            return {}
        return {key: detached(item) for key, item in value.items()}
    if issubclass(kind, list):
        return [detached(item) for item in value]
    return value


def refilled(kept: Any, fresh: Any) -> Any:
    """Return the fresh value in the dictionaries and lists that somebody may still hold."""
    kinds = (kept.__class__, fresh.__class__)
    if kinds == (dict, dict):
        return _refilled_dict(kept, fresh)
    return _refilled_list(kept, fresh) if kinds == (list, list) else fresh


def _refilled_dict(kept: dict[Any, Any], fresh: dict[Any, Any]) -> dict[Any, Any]:
    found = {key: refilled(kept.get(key), value) for key, value in fresh.items()}
    kept.clear()
    kept.update(found)
    return kept


def _refilled_list(kept: list[Any], fresh: list[Any]) -> list[Any]:
    pairs = zip_longest(kept[: len(fresh)], fresh)
    kept[:] = [refilled(one, other) for one, other in pairs]
    return kept


def wire_value(value: Any) -> Any:
    """Return the value as it is sent, independent of the entity."""
    return str(value) if isinstance(value, Enum) else detached(value)


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same on the wire: ``1``, ``1.0`` and ``True`` are not."""
    if one is other:
        return True
    kind: type[Any] = one.__class__
    if kind is not type(other):
        return False
    if issubclass(kind, dict):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if issubclass(kind, list):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)
