"""Reading many entities at once: by id or by another attribute, in few requests."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.results import Query, Selection
from accsyn_orm.query.fields import FieldRef
from accsyn_orm.query.nodes import Expression, any_of

T = TypeVar("T")
R = TypeVar("R")
E = TypeVar("E", bound=Entity)

CHUNK = 100
"""How many values one request names: their ids make some 3,000 characters of its URL."""


class Ask(Protocol):
    """Makes a request that only reads; may wait before, and repeat it."""

    def __call__(self, request: Callable[[], R], /) -> R:
        """Make the request."""
        ...


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Give the items in portions."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def find_by_id(
    cls: type[E],
    ids: Iterable[str],
    backend: Backend,
    *,
    ask: Ask,
    parent: str | None = None,
) -> dict[str, E]:
    """Return the entities that have these ids, by id; in whatever scope, but for the archive.

    Args:
        cls: class of the entities.
        ids: ids to look for.
        backend: where.
        ask: makes the requests.
        parent: id of the entity that they live under.
    """
    found: dict[str, E] = {}
    wanted = list(dict.fromkeys(ids))
    for scope in _scopes(cls):
        missing = [ident for ident in wanted if ident not in found]
        for chunk in chunks(missing):
            condition = _among(cls, "id", chunk)
            query = Query(cls, Selection(where=condition, parent=parent, **scope), backend)
            found.update({str(vars(entity)["id"]): entity for entity in ask(query.all)})
    return found


def find_by_values(
    cls: type[E],
    names: Sequence[str],
    values: Iterable[str],
    backend: Backend,
    *,
    ask: Ask,
) -> list[E]:
    """Return the entities of which one of the attributes equals one of the values.

    Letter case does not matter, and a ``*`` in a value fits more than itself: compare again.
    """
    found: dict[object, E] = {}
    for chunk in chunks(list(dict.fromkeys(values))):
        condition = any_of([_among(cls, name, chunk) for name in names])
        query = Query(cls, Selection(where=condition), backend)
        found.update({entity.identity: entity for entity in ask(query.all)})
    return list(found.values())


def _among(cls: type[Entity], name: str, values: Sequence[str]) -> Expression:
    field: FieldRef[Any] = getattr(cls, name)
    return field.in_(values)


def _scopes(cls: type[Entity]) -> tuple[Mapping[str, Any], ...]:
    if cls.__parent__:
        return ({},)  # sub-entities are found wherever their parent is
    return (
        {},
        {"finished": True} if "finished" in cls.__entity_attributes__ else {"inactive": True},
    )
