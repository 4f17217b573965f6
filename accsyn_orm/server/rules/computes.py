"""Compute jobs: an engine, what it works on, and the items that it works through.

This workspace has no machine that computes. Compute jobs are checked and kept; they wait until
somebody else gives their tasks the statuses that they reach.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.acls import Right
from accsyn_orm.server.computes.filters import filters
from accsyn_orm.server.computes.items import Item, read_items
from accsyn_orm.server.computes.parameters import envs, parameters
from accsyn_orm.server.computes.ranges import read_range
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.rules.base import Names
from accsyn_orm.server.rules.engines import COMPUTE as COMPUTE_ENGINE
from accsyn_orm.server.rules.jobs import (
    COMPUTE,
    RunningJobs,
    common_attributes,
    given_name,
    insert_job,
)
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
from accsyn_orm.server.rules.task_rows import TASK_SCHEMA
from accsyn_orm.server.storage.store import insert_rows, rows_where
from accsyn_orm.server.storage.tables import (
    COMPUTES,
    DEFAULT_PRIORITY,
    ENGINES,
    TASKS,
    V1,
    V3,
    Scope,
)
from accsyn_orm.server.transfers.ends import End, end_at_user, end_in_workspace
from accsyn_orm.server.transfers.parties import Parties
from accsyn_orm.server.transfers.specs import PartyKind, file_name, parse_spec

_KEPT = ("input", "output", "range", "dependencies", "filters", "parameters", "envs")


@behaviour(DOCUMENTED, "compute/edit", "a status pauses, resumes, retries, aborts or finishes it")
@behaviour(INFERRED, "compute/delete", "it is deleted as a transfer is")
class Computes(RunningJobs):
    """The rules of compute jobs. v1 calls the engine an app."""

    schema = Schema(
        COMPUTES,
        (
            Field("engine", filled_text, create=True, required=True, generations=V3),
            Field("app", filled_text, create=True, required=True, generations=V1),
            Field("code", filled_text, create=True),
            Field("code", filled_text, update=True, generations=V1, source=INFERRED),
            Field("name", filled_text, create=True, generations=V3),
            Field("name", filled_text, update=True, generations=V3, source=INFERRED),
            Field("input", filled_text, create=True),
            Field("output", filled_text, create=True),
            Field("range", filled_text, create=True),
            Field("dependencies", names, create=True),
            Field("filters", filters, create=True),
            Field("parameters", parameters, create=True),
            Field("envs", envs, create=True, generations=V3),
            Field("envs", envs, create=True, generations=V1, source=INFERRED),
            Field("tasks", anything, create=True),
            Field("status", one_of("waiting", "paused"), create=True),
            Field("status", one_of("waiting", "paused", "aborted", "done"), update=True),
            Field("queue", filled_text, create=True),
            Field("settings", settings, create=True),
            Field("metadata", json_object, create=True),
            Field("metadata", json_object, update=True, source=INFERRED),
            Field("description", text, create=True, generations=V3),
            Field("hooks", hooks, create=True),
            Field("allow_duplicates", boolean, create=True, source=CLIENT_SOURCE),
            Field(
                "replace_duplicates",
                boolean,
                create=True,
                generations=V3,
                source=CLIENT_SOURCE,
            ),
            Field("type", whole_number(COMPUTE, COMPUTE), create=True),
        ),
    )
    names = Names(v1="", v3="compute")

    @behaviour(DOCUMENTED, "compute/create", "its engine is one of those for computing")
    @behaviour(DOCUMENTED, "compute/create", "it is called after its input unless named")
    @behaviour(INFERRED, "compute/create", "it waits: no machine of this workspace computes")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Submit a compute job."""
        engine = _engine(call, values.get("engine", values.get("app", "")))
        sender, source = _located(call, values.get("input"), "read")
        receiver, destination = _located(call, values.get("output"), "write")
        for dependency in values.get("dependencies", []):
            _located(call, dependency, "read")
        items = _items(values)
        ident = insert_job(
            call,
            {
                **common_attributes(call, values),
                "type": COMPUTE,
                "name": given_name(values) or file_name(values.get("input", "")) or engine["code"],
                "status": values.get("status", "waiting"),
                "source": sender,
                "destination": receiver,
                "engine": engine["id"],
                "compute": {name: values[name] for name in _KEPT if name in values},
            },
        )
        _insert_tasks(call, ident, items, {"source": source, "destination": destination})
        return ident


@behaviour(DOCUMENTED, "compute/create", "input, output and dependencies are paths, permitted")
def _located(call: Call, path: str | None, right: Right) -> tuple[str, End]:
    """Find a file or folder that a job works with; return its party and its end."""
    parties, places = Parties(call), Places(call)
    if path is None:
        return parties.of_workspace().reference, {}
    spec = parse_spec(path, workspace=call.caller.workspace_code)
    if spec.kind is not PartyKind.OMITTED or spec.path is None:
        raise Refusal(f"{path!r} is neither a local path nor one in the workspace")
    party = parties.find(spec)
    if party.kind == "user":
        return party.reference, end_at_user(places, party.end, spec.path)
    return party.reference, end_in_workspace(places, party.end, spec.path, right)


@behaviour(DOCUMENTED, "compute/create", "an engine is found by code or id")
def _engine(call: Call, named: str) -> RowMapping:
    engines, folded = ENGINES.table.c, named.casefold()
    rows = rows_where(
        call,
        ENGINES,
        (engines.code__folded == folded) | (engines.id == folded),
        engines.scope == Scope.ACTIVE.value,
        engines.type == COMPUTE_ENGINE,
    )
    if not rows:
        raise no_such("engine", named)
    if rows[0]["status"] != "enabled":
        raise Refusal(f"the engine {named!r} is disabled")
    return rows[0]


@behaviour(INFERRED, "compute/create", "each frame of its range is a task with that uri")
@behaviour(INFERRED, "compute/create", "tasks and a range exclude each other")
def _items(values: Mapping[str, Any]) -> Sequence[Item]:
    if "tasks" in values and "range" in values:
        raise Refusal("give tasks, or a range: not both")
    if "tasks" in values:
        return read_items(values["tasks"])
    if "range" in values:
        return [Item(str(frame), {}, ()) for frame in read_range(values["range"])]
    return [Item("0", {}, ())]


def _insert_tasks(call: Call, job: str, items: Sequence[Item], ends: Mapping[str, End]) -> None:
    rows: dict[str, dict[str, Any]] = {}
    for item in items:
        values = TASK_SCHEMA.check_create(item.values, call.caller.generation, call.caller.role)
        ident = values.pop("id", None) or str(uuid.uuid4())
        if ident in rows:
            raise Refusal(f"two tasks have the id {ident!r}")
        rows[ident] = {
            "status": "queued",
            "priority": DEFAULT_PRIORITY,
            "metadata": {},
            "settings": {},
            "description": None,
            "compute": None,
            "size": None,
            "time": None,
            "finished": None,
            **values,
            **ends,
            "job": job,
            "uri": item.uri,
            "deps": list(item.deps),
            "created": call.timestamp,
        }
    insert_rows(call, TASKS, rows)
