"""What an entity exchanges with its backend: what is sent of it, and what it takes over.

When that happens is the business of ``base``; what it means for a kind of entity, of the methods
that classes of ``types`` override.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any

from typing_extensions import Self

from accsyn_orm.entities import validation
from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.changes import Change, detached, refilled
from accsyn_orm.entities.conflicts import reconciled
from accsyn_orm.entities.dialects import dialect_of, wire_type
from accsyn_orm.entities.loading import Loader
from accsyn_orm.entities.model import EntityModel
from accsyn_orm.entities.sending import as_spelled, outgoing
from accsyn_orm.entities.state import EntityState
from accsyn_orm.errors import EntityNotFoundError, EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.siblings import Siblings


class StoredEntity(EntityModel):
    """An entity as the backend keeps it."""

    # -- from records ------------------------------------------------------------------------------

    @classmethod
    def load_record(cls, record: Mapping[str, Any], backend: Backend) -> Self:
        """Return the entity that a record describes, tolerating everything in it.

        Unknown attributes and values are kept; a value of the wrong type is kept as it is.
        """
        return cls.load_records([record], backend)[0]

    @classmethod
    def load_records(
        cls,
        records: Iterable[Mapping[str, Any]],
        backend: Backend,
        siblings: Siblings | None = None,
    ) -> list[Self]:
        """Return the entities that records describe; much as ``load_record()`` for each.

        Args:
            records: the records.
            backend: where they are from.
            siblings: what they will belong to.
        """
        state = EntityState(backend, is_new=False, siblings=siblings)
        entities: list[Self] = []
        for kind, group in groupby(records, cls.class_of):
            entities += Loader(kind, dialect_of(kind, backend), state).load(group)
        return entities

    @classmethod
    def class_of(cls, record: Mapping[str, Any]) -> type[Self]:  # noqa: ARG003  # for subclasses
        """Return the class that a record is loaded as: this one, or a kind of it."""
        return cls

    # -- for those who save and delete many at once ------------------------------------------------

    def creation_for(self, backend: Backend) -> tuple[Record, str | None]:
        """Return what ``save()`` would send to create it, and the id of its parent.

        Raises:
            EntityValidationError: it may not be sent as it is.
        """
        return self._creation(self._data(backend, list(self.changes), self._missing()))

    def accept(self, answered: Self | None, backend: Backend) -> None:
        """Take over what the backend answered when this entity was saved, though not by itself.

        Args:
            answered: the entity as it is now; ``None`` when it was created under an unknown id.
            backend: where it was saved.
        """
        if answered is None:
            self._note(is_lost=True)
            return
        state = self._state
        self._take_over(answered)
        self.settle(replace(state.settled(backend), writes=state.writes + 1))

    def why_kept(self) -> str | None:
        """Return why the backend will not delete it, as far as is known, and what to do instead."""
        return None

    # -- what some kinds of entities do differently ------------------------------------------------

    def _missing(self) -> list[validation.Problem]:
        """Return what a new entity lacks although no single attribute is required."""
        return []

    def _creation(self, data: Record) -> tuple[Record, str | None]:
        """Return what to send to create the entity, and the id of its parent."""
        return data, None

    def _found_instead(self, backend: Backend) -> Record | None:  # noqa: ARG002  # for subclasses
        """Return the record of what was created, when the backend did not say its id."""
        return None

    def _send(self, backend: Backend, data: Record, before: Record) -> Record:
        """Change what ``data`` names, which was as ``before`` says; return what was answered."""
        return backend.update(wire_type(type(self), backend), self._id, data, before=before)

    def _fetch(self, backend: Backend) -> Record | None:
        return backend.get_entity(wire_type(type(self), backend), self._id)

    # -- how saving works --------------------------------------------------------------------------

    @property
    def _id(self) -> str:
        return str(vars(self)["id"])

    def _saved_backend(self) -> Backend:
        self._refuse_deleted()
        if self.is_new:
            raise EntityStateError(type(self).__name__, f"{self!r} is new: save() it first")
        return required_backend(type(self), self._state.backend)

    def _create(self, backend: Backend) -> None:
        self._refuse_lost()
        content, parent = self.creation_for(backend)
        reply = backend.create(wire_type(type(self), backend), content, parent)
        answered = next(iter(reply), Record()) if isinstance(reply, list) else reply
        record = answered if answered.get("id") else self._found_instead(backend)
        if record is None:
            self._note(is_lost=True)
            raise self._lost()
        self._take_over(self.load_record(record, backend))
        self.settle(EntityState(backend, is_new=False))

    def _refuse_lost(self) -> None:
        """Refuse to create the same entity twice."""
        if self._state.is_lost:
            raise self._lost()

    def _lost(self) -> EntityStateError:
        reason = "was created, but the backend did not say its id: find it with where()"
        return EntityStateError(type(self).__name__, reason)

    def _update(self, backend: Backend, changes: Mapping[str, Change]) -> None:
        data = self._data(backend, list(changes), [])
        before = self._spelled_before(backend, changes, changes)
        self._note(writes=self._state.writes + 1)
        record = self._send(backend, data, before)
        self._take_over(self.load_record(record, backend))
        self.settle(self._state.settled(backend))

    def _change(self, **values: object) -> None:
        """Change these attributes in the backend now; what else was changed goes on waiting.

        When it fails, nothing is different.

        Raises:
            EntityValidationError: they may not be sent as they are.
            EntityStateError: it is new or deleted.
        """
        backend, cls = self._saved_backend(), type(self)
        checked = {name: validation.validated(cls, name, value) for name, value in values.items()}
        problems = [problem for _, found in checked.values() for problem in found]
        valid = {name: value for name, (value, _) in checked.items()}
        data = outgoing(cls, valid, backend, is_new=False, problems=problems)
        changes = self.changes
        waiting = {name: change for name, change in changes.items() if name not in values}
        self._note(writes=self._state.writes + 1)
        before = self._spelled_before(backend, values, changes)
        fresh = self.load_record(self._send(backend, data, before), backend)
        self._take_over_around(fresh, waiting, backend)

    def _spelled_before(
        self, backend: Backend, names: Iterable[str], changes: Mapping[str, Change]
    ) -> Record:
        """Return what the backend last said of these attributes, and when, as it spells them."""
        values = vars(self)
        said = {
            name: changes[name].before if name in changes else values.get(name, UNSET)
            for name in (*names, "modified")
        }
        return as_spelled(type(self), said, backend)

    def _unload(self, names: Iterable[str]) -> None:
        """Forget attributes that are not what they were; reading one says that it is not loaded."""
        gone = frozenset(names)
        before = self._state.before.items()
        self._note(before={name: value for name, value in before if name not in gone})
        for name in gone:
            vars(self).pop(name, None)

    def _catch_up(self, backend: Backend) -> None:
        """Take over what others changed, and keep the own changes.

        Raises:
            ConflictError: both changed the same to different values.
        """
        record = self._fetch(backend)
        if record is None:
            raise EntityNotFoundError(type(self).__name__, f"id {self._id!r}")
        now = self.load_record(record, backend)
        waiting, both = self.changes, reconciled(self, now)
        self._take_over_around(now, waiting, backend)
        vars(self).update({name: refilled(vars(self)[name], both[name]) for name in both})

    def _take_over_around(
        self, fresh: Self, waiting: Mapping[str, Change], backend: Backend
    ) -> None:
        """Overlay the values of another object of the same entity, but for changes that wait."""
        for name in waiting:
            vars(self).pop(name, None)  # what waits is not filled with what the backend says
        self._take_over(fresh)
        self.settle(self._state.settled(backend))
        said = {name: detached(vars(fresh).get(name, waiting[name].before)) for name in waiting}
        self._note(before={**self._state.before, **said})
        vars(self).update({name: change.after for name, change in waiting.items()})

    def _data(
        self, backend: Backend, names: list[str], problems: list[validation.Problem]
    ) -> Record:
        """Return these attributes as the backend's generation spells them.

        Raises:
            EntityValidationError: they may not be sent as they are.
        """
        values = {name: vars(self)[name] for name in names}
        return outgoing(type(self), values, backend, is_new=self.is_new, problems=problems)
