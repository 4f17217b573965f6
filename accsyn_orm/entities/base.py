"""Entity: a typed record of the backend that knows how to find, change, save and delete itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, cast

from typing_extensions import Never, Self

from accsyn_orm.entities import validation
from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.changes import Change, detached, refilled
from accsyn_orm.entities.conflicts import reconciled
from accsyn_orm.entities.dialects import NEUTRAL, dialect_of, wire_type
from accsyn_orm.entities.folding import folded
from accsyn_orm.entities.loading import Loader
from accsyn_orm.entities.model import EntityModel, EntityState
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.sending import as_spelled, outgoing
from accsyn_orm.errors import (
    BackendError,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
)
from accsyn_orm.query.nodes import Expression

if TYPE_CHECKING:
    from accsyn_orm.entities.siblings import Siblings


class Entity(EntityModel):
    """Base of everything in a workspace that has attributes and an id.

    Attributes that were not loaded are absent: reading one raises ``AttributeNotLoadedError``.
    Attributes that this version does not know are kept in ``extra``. Saved entities are equal when
    their ids are and they are of one type, or kinds of one thing: a ``Transfer`` and the ``Job``
    that it is, a ``Folder`` and the ``Share``, an object of a class of yours and one of ours.
    """

    # -- finding ----------------------------------------------------------------------------------

    @classmethod
    def where(cls, *expressions: Expression, **values: Never) -> Query[Self]:
        """Return the query for the entities that satisfy all conditions; without any, for all.

        Args:
            expressions: conditions such as ``Job.status == "failed"``.
            values: none; ``where(status="failed")`` is refused with what to write.

        Raises:
            TypeError: something is no condition.
            QueryFieldError: a condition names an attribute that the entity does not have.
            QueryValueError: an attribute can never have the value it is compared with.
        """
        return Query(cls).where(*expressions, **values)

    @classmethod
    def parse(cls, text: str) -> Query[Self]:
        """Return the query that a text such as ``Job WHERE status!=failed`` describes.

        The text may name the type as either generation of the backend does. If it names a kind of
        this class, such as ``Transfer`` for ``Job``, it is the query for that kind.

        Raises:
            QuerySyntaxError: the text is not a query.
            QueryFieldError: it names an attribute that the entity does not have.
            QueryValueError: it is about another type of entity, or compares with an impossible
                value.
        """
        from accsyn_orm.entities.querying.text import class_for  # only for text, as the parser
        from accsyn_orm.query import parse

        statement = parse(text)
        query = Query(cast("type[Self]", class_for(cls, statement.entity, text)))
        return query if statement.where is None else query.where(statement.where)

    @classmethod
    def get(cls, id: str, *, session: Backend | None = None) -> Self:  # noqa: A002  # as on the wire
        """Return the entity with this id, in whatever state it is.

        Raises:
            EntityNotFoundError: there is none, or it may not be seen.
            EntityValidationError: this is no id; a code is found with ``where()``.
        """
        backend = required_backend(cls, session)
        if not isinstance(id, str):  # pyright: ignore[reportUnnecessaryIsInstance]  # unchecked callers
            raise validation.no_id(cls, id, f"is text, not {type(id).__name__}")
        try:
            record = backend.get_entity(wire_type(cls, backend), id) if id else None
        except EntityValidationError as error:
            ((_, reason), *_) = error.problems
            raise validation.no_id(cls, id, reason) from error
        if record is None or not dialect_of(cls, backend).describes(record):
            raise EntityNotFoundError(cls.__name__, f"id {str(id)!r}")
        return cls.load_record(record, backend)

    @classmethod
    def loaded(cls, *, session: Backend | None = None, **values: Any) -> Self:
        """Return an entity that is known to exist with these values, without asking for it.

        ``repr()`` of a saved entity is such a call, so that it can be pasted back. Whatever is left
        out is absent until ``refresh()``.

        Args:
            session: where it lives; the session that is active when it is used, unless given.
            values: attributes by name, as the backend sends them; at least ``id``. Agreed keys of
                metadata are all that there is in it, unless it is given as well.

        Raises:
            EntityStateError: the id is missing.
            EntityValidationError: an agreed key of metadata is not of its type.
        """
        if not values.get("id"):
            raise EntityStateError(cls.__name__, "has an id once it was saved: name it with id=…")
        known, problems = folded(cls, values, is_new=False)
        if problems:
            raise validation.refusal(cls, problems)
        return next(Loader(cls, NEUTRAL, EntityState(session, is_new=False)).load([known]))

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

    # -- writing ----------------------------------------------------------------------------------

    @classmethod
    def get_or_create(
        cls,
        defaults: Mapping[str, Any] | None = None,
        *,
        session: Backend | None = None,
        **lookup: Any,
    ) -> tuple[Self, bool]:
        """Return the only entity with these values, or create it; and whether it was created.

        Of two who create the same at once, the one who is refused takes what the other created.
        Two are refused only where the backend keeps a value unique, as it does with codes.

        Args:
            defaults: further attributes of one that is created.
            session: where to look; the active session unless given.
            lookup: attributes and the values that they have, or are created with.

        Raises:
            EntityValidationError: it could not be created like this; nothing was asked.
            QueryError: an attribute cannot be asked for.
            MultipleEntitiesError: several have these values.

        Example:
            >>> queue, is_new = Queue.get_or_create(
            ...     code="panic", defaults={"priority": 1000}
            ... )  # doctest: +SKIP
        """
        if not lookup:
            problem = ("lookup", "name at least one attribute and its value")
            raise validation.refusal(cls, [problem])
        backend = required_backend(cls, session)
        candidate = cls(**{**(defaults or {}), **lookup})
        query = Query(cls, backend=backend).where(
            *(getattr(cls, name) == value for name, value in lookup.items())
        )
        if (found := query.one_or_none()) is not None:
            return found, False
        try:
            return candidate.save(session=backend), True
        except BackendError:
            if (found := query.one_or_none()) is None:
                raise
            return found, False

    def save(self, *, session: Backend | None = None, check: bool = False) -> Self:
        """Create a new entity, or send what changed; nothing is sent when nothing changed.

        When it fails, the changes stay and can be saved again.

        With ``check`` the entity is read before, one request more. What others changed since it was
        loaded is taken over, and what both changed to different values is a conflict; that goes for
        each key of a dictionary, such as ``metadata.shot``. There is no lock: a change between the
        two requests is not noticed.

        The backend replaces a dictionary as a whole. Without ``check`` it becomes what it is here,
        so what others changed in ``metadata`` meanwhile is lost even if it was another key.

        Args:
            session: where to save; unless given, where it was loaded from, or the active session.
            check: refuse to overwrite what others changed; of no effect on new entities.

        Returns:
            The entity itself, with what the backend answered taken over.

        Raises:
            EntityValidationError: a required attribute is missing, or a value cannot be sent.
            EntityStateError: it was deleted, or created without the backend saying its id.
            ConflictError: others changed the same; nothing was sent, and the entity is as before:
                ``refresh()`` takes over what they saved.
            EntityNotFoundError: it is gone, which ``check`` noticed.
        """
        self._refuse_deleted()
        if self.is_new:
            self._create(required_backend(type(self), session or self._state.backend))
        elif self.changes:
            backend = required_backend(type(self), session or self._state.backend)
            if check:
                self._catch_up(backend)
            if changed := list(self.changes):
                self._update(backend, changed)
        return self

    def delete(self, *, force: bool = False) -> None:
        """Delete the entity in the backend; afterwards it can be read, but not written.

        Args:
            force: delete even what is in use, where the backend allows that.

        Raises:
            EntityStateError: it is new or already deleted; it is one that accsyn keeps; or the
                backend did not delete it.
        """
        backend = self._saved_backend()
        if reason := self.why_kept():
            raise EntityStateError(type(self).__name__, f"{self!r} {reason}")
        options = {"force": True} if force else None
        self._note(writes=self._state.writes + 1)
        if not backend.delete_one(wire_type(type(self), backend), self._id, options):
            raise EntityStateError(type(self).__name__, f"the backend did not delete {self!r}")
        self._note(is_deleted=True)

    def refresh(self) -> Self:
        """Load everything the backend has now; changes that were not saved are dropped.

        Raises:
            EntityNotFoundError: it is gone.
            EntityStateError: it is new or deleted.
        """
        backend = self._saved_backend()
        record = self._fetch(backend)
        if record is None:
            raise EntityNotFoundError(type(self).__name__, f"id {self._id!r}")
        fresh, held = self.load_record(record, backend), dict(vars(self))
        self._forget()
        self._take_over(fresh, held)
        self.settle(EntityState(backend, is_new=False, writes=self._state.writes))
        return self

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

    def _update(self, backend: Backend, changed: list[str]) -> None:
        data, before = self._data(backend, changed, []), self._spelled_before(backend, changed)
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
        waiting = {name: change for name, change in self.changes.items() if name not in values}
        self._note(writes=self._state.writes + 1)
        before = self._spelled_before(backend, values)
        fresh = self.load_record(self._send(backend, data, before), backend)
        self._take_over_around(fresh, waiting, backend)

    def _spelled_before(self, backend: Backend, names: Iterable[str]) -> Record:
        """Return what the backend last said of these attributes, as it spells them."""
        changes, values = self.changes, vars(self)
        said = {
            name: changes[name].before if name in changes else values.get(name, UNSET)
            for name in names
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
