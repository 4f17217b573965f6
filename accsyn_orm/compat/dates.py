"""Dates as the official clients read and write them, each generation in its own way.

Any text that looks like a point in time is one, in whatever attribute it stands. v1.0 clients give
naive times, exactly as they were sent, and send naive times as they are. v3 clients take text for
UTC and give local time, and take naive times for local.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timezone
from typing import Any, cast

from accsyn_orm.errors import PayloadError
from accsyn_orm.wire.codec import encode_date
from accsyn_orm.wire.versions import V1, V3, Generation

_MOMENT = re.compile(
    r"([0-9]{2}|[0-9]{4})-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{3})?"
)
_SHORT_YEAR = "%y-%m-%dT%H:%M:%S"
_OBJECT_ID = "ObjectId:"


def decoded(generation: Generation, value: object) -> Any:
    """Return a copy of an answer in which dates are times; what is none after all stays text."""
    if isinstance(value, dict):
        members = cast("dict[str, object]", value).items()
        return {name: _member(generation, item) for name, item in members}
    if isinstance(value, list):
        return [decoded(generation, item) for item in cast("list[object]", value)]
    return value


def as_sent(generation: Generation, value: object) -> Any:
    """Return data in which naive times are text where the generation sends them as they are.

    So what a script has read is what it writes. Everything else is left to the session.

    Raises:
        PayloadError: the data is nested too deeply, or holds itself.
    """
    if generation is not V1:
        return value
    try:
        return _with_naive_times(value)
    except RecursionError as error:
        raise PayloadError("data", "is nested too deeply") from error


def _with_naive_times(value: object) -> Any:
    if isinstance(value, datetime):
        return _written(value) if value.tzinfo is None else value
    if isinstance(value, Mapping):
        members = cast("Mapping[object, object]", value).items()
        return {name: _with_naive_times(item) for name, item in members}
    if isinstance(value, (list, tuple)):
        items = [_with_naive_times(item) for item in cast("Sequence[object]", value)]
        return tuple(items) if isinstance(value, tuple) else items
    return value


class _Encoder(json.JSONEncoder):
    """Writes dates as the generation sends them."""

    generation: Generation

    def default(self, o: Any) -> Any:
        if isinstance(o, date):
            sent = as_sent(self.generation, o)
            return sent if isinstance(sent, str) else encode_date(sent)
        return super().default(o)


class _Decoder(json.JSONDecoder):
    """Reads dates as the generation sends them."""

    generation: Generation

    def decode(self, s: str, *args: Any, **kwargs: Any) -> Any:
        return decoded(self.generation, super().decode(s, *args, **kwargs))


class V1Encoder(_Encoder):
    """``accsyn_api.session.JSONEncoder`` of v1.0 clients."""

    generation = V1


class V1Decoder(_Decoder):
    """``accsyn_api.session.JSONDecoder`` of v1.0 clients."""

    generation = V1


class V3Encoder(_Encoder):
    """``accsyn_api.session.JSONEncoder`` of v3 clients."""

    generation = V3


class V3Decoder(_Decoder):
    """``accsyn_api.session.JSONDecoder`` of v3 clients."""

    generation = V3


def _member(generation: Generation, value: object) -> Any:
    if not isinstance(value, str):
        return decoded(generation, value)
    if _MOMENT.fullmatch(value):
        return _moment(generation, value)
    if generation is not V1 and value.startswith(_OBJECT_ID):
        return value.replace(_OBJECT_ID, "")
    return value


def _moment(generation: Generation, text: str) -> datetime | str:
    try:
        moment = _read(text)
        return moment if generation is V1 else moment.replace(tzinfo=timezone.utc).astimezone()
    except (ValueError, OverflowError, OSError):
        return text


def _read(text: str) -> datetime:
    if text[2] != "-":
        return datetime.fromisoformat(text)
    form = f"{_SHORT_YEAR}.%f" if "." in text else _SHORT_YEAR
    return datetime.strptime(text, form)  # noqa: DTZ007  # the text has no zone


def _written(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds")
