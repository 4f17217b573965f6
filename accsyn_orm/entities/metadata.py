"""Agreed keys of ``metadata`` as typed attributes of a class of one's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from pydantic import TypeAdapter, ValidationError
from typing_extensions import Self

from accsyn_orm.errors import EntityValidationError

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.query.fields import FieldRef

T = TypeVar("T")


class MetadataKey(Generic[T]):
    """A key of ``metadata`` that a studio agreed on, read, written and queried as an attribute.

    What is written is checked; what others wrote is read as it is. ``None`` takes the key out.

    Args:
        kind: type of the value.
        key: the key; the name of the attribute unless given.

    Example:
        >>> class StudioJob(Job):
        ...     shot = MetadataKey(str)
        >>> print(StudioJob.where(StudioJob.shot == "sh010"))
        Job WHERE metadata.shot=sh010
    """

    def __init__(self, kind: type[T], key: str | None = None) -> None:
        self._checks: TypeAdapter[T] = TypeAdapter(kind)
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
            return cast("FieldRef[T]", owner.metadata[self.key])
        return cast("T | None", cast("Any", instance).metadata.get(self.key))

    def __set__(self, instance: Entity, value: T | None) -> None:
        """Write the value into ``metadata``.

        Raises:
            EntityValidationError: it is not of the type.
        """
        metadata = dict(vars(instance).get("metadata") or {})
        if value is None:
            metadata.pop(self.key, None)
        else:
            metadata[self.key] = self._checked(instance, value)
        cast("Any", instance).metadata = metadata

    def _checked(self, instance: Entity, value: T) -> T:
        try:
            return self._checks.validate_python(value, strict=True)
        except ValidationError as error:
            reason = error.errors(include_url=False)[0]["msg"]
            problem = (self._name, f"{reason[:1].lower()}{reason[1:]}, not {type(value).__name__}")
            raise EntityValidationError(type(instance).__name__, [problem]) from error
