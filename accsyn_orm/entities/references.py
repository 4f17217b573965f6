"""References from one entity to another: given as an id or as the entity itself, sent as the id."""

from __future__ import annotations

from typing import Annotated, TypeAlias

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
