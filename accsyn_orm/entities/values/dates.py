"""Points in time: aware and in UTC in Python, whatever the backend sent."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Annotated, Final, TypeAlias

from pydantic import AfterValidator
from pydantic_core import core_schema

from accsyn_orm.entities.values.shortcuts import Unless

_NEVER = frozenset(
    # The v1 generation sends the epoch, in the local time of its server, for what never happened.
    datetime(1970, 1, 1, hour, tzinfo=timezone.utc)
    for hour in (0, 1)
)


def as_utc(value: datetime) -> datetime:
    """Return the same moment in UTC; a value without zone is UTC already.

    Raises:
        ValueError: it is on no calendar once it is in UTC, such as the first hour of year 1 further
            east.
    """
    if value.tzinfo is timezone.utc:
        return value
    if value.tzinfo is None:
        return value.replace(tzinfo=timezone.utc)
    try:
        return value.astimezone(timezone.utc)
    except OverflowError as error:  # Pydantic lets it through
        raise ValueError("is on no calendar once it is in UTC") from error


def moment(value: object) -> datetime | None:
    """Return the moment that the backend means, if it is one: a date, or its text."""
    try:
        if isinstance(value, str):
            value = datetime.fromisoformat(value)
        return as_utc(value) if isinstance(value, datetime) else None
    except ValueError:
        return None


def _as_utc_or_never(value: datetime | None) -> datetime | None:
    moment = None if value is None else as_utc(value)
    return None if moment in _NEVER else moment


NONE_IF_NEVER: Final = AfterValidator(_as_utc_or_never)
"""Marks a moment for which v1 sends the epoch where v3 sends nothing; compared by value."""

_IN_UTC = core_schema.datetime_schema(strict=True, tz_constraint=0)
_IN_UTC_OR_NONE = core_schema.nullable_schema(
    core_schema.datetime_schema(strict=True, tz_constraint=0, gt=max(_NEVER))
)

UtcDatetime: TypeAlias = Annotated[datetime, AfterValidator(as_utc), Unless(_IN_UTC)]
"""A moment in UTC."""

UtcDatetimeOrNever: TypeAlias = Annotated[datetime | None, NONE_IF_NEVER, Unless(_IN_UTC_OR_NONE)]
"""A moment in UTC, or ``None`` for what has not happened (yet)."""
