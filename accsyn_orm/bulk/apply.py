"""Applying a plan: workers bring rows to their end, the calling thread looks after them.

Only the calling thread is interrupted by Ctrl-C, calls the progress callback and makes the report.
"""

from __future__ import annotations

import queue
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from accsyn_orm.bulk.calls import Line
from accsyn_orm.bulk.changes import send_changes
from accsyn_orm.bulk.creations import send_creations
from accsyn_orm.bulk.history import MOST_WORKERS
from accsyn_orm.bulk.journal import Journal
from accsyn_orm.bulk.outcome import RowResult, RowState
from accsyn_orm.bulk.progress import ProgressCallback, tally_of
from accsyn_orm.bulk.report import Report
from accsyn_orm.bulk.rows import Action, Row
from accsyn_orm.bulk.units import WORKERS, Unit, batch_for, divided
from accsyn_orm.bulk.workbench import Terms, Workbench
from accsyn_orm.errors import EntityError
from accsyn_orm.pacing.patience import Patience

if TYPE_CHECKING:
    from accsyn_orm.bulk.plan import Plan

_ROUNDS = 3
"""How often rows are taken up again that could not be brought to an end at first."""

_GLANCE = 0.1
"""Seconds between looks of the calling thread: a wait without end cannot always be interrupted."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a plan is applied; see `Plan.apply`.

    Raises:
        ValueError: one of them makes no sense.
    """

    workers: int = WORKERS
    progress: ProgressCallback | None = None
    on_error: Literal["continue", "stop"] = "continue"
    check: bool = True
    patience: Patience | None = None

    def __post_init__(self) -> None:
        if type(self.workers) is not int or not 1 <= self.workers <= MOST_WORKERS:
            msg = f"workers is a number from 1 to {MOST_WORKERS}, not {self.workers!r}"
            raise ValueError(msg)
        if self.on_error not in {"continue", "stop"}:
            msg = f"on_error is 'continue' or 'stop', not {self.on_error!r}"
            raise ValueError(msg)


@dataclass(frozen=True, slots=True)
class Past:
    """What is known of rows before they are sent.

    Attributes:
        run: id of the run.
        began: when it began.
        results: how rows have ended for good, by number.
        doubtful: rows that may have been sent, without anybody knowing what came of them.
        rounds: how often rows were sent anew after they had failed.
        again: rows that failed, and shall be sent anew.
    """

    run: str = field(default_factory=lambda: str(uuid.uuid4()))
    began: datetime = field(default_factory=lambda: datetime.now(timezone.utc))
    results: Mapping[int, RowResult] = field(default_factory=dict[int, RowResult])
    doubtful: frozenset[int] = frozenset()
    rounds: Mapping[int, int] = field(default_factory=dict[int, int])
    again: frozenset[int] = frozenset()


def apply_plan(plan: Plan, options: Options, path: Path | None) -> Report:
    """Send the rows of a plan; see `Plan.apply`."""
    past = Past()
    journal = None
    if path is not None:
        header = {
            "run": past.run,
            "created": past.began.isoformat(),
            "workspace": plan.workspace,
            "force": plan.force,
            "rows": len(plan.rows),
            "skipped": [[s.number, s.id, s.label, s.reason] for s in plan.skipped],
        }
        journal = Journal.create(path, header, (row.to_document() for row in plan.rows))
    return Run(plan, options, past, journal).go()


class Run:
    """One way through the rows of a plan.

    Args:
        plan: the plan.
        options: how it is applied.
        past: what is known of its rows.
        journal: remembers what may have been sent; closed at the end.
    """

    def __init__(self, plan: Plan, options: Options, past: Past, journal: Journal | None) -> None:
        self._plan = plan
        self._options = options
        self._past = past
        self._journal = journal
        self._progress = options.progress
        self._results = dict(past.results)
        self._told = {number: result.state for number, result in self._results.items()}
        self._counts = Counter(self._told.values())
        self._line = Line(plan.backend, options.patience)
        terms = Terms(
            run=past.run,
            began=past.began,
            checks=options.check,
            stops_on_error=options.on_error == "stop",
            force=plan.force,
            kept=plan.kept,
        )
        self._bench = Workbench(plan.backend, self._line, journal, terms)
        self._bench.remember(past.doubtful, past.rounds, past.again)

    def go(self) -> Report:
        """Bring the rows to their end; return how each of them ended."""
        started = time.monotonic()
        self._pass([row for row in self._plan.rows if row.number not in self._results])
        for _ in range(_ROUNDS):
            unsettled = [row for row in self._plan.rows if self._is_worth_another_try(row)]
            if not unsettled or self._bench.is_stopping:
                break
            self._bench.take_up(unsettled)
            self._pass(unsettled)
        if self._journal is not None:
            self._journal.close()
        return Report(
            plan=self._plan,
            results=tuple(self._result(row) for row in self._plan.rows),
            options=self._options,
            past=self._past,
            rounds=self._bench.rounds,
            journal=None if self._journal is None else self._journal.path,
            stopped_by=self._bench.reason,
            seconds=time.monotonic() - started,
        )

    def _is_worth_another_try(self, row: Row) -> bool:
        """Tell whether a row has no end only because the backend could not be asked."""
        result = self._result(row)
        is_open = result.state in {RowState.UNKNOWN, RowState.NOT_SENT}
        return is_open and not isinstance(result.exception, EntityError)

    def _result(self, row: Row) -> RowResult:
        found = self._bench.results.get(row.number) or self._results.get(row.number)
        if found is None:
            is_doubtful = self._bench.is_doubtful(row)
            found = RowResult(row, RowState.UNKNOWN if is_doubtful else RowState.NOT_SENT)
        return found

    def _pass(self, rows: Sequence[Row]) -> None:
        """Let workers go through rows, and look after them until they are through."""
        units = divided(rows, batch_for(len(rows), self._options.workers))
        hand = _Hand(units)
        threads = [
            threading.Thread(target=self._work, args=(hand,), name="accsyn_orm bulk", daemon=True)
            for _ in range(min(self._options.workers, len(units)))
        ]
        try:
            for thread in threads:
                thread.start()
            self._look_after(threads)
        except KeyboardInterrupt as interruption:
            self._bench.stop(interruption)
            self._settle(threads)

    def _settle(self, threads: Sequence[threading.Thread]) -> None:
        """Wait for what is under way after an interruption; another one ends the waiting."""
        try:
            self._look_after(threads)
        except KeyboardInterrupt:
            # The journal knows what is under way. It stays open: the workers still write to it.
            self._line.abandoned.set()
            raise

    def _look_after(self, threads: Sequence[threading.Thread]) -> None:
        while True:
            is_working = any(thread.is_alive() for thread in threads)
            try:
                result = self._bench.ended.get(timeout=_GLANCE if is_working else 0)
            except queue.Empty:
                if not is_working:
                    return
            else:
                self._tell(result)

    def _tell(self, last: RowResult) -> None:
        if self._progress is None:
            return
        before = self._told.get(last.row.number)
        self._told[last.row.number] = last.state
        self._counts[last.state] += 1
        if before is not None:
            self._counts[before] -= 1
        try:
            self._progress(tally_of(len(self._plan.rows), self._counts, last))
        except Exception as error:  # noqa: BLE001  # the caller's own function; the report will tell
            self._progress = None
            self._bench.stop(error)

    def _work(self, hand: _Hand) -> None:
        while not self._bench.is_stopping and (unit := hand.take()) is not None:
            send = send_creations if unit.action is Action.CREATE else send_changes
            try:
                send(self._bench, unit)
            except Exception as error:  # noqa: BLE001  # no row may be lost, whatever it is
                self._bench.abandon(unit.rows, error)


class _Hand:
    """Deals out units, each to one worker."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self._units: Iterator[Unit] = iter(units)
        self._lock = threading.Lock()

    def take(self) -> Unit | None:
        with self._lock:
            return next(self._units, None)
