"""What all kinds of jobs have in common: transfers, compute jobs, deliveries, requests, streams.

The kinds themselves have a module each. They differ in their statuses, and in what they are created
with.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, overload

from typing_extensions import Self

from accsyn_orm.entities.actions.adding import TakesTasks
from accsyn_orm.entities.actions.configuration import Logged
from accsyn_orm.entities.actions.jobs import Stoppable
from accsyn_orm.entities.actions.waiting import Waitable
from accsyn_orm.entities.attributes import UNSET, Attr, AttrFrom, ReadOnlyAttr, attr
from accsyn_orm.entities.base import Entity
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.entities.querying.selection import Selection
from accsyn_orm.entities.relations import Beneath
from accsyn_orm.entities.settings import Settings, SettingsToCreate
from accsyn_orm.entities.types.submission import TaskSources, TransferTasks
from accsyn_orm.entities.types.task import Task
from accsyn_orm.entities.validation import Problem
from accsyn_orm.entities.values.amounts import Duration, SizeOrUnmeasured, Speed
from accsyn_orm.entities.values.dates import UtcDatetime, UtcDatetimeOrNever
from accsyn_orm.entities.values.references import Ref
from accsyn_orm.entities.values.setting_texts import SettingTexts, SettingValue
from accsyn_orm.errors import EntityStateError

if TYPE_CHECKING:
    from accsyn_orm.entities.types.queue import Queue
    from accsyn_orm.entities.types.user import User

    class TasksAttr:
        """Given as a list or dictionary of tasks, read as the query for the tasks of the job."""

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Query[Task]: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> Self | Query[Task]: ...
        def __set__(self, instance: object, value: TaskSources) -> None: ...

    class SettingsAttr:
        """Given as a dictionary, read as the settings of the job."""

        @overload
        def __get__(self, instance: None, owner: type[Any]) -> Self: ...
        @overload
        def __get__(self, instance: object, owner: type[Any]) -> Settings: ...
        def __get__(self, instance: object | None, owner: type[Any]) -> Self | Settings: ...
        def __set__(self, instance: object, value: Mapping[str, SettingValue]) -> None: ...

else:
    TasksAttr = TransferTasks
    SettingsAttr = SettingTexts


class BaseJob(Stoppable, Waitable, TakesTasks, Logged):
    """What every job has, of whatever kind; the class of none.

    Jobs that are done or aborted leave ordinary queries: see ``Query.finished()``. Jobs have no
    priority of their own, they take their queue's.
    """

    id: ReadOnlyAttr[str] = attr(init=False)
    """Internal id, 24 hexadecimal digits."""
    code: Attr[str] = attr(default=UNSET, on="create")
    """The same as the name; not unique."""
    name: Attr[str] = attr(default=UNSET)
    """Name; that of the first file unless given. The v1 generation calls it ``code``."""
    source_hr: ReadOnlyAttr[str] = attr(init=False)
    """The source, readable."""
    destination_hr: ReadOnlyAttr[str] = attr(init=False)
    """The destination, readable."""
    progress: ReadOnlyAttr[int] = attr(init=False)
    """Percent, 0 to 100."""
    size: ReadOnlyAttr[SizeOrUnmeasured] = attr(init=False)
    """Bytes, or ``None`` before it was measured."""
    speed: ReadOnlyAttr[Speed] = attr(init=False)
    """Megabytes per second now; -1 when nothing moves."""
    etr: ReadOnlyAttr[Duration | None] = attr(init=False)
    """Estimated time remaining, or ``None``."""
    uri: ReadOnlyAttr[str] = attr(init=False)
    """Path of the queue, beginning with the workspace."""
    parent_hr: ReadOnlyAttr[str] = attr(init=False)
    """The parent, readable."""
    queue: AttrFrom[Ref["Queue"], str | Entity] = attr(default=UNSET, on="create")
    """Id, code or name of the queue to put the job in. It never changes by itself: all jobs of a
    queue move with ``Queue.merge_into()``, some of them by being submitted again."""
    user: ReadOnlyAttr[Ref["User"]] = attr(init=False)
    """Id of the user who created the job."""
    user_hr: ReadOnlyAttr[str] = attr(init=False)
    """That user, readable."""
    created: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the job was created, UTC."""
    finished: ReadOnlyAttr[UtcDatetimeOrNever] = attr(init=False)
    """When the job ended, UTC, or ``None``."""
    modified: ReadOnlyAttr[UtcDatetime] = attr(init=False)
    """When the job was last changed, UTC."""
    modifier: ReadOnlyAttr[str] = attr(init=False)
    """Who changed the job last."""
    metadata: Attr[dict[str, Any]] = attr(default_factory=dict[str, Any])
    """Workflow data, given to hooks."""
    description: Attr[str] = attr(default=UNSET, on="create", only="v3")
    """Free text (v3 only)."""
    type: ReadOnlyAttr[int] = attr(init=False, only="v1")
    """Number of the kind of job: 1 transfers, 3 computes (v1 only)."""

    tasks: TasksAttr = attr(default=UNSET, on="create", readable=False)
    """Files to move, when the job is created; afterwards the query for the job's tasks."""
    settings: SettingsAttr = attr(default_factory=dict[str, str], on="create", readable=False)
    """Settings for this job alone: ``{"transfer_mode": "onewaysync"}``. Numbers and truth values
    are sent as text, as everything is. Once the job is saved, a change is sent at once."""
    allow_duplicates: Attr[bool] = attr(default=UNSET, on="create", readable=False)
    """``False`` refuses tasks that repeat another one, which otherwise are left out, or retried."""
    replace_duplicates: Attr[bool] = attr(default=UNSET, on="create", only="v3", readable=False)
    """Replace tasks that the job has already, instead of retrying them (v3 only)."""

    __family__ = "job"
    __ids_of__ = "job"

    def _missing(self) -> list[Problem]:
        given = vars(self)
        name, code = given.get("name"), given.get("code")
        if None in {name, code} or name == code:
            return []
        return [("code", f"means the same as name, which is {name!r}: leave one out")]


class _TasksOfJob(Beneath):
    """Reads ``job.tasks``; a data descriptor, so that it goes before the value given to create."""

    def __get__(self, instance: BaseJob | None, owner: type[BaseJob]) -> Query[Task]:
        if instance is None:
            reason = f"{owner.__name__}.tasks cannot be queried: ask for Task, or use job.tasks"
            raise AttributeError(reason, name="tasks", obj=owner)
        if instance.is_new:
            reason = "is new, its tasks are not in the backend yet: save() it first"
            raise EntityStateError(owner.__name__, reason)
        return Query(Task, Selection(parent=instance.id), instance.session)

    def __set__(self, instance: BaseJob, value: TaskSources) -> None:
        instance.tasks = value


class _SettingsOfJob:
    """Reads ``job.settings``: what it is created with, and later what the backend keeps."""

    def __get__(self, instance: BaseJob | None, owner: type[BaseJob]) -> Settings:
        if instance is None:
            raise AttributeError("settings")  # the metaclass says more
        if instance.is_new:
            return SettingsToCreate(vars(instance)["settings"], owner.__name__)
        return instance.settings_kept()

    def __set__(self, instance: BaseJob, value: Mapping[str, SettingValue]) -> None:
        instance.settings = value


# Set on the finished class: Pydantic would take them for the defaults of the fields.
type.__setattr__(BaseJob, "tasks", _TasksOfJob())
type.__setattr__(BaseJob, "settings", _SettingsOfJob())
