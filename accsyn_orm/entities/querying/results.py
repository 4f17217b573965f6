"""Results: the entities that a query found, as a list that notebooks show as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity

E = TypeVar("E", bound="Entity")


class Results(list[E]):
    """A list of entities."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        from accsyn_orm.entities.notebook import entities_html  # only notebooks ask

        return entities_html(self)
