"""The workbench: what a worker has at hand while it brings rows to their end."""

from __future__ import annotations

import queue
import threading
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from accsyn_orm.bulk.calls import Line
from accsyn_orm.bulk.errors import JournalError
from accsyn_orm.bulk.images import image_of
from accsyn_orm.bulk.journal import Journal
from accsyn_orm.bulk.outcome import RowResult, RowState, undone
from accsyn_orm.bulk.rows import Row
from accsyn_orm.bulk.settling import verdict
from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.lookups import find_by_id
from accsyn_orm.errors import BackendError, TransportError
from accsyn_orm.pacing.patience import is_lasting

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Terms:
    """How the rows of a run are sent.

    Attributes:
        run: id of the run; the ids of its calls follow from it, in whatever process.
        began: when the run began, or the one that it goes on with.
        checks: rows are refused when somebody else changed the entity.
        stops_on_error: no further row is begun after one has failed.
        force: what is in use is deleted too.
        kept: entities that take over what the backend answers, by row number.
    """

    run: str
    began: datetime
    checks: bool = True
    stops_on_error: bool = False
    force: bool = False
    kept: Mapping[int, Entity] = field(default_factory=dict[int, Entity])


class Workbench:
    """Shared by all workers of a run.

    Args:
        backend: where rows are sent.
        line: the way there.
        journal: remembers what may have been sent.
        terms: how rows are sent.

    Attributes:
        results: how rows have ended, by number.
        ended: the same in the order in which they ended, to be taken out.
        reason: why no further row is begun, if that was no failure of a row.
    """

    def __init__(self, backend: Backend, line: Line, journal: Journal | None, terms: Terms) -> None:
        self.backend = backend
        self.line = line
        self.began = terms.began
        self.checks = terms.checks
        self.force = terms.force
        self.results: dict[int, RowResult] = {}
        self.ended: queue.SimpleQueue[RowResult] = queue.SimpleQueue()
        self.reason: BaseException | None = None
        self._journal = journal
        self._run = uuid.UUID(terms.run)
        self._stops_on_error = terms.stops_on_error
        self._kept = terms.kept
        self._lock = threading.Lock()
        self._announced: set[int] = set()
        self._doubtful: set[int] = set()
        self._rounds: dict[int, int] = {}
        self._again: set[int] = set()

    def remember(
        self, doubtful: Iterable[int], rounds: Mapping[int, int], again: Iterable[int]
    ) -> None:
        """Take over what an earlier process, or an earlier attempt, has left.

        Args:
            doubtful: rows that may have been sent.
            rounds: how often rows were sent anew.
            again: rows that failed, and shall be sent anew now.
        """
        self._doubtful = set(doubtful)
        self._announced = set(self._doubtful)
        self._rounds = dict(rounds)
        self._again = set(again)

    @property
    def rounds(self) -> Mapping[int, int]:
        """How often rows were sent anew after they had failed."""
        return dict(self._rounds)

    def take_up(self, rows: Sequence[Row]) -> None:
        """Let rows come to another end than they have."""
        for row in rows:
            self.results.pop(row.number, None)

    @property
    def is_stopping(self) -> bool:
        """Whether no further row is begun."""
        return self.line.stopping.is_set()

    def stop(self, reason: BaseException | None = None) -> None:
        """Begin no further row."""
        with self._lock:
            self.reason = self.reason or reason
        self.line.stopping.set()

    def is_doubtful(self, row: Row) -> bool:
        """Tell whether a row may have been sent, and nobody knows what came of it."""
        return row.number in self._doubtful

    def doubt(self, row: Row) -> None:
        """Note that a row was sent, and that no answer says what came of it."""
        with self._lock:
            self._doubtful.add(row.number)

    def trust(self, row: Row) -> None:
        """Note that a row certainly did not happen."""
        with self._lock:
            self._doubtful.discard(row.number)

    def announce(self, rows: Sequence[Row]) -> None:
        """Note that rows are about to be sent.

        Raises:
            JournalError: the journal cannot be written; nothing must be sent.
        """
        new = [row.number for row in rows if row.number not in self._announced]
        again = [number for number in new if number in self._again]
        first = [number for number in new if number not in self._again]
        if self._journal is not None:
            for numbers, is_again in ((first, False), (again, True)):
                if numbers:
                    self._journal.announce(numbers, again=is_again)
        with self._lock:
            self._announced.update(new)
            for number in again:
                self._rounds[number] = self._rounds.get(number, 0) + 1

    def write(self, rows: Sequence[Row], request: Callable[[], R]) -> R:
        """Make the request that sends rows; every attempt, in every process, has the same id."""
        name = ",".join(f"{row.number}.{self._rounds.get(row.number, 0)}" for row in rows)
        return self.line.write(request, str(uuid.uuid5(self._run, name)))

    def read(self, rows: Sequence[Row]) -> dict[str, Entity]:
        """Return the entities of rows of one class and parent, by id."""
        cls, parent = rows[0].entity, rows[0].parent
        ids = [row.id for row in rows]
        return find_by_id(cls, ids, self.backend, parent=parent, ask=self.line.read)

    def finish(self, result: RowResult) -> None:
        """Note how a row ended."""
        number = result.row.number
        if self._journal is not None and number in self._announced:
            try:
                self._journal.note(result)
            except JournalError as error:
                self.stop(error)
        if self._stops_on_error and result.state is RowState.FAILED:
            self.stop()
        with self._lock:
            self.results[number] = result
            if result.state is not RowState.UNKNOWN:
                self._doubtful.discard(number)
            if result.state is RowState.NOT_SENT:
                # Sent later after all, it is announced anew.
                self._announced.discard(number)
        self.ended.put(result)

    def give_up(self, rows: Sequence[Row], error: BaseException, *, since: float) -> None:
        """Note that rows cannot be brought to an end now.

        Args:
            rows: the rows.
            error: why.
            since: when they were begun. When the backend has done nothing since then, it would do
                nothing for other rows either.
        """
        is_of_the_way = isinstance(error, (TransportError, BackendError))
        is_silent = is_of_the_way and self.line.answered < since
        if is_silent or is_lasting(error) or isinstance(error, JournalError):
            self.stop(error)
        for row in rows:
            state = RowState.UNKNOWN if self.is_doubtful(row) else RowState.NOT_SENT
            self.finish(undone(row, state, error))

    def abandon(self, rows: Sequence[Row], error: BaseException) -> None:
        """Note that a worker broke down over rows: what it announced it may have sent."""
        self.stop(error)
        for row in rows:
            if row.number not in self.results:
                is_announced = row.number in self._announced
                state = RowState.UNKNOWN if is_announced else RowState.NOT_SENT
                self.finish(undone(row, state, error))

    def settle(self, row: Row, now: Entity | None) -> RowResult | None:
        """Return how a row has ended by what its entity is now, or ``None`` if it may be sent."""
        end = verdict(row, now, was_sent=self.is_doubtful(row), checks=self.checks)
        if end is None:
            self.trust(row)
        elif end.state is RowState.DONE:
            self.hand_over(row, now)
        return end

    def hand_over(self, row: Row, answered: Entity | None) -> None:
        """Let the caller's own entity take over what the backend has now."""
        kept = self._kept.get(row.number)
        # What was assigned since the plan was made is still to be saved.
        if kept is not None and image_of(vars(kept), kept.changes) == row.after:
            kept.accept(answered, self.backend)

    def leave(self, rows: Sequence[Row]) -> None:
        """Note that rows are not begun, because the run is stopping."""
        for row in rows:
            self.finish(RowResult(row, RowState.NOT_SENT))
