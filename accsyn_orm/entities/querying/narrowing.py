"""Narrowing: the part of a query that says what is meant, and never asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from typing_extensions import Never, Self

from accsyn_orm.entities.literals import bind, selected_name
from accsyn_orm.entities.querying.elsewhere import elsewhere
from accsyn_orm.entities.querying.selection import Selection, natural
from accsyn_orm.entities.shape import python_name
from accsyn_orm.entities.validation import did_you_mean
from accsyn_orm.errors import EntityStateError, QueryError, QueryValueError, shown
from accsyn_orm.query.nodes import And, Comparison, Expression, Or, Statement, all_of, any_of
from accsyn_orm.query.spelling import spell

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.relations import Relation
    from accsyn_orm.query.fields import FieldRef

E = TypeVar("E", bound="Entity")

_EVERYTHING = Selection()


@dataclass(frozen=True, slots=True, repr=False)
class Narrowing(Generic[E]):
    """Says which entities of one type are meant; every method returns a new query."""

    entity: type[E]
    selection: Selection = _EVERYTHING
    backend: Backend | None = field(default=None, compare=False, repr=False)
    known: tuple[E, ...] | None = field(default=None, compare=False, repr=False)

    def where(self, *expressions: Expression, **values: Never) -> Self:
        """Return the query with these conditions added (AND).

        Args:
            expressions: conditions such as ``Job.status == "failed"``.
            values: none; ``where(status="failed")`` is refused with what to write.

        Raises:
            TypeError: something is no condition.
            QueryFieldError: a condition names an attribute that the entity does not have.
            QueryValueError: an attribute can never have the value it is compared with.
        """
        if values:
            raise TypeError(_no_keywords(self.entity.__name__, values))
        bound = [bind(self.entity, expression) for expression in expressions]
        given = [] if self.selection.where is None else [self.selection.where]
        return self._with(where=all_of([*given, *bound])) if bound else self

    def __and__(self, other: Expression | Narrowing[E]) -> Self:
        """Return the query for what satisfies both.

        Raises:
            QueryValueError: the queries say different things beside the condition.
        """
        if isinstance(other, Narrowing):
            self._refuse_other_entity(other)
            selection = self.selection.merged(other.selection, str(other))
            backend = self._common_backend(other)
            merged = replace(self, selection=selection, backend=backend, known=None)
            added = other.selection.where
            return merged if added is None else merged.where(added)
        if _is_expression(other):
            return self.where(other)
        return NotImplemented

    def __or__(self, other: Expression | Narrowing[E]) -> Self:
        """Return the query for what satisfies either.

        Raises:
            QueryValueError: the queries differ in more than the condition.
        """
        backend = self.backend
        if isinstance(other, Narrowing):
            self._refuse_other_entity(other)
            self.selection.refuse_other_request(other.selection, str(other))
            backend, added = self._common_backend(other), other.selection.where
        elif _is_expression(other):
            added = bind(self.entity, other)
        else:
            return NotImplemented
        mine = self.selection.where
        where = None if mine is None or added is None else any_of([mine, added])
        return replace(self._with(where=where), backend=backend)

    __rand__ = __and__
    __ror__ = __or__

    def limit(self, count: int) -> Self:
        """Return the query for at most this many entities."""
        return self._with(limit=natural(count, "limit"))

    def skip(self, count: int) -> Self:
        """Return the query without the first entities, in whatever order the backend has them."""
        return self._with(skip=natural(count, "skip"))

    def only(self, *attributes: FieldRef[Any] | str) -> Self:
        """Return the query that loads these attributes, and the id; reading others raises.

        A key of a dictionary, such as ``metadata.shot``, loads the whole dictionary.

        Raises:
            QueryFieldError: the entity has no such attribute.
        """
        names = [selected_name(self.entity, item) for item in attributes]
        return self._with(attributes=tuple(dict.fromkeys([*self.entity.__always__, *names])))

    def finished(self) -> Self:
        """Return the query among jobs that are done or aborted."""
        return self._with(finished=True)

    def inactive(self) -> Self:
        """Return the query among deactivated entities."""
        return self._with(inactive=True)

    def archived(self) -> Self:
        """Return the query among deleted and purged entities; slow in the backend."""
        return self._with(archived=True)

    def under(self, parent: Entity | str) -> Self:
        """Return the query for sub-entities of one parent, such as the tasks of a job.

        Raises:
            EntityStateError: the parent is no id, and no entity that was saved.
        """
        found = parent if isinstance(parent, str) else getattr(parent, "id", None)
        if not found or not isinstance(found, str):
            reason = f"looked for under {parent!r}, which has no id: save() it first"
            raise EntityStateError(self.entity.__name__, reason)
        return self._with(parent=str(found))

    def using(self, session: Backend | None) -> Self:
        """Return the query bound to a session; with ``None``, to the one that is active then."""
        return replace(self, backend=session, known=None)

    def with_known(self, entities: tuple[E, ...] | None) -> Self:
        """Return the query with its answer, which was prefetched; changing the query drops it."""
        return replace(self, known=entities)

    def prefetch(self, *names: FieldRef[Any] | Relation[Any] | str) -> Self:
        """Return the query that fetches with each page what its entities refer to.

        That takes a request for each name and page, or more when a page names more than a hundred
        entities, or some that are not active. Of a relation to many, such as ``Queue.jobs``, all is
        loaded: a request for each hundred entities of the page, and for each further 500 found.

        Args:
            names: references such as ``Job.user``, relations such as ``User.home`` and
                ``Queue.jobs``, parties, and parts of a task's party (``"source.user"``). A dot
                leads on: ``"user.queue"``, ``"jobs.user"``.

        Raises:
            QueryFieldError: there is no such attribute, it refers to nothing, or the backend gives
                it for one entity at a time, as tasks. When it is asked: only the other generation
                has it.

        Example:
            >>> for job in Job.where().prefetch(Job.user, "parent"):  # doctest: +SKIP
            ...     print(job.user.fetch().code, job.parent.fetch().code)
        """
        from accsyn_orm.entities.prefetching import checked_name  # only for who asks

        checked = [checked_name(self.entity, name) for name in names]
        return self._with(prefetch=tuple(dict.fromkeys([*self.selection.prefetch, *checked])))

    def strict(self) -> Self:
        """Return the query whose entities fetch nothing later: what they need is prefetched.

        Following a reference that was not then raises ``HiddenRequestError``. ``session.strict()``
        does the same for all entities, inside a block.
        """
        return self._with(strict=True)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            hint = elsewhere(name, self.entity.__name__) or did_you_mean(name, dir(type(self)))
            reason = f"a query has no attribute {name!r}{'' if name.startswith('_') else hint}"
            raise AttributeError(reason, name=name, obj=self)

        def __getitem__(self, index: object) -> NoReturn:
            msg = "a query has no positions: write limit(…) and skip(…), or collect with all()"
            raise TypeError(msg)

    def __str__(self) -> str:
        return str(Statement(self.entity.__entity_type__, self.selection.where))

    def __repr__(self) -> str:
        where = self.selection.where
        begin = "where()" if where is None else f"parse({str(self)!r})"
        if where is not None and not self._is_read_back():
            begin = f"where({spell(where, is_raw=True)})"
        return f"{python_name(self.entity)}.{begin}{self.selection.calls()}"

    def _is_read_back(self) -> bool:
        """Whether its text is read as the same, and not refused for a value marked as raw."""
        try:
            return self.entity.parse(str(self)).selection.where == self.selection.where
        except QueryError:
            return False

    def __bool__(self) -> NoReturn:
        msg = "a query has no truth value: ask with exists(), or collect with all()"
        raise TypeError(msg)

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without the session, which holds a connection and credentials."""
        return type(self), (self.entity, self.selection)

    def _with(self, **changes: Any) -> Self:
        return replace(self, selection=replace(self.selection, **changes), known=None)

    def _refuse_other_entity(self, other: Narrowing[Any]) -> None:
        if other.entity is not self.entity:
            raise QueryValueError(str(other), f"is not about {self.entity.__name__}")

    def _common_backend(self, other: Narrowing[Any]) -> Backend | None:
        if self.backend is None or other.backend is None:
            return self.backend or other.backend
        if self.backend is not other.backend:
            hint = "bind one of them with using()"
            raise QueryValueError(str(other), "the queries are bound to two sessions", hint=hint)
        return self.backend


def _no_keywords(entity: str, values: Mapping[str, object]) -> str:
    """Say what to write instead of values by keyword."""
    conditions = ", ".join(f"{entity}.{name} == {shown(value)}" for name, value in values.items())
    return f"a condition is a comparison: where({conditions})"


def _is_expression(value: object) -> bool:
    return isinstance(value, (Comparison, And, Or))
