"""What can be read off an entity class: types, older names, which attributes are containers."""

from __future__ import annotations

import types
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Union, get_args, get_origin

from pydantic import TypeAdapter

from accsyn_orm.entities.views import plain_types

if TYPE_CHECKING:
    from accsyn_orm.entities.value import EntityValue

_CONTAINERS = (dict, list)


@lru_cache(maxsize=1024)
def type_choices(cls: type[EntityValue], name: str) -> tuple[type[Any], ...]:
    """Return the plain types that an attribute can have, without ``None``."""
    return plain_choices(cls.model_fields[name].annotation)


def plain_choices(annotation: Any) -> tuple[type[Any], ...]:
    """Return the plain types that a value annotated so can have, without ``None``."""
    return tuple(_flatten(annotation))


def _flatten(annotation: Any) -> list[type[Any]]:
    origin = get_origin(annotation)
    if origin in {Union, types.UnionType}:
        return [kind for part in get_args(annotation) for kind in _flatten(part)]
    if origin is Annotated:
        return _flatten(get_args(annotation)[0])
    kind = origin or annotation
    return [*plain_types(kind)] if isinstance(kind, type) and kind is not type(None) else []


@lru_cache(maxsize=1024)
def adapter(cls: type[EntityValue], name: str) -> TypeAdapter[Any]:
    """Return the validator of one attribute."""
    field = cls.model_fields[name]
    annotated: Any = Annotated  # its parameters are only known here
    kind: Any = field.annotation
    parameters = (kind, *field.metadata)
    return TypeAdapter(annotated[parameters] if field.metadata else kind)


@lru_cache(maxsize=256)
def container_names(cls: type[EntityValue]) -> tuple[str, ...]:
    """Return the attributes whose values can change without being assigned."""
    return tuple(
        name
        for name, spec in cls.__entity_attributes__.items()
        if spec.moment and any(issubclass(kind, _CONTAINERS) for kind in type_choices(cls, name))
    )


@lru_cache(maxsize=256)
def _spellings(cls: type[EntityValue]) -> dict[str, str]:
    """Return every spelling that means an attribute, in lower case."""
    found: dict[str, str] = {}
    for name, spec in cls.__entity_attributes__.items():
        found.update(dict.fromkeys((name, *spec.aliases), name))
        wire = spec.wire or name
        found[wire] = found[wire.lower()] = name
    return found


@lru_cache(maxsize=256)
def _exact_spellings(cls: type[EntityValue]) -> frozenset[str]:
    attributes = cls.__entity_attributes__.items()
    return frozenset(
        spelling for name, spec in attributes for spelling in (name, *spec.spellings(name))
    )


def is_spelling(cls: type[EntityValue], name: str) -> bool:
    """Tell whether a record has an attribute under this name, letter for letter."""
    return name in _exact_spellings(cls)


def find_attribute(cls: type[EntityValue], spelling: str) -> str | None:
    """Return the attribute that a current, older or wire spelling means."""
    return _spellings(cls).get(spelling)


def python_name(cls: type[EntityValue]) -> str:
    """Return what a class is written as in Python: its name, or the call that gives it."""
    return str(vars(cls).get("__python__", "")) or cls.__name__
