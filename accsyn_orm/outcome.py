"""What became of a call: the one word that decides whether it may be repeated."""

from __future__ import annotations

from enum import Enum


class Outcome(str, Enum):
    """Whether the backend has done what a call asked for."""

    NOT_SENT = "not_sent"
    """No byte of the request left: it certainly did nothing."""
    REJECTED = "rejected"
    """The backend answered that it did not do it."""
    MAYBE_APPLIED = "maybe_applied"
    """Something was sent, and no answer says what came of it: read back before repeating it."""
    APPLIED = "applied"
    """The backend answered that it did it."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}.{self.name}"
