"""One exchange with the host of a workspace: within the rate limit, logged, and never repeated."""

from __future__ import annotations

import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from accsyn_orm.errors import AccsynError, SessionClosedError, TransportTimeoutError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.deadline import seconds_left
from accsyn_orm.pacing.forking import renew_after_fork
from accsyn_orm.pacing.hurry import shortened, wait
from accsyn_orm.pacing.patience import is_throttled
from accsyn_orm.session.clock import BackendClock
from accsyn_orm.transport.base import Request, Transport
from accsyn_orm.wire.codec import to_query_string
from accsyn_orm.wire.credentials import device_header
from accsyn_orm.wire.replies import decode_reply

if TYPE_CHECKING:
    from accsyn_orm.pacing.bucket import TokenBucket
    from accsyn_orm.session.log import SessionLog
    from accsyn_orm.session.settings import Pace, Settings
    from accsyn_orm.session.stats import Stats

_IN_QUERY_STRING = frozenset({"GET", "DELETE"})


@dataclass(frozen=True, slots=True)
class Letter:
    """What is sent.

    Attributes:
        operation: what it is for: a wire operation, ``discovery`` or ``login``.
        verb: HTTP verb.
        url: ``scheme://host:port/path``.
        text: JSON text.
        headers: what authorises it.
    """

    operation: str
    verb: str
    url: str
    text: str = field(repr=False)
    headers: dict[str, str] = field(repr=False)


class Exchange:
    """The way to the host and back. Safe to use from several threads.

    Args:
        settings: where it leads.
        log: where to write what happens.
        stats: counts what is sent.

    Attributes:
        hostname: name of this machine.
        clock: what time it is for the host.
    """

    def __init__(self, settings: Settings, log: SessionLog, stats: Stats) -> None:
        self._settings = settings
        self._log = log
        self._stats = stats
        self.hostname = socket.gethostname()
        self._device = device_header(settings.generation, self.hostname)
        self.clock = BackendClock()
        self._transport: Transport | None = None
        self._lock = threading.Lock()
        self._is_closed = False
        renew_after_fork(self)

    def send(self, letter: Letter, pace: Pace | None) -> dict[str, Any]:
        """Send a letter and return what is answered.

        Args:
            letter: the letter.
            pace: how many requests the host takes; ``None`` for as many as it can answer.

        Raises:
            AccsynError: see ``decode_reply``; ``outcome`` says what became of it.
        """
        transport = self._open_transport()
        request = self._request(letter)
        bucket = _bucket_of(request.host, pace) if pace else None
        if bucket is not None:
            self._queue(bucket, request)
        self._log.request(letter.operation, letter.verb, request.host, letter.text)
        started, down = time.monotonic(), 0
        try:
            response = transport.send(request)
            down = response.size
        finally:
            seconds = time.monotonic() - started
            up = len(request.query) + len(request.body or b"")
            self._stats.count(letter.operation, letter.text, up=up, down=down, seconds=seconds)
        self.clock.note(response.date)
        self._log.answer(letter.operation, response.status, response.text, seconds)
        try:
            return decode_reply(
                letter.operation,
                request.host,
                response.status,
                response.text,
                mask=self._log.masked,
            )
        except AccsynError as error:
            error.retry_after = response.retry_after
            if bucket is not None and is_throttled(error):
                bucket.throttled(response.retry_after)
            raise

    def close(self) -> None:
        """Close every connection, and send nothing more."""
        with self._lock:
            self._is_closed = True
            if self._transport is not None:
                self._transport.close()
                self._transport = None

    def after_fork(self) -> None:
        """Forget whoever held the lock."""
        self._lock = threading.Lock()

    def _open_transport(self) -> Transport:
        with self._lock:
            if self._is_closed:
                raise SessionClosedError
            if self._transport is None:
                self._transport = _make_transport(self._settings)
            return self._transport

    def _request(self, letter: Letter) -> Request:
        in_query = letter.verb in _IN_QUERY_STRING
        device = {self._settings.generation.device_header: self._device}
        return Request(
            operation=letter.operation,
            verb=letter.verb,
            url=letter.url,
            query=to_query_string(letter.text) if in_query else "",
            headers={**letter.headers, **device},
            body=None if in_query else letter.text.encode("ascii"),
        )

    def _queue(self, bucket: TokenBucket, request: Request) -> None:
        """Wait until a request may go out."""
        left = seconds_left()
        delay = bucket.reserve(float("inf") if left is None else left)
        if delay is None:
            reason = "the rate limit leaves no place for it within its timeout"
            raise TransportTimeoutError(
                request.operation,
                request.host,
                reason,
                hint="call less often, or give it more time with timeout=",
                outcome=Outcome.NOT_SENT,
                is_lasting=True,
            )
        wait(shortened(delay))


def _bucket_of(host: str, pace: Pace) -> TokenBucket:
    from accsyn_orm.pacing.shared import bucket_of  # not needed for a workspace on this machine

    return bucket_of(host, pace.per_second, pace.burst)


def _make_transport(settings: Settings) -> Transport:
    # Imported with the first request: the HTTP library takes longer to import than all the rest.
    from accsyn_orm.transport.http import HttpTransport

    return HttpTransport(
        verify=settings.verify,
        timeout=settings.timeout,
        connect_timeout=settings.connect_timeout,
        proxy=settings.proxy,
    )
