"""Assigning servers to volumes, and asking which there are."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import RowMapping

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.work import answers, entity_id, require_no_options
from accsyn_orm.server.provenance import CLIENT_SOURCE, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.assignment import assign, deassign
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.schema import filled_text
from accsyn_orm.server.storage.store import (
    Record,
    records_by_id,
    rows_where,
    visible_row,
    writable_row,
)
from accsyn_orm.server.storage.tables import SERVERS, SHARES, V3, VOLUMES
from accsyn_orm.wire.events import Event


@behaviour(CLIENT_SOURCE, "volume/assign", "the answer is true")
@answers("PUT", "share/server", generations=V3)
def assign_server(call: Call, event: Event, _variables: Mapping[str, str]) -> bool:
    """Let a server hold a volume."""
    assign(call, _volume(call, event), _client(event))
    return True


@behaviour(CLIENT_SOURCE, "volume/deassign", "the answer is true")
@answers("DELETE", "share/server", generations=V3)
@answers("DELETE", "volume/server", generations=V3)
def deassign_server(call: Call, event: Event, _variables: Mapping[str, str]) -> bool:
    """Take a server away from a volume."""
    deassign(call, _volume(call, event), _client(event))
    return True


@behaviour(
    INFERRED, "volume/assignments", "lists servers as a search for them would, main one first"
)
@answers("GET", "share/servers")
@answers("GET", "volume/servers", generations=V3)
def assigned_servers(call: Call, event: Event, _variables: Mapping[str, str]) -> list[Record]:
    """List the servers of a volume that the caller may see."""
    require_no_options(event)
    volume = visible_row(call, VOLUMES, entity_id(event))
    assigned = [volume["server"], *(volume["siteservers"] or ())]
    servers, may_see = SERVERS.table.c, access("server", call.caller).read(call.caller)
    seen = {row["id"] for row in rows_where(call, SERVERS, servers.id.in_(assigned), may_see)}
    return records_by_id(call, SERVERS, [ident for ident in assigned if ident in seen])


def _volume(call: Call, event: Event) -> RowMapping:
    share = writable_row(call, SHARES, entity_id(event), "change")
    if share["type"] != "volume":
        raise Refusal(f"servers hold volumes; {share['code']!r} is a {share['type']}")
    return writable_row(call, VOLUMES, share["id"], "assign servers to")


def _client(event: Event) -> str:
    data = payload(event.data or {})
    unknown = [name for name in data if name != "client"]
    if unknown or "client" not in data:
        raise Refusal(f"{event.uri} takes client, the id of a server; nothing else")
    return filled_text("client", data["client"])
