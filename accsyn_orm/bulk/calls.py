"""The way to the backend: within its rate limit, and over a bad moment of it or of the network.

Repeated is only what certainly did nothing, and what only reads. What may have happened is left to
the caller, who reads back before anything is sent again.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from accsyn_orm.bulk.limits import bucket_of
from accsyn_orm.entities.backend import Backend, RemoteBackend
from accsyn_orm.errors import AccsynError, BackendError, SessionError, TlsError, TransportError
from accsyn_orm.outcome import Outcome

R = TypeVar("R")

_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on when calls fail.

    Attributes:
        attempts: how often a call is made at most.
        pause: seconds before the first repetition, at most; twice that before the next, and so on.
        longest_pause: seconds before a repetition, at most.
        throttled: the same as ``pause`` after an answer that says that it was too much.
        longest_wait: seconds that a backend may ask to wait; when it asks for more, the call fails.
    """

    attempts: int = 10
    pause: float = 0.05
    longest_pause: float = 20.0
    throttled: float = 1.0
    longest_wait: float = 60.0


class Line:
    """The way to one backend, for all workers of a bulk change.

    Args:
        backend: where it leads.
        patience: how long to go on when calls fail.

    Attributes:
        stopping: set when no further row shall be begun; what is not sent is not repeated then.
        abandoned: set when nobody wants to wait any longer.
    """

    def __init__(self, backend: Backend, patience: Patience | None = None) -> None:
        self._backend = backend
        self._bucket = bucket_of(backend)
        self._patience = patience or Patience()
        self._answered = time.monotonic()
        self.stopping = threading.Event()
        self.abandoned = threading.Event()

    @property
    def attempts(self) -> int:
        """How often a call is made at most."""
        return self._patience.attempts

    @property
    def answered(self) -> float:
        """When the backend last did as it was asked, or refused for a reason; monotonic seconds."""
        return self._answered

    def read(self, request: Callable[[], R]) -> R:
        """Make a request that only reads; it is repeated whenever that may help."""
        return self._repeated(request, is_repeatable=_may_recover)

    def write(self, request: Callable[[], R], eid: str) -> R:
        """Make a request that changes something; it is repeated only when it certainly did not.

        Args:
            request: the request.
            eid: id of the call, the same for every attempt of it.
        """
        backend = self._backend

        def attempt() -> R:
            if isinstance(backend, RemoteBackend):
                with backend.attempt(eid):
                    return request()
            return request()

        return self._repeated(attempt, is_repeatable=self._is_safe)

    def pause(self, number: int, error: AccsynError) -> None:
        """Wait before the repetition of that number, from 1: longer each time, by chance."""
        is_throttled = _is_throttled(error)
        base = self._patience.throttled if is_throttled else self._patience.pause
        # The full jitter keeps workers that failed together from coming back together.
        delay = random.uniform(0, min(self._patience.longest_pause, base * 2**number))  # noqa: S311  # no secret
        if error.retry_after is not None:
            delay = error.retry_after + min(delay, 1.0) * bool(error.retry_after)
        if self._bucket is not None and is_throttled:
            self._bucket.hold(delay)
        else:
            self._wait(delay)

    def _repeated(
        self, request: Callable[[], R], is_repeatable: Callable[[AccsynError], bool]
    ) -> R:
        for number in range(1, self.attempts):
            try:
                return self._once(request)
            except AccsynError as error:  # noqa: PERF203  # a request takes a thousand times longer
                if not is_repeatable(error) or self._asks_too_much(error):
                    raise
                self.pause(number, error)
        return self._once(request)

    def _once(self, request: Callable[[], R]) -> R:
        if self._bucket is not None:
            self._bucket.take(self._wait)
        try:
            result = request()
        except AccsynError as error:
            if error.outcome is Outcome.REJECTED and not _is_throttled(error):
                self._answered = time.monotonic()
            raise
        self._answered = time.monotonic()
        return result

    def _is_safe(self, error: AccsynError) -> bool:
        return is_undone(error) and _may_recover(error) and not self.stopping.is_set()

    def _asks_too_much(self, error: AccsynError) -> bool:
        return (error.retry_after or 0) > self._patience.longest_wait or self.abandoned.is_set()

    def _wait(self, seconds: float) -> None:
        self.abandoned.wait(seconds)


def is_undone(error: AccsynError) -> bool:
    """Tell whether a call certainly did nothing, for a reason that has nothing to do with it."""
    return error.outcome is Outcome.NOT_SENT or _is_throttled(error)


def is_lasting(error: BaseException) -> bool:
    """Tell whether an error means that every further call will fail as well."""
    is_untrusted = isinstance(error, TlsError) and error.outcome is Outcome.NOT_SENT
    return isinstance(error, SessionError) or is_untrusted


def _may_recover(error: AccsynError) -> bool:
    """Tell whether the same request can have another end after a while."""
    if is_lasting(error):
        return False
    if isinstance(error, TransportError):
        return error.outcome is not Outcome.REJECTED or _is_throttled(error)
    is_crash = isinstance(error, BackendError) and error.outcome is Outcome.MAYBE_APPLIED
    return is_crash or _is_throttled(error)


def _is_throttled(error: AccsynError) -> bool:
    return getattr(error, "status_code", None) == _TOO_MANY_REQUESTS
