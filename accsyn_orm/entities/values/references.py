"""References from one entity to another: an id that knows what it leads to.

They are given as an id, a code or the entity itself, stored and sent as text, and read as ``Ref``.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeAlias, TypeVar, cast, get_args

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from accsyn_orm.entities.model import EntityModel
from accsyn_orm.entities.registry import can_be
from accsyn_orm.entities.siblings import Link
from accsyn_orm.entities.values.limits import NonEmpty
from accsyn_orm.entities.values.shortcuts import TEXT, Unless
from accsyn_orm.entities.views import View, view_in
from accsyn_orm.errors import EntityNotFoundError, EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity

E_co = TypeVar("E_co", bound="Entity", covariant=True)


def id_of(value: object, *, targets: tuple[str, ...] = ()) -> object:
    """Return the id of an entity, and any other value as it is.

    Args:
        value: the entity.
        targets: names of the classes it may be of; empty for any.

    Raises:
        PydanticCustomError: the entity is new, or of another class.
    """
    if not isinstance(value, EntityModel):
        return value
    if targets and not can_be(type(value), targets):
        reason = {"wanted": " or ".join(targets), "given": type(value).__name__}
        raise PydanticCustomError("reference", "is a {wanted}, not a {given}", reason)
    if (found := vars(value).get("id")) is None:
        raise PydanticCustomError(
            "reference", "save() the {kind} first", {"kind": type(value).__name__}
        )
    return found


def ids_of(value: object, *, targets: tuple[str, ...] = ()) -> object:
    """Return the ids of entities in a list, and other items as they are; see ``id_of()``."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [id_of(item, targets=targets) for item in cast("Sequence[object]", value)]
    return value


Idents: TypeAlias = Annotated[list[NonEmpty], BeforeValidator(ids_of)]
"""Run-time type of a list of entities: given as entities, ids or codes, stored as text."""


class Ref(str, Generic[E_co]):
    """The id of another entity: equal to its text, and able to fetch what it leads to.

    What can be one of several types is written as a union: ``Ref["Queue | Delivery"]``. It is also
    equal to the entity that has this id.

    Example:
        >>> job.user  # doctest: +SKIP
        Ref('69887165f643db8cd731b31a')
        >>> job.user.fetch().code  # doctest: +SKIP
        'lisa@example.com'
    """

    __slots__ = ("_holder", "_link")
    _holder: EntityModel
    _link: Link

    if not TYPE_CHECKING:

        def __class_getitem__(cls, target: Any) -> Any:
            """Erase to the text, marked as a reference to the classes of these names."""
            targets = class_names(target)
            make = partial(cls.held_by, targets=targets)
            given = BeforeValidator(partial(id_of, targets=targets))
            return Annotated[str, given, Unless(TEXT), View(str, make, targets)]

    @staticmethod
    def held_by(
        text: str, holder: EntityModel, attribute: str, *, targets: tuple[str, ...]
    ) -> Ref[Any]:
        """Return the reference that an attribute of an entity is."""
        return Ref.along(_link(attribute, targets), text, holder)

    @staticmethod
    def along(link: Link, text: str, holder: EntityModel) -> Ref[Any]:
        """Return the reference that stands in one place of an entity."""
        reference: Ref[Any] = Ref(text)
        reference._holder = holder  # of this class
        reference._link = link  # the same
        return reference

    @property
    def is_loaded(self) -> bool:
        """Whether ``fetch()`` has the answer already, for this entity or one loaded with it."""
        holder, link = self._place()
        return str(self) in holder.siblings.fetched(link)

    def fetch(self, *, refresh: bool = False) -> E_co:
        """Return the entity, in whatever state it is.

        The first one fetches the entities of all references in this attribute that were loaded
        together, in as few requests as possible; those of the others then cost nothing.

        Args:
            refresh: ask again, for all of them.

        Raises:
            EntityNotFoundError: it is gone, or may not be seen.
            EntityStateError: it was made from an id, and stands in no entity.
            HiddenRequestError: it would take a request, inside ``strict()``.
        """
        # Loads what asks, which entities are made of.
        from accsyn_orm.entities.links import follow

        holder, link = self._place()
        found = follow(holder, link, str(self), refresh=refresh)
        if found is None:
            raise EntityNotFoundError(" or ".join(link.targets), f"id {str(self)!r}")
        return cast("E_co", found)

    def _place(self) -> tuple[EntityModel, Link]:
        """Return the entity that it stands in, and where."""
        try:
            return self._holder, self._link
        except AttributeError:
            reason = f"{str(self)!r} stands in no entity: use get() of the class that it is of"
            raise EntityStateError("Ref", reason) from None

    def __eq__(self, other: object) -> bool:
        if isinstance(other, EntityModel):
            return str(self) == vars(other).get("id")
        return str.__eq__(self, other)

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__

    def __repr__(self) -> str:
        return f"Ref({super().__repr__()})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as the plain id: the session stays behind."""
        return str, (str(self),)


@lru_cache(maxsize=1024)
def _link(attribute: str, targets: tuple[str, ...]) -> Link:
    return Link(attribute, targets)


def class_names(target: Any) -> tuple[str, ...]:
    """Return the names of the classes that a reference is declared to lead to."""
    if isinstance(target, str):
        return tuple(name.strip() for name in target.split("|"))
    return tuple(cls.__name__ for cls in get_args(target) or (target,))


@lru_cache(maxsize=256)
def links(cls: type[EntityModel]) -> dict[str, Link]:
    """Return the attributes of a class that hold the id of another entity."""
    views = {
        name: view_in(field.annotation, field.metadata) for name, field in cls.model_fields.items()
    }
    return {
        name: Link(name, view.targets)
        for name, view in views.items()
        if view is not None and view.targets
    }


def reference_names(cls: type[EntityModel]) -> tuple[str, ...]:
    """Return the attributes of a class that hold the id of another entity."""
    return tuple(links(cls))
