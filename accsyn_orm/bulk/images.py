"""Values of entities as JSON holds them: what plans show, journals keep, answers are compared to.

An image is taken when a value is planned, and again when it is read back. The same value has the
same image whichever way it came: as an enumeration, an entity, or the text of an answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from datetime import date, datetime, timezone
from enum import Enum
from typing import Any, TypeAlias, cast

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.changes import is_same
from accsyn_orm.entities.shape import type_choices
from accsyn_orm.entities.values.statuses import OpenEnum
from accsyn_orm.errors import PayloadError

Image: TypeAlias = Mapping[str, Any]
"""Attribute → value as JSON holds it."""

_DATETIME, _DATE, _ESCAPE = "$datetime", "$date", "$"


def image_of(values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Return the image of those of the attributes that have a value.

    Raises:
        PayloadError: a value is none that JSON can hold and give back.
    """
    return {name: plain_value(values[name], name) for name in names if name in values}


def plain_value(value: object, where: str) -> Any:
    """Return the value of an attribute as JSON holds it; `revived` is the way back.

    Raises:
        PayloadError: it is none that JSON can hold and give back.
    """
    if isinstance(value, datetime):
        # Points in time travel in whole seconds of UTC.
        moment = value.astimezone(timezone.utc).replace(microsecond=0)
        return {_DATETIME: moment.isoformat()}
    if isinstance(value, date):
        return {_DATE: value.isoformat()}
    found = _plain(value, where)
    return {_ESCAPE: found} if _looks_marked(found) else found


def revived(value: Any) -> Any:
    """Return the value that `plain_value` wrote so, as an attribute takes it."""
    if not _looks_marked(value):
        return value
    mark, content = next(iter(value.items()))
    if mark == _DATETIME:
        return datetime.fromisoformat(content)
    return date.fromisoformat(content) if mark == _DATE else content


def agree(cls: type[Entity], name: str, wanted: object, now: object) -> bool:
    """Tell whether an attribute that was set to one value may be found with the other one."""
    if is_same(wanted, now):
        return True
    if isinstance(wanted, str) and isinstance(now, str):
        for kind in type_choices(cls, name):
            if issubclass(kind, OpenEnum):
                return _member(kind, now).fulfils(_member(kind, wanted))
    return False


def _member(kind: type[OpenEnum], text: str) -> OpenEnum:
    try:
        return kind(text)
    except ValueError:
        return kind.unknown(text)


def _plain(value: object, where: str) -> Any:
    match value:
        case Enum():
            return _plain(value.value, where)
        case None | bool() | int():
            return value
        case str():
            return str(value)
        case float():
            if math.isfinite(value):
                return value
            raise PayloadError(where, "is out of range: only finite numbers can be sent")
        case Mapping():
            return _plain_mapping(cast("Mapping[object, object]", value), where)
        case list() | tuple():
            items = enumerate(cast("Iterable[object]", value))
            return [_plain(item, f"{where}[{index}]") for index, item in items]
        case date():
            raise PayloadError(where, "a date in there would come back as text: write it as text")
        case _:
            raise PayloadError(where, f"{type(value).__name__} cannot be sent")


def _plain_mapping(value: Mapping[object, object], where: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise PayloadError(where, f"a key is {type(key).__name__}, and keys are text")
        found[str(key)] = _plain(item, f"{where}[{key!r}]")
    return found


def _looks_marked(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    keys = list(cast("dict[str, Any]", value))
    return len(keys) == 1 and keys[0] in {_DATETIME, _DATE, _ESCAPE}
