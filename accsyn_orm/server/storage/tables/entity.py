"""An entity type as attributes and a table, and how the one makes the other.

Besides its attributes every entity row has four columns of its own:

- ``sequence``: primary key in order of creation, the stable order of pages;
- ``workspace``: id of the workspace the row belongs to;
- ``id``: the id on the wire, 24 hexadecimal characters, for tasks a UUID4, unique in their job
  only; lower case;
- ``scope``: ``active``, ``finished``, ``inactive`` or ``archived``, see `Scope`.

Some attributes need more than one column, because databases disagree about what Python is clear
about. `records.to_columns` writes all of them together:

- ``<text>__folded``: the text casefolded; ``lower()`` means something else in each database;
- ``<fraction>__text``: the number as Python writes it, for CONTAINS and MATCHES;
- ``<party>__type``, ``<party>__ident``: what stands before and behind the colon;
- ``<document>__leaves``: what dotted names reach in a JSON document, see `documents`.

Dates are UTC texts (``2026-11-23T21:34:00``), sizes 64 bit. Nothing here is particular to one
database.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Double,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from accsyn_orm.errors import QueryFieldError
from accsyn_orm.server.provenance import Source
from accsyn_orm.server.storage.tables.attributes import Attribute, Generation, Kind

metadata = MetaData()

# PostgreSQL would order text by language; the query language orders by code point, as SQLite does.
WIRE_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite numbers rows by itself only when the key is declared as INTEGER (which has 64 bit there).
SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")


class Scope(str, Enum):
    """Where in its life an entity is, and so which searches find it. One holds at a time."""

    ACTIVE = "active"
    FINISHED = "finished"
    """A job that is done or aborted."""
    INACTIVE = "inactive"
    """Deactivated; can come back."""
    ARCHIVED = "archived"
    """Deleted. The row stays, so that every reference still resolves.

    Jobs that finished long ago count as archived too, without a change to their row: see
    `store.in_scopes`.
    """


@dataclass(frozen=True, slots=True, eq=False)
class EntityTable:
    """An entity type: its attributes by wire name, and the table that stores them.

    Attributes:
        name: entity type in v3's words.
        table: where the rows are.
        attributes: by wire name, the union of both generations.
        aliases: further spellings, by wire name, and the attribute they stand for.
        condition: which rows of the table are of this type; ``None`` for all.
        v1_name: what v1 calls the type, when that is another name.
    """

    name: str
    table: Table
    attributes: Mapping[str, Attribute]
    aliases: Mapping[str, str]
    condition: ColumnElement[bool] | None = None
    v1_name: str = ""

    def called(self, generation: Generation) -> str:
        """Return what a generation calls the type."""
        return self.v1_name if generation == "v1" and self.v1_name else self.name

    def attribute(self, name: str) -> Attribute | None:
        """Return the attribute of that name or alias, or ``None``."""
        return self.attributes.get(self.aliases.get(name, name))

    def queryable(self, name: str) -> Attribute:
        """Return the attribute that a query means by the first element of a name.

        Raises:
            QueryFieldError: there is none.
        """
        attribute = self.attribute(name.partition(".")[0])
        if attribute is None or not attribute.is_queryable:
            raise self.no_such_attribute(name)
        return attribute

    def no_such_attribute(self, name: str) -> QueryFieldError:
        """Make the error for a name that queries cannot use, with the nearest that they can."""
        names = [known.name for known in self.attributes.values() if known.is_queryable]
        nearest = get_close_matches(name, names, n=1)
        return QueryFieldError(self.name, name, suggestion=nearest[0] if nearest else None)

    def column(self, name: str, suffix: str = "") -> Column[Any]:
        """Return a stored attribute's main column, or the one with this suffix (``folded`` …)."""
        column = self.attributes[name].column_name
        return self.table.c[f"{column}__{suffix}" if suffix else column]

    def narrowed(
        self,
        name: str,
        condition: ColumnElement[bool],
        *,
        v1_name: str,
        without: Collection[str] = (),
        sources: Mapping[str, Source] | None = None,
    ) -> EntityTable:
        """Describe an entity type whose rows are some of this table's.

        Args:
            name: the narrower type.
            condition: which rows are of that type.
            v1_name: what v1 calls it.
            without: attributes that the narrower type does not have.
            sources: how it is known of this type that it has an attribute, by the attribute's name,
                where that is not as for the whole table.
        """
        known = sources or {}
        kept = {
            attribute.name: replace(attribute, source=known.get(attribute.name, attribute.source))
            for attribute in self.attributes.values()
            if attribute.name not in without
        }
        described = replace(self, name=name, condition=condition, v1_name=v1_name)
        return replace(described, attributes=MappingProxyType(kept))


def entity(
    name: str,
    attributes: Mapping[Source, Sequence[Attribute]],
    *,
    aliases: Mapping[str, str] | None = None,
    has_own_ids: bool = True,
) -> EntityTable:
    """Build the description and the table ``<name>s``; ``id`` comes by itself.

    Args:
        name: entity type.
        attributes: all but the id, by how it is known that accsyn has them.
        aliases: further spellings of attributes.
        has_own_ids: the workspace makes the ids, so that one is enough to find a row.
    """
    tagged = [replace(one, source=source) for source, some in attributes.items() for one in some]
    own = (Attribute("id", Kind.REFERENCE, source=Source.DOCUMENTED), *tagged)
    table = Table(
        f"{name}s",
        metadata,
        Column("sequence", SEQUENCE, primary_key=True, autoincrement=True),
        Column("workspace", WIRE_TEXT, nullable=False),
        Column("id", WIRE_TEXT, nullable=False, unique=has_own_ids, index=not has_own_ids),
        Column("scope", WIRE_TEXT, nullable=False, default=Scope.ACTIVE.value),
        *(
            column
            for attribute in own[1:]
            if attribute.is_stored and not attribute.column
            for column in _columns(attribute)
        ),
    )
    Index(f"{name}s_by_scope", table.c.workspace, table.c.scope, table.c.sequence)
    by_name = {attribute.name: attribute for attribute in own}
    return EntityTable(
        name, table, MappingProxyType(by_name), MappingProxyType(dict(aliases or {}))
    )


def unique_code(described: EntityTable) -> None:
    """Forbid a second entity of the same code, whatever its case; archived ones give theirs up."""
    table = described.table
    is_kept = table.c.scope != Scope.ARCHIVED.value
    Index(
        f"{table.name}_by_code",
        table.c.workspace,
        table.c.code__folded,
        unique=True,
        sqlite_where=is_kept,
        postgresql_where=is_kept,
    )


def _columns(attribute: Attribute) -> Iterator[Column[Any]]:
    """Yield the columns of one attribute: the main one, then the shadows, which are texts."""
    main, *shadows = attribute.suffixes
    yield Column(f"{attribute.name}{main}", _main_type(attribute))
    for suffix in shadows:
        yield Column(f"{attribute.name}{suffix}", WIRE_TEXT)


def _main_type(attribute: Attribute) -> TypeEngine[Any]:
    match attribute.kind:
        case Kind.NUMBER:
            return Double() if attribute.is_fraction else BigInteger()
        case Kind.BOOLEAN:
            return Boolean()
        case Kind.JSON:
            return JSON(none_as_null=True)
        case _:
            return WIRE_TEXT
