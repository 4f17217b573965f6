"""Following the ids in entities to what they lead to, for all that were loaded together at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from accsyn_orm.entities.active import required_backend
from accsyn_orm.entities.dialects import dialect_of
from accsyn_orm.entities.lookups import find_by_values, find_in_scope, scopes
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.siblings import Link, Siblings, idents_in
from accsyn_orm.entities.strictness import is_strict
from accsyn_orm.errors import HiddenRequestError

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.model import EntityModel

# 24 hexadecimal digits, or a UUID as v1.0 has it for sites; anything else is a code.
_ID = re.compile(r"[0-9a-f]{24}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_ACTIVE: Mapping[str, Any] = {}
_ARCHIVE: Mapping[str, Any] = {"archived": True}


def follow(holder: EntityModel, link: Link, ident: str, *, refresh: bool = False) -> Entity | None:
    """Return what an id in an entity leads to, or ``None`` if there is nothing.

    What the others hold that were loaded together with it is fetched with it.

    Raises:
        HiddenRequestError: it was not fetched yet, and nothing may be that was not asked for.
    """
    siblings = holder.siblings
    with siblings.lock:
        fetched = siblings.fetched(link)
        if refresh or ident not in fetched:
            backend = required_backend(type(holder), holder.session)
            _refuse_hidden(holder, link, siblings, backend)
            wanted = siblings.wanted(link)
            if not refresh:
                wanted = [other for other in wanted if other not in fetched]
            _fetch(link, [ident, *wanted], siblings, backend)
        return siblings.fetched(link)[ident]


def load(
    link: Link, entities: Iterable[EntityModel], siblings: Siblings, backend: Backend
) -> list[Entity]:
    """Fetch what some entities hold in one place, as far as it is not there; return all of it.

    Args:
        link: the place.
        entities: some that were loaded together.
        siblings: all of these.
        backend: where.
    """
    with siblings.lock:
        fetched, idents = siblings.fetched(link), idents_in(entities, link)
        _fetch(link, [ident for ident in idents if ident not in fetched], siblings, backend)
        found = [fetched[ident] for ident in idents]
    return [entity for entity in found if entity is not None]


def _refuse_hidden(holder: EntityModel, link: Link, siblings: Siblings, backend: Backend) -> None:
    if siblings.is_strict or is_strict(backend):
        raise HiddenRequestError(type(holder).__name__, link.name)


def _fetch(link: Link, idents: Iterable[str], siblings: Siblings, backend: Backend) -> None:
    wanted = list(dict.fromkeys(idents))
    if not wanted:
        return
    named = [ENTITY_CLASSES.named(name) for name in link.targets]
    classes = _most_general([cls for cls in named if dialect_of(cls, backend).exists])
    found = dict[str, "Entity"]()
    for cls, scope in _places(classes, link):
        missing = [ident for ident in wanted if ident not in found]
        if not missing:
            break
        found |= _found_in(cls, missing, backend, scope, link)
    bring_together(found.values(), is_strict=siblings.is_strict)
    siblings.fetched(link).update({ident: found.get(ident) for ident in wanted})


def _most_general(classes: list[type[Entity]]) -> list[type[Entity]]:
    """Leave out the kinds of what is asked for as a whole."""
    return [
        cls
        for cls in classes
        if not any(other is not cls and issubclass(cls, other) for other in classes)
    ]


def _places(
    classes: Sequence[type[Entity]], link: Link
) -> Iterator[tuple[type[Entity], Mapping[str, Any]]]:
    """Give where to look, most likely first; all but the first are for what is still missing."""
    yield from ((cls, _ACTIVE) for cls in classes)
    if link.key == "id":
        yield from ((cls, scope) for cls in classes for scope in scopes(cls)[1:])
        yield from ((cls, _ARCHIVE) for cls in classes)


def _found_in(
    cls: type[Entity],
    idents: Sequence[str],
    backend: Backend,
    scope: Mapping[str, Any],
    link: Link,
) -> dict[str, Entity]:
    if link.key != "id":
        return _by_values(cls, link.key, idents, backend, scope)
    ids = [ident for ident in idents if _ID.fullmatch(ident)]
    found: dict[str, Entity] = dict(find_in_scope(cls, ids, backend, scope))
    codes = [ident for ident in idents if ident not in ids]
    for name in cls.__unique__ if codes else ():
        found |= _by_values(cls, name, codes, backend, scope)
    return found


def _by_values(
    cls: type[Entity],
    name: str,
    values: Sequence[str],
    backend: Backend,
    scope: Mapping[str, Any],
) -> dict[str, Entity]:
    """Return the entities of which an attribute equals one of the values, by the value as given."""
    entities = find_by_values(cls, [name], values, backend, scope=scope)
    held = {str(vars(entity).get(name)).casefold(): entity for entity in entities}
    return {value: held[value.casefold()] for value in values if value.casefold() in held}


def bring_together(entities: Iterable[Entity], *, is_strict: bool) -> None:
    """Make what was fetched siblings, whatever requests it came with."""
    kinds: dict[type[Entity], list[Entity]] = {}
    for entity in entities:
        kinds.setdefault(type(entity), []).append(entity)
    for members in kinds.values():
        Siblings(members, is_strict=is_strict)
