"""What our classes say about the types of a generation, in the form that workspaces say it in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from accsyn_orm.entities import ENTITY_CLASSES, Dialect
from accsyn_orm.schema.agreements import agreed_names
from accsyn_orm.session.schema import AttributeSchema

if TYPE_CHECKING:
    from accsyn_orm.entities import Entity
    from accsyn_orm.entities.backend import Generation


def classes_of(kind: str, generation: Generation) -> list[type[Entity]]:
    """Return the classes that stand for a wire type; in v1 several can share one."""
    return [cls for cls in ENTITY_CLASSES.values() if _wire_type(cls, generation) == kind]


def declared_schema(kind: str, generation: Generation) -> Mapping[str, AttributeSchema]:
    """Return the attributes that our classes know of a wire type, by wire name."""
    found: dict[str, AttributeSchema] = {}
    for cls in classes_of(kind, generation):
        for item in _declared(cls, generation):
            before = found.get(item.name, item)
            found[item.name] = AttributeSchema(
                item.name,
                item.read or before.read,
                item.create or before.create,
                item.update or before.update,
            )
    return found


def understood(kind: str, generation: Generation) -> frozenset[str]:
    """Return what our classes deal with although it is no attribute: older names, and options."""
    specs = [s for c in classes_of(kind, generation) for s in c.__entity_attributes__.values()]
    return agreed_names(kind, generation).union(*(spec.aliases for spec in specs))


def _declared(cls: type[Entity], generation: Generation) -> Iterator[AttributeSchema]:
    dialect = cls.__dialects__.get(generation, Dialect())
    for attribute, spec in cls.__entity_attributes__.items():
        name = spec.wire or dialect.name(attribute)
        # What is neither returned nor sent names a query; a dot leads to what the parent is.
        is_attribute = (spec.readable or spec.moment is not None) and "." not in name
        if is_attribute and spec.only in {None, generation}:
            yield AttributeSchema(
                name,
                read=spec.readable and spec.shown_by in {None, generation},
                create=spec.moment in {"create", "save"},
                update=spec.moment in {"update", "save"},
            )


def _wire_type(cls: type[Entity], generation: Generation) -> str:
    return cls.__dialects__.get(generation, Dialect()).entitytype or cls.__entity_type__
