"""Who may come in: counts the open connections of each address."""

from __future__ import annotations

from collections import Counter


class Doorman:
    """Counts connections; belongs to one event loop.

    Args:
        limit: open connections from one address; 0 for any number.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside: Counter[str] = Counter()

    def admit(self, address: str) -> bool:
        """Count a new connection; return whether there is room for it."""
        if self._limit and self._inside[address] >= self._limit:
            return False
        self._inside[address] += 1
        return True

    def leave(self, address: str) -> None:
        """Count a connection that was admitted as closed."""
        self._inside[address] -= 1
        if not self._inside[address]:
            del self._inside[address]
