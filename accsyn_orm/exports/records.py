"""Entities as dictionaries of plain values."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities import Entity, Query

if TYPE_CHECKING:
    from accsyn_orm.exports.source import Source


def to_dicts(source: Source) -> Iterator[dict[str, Any]]:
    """Give each entity as a dictionary: attributes that were loaded, by name, and unknown ones.

    Moments stay datetimes in UTC; statuses and references become text. A query is asked page by
    page.
    """
    entities = source if isinstance(source, Query) else iter(source)
    return (_dictionary(entity) for entity in entities)


def _dictionary(entity: Entity) -> dict[str, Any]:
    values = {name: _plain(value) for name, value in vars(entity).items()}
    return {**values, **entity.extra}


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, str) else value
