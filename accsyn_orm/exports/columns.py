"""The columns of a table of entities: one per attribute, of one kind whatever its rows hold.

Agreed keys of metadata have columns of their own, beside that of metadata unless one asks for less.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast, get_args

from accsyn_orm.entities.metadata import holder, keys_of
from accsyn_orm.entities.shape import plain_choices, type_choices
from accsyn_orm.entities.values.amounts import Duration
from accsyn_orm.entities.values.reference_lists import Refs
from accsyn_orm.entities.views import view_in
from accsyn_orm.errors import ExportError

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Generation
    from accsyn_orm.entities.base import Entity

Misfits: TypeAlias = Literal["raise", "null"]
"""What becomes of a value that its column cannot hold."""

_LIMIT = 2**63  # of what 64 bits with a sign hold


class Kind(Enum):
    """What a column holds; every one may hold nothing as well."""

    TEXT = "text"
    INTEGER = "integer"
    """64 bits."""
    NUMBER = "number"
    BOOLEAN = "boolean"
    MOMENT = "moment"
    """A point in time in UTC, to the microsecond."""
    DURATION = "duration"
    TEXTS = "texts"
    """A list of texts."""
    JSON = "json"
    """What has no kind of its own, such as metadata, as JSON text."""


@dataclass(frozen=True, slots=True)
class Column:
    """One attribute of a class, or one agreed key of its metadata.

    Attributes:
        name: name of the attribute or key, and of the column.
        kind: what it holds.
    """

    name: str
    kind: Kind

    def value(self, entity: Entity, misfits: Misfits) -> Any:
        """Return what an entity has in this column; ``None`` when it has nothing.

        Raises:
            ExportError: it has what the column cannot hold.
        """
        is_held = holder(type(entity), self.name) in vars(entity)
        value = getattr(entity, self.name) if is_held else None
        if value is None:
            return None
        value = value.value if isinstance(value, Enum) else value
        if _HOLDS[self.kind](value):
            return _PLAIN[self.kind](value)
        if misfits == "null":
            return None
        raise ExportError.misfit(type(entity).__name__, entity.identity, self.name, self.kind.value)


def columns_of(
    cls: type[Entity], names: Sequence[str] = (), generation: Generation | None = None
) -> tuple[Column, ...]:
    """Return the columns for attributes of a class, and for agreed keys of its metadata.

    Args:
        cls: class of the entities.
        names: which; all that the backend returns unless given, and all keys in what it returns.
        generation: leaves out what only the other one knows.
    """
    returned = [
        name
        for name, spec in cls.__entity_attributes__.items()
        if spec.readable and (generation is None or spec.shown_by in {None, generation})
    ]
    keys = [name for name in keys_of(cls) if holder(cls, name) in returned]
    wanted = names or [*returned, *keys]
    return tuple(Column(name, _kind(cls, name)) for name in wanted)


def is_duration(cls: type[Entity], name: str) -> bool:
    """Whether an attribute is text that says how long something takes."""
    field = cls.model_fields[name]
    return view_in(field.annotation, field.metadata) is Duration.__view__


def as_timedelta(value: timedelta) -> timedelta:
    """Return a duration as Python's own: libraries know what to do with that."""
    return timedelta(seconds=value.total_seconds())


def _kind(cls: type[Entity], name: str) -> Kind:
    if (key := keys_of(cls).get(name)) is not None:
        return _kind_among(plain_choices(key.kind), key.kind)
    field = cls.model_fields[name]
    if is_duration(cls, name):
        return Kind.DURATION
    return _kind_among(type_choices(cls, name), field.annotation)


def _kind_among(choices: Sequence[type[Any]], annotation: Any) -> Kind:
    kinds = {_kind_of(kind) for kind in choices}
    if kinds == {Kind.TEXTS} and get_args(annotation) != (str,):
        return Kind.JSON
    return kinds.pop() if len(kinds) == 1 else Kind.JSON


def _kind_of(kind: type[Any]) -> Kind:
    found = (k for types, k in _KINDS if issubclass(kind, types))
    return next(found, Kind.JSON)


_KINDS: tuple[tuple[type[Any] | tuple[type[Any], ...], Kind], ...] = (
    (bool, Kind.BOOLEAN),
    (int, Kind.INTEGER),
    (float, Kind.NUMBER),
    ((datetime, date), Kind.MOMENT),
    (str, Kind.TEXT),
    (list, Kind.TEXTS),
)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_whole(value: object) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        return False
    return -_LIMIT <= value < _LIMIT


def _are_texts(value: object) -> bool:
    return isinstance(value, (list, Refs)) and all(
        isinstance(item, str) for item in cast("Iterable[object]", value)
    )


def as_json(value: object) -> str:
    """Return a value as JSON text; what JSON does not know as its text."""
    return json.dumps(value, ensure_ascii=False, default=str)


_HOLDS: dict[Kind, Callable[[Any], bool]] = {
    Kind.TEXT: lambda value: isinstance(value, str),
    Kind.INTEGER: _is_whole,
    Kind.NUMBER: _is_number,
    Kind.BOOLEAN: lambda value: isinstance(value, bool),
    Kind.MOMENT: lambda value: isinstance(value, datetime),
    Kind.DURATION: lambda value: isinstance(value, timedelta),
    Kind.TEXTS: _are_texts,
    Kind.JSON: lambda _: True,
}
_PLAIN: dict[Kind, Callable[[Any], Any]] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.BOOLEAN: bool,
    Kind.MOMENT: lambda value: value,
    Kind.DURATION: as_timedelta,
    Kind.TEXTS: lambda value: [str(item) for item in value],
    Kind.JSON: as_json,
}
