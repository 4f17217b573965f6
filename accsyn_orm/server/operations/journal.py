"""What is left in the log of every operation that changes something, whichever it is.

Rows name attributes, never the values that they get: those may be secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import or_

from accsyn_orm.server.context import Call
from accsyn_orm.server.logbook import log
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.storage.documents import is_array, is_object
from accsyn_orm.server.storage.projection import WORKSPACE_IN_V1
from accsyn_orm.server.storage.store import LIVING, in_scopes, rows_where
from accsyn_orm.server.storage.tables import TASKS, WORKSPACES, EntityTable
from accsyn_orm.wire.events import Event

_DONE: Mapping[str, str] = {
    "create": "created",
    "edit": "changed",
    "delete": "deleted",
    "deactivate": "deactivated",
    "offline": "deactivated",
    "activate": "activated",
}
_TOLD = ("op", "path", "operation")
"""Members of payloads that say what was done, and are no secrets."""


@behaviour(INFERRED, "log", "every operation that changes something leaves a row, without values")
def note_operation(
    call: Call, entity: EntityTable, operation: str, event: Event, result: Any
) -> None:
    """Leave rows of an operation that entity types share.

    Args:
        call: the operation.
        entity: the type.
        operation: what it is called.
        event: what was asked for.
        result: what is answered.
    """
    done = _DONE.get(operation, operation)
    if operation == "create" and entity.table is not TASKS.table:
        for record in _records(result):
            named = record.get("code") or record["id"]
            log(call, entity.name, record["id"], "info", f"{done} {named}")
        return
    about = event.entityid or event.query or ""
    if operation == "activate":
        about = _id_of(call, entity, about)
    log(call, entity.name, about, "info", f"{done}{_what(event.data, operation)}")


def note_route(call: Call, event: Event) -> None:
    """Leave a row of an operation with a uri of its own."""
    data = event.data if is_object(event.data) else {}
    told = [f" {data[name]}" for name in _TOLD if isinstance(data.get(name), str)]
    uri = event.uri.casefold().strip("/")
    about = uri.partition("/")[0].replace(WORKSPACE_IN_V1, WORKSPACES.name)
    log(call, about, event.entityid, "info", f"{uri}:{''.join(told)}".rstrip(":"))


def _records(result: Any) -> list[dict[str, Any]]:
    listed = result if is_array(result) else [result]
    return [record for record in listed if is_object(record) and "id" in record]


def _what(data: Any, operation: str) -> str:
    if operation == "create" or is_array(data):
        return " tasks"
    return f" {', '.join(data)}" if operation == "edit" and is_object(data) else ""


def _id_of(call: Call, entity: EntityTable, named: str) -> str:
    """Find the id of what was just activated, by its id or its code."""
    columns = entity.table.c
    is_meant = or_(columns.id == named, columns.code__folded == named.casefold())
    rows = rows_where(call, entity, is_meant, in_scopes(call, entity, LIVING))
    return str(rows[-1]["id"]) if rows else named
