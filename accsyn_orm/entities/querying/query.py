"""Query: which entities to find, as an immutable value that asks when it is iterated."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from accsyn_orm.entities.active import active_backend, required_backend
from accsyn_orm.entities.literals import ids_of
from accsyn_orm.entities.querying.chunks import chunks
from accsyn_orm.entities.querying.narrowing import Narrowing
from accsyn_orm.entities.querying.pages import Pages
from accsyn_orm.entities.querying.request import request_of
from accsyn_orm.entities.querying.results import Results
from accsyn_orm.entities.querying.selection import natural
from accsyn_orm.entities.siblings import Siblings
from accsyn_orm.errors import EntityNotFoundError, MultipleEntitiesError, QueryValueError
from accsyn_orm.query.nodes import Comparison, Operator

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    import pyarrow as pa

    from accsyn_orm.bulk.plan import Plan
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.querying.explanation import Explanation
    from accsyn_orm.exports.columns import Misfits

E = TypeVar("E", bound="Entity")

PAGE_SIZE = 500
"""How many entities a page holds."""


@dataclass(frozen=True, slots=True, repr=False)
class Query(Narrowing[E]):
    """Entities of one type that satisfy a condition.

    Nothing is asked before the query is iterated or ended with ``all()``, ``first()`` and the like.
    Every method that changes something returns a new query. ``print(query)`` shows its text.

    Iterating takes the memory of some pages, however many entities there are. Entities may be saved
    and deleted on the way, also when they leave the query by that, and others may come and go:
    none is skipped and none given twice, or ``PagingError`` is raised. The language has no order;
    entities come as the backend has them.

    Queries are values: they may be compared, hashed, pickled, and used by several threads and in
    several sessions at once. A pickled query is bound to no session.

    Attributes:
        entity: the class of what is found.
        selection: what a request says beside the type.
        backend: where to ask; ``None`` for the session that is active then.
        known: what it finds, if that was prefetched: then nothing is asked.
    """

    # -- asking -----------------------------------------------------------------------------------

    def __iter__(self) -> Iterator[E]:
        for page in self.pages():
            yield from page

    def pages(self, size: int = PAGE_SIZE, *, ahead: bool = True) -> Generator[list[E], None, None]:
        """Give the entities in lists of at most ``size``, as they are needed.

        Each list takes one request, which asks for one entity more to know whether others follow.
        More are only made when entities came or went meanwhile.

        Args:
            size: how many one list holds.
            ahead: from the second list on, load the next one in a thread while one is used; one
                request may then be made for nothing if the iteration is broken off.

        Raises:
            QueryValueError: the size is no number from 1 up.
            PagingError: while iterating; so much came and went that the place to go on is lost.
        """
        return self._pages(natural(size, "size", least=1), is_ahead=ahead)

    def _pages(self, size: int, *, is_ahead: bool) -> Generator[list[E], None, None]:
        if self.known is not None:
            yield from (list(page) for page in chunks(self.known, size))
            return
        backend = required_backend(self.entity, self.backend)
        request = request_of(self.entity, self.selection, backend)
        pages = Pages(self.entity, backend, request, size, is_ahead)
        yield from pages.turned(self)

    def all(self) -> Results[E]:
        """Return all entities, in a list."""
        return Results(self)

    def _repr_html_(self) -> str:
        """Show in a notebook what the query would ask; nothing is asked for that."""
        from accsyn_orm.entities.notebook import explanation_html  # only notebooks ask

        return explanation_html(self.explain())

    def first(self) -> E | None:
        """Return the first entity, or ``None``."""
        return next(iter(self._at_most(1)), None)

    def one(self) -> E:
        """Return the only entity.

        Raises:
            EntityNotFoundError: there is none.
            MultipleEntitiesError: there are several.
        """
        if (found := self.one_or_none()) is None:
            raise EntityNotFoundError(self.entity.__name__, str(self))
        return found

    def one_or_none(self) -> E | None:
        """Return the only entity, or ``None``.

        Raises:
            MultipleEntitiesError: there are several.
        """
        found = self._at_most(2).all()
        if len(found) > 1:
            raise MultipleEntitiesError(self.entity.__name__, str(self))
        return found[0] if found else None

    def by_id(self, ids: Iterable[str]) -> dict[str, E]:
        """Return the entities of the query that have these ids, by id, in the order of the ids.

        Ids of which there is none are left out. Takes one request for each 100 ids.

        Args:
            ids: ids, or references; each is sought once.

        Raises:
            QueryValueError: the query has a limit or skips some, or something is no id.
        """
        for name in ("limit", "skip"):
            if getattr(self.selection, name) is not None:
                raise QueryValueError(str(self), f"has a {name}, which ids do not go with")
        wanted = ids_of(self.entity, ids)
        found: dict[str, E] = {}
        for chunk in chunks(wanted):
            among = Comparison("id", Operator.IN, tuple(chunk), is_checked=True)
            found.update({str(vars(entity)["id"]): entity for entity in self.where(among)})
        if not self.selection.prefetch:  # else what was fetched for each chunk would be forgotten
            Siblings(found.values(), is_strict=self.selection.strict is True)
        return {ident: found[ident] for ident in wanted if ident in found}

    def count(self) -> int:
        """Return how many there are; the language cannot count, so their ids are loaded."""
        return sum(len(page) for page in self._ids().pages())

    def exists(self) -> bool:
        """Tell whether there is any entity."""
        return self._ids().first() is not None

    def explain(self, *, size: int = PAGE_SIZE, count: bool = False) -> Explanation:
        """Say what iterating would ask, and what that costs; without ``count``, nothing is asked.

        Needs no session; with one, the request is shown as it would be sent.

        Args:
            size: how many a page holds, as in ``pages()``.
            count: count the entities first, which takes as many requests as reading them.

        Raises:
            EntityStateError: the query would be refused, as tasks without a job.
        """
        from accsyn_orm.entities.querying.explanation import explain  # only for those who ask

        backend = self.backend or active_backend()
        counted = self.using(backend).count() if count and self.known is None else None
        explanation = explain(
            self.entity,
            self.selection,
            backend,
            size=natural(size, "size", least=1),
            count=counted,
        )
        return explanation if self.known is None else explanation.prefetched(len(self.known))

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

        return plan_update(self.with_known(None), change, values)

    def delete(self, *, force: bool = False) -> Plan:
        """Plan to delete every entity of the query; nothing is deleted before ``apply()``.

        Args:
            force: delete even what is in use, where the backend allows that.
        """
        from accsyn_orm.bulk.planning import plan_delete  # the layer above, see test_layers

        return plan_delete(self.with_known(None), force=force)

    # -- as tables --------------------------------------------------------------------------------

    def to_dicts(self) -> Iterator[dict[str, Any]]:
        """Give the entities as dictionaries of what was loaded, page by page."""
        from accsyn_orm import exports  # the layer above, see test_layers

        return exports.to_dicts(self)

    def to_arrow(self, *, misfits: Misfits = "raise") -> pa.Table:
        """Return the entities as an Arrow table, one typed column per attribute.

        Args:
            misfits: ``"null"`` leaves out values that their column cannot hold.

        Raises:
            ExportError: pyarrow is missing, or a value does not fit its column.
        """
        from accsyn_orm import exports  # the layer above, see test_layers

        return exports.to_arrow(self, misfits=misfits)

    def to_pandas(self, *, misfits: Misfits = "raise") -> pd.DataFrame:
        """Return the entities as a pandas data frame, as ``to_arrow()`` does."""
        from accsyn_orm import exports  # the layer above, see test_layers

        return exports.to_pandas(self, misfits=misfits)

    def to_polars(self, *, misfits: Misfits = "raise") -> pl.DataFrame:
        """Return the entities as a polars data frame, as ``to_arrow()`` does."""
        from accsyn_orm import exports  # the layer above, see test_layers

        return exports.to_polars(self, misfits=misfits)

    def _ids(self) -> Query[E]:
        return self._with(attributes=("id",), prefetch=()).with_known(self.known)

    def _at_most(self, count: int) -> Query[E]:
        limit = self.selection.limit
        known = None if self.known is None else self.known[:count]
        return self.limit(count if limit is None else min(count, limit)).with_known(known)
