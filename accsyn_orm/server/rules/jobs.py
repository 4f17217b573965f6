"""What all kinds of job have in common, and the name that v1 knows all of them by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping
from typing_extensions import override

from accsyn_orm.server.access.jobs import PACKAGES
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import EntityRules, Names, StandaloneRules, modification
from accsyn_orm.server.rules.families import FamilyRules
from accsyn_orm.server.rules.queues import default_queue, find_queue
from accsyn_orm.server.storage.store import insert_row, rows_where
from accsyn_orm.server.storage.tables import JOB_TYPES, JOBS, USERS, Generation, Scope
from accsyn_orm.server.transfers.lifecycle import change_status, set_status

TRANSFER = JOB_TYPES["transfer"]
COMPUTE = JOB_TYPES["compute"]


class RunningJobs(StandaloneRules):
    """What the jobs have in common that run by themselves: transfers, and compute jobs."""

    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a job; a status may pause, resume, retry, abort or finish it."""
        status = values.pop("status", None)
        self.modify(call, row, as_name(values))
        if status is not None:
            change_status(call, row, status)

    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete a job, whatever its status; an active one is aborted first."""
        if row["scope"] == Scope.ACTIVE.value:
            set_status(call, row["id"], "aborted")
        self.archive(call, row)


class JobFamily(FamilyRules):
    """What v1 calls a job, and v3 as well, for scripts of older days."""

    names = Names(v1="job", v3="", v3_alias="job")
    family = JOBS

    def __init__(self, members: Sequence[EntityRules]) -> None:
        super().__init__(members, JOB_TYPES)
        # Deliveries, requests and streams are not created under this name.
        self._schema = self.all_of([one for one in members if isinstance(one, RunningJobs)])

    @behaviour(CLIENT_SOURCE, "job/create", "type 3, an app or an engine makes it a compute job")
    @behaviour(INFERRED, "job/create", "deliveries, requests and streams are created as such")
    @override
    def type_of_new(self, call: Call, data: Mapping[str, Any]) -> object:
        """Say of which type a new job is.

        Raises:
            Refusal: it is of a type that jobs of this name cannot be.
        """
        named = data.get("type")
        if isinstance(named, int) and named in PACKAGES:
            kind = next(name for name, number in JOB_TYPES.items() if number == named)
            raise Refusal(f"a {kind} is not created as a job: v3 has {kind}/create")
        return COMPUTE if named == COMPUTE or {"app", "engine"} & data.keys() else named


@behaviour(INFERRED, "find", "v1 finds compute jobs with type 1 as well: they are no queues")
@behaviour(DOCUMENTED, "find", "v3's job is another word for transfer")
def jobs_of_type(generation: Generation, named: int | None) -> ColumnElement[bool] | None:
    """Select the jobs that a search under the name of all jobs means; ``None`` for any.

    Args:
        generation: who searches.
        named: the type that v1 gives.
    """
    jobs = JOBS.table.c
    if generation == "v3":
        return jobs.type == TRANSFER
    if named is None:
        return None
    return jobs.type.in_((TRANSFER, COMPUTE)) if named == TRANSFER else jobs.type == named


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
        "public": False,
        "scheduled": False,
        "user": call.caller.user_id,
        "created": call.timestamp,
        "finished": None,
        **modification(call),
        **values,
    }
    return insert_row(call, JOBS, row, ident=ident)


def common_attributes(call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what payloads of all jobs may hold into what is stored: name and queue come last."""
    kept = ("metadata", "settings", "description", "hooks")
    queue = _queue(call, values.get("queue"))
    stored = {name: values[name] for name in kept if name in values}
    return {**stored, "queue": queue, "parent": queue}


def given_name(values: Mapping[str, Any]) -> str | None:
    """Return the name that a payload gives to a job, under either word.

    Raises:
        Refusal: it gives two.
    """
    name, code = values.get("name"), values.get("code")
    if name is not None and code is not None and name != code:
        raise Refusal("name and code of a job are the same attribute, and differ")
    return name or code


def as_name(values: dict[str, Any]) -> dict[str, Any]:
    """Spell the name of a job as it is stored."""
    code = values.pop("code", None)
    return values if code is None else {**values, "name": code}


@behaviour(DOCUMENTED, "transfer/create", "the queue is the named, the user's or the default one")
def _queue(call: Call, named: str | None) -> str:
    if named is not None:
        return str(find_queue(call, named)["id"])
    user = rows_where(call, USERS, USERS.table.c.id == call.caller.user_id)[0]
    return str(user["queue"] or default_queue(call)["id"])


def is_package(row: RowMapping) -> bool:
    """Tell whether a job is a delivery, a request or a stream."""
    return row["type"] in PACKAGES
