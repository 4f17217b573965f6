"""The time, as something that can be handed in: tests move it instead of waiting for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from threading import Lock

Clock = Callable[[], datetime]
"""Tells the time as an aware UTC datetime."""


def system_clock() -> datetime:
    """Tell the real time."""
    return datetime.now(timezone.utc)


class Rhythm:
    """Tells whether it is time again for what happens now and then. The first time is at once.

    Two threads that ask in the same moment may both be told so: doing it twice must do no harm.

    Args:
        interval: how long it rests in between.
    """

    def __init__(self, interval: timedelta) -> None:
        self._interval = interval
        self._next: datetime | None = None

    def is_due(self, now: datetime) -> bool:
        """Tell whether it is time; if so, the next time is an interval later."""
        if self._next is not None and now < self._next:
            return False
        self._next = now + self._interval
        return True


class ManualClock:
    """A clock that stands still until it is told to move.

    Example:
        >>> clock = ManualClock(datetime(2026, 1, 31, tzinfo=timezone.utc))
        >>> clock.advance(hours=10)
        >>> clock().hour
        10
    """

    def __init__(self, start: datetime | None = None) -> None:
        self._now = (start or system_clock()).astimezone(timezone.utc)
        self._lock = Lock()

    def __call__(self) -> datetime:
        """Tell the time."""
        with self._lock:
            return self._now

    def advance(self, *, days: float = 0, hours: float = 0, seconds: float = 0) -> None:
        """Move the clock forward."""
        with self._lock:
            self._now += timedelta(days=days, hours=hours, seconds=seconds)
