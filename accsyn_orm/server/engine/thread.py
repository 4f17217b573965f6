"""The engine at work by itself, in threads of this process: one steps, one keeps its claims."""

from __future__ import annotations

import logging
import threading

from accsyn_orm.server.clock import Clock
from accsyn_orm.server.engine.claims import LEASE
from accsyn_orm.server.engine.engine import Engine

TICK = 0.25
"""Seconds between two steps while there is nothing to do at once."""

PAUSE_AFTER_TROUBLE = 1.0
"""Seconds between a step that failed and the next one."""

RENEWED_EVERY = LEASE.total_seconds() / 4
"""Seconds between two renewals of all claims. A step can take longer: it may list a large tree."""

_log = logging.getLogger(__name__)


class EngineThread:
    """Steps an engine until it is stopped.

    Args:
        engine: what to step.
        clock: tells the time.
    """

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="accsyn_orm-engine", daemon=True)
        self._renewing = threading.Thread(target=self._renew, name="accsyn_orm-claims", daemon=True)

    @property
    def is_alive(self) -> bool:
        """Whether it still works."""
        return self._thread.is_alive()

    def start(self) -> None:
        """Begin to work."""
        self._thread.start()
        self._renewing.start()

    def stop(self) -> None:
        """Finish the step under way, and put everything down."""
        self._stopping.set()
        if self._thread.ident is not None:
            self._thread.join()
            self._renewing.join()
            self._engine.close()

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                pause = self._step()
            except Exception:  # noqa: BLE001  # logged; jobs of others depend on this thread
                # The next step may go well: the database may be back, the disk be mounted.
                _log.exception("a step of the transfer engine failed")
                pause = PAUSE_AFTER_TROUBLE
            if pause:
                self._stopping.wait(pause)

    def _renew(self) -> None:
        while not self._stopping.wait(RENEWED_EVERY):
            self._renew_once()

    def _renew_once(self) -> None:
        try:
            self._engine.renew_claims(self._clock())
        except Exception:  # noqa: BLE001  # logged; the next time may go well
            _log.exception("the claims of the transfer engine could not be renewed")

    def _step(self) -> float:
        """Step once; say how long to wait before the next time."""
        now = self._clock()
        changed = self._engine.step(now)
        due = self._engine.due_in(now)
        return 0.0 if changed and due == 0 else TICK
