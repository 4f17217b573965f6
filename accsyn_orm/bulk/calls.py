"""The way to the backend, over a bad moment of it or of the network.

Repeated is only what certainly did nothing, and what only reads. What may have happened is left to
the caller, who reads back before anything is sent again. The backend itself repeats nothing in
here, and keeps to its rate limit.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from typing import TypeVar

from accsyn_orm.entities.backend import Backend, RemoteBackend
from accsyn_orm.errors import AccsynError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.patience import Patience, is_throttled, is_undone, may_recover

R = TypeVar("R")


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
        attempt = self._attempt(request, str(uuid.uuid4()))
        return self._repeated(attempt, is_repeatable=may_recover)

    def write(self, request: Callable[[], R], eid: str) -> R:
        """Make a request that changes something; it is repeated only when it certainly did not.

        Args:
            request: the request.
            eid: id of the call, the same for every attempt of it.
        """
        return self._repeated(self._attempt(request, eid), is_repeatable=self._is_safe)

    def pause(self, number: int, error: AccsynError) -> None:
        """Wait before the repetition of that number, from 1: longer each time, by chance."""
        self.abandoned.wait(self._patience.delay(number, error))

    def _attempt(self, request: Callable[[], R], eid: str) -> Callable[[], R]:
        """Return what makes a request once, under an id."""
        backend = self._backend
        if not isinstance(backend, RemoteBackend):
            return request

        def attempt() -> R:
            with backend.attempt(eid):
                return request()

        return attempt

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
        try:
            result = request()
        except AccsynError as error:
            if error.outcome is Outcome.REJECTED and not is_throttled(error):
                self._answered = time.monotonic()
            raise
        self._answered = time.monotonic()
        return result

    def _is_safe(self, error: AccsynError) -> bool:
        return is_undone(error) and may_recover(error) and not self.stopping.is_set()

    def _asks_too_much(self, error: AccsynError) -> bool:
        return self._patience.asks_too_much(error) or self.abandoned.is_set()
