"""Where our classes and a workspace differ."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from accsyn_orm.schema.agreements import is_agreed
from accsyn_orm.schema.classes import classes_of, declared_schema, understood
from accsyn_orm.schema.differences import Difference, DriftKind

if TYPE_CHECKING:
    from accsyn_orm.session.schema import AttributeSchema, Schema


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
            difference = Difference(kind, name, found)
            if not is_agreed(difference, schema.protocol):
                yield difference


def _of_attribute(ours: AttributeSchema | None, theirs: AttributeSchema | None) -> list[DriftKind]:
    if ours is None:
        return [DriftKind.NEW_ATTRIBUTE]
    if theirs is None:
        return [DriftKind.MISSING_ATTRIBUTE]
    pairs = (
        (ours.create, theirs.create, DriftKind.NOT_CREATABLE, DriftKind.CREATABLE),
        (ours.update, theirs.update, DriftKind.NOT_UPDATABLE, DriftKind.UPDATABLE),
    )
    found = [less if mine else more for mine, other, less, more in pairs if mine != other]
    return [DriftKind.NOT_READABLE, *found] if ours.read and not theirs.read else found
