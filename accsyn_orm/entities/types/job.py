"""Jobs: transfers of files between two parties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from accsyn_orm.entities.actions.jobs import Pausable
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, Settable, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.base_job import BaseJob
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.engine import Hook
from accsyn_orm.entities.values.party import Party
from accsyn_orm.entities.values.path import ANYWHERE, PathJudge
from accsyn_orm.entities.values.references import Idents, Ref
from accsyn_orm.entities.values.statuses import JobStatus
from accsyn_orm.paths import AccsynPath

if TYPE_CHECKING:
    from accsyn_orm.entities.types.delivery import Delivery
    from accsyn_orm.entities.types.queue import Queue
    from accsyn_orm.entities.types.request import Request
    from accsyn_orm.entities.types.stream import Stream

_EXCLUSIVE = (
    (("source", "tasks"), "or tasks, not both: put it among the tasks"),
    (("recipients", "destination"), "or destination, not both: recipients are destinations"),
    (("append", "parent"), "is not for files beneath a parent"),
    (("mirror_paths", "parent"), "is not for files beneath a parent"),
)
"""Attributes that one job cannot have together, and what to say about the first."""


class Job(Pausable, BaseJob):
    """A transfer of files from one party to another.

    The v1 generation finds compute jobs under this name as well: ``type`` tells them apart.

    Example:
        >>> Job(source="share=a/ref.png", destination="lisa@example.com").save()  # doctest: +SKIP
        Job.loaded(id='6971e16fceadd67b955b1995', code='ref.png', status='waiting')
    """

    __entity_type__ = "job"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {
        "v1": Dialect(entitytype="job", names={"name": "code"})
    }

    __paths__: ClassVar[Mapping[str, PathJudge]] = {"source": ANYWHERE, "destination": ANYWHERE}

    status: AttrFrom[JobStatus, JobStatus | str] = attr(
        default=UNSET,
        settable=Settable(
            create=("waiting", "paused"),
            update=("waiting", "paused", "aborted", "done"),
            v1=("pending",),
        ),
    )
    """``waiting`` resumes or retries, ``paused`` holds, ``aborted`` and ``done`` end the job."""
    source: AttrFrom[Party, str | AccsynPath] = attr(default=UNSET, on="create")
    """Where from: given as ``party:path``, read as ``user:<id>`` or ``workspace:<id>``."""
    destination: AttrFrom[Party, str | AccsynPath] = attr(
        default=UNSET, on="create", aliases=("dest",)
    )
    """Where to, like ``source``."""
    parent: AttrFrom[Ref["Queue | Delivery | Request | Stream"], str | Entity] = attr(
        default=UNSET, on="create"
    )
    """Id of the queue; of the delivery, request or stream for files beneath one."""

    mirror_paths: Attr[bool] = attr(default=UNSET, on="create", aliases=("mirror",), readable=False)
    """Use the source's paths at the destination."""
    append: Attr[bool] = attr(default=UNSET, on="create", only="v3", readable=False)
    """Add to an existing job between the same parties (v3 only)."""
    recipients: AttrFrom[Idents, Sequence[str | Entity]] = attr(
        default=UNSET, on="create", only="v1", readable=False
    )
    """Several destinations, instead of one: e-mail addresses; a job for each (v1 only)."""
    hooks: Attr[list[Hook]] = attr(default=UNSET, on="create", readable=False)
    """Data for hooks, such as ``{"when": "hook-job-publish-server", "data": {…}}``."""

    def _missing(self) -> list[Problem]:
        given = {name for name, value in vars(self).items() if value}
        found = super()._missing()
        if not (given & {"tasks", "source"} or given >= {"parent", "destination"}):
            found.append(("tasks", "or source and destination are required"))
        return found + [(names[0], reason) for names, reason in _EXCLUSIVE if given >= {*names}]


class Transfer(Job):
    """A job under the name the v3 generation gives it; in the v1 generation it is a job."""

    __entity_type__ = "transfer"
