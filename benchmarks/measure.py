"""Timing and reporting for the benchmarks."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import Enum


class Verdict(Enum):
    """What became of a figure."""

    REACHED = "reached"
    KNOWN_MISS = "missed, as documented"
    """It misses what is wanted, and holds what is documented in its place."""
    FAILED = "FAILED"
    """It misses both."""


@dataclass(frozen=True)
class Result:
    """One line of the report: ours beside the peer, both from this run.

    Attributes:
        work: what was done.
        peer: who was measured beside us, or what the ceiling is.
        ours: our seconds; bytes where the peer is a size.
        theirs: the peer's, or the ceiling where there is no peer.
        bound: how many times theirs we may take at most.
        documented: for a bound that is known to be missed, what is held instead; performance.md
            says why.
    """

    work: str
    peer: str
    ours: float
    theirs: float
    bound: float
    documented: float | None = None

    @property
    def ratio(self) -> float:
        """Return ours as a multiple of theirs."""
        return self.ours / self.theirs

    @property
    def verdict(self) -> Verdict:
        """What became of the figure."""
        if self.ratio <= self.bound:
            return Verdict.REACHED
        is_known = self.documented is not None and self.ratio <= self.documented
        return Verdict.KNOWN_MISS if is_known else Verdict.FAILED

    def as_json(self) -> dict[str, object]:
        """Return everything, for keeping."""
        return {**asdict(self), "ratio": self.ratio, "verdict": self.verdict.value}


@dataclass(frozen=True)
class Point:
    """One point of a curve: what something costs at one size; no figure to reach.

    Attributes:
        curve: what was done.
        size: how much of it.
        figures: name → value, each with its unit in the name.
    """

    curve: str
    size: int
    figures: dict[str, float]

    def as_json(self) -> dict[str, object]:
        """Return everything, for keeping."""
        return asdict(self)


def best(
    work: Callable[[], object],
    *,
    rounds: int = 7,
    seconds: float = 0.3,
    clock: Callable[[], float] = time.perf_counter,
) -> float:
    """Return the seconds of one call, from the fastest of several rounds.

    Args:
        work: what to call.
        rounds: how many rounds there are.
        seconds: how long they take together, about.
        clock: `time.process_time` leaves out what other processes did meanwhile.
    """
    calls = 1
    while (spent := _timed(work, calls, clock)) < seconds / 10:
        calls *= 2
    calls = max(1, int(calls * seconds / rounds / spent))
    return min(_timed(work, calls, clock) / calls for _ in range(rounds))


def _timed(work: Callable[[], object], calls: int, clock: Callable[[], float]) -> float:
    start = clock()
    for _ in range(calls):
        work()
    return clock() - start
