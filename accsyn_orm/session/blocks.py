"""The ``with`` blocks that a session is in, over all threads and tasks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accsyn_orm.entities.backend import Backend


class Blocks:
    """Counts the blocks of one session: it ends with the last of them, wherever that is."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0

    def enter(self, backend: Backend) -> None:
        """Make a backend the active one of this thread or task."""
        from accsyn_orm.entities.active import activate  # loads Pydantic

        with self._lock:
            self._count += 1
        activate(backend)

    def exit(self, backend: Backend) -> int:
        """Leave a block of this thread or task; return how many are left anywhere."""
        from accsyn_orm.entities.active import deactivate  # loads Pydantic

        deactivate(backend)
        with self._lock:
            self._count -= 1
            return self._count
