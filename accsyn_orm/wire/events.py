"""The envelope that carries every call except discovery and sign-in."""

from __future__ import annotations

import base64
import binascii
import gzip
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

from accsyn_orm.errors import PayloadError
from accsyn_orm.wire.codec import dumps, loads

if TYPE_CHECKING:
    from accsyn_orm.wire.versions import Generation

COMPRESSION_THRESHOLD = 102_400
"""Data with an estimate above this travels compressed."""

MAX_INFLATED = 16 * 1024 * 1024
"""Most bytes that compressed data may unfold to."""

MAX_MARKS = 1_000_000
"""Most brackets, commas, colons and quotes in what a server reads: they tell how much memory the
values will take, which may be many times what the text does."""

_SIZE_OF_OTHER = 10
_MARKS = '[{,:"'
_GZIP = 16 + zlib.MAX_WBITS


@dataclass(frozen=True, slots=True)
class Event:
    """One call.

    Attributes:
        uri: operation, such as ``job/find``.
        tenant: workspace (v1.0: domain) code.
        eid: id of the call; a repetition of the same call keeps it.
        session: id of the session.
        ident: user name.
        created: when, as wire text.
        hostname: calling machine.
        data: payload of the operation.
        query: expression, or another text that the operation calls for.
        entityid: entity concerned.
    """

    uri: str
    tenant: str
    eid: str
    session: str = field(repr=False)
    ident: str
    created: str
    hostname: str
    data: Any = field(default=None, repr=False)
    query: str | None = None
    entityid: str | None = None


def encode_event(generation: Generation, event: Event) -> str:
    """Write an event as JSON text, keys in the official clients' order.

    Raises:
        PayloadError: the data holds something that JSON cannot.
    """
    payload: dict[str, Any] = {
        "audience": "api",
        generation.tenant_key: event.tenant,
        "eid": event.eid,
        "session": event.session,
        "uri": event.uri,
        "ident": event.ident,
        "created": event.created,
        "hostname": event.hostname,
    }
    text = dumps(event.data)
    if estimate_size(event.data) > COMPRESSION_THRESHOLD:
        payload["gz_data"] = base64.b64encode(gzip.compress(text.encode("ascii"), mtime=0)).decode(
            "ascii"
        )
    else:
        payload["data"] = event.data
    if event.query:
        payload["query"] = event.query
    if event.entityid:
        payload["id"] = event.entityid
    return dumps(payload, where="event")


def decode_event(generation: Generation, text: str | bytes) -> Event:
    """Read an event.

    Raises:
        PayloadError: it is none, holds more than ``MAX_MARKS`` allow, or its data unfolds to more
            than ``MAX_INFLATED``.
    """
    _require_few_marks(text, "event")
    payload: Any = loads(text, where="event")
    if not isinstance(payload, dict):
        raise PayloadError("event", "is not a JSON object")
    members = cast("dict[str, Any]", payload)
    return Event(
        uri=_text(members, "uri"),
        tenant=_text(members, generation.tenant_key),
        eid=_text(members, "eid"),
        session=_text(members, "session"),
        ident=_text(members, "ident"),
        created=_text(members, "created"),
        hostname=_text(members, "hostname"),
        data=_inflate(_text(members, "gz_data")) if "gz_data" in members else members.get("data"),
        query=_optional_text(members, "query"),
        entityid=_optional_text(members, "id"),
    )


def estimate_size(value: object) -> int:
    """Estimate a payload's size in characters, by the rule that decides about compression.

    The rule is the official clients': only text, keys and containers are measured, everything else
    (a tuple too) counts ten.
    """
    match value:
        case None:
            return 0
        case str():
            return len(value)
        case list():
            return sum(map(estimate_size, cast("list[object]", value)))
        case Mapping():
            pairs = cast("Mapping[object, object]", value).items()
            return sum(len(str(key)) + estimate_size(item) for key, item in pairs)
        case _:
            return _SIZE_OF_OTHER


def _inflate(encoded: str) -> Any:
    stream = zlib.decompressobj(_GZIP)
    try:
        unfolded = stream.decompress(base64.b64decode(encoded, validate=True), MAX_INFLATED + 1)
    except (binascii.Error, ValueError, zlib.error) as error:
        raise PayloadError("gz_data", "is not base64 of a gzip stream") from error
    if len(unfolded) > MAX_INFLATED:
        raise PayloadError("gz_data", f"unfolds to more than {MAX_INFLATED} bytes")
    if not stream.eof or stream.unused_data:
        raise PayloadError("gz_data", "is not exactly one gzip stream")
    _require_few_marks(unfolded, "gz_data")
    return loads(unfolded, where="gz_data")


def _require_few_marks(text: str | bytes, where: str) -> None:
    # Those within texts count as well: telling them apart would take longer than reading it all.
    if isinstance(text, str):
        marks = sum(text.count(mark) for mark in _MARKS)
    else:
        marks = sum(text.count(mark.encode("ascii")) for mark in _MARKS)
    if marks > MAX_MARKS:
        raise PayloadError(where, "holds too many values")


def _text(members: dict[str, Any], name: str) -> str:
    value = members.get(name)
    if not isinstance(value, str):
        raise PayloadError(f"event[{name!r}]", "is missing or no text")
    return value


def _optional_text(members: dict[str, Any], name: str) -> str | None:
    return None if members.get(name) is None else _text(members, name)
