"""The moment at which the call of this thread ends, repetitions, pauses and sign-in included.

It is set around a call and read wherever something waits, down to the sockets.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar

_moment: ContextVar[float | None] = ContextVar("accsyn_orm_deadline", default=None)


@contextmanager
def within(seconds: float) -> Generator[None, None, None]:
    """Let everything inside end after so many seconds, and with what is around it."""
    moment, outer = time.monotonic() + seconds, _moment.get()
    token = _moment.set(moment if outer is None else min(moment, outer))
    try:
        yield
    finally:
        _moment.reset(token)


def seconds_left() -> float | None:
    """Return how many seconds are left, at least none; ``None`` outside of any call."""
    moment = _moment.get()
    return None if moment is None else max(0.0, moment - time.monotonic())
