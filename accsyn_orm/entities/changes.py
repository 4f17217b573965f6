"""Noticing what changed, however deep inside a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, TypeGuard


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
    if _is_dict(value):
        return {key: detached(item) for key, item in value.items()}
    if _is_list(value):
        return [detached(item) for item in value]
    return value


def wire_value(value: Any) -> Any:
    """Return the value as it is sent, independent of the entity."""
    return str(value) if isinstance(value, Enum) else detached(value)


def is_same(one: Any, other: Any) -> bool:
    """Tell whether two values are the same on the wire: ``1``, ``1.0`` and ``True`` are not."""
    if one is other:
        return True
    if type(one) is not type(other):
        return False
    if _is_dict(one):
        return one.keys() == other.keys() and all(is_same(one[key], other[key]) for key in one)
    if _is_list(one):
        return len(one) == len(other) and all(map(is_same, one, other))
    return bool(one == other)


# Plain isinstance() would leave the types of keys and items unknown.


def _is_dict(value: object) -> TypeGuard[dict[Any, Any]]:
    return isinstance(value, dict)


def _is_list(value: object) -> TypeGuard[list[Any]]:
    return isinstance(value, list)
