"""One ACL for each user and share: stored when the first access is given, changed by the next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import RowMapping, and_

from accsyn_orm.server.access.acls import Right
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.storage.store import insert_row, rows_where, update_row, update_rows
from accsyn_orm.server.storage.tables import ACLS, Scope


@dataclass(frozen=True, slots=True)
class Permission:
    """What a user gets for a share.

    Attributes:
        read: list and download.
        write: upload, change and delete.
        path: the part of the share that it is for.
    """

    read: bool
    write: bool
    path: str = "/"

    @property
    def rights(self) -> tuple[Right, ...]:
        """What it allows."""
        allowed: Mapping[Right, bool] = {"read": self.read, "write": self.write}
        return tuple(right for right, is_given in allowed.items() if is_given)


FULL = Permission(read=True, write=True)


@behaviour(CLIENT_SOURCE, "acl/create", "there is one ACL for a user and a share, changed in place")
@behaviour(
    INFERRED, "acl/create", "it is not acknowledged until its user sees it in an application"
)
def store_acl(
    call: Call,
    user: RowMapping,
    share: RowMapping,
    permission: Permission,
    *,
    ident: str | None = None,
) -> str | None:
    """Give a user access to a share; return the id of the ACL if that is a new one.

    Args:
        call: the operation.
        user: row of the user, who is active.
        share: row of the share, which is active.
        permission: what the user gets, in place of what the ACL gave until now.
        ident: the id of a new ACL, when that is known before.
    """
    acls = ACLS.table.c
    values = {"read": permission.read, "write": permission.write, "path": permission.path}
    present = rows_where(
        call,
        ACLS,
        acls.scope != Scope.ARCHIVED.value,
        acls.entity__ident == user["id"],
        acls.target__ident == share["id"],
    )
    if present:
        update_row(call, ACLS, present[0]["id"], values)
        return None
    row = {
        "entity": f"user:{user['id']}",
        "target": f"share:{share['id']}",
        "role": user["role"],
        "status": "enabled",
        "token": "",
        "description": "",
        "acknowledged": False,
        "created": call.timestamp,
        "creator": call.caller.user_code,
        **values,
    }
    return insert_row(call, ACLS, row, ident=ident)


@behaviour(DOCUMENTED, "user/edit", "another role takes all access away")
def revoke_access(call: Call, user: str) -> None:
    """Take every ACL of a user away."""
    acls = ACLS.table.c
    present = and_(acls.entity__ident == user, acls.scope != Scope.ARCHIVED.value)
    update_rows(call, ACLS, present, {}, scope=Scope.ARCHIVED)
