"""The envelope of every answer: read by the client, written by a server."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, cast

from accsyn_orm.errors import (
    BackendCrashError,
    BackendError,
    PayloadError,
    ProtocolError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.wire.codec import MAX_DEPTH, NestingError, dumps, loads_shallow

_NO_REASON = "refused without a reason"
_CRASHED = "the backend failed while it worked on this; whether anything changed is unknown"
_HINTS: Mapping[int, str] = {
    401: "check user name and key",
    404: "check host name, port and protocol generation",
    407: "the proxy asks for credentials",
    429: "too many requests: at most 30 per second are allowed",
    502: "the backend behind the gateway does not answer; try again later",
    503: "the backend is not available; try again later",
    504: "the backend behind the gateway does not answer; try again later",
}


class ExpiredSession(BackendError):  # noqa: N818  # a signal to sign in again; users meet SessionExpiredError
    """The backend refused because the session has expired."""


def decode_reply(
    operation: str, host: str, status: int, text: str, *, mask: Callable[[str], str] = str
) -> dict[str, Any]:
    """Read an answer; return its payload.

    Args:
        operation: what was asked, for error messages.
        host: ``host:port`` that answered, for error messages.
        status: HTTP status.
        text: body.
        mask: takes secrets out of what the backend says in its own words.

    Raises:
        ExpiredSession: signing in again and repeating the call may help.
        BackendError: the backend refused.
        BackendCrashError: the backend failed.
        ProtocolError: the answer is none of the above, and no success either.
    """
    payload = _payload(operation, host, status, text)
    message = payload.get("message")
    if message is not None and payload.get("session_expired") is True:
        raise _refusal(ExpiredSession, operation, status, payload, mask)
    if "exception" in payload:
        raise BackendCrashError(operation, _CRASHED, status_code=status)
    if "message" in payload:
        raise _refusal(BackendError, operation, status, payload, mask)
    if not 200 <= status < 300:  # noqa: PLR2004  # the successes of HTTP
        raise _no_answer(operation, host, status, "and no message")
    return payload


def encode_members(members: Mapping[str, Any]) -> str:
    """Write the answer to a call that succeeded: ``result``, or members such as ``session_key``."""
    return dumps(dict(members), where="reply")


def encode_message(
    message: str, *, message_hr: str | None = None, session_expired: bool = False
) -> str:
    """Write a refusal."""
    members: dict[str, Any] = {"message": message}
    if message_hr is not None:
        members["message_hr"] = message_hr
    if session_expired:
        members["session_expired"] = True
    return dumps(members, where="reply")


def encode_exception(description: str) -> str:
    """Write that the server failed; the description is for administrators, clients hide it."""
    return dumps({"exception": description}, where="reply")


def _payload(operation: str, host: str, status: int, text: str) -> dict[str, Any]:
    try:
        payload: Any = loads_shallow(text)
    except NestingError as error:
        shape = f"and JSON that nests deeper than {MAX_DEPTH} levels"
        raise _no_answer(operation, host, status, shape, is_lasting=True) from error
    except PayloadError as error:
        shape = "an answer that is no JSON" if text.strip() else "an empty answer"
        raise _no_answer(operation, host, status, f"and {shape}") from error
    if not isinstance(payload, dict):
        raise _no_answer(operation, host, status, "and JSON that is no object")
    return cast("dict[str, Any]", payload)


def _refusal(
    kind: type[BackendError],
    operation: str,
    status: int,
    payload: dict[str, Any],
    mask: Callable[[str], str],
) -> BackendError:
    message, human = payload["message"], payload.get("message_hr")
    return kind(
        operation,
        _NO_REASON if message is None else mask(str(message)),
        message_hr=mask(str(human)) if human else None,
        status_code=status,
    )


def _no_answer(
    operation: str, host: str, status: int, shape: str, *, is_lasting: bool = False
) -> ProtocolError:
    # What refuses a request in the name of HTTP stands before the backend.
    is_refusal = 400 <= status < 500  # noqa: PLR2004  # the client errors of HTTP
    return ProtocolError(
        operation,
        host,
        f"HTTP status {status} {shape}",
        hint=_HINTS.get(status),
        outcome=Outcome.REJECTED if is_refusal else Outcome.MAYBE_APPLIED,
        status_code=status,
        is_lasting=is_lasting or None,
    )
