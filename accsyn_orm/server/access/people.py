"""Rights to workspaces, users and queues."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, or_, true

from accsyn_orm.server.access.rights import (
    FULL,
    NONE,
    READING,
    Access,
    Caller,
    Rights,
    everything,
)
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.storage.tables import USERS


def own_profile(caller: Caller) -> ColumnElement[bool]:
    """The caller's own user."""
    return USERS.table.c.id == caller.user_id


def own_and_standard_users(caller: Caller) -> ColumnElement[bool]:
    """The caller's own user, and those with the least role."""
    return or_(own_profile(caller), USERS.table.c.role == Role.STANDARD.value)


def users_an_employee_sees(caller: Caller) -> ColumnElement[bool]:
    """All users in v1; in v3 the own and the standard ones."""
    return true() if caller.generation == "v1" else own_and_standard_users(caller)


RIGHTS: Mapping[str, Rights] = {
    "workspace": {
        Role.ADMIN: Access(everything, everything, create=False),
        Role.EMPLOYEE: READING,
        Role.STANDARD: NONE,
    },
    "user": {
        Role.ADMIN: FULL,
        Role.EMPLOYEE: Access(users_an_employee_sees, own_and_standard_users, create=True),
        Role.STANDARD: Access(own_profile, own_profile, create=False),
    },
    "queue": {Role.ADMIN: FULL, Role.EMPLOYEE: READING, Role.STANDARD: NONE},
}
