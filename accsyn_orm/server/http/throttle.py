"""The throttle of sign-ins: guessing a password has to take longer than a life."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Mapping
from typing import TypeAlias

from starlette.exceptions import HTTPException

from accsyn_orm.server.http.limits import FAILURE_SECONDS, MAX_ALL_FAILURES, MAX_FAILURES
from accsyn_orm.server.provenance import INFERRED, behaviour

_Pair: TypeAlias = tuple[str, str]

ALL = ""
"""Stands for all users of an address."""
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
        self._failures: OrderedDict[_Pair, deque[float]] = OrderedDict()
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def attempt(self, address: str, user: str) -> Generator[None, None, None]:
        """Try to sign a user in within the block; it counts as failed if that raises.

        Raises:
            HTTPException: too many have failed (429).
        """
        counted = {(address, user.casefold()): MAX_FAILURES, (address, ALL): MAX_ALL_FAILURES}
        self._require_patience(counted)
        try:
            yield
        except Exception:
            self._note_failure(*counted)
            raise
        with self._lock:
            self._failures.pop((address, user.casefold()), None)

    def _require_patience(self, limits: Mapping[_Pair, int]) -> None:
        now = self._clock()
        waits = [self._wait(pair, limit, now) for pair, limit in limits.items()]
        if any(waits):
            seconds = math.ceil(max(waits))
            reason = f"too many sign-ins have failed: wait {seconds} seconds"
            raise HTTPException(429, reason, headers={"Retry-After": str(seconds)})

    def _wait(self, pair: _Pair, limit: int, now: float) -> float:
        with self._lock:
            moments = self._failures.get(pair, deque())
            while moments and moments[0] <= now - FAILURE_SECONDS:
                moments.popleft()
            return moments[0] + FAILURE_SECONDS - now if len(moments) >= limit else 0

    def _note_failure(self, *pairs: _Pair) -> None:
        with self._lock:
            for pair in pairs:
                self._failures.setdefault(pair, deque()).append(self._clock())
                self._failures.move_to_end(pair)
            while len(self._failures) > _KEPT:
                self._failures.popitem(last=False)
