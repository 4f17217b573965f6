"""The ``with`` blocks that a session is in, over all threads."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from contextvars import Token

    from accsyn_orm.entities.backend import Backend


class Blocks:
    """Counts blocks over all threads; keeps for each thread what restores the backend before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._local = threading.local()

    def enter(self, backend: Backend) -> None:
        """Make a backend the active one of this thread."""
        from accsyn_orm.entities.active import activate  # loads Pydantic

        with self._lock:
            self._count += 1
        self._tokens().append(activate(backend))

    def exit(self) -> int:
        """Leave the innermost block of this thread; return how many are left in all threads."""
        from accsyn_orm.entities.active import deactivate  # loads Pydantic

        deactivate(self._tokens().pop())
        with self._lock:
            self._count -= 1
            return self._count

    def _tokens(self) -> list[Token[Backend | None]]:
        tokens: list[Token[Backend | None]] = self._local.__dict__.setdefault("tokens", [])
        return tokens
