"""Lists of references from one entity to others: ids that know what they lead to.

They are given as ids, codes or entities, stored and sent as a list of text, and read as ``Refs``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar, cast, overload

from pydantic import BeforeValidator

from accsyn_orm.entities.siblings import Link
from accsyn_orm.entities.values.references import Ref, class_names, ids_of
from accsyn_orm.entities.views import View

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.model import EntityModel

E_co = TypeVar("E_co", bound="Entity", covariant=True)


class Refs(Sequence[Ref[E_co]], Generic[E_co]):
    """The ids of other entities: a sequence of references, equal to the list of their texts.

    It cannot be changed in place; assign another list where that is allowed.

    Example:
        >>> volume.siteservers  # doctest: +SKIP
        Refs(['0b6509a7bbaf3e55af0048f1'])
        >>> [server.code for server in volume.siteservers.fetch()]  # doctest: +SKIP
        ['ldn-server']
    """

    __slots__ = ("_holder", "_idents", "_link")

    if not TYPE_CHECKING:

        def __class_getitem__(cls, target: Any) -> Any:
            """Erase to a list of text, marked as references to the classes of these names."""
            targets = class_names(target)
            given = BeforeValidator(partial(ids_of, targets=targets))
            view = View(list, partial(cls._held_by, targets=targets), targets)
            return Annotated[list[str], given, view]

    def __init__(
        self, idents: Sequence[Any], link: Link | None = None, holder: EntityModel | None = None
    ) -> None:
        self._idents = idents
        self._link = link
        self._holder = holder

    @classmethod
    def _held_by(
        cls, idents: list[Any], holder: EntityModel, attribute: str, *, targets: tuple[str, ...]
    ) -> Refs[Any]:
        return cls(idents, Link(attribute, targets), holder)

    def fetch(self) -> list[E_co]:
        """Return the entities, in whatever state each is, in the order of the ids.

        The first one fetches those of all entities that were loaded together.

        Raises:
            EntityNotFoundError: one is gone, or may not be seen.
            HiddenRequestError: it would take a request, inside ``strict()``.
        """
        return [reference.fetch() for reference in self]

    @overload
    def __getitem__(self, index: int) -> Ref[E_co]: ...
    @overload
    def __getitem__(self, index: slice) -> list[Ref[E_co]]: ...
    def __getitem__(self, index: int | slice) -> Ref[E_co] | list[Ref[E_co]]:
        if isinstance(index, slice):
            return [self._reference(ident) for ident in self._idents[index]]
        return self._reference(self._idents[index])

    def __len__(self) -> int:
        return len(self._idents)

    def __iter__(self) -> Iterator[Ref[E_co]]:
        return map(self._reference, self._idents)

    def _reference(self, ident: Any) -> Ref[E_co]:
        if self._link is None or self._holder is None:
            return Ref(str(ident))  # made from texts alone
        return Ref.along(self._link, str(ident), self._holder)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, (list, tuple, Refs)):
            return list(self) == list(cast("Sequence[object]", other))
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]  # it can be equal to a list

    def __str__(self) -> str:
        return str(list(map(str, self._idents)))

    def __repr__(self) -> str:
        return f"Refs({self})"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle and copy as the plain list: the session stays behind."""
        return list, (list(self._idents),)
