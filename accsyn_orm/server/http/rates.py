"""The rate limit: how often one address may ask. As accsyn's own, it answers 429 beyond that."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from accsyn_orm.server.http.faults import Application, Message, Receive, Send
from accsyn_orm.server.http.limits import Rate
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.wire.replies import encode_message

_KEPT = 10_000
"""Addresses that are remembered before those that have rested are looked for."""


@dataclass(slots=True)
class _Bucket:
    tokens: float
    moment: float


@behaviour(DOCUMENTED, "requests", "with a rate limit, an address that asks too often gets 429")
class RateLimit:
    """An ASGI application in front of another one; belongs to one event loop.

    Args:
        app: the application.
        rate: how often one address may ask.
        clock: tells seconds.
    """

    def __init__(
        self, app: Application, rate: Rate, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._app = app
        self._rate = rate
        self._clock = clock
        self._buckets: dict[str, _Bucket] = {}

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer a request, or ask the client to wait."""
        client = scope.get("client")
        wait = self.wait(client[0] if client else "")
        if wait <= 0:
            await self._app(scope, receive, send)
            return
        while (await receive()).get("more_body"):
            continue
        await _refuse(send, math.ceil(wait))

    def wait(self, address: str) -> float:
        """Count a request; return the seconds to wait before it may be sent again, 0 for none."""
        now, rate = self._clock(), self._rate
        bucket = self._buckets.get(address)
        if bucket is None:
            self._forget_rested(now)
            bucket = self._buckets[address] = _Bucket(rate.burst, now)
        elapsed, bucket.moment = now - bucket.moment, now
        bucket.tokens = min(rate.burst, bucket.tokens + elapsed * rate.per_second)
        if bucket.tokens < 1:
            return (1 - bucket.tokens) / rate.per_second
        bucket.tokens -= 1
        return 0

    def _forget_rested(self, now: float) -> None:
        if len(self._buckets) < _KEPT:
            return
        rested = now - self._rate.burst / self._rate.per_second
        for address in [a for a, bucket in self._buckets.items() if bucket.moment <= rested]:
            del self._buckets[address]


async def _refuse(send: Send, seconds: int) -> None:
    body = encode_message("too many requests from this address: wait, then go on").encode()
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode("ascii")),
        (b"retry-after", str(seconds).encode("ascii")),
    ]
    await send({"type": "http.response.start", "status": 429, "headers": headers})
    await send({"type": "http.response.body", "body": body})
