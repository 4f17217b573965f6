"""Values to wire text and back: JSON as the official clients write it, dates, percent-encoding.

Writing is strict: a value that JSON cannot hold is refused here, before anything is sent. Reading
is tolerant about content – a date that does not parse stays text – but not about form.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timezone
from typing import Any, NoReturn, cast
from urllib.parse import quote, unquote_to_bytes

from accsyn_orm.errors import PayloadError

DATE_ATTRIBUTES = ("created", "modified", "finished", "logged_in", "last_checkin")
"""Every attribute documented as a date. Other text may look like one (a name, metadata)."""

MAX_DEPTH = 200
"""Levels of lists and dictionaries in one another that are read: what Pydantic's reader takes."""

_CONTAINERS = frozenset({dict, list})
_LONG = 64 * 1024
_WITHOUT_ZONE = len("2026-01-31T09:30:00")

_NESTED_RECORDS = ("tasks", "files")
"""Attributes that hold further records, whose dates are decoded too."""


def dumps(value: Any, *, where: str = "data") -> str:
    """Write a value as ASCII JSON text, byte for byte as the official clients do.

    Dates become UTC text without zone; a naive one is local time (of its own date, not of today).

    Args:
        value: dictionaries, sequences, text, numbers, booleans, dates, ``None``, and what has
            ``__wire_text__()``.
        where: what to call the value in an error message.

    Raises:
        PayloadError: the value holds something that JSON cannot.
    """
    try:
        return _ENCODER.encode(value)
    except RecursionError as error:
        raise PayloadError(where, "is nested too deeply") from error
    except (TypeError, ValueError, OverflowError) as error:
        raise PayloadError(*_locate_problem(value, where)) from error


class NestingError(PayloadError):
    """JSON that nests too deeply."""


def loads(text: str | bytes, *, where: str = "payload") -> Any:
    """Read JSON text.

    Raises:
        PayloadError: it is no JSON; ``NaN`` and ``Infinity`` are none.
    """
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except RecursionError as error:
        raise NestingError(where, "is nested too deeply") from error
    except ValueError as error:
        if isinstance(error, json.JSONDecodeError):
            error.doc = ""  # all of the text, and whatever secret is in it
        raise PayloadError(where, "is not valid JSON") from error


def loads_shallow(text: str, *, where: str = "payload") -> Any:
    """Read JSON text that has at most ``MAX_DEPTH`` lists and dictionaries in one another.

    Raises:
        NestingError: it has more.
        PayloadError: it is no JSON.
    """
    if len(text) > _LONG:
        # As fast again, and it looks at the depth by itself; worth importing for much only.
        from pydantic_core import from_json

        with suppress(ValueError):
            return from_json(text, allow_inf_nan=False)
        # It refuses a little more than JSON does, such as half a surrogate pair: see below.
    value = loads(text, where=where)
    if _nests_deeper(value, MAX_DEPTH):
        raise NestingError(where, f"nests deeper than {MAX_DEPTH} levels")
    return value


def _nests_deeper(value: object, most: int) -> bool:
    """Tell whether decoded JSON has lists and dictionaries in one another on more levels than so.

    Level by level, without recursion: it comes from outside.
    """
    level = [item for item in (value,) if item.__class__ in _CONTAINERS]
    for _ in range(most):
        inner: list[object] = []
        for outer in level:
            if isinstance(outer, dict):
                inner += cast("dict[str, object]", outer).values()
            else:
                inner += cast("list[object]", outer)
        level = [item for item in inner if item.__class__ in _CONTAINERS]
        if not level:
            return False
    return True


def encode_date(value: date) -> str:
    """Write a date or a point in time as wire text.

    Raises:
        OverflowError: a naive time at the very edge of the calendar.
    """
    if not isinstance(value, datetime):
        return f"{value.isoformat()}T00:00:00"
    # astimezone() reads a naive value as local time with the offset valid on that day.
    return value.astimezone(timezone.utc).replace(tzinfo=None).isoformat(timespec="seconds")


def decode_date(text: str) -> datetime | str:
    """Read wire text as an aware time in UTC; text that is no point in time stays text."""
    try:
        # As the backend sends it: no detours.
        if len(text) == _WITHOUT_ZONE and text[10] == "T" and text[16] == ":":
            return datetime.fromisoformat(text + "+00:00")
        if "T" not in text:
            return text
        # Python 3.10 does not read the suffix Z.
        moment = datetime.fromisoformat(f"{text[:-1]}+00:00" if text.endswith("Z") else text)
        if moment.tzinfo is None:
            return moment.replace(tzinfo=timezone.utc)
        return moment.astimezone(timezone.utc)
    except (ValueError, OverflowError):
        return text


def decode_records(result: object) -> None:
    """Turn the documented dates of one record, or of a list of records, into times, in place.

    Metadata and settings are the users' own: what is in them stays as it was sent.
    """
    if isinstance(result, dict):
        _decode_record(cast("dict[str, Any]", result))
    elif isinstance(result, list):
        for item in cast("list[object]", result):
            if isinstance(item, dict):
                _decode_record(cast("dict[str, Any]", item))


def _decode_record(record: dict[str, Any]) -> None:
    for name in DATE_ATTRIBUTES:
        value = record.get(name)
        if isinstance(value, str):
            record[name] = decode_date(value)
    for name in _NESTED_RECORDS:
        if name in record:
            decode_records(record[name])


def to_query_string(text: str) -> str:
    """Percent-encode a JSON document: it is the whole query string of a GET or DELETE."""
    return quote(text)


def from_query_string(query: str | bytes) -> str:
    """Read a query string that is one JSON document; ``+`` is a plus sign, not a blank.

    Raises:
        PayloadError: the bytes are not UTF-8.
    """
    try:
        return unquote_to_bytes(query).decode()
    except UnicodeError as error:
        raise PayloadError("query string", "is not UTF-8") from error


def _encode_other(value: object) -> Any:
    """Write what the standard encoder does not know."""
    if isinstance(value, date):
        return encode_date(value)
    if isinstance(value, Mapping):
        return dict(cast("Mapping[object, object]", value))
    # A value of a layer above, such as a path, that says itself how it is written.
    if (write := getattr(type(value), "__wire_text__", None)) is not None:
        return str(write(value))
    raise TypeError(type(value).__name__)


_ENCODER = json.JSONEncoder(default=_encode_other, allow_nan=False)


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _locate_problem(value: object, where: str) -> tuple[str, str]:
    """Say which value cannot be written, and why. Runs only after encoding has failed."""
    try:
        problem = _find_problem(value, where)
    except RecursionError:
        problem = None
    # Nothing in it is wrong by itself, so it is the shape.
    return problem or (where, "contains itself")


def _find_problem(value: object, where: str) -> tuple[str, str] | None:
    if isinstance(value, Mapping):
        return _find_in_mapping(cast("Mapping[object, object]", value), where)
    if isinstance(value, (list, tuple)):
        items = cast("Sequence[object]", value)
        found = (_find_problem(item, f"{where}[{index}]") for index, item in enumerate(items))
        return next((problem for problem in found if problem), None)
    try:
        _ENCODER.encode(value)
    except TypeError:
        return where, f"{type(value).__name__} cannot be sent{_ALTERNATIVES.get(type(value), '')}"
    except (ValueError, OverflowError):
        return where, "is out of range: only finite numbers and dates of this calendar can be sent"
    return None


def _find_in_mapping(mapping: Mapping[object, object], where: str) -> tuple[str, str] | None:
    for key, item in mapping.items():
        if not isinstance(key, (str, int, float, bool, type(None))):
            return where, f"a key is {type(key).__name__}, and keys are text"
        problem = _find_problem(item, f"{where}[{key!r}]")
        if problem:
            return problem
    return None


_ALTERNATIVES: Mapping[type, str] = {
    set: "; use a list",
    frozenset: "; use a list",
    bytes: "; decode it to text",
    bytearray: "; decode it to text",
}
