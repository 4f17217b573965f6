"""The tasks that a new job is submitted with: paths, dictionaries or ``Task`` objects.

Each kind of job takes tasks with other keys. All problems are found, and each names its place:
``tasks.2.source``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias, cast

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from accsyn_orm.entities.changes import wire_value
from accsyn_orm.entities.model import EntityModel
from accsyn_orm.entities.types.task_order import ordered
from accsyn_orm.entities.validation import Problem, located, nearest
from accsyn_orm.entities.values.engine import TaskCompute
from accsyn_orm.entities.values.limits import NonEmpty, Priority
from accsyn_orm.entities.values.path import (
    ANYWHERE,
    FilledGivenPathText,
    GivenPathText,
    no_path_of_pathlib,
)
from accsyn_orm.entities.values.setting_texts import SettingTexts
from accsyn_orm.paths import AccsynPath

if TYPE_CHECKING:
    from accsyn_orm.entities.types.task import Task

TaskSource: TypeAlias = "str | AccsynPath | Task | Mapping[str, Any]"
"""A path, a task that has not been saved, or a dictionary of task keys."""

TaskSources: TypeAlias = "Sequence[TaskSource] | Mapping[str, TaskSource]"
"""What ``Job(tasks=…)`` takes: tasks in order, or by their uri."""

CREATABLE = ("queued", "onhold", "excluded")
"""The statuses that a task can be created with."""


def _creatable(value: object) -> str:
    if str(value) not in CREATABLE:
        reason = f"only {', '.join(CREATABLE)} when it is created"
        raise PydanticCustomError("status", "{reason}", {"reason": reason})
    return str(value)


_Status = Annotated[str, BeforeValidator(_creatable)]


@with_config(ConfigDict(extra="forbid"))
class _Moved(TypedDict, total=False):
    """A task of a transfer."""

    id: str
    uri: NonEmpty
    source: FilledGivenPathText
    destination: GivenPathText
    priority: Priority
    metadata: dict[str, Any]
    settings: SettingTexts
    status: _Status


@with_config(ConfigDict(extra="forbid"))
class _Computed(TypedDict, total=False):
    """A task of a compute job."""

    id: str
    uri: NonEmpty
    priority: Priority
    metadata: dict[str, Any]
    settings: SettingTexts
    status: _Status
    description: str
    compute: TaskCompute
    deps: list[NonEmpty]
    tasks: Any


@with_config(ConfigDict(extra="forbid"))
class _Delivered(TypedDict, total=False):
    """A file of a delivery."""

    uri: NonEmpty
    source: FilledGivenPathText


@dataclass
class Shape:
    """What tasks of one kind of job are.

    Attributes:
        kind: the keys they may have.
        whose: whose tasks they are, for messages.
        need_source: a task has a source, and may be given by that alone.
    """

    kind: Any
    whose: str
    need_source: bool = True

    @cached_property
    def adapter(self) -> TypeAdapter[dict[str, Any]]:
        """What validates one task; made when it is first needed."""
        return TypeAdapter(self.kind)

    def submitted(self, value: object) -> list[Any] | dict[str, Any]:
        """Return tasks as they are sent.

        Raises:
            PydanticCustomError: they are not tasks; says which ones and why.
        """
        reader = _Reader(self)
        tasks = reader.listed("", value)
        if reader.problems:
            raise located(reader.problems)
        return tasks


@dataclass
class _Reader:
    """Takes tasks apart, and collects what is wrong with them."""

    shape: Shape
    problems: list[Problem] = field(default_factory=list[Problem])

    def listed(self, place: str, value: object) -> list[Any] | dict[str, Any]:
        if isinstance(value, Mapping):
            tasks = cast("Mapping[object, object]", value)
            if isinstance(tasks.get("source"), (str, AccsynPath)):
                return [self.task(place, tasks)]
            keyed = {str(uri): self.task(_at(place, uri), task) for uri, task in tasks.items()}
            self._check_uris(place, keyed)
            return keyed
        if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
            listed = cast("Sequence[object]", value)
            return [self.task(_at(place, number), task) for number, task in enumerate(listed)]
        self.problems.append((place, "takes a list of tasks, or a dictionary of tasks by uri"))
        return []

    def task(self, place: str, task: object) -> str | dict[str, Any]:
        if self.shape.need_source and isinstance(task, (str, AccsynPath)) and str(task):
            return self._path(place, str(task))
        if (keys := self._keys(place, task)) is None:
            return {}
        try:
            valid = self.shape.adapter.validate_python(keys)
        except ValidationError as error:
            self.problems += self._wrong(place, error)
            return {}
        if self.shape.need_source and "source" not in valid:
            self.problems.append((_at(place, "source"), "is required"))
        if "tasks" in valid:
            valid["tasks"] = self.listed(_at(place, "tasks"), valid["tasks"])
        return {key: wire_value(item) for key, item in valid.items()}

    def _path(self, place: str, path: str) -> str:
        if reason := ANYWHERE(path):
            self.problems.append((place, reason))
        return path

    def _check_uris(self, place: str, keyed: Mapping[str, str | dict[str, Any]]) -> None:
        for uri, task in keyed.items():
            if isinstance(task, dict) and task.get("uri", uri) != uri:
                reason = f"is {task['uri']!r}, and the key is {uri!r}: leave one out"
                self.problems.append((_at(_at(place, uri), "uri"), reason))

    def _keys(self, place: str, task: object) -> dict[str, Any] | None:
        """Return the keys of a task, under their current names."""
        if isinstance(task, EntityModel) and task.__entity_type__ == "task":
            if not task.is_new:
                self.problems.append((place, "belongs to a job already: give its source"))
                return None
            return {name: value for name, value in vars(task).items() if value or value == 0}
        if not isinstance(task, Mapping):
            what = "a path, a Task" if self.shape.need_source else "a Task"
            reason = f"is {what} or a dictionary, not {type(task).__name__}"
            self.problems.append((place, no_path_of_pathlib(task) or reason))
            return None
        keys = {str(key): item for key, item in cast("Mapping[object, Any]", task).items()}
        if "dest" in keys:
            keys.setdefault("destination", keys.pop("dest"))
        return keys

    def _wrong(self, place: str, error: ValidationError) -> list[Problem]:
        found: list[Problem] = []
        for detail in error.errors(include_url=False):
            message = detail["msg"][:1].lower() + detail["msg"][1:]
            if detail["type"] == "extra_forbidden":
                message = self._no_such_key(
                    str(detail["loc"][-1]), is_of_task=len(detail["loc"]) == 1
                )
            found.append((".".join(filter(None, [place, *map(str, detail["loc"])])), message))
        return found

    def _no_such_key(self, key: str, *, is_of_task: bool) -> str:
        if not is_of_task:
            return "no such key"
        if key in _Computed.__annotations__.keys() - _Moved.__annotations__.keys():
            return f"is for tasks of compute jobs, not of {self.shape.whose}"
        known = self.shape.kind.__annotations__
        meant = nearest(key, known)
        hint = f"; did you mean {meant!r}?" if meant else f": {', '.join(known)}"
        return f"no such key of tasks of {self.shape.whose}{hint}"


def _at(place: str, part: object) -> str:
    return f"{place}.{part}" if place else str(part)


_OF_TRANSFERS = Shape(_Moved, "transfers")
_OF_COMPUTE_JOBS = Shape(_Computed, "compute jobs", need_source=False)
_OF_DELIVERIES = Shape(_Delivered, "deliveries")


def _computed(value: object) -> list[Any] | dict[str, Any]:
    return ordered(_OF_COMPUTE_JOBS.submitted(value))


# Run-time types of the attribute.
TransferTasks: TypeAlias = Annotated[Any, BeforeValidator(_OF_TRANSFERS.submitted)]
ComputeTasks: TypeAlias = Annotated[Any, BeforeValidator(_computed)]
InnerTasks: TypeAlias = Annotated[Any, BeforeValidator(_OF_COMPUTE_JOBS.submitted)]
DeliveryFiles: TypeAlias = Annotated[Any, BeforeValidator(_OF_DELIVERIES.submitted)]
