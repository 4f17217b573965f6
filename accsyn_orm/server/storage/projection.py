"""What a generation sees of a row, as SQL: one definition for the records sent and for the queries.

v1 and v3 show the same row differently: other spellings, a placeholder instead of nothing, other
human-readable companions. Queries mean what the caller sees, so both `records` and `search.compile`
take their expressions from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

from sqlalchemy import Column, ColumnElement, Text, case, cast, func, literal
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.storage.tables import (
    ENTITIES,
    Attribute,
    EntityTable,
    Generation,
    Kind,
)

Columns: TypeAlias = ReadOnlyColumnCollection[str, Any]

NEVER = "1970-01-01T01:00:00"
"""What v1 sends for a time that has not come; v3 sends null."""

UNMEASURED = -1
"""What v1 sends for a size that is not known yet."""

MAIN_SITE = "hq"
"""The site that a workspace means as a party, and that stands for it in payloads and queries."""

WORKSPACE_IN_V1 = "organization"


def shown_text(
    attribute: Attribute, columns: Columns, generation: Generation, *, folded: bool
) -> ColumnElement[str]:
    """Return a stored text, date, reference or party as this generation sees it.

    Args:
        attribute: what to show.
        columns: of the entity's table, or of an alias of it.
        generation: who looks.
        folded: casefold it, for comparisons.
    """
    if attribute.composed is not None:
        return attribute.composed(columns, folded)
    name = attribute.column_name
    main: Column[str] = columns[name]
    match attribute.kind:
        case Kind.DATETIME:
            # Python casefolds the T in the middle; stored dates are ASCII, where lower() is exact.
            shown = func.coalesce(main, NEVER) if generation == "v1" else main
            return func.lower(shown) if folded else shown
        case Kind.PARTY if generation == "v1":
            renamed = literal(f"{WORKSPACE_IN_V1}:", Text) + columns[f"{name}__ident"]
            return case((columns[f"{name}__type"] == "workspace", renamed), else_=main)
        case Kind.TEXT:
            text: Column[str] = columns[f"{name}__folded"] if folded else main
            return _respelled(attribute, text, generation)
        case _:
            return main


def _respelled(
    attribute: Attribute, column: Column[str], generation: Generation
) -> ColumnElement[str]:
    if not attribute.v1_spellings or generation != "v1":
        return column
    spellings = [(column == stored, spelled) for stored, spelled in attribute.v1_spellings]
    return case(*spellings, else_=column)


def shown_number(
    attribute: Attribute, columns: Columns, generation: Generation
) -> ColumnElement[Any]:
    """Return a stored number as this generation sees it."""
    column: Column[Any] = columns[attribute.name]
    if attribute.name == "size" and generation == "v1":
        return func.coalesce(column, UNMEASURED)
    return column


def number_text(
    attribute: Attribute, columns: Columns, generation: Generation
) -> ColumnElement[str]:
    """Return a number as Python writes it."""
    if attribute.is_fraction:
        text: Column[str] = columns[f"{attribute.name}__text"]
        return text
    return cast(shown_number(attribute, columns, generation), Text)


def shown_boolean(attribute: Attribute, columns: Columns) -> ColumnElement[bool]:
    """Return a stored boolean, or the one that the scope implies."""
    if attribute.of:
        implied: ColumnElement[bool] = columns[attribute.of] == attribute.name
        return implied
    column: Column[bool] = columns[attribute.name]
    return column


_KEYS_OF_ENDS: Mapping[str, str] = {"v": "r_s"}
"""What v1 calls keys of the ends of tasks, by what v3 calls them: volumes are root shares there."""

_BOTH_WAYS = {**_KEYS_OF_ENDS, **{v1: v3 for v3, v1 in _KEYS_OF_ENDS.items()}}


@behaviour(DOCUMENTED, "task/find", "v1 calls the volume of an end r_s")
def end_in_v1(end: Mapping[str, Any]) -> dict[str, Any]:
    """Return the end of a task as v1 shows it."""
    return {_KEYS_OF_ENDS.get(key, key): value for key, value in end.items()}


def path_in_end(path: str, generation: Generation) -> str:
    """Return the path in a stored end of a task that a generation means by a path in a shown one.

    What only the other generation shows is looked for where nothing is.
    """
    first, dot, rest = path.partition(".")
    return f"{_BOTH_WAYS.get(first, first)}{dot}{rest}" if generation == "v1" else path


def readable(
    target: EntityTable, columns: Columns, generation: Generation, *, folded: bool
) -> ColumnElement[str]:
    """Return the human-readable form of an entity, as in the ``_hr`` companions.

    Args:
        target: type of the entity.
        columns: of its table, or of an alias of it.
        generation: who looks; the patterns differ.
        folded: casefold it, for comparisons.
    """

    def text(name: str) -> ColumnElement[str]:
        return shown_text(target.attributes[name], columns, generation, folded=folded)

    ident = columns["id"]
    parts: tuple[str | ColumnElement[str], ...]
    match target.name, generation:
        case "user", "v1":
            parts = "user:", text("code"), "(", text("role"), ")"
        case "user", _:
            parts = "user:", text("code"), "[", text("role"), "](", ident, ")"
        case "workspace", "v1":
            parts = f"{WORKSPACE_IN_V1}:", text("code")
        case "workspace", _:
            parts = "workspace:", text("code"), "(", ident, ")"
        case "queue", _:
            parts = "job:", text("uri"), "(", ident, ")"
        case "share", _:
            parts = "share:", text("name"), "[", text("type"), "](", ident, ")"
        case "site", "v1":
            parts = (text("code"),)
        case (("site" | "engine"), _):
            parts = text("code"), "(", ident, ")"
        case _:
            kind = cast(columns["type"], Text)
            parts = text("name"), "[", kind, "](", ident, ")"
    return _joined(*parts)


def _joined(*parts: str | ColumnElement[str]) -> ColumnElement[str]:
    first, *rest = (literal(part, Text) if isinstance(part, str) else part for part in parts)
    for part in rest:
        first = first + part
    return first


def links(entity: EntityTable, attribute: Attribute) -> list[tuple[Column[str], EntityTable]]:
    """Return what a reference or party can point to: the column with the id, and whose it is."""
    suffix = "ident" if attribute.kind is Kind.PARTY else ""
    column = entity.column(attribute.name, suffix)
    return [(column, ENTITIES[target]) for target in attribute.targets]


def linked_text(
    attribute: Attribute,
    target: EntityTable,
    columns: Columns,
    generation: Generation,
    *,
    folded: bool,
) -> ColumnElement[str]:
    """Return the text that an attribute takes from the entity that a reference points to."""
    if attribute.kind is Kind.READABLE:
        return readable(target, columns, generation, folded=folded)
    return shown_text(target.attributes[attribute.name], columns, generation, folded=folded)
