"""What happens to an entity in Python: its values are given, assigned, compared and taken over.

The constructor and assignment are strict. Loading is tolerant and lives in ``loading``. What the
values are to Python is told by ``value``; talking to the backend is the business of ``base``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from pydantic import ConfigDict, ValidationError
from typing_extensions import Self

from accsyn_orm.entities import validation
from accsyn_orm.entities.attributes import UNSET
from accsyn_orm.entities.backend import Backend, Generation
from accsyn_orm.entities.changes import Change, detached, is_same, refilled
from accsyn_orm.entities.folding import folded
from accsyn_orm.entities.metadata import METADATA, MetadataKey, holder, keys_of
from accsyn_orm.entities.relations import Relation
from accsyn_orm.entities.shape import container_names
from accsyn_orm.entities.siblings import Siblings
from accsyn_orm.entities.state import NEW, EntityState
from accsyn_orm.entities.value import EntityValue
from accsyn_orm.errors import AttributeNotLoadedError, EntityStateError

_UNKNOWN = "this version does not know it: declare it on a subclass, or use session.update()"
_HOW_TO_MAKE = "made by its constructor, or from a record by load_record()"
_CONTAINERS: tuple[type[Any], ...] = (dict, list)


class EntityModel(EntityValue):
    """The values of one entity."""

    model_config = ConfigDict(
        extra="allow",
        validate_by_name=True,
        validate_by_alias=True,
        ignored_types=(MetadataKey, Relation),
    )

    if not TYPE_CHECKING:

        def __init__(self, /, **values: Any) -> None:
            cls = type(self)
            values, problems = folded(cls, values, is_new=True)
            problems += validation.construction_problems(cls, values)
            try:
                given = validation.with_defaults(cls, values)
                cls.__pydantic_validator__.validate_python(given, self_instance=self)
            except ValidationError as error:
                problems += validation.problems_in(cls, error)
            else:
                self._drop_unset()
                for name in container_names(cls):
                    if name in vars(self):
                        vars(self)[name] = detached(vars(self)[name])
                named = {name for name, _ in problems}
                values = {name: value for name, value in vars(self).items() if name not in named}
                problems += validation.unsettable(cls, values, is_new=True, generation=None)
            if problems:
                raise validation.refusal(cls, problems)
            object.__setattr__(self, "_state", NEW)

        @property
        def __pydantic_fields_set__(self) -> set[str]:
            # What is there was set: Pydantic's own book would be one more set for each entity.
            return set(vars(self))

        @__pydantic_fields_set__.setter
        def __pydantic_fields_set__(self, _: set[str]) -> None:
            """Leave it at what is there."""

        @classmethod
        def model_construct(cls, *_: Any, **__: Any) -> Any:
            """Refuse: the object would have no state."""
            raise EntityStateError(cls.__name__, _HOW_TO_MAKE)

        model_validate = model_validate_json = model_validate_strings = model_construct

        def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Any:
            """Copy; with ``update`` assign to the copy, checked as ever."""
            copied = self.__deepcopy__() if deep or update else self.__copy__()
            copied._assign_all(update or {})  # noqa: SLF001  # of its own class
            return copied

        def __getattr__(self, name: str) -> Any:
            if name in type(self).__entity_attributes__ or name in keys_of(type(self)):
                raise self._not_loaded(name)
            extra = self.__pydantic_extra__ or {}
            if name in extra:
                return detached(extra[name])  # what cannot be saved must not seem to change
            if name.startswith("_"):
                return super().__getattr__(name)
            kind, known = type(self).__name__, [*validation.public_names(type(self)), *extra]
            reason = f"{kind} has no attribute {name!r}{validation.did_you_mean(name, known)}"
            raise AttributeError(reason, name=name, obj=self)

        def __setattr__(self, name: str, value: object) -> None:
            if name in keys_of(type(self)):
                self._assign_all({name: value})
            else:
                self._assign(name, value)

        def __delattr__(self, name: str) -> None:
            problem = (name, "an attribute cannot be deleted, only changed")
            raise validation.refusal(type(self), [problem])

    @property
    def is_deleted(self) -> bool:
        """Whether the entity was deleted through this object."""
        return self._state.is_deleted

    @property
    def session(self) -> Backend | None:
        """The session it was loaded from or saved to, or ``None``."""
        return self._state.backend

    @property
    def write_count(self) -> int:
        """How often this object was sent to be saved or deleted; pages check it."""
        return self._state.writes

    @property
    def siblings(self) -> Siblings:
        """The entities that it was loaded together with, and what was fetched for them."""
        return self._state.siblings or Siblings([self])

    def join(self, siblings: Siblings) -> None:
        """Belong to these entities from now on."""
        if self._state.siblings is not siblings:
            self._note(siblings=siblings)

    @property
    def extra(self) -> Mapping[str, Any]:
        """The attributes that the backend sent and this version does not know: copies."""
        return MappingProxyType(detached(self.__pydantic_extra__ or {}))

    @property
    def changes(self) -> Mapping[str, Change]:
        """What ``save()`` would send, by attribute; changes deep inside dictionaries count."""
        values = vars(self)
        if self.is_new:
            cls = type(self)
            return {
                name: Change(UNSET, value)
                for name, value in values.items()
                if not validation.is_untouched(cls, name, value)
            }
        before = self._state.before
        filled = {
            name: type(values[name])()
            for name in container_names(type(self))
            if name not in before and values.get(name)
        }
        return {
            name: Change(known, values[name])
            for name, known in {**before, **filled}.items()
            if not is_same(known, values[name])
        }

    def _assign(self, name: str, value: object) -> None:
        """Validate one value and take it; a value that is refused changes nothing."""
        cls, state = type(self), self._state
        self._refuse_deleted()
        problem = validation.assignment_problem(cls, name, is_new=state.is_new)
        if problem:
            if name in (self.__pydantic_extra__ or {}):
                problem = (name, _UNKNOWN)
            raise validation.refusal(cls, [problem])
        valid, problems = validation.validated(cls, name, value)
        generation = self._generation()
        problems = problems or validation.unsettable(
            cls, {name: valid}, is_new=state.is_new, generation=generation
        )
        if problems:
            raise validation.refusal(cls, problems)
        if not state.is_new:
            self._remember(name)
        vars(self)[name] = detached(valid)  # what was given stays whose it is, all the way down

    def _drop_unset(self) -> None:
        """Take the placeholders of attributes without a value out."""
        values = vars(self)
        for name in [name for name, value in values.items() if value is UNSET]:
            del values[name]

    def _assign_all(self, values: Mapping[str, object]) -> None:
        """Assign attributes and agreed keys of metadata; these are added to what there is.

        Raises:
            AttributeNotLoadedError: the metadata that keys would be added to was not loaded.
            EntityValidationError: one is refused.
        """
        cls = type(self)
        self._refuse_deleted()
        present = vars(self).get(METADATA)
        valid, problems = folded(cls, values, is_new=self.is_new, present=present)
        if problems:
            raise validation.refusal(cls, problems)
        if METADATA in valid and not (self.is_new or METADATA in {*values, *vars(self)}):
            raise self._not_loaded(next(name for name in values if name in keys_of(cls)))
        for name, value in valid.items():
            self._assign(name, value)

    def _not_loaded(self, name: str) -> AttributeNotLoadedError:
        cls = type(self)
        spec = cls.__entity_attributes__[holder(cls, name)]
        only = None if self._generation() in {None, spec.shown_by} else spec.shown_by
        return AttributeNotLoadedError(cls.__name__, name, is_new=self.is_new, only=only)

    def _note(self, **changes: Any) -> None:
        """Change what is remembered; see `EntityState` for the names."""
        object.__setattr__(self, "_state", replace(self._state, **changes))

    def _remember(self, name: str) -> None:
        """Keep what the backend last said of an attribute that is about to be assigned."""
        before = self._state.before
        if name in before:
            return
        value = vars(self).get(name, UNSET)
        kind: type[Any] = value.__class__
        # One that is filled by now was empty: only those are not remembered from the start.
        if issubclass(kind, _CONTAINERS):
            value = kind()
        self._note(before={**before, name: value})

    def _generation(self) -> Generation | None:
        backend = self._state.backend
        return backend.protocol if backend else None

    def _refuse_deleted(self) -> None:
        if self._state.is_deleted:
            raise EntityStateError(type(self).__name__, f"{self!r} was deleted")

    def settle(self, state: EntityState) -> None:
        """Regard the present values as what the backend knows.

        Args:
            state: what to remember beside them; shared, as long as there is nothing else.
        """
        values = vars(self)
        for name in container_names(type(self)):
            if value := values.get(name):
                state = replace(state, before={**state.before, name: detached(value)})
        object.__setattr__(self, "_state", state)

    def _take_over(self, fresh: Self, held: Mapping[str, Any] | None = None) -> None:
        """Overlay the values of another object of the same entity.

        Dictionaries and lists stay the same objects, so that who holds one goes on changing it.

        Args:
            fresh: the other object.
            held: values that somebody may hold; those of this object unless given.
        """
        values, held = vars(self), vars(self) if held is None else held
        for name, value in vars(fresh).items():
            values[name] = refilled(held.get(name), value)
        object.__setattr__(self, "__pydantic_extra__", {**self.extra, **fresh.extra})

    def _forget(self) -> None:
        """Drop all values."""
        vars(self).clear()
        object.__setattr__(self, "__pydantic_extra__", {})
