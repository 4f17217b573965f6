"""Transfer jobs: how one is submitted, appended to, paused, retried and deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import EntityRules, Names, StandaloneRules, modification
from accsyn_orm.server.rules.families import FamilyRules
from accsyn_orm.server.rules.queues import default_queue, find_queue
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    absent,
    boolean,
    filled_text,
    json_object,
    one_of,
    settings,
    text,
    whole_number,
)
from accsyn_orm.server.rules.tasks import add_tasks, insert_tasks, without_repetitions
from accsyn_orm.server.storage.store import LIVING, in_scopes, insert_row, rows_where
from accsyn_orm.server.storage.tables import JOB_TYPES, JOBS, TRANSFERS, USERS, V1, V3, Scope
from accsyn_orm.server.transfers.lifecycle import change_status, finish, set_status
from accsyn_orm.server.transfers.parties import Route, Router, is_placeholder
from accsyn_orm.server.transfers.shapes import read_tasks

TRANSFER = JOB_TYPES["transfer"]
_INITIAL = one_of("waiting", "paused")
_CLOSED_TO_APPENDING = ("paused",)


def _anything(_name: str, value: Any) -> Any:
    """Take what `shapes` will look at."""
    return value


class Transfers(StandaloneRules):
    """The rules of transfers."""

    schema = Schema(
        TRANSFERS,
        (
            Field("code", filled_text, create=True, update=True, generations=V1),
            Field("code", filled_text, create=True, generations=V3),
            Field("name", filled_text, create=True, update=True, generations=V3),
            Field("tasks", _anything, create=True),
            Field("source", text, create=True),
            Field("destination", text, create=True),
            Field("dest", text, create=True),
            Field("status", _INITIAL, create=True),
            Field("status", one_of("waiting", "paused", "aborted", "done"), update=True),
            Field("queue", filled_text, create=True),
            Field("settings", settings, create=True),
            Field("metadata", json_object, create=True, update=True),
            Field("mirror", boolean, create=True),
            Field("mirror_paths", boolean, create=True),
            Field("append", boolean, create=True, generations=V3),
            Field("allow_duplicates", boolean, create=True),
            Field("replace_duplicates", boolean, create=True),
            Field("description", text, create=True, generations=V3),
            Field("type", whole_number(TRANSFER, TRANSFER), create=True),
            Field("parent", absent("this workspace has no deliveries and requests"), create=True),
            Field("hooks", absent("this workspace runs no hooks"), create=True),
            Field(
                "recipients",
                absent("submit one job for each recipient"),
                create=True,
                generations=V1,
            ),
        ),
    )
    names = Names(v1="", v3="transfer", v3_alias="job")

    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Submit a job, or append its tasks to a matching one."""
        router = Router(call, mirrors=_mirrors(values))
        routes = without_repetitions(router.routes(read_tasks(values)))
        found = _to_append_to(call, routes[0]) if values.get("append") else None
        if found is not None:
            add_tasks(call, found, routes, values)
            return str(found["id"])
        ident = insert_job(call, _attributes(call, values, routes))
        insert_tasks(call, ident, routes)
        if all(route.draft.values.get("status") == "excluded" for route in routes) or all(
            is_placeholder(route) for route in routes
        ):
            finish(call, ident)
        return ident

    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a job; a status may pause, resume, retry, abort or finish it."""
        status = values.pop("status", None)
        if "code" in values:
            values["name"] = values.pop("code")
        self.modify(call, row, values)
        if status is not None:
            change_status(call, row, status)

    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete a job, whatever its status; an active one is aborted first."""
        if row["scope"] == Scope.ACTIVE.value:
            set_status(call, row["id"], "aborted")
        self.archive(call, row)


class JobFamily(FamilyRules):
    """What v1 calls a job."""

    names = Names(v1="job", v3="")
    family = JOBS

    def __init__(self, members: Sequence[EntityRules]) -> None:
        super().__init__(members, JOB_TYPES)

    def type_of_new(self, call: Call, data: Mapping[str, Any]) -> object:  # noqa: ARG002  # the base's
        """Say of which type a new job is."""
        return data.get("type")


def insert_job(call: Call, values: Mapping[str, Any], *, ident: str | None = None) -> str:
    """Store a job with what it has when nobody says otherwise: nothing measured, nothing moved."""
    row: dict[str, Any] = {
        "type": TRANSFER,
        "status": "waiting",
        "progress": 0,
        "size": None,
        "speed": -1.0,
        "etr": "",
        "metadata": {},
        "settings": {},
        "description": "",
        "mirror_paths": False,
        "user": call.caller.user_id,
        "created": call.timestamp,
        "finished": None,
        **modification(call),
        **values,
    }
    return insert_row(call, JOBS, row, ident=ident)


def _attributes(call: Call, values: Mapping[str, Any], routes: Sequence[Route]) -> dict[str, Any]:
    """Turn a checked payload into what is stored."""
    stored = {
        name: values[name] for name in ("metadata", "settings", "description") if name in values
    }
    queue = _queue(call, values.get("queue"))
    awaits_path = any(route.awaits_path for route in routes)
    return {
        **stored,
        "name": _name(values) or routes[0].file_name,
        "status": values.get("status") or ("pending" if awaits_path else "waiting"),
        "mirror_paths": _mirrors(values),
        "source": routes[0].source,
        "destination": routes[0].destination,
        "queue": queue,
        "parent": queue,
    }


def _mirrors(values: Mapping[str, Any]) -> bool:
    given = {bool(values[name]) for name in ("mirror_paths", "mirror") if name in values}
    if len(given) > 1:
        raise Refusal("mirror and mirror_paths of a job are the same attribute, and differ")
    return True in given


def _name(values: Mapping[str, Any]) -> str | None:
    name, code = values.get("name"), values.get("code")
    if name is not None and code is not None and name != code:
        raise Refusal("name and code of a job are the same attribute, and differ")
    return name or code


def _queue(call: Call, named: str | None) -> str:
    """Choose the queue: the one named, else the user's own, else the default one."""
    if named is not None:
        return str(find_queue(call, named)["id"])
    user = rows_where(call, USERS, USERS.table.c.id == call.caller.user_id)[0]
    return str(user["queue"] or default_queue(call)["id"])


def _to_append_to(call: Call, route: Route) -> RowMapping | None:
    """Choose the caller's newest job between the same parties that can still take tasks."""
    jobs = JOBS.table.c
    found = rows_where(
        call,
        JOBS,
        jobs.user == call.caller.user_id,
        jobs.source == route.source,
        jobs.destination == route.destination,
        in_scopes(call, JOBS, LIVING),
        jobs.status.not_in(_CLOSED_TO_APPENDING),
    )
    return found[-1] if found else None
