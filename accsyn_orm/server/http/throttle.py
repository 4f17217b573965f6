"""The throttle of sign-ins: guessing a password has to take longer than a life."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator

from starlette.exceptions import HTTPException

from accsyn_orm.server.http.limits import FAILURE_SECONDS, MAX_FAILURES
from accsyn_orm.server.provenance import INFERRED, behaviour

_KEPT = 10_000
"""Pairs of address and user that are remembered; of more, those seen last."""


@behaviour(INFERRED, "sign-in", "after ten failures within a minute a user has to wait")
class Throttle:
    """Counts the sign-ins that failed, for each user and address.

    Args:
        clock: tells seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[tuple[str, str], deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def attempt(self, address: str, user: str) -> Generator[None, None, None]:
        """Try to sign a user in within the block; it counts as failed if that raises.

        Raises:
            HTTPException: too many have failed (429).
        """
        pair = (address, user.casefold())
        self._require_patience(pair)
        try:
            yield
        except Exception:
            self._note_failure(pair)
            raise
        with self._lock:
            self._failures.pop(pair, None)

    def _require_patience(self, pair: tuple[str, str]) -> None:
        now = self._clock()
        with self._lock:
            moments = self._failures.get(pair, deque())
            while moments and moments[0] <= now - FAILURE_SECONDS:
                moments.popleft()
            if len(moments) < MAX_FAILURES:
                return
            seconds = math.ceil(moments[0] + FAILURE_SECONDS - now)
        reason = f"too many sign-ins have failed: wait {seconds} seconds"
        raise HTTPException(429, reason, headers={"Retry-After": str(seconds)})

    def _note_failure(self, pair: tuple[str, str]) -> None:
        with self._lock:
            self._failures.setdefault(pair, deque()).append(self._clock())
            self._failures.move_to_end(pair)
            if len(self._failures) > _KEPT:
                self._failures.popitem(last=False)
