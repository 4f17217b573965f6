"""One job that the engine runs: what is known of it between two steps."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import wire_time
from accsyn_orm.server.engine.options import Options
from accsyn_orm.server.engine.rates import Credit
from accsyn_orm.server.engine.trouble import Code, TransferError
from accsyn_orm.server.engine.work import Route, TaskWork
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour

UNLIMITED_BYTES_PER_STEP = 64 << 20
"""What a job without a limit moves before others have their turn."""

_ROUTED_AT_ONCE = 50


@dataclass(slots=True)
class Run:
    """A job in the hands of the engine.

    Attributes:
        job: its row, as of the last look.
        tasks: its open tasks, the most urgent one first.
        claimed: when the claim on it was renewed last.
        credit: what it may move.
        options: the settings of its current task.
        route: what the task in hand goes by.
        measured_at: since when bytes are counted, to tell how fast they are.
        moved_since: bytes that have moved since then.
        stepped_at: when it was advanced last, which is when what moves now began to.
    """

    job: RowMapping
    tasks: Sequence[RowMapping]
    claimed: datetime
    credit: Credit = field(default_factory=Credit)
    options: Options | None = None
    moved_since: int = 0
    measured_at: datetime = field(init=False)
    stepped_at: datetime = field(init=False)
    route: Route | None = None
    _work: TaskWork | None = None
    _current: int | None = None
    _began: datetime | None = None

    def __post_init__(self) -> None:
        self.measured_at = self.stepped_at = self.claimed

    @property
    def is_running(self) -> bool:
        """Whether it moves bytes now."""
        return bool(self.job["status"] == "running")

    @property
    def limit(self) -> int | None:
        """Bytes per second that its settings allow."""
        return self.options.speed_limit if self.options else None

    @property
    def remaining(self) -> int:
        """Bytes that its open tasks still have to move."""
        return sum(self._remaining(task) for task in self.tasks)

    def _remaining(self, task: RowMapping) -> int:
        if self._work is not None and task["sequence"] == self._current:
            return self._work.size - self._work.moved
        return max(0, (task["size"] or 0) - (task["moved"] or 0))

    def next_task(self) -> RowMapping | None:
        """Return the task to go on with: the one in hand, or the most urgent one."""
        in_hand = [task for task in self.tasks if task["sequence"] == self._current]
        if not in_hand:
            self.close()
        return next(iter(in_hand or self.tasks), None)

    def upcoming(self) -> Sequence[RowMapping]:
        """List the tasks that this step may come to: the next one, and small ones behind it."""
        room = self.credit.available
        room = UNLIMITED_BYTES_PER_STEP if room is None else room
        for count, task in enumerate(self.tasks, start=1):
            room -= task["size"] or 0
            if room < 0 or count == _ROUTED_AT_ONCE:
                return self.tasks[:count]
        return self.tasks

    def leave_out(self, sequences: Collection[int]) -> None:
        """Count tasks as open no longer."""
        self.tasks = [task for task in self.tasks if task["sequence"] not in sequences]

    def is_in_hand(self, task: RowMapping) -> bool:
        """Tell whether a task has been begun already."""
        return self._work is not None and task["sequence"] == self._current

    def begin(self, task: RowMapping, route: Route) -> None:
        """Take a task in hand.

        Raises:
            TransferError: a source is not there, or cannot be read.
        """
        self.close()
        self.options, self.route = route.options, route
        self._work, self._current, self._began = TaskWork(route), task["sequence"], self.stepped_at

    @behaviour(DOCUMENTED, "transfers/progress", "a task is queued, booting, executing, then done")
    @behaviour(INFERRED, "transfers/progress", "the time of a task is in milliseconds")
    def advance(self, now: datetime) -> tuple[int, dict[str, Any]]:
        """Move what the credit allows of the task in hand.

        Returns:
            How many bytes moved, and what has changed of the task.
        """
        work, began = self._work, self._began
        if work is None or began is None:
            return 0, {}
        available = self.credit.available
        try:
            moved = work.advance(UNLIMITED_BYTES_PER_STEP if available is None else available)
        except TransferError as error:
            values = {"moved": work.moved, "size": work.size, **failed(error)}
            self.close()
            return 0, values
        self.credit.spend(moved)
        self.moved_since += moved
        values = {"status": "executing", "moved": work.moved, "size": work.size}
        if work.is_done:
            took = max(0, round((now - began).total_seconds() * 1000))
            values |= {"status": "done", "time": took, "finished": wire_time(now)}
            self.close()
        return moved, values

    def restart_measuring(self, now: datetime) -> None:
        """Count the bytes that move from now on."""
        self.measured_at, self.stepped_at, self.moved_since = now, now, 0

    def close(self) -> None:
        """Put the task in hand down; what it has moved stays for the next time."""
        work, self._work, self._current, self.route = self._work, None, None, None
        if work is not None:
            work.close()


@behaviour(DOCUMENTED, "transfers/problems", "a task that failed tells why")
def failed(error: TransferError) -> dict[str, Any]:
    """Say what a task is that failed."""
    return {"status": "failed", "problem": str(error)}


@behaviour(DOCUMENTED, "transfers/settings", "job_on_missing ignore leaves out what is not there")
def failed_or_excluded(error: TransferError, options: Options | None) -> dict[str, Any]:
    """Say what a task is whose files could not be listed."""
    if options is not None and options.ignores_missing and error.code is Code.FILE_NOT_FOUND:
        return {"status": "excluded", "problem": str(error)}
    return failed(error)
