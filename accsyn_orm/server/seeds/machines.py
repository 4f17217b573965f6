"""The sites of a new workspace, the machines at them, and the engines of its jobs.

Every seed has the built-in sites and engines, a server at the main site and a desktop app for each
user; the demo has a second site, a render lane and a server that is off as well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.rules.clients import insert_client
from accsyn_orm.server.rules.engines import BUILT_IN as BUILT_IN_ENGINES
from accsyn_orm.server.rules.engines import insert_engine
from accsyn_orm.server.rules.sites import BUILT_IN as BUILT_IN_SITES
from accsyn_orm.server.rules.sites import ROAMING, insert_site
from accsyn_orm.server.seeds.data import Seed, UserSeed
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.settings import lanes
from accsyn_orm.server.settings.owners import Owner
from accsyn_orm.server.settings.values import set_value
from accsyn_orm.server.storage.projection import MAIN_SITE
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import CLIENTS, Scope

MAIN_SERVER = "hq-server"
"""Code of the server at the main site."""

_SECOND_SITE = "stockholm"


@dataclass(frozen=True, slots=True)
class _Machine:
    """One client; the owner is an e-mail."""

    code: str
    kind: str
    owner: str
    site: str = MAIN_SITE
    os: str = "linux"
    roles: str = ""
    parent: str = ""
    is_connected: bool = True


def plant_machines(call: Call, seed: Seed, users: Mapping[str, str]) -> None:
    """Put sites, clients and engines into a workspace that has none.

    Args:
        call: on behalf of the first admin.
        seed: what is planted; its first user owns the servers.
        users: id of each user, by e-mail.
    """
    is_demo = bool(seed.jobs)
    for site in BUILT_IN_SITES:
        insert_site(call, site, ident=stable_id("site", site["code"]))
    if is_demo:
        second = {"code": _SECOND_SITE, "name": "Stockholm", "description": "Stockholm office"}
        insert_site(call, second, ident=stable_id("site", _SECOND_SITE))
    for engine in BUILT_IN_ENGINES:
        insert_engine(call, engine, ident=stable_id("engine", engine["code"]))
    if is_demo:
        nuke = {"code": "nuke-13", "name": "Nuke 13", "version": "13", "vendor": "Foundry"}
        insert_engine(call, nuke, ident=stable_id("engine", "nuke-13"))
    admin = seed.users[0].code
    servers = _servers_of_demo(admin) if is_demo else ()
    apps = (_app(user) for user in seed.users if user.scope is Scope.ACTIVE)
    for machine in (_Machine(MAIN_SERVER, "server", admin, roles="storage"), *servers, *apps):
        _plant(call, machine, users)
    if is_demo:
        (server,) = rows_where(call, CLIENTS, CLIENTS.table.c.code == MAIN_SERVER)
        set_value(call, Owner(CLIENTS, server), lanes.SETTING, "1")


def app_code(user: str) -> str:
    """Return the host name of the computer that a seed gives to a user, given his e-mail."""
    return f"{user.partition('@')[0]}-laptop"


def _app(user: UserSeed) -> _Machine:
    site = ROAMING if user.role is Role.STANDARD else MAIN_SITE
    is_connected = user.status == "enabled"
    return _Machine(app_code(user.code), "app", user.code, site, "mac", is_connected=is_connected)


def _servers_of_demo(admin: str) -> tuple[_Machine, ...]:
    return (
        _Machine("stockholm-server", "server", admin, _SECOND_SITE, roles="storage,site"),
        _Machine("hq-server-lane-1", "lane", admin, parent=MAIN_SERVER, roles="compute"),
        _Machine("anna-nas", "userserver", "anna@acmefilm.com", is_connected=False),
    )


def _plant(call: Call, machine: _Machine, users: Mapping[str, str]) -> None:
    values = {
        "code": machine.code,
        "type_hr": machine.kind,
        "status": "online" if machine.is_connected else "offline",
        "user": users[machine.owner],
        "site": stable_id("site", machine.site),
        "os": machine.os,
        "roles": machine.roles,
        "parent": stable_id("client", machine.parent) if machine.parent else None,
        "connected": machine.is_connected,
    }
    insert_client(call, values, ident=stable_id("client", machine.code))
