"""Moving all jobs of a queue to another one, by the only way that accsyn has for it.

The queue of a job is given when it is created, and never changed. But jobs of a queue that is
deleted go to the default queue, and which queue is the default can be chosen.
"""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from typing_extensions import Self

from accsyn_orm.entities.backend import Backend
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import wire_type
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.errors import (
    AccsynError,
    EntityNotFoundError,
    EntityStateError,
    HalfDoneError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.query.nodes import Comparison, Operator, any_of

_MAYBE_DONE = frozenset({Outcome.MAYBE_APPLIED, Outcome.APPLIED})
_FLAGS = ("default", "compute_default")


@dataclass(frozen=True)
class _Standing:
    """What the backend says before anything is changed.

    Attributes:
        default: id of the default queue.
        takes_computes: the queue that goes is the default for compute jobs.
    """

    default: str
    takes_computes: bool


class Mergeable(Entity):
    """A queue whose jobs can all be moved to another one."""

    def merge_into(self, other: Self | str) -> None:
        """Move all jobs to another queue, and delete this one.

        Jobs keep status and progress, those that ended move as well. For a moment the other queue
        is the default one: jobs that name no queue and are created in between land there. If
        something fails, the default is put back. Users and shares whose jobs went to this queue
        have none of their own then: change them before.

        Two requests when the other queue is the default one, or else four: to look, to make it the
        default, to delete this one, and to put the default back. A queue that is the default hands
        that on, for compute jobs with one request more: ``refresh()`` the other one then.

        Args:
            other: the other queue, or its id.

        Raises:
            EntityStateError: one of them is new or deleted, or both are the same; nothing was sent.
            EntityNotFoundError: one of them is not there; nothing was changed.
            HalfDoneError: something failed, and what was done before could not be taken back:
                ``done`` and ``left`` say what.
            BackendError: the backend refused, and all is as before.
        """
        backend, target = self._saved_backend(), self._target(other)
        standing = self._standing(backend, target)
        with self._default_for_a_moment(backend, target, standing.default):
            if standing.takes_computes:
                self._make(backend, target, "compute_default")
            self._unload(_FLAGS)  # it is the default no more, if it was
            self.delete()

    def _target(self, other: Entity | str) -> str:
        name = type(self).__name__
        if isinstance(other, Entity) and (other.is_new or other.is_deleted):
            raise EntityStateError(name, f"{other!r} is new or deleted: no job can go there")
        target = str(vars(other)["id"]) if isinstance(other, Entity) else other
        if target == self._id:
            raise EntityStateError(name, f"{self!r} cannot be merged into itself")
        return target

    def _standing(self, backend: Backend, target: str) -> _Standing:
        """Look for both queues, and for the default one, in one request."""
        wanted = any_of(
            [
                Comparison("id", Operator.IN, (self._id, target), is_checked=True),
                Comparison("default", Operator.EQUAL, "true", is_checked=True),
            ]
        )
        queues = Query(type(self), backend=backend).where(wanted).all()
        flags = {str(vars(queue)["id"]): vars(queue) for queue in queues}
        for ident in (self._id, target):
            if ident not in flags:
                raise EntityNotFoundError(type(self).__name__, f"id {ident!r}")
        default = next((ident for ident, values in flags.items() if values.get("default")), "")
        return _Standing(default, flags[self._id].get("compute_default") is True)

    @contextmanager
    def _default_for_a_moment(
        self, backend: Backend, target: str, before: str
    ) -> Generator[None, None, None]:
        """Let another queue be the default one meanwhile; when this one was, for good."""
        if target == before:
            yield
            return
        name = type(self).__name__
        try:
            self._make(backend, target, "default")
        except AccsynError as error:
            if error.outcome in _MAYBE_DONE:
                done = f"{name} {target} may have been made the default"
                self._put_back(backend, before, error, done=done)
            raise
        try:
            yield
        except BaseException as error:  # whoever interrupts wants no other default either
            self._put_back(backend, before, error, done=f"{name} {target} was made the default")
            raise
        if before not in {self._id, ""}:
            done = f"{name} {self._id} was merged into {target}, which is the default now"
            self._put_back(backend, before, None, done=done)

    def _put_back(
        self, backend: Backend, before: str, failure: BaseException | None, *, done: str
    ) -> None:
        try:
            self._make(backend, before, "default")
        except AccsynError as error:
            left = f"make {before} the default again"
            name = type(self).__name__
            raise HalfDoneError(name, done=[done], left=[left]) from (failure or error)

    def _make(self, backend: Backend, ident: str, flag: str) -> None:
        backend.update(wire_type(type(self), backend), ident, cast("dict[str, Any]", {flag: True}))
