"""Tasks as rows: what can be written, and how new ones are stored beside those that are there."""

from __future__ import annotations

import itertools
import json
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import modification
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    filled_text,
    json_object,
    one_of,
    priority,
    settings,
    text,
)
from accsyn_orm.server.rules.submission import anything, names
from accsyn_orm.server.storage.store import insert_rows, update_row, update_task
from accsyn_orm.server.storage.tables import DEFAULT_PRIORITY, JOBS, TASKS
from accsyn_orm.server.transfers.lifecycle import settle, tasks_of
from accsyn_orm.server.transfers.routes import Route
from accsyn_orm.server.transfers.shapes import task_uri

_RUNNING_NUMBER = re.compile(r"[0-9]{1,9}")


def task_id(name: str, value: Any) -> str:
    """Take the id of a task, which is a UUID."""
    try:
        return str(uuid.UUID(filled_text(name, value)))
    except ValueError as error:
        raise Refusal(f"{name} is a UUID, not {value!r}") from error


TASK_SCHEMA = Schema(
    TASKS,
    (
        Field("id", task_id, create=True),
        Field("uri", task_uri, create=True),
        Field("source", text, create=True),
        Field("destination", text, create=True),
        Field("status", one_of("queued", "onhold", "excluded"), create=True),
        Field("status", one_of("queued", "failed", "onhold", "excluded", "done"), update=True),
        Field("priority", priority, create=True, update=True),
        Field("metadata", json_object, create=True, update=True),
        Field("settings", settings, create=True),
        # Those of compute jobs only:
        Field("description", text, create=True),
        Field("compute", json_object, create=True),
        Field("deps", names, create=True),
        Field("tasks", anything, create=True),
    ),
)
"""The attributes of tasks."""


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


@behaviour(DOCUMENTED, "task/create", "a task that is there already is queued again, not added")
@behaviour(DOCUMENTED, "task/create", "allow_duplicates false refuses a task that is there already")
@behaviour(
    CLIENT_SOURCE, "task/create", "replace_duplicates gives the task that is there new values"
)
@behaviour(INFERRED, "task/create", "tasks between other parties need a job of their own")
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
    return TASK_SCHEMA.check_create(route.draft.values, caller.generation, caller.role)


def _as_submitted(values: Mapping[str, Any], route: Route) -> dict[str, Any]:
    return {
        "status": "pending" if route.awaits_path else "queued",
        "priority": DEFAULT_PRIORITY,
        "metadata": {},
        "settings": {},
        "description": None,
        "compute": None,
        "deps": None,
        "size": None,
        "time": None,
        "finished": None,
        "source": route.source_end,
        "destination": route.destination_end,
        **values,
    }


def _ends(source: Mapping[str, Any], destination: Mapping[str, Any]) -> str:
    return json.dumps([source, destination], sort_keys=True)


@behaviour(DOCUMENTED, "task/create", "tasks without a uri are numbered on")
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
