"""Values of the wire into columns, and rows back into the objects that each generation sends.

Values come in as v3 spells them: who may write what, and what old spellings mean, is settled
before.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timezone
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, func, select

from accsyn_orm.errors import EntityValidationError
from accsyn_orm.server.storage.documents import is_array, is_object, leaves
from accsyn_orm.server.storage.literals import INT64_MAX, INT64_MIN, unstorable_character
from accsyn_orm.server.storage.projection import (
    linked_text,
    links,
    shown_boolean,
    shown_number,
    shown_text,
)
from accsyn_orm.server.storage.tables import Attribute, EntityTable, Generation, Kind

MAX_DEPTH = 64
"""How deep a stored JSON document may nest."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_PARTY = re.compile(r"(user|workspace|site|share):([^:]+)")
_LARGEST_INTEGER = 10**4000


# -- storing --------------------------------------------------------------------------------------


def to_columns(entity: EntityTable, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the columns that hold these attribute values, shadow columns included.

    Dates may be given as aware datetimes or as UTC texts.

    Raises:
        EntityValidationError: a value is not of its attribute's kind, or no database can hold it;
            or there is no such attribute.
    """
    columns: dict[str, Any] = {}
    # Where two attributes share a column, the one that it is named after has the last word.
    for attribute, value in sorted(_known(entity, values), key=lambda item: not item[0].column):
        columns.update(_checked_columns(entity, attribute, value))
    return columns


def _checked_columns(entity: EntityTable, attribute: Attribute, value: Any) -> dict[str, Any]:
    try:
        return _columns(attribute, value)
    except (TypeError, ValueError) as error:
        raise EntityValidationError(entity.name, [(attribute.name, str(error))]) from error


def _known(entity: EntityTable, values: Mapping[str, Any]) -> Iterable[tuple[Attribute, Any]]:
    for name, value in values.items():
        attribute = entity.attribute(name)
        if attribute is None or not attribute.is_stored:
            raise EntityValidationError(entity.name, [(name, "is not stored")])
        yield attribute, value


def _columns(attribute: Attribute, value: Any) -> dict[str, Any]:
    """Return the main column and the shadows, in the order of `Attribute.suffixes`."""
    suffixes = attribute.suffixes
    stored = (None,) * len(suffixes) if value is None else _stored(attribute, value)
    named = zip(suffixes, stored, strict=True)
    return {f"{attribute.column_name}{suffix}": part for suffix, part in named}


def _stored(attribute: Attribute, value: Any) -> tuple[Any, ...]:
    if attribute.is_fraction:
        number = _fraction(value)
        return number, str(number)
    return _ENCODERS[attribute.kind](value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("is not a text")
    character = unstorable_character(value)
    if character:
        raise ValueError(f"holds {character}, which cannot be stored")
    return value


def _identifier(value: Any) -> str:
    if _text(value) != value.casefold():
        raise ValueError("is not an id: ids are lower case")
    return str(value)


def _party(value: Any) -> tuple[str, str, str]:
    found = _PARTY.fullmatch(_identifier(value))
    if not found:
        raise ValueError("is not a party: user:<id>, workspace:<id>, site:<id> or share:<id>")
    return found[0], found[1], found[2]


def _integer(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError("is not a whole number")
    if not INT64_MIN <= value <= INT64_MAX:
        raise ValueError("does not fit in 64 bits")
    return value


def _fraction(value: Any) -> float:
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not math.isfinite(value):
        raise TypeError("is not a finite number")
    return float(value)


def _boolean(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("is not true or false")
    return value


def _date(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("has no time zone")
        return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    if not _DATE.fullmatch(_text(value)):
        raise ValueError("is not a date like 2026-11-23T21:34:00")
    return str(value)


def _check_document(document: Any) -> None:
    """Walk a JSON document, without recursion: it comes from outside."""
    pending: list[tuple[Any, int]] = [(document, 0)]
    while pending:
        value, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise ValueError(f"nests deeper than {MAX_DEPTH} levels")
        if is_object(value):
            for key, member in value.items():
                _text(key)
                pending.append((member, depth + 1))
        elif is_array(value):
            pending.extend((element, depth + 1) for element in value)
        else:
            _check_scalar(value)


def _check_scalar(value: Any) -> None:
    if isinstance(value, str):
        _text(value)
    elif isinstance(value, float):
        _fraction(value)
    elif isinstance(value, int):
        if abs(value) > _LARGEST_INTEGER:
            raise ValueError("holds a number of thousands of digits")
    elif value is not None:
        raise TypeError("holds what JSON cannot")


def _document(value: Any) -> tuple[Any, str]:
    _check_document(value)
    return value, leaves(value)


_ENCODERS: Mapping[Kind, Callable[[Any], tuple[Any, ...]]] = {
    Kind.TEXT: lambda value: (_text(value), value.casefold()),
    Kind.NUMBER: lambda value: (_integer(value),),
    Kind.BOOLEAN: lambda value: (_boolean(value),),
    Kind.DATETIME: lambda value: (_date(value),),
    Kind.REFERENCE: lambda value: (_identifier(value),),
    Kind.PARTY: _party,
    Kind.JSON: _document,
}


# -- sending --------------------------------------------------------------------------------------


def select_records(
    entity: EntityTable, generation: Generation, attributes: Sequence[str] | None = None
) -> Select[Any]:
    """Select records: the columns are the attributes, as they are sent.

    Add conditions on the columns of ``entity.table``, such as those of `compile_filter`.

    Args:
        entity: what to select.
        generation: who asks.
        attributes: names of the attributes wanted; the id is always selected. By default, those
            that the generation shows.

    Raises:
        QueryFieldError: an attribute that the entity does not have.
    """
    return _selection(entity, generation, None if attributes is None else tuple(attributes))


@lru_cache(maxsize=256)  # making eight joins takes longer than running them for a page
def _selection(
    entity: EntityTable, generation: Generation, attributes: tuple[str, ...] | None
) -> Select[Any]:
    source: FromClause = entity.table
    selected: list[ColumnElement[Any]] = []
    for attribute in _wanted(entity, generation, attributes):
        expression, source = _expression(entity, attribute, generation, source)
        selected.append(expression.label(attribute.name))
    return select(*selected).select_from(source)


def _wanted(
    entity: EntityTable, generation: Generation, attributes: Sequence[str] | None
) -> Iterable[Attribute]:
    if attributes is None:
        return [known for known in entity.attributes.values() if generation in known.shown_in]
    by_name = {known.name: known for known in map(entity.queryable, ("id", *attributes))}
    return by_name.values()


def _expression(
    entity: EntityTable, attribute: Attribute, generation: Generation, source: FromClause
) -> tuple[ColumnElement[Any], FromClause]:
    """Return what to select for an attribute, and the join that it is selected from."""
    columns = entity.table.c
    match attribute.kind:
        case Kind.NUMBER:
            return shown_number(attribute, columns, generation), source
        case Kind.BOOLEAN:
            return shown_boolean(attribute, columns), source
        case Kind.JSON:
            return columns[attribute.name], source
        case _ if attribute.is_own:
            return shown_text(attribute, columns, generation, folded=False), source
        case _:
            return _joined(entity, attribute, generation, source)


def _joined(
    entity: EntityTable, attribute: Attribute, generation: Generation, source: FromClause
) -> tuple[ColumnElement[Any], FromClause]:
    texts: list[ColumnElement[Any]] = []
    for column, target in links(entity, entity.attributes[attribute.of]):
        other = target.table.alias()
        source = source.outerjoin(other, other.c.id == column)
        texts.append(linked_text(attribute, target, other.c, generation, folded=False))
    return (func.coalesce(*texts) if len(texts) > 1 else texts[0]), source
