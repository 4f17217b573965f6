"""How many requests a host gets: a token bucket, shared by all who call it from this machine.

Each request takes a token; tokens grow evenly over time, up to the burst. Whoever takes one that
has not grown yet waits for it. When the host says that it was too much, the bucket is emptied, held
for as long as the host asked, and fills more slowly for a while.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from accsyn_orm.pacing.forking import renew_after_fork

LONGEST_HOLD = 60.0
"""Seconds that nothing may be given out, at most."""

_SLOWER = 0.7
_SLOWEST = 0.05
_SLOWS_EVERY = 1.0
_RECOVERS = 0.02  # of the full rate, each second


@dataclass(frozen=True, slots=True)
class Level:
    """How full a bucket is.

    Attributes:
        tokens: what can be given out; below zero when some wait for theirs.
        filled: when that was so. In the future while nothing may be given out.
        pace: share of the full rate at which it fills, from 0 to 1.
        slowed: when it was last slowed down.
    """

    tokens: float
    filled: float
    pace: float = 1.0
    slowed: float = -1e9


class Store(Protocol):
    """Where the level is kept. Changes come one after the other, whoever makes them."""

    def change(self, how: Callable[[Level | None], Level]) -> None:
        """Replace the level by what a function makes of it; of ``None`` when there is none."""
        ...


class MemoryStore:
    """Keeps the level for the threads of this process."""

    def __init__(self) -> None:
        self._level: Level | None = None
        self._lock = threading.Lock()
        renew_after_fork(self)

    def change(self, how: Callable[[Level | None], Level]) -> None:
        """Replace the level by what a function makes of it."""
        with self._lock:
            self._level = how(self._level)

    def after_fork(self) -> None:
        """Forget whoever held the lock."""
        self._lock = threading.Lock()


class TokenBucket:
    """Gives out requests, evenly over time. Safe to use from several threads.

    Args:
        per_second: how many, on the long run.
        burst: how many at once, after a pause.
        store: where the level is kept.
        clock: tells the seconds that have passed since some moment, the same for all who share.
    """

    def __init__(
        self,
        per_second: float,
        burst: int,
        *,
        store: Store | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._store = store or MemoryStore()
        self._clock = clock

    def reserve(self, longest: float = float("inf")) -> float | None:
        """Take one request; return how many seconds later it may go out.

        Args:
            longest: seconds; if it took longer, nothing is taken and ``None`` returned.
        """
        delay: float | None = None

        def take(level: Level | None) -> Level:
            nonlocal delay
            now = self._clock()
            full = self._fill(level, now)
            taken = replace(full, tokens=full.tokens - 1)
            wait = max(0.0, full.filled - now)
            wait += max(0.0, -taken.tokens / (self._per_second * full.pace))
            delay = wait if wait <= longest else None
            return full if delay is None else taken

        # Each caller waits for its own turn: whoever comes later has more to wait.
        self._store.change(take)
        return delay

    def throttled(self, seconds: float | None) -> None:
        """Give out nothing for so long, and less for a while: the host said that it was too much.

        Args:
            seconds: what the host asked for; ``None`` if it did not say.
        """
        hold = min(seconds or 0.0, LONGEST_HOLD)

        def slow(level: Level | None) -> Level:
            now = self._clock()
            full = self._fill(level, now)
            # Not added up: several callers hear it about the same moment.
            emptied = replace(
                full, tokens=min(full.tokens, 0.0), filled=max(full.filled, now + hold)
            )
            if now - full.slowed < _SLOWS_EVERY:
                return emptied
            return replace(emptied, pace=max(_SLOWEST, full.pace * _SLOWER), slowed=now)

        self._store.change(slow)

    def _fill(self, level: Level | None, now: float) -> Level:
        if level is None or level.filled > now + LONGEST_HOLD or level.slowed > now:
            # The second and third: what is kept is of another clock, before a restart.
            return Level(self._burst, now)
        elapsed = now - level.filled
        if elapsed <= 0:
            return level
        pace = min(1.0, level.pace + elapsed * _RECOVERS)
        grown = level.tokens + elapsed * self._per_second * (level.pace + pace) / 2
        return Level(min(self._burst, grown), now, pace, level.slowed)
