"""Entities of types that this version has no class for: everything is kept, nothing is checked.

They are read, found and deleted like any other. What may be written is not known: that is left to
``session.create()`` and ``session.update()``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from types import new_class
from typing import TYPE_CHECKING, Any, ClassVar

from accsyn_orm.entities.attributes import ReadOnlyAttr, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.errors import EntityValidationError, shown

_TYPE = re.compile(r"[a-z][a-z0-9_]*")


class GenericEntity(Entity):
    """An entity of a type without a class; made by ``entity_class()``.

    Every attribute can be queried and selected; what was loaded is read like any attribute.
    """

    __is_open__: ClassVar[bool] = True

    if TYPE_CHECKING:  # a Pydantic model with attributes of any name, otherwise

        def __getattr__(self, name: str) -> Any: ...

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _empty, (self.__entity_type__,), self.__getstate__()


def entity_class(entitytype: str) -> type[Entity]:
    """Return the class of a type by its name on the wire, and for unknown types a generic one.

    Args:
        entitytype: such as ``job`` or ``gadget``, in any letter case.

    Raises:
        EntityValidationError: this is no name of a type.

    Example:
        >>> entity_class("job").__name__
        'Job'
        >>> Gadget = entity_class("gadget")
        >>> print(Gadget.parse("Gadget WHERE colour=red"))
        Gadget WHERE colour=red
    """
    name = entitytype.strip().lower()
    if not _TYPE.fullmatch(name):
        reason = f"{shown(entitytype)} is no entity type, such as 'job'"
        raise EntityValidationError("entity", [("entitytype", reason)])
    return ENTITY_CLASSES[name] if name in ENTITY_CLASSES else _generic(name)


@lru_cache(maxsize=256)
def _generic(entitytype: str) -> type[GenericEntity]:
    name = "".join(part.capitalize() for part in entitytype.split("_"))
    about = f"Entities of the type {entitytype}, which this version has no class for."
    namespace = {
        "__module__": __name__,
        "__doc__": about,
        "__entity_type__": entitytype,
        "__python__": f"entity_class({entitytype!r})",
    }
    return new_class(name, (GenericEntity,), exec_body=lambda body: body.update(namespace))


def _empty(entitytype: str) -> Entity:
    cls = entity_class(entitytype)
    return cls.__new__(cls)
