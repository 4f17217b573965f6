"""Three-way comparison of values: dictionaries key by key, everything else as a whole.

Values only, no entities: ``conflicts`` says which attributes are compared so, and what follows.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Final, Literal, TypeAlias

from typing_extensions import TypeIs

from accsyn_orm.entities.changes import detached, is_same


class Absence(Enum):
    """Type of ``ABSENT``."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return self.value


ABSENT: Final[Literal[Absence.ABSENT]] = Absence.ABSENT
"""Stands for the value of a key that a dictionary does not have."""

Differences: TypeAlias = dict[str, tuple[Any, Any, Any]]
"""By attribute, or by ``metadata.key``: what it was, what it is to become, and what it is."""


def merged(name: str, before: Any, mine: Any, theirs: Any, conflicts: Differences) -> Any:
    """Return a value with the changes of both sides; what both changed differently stays mine.

    It shares no dictionary and no list with those given.

    Args:
        name: what it is called.
        before: what it was before either side changed it.
        mine: what one side made of it.
        theirs: what the other side made of it.
        conflicts: takes in what both changed to different values.
    """
    if is_same(mine, before):
        return detached(theirs)
    if not is_same(theirs, before) and not is_same(mine, theirs):
        # Who both add a dictionary under the same key began with nothing in it.
        begin = dict[Any, Any]() if before is ABSENT else before
        if _is_dict(begin) and _is_dict(mine) and _is_dict(theirs):
            found = {
                key: merged(path, *values, conflicts)
                for key, path, values in _keys(name, begin, mine, theirs)
            }
            return {key: value for key, value in found.items() if value is not ABSENT}
        conflicts[name] = (before, mine, theirs)
    return detached(mine)


def differing(name: str, before: Any, after: Any, now: Any) -> Iterator[tuple[str, Any, Any, Any]]:
    """Give what of a value is not what it was: its name, and the three values."""
    if is_same(before, now):
        return
    if _is_dict(before) and _is_dict(after) and _is_dict(now):
        for _, path, (was, wanted, found) in _keys(name, before, after, now):
            yield from differing(path, was, wanted, found)
    else:
        yield name, before, after, now


def _keys(name: str, *sides: dict[Any, Any]) -> Iterator[tuple[Any, str, tuple[Any, Any, Any]]]:
    """Give each key of some dictionaries, what it is called, and its value in each of them."""
    for key in {key: None for side in reversed(sides) for key in side}:
        first, second, third = (side.get(key, ABSENT) for side in sides)
        yield key, _path(name, key), (first, second, third)


def _path(name: str, key: object) -> str:
    """Return what a key is called: as queries do, unless that could mean another one."""
    is_plain = isinstance(key, str) and key and not set(key) & set(".[]")
    return f"{name}.{key}" if is_plain else f"{name}[{key!r}]"


def _is_dict(value: object) -> TypeIs[dict[Any, Any]]:
    return isinstance(value, dict)
