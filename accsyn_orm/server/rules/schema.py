"""What may be written: the one declaration that answers ``attributes`` and that checks every write.

What can be read stands in `tables`. An entity type lists what can be *written* as `Field` values;
whatever is not listed for a generation, a role and an operation is refused by name, nothing is
dropped in silence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from accsyn_orm.server.access.roles import EVERYBODY, INTERNAL, Role, is_internal
from accsyn_orm.server.provenance import Source
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.settings.catalogue import require_known
from accsyn_orm.server.storage.documents import is_array
from accsyn_orm.server.storage.tables import BOTH, EntityTable, Generation

Check = Callable[[str, Any], Any]
"""Takes an attribute's name and its wire value; returns the value to keep, or refuses."""


@dataclass(frozen=True, slots=True)
class Field:
    """One attribute, or option, that can be written.

    Attributes:
        name: wire name.
        check: what values it takes.
        create: whether it may be given at creation.
        update: whether it may be changed later.
        required: whether creation needs it.
        generations: the wire generations that have it.
        writers: the roles that may set it.
        source: how it is known that accsyn takes it.
    """

    name: str
    check: Check
    create: bool = False
    update: bool = False
    required: bool = False
    generations: frozenset[Generation] = BOTH
    writers: frozenset[Role] = EVERYBODY
    source: Source = Source.DOCUMENTED


@dataclass(frozen=True, slots=True)
class Schema:
    """The attributes of one entity type.

    Attributes:
        entity: the attributes that can be read.
        fields: those that can be written. A name may appear once for each generation.
    """

    entity: EntityTable
    fields: tuple[Field, ...]

    def readable(self, generation: Generation) -> list[str]:
        """List the attributes that records of a generation carry."""
        attributes = self.entity.attributes.values()
        return [attribute.name for attribute in attributes if generation in attribute.shown_in]

    def creatable(self, generation: Generation, role: Role) -> list[str]:
        """List what a role may give at creation."""
        return [f.name for f in self._writable(generation, role) if f.create]

    def updatable(self, generation: Generation, role: Role) -> list[str]:
        """List what a role may change."""
        return [f.name for f in self._writable(generation, role) if f.update]

    def check_create(
        self, data: Mapping[str, Any], generation: Generation, role: Role
    ) -> dict[str, Any]:
        """Check the payload of a creation.

        Raises:
            Refusal: an attribute is missing, unknown, not for creation, or of the wrong type.
        """
        allowed = {f.name: f for f in self._writable(generation, role) if f.create}
        values = self._checked(
            data, allowed, generation, "cannot be given at creation", lambda field: field.create
        )
        self._require_external(values, generation, role)
        for field in allowed.values():
            if field.required and values.get(field.name) is None:
                raise Refusal(f"{self.entity.called(generation)}: {field.name} is required")
        return values

    def check_update(
        self, data: Mapping[str, Any], generation: Generation, role: Role
    ) -> dict[str, Any]:
        """Check the payload of a change.

        Raises:
            Refusal: there is nothing to change, or an attribute is unknown, fixed or of the wrong
                type.
        """
        if not data:
            raise Refusal(f"{self.entity.called(generation)}: there is nothing to change")
        allowed = {f.name: f for f in self._writable(generation, role) if f.update}
        values = self._checked(
            data, allowed, generation, "cannot be changed", lambda field: field.update
        )
        self._require_external(values, generation, role)
        return values

    def _require_external(
        self, values: Mapping[str, Any], generation: Generation, role: Role
    ) -> None:
        kind = self.entity.called(generation)
        metadata: Mapping[str, Any] = values.get("metadata") or {}
        if role is Role.STANDARD and any(map(is_internal, metadata)):
            raise Refusal(f"{kind}.metadata: the part {INTERNAL!r} is not for you")

    def _writable(self, generation: Generation, role: Role) -> list[Field]:
        return [f for f in self._of(generation) if role in f.writers]

    def _of(self, generation: Generation) -> list[Field]:
        return [f for f in self.fields if generation in f.generations]

    def _checked(
        self,
        data: Mapping[str, Any],
        allowed: Mapping[str, Field],
        generation: Generation,
        problem: str,
        applies: Callable[[Field], bool],
    ) -> dict[str, Any]:
        kind = self.entity.called(generation)
        values: dict[str, Any] = {}
        for name, value in data.items():
            label = f"{kind}.{name}"
            if name in allowed:
                values[name] = allowed[name].check(label, value)
            elif any(f.name == name and applies(f) for f in self._of(generation)):
                raise Refusal(f"{label} {problem} by you")
            elif name in {*self.readable(generation), *(f.name for f in self._of(generation))}:
                raise Refusal(f"{label} {problem}")
            else:
                raise unknown_attribute(kind, name, [*self.readable(generation), *allowed])
        return values


# -- what values an attribute takes ---------------------------------------------------------------


def text(name: str, value: Any) -> str:
    """Take any text."""
    if not isinstance(value, str):
        raise Refusal(f"{name} is text, not {type(value).__name__}")
    return value


def filled_text(name: str, value: Any) -> str:
    """Take text that is not blank, without the blanks around it."""
    stripped = text(name, value).strip()
    if not stripped:
        raise Refusal(f"{name} is empty")
    return stripped


def nullable_text(name: str, value: Any) -> str | None:
    """Take text, or null."""
    return None if value is None else text(name, value)


def texts(name: str, value: Any) -> list[str]:
    """Take a list of texts that are not blank."""
    if not is_array(value):
        raise Refusal(f"{name} is a list, not {type(value).__name__}")
    return [filled_text(name, item) for item in value]


def boolean(name: str, value: Any) -> bool:
    """Take true or false."""
    if not isinstance(value, bool):
        raise Refusal(f"{name} is true or false, not {type(value).__name__}")
    return value


def whole_number(low: int, high: int) -> Check:
    """Make a check for a whole number within bounds."""

    def check(name: str, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Refusal(f"{name} is a whole number, not {type(value).__name__}")
        if not low <= value <= high:
            raise Refusal(f"{name} is between {low} and {high}, not {value}")
        return value

    return check


priority = whole_number(0, 1000)
"""Take a priority."""


def one_of(*values: str) -> Check:
    """Make a check for one of a few words, in any case."""

    def check(name: str, value: Any) -> str:
        word = text(name, value).casefold()
        if word not in values:
            raise Refusal(f"{name} is one of {', '.join(values)}; not {value!r}")
        return word

    return check


def json_object(name: str, value: Any) -> dict[str, Any]:
    """Take a dictionary that JSON can hold."""
    if not isinstance(value, dict):
        raise Refusal(f"{name} is a dictionary, not {type(value).__name__}")
    return cast("dict[str, Any]", value)


def settings(name: str, value: Any) -> dict[str, str]:
    """Take settings that there are; numbers and booleans, which old clients send, become text."""
    return {
        require_known(key): setting_text(f"{name}.{key}", item)
        for key, item in json_object(name, value).items()
    }


def setting_text(name: str, value: Any) -> str:
    """Take the value of a setting: text, or a number or truth value that becomes text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return str(value)
    return text(name, value)


def absent(reason: str) -> Check:
    """Make a check for an option that this workspace cannot honour: only empty is accepted."""

    def check(name: str, value: Any) -> None:
        if value:
            raise Refusal(f"{name}: {reason}")

    return check
