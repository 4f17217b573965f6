"""Rights to sites, to clients of all kinds, and to engines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import ColumnElement, and_, select

from accsyn_orm.server.access.people import own_and_standard_users
from accsyn_orm.server.access.rights import (
    FULL,
    NONE,
    READING,
    Access,
    Caller,
    Rights,
    everything,
    nothing,
)
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.provenance import INFERRED
from accsyn_orm.server.storage.tables import CLIENT_TYPES, CLIENTS, USERS

_OF_STAFF = (CLIENT_TYPES["server"], CLIENT_TYPES["lane"])
"""Kinds of client that serve the workspace, not one user."""


def own_clients_and_those_of_standard_users(caller: Caller) -> ColumnElement[bool]:
    """Apps, browsers and user servers of the caller and of the users with the least role."""
    owners = select(USERS.table.c.id).where(
        USERS.table.c.workspace == caller.workspace, own_and_standard_users(caller)
    )
    return and_(clients_of_users(caller), CLIENTS.table.c.user.in_(owners))


def clients_of_users(_caller: Caller) -> ColumnElement[bool]:
    """Apps, browsers and user servers, whoever they belong to."""
    return CLIENTS.table.c.type.not_in(_OF_STAFF)


# Clients appear when accsyn's software first runs: no call creates them.
_KEEPING = Access(everything, everything, create=False)
_SITE: Rights = {Role.ADMIN: FULL, Role.EMPLOYEE: READING, Role.STANDARD: NONE}
_SERVER: Rights = {**_SITE, Role.ADMIN: _KEEPING}
_OF_USERS: Rights = {
    Role.ADMIN: _KEEPING,
    Role.EMPLOYEE: _KEEPING,
    Role.STANDARD: Access(
        own_clients_and_those_of_standard_users,
        own_clients_and_those_of_standard_users,
        create=False,
    ),
}
_ENGINE: Rights = {
    Role.ADMIN: Access(everything, everything, create=True, source=INFERRED),
    Role.EMPLOYEE: Access(everything, nothing, create=False, source=INFERRED),
    Role.STANDARD: Access(nothing, nothing, create=False, source=INFERRED),
}

RIGHTS: Mapping[str, Rights] = {
    "site": _SITE,
    "server": _SERVER,
    "lane": {**_ENGINE, Role.ADMIN: replace(_KEEPING, source=INFERRED)},
    "app": _OF_USERS,
    "browser": _OF_USERS,
    "userserver": _OF_USERS,
    "client": {
        Role.ADMIN: _KEEPING,
        Role.EMPLOYEE: Access(everything, clients_of_users, create=False),
        Role.STANDARD: _OF_USERS[Role.STANDARD],
    },
    "engine": _ENGINE,
}
