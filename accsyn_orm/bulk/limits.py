"""How fast requests may go out: a token bucket for each backend that has a limit.

A backend says so itself: `RemoteBackend.rate_limit` is ``None`` for a workspace on this machine,
which takes what it can answer, and 30 requests per second with 50 at once for everything else.
What is no `RemoteBackend` (a dictionary of records) has no limit.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from accsyn_orm.entities.backend import Backend, RateLimit, RemoteBackend

Waiting = Callable[[float], object]
"""Waits so many seconds, or less when there is a reason to hurry."""


class TokenBucket:
    """Gives out requests, evenly over time. Safe to use from several threads.

    Args:
        limit: how many.
        clock: tells the seconds that have passed since some moment.
    """

    def __init__(self, limit: RateLimit, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._lock = threading.Lock()
        self._tokens = float(limit.burst)
        self._filled = clock()

    def take(self, wait: Waiting) -> None:
        """Take one request, and wait until it may go out."""
        with self._lock:
            self._fill()
            self._tokens -= 1
            delay = -self._tokens / self._limit.per_second
        # Each caller waits for its own turn: whoever comes later has more to wait.
        if delay > 0:
            wait(delay)

    def hold(self, seconds: float) -> None:
        """Give out nothing for so long: the backend said that it is too much."""
        with self._lock:
            self._fill()
            # Not added up: several callers hear it about the same moment.
            self._tokens = min(self._tokens, -seconds * self._limit.per_second)

    def _fill(self) -> None:
        now = self._clock()
        grown = self._tokens + (now - self._filled) * self._limit.per_second
        self._tokens = min(float(self._limit.burst), grown)
        self._filled = now


_buckets: dict[RateLimit, TokenBucket] = {}
_buckets_lock = threading.Lock()


def limit_of(backend: Backend) -> RateLimit | None:
    """Return the limit that a backend has."""
    return backend.rate_limit if isinstance(backend, RemoteBackend) else None


def bucket_of(backend: Backend) -> TokenBucket | None:
    """Return what gives out the requests to a backend: one for all bulk changes of this process."""
    limit = limit_of(backend)
    if limit is None:
        return None
    with _buckets_lock:
        return _buckets.setdefault(limit, TokenBucket(limit))


def seconds_for(requests: int, limit: RateLimit | None) -> float:
    """Return how long so many requests take at the limit, at least."""
    return 0.0 if limit is None else max(0.0, (requests - limit.burst) / limit.per_second)
