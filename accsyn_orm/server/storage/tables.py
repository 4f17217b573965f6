"""The storage schema: which entities the workspace keeps, under which attributes, in which columns.

One declarative description per entity type serves every layer: `accsyn_orm.server.search.compile` takes
the attribute names a query may use from it, `accsyn_orm.server.storage.records` what to store and to send.
Attributes are the union of both protocol generations; `Attribute.shown_in` says who sees what.

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

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)
from sqlalchemy.types import TypeEngine

from accsyn_orm.errors import QueryFieldError

Generation: TypeAlias = Literal["v1", "v3"]

metadata = MetaData()

# PostgreSQL would order text by language; the query language orders by code point, as SQLite does.
_TEXT = Text().with_variant(Text(collation="C"), "postgresql")
# SQLite numbers rows by itself only when the key is declared as INTEGER (which has 64 bit there).
_SEQUENCE = BigInteger().with_variant(Integer(), "sqlite")


class Kind(Enum):
    """What an attribute holds, and so how it is stored, compared and sent."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    REFERENCE = "reference"
    """The id of another entity; equals that entity's code as well."""
    PARTY = "party"
    """Source or destination, ``<type>:<id>``; equals the code of the user or workspace as well."""
    JSON = "json"
    """A document, reached into with dotted names."""
    READABLE = "readable"
    """Not stored: the ``_hr`` companion of a reference or party, composed when it is read."""


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


BOTH: frozenset[Generation] = frozenset({"v1", "v3"})
V1: frozenset[Generation] = frozenset({"v1"})
V3: frozenset[Generation] = frozenset({"v3"})
STORED_ONLY: frozenset[Generation] = frozenset()


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an entity type.

    Attributes:
        name: name on the wire.
        kind: what it holds.
        shown_in: generations whose records carry it. One shown in any can be queried in both;
            one shown in none is kept for the workspace itself and does not exist for queries.
        targets: entity types a reference can point to.
        column: the column that holds it, if that is another attribute's (a job's ``code`` is its
            name).
        of: what an attribute that is not stored derives from: a readable companion from its
            reference or party, a text from the entity that a reference points to (a job's ``uri``
            is that of its queue), a boolean from whether the scope is of the attribute's name.
        is_fraction: a number that is not always whole.
        v1_spelling: a value that v1 spells otherwise: ``(stored and v3, v1)``.
    """

    name: str
    kind: Kind
    shown_in: frozenset[Generation] = BOTH
    targets: tuple[str, ...] = ()
    column: str = ""
    of: str = ""
    is_fraction: bool = False
    v1_spelling: tuple[str, str] | None = None

    @property
    def column_name(self) -> str:
        """Name of the main column; the further ones append ``__…`` to it."""
        return self.column or self.name

    @property
    def is_stored(self) -> bool:
        """Whether the entity's own row holds it."""
        return not self.of

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What the names of its columns end in: the main one, then its shadows."""
        match self.kind:
            case Kind.TEXT:
                return "", "__folded"
            case Kind.NUMBER if self.is_fraction:
                return "", "__text"
            case Kind.PARTY:
                return "", "__type", "__ident"
            case Kind.JSON:
                return "", "__leaves"
            case _:
                return ("",)

    @property
    def is_queryable(self) -> bool:
        """Whether queries may use it."""
        return bool(self.shown_in)


@dataclass(frozen=True, slots=True, eq=False)
class EntityTable:
    """An entity type: its attributes by wire name, and the table that stores them.

    Attributes:
        name: entity type, as in `ENTITIES`.
        table: where the rows are.
        attributes: by wire name, the union of both generations.
        aliases: further spellings, by wire name, and the attribute they stand for.
    """

    name: str
    table: Table
    attributes: Mapping[str, Attribute]
    aliases: Mapping[str, str]

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


def _text(name: str, shown_in: frozenset[Generation] = BOTH, *, column: str = "") -> Attribute:
    return Attribute(name, Kind.TEXT, shown_in, column=column)


def _number(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    return Attribute(name, Kind.NUMBER, shown_in)


def _boolean(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    return Attribute(name, Kind.BOOLEAN, shown_in)


def _date(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    return Attribute(name, Kind.DATETIME, shown_in)


def _document(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    return Attribute(name, Kind.JSON, shown_in)


def _reference(name: str, *targets: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    return Attribute(name, Kind.REFERENCE, shown_in, targets)


def _readable(of: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    return Attribute(f"{of}_hr", Kind.READABLE, shown_in, of=of)


def _columns(attribute: Attribute) -> Iterator[Column[Any]]:
    """Yield the columns of one attribute: the main one, then the shadows, which are texts."""
    main, *shadows = attribute.suffixes
    yield Column(f"{attribute.name}{main}", _main_type(attribute))
    for suffix in shadows:
        yield Column(f"{attribute.name}{suffix}", _TEXT)


def _main_type(attribute: Attribute) -> TypeEngine[Any]:
    match attribute.kind:
        case Kind.NUMBER:
            return Double() if attribute.is_fraction else BigInteger()
        case Kind.BOOLEAN:
            return Boolean()
        case Kind.JSON:
            return JSON(none_as_null=True)
        case _:
            return _TEXT


def _entity(
    name: str,
    attributes: Iterable[Attribute],
    *,
    aliases: Mapping[str, str] | None = None,
    has_own_ids: bool = True,
) -> EntityTable:
    """Build the description and the table ``<name>s``; ``id`` comes by itself.

    Args:
        name: entity type.
        attributes: all but the id.
        aliases: further spellings of attributes.
        has_own_ids: the workspace makes the ids, so that one is enough to find a row.
    """
    own = (Attribute("id", Kind.REFERENCE), *attributes)
    table = Table(
        f"{name}s",
        metadata,
        Column("sequence", _SEQUENCE, primary_key=True, autoincrement=True),
        Column("workspace", _TEXT, nullable=False),
        Column("id", _TEXT, nullable=False, unique=has_own_ids, index=not has_own_ids),
        Column("scope", _TEXT, nullable=False, default=Scope.ACTIVE.value),
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


WORKSPACES = _entity("workspace", [_text("code"), _text("name"), _document("metadata")])

USERS = _entity(
    "user",
    [
        _text("code"),
        _text("name"),
        Attribute("role", Kind.TEXT, v1_spelling=("standard", "user")),
        _text("status"),
        _text("description"),
        _reference("queue", "queue"),
        _document("metadata"),
        _date("logged_in"),
        _date("created"),
        _date("modified"),
        _text("creator"),
        _text("modifier"),
        _text("phase", V1),
        Attribute("inactive", Kind.BOOLEAN, V3, of="scope"),
    ],
    aliases={"clearance": "role"},
)

QUEUES = _entity(
    "queue",
    [
        _text("code"),
        _text("name", V3),
        _number("priority"),
        _text("description"),
        Attribute("status", Kind.TEXT, v1_spelling=("paused", "disabled")),
        _boolean("default"),
        _boolean("compute_default", V3),
        _text("uri"),
        _document("metadata"),
        _date("created"),
        _date("modified"),
        _text("creator", V3),
        _text("modifier"),
        _reference("user", "user", shown_in=V1),
        _readable("user", V1),
    ],
)

JOBS = _entity(
    "job",
    [
        _number("type", V1),  # 1 transfer, 3 compute, 7 delivery, 8 request, 10 stream
        _text("name", V3),
        _text("code", column="name"),
        _text("status"),
        Attribute("source", Kind.PARTY),
        _readable("source"),
        Attribute("destination", Kind.PARTY),
        _readable("destination"),
        _number("progress"),
        _number("size"),
        Attribute("speed", Kind.NUMBER, is_fraction=True),
        _text("etr"),
        Attribute("uri", Kind.TEXT, of="queue"),
        _reference("parent", "queue", "job"),
        _readable("parent"),
        _reference("queue", "queue"),
        _reference("user", "user"),
        _readable("user"),
        _date("created"),
        _date("finished"),
        _date("modified"),
        _text("modifier"),
        _document("metadata"),
        _text("description", V3),
        _document("settings", STORED_ONLY),
        _boolean("mirror_paths", STORED_ONLY),
        _date("archives", STORED_ONLY),  # from when on a finished job counts as archived
    ],
    aliases={"dest": "destination", "mirror": "mirror_paths"},
)

TASKS = _entity(
    "task",
    [
        _reference("job", "job", shown_in=V3),
        _readable("job", V3),
        _text("uri"),
        _text("status"),
        _number("priority"),
        _document("metadata"),
        _document("settings", STORED_ONLY),
        _document("source"),
        _document("destination"),
        _number("size"),
        _number("time"),
        _date("created"),
        _date("finished"),
    ],
    aliases={"parent": "job"},
    # Clients may choose the ids of tasks. Were they unique beyond the job, choosing one would tell
    # whether a job that the client may not see has it.
    has_own_ids=False,
)

ENTITIES: Mapping[str, EntityTable] = MappingProxyType(
    {entity.name: entity for entity in (WORKSPACES, USERS, QUEUES, JOBS, TASKS)}
)
"""Every entity type that is stored, by name. All kinds of job share one table."""


def _unique_code(entity: EntityTable) -> None:
    """Forbid a second entity of the same code, whatever its case; archived ones give theirs up."""
    table = entity.table
    is_kept = table.c.scope != Scope.ARCHIVED.value
    Index(
        f"{table.name}_by_code",
        table.c.workspace,
        table.c.code__folded,
        unique=True,
        sqlite_where=is_kept,
        postgresql_where=is_kept,
    )


_unique_code(USERS)
_unique_code(QUEUES)
Index("workspaces_by_code", WORKSPACES.table.c.code__folded, unique=True)
Index("jobs_by_status", JOBS.table.c.workspace, JOBS.table.c.status__folded)
Index("jobs_by_name", JOBS.table.c.workspace, JOBS.table.c.name__folded)
Index("jobs_by_parent", JOBS.table.c.parent)
Index("jobs_by_queue", JOBS.table.c.queue)
Index("tasks_by_job", TASKS.table.c.job, TASKS.table.c.uri, unique=True)
Index(
    "tasks_of_job_by_id", TASKS.table.c.workspace, TASKS.table.c.job, TASKS.table.c.id, unique=True
)

# -- credentials ----------------------------------------------------------------------------------
# Only digests are stored. Keys and session ids are random and long: one SHA-256 is enough to keep
# them, and lets them be looked up by digest. Passwords are neither: theirs is salted, slow, and
# says its own parameters.


def _credentials(name: str, *columns: Column[Any], user_is_key: bool = False) -> Table:
    return Table(
        name,
        metadata,
        *columns,
        Column("workspace", _TEXT, ForeignKey("workspaces.id"), nullable=False),
        Column(
            "user",
            _TEXT,
            ForeignKey("users.id"),
            primary_key=user_is_key,
            nullable=False,
            index=not user_is_key,
        ),
        Column("created", _TEXT, nullable=False),
        Column("expires", _TEXT),
    )


api_keys = _credentials("api_keys", Column("digest", _TEXT, primary_key=True))
"""API keys; ``expires`` is empty for one that lives until it is revoked."""

sessions = _credentials(
    "sessions",
    Column("digest", _TEXT, primary_key=True),
    Column("kind", _TEXT, nullable=False),
)
"""v1 session keys; ``kind`` says what they were made from, see `accounts`: a sign-in with a
``password`` or an ``api_key``, or another session (``key``)."""

passwords = _credentials("passwords", Column("digest", _TEXT, nullable=False), user_is_key=True)
"""Passwords, one per user."""
