"""Relations that the other side holds: ``user.jobs`` are the jobs whose ``user`` is this one.

A type declares each in one line, ``jobs: ClassVar[Many[Job]] = Many("Job", "user")``. What this
side holds are references, see ``values.references``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from typing_extensions import Self

from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.siblings import Link
from accsyn_orm.errors import EntityStateError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from accsyn_orm.entities.backend import Backend
    from accsyn_orm.entities.base import Entity
    from accsyn_orm.entities.model import EntityModel
    from accsyn_orm.entities.querying.query import Query
    from accsyn_orm.query.fields import FieldRef

E_co = TypeVar("E_co", bound="Entity", covariant=True)


class Relation(Generic[E_co]):
    """What entities of another class say about this one.

    Args:
        target: name of the other class, which is loaded when it is needed.
        attribute: attribute of the other class that names this one.

    Attributes:
        name: what it is called here.
    """

    name: str

    def __init__(self, target: str, attribute: str) -> None:
        self.target_name = target
        self.attribute = attribute

    def __set_name__(self, owner: type[EntityModel], name: str) -> None:
        self.name = name
        self.label = f"{owner.__name__}.{name}"

    @property
    def target(self) -> type[E_co]:
        """The other class."""
        return cast("type[E_co]", ENTITY_CLASSES.named(self.target_name))

    def _refuse_new(self, instance: Entity) -> None:
        if instance.is_new:
            reason = f"is new, nothing in the backend can name it: save() it before .{self.name}"
            raise EntityStateError(type(instance).__name__, reason)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.label}>"


class Beneath:
    """Marks what reads as the query for sub-entities, which have one parent in every request."""


class Many(Relation[E_co]):
    """Read as the query for the entities that name this one; asks nothing by itself.

    Where ``prefetch()`` named it, the query has its answer already.

    Args:
        target: name of the other class.
        attribute: attribute of the other class that names this one.
        party: how it begins when it holds parties, such as ``share`` for ``share:<id>``.
    """

    def __init__(self, target: str, attribute: str, *, party: str = "") -> None:
        super().__init__(target, attribute)
        self._party = party

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: Entity, owner: type[Any]) -> Query[E_co]: ...
    def __get__(self, instance: Entity | None, owner: type[Any]) -> Self | Query[E_co]:
        """Return the query, in the session of the entity.

        Raises:
            EntityStateError: the entity is new.
        """
        if instance is None:
            return self
        from accsyn_orm.entities.querying.query import Query  # which entities are made of

        self._refuse_new(instance)
        query = Query(self.target, backend=instance.session)
        if self.is_beneath:
            return query.under(instance)
        ident = str(vars(instance)["id"])
        query = query.where(self._field == self._named(ident))
        known = instance.siblings.children(self.name).get(ident)
        return query.with_known(cast("tuple[E_co, ...] | None", known))

    @property
    def is_beneath(self) -> bool:
        """Whether the backend gives them for one entity at a time, as it does with tasks."""
        return self.target.__parent__ == self.attribute

    def of_all(self, idents: Sequence[str], backend: Backend) -> Query[E_co]:
        """Return the query for the entities that name one of several."""
        from accsyn_orm.entities.querying.query import Query  # which entities are made of

        return Query(self.target, backend=backend).where(self._field.in_(map(self._named, idents)))

    def ident_in(self, entity: EntityModel) -> str:
        """Return the id of the one that an entity names; empty if it does not say."""
        return str(vars(entity).get(self.attribute) or "").removeprefix(self._named(""))

    @property
    def _field(self) -> FieldRef[Any]:
        field: FieldRef[Any] = getattr(self.target, self.attribute)
        return field

    def _named(self, ident: str) -> str:
        return f"{self._party}:{ident}" if self._party else ident


class One(Relation[E_co]):
    """Read as the one entity that names this one, or ``None``; fetched for all loaded together.

    Args:
        target: name of the other class.
        attribute: attribute of the other class that names this one.
        v1: attribute that both have in common in the v1 generation, when that does not return it.
    """

    def __init__(self, target: str, attribute: str, *, v1: str = "") -> None:
        super().__init__(target, attribute)
        self._in_v1 = v1

    @overload
    def __get__(self, instance: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, instance: Entity, owner: type[Any]) -> E_co | None: ...
    def __get__(self, instance: Entity | None, owner: type[Any]) -> Self | E_co | None:
        """Return the entity.

        Raises:
            AttributeNotLoadedError: what it is found by was not loaded.
            EntityStateError: the entity is new.
            HiddenRequestError: it would take a request, inside ``strict()``.
        """
        if instance is None:
            return self
        from accsyn_orm.entities.active import required_backend
        from accsyn_orm.entities.links import follow  # which entities are made of

        self._refuse_new(instance)
        link = self.link(required_backend(type(instance), instance.session).protocol)
        ident = str(getattr(instance, link.attribute))
        return cast("E_co | None", follow(instance, link, ident))

    def link(self, generation: str) -> Link:
        """Return what of this side equals what of the other side."""
        common = self._in_v1 if generation == "v1" else ""
        mine, theirs = (common, common) if common else ("id", self.attribute)
        return Link(mine, (self.target_name,), key=theirs, relation=self.name)
