"""Entities that exist only beneath another one: tasks of a job, files of a collection.

They are found under their parent alone; ``__parent__`` names the attribute that holds its id.
"""

from __future__ import annotations

from typing import ClassVar

from typing_extensions import Self

from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.errors import EntityNotFoundError, EntityStateError
from accsyn_orm.query.nodes import Comparison, Operator, Statement


class SubEntity(Entity):
    """An entity that is found under its parent.

    ``__loaded_with__`` is how users come from the parent to it.
    """

    __loaded_with__: ClassVar[str] = "under()"

    @classmethod
    def _get_beneath(cls, ident: str, parent: str | Entity | None, session: Backend | None) -> Self:
        """Return the entity with this id.

        Raises:
            EntityNotFoundError: there is none.
            EntityStateError: the parent was not named, or is new.
        """
        above = cls.__parent__
        if parent is None:
            reason = f"a {cls.__entity_type__} is found under its {above}: name it with {above}=…"
            raise EntityStateError(cls.__name__, reason)
        parent_id = cls.where().under(parent).selection.parent or ""
        backend = required_backend(cls, session)
        record = cls._record(backend, parent_id, ident) if ident else None
        if record is None:
            raise EntityNotFoundError(cls.__name__, f"id {ident!r} in {above} {parent_id!r}")
        return cls.load_record(record, backend)

    @classmethod
    def _record(cls, backend: Backend, parent: str, ident: str) -> Record | None:
        """Ask for one record; the parent, which it does not name itself, is put into it."""
        statement = Statement(cls.__entity_type__, Comparison("id", Operator.EQUAL, ident))
        record = next(iter(backend.find(statement, entityid=parent, limit=1)), None)
        return record and {str(cls.__parent__): parent, **record}

    def _fetch(self, backend: Backend) -> Record | None:
        return self._record(backend, self._parent_id(), self._id)

    def _parent_id(self) -> str:
        above = type(self).__parent__
        if above not in vars(self):
            way = f"load it with {type(self).__loaded_with__}"
            reason = f"the backend did not say which {above} it is in: {way}"
            raise EntityStateError(type(self).__name__, reason)
        return str(vars(self)[above])
