"""References from one entity to another: given as an id or as the entity itself, sent as the id."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any, TypeAlias, get_args

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from accsyn_orm.entities.model import EntityModel


def id_of(value: object) -> object:
    """Return the id of an entity, and any other value as it is.

    Raises:
        PydanticCustomError: the entity is new.
    """
    if not isinstance(value, EntityModel):
        return value
    if (found := vars(value).get("id")) is None:
        raise PydanticCustomError(
            "reference", "save() the {kind} first", {"kind": type(value).__name__}
        )
    return found


Reference: TypeAlias = Annotated[str, BeforeValidator(id_of)]
"""Run-time type of an attribute that holds the id of another entity."""


@lru_cache(maxsize=256)
def reference_names(cls: type[EntityModel]) -> tuple[str, ...]:
    """Return the attributes of a class that hold the id of another entity."""
    return tuple(
        name
        for name, field in cls.model_fields.items()
        if any(map(_takes_entities, [*field.metadata, *_parts(field.annotation)]))
    )


def _parts(annotation: Any) -> list[Any]:
    parts = get_args(annotation)
    return [*parts, *(part for outer in parts for part in _parts(outer))]


def _takes_entities(part: object) -> bool:
    return isinstance(part, BeforeValidator) and part.func is id_of
