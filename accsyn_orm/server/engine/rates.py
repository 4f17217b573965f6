"""How fast each job may go: the bandwidth is shared evenly, whatever a job cannot use by the rest.

Rates are whole bytes per second; ``None`` is without a limit.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

MEGABYTE = 1_000_000
"""Bytes of a MB, as speeds and limits count them."""

_MICROSECONDS = 1_000_000


def shares(bandwidth: int | None, limits: Sequence[int | None]) -> list[int | None]:
    """Divide the bandwidth among jobs that have limits of their own.

    Args:
        bandwidth: what all of them have together.
        limits: what each may use at most.

    Example:
        >>> shares(90, [None, 10, None])
        [40, 10, 40]
    """
    if bandwidth is None:
        return list(limits)
    given: list[int | None] = [0] * len(limits)
    by_need = sorted(range(len(limits)), key=lambda i: _unlimited_last(limits[i]))
    remaining = bandwidth
    for served, index in enumerate(by_need):
        even = remaining // (len(limits) - served)
        limit = limits[index]
        share = even if limit is None else min(even, limit)
        given[index] = share
        remaining -= share
    return given


def _unlimited_last(limit: int | None) -> tuple[bool, int]:
    return limit is None, limit or 0


@dataclass(slots=True)
class Credit:
    """What a job may move by now: it grows with time, to the byte.

    Attributes:
        rate: how fast.
    """

    rate: int | None = None
    _saved: int = 0  # in millionths of a byte

    def grow(self, elapsed: timedelta) -> None:
        """Let time pass."""
        if self.rate is not None:
            self._saved += self.rate * microseconds(elapsed)

    @property
    def available(self) -> int | None:
        """Bytes that may be moved now; ``None`` without a limit."""
        return None if self.rate is None else self._saved // _MICROSECONDS

    def spend(self, moved: int) -> None:
        """Take off what was moved."""
        self._saved = max(0, self._saved - moved * _MICROSECONDS)

    def seconds_until(self, size: int) -> float | None:
        """Say how long it takes until this many bytes may be moved; ``None`` for never."""
        missing = size * _MICROSECONDS - self._saved
        if self.rate is None or missing <= 0:
            return 0.0
        # Rounded up to whole microseconds, which is what clocks can tell.
        return None if self.rate == 0 else -(-missing // self.rate) / _MICROSECONDS


def microseconds(elapsed: timedelta) -> int:
    """Count the microseconds of a duration; one that is negative counts as none."""
    return max(0, elapsed // timedelta(microseconds=1))


def speed(moved: int, elapsed: timedelta) -> float:
    """Say how fast bytes moved, in MB/s, to the third decimal; the duration is not zero."""
    return round(moved / microseconds(elapsed), 3)


def remaining_time(size: int, megabytes_per_second: float) -> str:
    """Write how long the rest takes, like ``0h:12m:30s``; empty when nothing moves."""
    if megabytes_per_second <= 0:
        return ""
    seconds = -(-size // max(1, round(megabytes_per_second * MEGABYTE)))
    hours, rest = divmod(seconds, 3600)
    return f"{hours}h:{rest // 60:02}m:{rest % 60:02}s"
