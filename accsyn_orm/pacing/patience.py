"""Which failures are worth another attempt, and how long to wait before it.

Whether a call may be repeated at all depends on what it does; that is for those to decide who know
what was called.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from accsyn_orm.errors import AccsynError, BackendError, SessionError, TlsError, TransportError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.hurry import shortened

_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to go on when calls fail.

    Attributes:
        attempts: how often a call is made at most.
        pause: seconds before the first repetition, at most; twice that before the next, and so on.
        longest_pause: seconds before a repetition, at most.
        throttled: the same as ``pause`` after an answer that says that it was too much.
        longest_wait: seconds that a backend may ask to wait; when it asks for more, the call fails.
    """

    attempts: int = 10
    pause: float = 0.05
    longest_pause: float = 20.0
    throttled: float = 1.0
    longest_wait: float = 60.0

    def delay(self, number: int, error: AccsynError) -> float:
        """Return how long to wait before the repetition of that number, from 1.

        It is longer each time, by chance: calls that failed together must not come back together.
        What the backend asked for is the least.
        """
        base = self.throttled if is_throttled(error) else self.pause
        delay = random.uniform(0, min(self.longest_pause, base * 2**number))  # noqa: S311  # no secret
        if error.retry_after is not None:
            delay = error.retry_after + min(delay, 1.0) * bool(error.retry_after)
        return shortened(delay)

    def asks_too_much(self, error: AccsynError) -> bool:
        """Tell whether the backend wants to be left alone for longer than anybody waits."""
        return (error.retry_after or 0) > self.longest_wait


def is_undone(error: AccsynError) -> bool:
    """Tell whether a call certainly did nothing, for a reason that has nothing to do with it."""
    return error.outcome is Outcome.NOT_SENT or is_throttled(error)


def is_lasting(error: BaseException) -> bool:
    """Tell whether an error means that every further call will fail as well."""
    is_untrusted = isinstance(error, TlsError) and error.is_lasting
    return isinstance(error, SessionError) or is_untrusted


def may_recover(error: AccsynError) -> bool:
    """Tell whether the same request can have another end after a while."""
    if is_lasting(error):
        return False
    if isinstance(error, TransportError):
        return not error.is_lasting and (
            error.outcome is not Outcome.REJECTED or is_throttled(error)
        )
    is_crash = isinstance(error, BackendError) and error.outcome is Outcome.MAYBE_APPLIED
    return is_crash or is_throttled(error)


def is_throttled(error: AccsynError) -> bool:
    """Tell whether an answer says that it was too much."""
    return getattr(error, "status_code", None) == _TOO_MANY_REQUESTS
