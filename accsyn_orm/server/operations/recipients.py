"""Recipients of deliveries, requests and streams: named, listed, and struck off again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.work import answers, entity_id
from accsyn_orm.server.provenance import CLIENT_SOURCE, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.jobs import is_package
from accsyn_orm.server.rules.recipients import add_recipient, entry, remove_recipient
from accsyn_orm.server.rules.schema import boolean, filled_text
from accsyn_orm.server.storage.store import rows_where, visible_row, writable_row
from accsyn_orm.server.storage.tables import JOBS, V3
from accsyn_orm.server.transfers.lifecycle import FINISHED
from accsyn_orm.server.transfers.packages import recipients_of
from accsyn_orm.wire.events import Event


@behaviour(TESTS, "packages/recipients", "being added before it is submitted answers true")
@behaviour(CLIENT_SOURCE, "packages/recipients", "being added to a submitted one answers the entry")
@behaviour(INFERRED, "packages/recipients", "one that is over gets no more recipients")
@answers("PUT", "job/recipient/add", generations=V3)
def add(call: Call, event: Event, _variables: Mapping[str, str]) -> Any:
    """Make somebody a recipient."""
    package = _changed(call, event)
    if package["status"] in FINISHED:
        raise Refusal(f"it gets no more recipients: it is {package['status']}")
    data = _options(event, "recipient", "invite")
    named = filled_text("recipient", data.get("recipient"))
    invites = boolean("invite", data.get("invite", True))
    user = add_recipient(call, package["id"], named, invites=invites)
    if package["status"] == "init":
        return True
    (row,) = (one for one in recipients_of(call, package["id"]) if one["user"] == user)
    return entry(call, row)


@answers("DELETE", "job/recipient", generations=V3)
@behaviour(INFERRED, "packages/recipients", "being removed answers true")
def remove(call: Call, event: Event, _variables: Mapping[str, str]) -> bool:
    """Make somebody a recipient no longer."""
    package = _changed(call, event)
    data = _options(event, "recipient")
    remove_recipient(call, package["id"], filled_text("recipient", data.get("recipient")))
    return True


@answers("GET", "job/recipients", generations=V3)
@behaviour(INFERRED, "packages/recipients", "who does not change it is shown only himself")
def recipients(call: Call, event: Event, _variables: Mapping[str, str]) -> list[dict[str, Any]]:
    """List the recipients."""
    package = _package(visible_row(call, JOBS, entity_id(event)))
    _options(event)
    rows = recipients_of(call, package["id"])
    may_write = access("job", call.caller).write(call.caller)
    if not rows_where(call, JOBS, JOBS.table.c.sequence == package["sequence"], may_write):
        rows = [row for row in rows if row["user"] == call.caller.user_id]
    return [entry(call, row) for row in rows]


def _changed(call: Call, event: Event) -> RowMapping:
    return _package(writable_row(call, JOBS, entity_id(event), "change the recipients of"))


def _package(row: RowMapping) -> RowMapping:
    if not is_package(row):
        raise Refusal("a delivery, a request or a stream has recipients; other jobs have none")
    return row


def _options(event: Event, *known: str) -> Mapping[str, Any]:
    data = payload(event.data or {})
    for name in data.keys() - set(known):
        raise unknown_attribute(event.uri, name, known)
    return data
