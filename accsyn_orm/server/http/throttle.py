"""The throttle of sign-ins: guessing a password has to take longer than a life."""

from __future__ import annotations

import contextlib
import math
import threading
import time
from collections import Counter, OrderedDict, deque
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
        self._trying: Counter[_Pair] = Counter()
        self._changed = threading.Condition()

    @contextlib.contextmanager
    def attempt(self, address: str, user: str) -> Generator[None, None, None]:
        """Try to sign a user in within the block; it counts as failed if that raises.

        No more are tried at once than may fail: else who asks for all at once would get around it.

        Raises:
            HTTPException: too many have failed (429).
        """
        counted = {(address, user.casefold()): MAX_FAILURES, (address, ALL): MAX_ALL_FAILURES}
        with self._changed:
            self._require_patience(counted)
            while any(self._is_awaited(pair, limit) for pair, limit in counted.items()):
                self._changed.wait()
                self._require_patience(counted)
            self._trying.update(counted.keys())
        has_failed = True
        try:
            yield
            has_failed = False
        finally:
            with self._changed:
                self._trying -= Counter(counted.keys())
                if has_failed:
                    self._note_failure(*counted)
                else:
                    self._failures.pop((address, user.casefold()), None)
                self._changed.notify_all()

    def _is_awaited(self, pair: _Pair, limit: int) -> bool:
        """Tell whether it may be too many once those fail that are being tried."""
        return len(self._failures.get(pair, ())) + self._trying[pair] >= limit

    def _require_patience(self, limits: Mapping[_Pair, int]) -> None:
        now = self._clock()
        waits = [self._wait(pair, limit, now) for pair, limit in limits.items()]
        if any(waits):
            seconds = math.ceil(max(waits))
            reason = f"too many sign-ins have failed: wait {seconds} seconds"
            raise HTTPException(429, reason, headers={"Retry-After": str(seconds)})

    def _wait(self, pair: _Pair, limit: int, now: float) -> float:
        moments = self._failures.get(pair, deque())
        while moments and moments[0] <= now - FAILURE_SECONDS:
            moments.popleft()
        return moments[0] + FAILURE_SECONDS - now if len(moments) >= limit else 0

    def _note_failure(self, *pairs: _Pair) -> None:
        for pair in pairs:
            self._failures.setdefault(pair, deque()).append(self._clock())
            self._failures.move_to_end(pair)
        while len(self._failures) > _KEPT:
            self._failures.popitem(last=False)
