"""How many repetitions a session has, so that a backend in trouble is not asked many times over.

A repetition costs, an answer gives back. When most calls fail, nothing is left after a hundred
repetitions, and failures are told at once until calls succeed again.
"""

from __future__ import annotations

import threading

from accsyn_orm.errors import AccsynError, TransportTimeoutError
from accsyn_orm.pacing.forking import renew_after_fork

CAPACITY = 500

_COST = 5
_COST_OF_TIMEOUT = 10
_GAIN = 1


class Budget:
    """The repetitions that one session has left. Safe to use from several threads."""

    def __init__(self) -> None:
        self._left = CAPACITY
        self._lock = threading.Lock()
        renew_after_fork(self)

    @property
    def left(self) -> int:
        """How much is left of ``CAPACITY``."""
        return self._left

    def spend(self, error: AccsynError) -> bool:
        """Pay for the repetition of a call that ended so; ``False`` if there is not enough."""
        cost = _COST_OF_TIMEOUT if isinstance(error, TransportTimeoutError) else _COST
        with self._lock:
            if self._left < cost:
                return False
            self._left -= cost
            return True

    def earn(self, *, was_repeated: bool) -> None:
        """Note an answer: it gives back what its own repetition has cost."""
        with self._lock:
            self._left = min(CAPACITY, self._left + (_COST if was_repeated else _GAIN))

    def after_fork(self) -> None:
        """Forget whoever held the lock."""
        self._lock = threading.Lock()
