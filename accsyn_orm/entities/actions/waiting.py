"""Waiting until a job has ended."""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Mapping
from typing import ClassVar, Literal

from typing_extensions import Self

from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.validation import Problem, refusal
from accsyn_orm.errors import (
    BackendError,
    EntityNotFoundError,
    JobFailedError,
    JobTimeoutError,
)
from accsyn_orm.query.nodes import Comparison, Operator

_FAILED = frozenset({"failed", "aborted"})

INTERVAL = 2.0
"""Seconds between two looks."""


class Waitable(Entity):
    """A job whose end can be waited for."""

    __hints__: ClassVar[Mapping[str, str]] = {}
    """By status in which it does not go on by itself: what is to be done about it."""
    __stuck__: ClassVar[frozenset[str]] = frozenset()
    """Statuses that it leaves only when who holds it back lets it go on."""

    def wait(
        self,
        *,
        timeout: float | None = None,
        interval: float = INTERVAL,
        progress: Callable[[Self], object] | Literal[True] | None = None,
    ) -> Self:
        """Wait until it is done, and return it as it is then.

        It is looked at by its id, one request each time: a job that ends leaves ordinary queries.
        What changed here and was not saved stays. A job that is paused, or waits for somebody,
        is waited for as well: give a timeout. Without one and without ``progress`` a
        ``RuntimeWarning`` says, once, what it waits for.

        Args:
            timeout: seconds to wait at most; for ever unless given.
            interval: seconds between two looks.
            progress: called with the job after each look; ``True`` shows a bar on a terminal, if
                ``rich`` is installed, and otherwise a line on standard error for what changes.

        Raises:
            JobFailedError: it failed or was aborted, as one that is deleted is before. One that
                failed may be retried by the backend: wait again to give it the chance.
            JobTimeoutError: it takes longer than the timeout; it goes on nevertheless, unless it
                waits itself: the message says for what.
            EntityNotFoundError: it is gone, or may not be seen any more.
            EntityStateError: it is new or deleted.
            EntityValidationError: the interval is not above, or the timeout below zero.

        Example:
            >>> job.wait(timeout=3600, progress=True).status  # doctest: +SKIP
            <JobStatus.DONE: 'done'>
        """
        self._saved_backend()
        self._check_patience(timeout, interval)
        if progress is True:
            from accsyn_orm.entities.actions.progress import shown_progress  # may load rich

            with shown_progress() as show:
                return self._wait(timeout, interval, show)
        return self._wait(timeout, interval, progress)

    def _check_patience(self, timeout: float | None, interval: float) -> None:
        problems: list[Problem] = []
        if not (_is_number(interval) and interval > 0):
            problems.append(("interval", f"is a number of seconds above zero, not {interval!r}"))
        if timeout is not None and not (_is_number(timeout) and timeout >= 0):
            problems.append(("timeout", f"is a number of seconds from zero up, not {timeout!r}"))
        if problems:
            raise refusal(type(self), problems)

    def _wait(
        self, timeout: float | None, interval: float, show: Callable[[Self], object] | None
    ) -> Self:
        deadline = None if timeout is None else time.monotonic() + timeout
        is_warned = False
        while True:
            self._look()
            if show is not None:
                show(self)
            status = str(vars(self).get("status"))
            if status == "done":
                return self
            if status in _FAILED:
                raise JobFailedError(type(self).__name__, self._id, status, hint=self._rest(status))
            if status in self.__stuck__ and show is None and deadline is None and not is_warned:
                is_warned = True
                self._warn(status)
            left = interval if deadline is None else deadline - time.monotonic()
            if left <= 0:
                hint = self.__hints__.get(status, "wait() longer")
                name = type(self).__name__
                raise JobTimeoutError(name, self._id, status, timeout or 0, hint=hint)
            time.sleep(min(interval, left))

    def _warn(self, status: str) -> None:
        message = (
            f"wait() goes on although {type(self).__name__} {self._id} is {status}: "
            f"{self.__hints__[status]}, or give wait() a timeout"
        )
        warnings.warn(message, RuntimeWarning, stacklevel=4)  # of who called wait()

    def _rest(self, status: str) -> str:
        """Return what can be done about one that failed."""
        if status == "aborted" and self._is_archived():
            return "it was deleted, or archived, and cannot be run again"
        return f"its tasks and log say more; {self.__hints__.get(status, 'make a new one')}"

    def _is_archived(self) -> bool:
        """Whether it is among what was deleted, which is found by its id as well."""
        among = Comparison("id", Operator.EQUAL, self._id, is_checked=True)
        try:
            return type(self).where(among).archived().using(self._saved_backend()).exists()
        except BackendError:  # not everybody may look there, and what is known is worth more
            return False

    def _look(self) -> None:
        """Take over what the backend has now, around changes that wait."""
        backend = self._saved_backend()
        if (record := self._fetch(backend)) is None:
            raise EntityNotFoundError(
                type(self).__name__, f"id {self._id!r}, which was there before"
            )
        self._take_over_around(self.load_record(record, backend), self.changes, backend)


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
