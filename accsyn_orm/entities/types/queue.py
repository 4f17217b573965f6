"""Queues: the order in which jobs get resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from accsyn_orm.entities.actions.configuration import Configured
from accsyn_orm.entities.actions.queues import Mergeable
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.relations import Many
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.dates import UtcDatetime
from accsyn_orm.entities.values.limits import NonEmpty, Priority
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.statuses import QueueStatus

if TYPE_CHECKING:
    from accsyn_orm.entities.types.job import Job
    from accsyn_orm.entities.types.user import User


class Queue(Configured, Mergeable):
    """A queue of jobs, which inherit its priority.

    The default queue cannot be deleted: designate another one first. Jobs of a deleted queue move
    to the default queue, and ``merge_into()`` moves them to any other one.

    Example:
        >>> Queue(name="Panic", priority=1000).save()  # doctest: +SKIP
        Queue.loaded(id='6989982945131d8f16277b71', code='panic', name='Panic', status='waiting')
    """

    __entity_type__ = "queue"
    __unique__ = ("code",)
    __dialects__: ClassVar[Mapping[str, Dialect]] = {
        "v1": Dialect(
            names={"name": "code"},
            values={"status": {"waiting": "waiting", "paused": "disabled"}},
        )
    }

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, 24 hexadecimal digits."""
    code: Attr[NonEmpty] = attr(default=UNSET)
    """Unique identifier; letters, digits, ``_ . -``. Made from the name when it is not given."""
    name: Attr[NonEmpty] = attr(default=UNSET)
    """Display name; the v1 generation knows only the code."""
    priority: Attr[Priority] = attr(default=UNSET)
    """From 0 (lowest) to 1000 (highest)."""
    description: Attr[str] = attr(default=UNSET)
    """Free text."""
    status: AttrFrom[QueueStatus, QueueStatus | str] = attr(
        init=False, on="update", settable=Settable(update=("waiting", "paused"))
    )
    """``waiting`` is on; ``paused`` (``disabled`` is understood too) holds the jobs back."""
    default: Attr[bool] = attr(init=False, on="update")
    """Receives the jobs that name no queue."""
    compute_default: Attr[bool] = attr(init=False, on="update", only="v3")
    """Receives the compute jobs that name no queue (v3 only)."""
    uri: ReadOnlyAttr[str] = attr(init=False)
    """Path of nested queues, beginning with the workspace."""
    metadata: Attr[dict[str, Any]] = attr(init=False, on="update")
    """Workflow data."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the queue was created, UTC."""
    modified: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the queue was last changed, UTC."""
    creator: ReadOnlyAttr[str] = attr(init=False, only="v3")
    """E-mail of who created the queue, or empty (v3 only)."""
    modifier: ReadOnlyAttr[str] = attr(init=False)
    """Who changed the queue last."""
    user: ReadOnlyAttr[Ref["User"]] = attr(init=False, only="v1")
    """Id of the owner (v1 only)."""
    user_hr: ReadOnlyAttr[str] = attr(init=False, only="v1")
    """The owner, readable (v1 only)."""

    jobs: ClassVar[Many[Job]] = Many("Job", "parent")
    """The jobs in the queue."""

    def pause(self) -> None:
        """Hold its jobs back: sends the status ``paused`` (v1: ``disabled``).

        Raises:
            EntityStateError: it is new or deleted.
            BackendError: the backend refused.
        """
        self._change(status="paused")

    def resume(self) -> None:
        """Hand out its jobs again: sends the status ``waiting``.

        Raises:
            EntityStateError: it is new or deleted.
            BackendError: the backend refused.
        """
        self._change(status="waiting")

    def make_default(self) -> None:
        """Let it receive the jobs that name no queue: sends ``default``.

        The queue that was the default until now is it no longer: ``refresh()`` it.

        Raises:
            EntityStateError: it is new or deleted.
            BackendError: the backend refused.
        """
        self._change(default=True)

    def make_compute_default(self) -> None:
        """Let it receive the compute jobs that name no queue (v3): sends ``compute_default``.

        Raises:
            EntityStateError: it is new or deleted.
            EntityValidationError: the v1 generation does not know it; nothing was sent.
            BackendError: the backend refused.
        """
        self._change(compute_default=True)

    def why_kept(self) -> str | None:
        """Say that the default queue is kept."""
        is_default = vars(self).get("default") is True
        return "is the default queue: make another one the default first" if is_default else None

    def _missing(self) -> list[Problem]:
        is_named = vars(self).keys() & {"name", "code"}
        return [] if is_named else [("name", "is required (or code)")]
