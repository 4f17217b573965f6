"""The gate in front of the HTTP server: one connection, one well-formed request at a time.

uvicorn reads HTTP as it is found in the wild. This stands before it, hands over only what `head`
takes, counts the bytes of bodies itself, and closes the connection after anything else: what
follows a request that was not understood is not looked at. It also has the clocks: for heads, for
bodies, and for answers that nobody reads.
"""

from __future__ import annotations

import asyncio
import logging
from enum import Enum, auto
from http import HTTPStatus
from typing import Any

from typing_extensions import assert_never, override
from uvicorn.protocols.http.h11_impl import H11Protocol

from accsyn_orm.server.http.doorman import Doorman
from accsyn_orm.server.http.head import END, RequestError, check_unfinished, read_head
from accsyn_orm.server.http.limits import Limits
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.wire.replies import encode_message

_READ_AT_LEAST = 16 * 1024
"""Bytes of an answer that a client has to read within the time for a request."""

_log = logging.getLogger("accsyn_orm.server")


class _Phase(Enum):
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    REFUSED = auto()


@behaviour(INFERRED, "requests", "what is not one well-formed request is refused and closed")
@behaviour(INFERRED, "requests", "a second request before the answer to the first is not read")
@behaviour(INFERRED, "requests", "clients that take too long are cut off")
@behaviour(DOCUMENTED, "requests", "one address has at most 100 connections")
class Gate(H11Protocol):
    """One connection.

    Args:
        doorman: counts the connections of all.
        limits: what is granted.
        options: what uvicorn gives its protocols.
    """

    def __init__(self, *, doorman: Doorman, limits: Limits, **options: Any) -> None:
        super().__init__(**options)
        self._doorman = doorman
        self._limits = limits
        self._address: str | None = None
        self._phase = _Phase.HEAD
        self._head = bytearray()
        self._remaining = 0
        self._is_answered = False
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._reader_timer: asyncio.TimerHandle | None = None

    # -- the connection ------------------------------------------------------------------------

    @override
    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as its base
        super().connection_made(transport)
        address = self.client[0] if self.client else ""
        if not self._doorman.admit(address):
            reason = f"more than {self._limits.connections} connections from one address"
            self._refuse(RequestError(429, reason, retry_after=1))
            return
        self._address = address
        self._begin()

    @override
    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_timers()
        if self._address is not None:
            self._doorman.leave(self._address)
            self._address = None
        super().connection_lost(exc)

    # -- what comes in -------------------------------------------------------------------------

    @override
    def data_received(self, data: bytes) -> None:
        match self._phase:
            case _Phase.HEAD:
                self._take_head(data)
            case _Phase.BODY:
                self._take_body(data)
            case _Phase.ANSWER:
                # Thrown away: nobody who waits for answers sends so early.
                self.cycle.keep_alive = False
            case _Phase.REFUSED:
                pass
            case _:
                assert_never(self._phase)

    def _take_head(self, data: bytes) -> None:
        if not self._head and self._timer is None:
            self._begin()
        self._unset_keepalive_if_required()
        searched = max(0, len(self._head) - len(END) + 1)
        self._head += data
        end = self._head.find(END, searched)
        try:
            if end < 0:
                check_unfinished(self._head)
                return
            head = read_head(bytes(self._head[:end]))
        except RequestError as error:
            self._refuse(error)
            return
        end += len(END)
        whole, rest = bytes(self._head[:end]), bytes(self._head[end:])
        self._head.clear()
        self._open(whole, head.body_length)
        if rest:
            self.data_received(rest)

    def _open(self, head: bytes, body_length: int) -> None:
        """Hand over the head of a request."""
        self._remaining = body_length
        self._is_answered = False
        if body_length:
            self._phase = _Phase.BODY
            self._wait_until(self._began + self._limits.request_seconds)
        else:
            self._phase = _Phase.ANSWER
            self._stop_timer()
        super().data_received(head)

    def _take_body(self, data: bytes) -> None:
        own, rest = data[: self._remaining], data[self._remaining :]
        self._remaining -= len(own)
        if not self._remaining:
            self._stop_timer()
            self._phase = _Phase.ANSWER
        super().data_received(own)
        if not self._remaining and self._is_answered:
            self._phase = _Phase.HEAD
            self._begin()
        if rest:
            self.data_received(rest)

    # -- what goes out -------------------------------------------------------------------------

    @override
    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._is_answered = True
        if self._phase is _Phase.ANSWER:
            self._phase = _Phase.HEAD

    @override
    def pause_writing(self) -> None:
        super().pause_writing()
        self._expect_reader(self.transport.get_write_buffer_size())

    @override
    def resume_writing(self) -> None:
        super().resume_writing()
        self._stop_reader_timer()

    def _expect_reader(self, waiting: int) -> None:
        def look() -> None:
            now = self.transport.get_write_buffer_size()
            if now > waiting - _READ_AT_LEAST:
                _log.info("cut off a client that does not read its answer")
                self.transport.abort()
            else:
                self._expect_reader(now)

        self._stop_reader_timer()
        self._reader_timer = self.loop.call_later(self._limits.request_seconds, look)

    def _refuse(self, error: RequestError) -> None:
        """Say what is wrong, read nothing any more, and close."""
        _log.info("refused a request: %d %s", error.status, error.reason)
        self._stop_timer()
        self._unset_keepalive_if_required()
        self._phase = _Phase.REFUSED
        self._head.clear()
        if not self._is_answerable():
            self.transport.abort()
            return
        self.flow.resume_reading()
        self.transport.write(_answer(error))
        # Closing while something still comes in would take the answer away from the client.
        self._timer = self.loop.call_later(self._limits.linger_seconds, self.transport.close)

    def _is_answerable(self) -> bool:
        """Tell whether an answer of ours can be sent; the application then gives none."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:  # pyright: ignore[reportUnnecessaryComparison]  # None until the first request
            return True
        if cycle.response_started:
            return False
        cycle.disconnected = True
        cycle.message_event.set()
        return True

    # -- the clocks ----------------------------------------------------------------------------

    def _begin(self) -> None:
        """Start to wait for a request."""
        self._began = self.loop.time()
        self._wait_until(self._began + self._limits.head_seconds)

    def _wait_until(self, moment: float) -> None:
        self._stop_timer()
        self._timer = self.loop.call_at(moment, self._time_is_up)

    def _time_is_up(self) -> None:
        self._timer = None
        if self._phase is _Phase.HEAD and not self._head:
            self.transport.close()
        else:
            self._refuse(RequestError(408, "the request takes too long to come in"))

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _stop_reader_timer(self) -> None:
        if self._reader_timer is not None:
            self._reader_timer.cancel()
            self._reader_timer = None

    def _stop_timers(self) -> None:
        self._stop_timer()
        self._stop_reader_timer()


def _answer(error: RequestError) -> bytes:
    body = encode_message(error.reason).encode()
    lines = [
        f"HTTP/1.1 {error.status} {HTTPStatus(error.status).phrase}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "connection: close",
    ]
    if error.retry_after is not None:
        lines.append(f"retry-after: {error.retry_after}")
    return "\r\n".join(lines).encode("ascii") + END + body
