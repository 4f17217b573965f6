"""Explanation: what a query would ask, and what that would cost, before anything is asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, get_args

from accsyn_orm.entities.backend import ExplainingBackend, Generation, WireRequest
from accsyn_orm.entities.dialects import dialect_of
from accsyn_orm.entities.prefetching import steps
from accsyn_orm.entities.querying.request import request_of
from accsyn_orm.errors import QueryFieldError
from accsyn_orm.query.nodes import Comparison, Expression, Operator, Statement

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.querying.selection import Selection

_GENERATIONS: Final[tuple[Generation, ...]] = get_args(Generation)
_PATTERNS = frozenset({Operator.MATCHES, Operator.NOT_MATCHES})


@dataclass(frozen=True, slots=True)
class Explanation:
    """What iterating a query asks, and what it costs; ``print`` shows it.

    Attributes:
        entity: name of the entity class.
        query: text of the query.
        spelled: the same as each generation of the backend that knows the type and the attributes
            spells it, by the name of the generation.
        generation: the generation of the session that would be asked; ``None`` without one.
        request: the request for the first page; ``None`` without a session, or when the backend
            does not say how it asks. The others differ from it in ``skip``.
        page_size: how many entities a page holds.
        count: how many entities there are, if they were counted.
        requests: how many requests reading all of them takes; at least, unless it is exact.
        most_requests: how many it takes at most; ``None`` if nothing limits that.
        prefetches: how many requests each page usually takes besides, for what is prefetched: one
            for each name; none where nothing is there to fetch, more where that is of several
            types or very much.
        warnings: what to know before asking.
    """

    entity: str
    query: str
    spelled: Mapping[Generation, str] = field(hash=False)
    generation: Generation | None
    request: WireRequest | None
    page_size: int
    count: int | None
    requests: int
    most_requests: int | None
    prefetches: int
    warnings: tuple[str, ...]

    @property
    def is_counted(self) -> bool:
        """Whether the entities were counted, so that the number of pages is exact."""
        return self.count is not None

    @property
    def is_exact(self) -> bool:
        """Whether ``requests`` is all that is asked: counted, and nothing is fetched besides."""
        return self.is_counted and not (self.prefetches and self.count)

    @property
    def pages(self) -> str:
        """How many pages there are, in words."""
        return _amount(self.requests, "page", is_exact=self.is_counted, most=self.most_requests)

    @property
    def cost(self) -> str:
        """How many requests it takes, in words."""
        if not self.prefetches:
            most = self.most_requests
            return _amount(self.requests, "request", is_exact=self.is_counted, most=most)
        return _amount(self.requests, "request", is_exact=self.is_exact)

    def __str__(self) -> str:
        return "\n".join([self.query, *(f"  {name:<9}{text}" for name, text in self.lines())])

    def __repr__(self) -> str:
        return f"<Explanation of {self.query!r}: {self.cost}>"

    def _repr_html_(self) -> str:
        from accsyn_orm.entities.notebook import explanation_html  # only notebooks ask

        return explanation_html(self)

    def prefetched(self, count: int) -> Explanation:
        """Return the same for a query whose answer is there."""
        note = "was prefetched: nothing is asked, unless the query is changed"
        free = replace(self, count=count, requests=0, most_requests=0, prefetches=0)
        return replace(free, warnings=(note,))

    def lines(self) -> Iterator[tuple[str, str]]:
        """Give what it says line by line, each with its heading."""
        for generation, text in self.spelled.items():
            yield f"in {generation}", text
        if self.request is not None:
            yield "request", str(self.request)
        elif self.generation is None:
            yield "request", "unknown without a session"
        else:
            yield "request", f"find() of {self.generation}"
        yield "pages", f"{self.pages} of {self.page_size}"
        counted = "" if self.count is None else f" for {_amount(self.count, self.entity)}"
        besides = "" if self.is_exact or not self.prefetches else self._besides()
        unknown = "" if self.is_counted or self.requests == self.most_requests else _UNKNOWN
        yield "cost", f"{self.cost}{counted}{besides}{unknown}"
        for warning in self.warnings:
            yield "note", warning

    def _besides(self) -> str:
        """Say what is prefetched: of all pages if their number is known, else of each."""
        is_known = self.is_counted or self.requests == self.most_requests
        pages = self.requests if is_known else 1
        each = "" if is_known else " a page"
        return f", with about {self.prefetches * pages:,} more{each} for what is prefetched"


_UNKNOWN = "; explain(count=True) counts, which costs as many"


def explain(
    cls: type[Entity],
    selection: Selection,
    backend: Backend | None,
    *,
    size: int,
    count: int | None,
) -> Explanation:
    """Return what asking for a selection means; see `Query.explain`."""
    most = None if selection.limit is None else -(-selection.limit // size)
    least = 0 if most == 0 else 1
    return Explanation(
        entity=cls.__name__,
        query=str(Statement(cls.__entity_type__, selection.where)),
        spelled=_spelled(cls, selection),
        generation=backend.protocol if backend else None,
        request=_first_request(cls, selection, backend, size),
        page_size=size,
        count=count,
        requests=least if count is None else max(least, -(-count // size)),
        most_requests=most,
        prefetches=0 if most == 0 else len(steps(cls, selection.prefetch)),
        warnings=tuple(_warnings(cls, selection)),
    )


@dataclass(frozen=True, slots=True)
class _Speaker:
    """Stands for a backend of one generation where there is none."""

    protocol: Generation


def _spelled(cls: type[Entity], selection: Selection) -> dict[Generation, str]:
    spelled: dict[Generation, str] = {}
    for speaker in map(_Speaker, _GENERATIONS):
        if dialect_of(cls, speaker).exists:
            with suppress(QueryFieldError):  # an attribute that only the other one has
                spelled[speaker.protocol] = str(request_of(cls, selection, speaker).statement)
    return spelled


def _first_request(
    cls: type[Entity], selection: Selection, backend: Backend | None, size: int
) -> WireRequest | None:
    if not isinstance(backend, ExplainingBackend) or selection.limit == 0:
        return None
    request, limit = request_of(cls, selection, backend), selection.limit
    wanted = size + 1 if limit is None or limit > size else limit
    return backend.find_request(
        request.statement, limit=wanted, skip=selection.skip, **request.options
    )


def _warnings(cls: type[Entity], selection: Selection) -> Iterator[str]:
    is_job = "finished" in cls.__entity_attributes__ and not cls.__parent__
    if is_job and not selection.finished and not selection.archived:
        yield "jobs that are done or aborted are not among these: finished() finds them"
    if selection.prefetch:
        names = ", ".join(selection.prefetch)
        yield f"prefetch() adds a request or more to a page for each of: {names}"
    if selection.archived:
        yield "archived() is slow: the backend reads its archive"
    if selection.where is not None and _is_costly(selection.where):
        yield "MATCHES is slow: the backend tries the expression on one entity after the other"
    if selection.skip:
        yield f"skip({selection.skip}) is not free: the backend passes over the entities"


def _is_costly(expression: Expression) -> bool:
    if isinstance(expression, Comparison):
        return expression.operator in _PATTERNS
    return any(map(_is_costly, expression.operands))


def _amount(number: int, noun: str, *, is_exact: bool = True, most: int | None = None) -> str:
    """Write an amount: ``1 page``, ``at least 1 page``, ``1 to 4 requests``."""
    plural = noun if number == 1 else f"{noun}s"
    if is_exact or number == most:
        return f"{number:,} {plural}"
    return f"at least {number:,} {plural}" if most is None else f"{number:,} to {most:,} {noun}s"
