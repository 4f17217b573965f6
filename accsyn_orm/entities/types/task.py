"""Tasks: the single transfers that a job consists of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, NoReturn, TypeAlias

from typing_extensions import Self, override

from accsyn_orm.entities.actions.jobs import TaskActions
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, Settable, attr
from accsyn_orm.entities.backend import Backend, Record
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.beneath import SubEntity
from accsyn_orm.entities.dialects import Dialect
from accsyn_orm.entities.types.submission import CREATABLE, InnerTasks
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.amounts import SizeOrUnmeasured
from accsyn_orm.entities.values.dates import UtcDatetime, UtcDatetimeOrNever
from accsyn_orm.entities.values.engine import TaskCompute
from accsyn_orm.entities.values.limits import NonEmpty, Priority
from accsyn_orm.entities.values.party import TaskParty
from accsyn_orm.entities.values.path import ANYWHERE, PathJudge
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.setting_texts import SettingTexts, SettingValue
from accsyn_orm.entities.values.statuses import TaskStatus
from accsyn_orm.errors import EntityStateError
from accsyn_orm.paths import AccsynPath

if TYPE_CHECKING:
    from accsyn_orm.entities.types.compute import Compute
    from accsyn_orm.entities.types.delivery import Delivery
    from accsyn_orm.entities.types.job import Job
    from accsyn_orm.entities.types.request import Request
    from accsyn_orm.entities.types.stream import Stream
    from accsyn_orm.entities.types.submission import TaskSources

    InnerTasksAttr: TypeAlias = AttrFrom[Any, TaskSources]
else:
    InnerTasksAttr = AttrFrom[InnerTasks, Any]

_COMPUTED = ("description", "compute", "deps", "tasks")
_OF_COMPUTE_JOBS = "is for tasks that a compute job is made with: Compute(tasks=[…])"
_SETTABLE = ("queued", "failed", "onhold", "excluded", "done")


class Task(TaskActions, SubEntity):
    """One transfer inside a job.

    Example:
        >>> lisa = "lisa@example.com"
        >>> new = Task(job=job, source="share=a/b", destination=lisa)  # doctest: +SKIP
        >>> new.save()  # doctest: +SKIP
        Task.loaded(id='26468234-c9ee-48d6-8d28-e900b5957129', uri='1', status='queued')
    """

    __entity_type__ = "task"
    __dialects__: ClassVar[Mapping[str, Dialect]] = {"v1": Dialect(names={"job": "job.id"})}
    __parent__ = "job"
    __loaded_with__ = "job.tasks"
    __paths__: ClassVar[Mapping[str, PathJudge]] = {"source": ANYWHERE, "destination": ANYWHERE}
    __shown__ = ("id", "uri", "status")

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, a UUID."""
    uri: Attr[str] = attr(default=UNSET, on="create")
    """Key inside the job; a running number unless given."""
    job: AttrFrom[Ref["Job | Compute | Delivery | Request | Stream"], str | Entity] = attr(
        default=UNSET, on="parent"
    )
    """Id of the job that the task belongs to."""
    job_hr: ReadOnlyAttr[str] = attr(init=False, only="v3")
    """The job, readable (v3 only)."""
    source: AttrFrom[TaskParty, str | AccsynPath] = attr(default=UNSET, on="create")
    """Where from: given as ``party:path``, read as a dictionary with ``path``, ``client`` …"""
    destination: AttrFrom[TaskParty, str | AccsynPath] = attr(
        default=UNSET, on="create", aliases=("dest",)
    )
    """Where to, like ``source``; the same path on the other side when it is not given."""
    status: AttrFrom[TaskStatus, TaskStatus | str] = attr(
        default=UNSET, settable=Settable(update=_SETTABLE, create=CREATABLE)
    )
    """``queued`` retries or includes the task again, ``excluded`` takes it out."""
    priority: Attr[Priority] = attr(default=UNSET)
    """1000 goes first; 500 unless given."""
    metadata: Attr[dict[str, Any]] = attr(default_factory=dict[str, Any])
    """Workflow data."""
    settings: AttrFrom[SettingTexts, Mapping[str, SettingValue]] = attr(
        default_factory=dict[str, str], on="create", readable=False
    )
    """Settings for this task alone; numbers and truth values are sent as text."""
    size: ReadOnlyAttr[SizeOrUnmeasured] = attr(init=False)
    """Bytes, or ``None`` before it was measured."""
    time: ReadOnlyAttr[int | None] = attr(init=False)
    """How long the dispatch took that it was part of; milliseconds, as far as is known."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the task was created, UTC."""
    finished: ReadOnlyAttr[UtcDatetimeOrNever] = attr(init=False)
    """When the task ended, UTC, or ``None``."""

    description: Attr[str] = attr(default=UNSET, on="create", readable=False)
    """Free text; of tasks that a compute job is made with."""
    compute: Attr[TaskCompute] = attr(default=UNSET, on="create", readable=False)
    """What the engine is told: its parameters; of tasks that a compute job is made with."""
    deps: Attr[list[NonEmpty]] = attr(default=UNSET, on="create", readable=False)
    """Uris, from the outermost task on, of tasks that are done before: ``["A/B"]``; of tasks that a
    compute job is made with."""
    tasks: InnerTasksAttr = attr(default=UNSET, on="create", readable=False)
    """Tasks to compute instead of this one; of tasks that a compute job is made with."""

    @classmethod
    def get(
        cls,
        id: str,  # noqa: A002  # as on the wire
        *,
        session: Backend | None = None,
        job: str | Entity | None = None,
    ) -> Self:
        """Return the task with this id.

        Args:
            id: id of the task.
            session: where to look; the active session unless given.
            job: its job, or the id, without which a task cannot be found.

        Raises:
            EntityNotFoundError: there is none.
            EntityStateError: the job was not named, or is new.
        """
        return cls._get_beneath(id, job, session)

    @override
    def delete(self, *, force: bool = False) -> NoReturn:
        """Refuse: tasks stay for the audit.

        Raises:
            EntityStateError: always.
        """
        raise EntityStateError(type(self).__name__, self.why_kept())

    def why_kept(self) -> str:
        """Say that tasks are kept."""
        return "a task cannot be deleted: exclude() it instead"

    def _missing(self) -> list[Problem]:
        given = vars(self).keys()
        missing = [(name, "is required") for name in ("job", "source") if name not in given]
        return missing + [(name, _OF_COMPUTE_JOBS) for name in _COMPUTED if name in given]

    def _creation(self, data: Record) -> tuple[Record, str | None]:
        uri = data.pop("uri", None)
        return {"tasks": data if uri is None else {uri: data}}, self._parent_id()

    @override
    def _send(self, backend: Backend, data: Record, before: Record) -> Record:
        records = backend.update_many("task", self._parent_id(), [{"id": self._id, **data}])
        found = next((record for record in records if record.get("id") == self._id), None)
        return {"id": self._id} if found is None else found
