"""Which servers hold a volume: a main one, and site servers.

The main server stands at the main site, site servers at other ones; all are of admin accounts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.rules.base import modification
from accsyn_orm.server.storage.store import rows_where, update_row
from accsyn_orm.server.storage.tables import SERVERS, SITES, USERS, VOLUMES, Scope

SYSTEMS = ("linux", "mac", "windows")
"""Operating systems that a volume has paths for."""

_UNIX_LIKE = frozenset({"raspbian", "solaris"})


@behaviour(DOCUMENTED, "volume/assign", "a server is of an admin account")
def server_named(call: Call, ident: str) -> RowMapping:
    """Select a server that can hold volumes.

    Raises:
        Refusal: there is no such server, or it is not of an admin account.
    """
    servers, users = SERVERS.table.c, USERS.table.c
    found = rows_where(call, SERVERS, servers.id == ident, servers.scope == Scope.ACTIVE.value)
    if not found:
        raise no_such("server", ident)
    is_admin = users.role == Role.ADMIN.value
    if not rows_where(call, USERS, users.id == found[0]["user"], is_admin):
        code = found[0]["code"]
        raise Refusal(f"the server {code!r} is not of an admin account: only those hold volumes")
    return found[0]


@behaviour(DOCUMENTED, "volume/assign", "a site server stands at a site already")
def site_server_named(call: Call, ident: str) -> RowMapping:
    """Select a server that can hold volumes at a site of its own.

    Raises:
        Refusal: as `server_named`, or it stands at no site but the main one.
    """
    server = server_named(call, ident)
    if server["site"] is None or stands_at_main_site(call, server):
        raise Refusal(f"the server {server['code']!r} stands at no site of its own")
    return server


def stands_at_main_site(call: Call, server: RowMapping) -> bool:
    """Tell whether a server is at the main site."""
    sites = SITES.table.c
    return bool(rows_where(call, SITES, sites.id == server["site"], sites.main.is_(True)))


@behaviour(DOCUMENTED, "volume/create", "the path for the system of its server is required")
def path_on(paths: Mapping[str, Any], server: RowMapping | None) -> str | None:
    """Return the path that a volume has on its main server; ``None`` without one.

    Raises:
        Refusal: the volume has no path for the server's operating system.
    """
    if server is None:
        return None
    system = "linux" if server["os"] in _UNIX_LIKE else server["os"]
    path = paths.get(server["os"]) or paths.get(system)
    if path is None:
        raise Refusal(f"volume.paths needs a path for {system}, which its server runs")
    return str(path)


@behaviour(INFERRED, "volume/assign", "a server at the main site becomes the main one")
@behaviour(INFERRED, "volume/assign", "a server elsewhere becomes a site server")
def assign(call: Call, volume: RowMapping, ident: str) -> None:
    """Let a server hold a volume, in the role that follows from where it stands."""
    server = server_named(call, ident)
    if server["site"] is None or stands_at_main_site(call, server):
        assign_main(call, volume, ident)
    else:
        assign_site(call, volume, ident)


def assign_main(call: Call, volume: RowMapping, ident: str) -> None:
    """Make a server the main one of a volume, in place of the one before."""
    server = server_named(call, ident)
    path = path_on(volume["paths"] or {}, server)
    _store(call, volume, {"server": ident, "path": path})


def assign_site(call: Call, volume: RowMapping, ident: str) -> None:
    """Add a site server to a volume; one that is there stays."""
    site_server_named(call, ident)
    present = [other for other in volume["siteservers"] or () if other != ident]
    _store(call, volume, {"siteservers": [*present, ident]})


@behaviour(DOCUMENTED, "volume/deassign", "the server no longer holds the volume")
@behaviour(INFERRED, "volume/deassign", "a server that is not assigned is refused")
def deassign(call: Call, volume: RowMapping, ident: str) -> None:
    """Take a server away from a volume, whatever its role there."""
    if ident == volume["server"]:
        deassign_main(call, volume, ident)
    else:
        deassign_site(call, volume, ident)


def deassign_main(call: Call, volume: RowMapping, ident: str) -> None:
    """Take the main server away from a volume, which is then offline.

    Raises:
        Refusal: it is not the main server.
    """
    if ident != volume["server"]:
        raise _not_assigned(volume, ident)
    _store(call, volume, {"server": None, "path": None})


def deassign_site(call: Call, volume: RowMapping, ident: str) -> None:
    """Take a site server away from a volume.

    Raises:
        Refusal: it is no site server of the volume.
    """
    present: Sequence[str] = volume["siteservers"] or ()
    if ident not in present:
        raise _not_assigned(volume, ident)
    _store(call, volume, {"siteservers": [other for other in present if other != ident]})


def _not_assigned(volume: RowMapping, ident: str) -> Refusal:
    return Refusal(f"the server {ident!r} is not assigned to {volume['code']!r}")


def _store(call: Call, volume: RowMapping, values: Mapping[str, Any]) -> None:
    update_row(call, VOLUMES, volume["id"], {**values, **modification(call)})
