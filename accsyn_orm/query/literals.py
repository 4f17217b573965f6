"""Python values as literal text of the query language."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from enum import Enum

from accsyn_orm.errors import QueryValueError


@dataclass(frozen=True, slots=True, repr=False)
class Raw:
    """Literal text that is taken as it is, for values that only the backend knows.

    Example:
        >>> from accsyn_orm.query import FieldRef
        >>> str(FieldRef("status") == raw("half-done"))
        'status=half-done'
    """

    text: str

    def __repr__(self) -> str:
        return f"raw({self.text!r})"


def raw(text: str) -> Raw:
    """Mark text to be taken as it is: no check against the attribute's type."""
    return Raw(text)


def to_literal(value: object) -> str:
    """Write a Python value as literal text, unquoted.

    Dates with a time become UTC; one without a time zone is local time. Durations become
    ``1h:05m:00s``. An entity, or whatever else
    has a text ``id``, is written as that id.

    Raises:
        QueryValueError: nothing in the language stands for the value.

    Example:
        >>> to_literal(True), to_literal(None), to_literal(12)
        ('true', 'null', '12')
    """
    if isinstance(value, Enum):
        return to_literal(value.value)
    if isinstance(value, str):
        return str(value)
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(int(value))
    return _other_literal(value)


def _other_literal(value: object) -> str:
    if isinstance(value, float):
        return _float_literal(value)
    if isinstance(value, datetime):
        return utc_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return clock_text(value)
    if isinstance(value, Raw):
        return value.text
    identifier = getattr(value, "id", None)
    if isinstance(identifier, str):
        return identifier
    if issubclass(type(value), (list, tuple, set, frozenset)):
        raise QueryValueError(value, "is not one value", hint="compare with in_([…])")
    hint = "use text, a number, a boolean, a date, a duration, None, or an entity that was saved"
    reason = f"a {type(value).__name__} cannot be written in a query"
    raise QueryValueError(value, reason, hint=hint)


def _float_literal(value: float) -> str:
    if not math.isfinite(value):
        raise QueryValueError(value, "is not a number the language can write")
    return repr(float(value))


def clock_text(value: timedelta) -> str:
    """Write a duration as accsyn does: ``1h:05m:00s``, whole seconds."""
    total = int(value.total_seconds())
    minutes, seconds = divmod(abs(total), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{'-' if total < 0 else ''}{hours}h:{minutes:02}m:{seconds:02}s"


def utc_text(value: datetime) -> str:
    """Write a moment as the protocol does: UTC, whole seconds, no zone."""
    return value.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")


def required_text(text: object) -> str:
    """Return the text, or refuse what is none: only ``==`` and the like convert values."""
    if isinstance(text, str):
        return text
    reason = f"takes a text, not {type(text).__name__}"
    raise QueryValueError(text, reason, hint="compare values with == or in_()")


def is_plain(text: str) -> bool:
    """Whether ``=`` takes the text literally, and some kind of quotes is left to hold it."""
    text = required_text(text)
    return "*" not in text and not ('"' in text and "'" in text)


def escaped(text: str) -> str:
    """Write text for a regular expression that finds just that."""
    # The language has no escape for quotes; regular expressions have.
    return re.escape(text).replace('"', r"\x22").replace("'", r"\x27")
