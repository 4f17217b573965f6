"""Entity: a typed record of the backend that knows how to find, change, save and delete itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from typing_extensions import Never, Self

from accsyn_orm.entities import validation
from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.dialects import NEUTRAL, dialect_of, wire_type
from accsyn_orm.entities.folding import folded
from accsyn_orm.entities.loading import Loader
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.state import EntityState
from accsyn_orm.entities.stored import StoredEntity
from accsyn_orm.errors import (
    BackendError,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
)
from accsyn_orm.query.nodes import Expression


class Entity(StoredEntity):
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
        elif changes := self.changes:
            backend = required_backend(type(self), session or self._state.backend)
            if check:
                self._catch_up(backend)
                changes = self.changes
            if changes:
                self._update(backend, changes)
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
