"""Steering jobs: pausing, resuming, retrying and ending them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import ClassVar

from accsyn_orm.entities.base import Entity
from accsyn_orm.errors import EntityStateError

_ENDED = ("aborted", "done")


class Stoppable(Entity):
    """A job that can be ended before it ends by itself.

    Each action is one request that changes the status alone; changes that wait are not sent along.
    What the status that was loaded rules out is refused before anything is sent.
    """

    def abort(self) -> None:
        """Stop it for good: sends the status ``aborted``.

        Raises:
            EntityStateError: it is new or deleted, or has ended already.
            BackendError: the backend refused.
        """
        self._refuse_status(_ENDED, "it has ended already")
        self._change(status="aborted")

    def finish(self) -> None:
        """Regard it as done, with all that is left of it: sends the status ``done``.

        Raises:
            EntityStateError: it is new or deleted, or has ended already.
            BackendError: the backend refused.
        """
        self._refuse_status(_ENDED, "it has ended already")
        self._change(status="done")

    def _refuse_status(self, statuses: Collection[str], reason: str) -> None:
        """Refuse an action in some statuses, if the present one is known."""
        self._saved_backend()
        status = vars(self).get("status")
        if status is not None and str(status) in statuses:
            hint = "refresh() it if that may have changed"
            raise EntityStateError(type(self).__name__, f"{self!r}: {reason}; {hint}")


class Pausable(Stoppable):
    """A job that runs by itself, and can be held back and run again."""

    __hints__: ClassVar[Mapping[str, str]] = {
        "pending": "its receiver has to choose where to put it",
        "paused": "resume() it",
        "failed": "retry() it",
        "aborted": "retry() it",
    }
    __stuck__: ClassVar[frozenset[str]] = frozenset({"paused"})

    def pause(self) -> None:
        """Hold it back: sends the status ``paused``. What is being moved is interrupted.

        Raises:
            EntityStateError: it is new or deleted, or has ended.
            BackendError: the backend refused.
        """
        self._refuse_status(_ENDED, "it has ended, so that there is nothing to pause")
        self._change(status="paused")

    def resume(self) -> None:
        """Let it go on where it was paused: sends the status ``waiting``.

        Raises:
            EntityStateError: it is new or deleted, or has failed or ended.
            BackendError: the backend refused.
        """
        self._refuse_status(("failed", *_ENDED), "it is not paused: use retry()")
        self._change(status="waiting")

    def retry(self) -> None:
        """Run what is left again, or all of it when it is done: sends the status ``waiting``.

        A job that has ended becomes active again, and goes to the end of its queue.

        Raises:
            EntityStateError: it is new or deleted, or has not ended.
            BackendError: the backend refused, as it does when all tasks are excluded.
        """
        going = ("init", "pending", "waiting", "running", "paused")
        self._refuse_status(going, "it has neither failed nor ended: resume() a paused one")
        self._change(status="waiting")


class TaskActions(Entity):
    """A task that can be taken out, held back and run again; tasks are never deleted.

    Each action is one request that changes the status alone. The status of the job follows those of
    its tasks: ``job.refresh()`` loads it.
    """

    def exclude(self) -> None:
        """Take it out of its job: sends the status ``excluded``.

        Raises:
            EntityStateError: it is new.
            BackendError: the backend refused.
        """
        self._change(status="excluded")

    def hold(self) -> None:
        """Hold it back until it is queued again: sends the status ``onhold``.

        Raises:
            EntityStateError: it is new.
            BackendError: the backend refused.
        """
        self._change(status="onhold")

    def requeue(self) -> None:
        """Let it run, for the first time or again: sends the status ``queued``.

        It includes one that was excluded, and a job that has ended wakes up.

        Raises:
            EntityStateError: it is new.
            BackendError: the backend refused.
        """
        self._change(status="queued")

    def retry(self) -> None:
        """Run it again: the same as ``requeue()``."""
        self.requeue()

    def finish(self) -> None:
        """Regard it as done: sends the status ``done``.

        Raises:
            EntityStateError: it is new.
            BackendError: the backend refused.
        """
        self._change(status="done")
