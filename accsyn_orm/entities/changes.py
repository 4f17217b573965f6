"""Noticing what changed, however deep inside a value."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any, cast


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
        items = cast("dict[Any, Any]", value).items()
        return {key: detached(item) for key, item in items}
    if isinstance(value, list):
        return [detached(item) for item in cast("list[Any]", value)]
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
        left, right = cast("dict[Any, Any]", one), cast("dict[Any, Any]", other)
        return left.keys() == right.keys() and all(is_same(left[key], right[key]) for key in left)
    if isinstance(one, list):
        ones, others = cast("list[Any]", one), cast("list[Any]", other)
        return len(ones) == len(others) and all(map(is_same, ones, others))
    return bool(one == other)
