"""Entities that were loaded together, and what they refer to, so that one request serves them all.

The entities are held by weak references: who keeps one job of a page does not keep the others. What
was fetched for them is held as long as one of them refers to it.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast
from weakref import ReferenceType, ref

from accsyn_orm.pacing.forking import renew_after_fork

if TYPE_CHECKING:
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.model import EntityModel


@dataclass(frozen=True)
class Link:
    """Where in an entity the id of another one stands, and what that can be.

    Attributes:
        attribute: name of the attribute.
        targets: names of the classes that it may lead to, most likely first.
        part: the key of a dictionary, or the kind of a party, that it is the id of.
        key: which attribute of the target it equals.
        relation: what it is called, when not by the attribute.
    """

    attribute: str
    targets: tuple[str, ...]
    part: str = ""
    key: str = "id"
    relation: str = ""

    @property
    def name(self) -> str:
        """What it is called."""
        return self.relation or self.attribute

    def idents_of(self, entity: EntityModel) -> list[str]:
        """Return the ids that an entity holds there: one or none, or those of a list."""
        value: object = vars(entity).get(self.attribute)
        if self.part and isinstance(value, str):
            kind, _, value = value.partition(":")
            value = value if kind == self.part else None
        elif self.part and isinstance(value, dict):
            value = cast("dict[str, Any]", value).get(self.part)
        values = cast("list[object]", value) if isinstance(value, list) else [value]
        return [ident for ident in values if isinstance(ident, str) and ident]


def idents_in(entities: Iterable[EntityModel], link: Link) -> list[str]:
    """Return the ids that entities hold in one place, each once."""
    return list(dict.fromkeys(ident for one in entities for ident in link.idents_of(one)))


class Siblings:
    """The entities that one run of a query gave, and what was fetched for them.

    Args:
        entities: the ones there are so far.
        is_strict: nothing may be fetched for them that was not asked for with the query.
    """

    def __init__(self, entities: Iterable[EntityModel] = (), *, is_strict: bool = False) -> None:
        self.is_strict = is_strict
        self.lock = threading.RLock()
        """Held while something is fetched: other threads wait, and find it there."""
        self._members: list[ReferenceType[EntityModel]] = []
        self._looked_at = 0
        self._found: dict[Link, dict[str, Entity | None]] = {}
        self._children: dict[str, dict[str, tuple[Entity, ...]]] = {}
        renew_after_fork(self)
        self.add(entities)

    def after_fork(self) -> None:
        """Forget whoever held the lock."""
        self.lock = threading.RLock()

    def add(self, entities: Iterable[EntityModel]) -> None:
        """Take in entities that belong to others, or to none."""
        fresh = list(entities)
        with self.lock:
            self.hold(fresh)
            for entity in fresh:
                entity.join(self)

    def hold(self, entities: Iterable[EntityModel]) -> None:
        """Take in entities that were loaded as some of these; forget what nobody refers to."""
        with self.lock:
            # Not each time: who keeps all of many pages would look at all of them with each.
            if len(self._members) >= 2 * self._looked_at:
                self._forget_unused()
            self._members += map(ref, entities)

    def __iter__(self) -> Iterator[EntityModel]:
        for member in self._members:
            entity = member()
            if entity is not None:
                yield entity

    def wanted(self, link: Link) -> list[str]:
        """Return the ids that they hold in one place, each once."""
        return idents_in(self, link)

    def fetched(self, link: Link) -> dict[str, Entity | None]:
        """Return what was fetched for one place, by id; ``None`` is what could not be found."""
        return self._found.setdefault(link, {})

    def children(self, relation: str) -> dict[str, tuple[Entity, ...]]:
        """Return what was fetched that names them, by their ids, for a relation to many."""
        return self._children.setdefault(relation, {})

    def _forget_unused(self) -> None:
        self._members = [member for member in self._members if member() is not None]
        self._looked_at = len(self._members)
        for link, found in self._found.items():
            wanted = set(self.wanted(link))
            for ident in found.keys() - wanted:
                del found[ident]
        idents = {str(vars(entity).get("id")) for entity in self}
        for children in self._children.values():
            for ident in children.keys() - idents:
                del children[ident]
