"""Reading many entities at once: by id or by another attribute, in few requests.

Who refers to entities, who changes many of them, and who recovers from that all ask this way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from accsyn_orm.entities.querying.chunks import chunks
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.querying.selection import Selection
from accsyn_orm.query.fields import FieldRef
from accsyn_orm.query.nodes import Expression, any_of

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend
    from accsyn_orm.entities.base import Entity

R = TypeVar("R")
E = TypeVar("E", bound="Entity")

_ACTIVE: Mapping[str, Any] = {}


class Ask(Protocol):
    """Makes a request that only reads; may wait before, and repeat it."""

    def __call__(self, request: Callable[[], R], /) -> R:
        """Make the request."""
        ...


def ask_once(request: Callable[[], R], /) -> R:
    """Make a request, without waiting before and without repeating it."""
    return request()


def find_by_id(
    cls: type[E],
    ids: Iterable[str],
    backend: Backend,
    *,
    ask: Ask = ask_once,
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
    for scope in scopes(cls):
        missing = [ident for ident in wanted if ident not in found]
        found |= find_in_scope(cls, missing, backend, scope, ask=ask, parent=parent)
    return found


def find_in_scope(
    cls: type[E],
    ids: Sequence[str],
    backend: Backend,
    scope: Mapping[str, Any],
    *,
    ask: Ask = ask_once,
    parent: str | None = None,
) -> dict[str, E]:
    """Return the entities of one scope that have these ids, by id."""
    found: dict[str, E] = {}
    for chunk in chunks(ids):
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
    ask: Ask = ask_once,
    scope: Mapping[str, Any] = _ACTIVE,
) -> list[E]:
    """Return the entities of which one of the attributes equals one of the values.

    Letter case does not matter, and a ``*`` in a value fits more than itself: compare again.
    """
    found: dict[object, E] = {}
    for chunk in chunks(list(dict.fromkeys(values))):
        condition = any_of([_among(cls, name, chunk) for name in names])
        query = Query(cls, Selection(where=condition, **scope), backend)
        found.update({entity.identity: entity for entity in ask(query.all)})
    return list(found.values())


def _among(cls: type[Entity], name: str, values: Sequence[str]) -> Expression:
    field: FieldRef[Any] = getattr(cls, name)
    return field.in_(values)


def scopes(cls: type[Entity]) -> tuple[Mapping[str, Any], ...]:
    """Return where entities of a class may be, most likely first; the archive is not among them."""
    if cls.__parent__:
        return (_ACTIVE,)  # sub-entities are found wherever their parent is
    rest = "finished" if "finished" in cls.__entity_attributes__ else "inactive"
    return (_ACTIVE, {rest: True})
