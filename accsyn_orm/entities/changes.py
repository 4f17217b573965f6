"""Noticing what changed, however deep inside a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
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
    if isinstance(value, dict):
        items: dict[Any, Any] = value
        return {key: detached(item) for key, item in items.items()}
    if isinstance(value, list):
        elements: list[Any] = value
        return [detached(item) for item in elements]
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
    if isinstance(one, dict):
        left: dict[Any, Any] = one
        return left.keys() == other.keys() and all(is_same(left[key], other[key]) for key in left)
    if isinstance(one, list):
        elements: list[Any] = one
        return len(elements) == len(other) and all(map(is_same, elements, other))
    return bool(one == other)
