"""Tasks: the files of a job. They are added, never deleted; three attributes can change."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import RowMapping

from accsyn_orm.server.access.policy import require_create
from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.rules.base import EntityRules, Names, modification, payload
from accsyn_orm.server.rules.schema import (
    DEFAULT_PRIORITY,
    Field,
    Schema,
    boolean,
    filled_text,
    json_object,
    one_of,
    priority,
    settings,
    text,
)
from accsyn_orm.server.storage.store import (
    Record,
    insert_rows,
    records_by_id,
    update_row,
    update_task,
    visible_row,
    writable_row,
)
from accsyn_orm.server.storage.tables import JOBS, TASKS
from accsyn_orm.server.transfers.lifecycle import settle, tasks_of
from accsyn_orm.server.transfers.parties import Route, Router
from accsyn_orm.server.transfers.shapes import read_tasks, task_uri

_RUNNING_NUMBER = re.compile(r"[0-9]{1,9}")
_DUPLICATES = frozenset({"allow_duplicates", "replace_duplicates"})
_CREATE_KEYS = _DUPLICATES | {"tasks", "source", "destination", "dest"}


def _uuid(name: str, value: Any) -> str:
    try:
        return str(uuid.UUID(filled_text(name, value)))
    except ValueError as error:
        raise Refusal(f"{name} is a UUID, not {value!r}") from error


class Tasks(EntityRules):
    """The rules of tasks."""

    schema = Schema(
        TASKS,
        (
            Field("id", _uuid, create=True),
            Field("uri", task_uri, create=True),
            Field("source", text, create=True),
            Field("destination", text, create=True),
            Field("status", one_of("queued", "onhold", "excluded"), create=True),
            Field("status", one_of("queued", "failed", "onhold", "excluded", "done"), update=True),
            Field("priority", priority, create=True, update=True),
            Field("metadata", json_object, create=True, update=True),
            Field("settings", settings, create=True),
        ),
    )
    names = Names(v1="task", v3="task")
    has_scopes = False

    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Add tasks to a job, which wakes one that has finished."""
        require_create("task", call.caller)
        if parent is None:
            raise Refusal("say which job the tasks are for: v3 in the event's id, v1 in its query")
        job = writable_row(call, JOBS, parent, "add tasks to")
        options = payload(data)
        for name in options.keys() - _CREATE_KEYS:
            raise Refusal(f"task/create has no attribute {name!r}: put tasks under 'tasks'")
        for name in _DUPLICATES & options.keys():
            boolean(name, options[name])
        routes = without_repetitions(_router(call, job).routes(read_tasks(options)))
        idents = add_tasks(call, job, routes, options)
        return records_by_id(call, TASKS, idents, job=job["id"])

    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Change one task by its id, or several of the job that the id names."""
        if isinstance(data, list):
            changes = self._changes_in_job(call, ident, cast("list[object]", data))
        else:
            changes = [(writable_row(call, TASKS, ident, "change"), dict(payload(data)))]
        caller = call.caller
        for task, values in changes:
            checked = self.schema.check_update(values, caller.generation, caller.role)
            _apply(call, task, checked)
        job = changes[0][0]["job"]
        settle(call, visible_row(call, JOBS, job))
        return records_by_id(call, TASKS, [task["id"] for task, _ in changes], job=job)

    def delete(self, call: Call, ident: str, options: Any) -> bool:  # noqa: ARG002  # the base's
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


def without_repetitions(routes: Sequence[Route]) -> list[Route]:
    """Leave out tasks that move the same from and to as one before."""
    first: dict[str, Route] = {}
    for route in routes:
        first.setdefault(_ends(route.source_end, route.destination_end), route)
    return list(first.values())


def insert_tasks(
    call: Call, job: str, routes: Sequence[Route], *, present: Sequence[RowMapping] = ()
) -> list[str]:
    """Store new tasks of a job; return their ids.

    Args:
        call: the operation.
        job: id of the job.
        routes: the tasks.
        present: the tasks that the job has already.

    Raises:
        Refusal: two tasks of the job would have the same id, or the same uri.
    """
    uris = _free_uris(routes, present)
    taken = {task["id"] for task in present}
    rows: dict[str, dict[str, Any]] = {}
    for route in routes:
        values = _checked(call, route)
        ident = values.pop("id", None) or str(uuid.uuid4())
        if ident in taken:
            raise Refusal(f"the job has a task with id {ident!r} already")
        taken.add(ident)
        uri = route.draft.uri if route.draft.uri is not None else next(uris)
        rows[ident] = {
            **_as_submitted(values, route),
            "job": job,
            "uri": uri,
            "created": call.timestamp,
        }
    _require_distinct(rows)
    insert_rows(call, TASKS, rows)
    return list(rows)


def add_tasks(
    call: Call, job: RowMapping, routes: Sequence[Route], options: Mapping[str, Any]
) -> list[str]:
    """Add tasks to a job that exists; return the ids of the new and of the repeated ones.

    A task that moves the same from and to as one that is there is not added: that one is queued
    again.
    """
    _require_parties(job, routes[0])
    present = tasks_of(call, job["id"])
    by_ends = {_ends(task["source"], task["destination"]): task for task in present}
    new: list[Route] = []
    idents: list[str] = []
    for route in routes:
        twin = by_ends.get(_ends(route.source_end, route.destination_end))
        if twin is None:
            new.append(route)
            continue
        if options.get("allow_duplicates") is False:
            raise Refusal(f"the job has a task for {route.draft.source!r} already")
        _repeat(call, twin, route, replace=options.get("replace_duplicates") is True)
        idents.append(twin["id"])
    _require_new_uris(present, new)
    if new:
        idents += insert_tasks(call, job["id"], new, present=present)
    update_row(call, JOBS, job["id"], modification(call))
    settle(call, job)
    return idents


def _repeat(call: Call, twin: RowMapping, route: Route, *, replace: bool) -> None:
    values = _as_submitted(_checked(call, route), route) if replace else {"status": "queued"}
    values.pop("id", None)
    update_task(call, twin, {**values, "finished": None})


def _checked(call: Call, route: Route) -> dict[str, Any]:
    caller = call.caller
    return Tasks.schema.check_create(route.draft.values, caller.generation, caller.role)


def _as_submitted(values: Mapping[str, Any], route: Route) -> dict[str, Any]:
    return {
        "status": "pending" if route.awaits_path else "queued",
        "priority": DEFAULT_PRIORITY,
        "metadata": {},
        "settings": {},
        "size": None,
        "time": None,
        "finished": None,
        "source": route.source_end,
        "destination": route.destination_end,
        **values,
    }


def _ends(source: Mapping[str, Any], destination: Mapping[str, Any]) -> str:
    return json.dumps([source, destination], sort_keys=True)


def _free_uris(routes: Sequence[Route], present: Sequence[RowMapping]) -> Iterator[str]:
    """Count on from the tasks that are there, past the uris that others take."""
    taken = {task["uri"] for task in present}
    numbers = [int(uri) for uri in taken if _RUNNING_NUMBER.fullmatch(uri)]
    taken |= {route.draft.uri for route in routes}
    running = map(str, itertools.count(max(numbers, default=-1) + 1))
    return (uri for uri in running if uri not in taken)


def _require_parties(job: RowMapping, route: Route) -> None:
    if (job["source"], job["destination"]) != (route.source, route.destination):
        raise Refusal(
            "the job moves between other parties: submit a job of its own for these tasks"
        )


def _require_new_uris(present: Sequence[RowMapping], routes: Sequence[Route]) -> None:
    taken = {task["uri"] for task in present}
    for route in routes:
        if route.draft.uri in taken:
            raise Refusal(f"the job has a task {route.draft.uri!r} already")


def _require_distinct(rows: Mapping[str, Mapping[str, Any]]) -> None:
    if len({row["uri"] for row in rows.values()}) < len(rows):
        raise Refusal("two tasks have the same uri")
