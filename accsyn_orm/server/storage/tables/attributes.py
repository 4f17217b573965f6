"""What an attribute is: its kind, who is shown it, and how it is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal, TypeAlias

from sqlalchemy import ColumnElement
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from accsyn_orm.server.provenance import Source

Generation: TypeAlias = Literal["v1", "v3"]

BOTH: frozenset[Generation] = frozenset({"v1", "v3"})
V1: frozenset[Generation] = frozenset({"v1"})
V3: frozenset[Generation] = frozenset({"v3"})
STORED_ONLY: frozenset[Generation] = frozenset()


class Kind(Enum):
    """What an attribute holds, and so how it is stored, compared and sent."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"
    DATETIME = "datetime"
    REFERENCE = "reference"
    """The id of another entity; equals that entity's code as well."""
    PARTY = "party"
    """``<type>:<id>`` of a user, a workspace, a site or a share; equals its code as well."""
    JSON = "json"
    """A document, reached into with dotted names."""
    READABLE = "readable"
    """Not stored: the ``_hr`` companion of a reference or party, composed when it is read."""


Composition: TypeAlias = Callable[[ReadOnlyColumnCollection[str, Any], bool], ColumnElement[str]]
"""Makes a text from the columns of a row; casefolded, when the second argument says so."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute of an entity type.

    Attributes:
        name: name on the wire.
        kind: what it holds.
        shown_in: generations whose records carry it. One shown in any can be queried in both;
            one shown in none is kept for the workspace itself and does not exist for queries.
        targets: entity types a reference or party can point to.
        column: the column that holds it, if that is another attribute's (a job's ``code`` is its
            name).
        of: what an attribute that is not stored derives from: a readable companion from its
            reference or party, a text from the entity that a reference points to (a job's ``uri``
            is that of its queue), a boolean from whether the scope is of the attribute's name.
        composed: how a text is made that is more than what is stored under its name, if anything
            is (a share's ``status`` depends on its server's).
        is_fraction: a number that is not always whole.
        v1_spellings: values that v1 spells otherwise, each ``(stored and v3, v1)``.
        source: how it is known that accsyn has it.
    """

    name: str
    kind: Kind
    shown_in: frozenset[Generation] = BOTH
    targets: tuple[str, ...] = ()
    column: str = ""
    of: str = ""
    composed: Composition | None = None
    is_fraction: bool = False
    v1_spellings: tuple[tuple[str, str], ...] = ()
    source: Source = Source.INFERRED

    @property
    def column_name(self) -> str:
        """Name of the main column; the further ones append ``__…`` to it."""
        return self.column or self.name

    @property
    def is_stored(self) -> bool:
        """Whether the entity's own row holds it."""
        return not self.of

    @property
    def is_own(self) -> bool:
        """Whether the entity's own row is enough to say it."""
        return self.is_stored or self.composed is not None

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


def text(
    name: str,
    shown_in: frozenset[Generation] = BOTH,
    *,
    column: str = "",
    v1_spellings: tuple[tuple[str, str], ...] = (),
    composed: Composition | None = None,
) -> Attribute:
    """Describe a text."""
    return Attribute(
        name, Kind.TEXT, shown_in, column=column, v1_spellings=v1_spellings, composed=composed
    )


def composed(
    name: str, of: str, composition: Composition, shown_in: frozenset[Generation] = BOTH
) -> Attribute:
    """Describe a text that is made from other columns, and not stored itself."""
    return Attribute(name, Kind.TEXT, shown_in, of=of, composed=composition)


def number(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe a whole number."""
    return Attribute(name, Kind.NUMBER, shown_in)


def fraction(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe a number that is not always whole."""
    return Attribute(name, Kind.NUMBER, shown_in, is_fraction=True)


def boolean(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe a truth value."""
    return Attribute(name, Kind.BOOLEAN, shown_in)


def date(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe a moment."""
    return Attribute(name, Kind.DATETIME, shown_in)


def document(name: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe a JSON document."""
    return Attribute(name, Kind.JSON, shown_in)


def reference(name: str, *targets: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe the id of another entity."""
    return Attribute(name, Kind.REFERENCE, shown_in, targets)


def party(name: str, *targets: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe a ``<type>:<id>`` of another entity."""
    return Attribute(name, Kind.PARTY, shown_in, targets)


def readable(of: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe the human-readable companion of a reference or party."""
    return Attribute(f"{of}_hr", Kind.READABLE, shown_in, of=of)


def linked(name: str, of: str, shown_in: frozenset[Generation] = BOTH) -> Attribute:
    """Describe a text that belongs to the entity which a reference points to."""
    return Attribute(name, Kind.TEXT, shown_in, of=of)


def from_scope(name: str, shown_in: frozenset[Generation] = V3) -> Attribute:
    """Describe a truth value that says whether the scope is of that name."""
    return Attribute(name, Kind.BOOLEAN, shown_in, of="scope")
