"""The tasks that a new job is submitted with: strings, dictionaries or ``Task`` objects."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypeAlias, cast

from pydantic import BeforeValidator, ConfigDict, TypeAdapter, ValidationError, with_config
from pydantic_core import PydanticCustomError
from typing_extensions import TypedDict

from accsyn_orm.entities.changes import wire_value
from accsyn_orm.entities.types.task import CREATABLE, Task
from accsyn_orm.entities.validation import nearest
from accsyn_orm.entities.values.limits import Priority
from accsyn_orm.entities.values.path import PathText
from accsyn_orm.entities.values.statuses import TaskStatus
from accsyn_orm.paths import AccsynPath

TaskSource: TypeAlias = "str | AccsynPath | Task | Mapping[str, Any]"
"""A path, a task that has not been saved, or a dictionary of task keys."""

TaskSources: TypeAlias = "Sequence[TaskSource] | Mapping[str, TaskSource]"
"""What ``Job(tasks=…)`` takes: tasks in order, or by their uri."""


@with_config(ConfigDict(extra="forbid"))
class _Task(TypedDict, total=False):
    """Keys that a task can be submitted with."""

    id: str
    source: PathText
    destination: PathText
    priority: Priority
    metadata: dict[str, Any]
    settings: dict[str, str]
    status: TaskStatus
    description: str
    compute: dict[str, Any]
    deps: list[str]
    tasks: Any


_TASK = TypeAdapter(_Task)


def submitted_tasks(value: object) -> list[Any] | dict[str, Any]:
    """Return the tasks as they are sent.

    Raises:
        PydanticCustomError: they are not tasks; says which one and why.
    """
    if isinstance(value, Mapping):
        tasks = cast("Mapping[str, object]", value)
        if isinstance(tasks.get("source"), (str, AccsynPath)):
            return [_submitted(tasks, "0")]
        return {str(uri): _submitted(task, str(uri)) for uri, task in tasks.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        listed = cast("Sequence[object]", value)
        return [_submitted(task, str(number)) for number, task in enumerate(listed)]
    raise _refusal("takes a list of tasks, or a dictionary of tasks by uri")


def _submitted(task: object, uri: str) -> str | dict[str, Any]:
    if isinstance(task, (str, AccsynPath)) and str(task):
        return str(task)
    keys = vars(task) if isinstance(task, Task) else cast("Mapping[object, Any] | None", task)
    if not isinstance(keys, Mapping):
        raise _refusal(f"task {uri}: a path, a Task or a dictionary, not {type(task).__name__}")
    given = {str(key): item for key, item in keys.items()}
    if "dest" in given:
        given.setdefault("destination", given.pop("dest"))
    try:
        valid = _TASK.validate_python(given)
    except ValidationError as error:
        raise _refusal(f"task {uri}: {_reasons(error)}") from error
    if "source" not in valid and "tasks" not in valid:
        raise _refusal(f"task {uri}: source is required")
    if valid.get("status", CREATABLE[0]) not in CREATABLE:
        raise _refusal(f"task {uri}: status: only {', '.join(CREATABLE)} when it is created")
    if "tasks" in valid:
        valid["tasks"] = submitted_tasks(valid["tasks"])
    is_default = isinstance(task, Task)
    return {key: wire_value(item) for key, item in valid.items() if item or not is_default}


def _reasons(error: ValidationError) -> str:
    return "; ".join(
        f"{detail['loc'][0]}: {_reason(str(detail['loc'][0]), detail['type'], detail['msg'])}"
        for detail in error.errors(include_url=False)
    )


def _reason(key: str, kind: str, message: str) -> str:
    if kind != "extra_forbidden":
        return message[:1].lower() + message[1:]
    meant = nearest(key, _Task.__annotations__)
    return f"no such key; did you mean {meant!r}?" if meant else "no such key"


def _refusal(reason: str) -> PydanticCustomError:
    return PydanticCustomError("tasks", "{reason}", {"reason": reason})


SubmittedTasks = Annotated[Any, BeforeValidator(submitted_tasks)]
"""Run-time type of the attribute."""
