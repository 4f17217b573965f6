"""What a plan consists of: rows that will be sent, rows that need not be, and what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, NamedTuple

from accsyn_orm.bulk.errors import PlanError
from accsyn_orm.bulk.images import Image
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.registry import ENTITY_CLASSES

IS_SO = "is so already"
"""The usual reason why a row is not sent."""


class Action(str, Enum):
    """What happens to the entity of a row."""

    CREATE = "create"
    UPDATE = "update"
    DELETE = "delete"

    def __str__(self) -> str:
        return self.value


class Problem(NamedTuple):
    """Why a row cannot be sent.

    Attributes:
        row: number of the row, from 1.
        attribute: the attribute concerned; ``row`` for the row itself.
        reason: what is wrong, and what to write instead.
    """

    row: int
    attribute: str
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One entity that a plan creates, changes or deletes.

    Attributes:
        number: position among the rows that were given, from 1.
        action: what happens.
        entity: class of the entity.
        id: id of the entity; empty for one that is created.
        label: what people call it.
        before: the attributes that change as they were; all attributes for one that is deleted.
        after: the attributes that change as they shall be; all attributes for one that is created.
        modified: when the entity was last changed, as it was read; ``None`` if it does not say.
        parent: id of the entity that it lives under.
    """

    number: int
    action: Action
    entity: type[Entity]
    id: str
    label: str
    before: Image = field(default_factory=dict[str, Any])
    after: Image = field(default_factory=dict[str, Any])
    modified: str | None = None
    parent: str | None = None

    def to_document(self) -> dict[str, Any]:
        """Return the row as JSON holds it."""
        return {
            "number": self.number,
            "action": self.action.value,
            "type": self.entity.__entity_type__,
            "id": self.id,
            "label": self.label,
            "before": dict(self.before),
            "after": dict(self.after),
            "modified": self.modified,
            "parent": self.parent,
        }

    @classmethod
    def from_document(cls, document: Any, classes: Sequence[type[Entity]] = ()) -> Row:
        """Return the row that `to_document` wrote.

        Args:
            document: what it returned.
            classes: classes of your own; they go before those of the package.

        Raises:
            PlanError: it is no such document, or about a type of entity that is not known.
        """
        known = {**ENTITY_CLASSES, **{item.__entity_type__: item for item in classes}}
        try:
            row = cls(
                number=document["number"],
                action=Action(document["action"]),
                entity=known[document["type"]],
                id=document["id"],
                label=document["label"],
                before=document["before"],
                after=document["after"],
                modified=document["modified"],
                parent=document["parent"],
            )
        except (KeyError, TypeError, ValueError) as error:
            raise PlanError([(0, "row", f"cannot be read: {error!r}")]) from error
        if not _is_well_formed(document):
            raise PlanError([(0, "row", "cannot be read: a value is of the wrong type")])
        return row


def _is_well_formed(document: Any) -> bool:
    """Tell whether every value is of its type; somebody may have edited the text."""
    optional = [document[name] for name in ("modified", "parent") if document[name] is not None]
    return (
        type(document["number"]) is int
        and all(isinstance(text, str) for text in (document["id"], document["label"], *optional))
        and all(isinstance(document[name], dict) for name in ("before", "after"))
        and bool(document["id"]) is (document["action"] != Action.CREATE)
    )


@dataclass(frozen=True, slots=True)
class Skipped:
    """A row that is not sent.

    Attributes:
        number: position among the rows that were given, from 1.
        id: id of the entity.
        label: what people call it.
        reason: why it is not.
    """

    number: int
    id: str
    label: str
    reason: str


def label_of(entity: Entity) -> str:
    """Return what people call an entity: its name, code or uri, else its id."""
    values = vars(entity)
    named = (values.get(name) for name in ("name", "code", "uri", "id"))
    return next((str(text) for text in named if text), f"new {type(entity).__name__}")


def modified_of(entity: Entity) -> str | None:
    """Return when an entity was last changed, as text, or ``None`` when it does not say."""
    modified = vars(entity).get("modified")
    return None if modified is None else str(modified)


def parent_of(entity: Entity) -> str | None:
    """Return the id of the entity that this one lives under."""
    name = type(entity).__parent__
    return vars(entity).get(name) if name else None
