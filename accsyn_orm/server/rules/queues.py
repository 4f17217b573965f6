"""Queues: generated codes, exactly one default, and where the jobs of a deleted queue go."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.rules.base import Names, StandaloneRules, creation
from accsyn_orm.server.rules.codes import code, free_code, require_free_code
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    boolean,
    filled_text,
    json_object,
    one_of,
    priority,
    text,
)
from accsyn_orm.server.storage.store import insert_row, rows_where, update_rows
from accsyn_orm.server.storage.tables import (
    DEFAULT_PRIORITY,
    JOBS,
    QUEUES,
    SHARES,
    USERS,
    V1,
    V3,
    Scope,
)

BUILT_IN: Mapping[str, int] = {"High": 999, "Medium": DEFAULT_PRIORITY, "Low": 1}
"""The queues that every workspace starts with; Medium is the default."""


def _status(name: str, value: Any) -> str:
    word = one_of("waiting", "paused", "disabled")(name, value)
    return "paused" if word == "disabled" else word


class Queues(StandaloneRules):
    """The rules of queues. v1 knows no name: there the code is both."""

    schema = Schema(
        QUEUES,
        (
            Field("code", code, create=True, update=True, required=True, generations=V1),
            Field("code", code, create=True, update=True, generations=V3),
            Field("name", filled_text, create=True, update=True, generations=V3),
            Field("priority", priority, create=True),
            Field("priority", priority, update=True, source=INFERRED),
            Field("description", text, create=True, generations=V3),
            Field("description", text, create=True, generations=V1, source=INFERRED),
            Field("description", text, update=True, source=INFERRED),
            Field("status", _status, update=True),
            Field("default", boolean, update=True, source=INFERRED),
            Field("compute_default", boolean, update=True, generations=V3, source=INFERRED),
            Field("metadata", json_object, update=True, source=INFERRED),
        ),
    )
    names = Names(v1="queue", v3="queue")

    @behaviour(DOCUMENTED, "queue/create", "a code is made from the name when none is given")
    @behaviour(INFERRED, "queue/create", "a generated code that is taken gets a number")
    @behaviour(DOCUMENTED, "queue/create", "codes are unique, whatever their case")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Create a queue; without a code it gets one made from its name."""
        chosen = values.get("code")
        if chosen is not None:
            require_free_code(call, QUEUES, chosen)
        elif "name" in values:
            chosen = free_code(call, QUEUES, values["name"])
        else:
            raise Refusal("a queue needs a name, or a code")
        return insert_queue(call, {"name": chosen, **values, "code": chosen})

    @behaviour(INFERRED, "queue/edit", "a new default takes that from the one before")
    @behaviour(DOCUMENTED, "queue/edit", "one queue is always the default")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a queue; making it the default takes that from the one that was."""
        if "code" in values:
            require_free_code(call, QUEUES, values["code"], other_than=row["id"])
            values["uri"] = _uri(call, values["code"])
            if call.caller.generation == "v1":
                values["name"] = values["code"]
        if values.get("default") is False and row["default"]:
            raise Refusal("one queue has to be the default: make another one the default instead")
        for flag in ("default", "compute_default"):
            if values.get(flag):
                update_rows(call, QUEUES, QUEUES.table.c[flag].is_(True), {flag: False})
        self.modify(call, row, values)

    @behaviour(DOCUMENTED, "queue/delete", "the default queue stays")
    @behaviour(DOCUMENTED, "queue/delete", "its jobs move to the default queue")
    @behaviour(
        INFERRED, "queue/delete", "users and shares that had it for their jobs have none then"
    )
    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete a queue; its jobs move to the default one."""
        if row["default"]:
            raise Refusal("the default queue cannot be deleted: make another one the default first")
        default = default_queue(call)["id"]
        jobs = JOBS.table.c
        update_rows(call, JOBS, jobs.parent == row["id"], {"parent": default})
        update_rows(call, JOBS, jobs.queue == row["id"], {"queue": default})
        for entity in (USERS, SHARES):
            update_rows(call, entity, entity.table.c.queue == row["id"], {"queue": None})
        self.archive(call, row)


def insert_queue(call: Call, values: Mapping[str, Any], *, ident: str | None = None) -> str:
    """Store a queue with what it has when nobody says otherwise."""
    row: dict[str, Any] = {
        "priority": DEFAULT_PRIORITY,
        "description": "",
        "status": "waiting",
        "default": False,
        "compute_default": False,
        "metadata": {},
        "user": call.caller.user_id,
        "uri": _uri(call, values["code"]),
        **creation(call),
        **values,
    }
    return insert_row(call, QUEUES, row, ident=ident)


def default_queue(call: Call) -> RowMapping:
    """Select the queue that takes jobs which name none."""
    return _active(call, QUEUES.table.c.default.is_(True))[0]


def find_queue(call: Call, named: str) -> RowMapping:
    """Select the queue that somebody means by an id, a code or a name.

    Raises:
        Refusal: there is none, or more than one has that name.
    """
    queues, folded = QUEUES.table.c, named.casefold()
    by_code = _active(call, (queues.id == named) | (queues.code__folded == folded))
    found = by_code or _active(call, queues.name__folded == folded)
    if not found:
        # Whoever may not read queues can still name one, but learns nothing about others.
        known = [
            row["code"] for row in _active(call, access("queue", call.caller).read(call.caller))
        ]
        hint = f": there are {', '.join(known)}" if known else ""
        raise Refusal(f"{no_such('queue', named)}{hint}")
    if len(found) > 1:
        raise Refusal(f"more than one queue is called {named!r}: use its code")
    return found[0]


def _active(call: Call, condition: Any) -> list[RowMapping]:
    is_active = QUEUES.table.c.scope == Scope.ACTIVE.value
    return list(rows_where(call, QUEUES, is_active, condition))


def _uri(call: Call, named: str) -> str:
    return f"{call.caller.workspace_code}/{named}"
