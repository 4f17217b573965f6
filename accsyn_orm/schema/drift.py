"""Where our classes and a workspace differ."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from accsyn_orm.schema.classes import classes_of, declared_schema, understood

if TYPE_CHECKING:
    from accsyn_orm.session.schema import AttributeSchema, Schema


class DriftKind(str, Enum):
    """In what they differ."""

    NEW_TYPE = "new type"
    """The workspace has it; entities of it load as a generic ``Entity``."""
    NEW_ATTRIBUTE = "new attribute"
    """The workspace has it; it is kept in ``extra``, and can be declared by ``generate()``."""
    MISSING_ATTRIBUTE = "missing attribute"
    """We have it; conditions on it find nothing here, and sending it is refused."""
    NOT_CREATABLE = "cannot be given when created"
    NOT_UPDATABLE = "cannot be changed"
    CREATABLE = "can be given when created"
    """The workspace takes it, our class does not send it."""
    UPDATABLE = "can be changed"
    """The workspace takes it, our class does not send it."""

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that differs.

    Attributes:
        type: wire type.
        attribute: wire name of the attribute; empty for the type itself.
        kind: in what it differs.
    """

    type: str
    attribute: str
    kind: DriftKind

    def __str__(self) -> str:
        what = f"{self.type}.{self.attribute}" if self.attribute else self.type
        return f"{what}: {self.kind}"


def drift(schema: Schema) -> list[Difference]:
    """Return where the workspace differs from our classes, in the order of its types.

    What a user may do depends on the role: ask as an administrator, others may do less.
    """
    return [item for kind in schema.types for item in _differences(schema, kind)]


def _differences(schema: Schema, kind: str) -> Iterator[Difference]:
    theirs = schema.types[kind]
    if not classes_of(kind, schema.protocol):
        yield Difference(kind, "", DriftKind.NEW_TYPE)
        return
    ours = declared_schema(kind, schema.protocol)
    known = understood(kind, schema.protocol)
    for name in dict.fromkeys([*theirs, *ours]):
        if name in known and name not in ours:
            continue
        for found in _of_attribute(ours.get(name), theirs.get(name)):
            yield Difference(kind, name, found)


def _of_attribute(ours: AttributeSchema | None, theirs: AttributeSchema | None) -> list[DriftKind]:
    if ours is None:
        return [DriftKind.NEW_ATTRIBUTE]
    if theirs is None:
        return [DriftKind.MISSING_ATTRIBUTE]
    pairs = (
        (ours.create, theirs.create, DriftKind.NOT_CREATABLE, DriftKind.CREATABLE),
        (ours.update, theirs.update, DriftKind.NOT_UPDATABLE, DriftKind.UPDATABLE),
    )
    return [less if mine else more for mine, other, less, more in pairs if mine != other]
