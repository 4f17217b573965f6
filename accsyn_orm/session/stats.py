"""What a session has asked so far: how many requests, of which kind, how much and how long.

Only what the session sends is counted, sign-in and discovery under their own names. Nothing of what
travels is kept but the conditions of queries, and these only while somebody measures.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType

from accsyn_orm.pacing.forking import renew_after_fork

__all__ = ["Measurement", "Stats", "Tally", "Usage"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Requests of one kind, added up.

    Attributes:
        requests: how many were sent, repeated ones included.
        retries: how many of them repeated another one.
        bytes_up: length of what was sent: queries and bodies, without headers.
        bytes_down: length of the answers, unpacked.
        seconds: how long they took together; those of several threads add up.
    """

    requests: int = 0
    retries: int = 0
    bytes_up: int = 0
    bytes_down: int = 0
    seconds: float = 0.0

    def __add__(self, other: Tally) -> Tally:
        return Tally(
            self.requests + other.requests,
            self.retries + other.retries,
            self.bytes_up + other.bytes_up,
            self.bytes_down + other.bytes_down,
            self.seconds + other.seconds,
        )

    def __sub__(self, other: Tally) -> Tally:
        return Tally(
            self.requests - other.requests,
            self.retries - other.retries,
            self.bytes_up - other.bytes_up,
            self.bytes_down - other.bytes_down,
            self.seconds - other.seconds,
        )


@dataclass(frozen=True, slots=True)
class Usage:
    """What was asked up to one moment, or between two.

    Attributes:
        by_operation: requests of each operation, such as ``job/find`` or ``login``.
    """

    by_operation: Mapping[str, Tally] = field(default_factory=dict[str, Tally])

    @property
    def by_type(self) -> Mapping[str, Tally]:
        """Requests of each type of entity, as the generation calls it; what has none is itself."""
        found: dict[str, Tally] = {}
        for operation, tally in self.by_operation.items():
            kind = operation.rpartition("/")[0] or operation
            found[kind] = found.get(kind, Tally()) + tally
        return MappingProxyType(found)

    @property
    def total(self) -> Tally:
        """All requests."""
        return sum(self.by_operation.values(), Tally())

    @property
    def requests(self) -> int:
        """How many requests were sent, repeated ones included."""
        return self.total.requests

    @property
    def retries(self) -> int:
        """How many of them repeated another one."""
        return self.total.retries

    @property
    def bytes_up(self) -> int:
        """Length of what was sent: queries and bodies, without headers."""
        return self.total.bytes_up

    @property
    def bytes_down(self) -> int:
        """Length of the answers, unpacked."""
        return self.total.bytes_down

    @property
    def seconds(self) -> float:
        """How long they took together."""
        return self.total.seconds

    def __sub__(self, earlier: Usage) -> Usage:
        """Return what was asked since an earlier moment."""
        parts = {
            operation: tally - earlier.by_operation.get(operation, Tally())
            for operation, tally in self.by_operation.items()
        }
        asked = {name: tally for name, tally in parts.items() if tally.requests}
        return Usage(MappingProxyType(asked))

    def __str__(self) -> str:
        total = self.total
        kinds = ", ".join(f"{tally.requests} {name}" for name, tally in self.by_operation.items())
        return (
            f"{total.requests} requests ({kinds or 'none'}), {total.retries} of them again; "
            f"{total.bytes_up} bytes up, {total.bytes_down} down, {total.seconds:.3f} s"
        )


class Measurement:
    """What was asked inside a ``with`` block; may be read while it runs.

    Attributes:
        sent: each request in its order: the operation and, of a search, its condition.
    """

    def __init__(self, stats: Stats) -> None:
        self._stats = stats
        self._before = stats.snapshot()
        self._usage: Usage | None = None
        self.sent: list[str] = []

    @property
    def usage(self) -> Usage:
        """What was asked so far; once the block has ended, in it."""
        return self._usage or self._stats.snapshot() - self._before

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.usage.requests

    def end(self) -> None:
        """Count no more."""
        self._usage = self.usage


class Stats:
    """Counts the requests of one session; safe to use from several threads.

    Example:
        >>> with session.stats.measure() as measured:  # doctest: +SKIP
        ...     jobs = Job.where().all()
        >>> measured.requests  # doctest: +SKIP
        1
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # requests, retries, bytes up, bytes down, seconds
        self._sums: dict[str, list[float]] = {}
        self._measurements: tuple[Measurement, ...] = ()
        renew_after_fork(self)

    def count(self, operation: str, text: str, *, up: int, down: int, seconds: float) -> None:
        """Count one request that was sent.

        Args:
            operation: wire operation, ``discovery`` or ``login``.
            text: what was sent, as JSON.
            up: length of it as it was sent.
            down: length of the answer.
            seconds: how long it took.
        """
        with self._lock:
            sums = self._sums_of(operation)
            sums[0] += 1
            sums[2] += up
            sums[3] += down
            sums[4] += seconds
            for measurement in self._measurements:
                measurement.sent.append(_described(operation, text))

    def count_retry(self, operation: str) -> None:
        """Count that the next request repeats one."""
        with self._lock:
            self._sums_of(operation)[1] += 1

    def snapshot(self) -> Usage:
        """Return what was asked up to now."""
        with self._lock:
            parts = {
                name: Tally(int(sums[0]), int(sums[1]), int(sums[2]), int(sums[3]), sums[4])
                for name, sums in self._sums.items()
            }
        return Usage(MappingProxyType(parts))

    @contextmanager
    def measure(self) -> Generator[Measurement, None, None]:
        """Measure what is asked inside a ``with`` block, by all threads."""
        measurement = Measurement(self)
        with self._lock:
            self._measurements += (measurement,)
        try:
            yield measurement
        finally:
            with self._lock:
                rest = [other for other in self._measurements if other is not measurement]
                self._measurements = tuple(rest)
            measurement.end()

    @property
    def requests(self) -> int:
        """How many requests were sent up to now."""
        return self.snapshot().requests

    def __repr__(self) -> str:
        return f"<Stats {self.snapshot()}>"

    def after_fork(self) -> None:
        """Forget whoever held the lock."""
        self._lock = threading.Lock()

    def _sums_of(self, operation: str) -> list[float]:
        sums = self._sums.get(operation)
        if sums is None:
            sums = self._sums[operation] = [0, 0, 0, 0, 0.0]
        return sums


def _described(operation: str, text: str) -> str:
    """Return an operation with the condition that it asks for; nothing else may be shown."""
    condition = json.loads(text).get("query")
    return f"{operation} {condition}" if operation.endswith("/find") and condition else operation
