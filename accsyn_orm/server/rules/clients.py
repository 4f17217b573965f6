"""Clients: the machines that accsyn's software runs on. They come by themselves, never by a call.

How a machine counts as online stands in `accsyn_orm.server.presence`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, or_
from typing_extensions import override

from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.logbook import log
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, one
from accsyn_orm.server.rules.base import ChangeableRules, EntityRules, Names, modification
from accsyn_orm.server.rules.families import FamilyRules
from accsyn_orm.server.rules.schema import Field, Schema, json_object, one_of, text
from accsyn_orm.server.rules.sites import ROAMING, find_site
from accsyn_orm.server.storage.projection import MAIN_SITE
from accsyn_orm.server.storage.store import (
    Record,
    insert_row,
    rows_where,
    update_row,
    update_rows,
)
from accsyn_orm.server.storage.tables import (
    APPS,
    BROWSERS,
    CLIENT_TYPES,
    CLIENTS,
    LANES,
    SERVERS,
    SHARES,
    USER_SERVERS,
    EntityTable,
    Scope,
)
from accsyn_orm.wire.credentials import Device

ENABLED_BY = frozenset({"enabled", "online"})
"""Two ways in which the documentation enables a client; this workspace takes both."""

_DISABLED: Mapping[str, str] = {"online": "disabled", "offline": "disabled-offline"}
_ENABLED: Mapping[str, str] = {status: before for before, status in _DISABLED.items()}
OFFLINE = frozenset({"offline", "disabled-offline"})

_UNKNOWN = Device(version="", platform="linux", hostname="unknown")
_SYSTEMS: Mapping[str, str] = {"darwin": "mac", "win32": "windows", "sunos5": "solaris"}
"""What accsyn calls the systems that Python calls otherwise."""


class Clients(ChangeableRules):
    """The rules that all kinds of client share."""

    subject = "client"

    @behaviour(DOCUMENTED, "client/create", "clients are not created by calls")
    @override
    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Refuse to create a client.

        Raises:
            Refusal: always.
        """
        raise Refusal(
            f"{one(self.entity.name)} cannot be created: "
            "it appears when accsyn's software first runs on a machine"
        )

    @behaviour(DOCUMENTED, "client/edit", "disabling keeps in mind whether it is online")
    @behaviour(DOCUMENTED, "client/edit", "enabling brings back online or offline")
    @behaviour(INFERRED, "client/edit", "enabled and online both enable")
    @behaviour(DOCUMENTED, "client/edit", "only what is disabled is enabled, and the other way")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a client."""
        if "status" in values:
            values["status"] = _changed(row, values["status"])
        self.modify(call, row, values)

    @behaviour(DOCUMENTED, "client/delete", "a client that is online stays")
    @behaviour(DOCUMENTED, "client/delete", "volumes lose the server")
    @behaviour(DOCUMENTED, "client/delete", "the server of the default volume stays")
    @behaviour(INFERRED, "client/delete", "the lanes of a server go with it")
    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete a client that is offline."""
        if row["status"] not in OFFLINE:
            raise Refusal(f"the client {row['code']!r} is {row['status']}: only offline ones go")
        _leave_volumes(call, row)
        lanes = CLIENTS.table.c.parent == row["id"]
        update_rows(call, CLIENTS, lanes, modification(call), scope=Scope.ARCHIVED)
        self.archive(call, row)


def _schema(entity: EntityTable) -> Schema:
    return Schema(
        entity,
        (
            Field("status", one_of("disabled", *sorted(ENABLED_BY)), update=True),
            Field("description", text, update=True, source=INFERRED),
            Field("metadata", json_object, update=True, source=INFERRED),
        ),
    )


class Apps(Clients):
    """The rules of desktop apps."""

    schema = _schema(APPS)
    names = Names(v1="", v3="app")


class Servers(Clients):
    """The rules of servers."""

    schema = _schema(SERVERS)
    names = Names(v1="", v3="server")


class UserServers(Clients):
    """The rules of servers that a user runs for himself."""

    schema = _schema(USER_SERVERS)
    names = Names(v1="", v3="userserver")


class Browsers(Clients):
    """The rules of browsers."""

    schema = _schema(BROWSERS)
    names = Names(v1="", v3="browser")


class Lanes(Clients):
    """The rules of compute lanes, of which a setting says how many a server has."""

    schema = _schema(LANES)
    names = Names(v1="", v3="lane")

    @behaviour(DOCUMENTED, "client/delete", "lanes stay: a setting says how many there are")
    @override
    def remove(self, call: Call, row: RowMapping) -> None:
        """Refuse to delete a lane.

        Raises:
            Refusal: always.
        """
        raise Refusal(
            f"the lane {row['code']!r} cannot be deleted: change client_compute_lanes of its server"
        )


class ClientFamily(FamilyRules):
    """What both generations call a client: all kinds."""

    names = Names(v1="client", v3="client")
    family = CLIENTS

    def __init__(self, members: Sequence[EntityRules]) -> None:
        super().__init__(members, CLIENT_TYPES)

    @override
    def type_of_new(self, call: Call, data: Mapping[str, Any]) -> object:
        """Say of which type a new client would be."""
        return data.get("type")


def insert_client(call: Call, values: Mapping[str, Any], *, ident: str | None = None) -> str:
    """Store a client with what it has when nobody says otherwise.

    Args:
        call: the operation.
        values: its attributes; ``type_hr`` says of which kind it is.
        ident: its id, when that is known before.
    """
    row: dict[str, Any] = {
        "name": values["code"],
        "type": CLIENT_TYPES[values["type_hr"]],
        "status": "online",
        "description": "",
        "host_ident": "",
        "last_checkin": call.timestamp,
        "os": "linux",
        "username": "",
        "version": "",
        "wan_ip": "127.0.0.1",
        "parent": None,
        "roles": "",
        "benchmark": -1.0,
        "metrics": {},
        "metadata": {},
        "connected": True,
        "created": call.timestamp,
        **modification(call),
        **values,
    }
    return insert_row(call, CLIENTS, row, ident=ident)


@behaviour(INFERRED, "sign-in", "a user without a desktop app gets one, named after his machine")
def note_machine(call: Call, device: Device | None) -> None:
    """Give the caller a desktop app on the machine that he signs in from, if he has none.

    Args:
        call: the sign-in.
        device: what the machine says about itself.
    """
    clients, user = CLIENTS.table.c, call.caller.user_id
    is_kept = clients.scope != Scope.ARCHIVED.value
    if rows_where(call, APPS, clients.user == user, is_kept):
        return
    machine = device or _UNKNOWN
    is_standard = call.caller.role is Role.STANDARD
    values = {
        "code": machine.hostname,
        "type_hr": "app",
        "user": user,
        "site": find_site(call, ROAMING if is_standard else MAIN_SITE)["id"],
        "os": _SYSTEMS.get(machine.platform, machine.platform),
        "version": machine.version,
    }
    log(call, "app", insert_client(call, values), "info", f"created {machine.hostname}")


def _changed(row: RowMapping, wanted: str) -> str:
    """Return the status that a client has after it is enabled or disabled."""
    status = row["status"]
    possible = _ENABLED if wanted in ENABLED_BY else _DISABLED
    if status not in possible:
        what = "enabled" if wanted in ENABLED_BY else "disabled"
        raise Refusal(f"the client {row['code']!r} is {status} and cannot be {what}")
    return possible[status]


def _leave_volumes(call: Call, row: RowMapping) -> None:
    """Take a server away from the volumes that it serves."""
    shares = SHARES.table.c
    served = rows_where(
        call,
        SHARES,
        shares.scope != Scope.ARCHIVED.value,
        shares.type == "volume",
        or_(shares.server == row["id"], shares.siteservers.is_not(None)),
    )
    for volume in served:
        if volume["server"] == row["id"] and volume["default"]:
            raise Refusal(
                f"{row['code']!r} serves the default volume {volume['code']!r}: "
                "assign another server first"
            )
        if volume["server"] == row["id"]:
            update_row(call, SHARES, volume["id"], {"server": None, "path": None})
        if row["id"] in (volume["siteservers"] or ()):
            others = [ident for ident in volume["siteservers"] if ident != row["id"]]
            update_row(call, SHARES, volume["id"], {"siteservers": others})
