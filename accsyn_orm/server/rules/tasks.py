"""Tasks: the files of a job. They are added, never deleted; three attributes can change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from sqlalchemy import RowMapping
from typing_extensions import override

from accsyn_orm.server.access.policy import require_create
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.rules.base import EntityRules, Names, payload
from accsyn_orm.server.rules.jobs import COMPUTE, is_package
from accsyn_orm.server.rules.packages import workspace_files
from accsyn_orm.server.rules.schema import boolean
from accsyn_orm.server.rules.task_rows import TASK_SCHEMA, add_tasks, without_repetitions
from accsyn_orm.server.storage.store import (
    Record,
    records_by_id,
    update_task,
    visible_row,
    writable_row,
)
from accsyn_orm.server.storage.tables import JOBS, TASKS
from accsyn_orm.server.transfers.lifecycle import settle, tasks_of
from accsyn_orm.server.transfers.packages import REQUEST, require_composed
from accsyn_orm.server.transfers.routes import Router
from accsyn_orm.server.transfers.shapes import read_tasks
from accsyn_orm.server.transfers.uploads import add_files

_DUPLICATES = frozenset({"allow_duplicates", "replace_duplicates"})
_ONLY_V3 = frozenset({"replace_duplicates"})
_CREATE_KEYS = _DUPLICATES | {"tasks", "source", "destination", "dest"}


class Tasks(EntityRules):
    """The rules of tasks."""

    schema = TASK_SCHEMA
    names = Names(v1="task", v3="task")
    has_scopes = False

    @behaviour(DOCUMENTED, "task/create", "v3 names the job in the id, v1 in the query")
    @behaviour(DOCUMENTED, "task/create", "a task may stand alone, in a list, or keyed by its uri")
    @behaviour(TESTS, "task/create", "a finished job revives")
    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Add tasks to a job, which wakes one that has finished."""
        require_create("task", call.caller)
        if parent is None:
            raise Refusal("say which job the tasks are for: v3 in the event's id, v1 in its query")
        job = writable_row(call, JOBS, parent, "add tasks to")
        options = payload(data)
        unknown = _ONLY_V3 if call.caller.generation == "v1" else frozenset[str]()
        for name in options.keys() - (_CREATE_KEYS - unknown):
            raise Refusal(f"task/create has no attribute {name!r}: put tasks under 'tasks'")
        for name in _DUPLICATES & options.keys():
            boolean(name, options[name])
        return records_by_id(call, TASKS, _added(call, job, options), job=job["id"])

    @behaviour(DOCUMENTED, "task/edit", "status, priority and metadata change, nothing else")
    @behaviour(DOCUMENTED, "task/edit", "a list changes several tasks of a job, by id or uri")
    @behaviour(DOCUMENTED, "task/edit", "the job's status follows its tasks")
    @behaviour(TESTS, "task/edit", "the last failed task put on hold pauses the job")
    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Change one task by its id, or several of the job that the id names."""
        if isinstance(data, list):
            changes = self._changes_in_job(call, ident, cast("list[object]", data))
        else:
            changes = [(writable_row(call, TASKS, ident, "change"), dict(payload(data)))]
        caller, job = call.caller, visible_row(call, JOBS, changes[0][0]["job"])
        if is_package(job):
            _require_open(job, changes)
        for task, values in changes:
            checked = self.schema.check_update(values, caller.generation, caller.role)
            _apply(call, task, checked)
        if not is_package(job):
            settle(call, job)
        return records_by_id(call, TASKS, [task["id"] for task, _ in changes], job=job["id"])

    @behaviour(DOCUMENTED, "task/delete", "tasks are excluded, never deleted")
    @override
    def delete(self, call: Call, ident: str, options: Any) -> bool:
        """Refuse: what was asked to move stays on record."""
        visible_row(call, TASKS, ident)
        raise Refusal("tasks cannot be deleted: give them the status excluded instead")

    def _changes_in_job(
        self, call: Call, ident: str, items: Sequence[object]
    ) -> list[tuple[RowMapping, dict[str, Any]]]:
        if not items:
            raise Refusal("task: there is nothing to change")
        job = writable_row(call, JOBS, ident, "change")
        tasks = tasks_of(call, job["id"])
        by_key = {(key, task[key]): task for key in ("id", "uri") for task in tasks}
        return [_named(by_key, dict(payload(item))) for item in items]


def _added(call: Call, job: RowMapping, options: Mapping[str, Any]) -> list[str]:
    """Add what fits the kind of job; return the ids of the tasks."""
    if is_package(job):
        return _added_files(call, job, options)
    if job["type"] == COMPUTE:
        raise Refusal("tasks of a compute job are submitted with it: submit another job")
    if job["parent"] != job["queue"]:
        raise Refusal("submit another transfer with the same parent for more files")
    routes = without_repetitions(_router(call, job).routes(read_tasks(options)))
    return add_tasks(call, job, routes, options)


@behaviour(DOCUMENTED, "packages/files", "files of volumes are its tasks, until it is submitted")
@behaviour(INFERRED, "packages/files", "a request has no files of its own")
def _added_files(call: Call, package: RowMapping, options: Mapping[str, Any]) -> list[str]:
    if package["type"] == REQUEST:
        raise Refusal("a request gets its files from its recipients")
    require_composed(package, "files are added to a delivery")
    listed = options["tasks"] if "tasks" in options else [dict(options)]
    return add_files(call, package["id"], workspace_files(call, listed))


@behaviour(INFERRED, "packages/files", "its files change until it is submitted")
def _require_open(job: RowMapping, changes: Sequence[tuple[RowMapping, Mapping[str, Any]]]) -> None:
    """Refuse changes to files of a package that they cannot have."""
    require_composed(job, "files of a delivery are changed")
    for file, values in changes:
        status = values.get("status", "excluded")
        if status != "excluded" and (file["status"] == "pending" or status != "queued"):
            raise Refusal("files of a delivery are included or left out: queued, or excluded")


def _router(call: Call, job: RowMapping) -> Router:
    """Find the parties of tasks for a job; one that mirrors paths takes paths alone."""
    mirrors = bool(job["mirror_paths"])
    return Router(call, mirrors=mirrors, receiver=job["destination"] if mirrors else None)


def _named(
    by_key: Mapping[tuple[str, str], RowMapping], item: dict[str, Any]
) -> tuple[RowMapping, dict[str, Any]]:
    """Take an item of an update apart: the task it means, by id or else by uri; its changes."""
    given = {key: item.pop(key) for key in ("uri", "id") if key in item}
    if not given:
        raise Refusal("task: say which one, with its id or its uri")
    key, named = given.popitem()
    task = by_key.get((key, str(named)))
    if task is None:
        raise no_such("task", str(named))
    return task, item


def _apply(call: Call, task: RowMapping, values: dict[str, Any]) -> None:
    status = values.get("status")
    if status is not None:
        values["finished"] = call.timestamp if status == "done" else None
    update_task(call, task, values)
