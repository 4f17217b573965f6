"""Timing and reporting for the benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Result:
    """One line of the report: ours beside the peer, both from this run.

    Attributes:
        work: what was done.
        peer: who was measured beside us.
        ours: our seconds.
        theirs: the peer's seconds, or the ceiling where there is no peer.
        bound: how many times the peer's seconds we may take at most.
    """

    work: str
    peer: str
    ours: float
    theirs: float
    bound: float

    @property
    def ratio(self) -> float:
        """Return our time as a multiple of the peer's."""
        return self.ours / self.theirs

    @property
    def is_reached(self) -> bool:
        """Tell whether the figure is reached."""
        return self.ratio <= self.bound

    def as_json(self) -> dict[str, object]:
        """Return everything, for keeping."""
        return {**asdict(self), "ratio": self.ratio, "is_reached": self.is_reached}


def best(work: Callable[[], object], *, rounds: int = 5, seconds: float = 0.2) -> float:
    """Return the seconds of one call, from the fastest of several rounds."""
    calls = 1
    while (spent := _timed(work, calls)) < seconds / 10:
        calls *= 2
    calls = max(1, int(calls * seconds / rounds / spent))
    return min(_timed(work, calls) / calls for _ in range(rounds))


def _timed(work: Callable[[], object], calls: int) -> float:
    start = time.perf_counter()
    for _ in range(calls):
        work()
    return time.perf_counter() - start
