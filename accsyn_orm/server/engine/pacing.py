"""Step an engine from one event to the next, so that hours of transfers take milliseconds."""

from __future__ import annotations

import time
from datetime import timedelta

from accsyn_orm.server.clock import Clock, ManualClock
from accsyn_orm.server.engine.engine import Engine

_LONGEST_SLEEP = 0.1
_SHORTEST = 0.001


def run(engine: Engine, clock: Clock, *, seconds: float | None = None) -> None:
    """Run transfers until nothing is left that happens by itself, or for a time.

    A `ManualClock` is moved to when the next job is done, and so on; with any other one it takes
    the time that it takes.

    Args:
        engine: what runs them.
        clock: tells the time.
        seconds: how long; by default until all is done, failed, or waits for somebody.
    """
    end = None if seconds is None else clock() + timedelta(seconds=seconds)
    while True:
        now = clock()
        changed = engine.step(now)
        left = None if end is None else (end - now).total_seconds()
        if left is not None and left <= 0:
            return
        due = engine.due_in(now)
        if due == 0 and changed:
            continue
        if due is None and left is None:
            if not changed:
                return
            continue
        waits = [max(wait, _SHORTEST) for wait in (due, left) if wait is not None]
        _pass_time(clock, min(waits))


def _pass_time(clock: Clock, seconds: float) -> None:
    if isinstance(clock, ManualClock):
        clock.advance(seconds=seconds)
    else:
        time.sleep(min(seconds, _LONGEST_SLEEP))
