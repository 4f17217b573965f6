"""Query text that is about a class: which type it names, and which class that means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.validation import nearest
from accsyn_orm.errors import QueryValueError

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity


def class_for(cls: type[Entity], wire: str, text: str) -> type[Entity]:
    """Return the class that a text is about: this one, or a kind of it.

    Every spelling of the type is understood that one of the generations uses for the class.

    Raises:
        QueryValueError: it is about another type, or about none that is known.
    """
    if wire in {cls.__entity_type__, *(d.entitytype for d in cls.__dialects__.values())}:
        return cls
    found = ENTITY_CLASSES.get(wire)
    if found is not None and issubclass(found, cls):
        return found
    raise _refusal(cls, wire, text)


def _refusal(cls: type[Entity], wire: str, text: str) -> QueryValueError:
    meant = wire if wire in ENTITY_CLASSES else nearest(wire, ENTITY_CLASSES)
    other = ENTITY_CLASSES[meant].__name__ if meant else None
    if not cls.__entity_type__:
        hint = f"did you mean {other}?" if other else f"read it with entity_class({wire!r}).parse()"
        return QueryValueError(text, f"is about {wire}, which is no known type", hint=hint)
    hint = f"begin it with {cls.__name__}"
    if other is not None and meant != cls.__entity_type__:
        hint += f", or read it with {other}.parse()"
    reason = f"is about {wire}, not about {cls.__entity_type__}"
    return QueryValueError(text, reason, hint=hint)
