"""The head of a request, read strictly: what two programs could read differently is refused.

The client sends one form only. So there is no need for chunks, absolute addresses, folded lines or
anything else by which a request can be hidden in another one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.http.limits import MAX_BODY, MAX_FIELD_BYTES, MAX_FIELDS, MAX_TARGET

END = b"\r\n\r\n"
"""What ends a head."""

_LINE = re.compile(rb"(?P<verb>[A-Z]{1,20}) (?P<target>/[\x21-\x7e]*) HTTP/1\.(?P<minor>[01])")
_FIELD = re.compile(
    rb"(?P<name>[!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}):(?P<value>[\t\x20-\x7e\x80-\xff]*)"
)
_LENGTH = re.compile(rb"[0-9]{1,15}")
_ONCE = frozenset(
    {b"host", b"content-length", b"authorization", b"x-accsyn-workspace", b"content-type"}
)
_LONGEST_LINE = MAX_TARGET + 64


class RequestError(AccsynError):
    """A request that is not read any further; its connection is closed.

    Attributes:
        status: HTTP status of the answer.
        reason: what is wrong, in words of our own.
        retry_after: seconds after which it may be sent again, or ``None``.
    """

    def __init__(self, status: int, reason: str, *, retry_after: int | None = None) -> None:
        self.status = status
        self.reason = reason
        self.retry_after = retry_after
        super().__init__(reason)


@dataclass(frozen=True, slots=True)
class Head:
    """What of a head has to be known to read on.

    Attributes:
        body_length: bytes of the body.
    """

    body_length: int


def read_head(raw: bytes) -> Head:
    """Read the head of a request.

    Args:
        raw: its lines, without `END`.

    Raises:
        RequestError: it is none, or too much.
    """
    line, *lines = raw.split(b"\r\n")
    if len(line) > _LONGEST_LINE:
        raise _long_target()
    if _LINE.fullmatch(line) is None:
        raise RequestError(400, "the request line is none: VERB /path HTTP/1.1")
    if len(lines) > MAX_FIELDS or len(raw) - len(line) > MAX_FIELD_BYTES:
        raise _large_fields()
    return Head(_body_length(_fields(lines)))


def check_unfinished(raw: bytes | bytearray) -> None:
    """Look at what there is of a head, before it has come to its end.

    Raises:
        RequestError: it will never be one, or already is too much.
    """
    if not 0x41 <= raw[0] <= 0x5A:  # noqa: PLR2004  # A to Z
        raise RequestError(400, "this is not HTTP")
    line = raw.find(b"\r\n", 0, _LONGEST_LINE)
    if line < 0 and len(raw) > _LONGEST_LINE:
        raise _long_target()
    if line >= 0 and len(raw) - line > MAX_FIELD_BYTES + len(END):
        raise _large_fields()


def _fields(lines: list[bytes]) -> dict[bytes, bytes]:
    fields: dict[bytes, bytes] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            raise RequestError(400, "a header is none: Name: value, on one line")
        name = match["name"].lower()
        if name in fields and name in _ONCE:
            raise RequestError(400, "a header that may stand once stands twice")
        fields[name] = match["value"].strip(b" \t")
    return fields


def _body_length(fields: dict[bytes, bytes]) -> int:
    if b"host" not in fields:
        raise RequestError(400, "there is no Host header")
    if b"transfer-encoding" in fields:
        raise RequestError(400, "Transfer-Encoding is not taken: send a Content-Length")
    length = fields.get(b"content-length", b"0")
    if _LENGTH.fullmatch(length) is None:
        raise RequestError(400, "Content-Length is no length")
    if int(length) > MAX_BODY:
        raise RequestError(413, f"the body holds more than {MAX_BODY} bytes")
    return int(length)


def _long_target() -> RequestError:
    return RequestError(414, f"the URL holds more than {MAX_TARGET} bytes")


def _large_fields() -> RequestError:
    reason = f"there are more than {MAX_FIELDS} headers, or {MAX_FIELD_BYTES} bytes of them"
    return RequestError(431, reason)
