"""References from one entity to another: an id that knows what it leads to.

They are given as an id, a code or the entity itself, stored and sent as text, and read as ``Ref``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, cast

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError
from typing_extensions import Self

from accsyn_orm.entities.model import EntityModel
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.views import View, view_in

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity

E_co = TypeVar("E_co", bound="Entity", covariant=True)


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


class Ref(str, Generic[E_co]):
    """The id of another entity: equal to its text, and able to fetch what it leads to.

    Example:
        >>> job.user  # doctest: +SKIP
        Ref('69887165f643db8cd731b31a')
        >>> job.user.fetch().code  # doctest: +SKIP
        'lisa@example.com'
    """

    __slots__ = ("_attribute", "_holder")
    _holder: EntityModel
    _attribute: str

    if not TYPE_CHECKING:

        def __class_getitem__(cls, target: Any) -> Any:
            """Erase to the text, marked as a reference to the class of that name."""
            name = target if isinstance(target, str) else target.__name__
            return Annotated[str, BeforeValidator(id_of), View(str, cls.held_by, name)]

    @classmethod
    def held_by(cls, text: str, holder: EntityModel, attribute: str) -> Self:
        """Return the reference that an attribute of an entity is."""
        reference = cls(text)
        reference._holder = holder  # of this class
        reference._attribute = attribute  # the same
        return reference

    @property
    def target(self) -> type[E_co]:
        """The class that it leads to."""
        view = _references(type(self._holder))[self._attribute]
        return cast("type[E_co]", ENTITY_CLASSES.named(view.target or ""))

    def fetch(self) -> E_co:
        """Return the entity; one request.

        Raises:
            EntityNotFoundError: it is gone, or may not be seen.
        """
        return self.target.get(str(self), session=self._holder.session)

    def __repr__(self) -> str:
        return f"Ref({super().__repr__()})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as the plain id: the session stays behind."""
        return str, (str(self),)


@lru_cache(maxsize=256)
def _references(cls: type[EntityModel]) -> dict[str, View]:
    found = {
        name: view_in(field.annotation, field.metadata) for name, field in cls.model_fields.items()
    }
    return {name: view for name, view in found.items() if view is not None and view.target}


def reference_names(cls: type[EntityModel]) -> tuple[str, ...]:
    """Return the attributes of a class that hold the id of another entity."""
    return tuple(_references(cls))
