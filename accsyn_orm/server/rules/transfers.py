"""Transfer jobs: how one is submitted, appended to, paused, retried and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.policy import require_create
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import Names, payload
from accsyn_orm.server.rules.jobs import (
    TRANSFER,
    RunningJobs,
    common_attributes,
    given_name,
    insert_job,
)
from accsyn_orm.server.rules.recipients import acted
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    boolean,
    filled_text,
    json_object,
    one_of,
    settings,
    text,
    whole_number,
)
from accsyn_orm.server.rules.submission import anything, hooks, names
from accsyn_orm.server.rules.task_rows import add_tasks, insert_tasks, without_repetitions
from accsyn_orm.server.storage.store import (
    LIVING,
    Record,
    in_scopes,
    records_by_id,
    rows_where,
    update_row,
)
from accsyn_orm.server.storage.tables import JOBS, TRANSFERS, V1, V3
from accsyn_orm.server.transfers.children import child_routes
from accsyn_orm.server.transfers.lifecycle import finish
from accsyn_orm.server.transfers.routes import Route, Router
from accsyn_orm.server.transfers.shapes import read_tasks
from accsyn_orm.server.transfers.uploads import enlist

_INITIAL = one_of("waiting", "paused")
_CHOSEN = ("waiting", "paused", "aborted", "done")
"""Statuses that clients give to jobs that there are."""
_CLOSED_TO_APPENDING = ("paused",)


@behaviour(DOCUMENTED, "transfer/edit", "a status pauses, resumes, retries, aborts or finishes")
@behaviour(INFERRED, "transfer/edit", "name and metadata can be changed")
@behaviour(DOCUMENTED, "transfer/delete", "it is deleted whatever its status, which archives it")
@behaviour(INFERRED, "transfer/delete", "an active job is aborted first")
class Transfers(RunningJobs):
    """The rules of transfers."""

    schema = Schema(
        TRANSFERS,
        (
            Field("code", filled_text, create=True),
            Field("code", filled_text, update=True, generations=V1, source=INFERRED),
            Field("name", filled_text, create=True, generations=V3),
            Field("name", filled_text, update=True, generations=V3, source=INFERRED),
            Field("tasks", anything, create=True),
            Field("source", text, create=True),
            Field("destination", text, create=True),
            Field("dest", text, create=True, source=INFERRED),
            Field("status", _INITIAL, create=True),
            Field("status", one_of(*_CHOSEN), update=True, generations=V3),
            Field("status", one_of(*_CHOSEN, "pending"), update=True, generations=V1),
            Field("queue", filled_text, create=True),
            Field("settings", settings, create=True),
            Field("metadata", json_object, create=True),
            Field("metadata", json_object, update=True, source=INFERRED),
            Field("mirror", boolean, create=True, source=INFERRED),
            Field("mirror_paths", boolean, create=True),
            Field("append", boolean, create=True, generations=V3, source=TESTS),
            Field("allow_duplicates", boolean, create=True, source=CLIENT_SOURCE),
            Field(
                "replace_duplicates",
                boolean,
                create=True,
                generations=V3,
                source=CLIENT_SOURCE,
            ),
            Field("description", text, create=True, generations=V3),
            Field("type", whole_number(TRANSFER, TRANSFER), create=True),
            Field("parent", filled_text, create=True, generations=V3),
            Field("parent", filled_text, create=True, generations=V1, source=INFERRED),
            Field("hooks", hooks, create=True),
            Field("recipients", names, create=True, generations=V1),
        ),
    )
    names = Names(v1="", v3="transfer")

    @behaviour(DOCUMENTED, "transfer/create", "v1 sends to several recipients: a job for each")
    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Submit a job; in v1, one for each of several recipients."""
        described = payload(data)
        if call.caller.generation != "v1" or not described.get("recipients"):
            return super().create(call, data, parent)
        require_create(self.name, call.caller)
        caller = call.caller
        values = self.schema.check_create(described, caller.generation, caller.role)
        recipients = values.pop("recipients")
        if {"destination", "dest"} & values.keys():
            raise Refusal("recipients are destinations: give either, not both")
        idents = [self.insert(call, {**values, "destination": one}) for one in recipients]
        return records_by_id(call, TRANSFERS, idents)

    @behaviour(DOCUMENTED, "transfer/create", "a job is called after its first file unless named")
    @behaviour(DOCUMENTED, "transfer/create", "a job of nothing but placeholders is done at once")
    @behaviour(DOCUMENTED, "transfer/create", "tasks that repeat another one are left out")
    @behaviour(TESTS, "transfer/create", "append adds to a job between the same parties")
    @behaviour(INFERRED, "transfer/create", "append takes the newest own job not paused")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Submit a job, or append its tasks to a matching one."""
        if values.get("parent") is not None:
            return _insert_child(call, values)
        router = Router(call, mirrors=_mirrors(values))
        routes = _distinct(router.routes(read_tasks(values)), values)
        found = _to_append_to(call, routes[0]) if values.get("append") else None
        if found is not None:
            add_tasks(call, found, routes, values)
            return str(found["id"])
        ident = insert_job(call, _attributes(call, values, routes))
        insert_tasks(call, ident, routes)
        if all(route.draft.values.get("status") == "excluded" for route in routes) or all(
            route.is_placeholder for route in routes
        ):
            finish(call, ident)
        return ident


def _insert_child(call: Call, values: Mapping[str, Any]) -> str:
    """Submit an upload to, or a download from, a delivery, a request or a stream."""
    for name in ("append", "mirror", "mirror_paths"):
        if values.get(name):
            raise Refusal(f"{name} is not for a job with a parent")
    child = child_routes(call, values)
    routes = _distinct(child.routes, values)
    ident = insert_job(call, _attributes(call, values, routes))
    idents = insert_tasks(call, ident, routes)
    update_row(call, JOBS, ident, {"parent": child.package["id"]})
    acted(call, child.package["id"])
    if child.is_upload:
        ends = (dict(route.destination_end) for route in routes)
        enlist(call, child.package["id"], dict(zip(idents, ends, strict=True)))
    return ident


@behaviour(DOCUMENTED, "transfer/create", "allow_duplicates false refuses tasks that repeat")
def _distinct(routes: Sequence[Route], values: Mapping[str, Any]) -> list[Route]:
    distinct = without_repetitions(routes)
    if len(distinct) < len(routes) and values.get("allow_duplicates") is False:
        raise Refusal("a task repeats another one: leave it out, or allow duplicates")
    return distinct


def _attributes(call: Call, values: Mapping[str, Any], routes: Sequence[Route]) -> dict[str, Any]:
    """Turn a checked payload into what is stored."""
    awaits_path = any(route.awaits_path for route in routes)
    return {
        **common_attributes(call, values),
        "name": given_name(values) or routes[0].file_name,
        "status": values.get("status") or ("pending" if awaits_path else "waiting"),
        "mirror_paths": _mirrors(values),
        "due": call.timestamp,
        "retries": 0,
        "source": routes[0].source,
        "destination": routes[0].destination,
        "scheduled": True,
    }


def _mirrors(values: Mapping[str, Any]) -> bool:
    given = {bool(values[name]) for name in ("mirror_paths", "mirror") if name in values}
    if len(given) > 1:
        raise Refusal("mirror and mirror_paths of a job are the same attribute, and differ")
    return True in given


def _to_append_to(call: Call, route: Route) -> RowMapping | None:
    """Choose the caller's newest job between the same parties that can still take tasks."""
    jobs = JOBS.table.c
    found = rows_where(
        call,
        TRANSFERS,
        jobs.user == call.caller.user_id,
        jobs.source == route.source,
        jobs.destination == route.destination,
        jobs.parent == jobs.queue,
        in_scopes(call, JOBS, LIVING),
        jobs.status.not_in(_CLOSED_TO_APPENDING),
    )
    return found[-1] if found else None
