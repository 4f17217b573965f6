"""Compute lanes: the one setting that makes and removes machines."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import modification
from accsyn_orm.server.rules.clients import insert_client
from accsyn_orm.server.settings.owners import Owner
from accsyn_orm.server.settings.values import inherited_values
from accsyn_orm.server.storage.store import rows_where, update_row
from accsyn_orm.server.storage.tables import CLIENT_TYPES, CLIENTS, LANES, Scope

SETTING = "client_compute_lanes"
MOST = 64

_SERVERS = (CLIENT_TYPES["server"], CLIENT_TYPES["userserver"])


def require_count(value: str) -> None:
    """Refuse what is no number of lanes.

    Raises:
        Refusal: it is none.
    """
    if not (value.isascii() and value.isdigit() and int(value) <= MOST):
        raise Refusal(f"{SETTING} is a whole number of lanes, at most {MOST}; not {value!r}")


@behaviour(DOCUMENTED, "lane", "a setting says how many lanes a server has")
@behaviour(INFERRED, "lane", "servers that inherit the setting follow it as well")
def follow_setting(call: Call) -> None:
    """Give every server as many lanes as the setting says; without it, leave them alone."""
    clients = CLIENTS.table.c
    active = clients.scope == Scope.ACTIVE.value
    for server in rows_where(call, CLIENTS, active, clients.type.in_(_SERVERS)):
        lanes = rows_where(call, LANES, active, clients.parent == server["id"])
        wanted = inherited_values(call, Owner(CLIENTS, server)).get(SETTING)
        if wanted is not None:
            _resize(call, server, lanes, int(wanted))


def _resize(call: Call, server: RowMapping, lanes: Sequence[RowMapping], wanted: int) -> None:
    for lane in lanes[wanted:]:
        update_row(call, LANES, lane["id"], modification(call), scope=Scope.ARCHIVED)
    taken = {lane["code"] for lane in lanes}
    free = (code for n in range(1, 2 * MOST) if (code := f"{server['code']}-lane-{n}") not in taken)
    for _, code in zip(range(wanted - len(lanes)), free, strict=False):
        inherited = ("status", "user", "site", "os", "version", "wan_ip", "connected")
        values = {name: server[name] for name in inherited}
        own = {"code": code, "type_hr": "lane", "parent": server["id"], "roles": "compute"}
        insert_client(call, {**values, **own})
