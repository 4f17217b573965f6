"""What Python asks of an entity as of any value: how it looks, what it equals, how it is copied.

Together with what its class says of itself, because that decides it. How a value is made and
changed is told by ``model``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from pydantic import BaseModel, PrivateAttr
from typing_extensions import Self

from accsyn_orm.entities import validation
from accsyn_orm.entities.attributes import AttributeSpec
from accsyn_orm.entities.changes import detached
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.meta import EntityMeta
from accsyn_orm.entities.metadata import METADATA, keys_of
from accsyn_orm.entities.shape import python_name
from accsyn_orm.entities.state import EntityState
from accsyn_orm.entities.values.path import PathJudge

_FREE_TEXTS = frozenset({"description", "message"})  # people write anything there


def _shown(name: str, value: object) -> Iterator[tuple[str, object]]:
    """Give an attribute as ``repr()`` may show it: without dictionaries, which may hold secrets."""
    if isinstance(value, str):
        yield name, str(value)
    elif isinstance(value, (bool, int, float)):
        yield name, value
    elif isinstance(value, list):
        items = cast("list[object]", value)
        if items and all(isinstance(item, str) for item in items):
            yield name, items


def _ids_of(cls: type[EntityValue]) -> object:
    """Return what two classes have in common whose objects can be the same entity."""
    return cls.__ids_of__ or cls.__entity_type__ or cls


class EntityValue(BaseModel, metaclass=EntityMeta):
    """An entity as a value, whatever may be done with it."""

    __slots__ = ("_state",)

    __entity_type__: ClassVar[str] = ""
    """Type on the wire and in queries, lower case."""
    __ids_of__: ClassVar[str] = ""
    """Type that it shares its ids with, for the kinds of one thing; its own unless given."""
    __dialects__: ClassVar[Mapping[str, Dialect]] = {}
    """What a generation spells differently, by its name."""
    __parent__: ClassVar[str | None] = None
    """Attribute that names the parent, for entities that live under another one."""
    __unique__: ClassVar[tuple[str, ...]] = ()
    """Attributes whose value no two entities of the type share, whatever its letter case."""
    __paths__: ClassVar[Mapping[str, PathJudge]] = {}
    """What judges the paths that are given, by the attribute that holds one; those that the backend
    says are not judged."""
    __is_open__: ClassVar[bool] = False
    """Whether any attribute may exist, because the type is unknown."""
    __always__: ClassVar[tuple[str, ...]] = ("id",)
    """Attributes that are loaded whatever else is: what tells one from the other."""
    __python__: ClassVar[str] = ""
    """What makes the class in Python, when it has no name to import."""
    __shown__: ClassVar[tuple[str, ...]] = ("id", "code", "name", "status")
    """Attributes in the repr of a saved one; never free text or what may hold secrets.

    Agreed keys of metadata are none of them: without the rest of it, one would lose that by saving.
    """

    if TYPE_CHECKING:
        __entity_attributes__: ClassVar[Mapping[str, AttributeSpec]] = {}
        _state: EntityState = PrivateAttr()

    @property
    def is_new(self) -> bool:
        """Whether the entity was never saved."""
        return self._state.is_new

    @property
    def identity(self) -> object:
        """What equality goes by: the id, or the object itself while it is new."""
        return vars(self).get("id") or id(self)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, EntityValue):
            return NotImplemented
        return self.identity == other.identity and _ids_of(type(self)) == _ids_of(type(other))

    def __hash__(self) -> int:
        if self.is_new and not vars(self).get("id"):  # saving would change it: lost in the set
            name = type(self).__name__
            advice = "save() it before it goes into a set or becomes a key"
            raise TypeError(f"a new {name} has no hash: {advice}")
        return hash(self.identity)  # that of references to it, which equal it

    def __repr_name__(self) -> str:
        """Return what makes an equal object: a saved one is not made, it is known."""
        name = python_name(type(self))
        return name if self.is_new else f"{name}.loaded"

    def __repr__(self) -> str:
        text = super().__repr__()
        hidden = ", ".join(self._hidden()) if self.is_new else ""
        return f"<{text} with {hidden}>" if hidden else text

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        values = {**vars(self), **self._agreed()}
        for name in values if self.is_new else self.__shown__:
            value = values.get(name)
            if self.is_new and name in _FREE_TEXTS:
                continue
            if value is not None and not (name == "name" and value == values.get("code")):
                yield from _shown(name, value)

    def _agreed(self) -> dict[str, object]:
        """Return what metadata has for agreed keys, as it is there."""
        metadata = vars(self).get(METADATA)
        if not isinstance(metadata, Mapping):
            return {}
        held = cast("Mapping[str, object]", metadata)
        return {name: held.get(key.key) for name, key in keys_of(type(self)).items()}

    def _hidden(self) -> list[str]:
        """Return what was given and is not shown, because it may be a secret."""
        shown = {name for name, _ in self.__repr_args__()}
        agreed = {key.key for name, key in keys_of(type(self)).items() if name in shown}
        values = vars(self)
        return [
            name
            for name, value in values.items()
            if name not in shown
            and not validation.is_untouched(type(self), name, value)
            and not (name == "name" and value == values.get("code"))
            and not (name == METADATA and agreed.issuperset(value))
        ]

    def __str__(self) -> str:
        return repr(self)

    def _repr_html_(self) -> str:
        from accsyn_orm.entities.notebook import entity_html  # only notebooks ask

        return entity_html(self)

    def __getstate__(self) -> dict[Any, Any]:
        alone = replace(self._state, backend=None, siblings=None)
        return {**super().__getstate__(), "_state": alone}

    def __setstate__(self, state: dict[Any, Any]) -> None:
        object.__setattr__(self, "_state", state["_state"])
        super().__setstate__(state)

    def __copy__(self) -> Self:
        return self._with_state(super().__copy__())

    def __deepcopy__(self, memo: dict[int, Any] | None = None) -> Self:
        return self._with_state(super().__deepcopy__(memo))

    def _with_state(self, copied: Self) -> Self:
        state = replace(self._state, before=detached(self._state.before))
        object.__setattr__(copied, "_state", state)
        return copied
