"""On whose behalf the engine acts: as accsyn itself, or as whoever submitted a job."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, select

from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.engine.trouble import Code, Held, TransferError
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import USERS, WORKSPACES, Scope

MODIFIER = "accsyn"
"""Who changed a job when it was the engine."""


def as_accsyn(connection: Connection, workspace: str, now: datetime, roots: Roots) -> Call:
    """Act as accsyn itself, in one workspace."""
    homes = WORKSPACES.table.c
    code = connection.scalars(select(homes.code).where(homes.id == workspace)).one()
    # No user has an empty id.
    caller = Caller(workspace, code, "", MODIFIER, Role.ADMIN, "v3")
    return Call(connection, caller, now, roots)


@behaviour(DOCUMENTED, "transfers/parties", "a job waits while a user it belongs to is disabled")
def as_submitter(call: Call, job: RowMapping) -> Call:
    """Act as whoever submitted a job.

    Raises:
        TransferError: there is no such user any more.
        Held: the user is disabled.
    """
    user = enabled_user(call, job["user"])
    caller = call.caller
    role = Role(user["role"])
    submitter = Caller(
        caller.workspace, caller.workspace_code, user["id"], user["code"], role, "v3"
    )
    return Call(call.connection, submitter, call.now, call.roots)


def enabled_user(call: Call, ident: str) -> RowMapping:
    """Select a user who can send and receive.

    Raises:
        TransferError: there is no such user any more.
        Held: the user is disabled.
    """
    users = USERS.table.c
    found = rows_where(call, USERS, users.id == ident, users.scope == Scope.ACTIVE.value)
    if not found:
        raise TransferError(Code.USER_GONE, f"there is no user {ident} any more")
    if found[0]["status"] != "enabled":
        raise Held(Code.USER_DISABLED, f"{found[0]['code']} is disabled")
    return found[0]
