"""Entities as dictionaries of plain values."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities import Entity, Query
from accsyn_orm.entities.metadata import METADATA, keys_of
from accsyn_orm.exports.columns import as_timedelta, is_duration

if TYPE_CHECKING:
    from accsyn_orm.exports.source import Source


def to_dicts(source: Source) -> Iterator[dict[str, Any]]:
    """Give each entity as a dictionary: attributes that were loaded, by name, and unknown ones.

    Values are those that tables have: moments are datetimes in UTC, the remaining time is a
    ``timedelta``, statuses and references are text, and what did not happen or is not known is
    ``None``. Dictionaries and lists stay what they are. Agreed keys of metadata are there beside
    it; a query that selects some of them gives those instead of it. Records as the backend sends
    them are what ``session.find()`` gives. A query is asked page by page.
    """
    if isinstance(source, Query):
        names = source.selection.attributes
        return (_dictionary(entity, names) for entity in source)
    return (_dictionary(entity) for entity in source)


def _dictionary(entity: Entity, names: Sequence[str] = ()) -> dict[str, Any]:
    values = {name: _plain(value) for name, value in vars(entity).items()}
    for name in _durations(type(entity)):
        if name in values:
            values[name] = _duration(getattr(entity, name))
    if METADATA in values:
        keys = [name for name in keys_of(type(entity)) if not names or name in names]
        values |= {name: _plain(getattr(entity, name)) for name in keys}
        if keys and names and METADATA not in names:
            del values[METADATA]  # loaded for the keys alone
    return {**values, **entity.extra}


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, str) else value


def _duration(value: Any) -> Any:
    return as_timedelta(value) if isinstance(value, timedelta) else value


@lru_cache(maxsize=256)
def _durations(cls: type[Entity]) -> tuple[str, ...]:
    return tuple(name for name in cls.model_fields if is_duration(cls, name))
