"""No waiting in tests: one switch for the whole process, in ``accsyn_orm.testing``."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass

from accsyn_orm.pacing.deadline import seconds_left


@dataclass(slots=True)
class _Switch:
    is_on: bool = False
    attempts: int | None = None


_switch = _Switch()


@contextmanager
def no_waiting(*, attempts: int | None = None) -> Generator[None, None, None]:
    """Let nothing in this process wait before it repeats a call, or for the rate limit.

    Args:
        attempts: how often a call is made at most; by default, as often as ever.

    Example:
        >>> from accsyn_orm.testing import EmbeddedWorkspace, Faults, no_waiting
        >>> with EmbeddedWorkspace(faults=Faults(0.5, ["unavailable"])) as workspace:
        ...     with no_waiting(), workspace.session() as session:
        ...         len(session.find("User"))
        3
    """
    before = _switch.is_on, _switch.attempts
    _switch.is_on, _switch.attempts = True, attempts
    try:
        yield
    finally:
        _switch.is_on, _switch.attempts = before


def shortened(seconds: float) -> float:
    """Return how long to wait: so long, or not at all."""
    return 0.0 if _switch.is_on else seconds


def limited(attempts: int) -> int:
    """Return how often to try: so often, or less."""
    return attempts if _switch.attempts is None else min(attempts, _switch.attempts)


def wait(seconds: float) -> None:
    """Wait so long, but not beyond the end of the call; or not at all."""
    left = seconds_left()
    pause = shortened(seconds if left is None else min(seconds, left))
    if pause > 0:
        # Not an event's wait(): on Windows nobody could interrupt it.
        time.sleep(pause)
