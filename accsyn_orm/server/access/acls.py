"""Who reads and writes which files: the one place that says so.

It knows shares and paths inside them, not directories; whoever touches files asks here first.
Admins may do everything. Employees use folders, collections and homes by their role, except that
they do not write to homes of other staff; volumes they use by ACL. Standard users have their own
home, and what ACLs give. An ACL for a sub-folder holds for all beneath it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from sqlalchemy import RowMapping

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import ACLS, SHARES, Scope

Right: TypeAlias = Literal["read", "write"]
Segments: TypeAlias = tuple[str, ...]

_SEPARATORS = re.compile(r"[/\\]")
"""Both, as the disks understand them."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What holds for a part of a share.

    Attributes:
        within: path of the part, by its elements; empty for the whole share.
        rights: what may be done there.
    """

    within: Segments
    rights: frozenset[Right]


@dataclass(frozen=True, slots=True)
class ShareRights:
    """What the caller may do with the files of one share.

    Attributes:
        grants: what holds where.
    """

    grants: tuple[Grant, ...]

    def allow(self, path: str, right: Right) -> bool:
        """Tell whether a right holds for a path inside the share; ``/`` is the share itself."""
        wanted = segments(path)
        if wanted is None:
            return False
        return any(
            right in grant.rights and wanted[: len(grant.within)] == grant.within
            for grant in self.grants
        )


def is_allowed(call: Call, share: RowMapping, path: str, right: Right) -> bool:
    """Tell whether the caller may read or write at a path inside a share.

    Args:
        call: the operation.
        share: row of the volume, folder, home or collection.
        path: what is meant inside it, separated by ``/``; ``/`` is the share itself. One that
            leaves the share by ``..`` is allowed to nobody.
        right: ``read`` (list and download) or ``write`` (upload, change and delete).
    """
    return rights_in(call, share).allow(path, right)


@behaviour(DOCUMENTED, "acl/access", "admins read and write everywhere")
@behaviour(DOCUMENTED, "acl/access", "employees use a volume by ACL only")
@behaviour(DOCUMENTED, "acl/access", "employees do not write to homes of other staff")
@behaviour(DOCUMENTED, "acl/access", "standard users have their own home and what ACLs give")
@behaviour(DOCUMENTED, "acl/access", "a write-only ACL lets upload, but neither list nor read")
@behaviour(INFERRED, "acl/access", "an ACL for a sub-folder holds beneath it and only there")
def rights_in(call: Call, share: RowMapping) -> ShareRights:
    """Find out what the caller may do with the files of a share; see `is_allowed` for one path."""
    if call.caller.role is Role.ADMIN:
        return ShareRights((Grant((), frozenset(("read", "write"))),))
    own = Grant((), _of_role(call, share))
    return ShareRights((own, *map(_grant, acls_of_caller(call, share))))


def acls_of_caller(call: Call, share: RowMapping) -> list[RowMapping]:
    """Select the ACLs that the caller has for a share."""
    acls = ACLS.table.c
    found = rows_where(
        call,
        ACLS,
        acls.scope == Scope.ACTIVE.value,
        acls.entity__ident == call.caller.user_id,
        acls.target__ident == share["id"],
    )
    return list(found)


def segments(path: str) -> Segments | None:
    """Split a path inside a share into its elements; ``None`` if it leaves the share."""
    elements = tuple(part for part in _SEPARATORS.split(path) if part not in {"", "."})
    return None if ".." in elements else elements


def _grant(acl: Mapping[str, Any] | RowMapping) -> Grant:
    given: list[Right] = []
    if acl["read"]:
        given.append("read")
    if acl["write"]:
        given.append("write")
    within = segments(acl["path"])
    # Such a path is refused when the ACL is made; here it would have to mean nothing at all.
    return Grant(within or (), frozenset(given if within is not None else ()))


def _of_role(call: Call, share: RowMapping) -> frozenset[Right]:
    """Say what the caller's role gives, without an ACL, for the whole of a share."""
    caller = call.caller
    if share["type"] == "home" and share["user"] == caller.user_id:
        return frozenset(("read", "write"))
    if caller.role is not Role.EMPLOYEE or share["type"] == "volume":
        return frozenset()
    may_change = access("share", caller).write(caller)
    changes = rows_where(call, SHARES, SHARES.table.c.sequence == share["sequence"], may_change)
    return frozenset(("read", "write") if changes else ("read",))
