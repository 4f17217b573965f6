"""Agreed keys of ``metadata`` as typed attributes of a class of one's own.

Which keys a class has, and what they are; how values given for several of them become
``metadata`` is told by ``folding``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar, cast, get_origin, overload

from pydantic import TypeAdapter, ValidationError
from typing_extensions import Self

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.value import EntityValue
    from accsyn_orm.query.fields import FieldRef

T = TypeVar("T")

METADATA: Final = "metadata"
"""The attribute that holds the keys."""

_PLAIN = frozenset({str, int, float, bool, list, dict})


class MetadataKey(Generic[T]):
    """A key of ``metadata`` that a studio agreed on, used like any attribute.

    It is read, assigned, compared, selected, exported, and given wherever attributes are given by
    name. What is given is checked; what others wrote is read as it is. ``None`` takes the key out.

    The annotation tells type checkers that the constructor takes it. Leave it out for types whose
    metadata cannot be given when one is created, such as queues.

    Args:
        kind: type of the value; a type that JSON lacks, such as an enumeration or a datetime, is
            kept as JSON has it.
        key: the key; the name of the attribute unless given.

    Example:
        >>> class StudioJob(Job):
        ...     shot: MetadataKey[str] = MetadataKey(str)
        >>> StudioJob(source="share=a/x.exr", destination="lisa@example.com", shot="sh010").metadata
        {'shot': 'sh010'}
        >>> print(StudioJob.where(StudioJob.shot == "sh010"))
        Job WHERE metadata.shot=sh010
    """

    def __init__(self, kind: type[T], key: str | None = None) -> None:
        self.kind: type[T] = kind
        self._checks: TypeAdapter[T] = TypeAdapter(kind)
        self._is_plain = (get_origin(kind) or kind) in _PLAIN
        self._key = key

    def __set_name__(self, owner: type[Entity], name: str) -> None:
        self._name = name
        self._key = self._key or name

    @property
    def key(self) -> str:
        """The key in ``metadata``."""
        return self._key or self._name

    @overload
    def __get__(self, instance: None, owner: type[Entity]) -> FieldRef[T]: ...
    @overload
    def __get__(self, instance: Entity, owner: type[Entity]) -> T | None: ...
    @overload
    def __get__(self, instance: object, owner: type[Any]) -> Self: ...
    def __get__(self, instance: object | None, owner: type[Any]) -> FieldRef[T] | T | Self | None:
        """Return the value, or ``None``; of the class, the field to compare."""
        if instance is None:
            if not hasattr(owner, METADATA):
                return self  # of a class that entities are mixed with
            from accsyn_orm.entities.literals import key_field  # which attributes are checked by

            return cast("FieldRef[T]", key_field(owner, self._name))
        if METADATA not in vars(instance):
            raise AttributeError(self._name)  # who asked goes on to __getattr__
        return self.value_in(vars(instance)[METADATA])

    def __set__(self, instance: Entity, value: T | None) -> None:
        """Never reached: entities assign by themselves, this makes the descriptor go first."""
        raise AttributeError(self._name)

    def value_in(self, metadata: object) -> T | None:
        """Return the value in what an entity has as metadata, as it is if it is not of the type."""
        if not isinstance(metadata, Mapping):
            return None
        value = cast("Mapping[str, Any]", metadata).get(self.key)
        if value is None or self._is_plain:
            return cast("T | None", value)
        try:
            return self._checks.validate_python(value)
        except ValidationError:
            return cast("T", value)

    def plain(self, value: object) -> Any:
        """Return a value as metadata holds it.

        Raises:
            ValidationError: it is not of the type.
        """
        valid = self._checks.validate_python(value, strict=self._is_plain)
        return valid if self._is_plain else self._checks.dump_python(valid, mode="json")


@lru_cache(maxsize=256)
def keys_of(cls: type[EntityValue]) -> Mapping[str, MetadataKey[Any]]:
    """Return the agreed keys that a class has or inherits, by attribute name."""
    found: dict[str, MetadataKey[Any]] = {}
    for base in reversed(cls.__mro__):
        for name, value in vars(base).items():
            if isinstance(value, MetadataKey):
                found[name] = value
            else:
                found.pop(name, None)
    return found


def key_named(cls: type[EntityValue], spelling: str) -> tuple[str, str] | None:
    """Return the agreed key that ``shot`` or ``metadata.shot`` means, in any letter case.

    What follows the key in the spelling, such as ``.frame`` in ``shot.frame``, comes with it.
    """
    text = spelling.lower()
    spellings = {
        begin.lower(): name
        for name, key in keys_of(cls).items()
        for begin in (f"{METADATA}.{key.key}", name)
    }
    for begin in sorted(spellings, key=len, reverse=True):
        if text == begin or text.startswith(f"{begin}."):
            return spellings[begin], text[len(begin) :]
    return None


def holder(cls: type[EntityValue], name: str) -> str:
    """Return the attribute that holds what a name means: metadata for an agreed key, or itself."""
    return METADATA if name in keys_of(cls) else name
