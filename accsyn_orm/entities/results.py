"""Query: which entities to find, as an immutable value that asks when it is iterated."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.dialects import localized_statement, wire_name
from accsyn_orm.entities.literals import attribute_name, bind
from accsyn_orm.entities.siblings import Siblings
from accsyn_orm.errors import (
    EntityNotFoundError,
    EntityStateError,
    MultipleEntitiesError,
    QueryValueError,
)
from accsyn_orm.query.nodes import (
    And,
    Comparison,
    Expression,
    Operator,
    Or,
    Statement,
    all_of,
    any_of,
)

if TYPE_CHECKING:
    from accsyn_orm.bulk.plan import Plan
    from accsyn_orm.entities.backend import Backend, Record
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.query.fields import FieldRef

E = TypeVar("E", bound="Entity")

_ID = re.compile(r"[0-9a-f]{24}")

PAGE_SIZE = 500
"""How many entities one request asks for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything a request says beside the type.

    Attributes:
        where: the condition, or ``None`` for all.
        parent: id of the entity whose sub-entities are meant.
        attributes: which attributes to load; empty for all.
        finished: look among finished ones.
        inactive: look among inactive ones.
        archived: look among archived ones.
        limit: at most this many.
        skip: leave out this many first.
    """

    where: Expression | None = None
    parent: str | None = None
    attributes: tuple[str, ...] = ()
    finished: bool | None = None
    inactive: bool | None = None
    archived: bool | None = None
    limit: int | None = None
    skip: int | None = None


_EVERYTHING = Selection()
_OPTIONS = tuple(item.name for item in fields(Selection) if item.name != "where")


@dataclass(frozen=True, slots=True, repr=False)
class Query(Generic[E]):
    """Entities of one type that satisfy a condition.

    Nothing is asked before the query is iterated or ended with ``all()``, ``first()`` and the like.
    Every method that changes something returns a new query. ``print(query)`` shows its text.

    Changing entities shifts the pages that follow. Iteration therefore refuses to go on to another
    page when one of those it gave was saved or deleted: collect them with ``all()`` first.

    Attributes:
        entity: the class of what is found.
        selection: what a request says beside the type.
        backend: where to ask; ``None`` for the session that is active then.
    """

    entity: type[E]
    selection: Selection = _EVERYTHING
    backend: Backend | None = field(default=None, compare=False, repr=False)

    # -- narrowing --------------------------------------------------------------------------------

    def where(self, *expressions: Expression) -> Query[E]:
        """Return the query with these conditions added (AND).

        Raises:
            QueryFieldError: a condition names an attribute that the entity does not have.
            QueryValueError: an attribute can never have the value it is compared with.
        """
        bound = [bind(self.entity, expression) for expression in expressions]
        given = [] if self.selection.where is None else [self.selection.where]
        return self._with(where=all_of([*given, *bound])) if bound else self

    def __and__(self, other: Expression | Query[E]) -> Query[E]:
        """Return the query for what satisfies both."""
        if isinstance(other, Query):
            merged, added = self._merged(other), other.selection.where
            return merged if added is None else merged.where(added)
        return self.where(other) if _is_expression(other) else NotImplemented

    def __or__(self, other: Expression | Query[E]) -> Query[E]:
        """Return the query for what satisfies either.

        Raises:
            QueryValueError: the queries differ in more than the condition.
        """
        if isinstance(other, Query):
            self._refuse_other_request(other)
            added = other.selection.where
        elif _is_expression(other):
            added = bind(self.entity, other)
        else:
            return NotImplemented
        mine = self.selection.where
        return self._with(where=None if mine is None or added is None else any_of([mine, added]))

    __rand__ = __and__
    __ror__ = __or__

    def limit(self, count: int) -> Query[E]:
        """Return the query for at most this many entities."""
        return self._with(limit=_natural(count, "limit"))

    def skip(self, count: int) -> Query[E]:
        """Return the query without the first entities."""
        return self._with(skip=_natural(count, "skip"))

    def only(self, *attributes: FieldRef[Any] | str) -> Query[E]:
        """Return the query that loads these attributes, and the id; reading others raises.

        Raises:
            QueryFieldError: the entity has no such attribute.
        """
        names = [attribute_name(self.entity, item) for item in attributes]
        return self._with(attributes=tuple(dict.fromkeys([*self.entity.__always__, *names])))

    def finished(self) -> Query[E]:
        """Return the query among jobs that are done or aborted."""
        return self._with(finished=True)

    def inactive(self) -> Query[E]:
        """Return the query among deactivated entities."""
        return self._with(inactive=True)

    def archived(self) -> Query[E]:
        """Return the query among deleted and purged entities; slow in the backend."""
        return self._with(archived=True)

    def under(self, parent: Entity | str) -> Query[E]:
        """Return the query for sub-entities of one parent, such as the tasks of a job.

        Raises:
            EntityStateError: the parent is no id, and no entity that was saved.
        """
        found = parent if isinstance(parent, str) else getattr(parent, "id", None)
        if not found or not isinstance(found, str):
            reason = f"looked for under {parent!r}, which has no id: save() it first"
            raise EntityStateError(self.entity.__name__, reason)
        return self._with(parent=found)

    # -- asking -----------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[E]:
        for page in self.pages():
            yield from page

    def pages(self, size: int = PAGE_SIZE) -> Iterator[list[E]]:
        """Give the entities in lists of at most ``size``, one request each, as they are needed.

        Raises:
            QueryValueError: the size is no number from 1 up.
            EntityStateError: while iterating; one of the list was written, and more follow.
        """
        return self._pages(_natural(size, "size", least=1))

    def _pages(self, size: int) -> Iterator[list[E]]:
        backend = required_backend(self.entity, self.backend)
        skip, left = self.selection.skip or 0, self.selection.limit
        siblings = Siblings()
        while left is None or left > 0:
            wanted = size if left is None else min(size, left)
            page = self._find(backend, limit=wanted, skip=skip)
            siblings.add(page)
            counts = [entity.write_count for entity in page]
            if page:
                yield page.copy()
            # A backend that ignores the limit has sent everything at once.
            if len(page) != wanted:
                return
            left = None if left is None else left - wanted
            if left != 0 and counts != [entity.write_count for entity in page]:
                self._refuse_more_than(page, backend, skip)
                return
            skip += wanted

    def all(self) -> list[E]:
        """Return all entities."""
        return list(self)

    def first(self) -> E | None:
        """Return the first entity, or ``None``."""
        return next(iter(self._at_most(1)), None)

    def one(self) -> E:
        """Return the only entity.

        Raises:
            EntityNotFoundError: there is none.
            MultipleEntitiesError: there are several.
        """
        found = self._at_most(2).all()
        if not found:
            raise EntityNotFoundError(self.entity.__name__, str(self))
        if len(found) > 1:
            raise MultipleEntitiesError(self.entity.__name__, str(self))
        return found[0]

    def count(self) -> int:
        """Return how many there are; the language cannot count, so their ids are loaded."""
        return sum(len(page) for page in self.only().pages())

    def exists(self) -> bool:
        """Tell whether there is any entity."""
        return self.only().first() is not None

    # -- changing many ----------------------------------------------------------------------------

    def update(
        self, change: Callable[[E], Mapping[str, object]] | None = None, /, **values: object
    ) -> Plan:
        """Plan to change every entity of the query; nothing is written before ``apply()``.

        Entities that are so already are left out, and every problem is in the plan.

        Args:
            change: returns the attributes to change of each entity, and their values.
            values: attributes to change; a function is called with each entity and returns its
                value.

        Example:
            >>> plan = Job.where(Job.status == "failed").update(status="waiting")  # doctest: +SKIP
            >>> job.tasks.update(priority=lambda task: task.priority + 1)  # doctest: +SKIP

        Raises:
            EntityValidationError: the entities have no such attribute.
        """
        from accsyn_orm.bulk.planning import plan_update  # the layer above, see test_layers

        return plan_update(self, change, values)

    def delete(self, *, force: bool = False) -> Plan:
        """Plan to delete every entity of the query; nothing is deleted before ``apply()``.

        Args:
            force: delete even what is in use, where the backend allows that.
        """
        from accsyn_orm.bulk.planning import plan_delete  # the layer above, see test_layers

        return plan_delete(self, force=force)

    def __str__(self) -> str:
        return str(Statement(self.entity.__entity_type__, self.selection.where))

    def __repr__(self) -> str:
        said = [(name, getattr(self.selection, name)) for name in _OPTIONS]
        shown = "".join(f" {name}={value!r}" for name, value in said if value not in {None, ()})
        return f"<Query {self}{shown}>"

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle without the session, which holds a connection and credentials."""
        return Query, (self.entity, self.selection)

    # -- how it works -----------------------------------------------------------------------------

    def _with(self, **changes: Any) -> Query[E]:
        return replace(self, selection=replace(self.selection, **changes))

    def _at_most(self, count: int) -> Query[E]:
        limit = self.selection.limit
        return self.limit(count if limit is None else min(count, limit))

    def _merged(self, other: Query[Any]) -> Query[E]:
        """Return this query with what the other one says beside the condition.

        Raises:
            QueryValueError: it is about other entities, or both say different things.
        """
        self._refuse_other_entity(other)
        merged: dict[str, Any] = {}
        for name in _OPTIONS:
            mine, theirs = getattr(self.selection, name), getattr(other.selection, name)
            unsaid = getattr(_EVERYTHING, name)
            if unsaid not in {mine, theirs} and mine != theirs:
                reason = f"the queries disagree about {name}: {mine!r} and {theirs!r}"
                raise QueryValueError(str(other), reason)
            merged[name] = theirs if mine == unsaid else mine
        return self._with(**merged)

    def _refuse_more_than(self, page: list[E], backend: Backend, skip: int) -> None:
        """Raise if there is any entity after a page that was written to.

        What matched after the page may have moved up to any place from its beginning on.
        """
        known = {entity.identity for entity in page}
        for start in (skip, skip + len(page)):
            found = self._find(backend, limit=len(page), skip=start)
            if any(entity.identity not in known for entity in found):
                reason = (
                    "saving or deleting while iterating shifts the pages that follow: "
                    "collect them with all() first"
                )
                raise EntityStateError(self.entity.__name__, reason)

    def _refuse_other_entity(self, other: Query[Any]) -> None:
        if other.entity is not self.entity:
            raise QueryValueError(str(other), f"is not about {self.entity.__name__}")

    def _refuse_other_request(self, other: Query[Any]) -> None:
        """Refuse a query that one request cannot answer together with this one."""
        self._refuse_other_entity(other)
        for name in _OPTIONS:
            mine, theirs = getattr(self.selection, name), getattr(other.selection, name)
            if mine != theirs:
                reason = f"the queries differ in {name}: {mine!r} and {theirs!r}"
                hint = "run them one after the other"
                raise QueryValueError(str(other), reason, hint=hint)

    def _find(self, backend: Backend, *, limit: int, skip: int) -> list[E]:
        cls, selection = self.entity, self.selection
        where, parent = self._parted()
        records = backend.find(
            localized_statement(cls, where, backend),
            entityid=parent,
            attributes=self._wire_attributes(backend, parent),
            finished=selection.finished,
            inactive=selection.inactive,
            archived=selection.archived,
            limit=limit,
            skip=skip or None,
        )
        return [cls.load_record(self._completed(record, parent), backend) for record in records]

    def _parted(self) -> tuple[Expression | None, str | None]:
        """Return the condition, and the parent that it or ``under()`` names.

        Sub-entities are asked for by parent: ``job=<id>`` in a condition becomes the parent.

        Raises:
            EntityStateError: neither says anything about the parent.
        """
        where, parent, name = self.selection.where, self.selection.parent, self.entity.__parent__
        if parent or name is None:
            return where, parent
        if where is None or not _mentions(where, name):
            kind = self.entity.__name__
            reason = (
                f"found under one {name} only: use {name}.{kind.lower()}s or {kind}.{name} == …"
            )
            raise EntityStateError(kind, reason)
        terms = list(where.operands if isinstance(where, And) else (where,))
        for term in terms:
            match term:
                case Comparison(attribute, Operator.EQUAL, str(value)) if attribute in {
                    name,
                    f"{name}.id",
                } and _ID.fullmatch(value):
                    terms.remove(term)
                    return all_of(terms) if terms else None, value
                case _:
                    continue
        return where, None

    def _completed(self, record: Record, parent: str | None) -> Record:
        name = self.entity.__parent__
        return {name: parent, **record} if name and parent else record

    def _wire_attributes(self, backend: Backend, parent: str | None) -> list[str] | None:
        names = self.selection.attributes
        if not names:
            return None
        if self.entity.__parent__ and not parent and backend.protocol == "v3":
            names = (*names, self.entity.__parent__)
        return list(dict.fromkeys(wire_name(self.entity, name, backend) for name in names))


def _natural(count: int, what: str, *, least: int = 0) -> int:
    # By type, because True and 1.0 are numbers too.
    if type(count) is not int or count < least:
        raise QueryValueError(count, f"{what} takes a whole number from {least} up")
    return count


def _mentions(expression: Expression, name: str) -> bool:
    """Tell whether a condition is about an attribute, or about a part of it."""
    if isinstance(expression, Comparison):
        return expression.attribute.partition(".")[0] == name
    return any(_mentions(operand, name) for operand in expression.operands)


def _is_expression(value: object) -> bool:
    return isinstance(value, (Comparison, And, Or))
