"""The ways in which the files of a job may be listed, brought into one: a list of tasks.

Shapes: a single ``source``/``destination`` pair, a list of dictionaries, a dictionary keyed by task
uri, a list of paths, and one dictionary under ``tasks``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules.schema import filled_text

MAX_URI = 255
TASK_KEYS = frozenset(
    {"uri", "id", "source", "destination", "dest", "priority", "metadata", "settings", "status"}
)


_PAIR = ("source", "destination", "dest")


@dataclass(frozen=True, slots=True)
class TaskDraft:
    """One task as it was submitted.

    Attributes:
        uri: its key, when the payload was keyed; otherwise it gets a running number.
        source: specification of where the files are, or empty for that of the job.
        destination: specification of where they go; ``None`` mirrors the source path.
        values: the other attributes: id, priority, metadata, settings, status.
    """

    uri: str | None
    source: str
    destination: str | None
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@behaviour(DOCUMENTED, "transfers/shapes", "every documented shape of a payload is the same job")
@behaviour(INFERRED, "transfers/shapes", "a source beside tasks is refused, not ignored")
def read_tasks(data: Mapping[str, Any]) -> list[TaskDraft]:
    """List the tasks of a job or task payload, in any of the documented shapes.

    Raises:
        Refusal: there are none, or one of them is malformed.
    """
    listed = data.get("tasks")
    if listed is None:
        drafts = [_draft(None, {key: data[key] for key in _PAIR if key in data})]
    elif data.get("source") is not None:
        raise Refusal("give tasks, or a source: not both")
    else:
        default = data.get("destination", data.get("dest"))
        drafts = [_with_destination(draft, default) for draft in listed_tasks(listed)]
    if not drafts:
        raise Refusal("a job needs at least one task")
    return drafts


def listed_tasks(tasks: object) -> list[TaskDraft]:
    """List the tasks that stand under ``tasks``: a list, a dictionary by uri, or one task.

    Raises:
        Refusal: it is none of these, or a task is malformed.
    """
    if isinstance(tasks, Mapping):
        keyed = cast("Mapping[str, Any]", tasks)
        if any(isinstance(keyed.get(key), str) for key in _PAIR):
            return [_draft(None, keyed)]
        return [_draft(str(uri), task) for uri, task in keyed.items()]
    if isinstance(tasks, Sequence) and not isinstance(tasks, str):
        return [_draft(None, task) for task in cast("Sequence[object]", tasks)]
    raise Refusal("tasks: write a list of tasks, or a dictionary of tasks by uri")


def _draft(uri: str | None, task: object) -> TaskDraft:
    if isinstance(task, str):
        return TaskDraft(None if uri is None else task_uri("task.uri", uri), task, None)
    if not isinstance(task, Mapping):
        raise Refusal("tasks: each is a path, or a dictionary with source and destination")
    values = dict(cast("Mapping[str, Any]", task))
    if "tasks" in values:
        raise Refusal("tasks: only those of compute jobs have tasks of their own")
    for name in values:
        if name not in TASK_KEYS:
            raise unknown_attribute("task", name, TASK_KEYS)
    source = values.pop("source", None)
    destination = values.pop("dest", None)
    destination = values.pop("destination", destination)
    named = values.pop("uri", uri)
    if source is None:
        raise Refusal("a task needs a source")
    _check_text(source=source, destination=destination)
    checked = None if named is None else task_uri("task.uri", named)
    return TaskDraft(checked, source, destination, values)


def task_uri(name: str, value: Any) -> str:
    """Take the key of a task inside its job."""
    uri = filled_text(name, value)
    if len(uri) > MAX_URI:
        raise Refusal(f"{name} has at most {MAX_URI} characters, not {len(uri)}")
    return uri


def _check_text(**specs: object) -> None:
    for name, value in specs.items():
        if value is not None and not isinstance(value, str):
            raise Refusal(f"{name} is text, not {type(value).__name__}")


def _with_destination(draft: TaskDraft, default: object) -> TaskDraft:
    if draft.destination is not None or default is None:
        return draft
    _check_text(destination=default)
    return TaskDraft(draft.uri, draft.source, str(default), draft.values)
