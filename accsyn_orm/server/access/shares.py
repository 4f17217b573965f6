"""Rights to volumes, folders, homes and collections, to what is in collections, and to ACLs.

They say who sees and changes the *entities*; who reads and writes *files* there is decided by
`acls`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from accsyn_orm.server.access.rights import FULL, Access, Caller, Rights, nothing
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.provenance import INFERRED
from accsyn_orm.server.storage.tables import ACLS, FILES, SHARES, USERS, Scope

ROOT = "/"
"""Path of an ACL that covers its whole share."""

# -- shares ---------------------------------------------------------------------------------------


def shared_with(caller: Caller, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Select the ids of shares for which the caller has an ACL that satisfies the conditions."""
    acls = ACLS.table.c
    return select(acls.target__ident).where(
        acls.workspace == caller.workspace,
        acls.scope == Scope.ACTIVE.value,
        acls.entity__ident == caller.user_id,
        *conditions,
    )


def own_homes(caller: Caller) -> ColumnElement[bool]:
    """The caller's own home."""
    shares = SHARES.table.c
    return and_(shares.type == "home", shares.user == caller.user_id)


def shares_with_acl(caller: Caller) -> ColumnElement[bool]:
    """Shares of which the caller may use at least a part."""
    return SHARES.table.c.id.in_(shared_with(caller))


def shares_with_writing_acl(caller: Caller) -> ColumnElement[bool]:
    """Shares other than volumes all of which the caller may write to."""
    acls, shares = ACLS.table.c, SHARES.table.c
    may_write = shared_with(caller, acls.write.is_(True), acls.path == ROOT)
    return and_(shares.type != "volume", shares.id.in_(may_write))


def shares_an_employee_sees(caller: Caller) -> ColumnElement[bool]:
    """All but volumes; those need an ACL."""
    return or_(SHARES.table.c.type != "volume", shares_with_acl(caller))


def shares_an_employee_changes(caller: Caller) -> ColumnElement[bool]:
    """Neither volumes nor homes of others; in v3 those of standard users are fine."""
    shares, users = SHARES.table.c, USERS.table.c
    homes = own_homes(caller)
    if caller.generation == "v3":
        standard = select(users.id).where(
            users.workspace == caller.workspace, users.role == Role.STANDARD.value
        )
        homes = or_(homes, and_(shares.type == "home", shares.user.in_(standard)))
    return or_(shares.type.in_(("folder", "collection")), homes)


def shares_a_standard_user_sees(caller: Caller) -> ColumnElement[bool]:
    """The caller's own home, and what ACLs give."""
    return or_(own_homes(caller), shares_with_acl(caller))


def shares_a_standard_user_changes(caller: Caller) -> ColumnElement[bool]:
    """The caller's own home, and what ACLs let the caller write to as a whole."""
    return or_(own_homes(caller), shares_with_writing_acl(caller))


_SHARE: Rights = {
    Role.ADMIN: FULL,
    Role.EMPLOYEE: Access(shares_an_employee_sees, shares_an_employee_changes, create=True),
    Role.STANDARD: Access(
        shares_a_standard_user_sees, shares_a_standard_user_changes, create=False
    ),
}

_VOLUME: Rights = {
    Role.ADMIN: FULL,
    # The documentation's table says no; its text says that they use those they have an ACL for.
    Role.EMPLOYEE: Access(shares_with_acl, nothing, create=False, source=INFERRED),
    Role.STANDARD: Access(shares_with_acl, nothing, create=False, source=INFERRED),
}

# -- ACLs -----------------------------------------------------------------------------------------


def _shares(caller: Caller, condition: ColumnElement[bool]) -> Select[Any]:
    shares = SHARES.table.c
    return select(shares.id).where(shares.workspace == caller.workspace, condition)


def _of_caller(caller: Caller) -> ColumnElement[bool]:
    return ACLS.table.c.entity__ident == caller.user_id


def _of_standard_users(caller: Caller) -> ColumnElement[bool]:
    users = USERS.table.c
    standard = select(users.id).where(
        users.workspace == caller.workspace, users.role == Role.STANDARD.value
    )
    return ACLS.table.c.entity__ident.in_(standard)


def acls_an_employee_changes(caller: Caller) -> ColumnElement[bool]:
    """ACLs of those shares that the caller may change."""
    return ACLS.table.c.target__ident.in_(_shares(caller, shares_an_employee_changes(caller)))


def acls_a_standard_user_sees(caller: Caller) -> ColumnElement[bool]:
    """The caller's own ACLs, and those of standard users for shares that the caller sees."""
    seen = _shares(caller, shares_a_standard_user_sees(caller))
    on_seen = ACLS.table.c.target__ident.in_(seen)
    return or_(_of_caller(caller), and_(_of_standard_users(caller), on_seen))


def acls_a_standard_user_changes(caller: Caller) -> ColumnElement[bool]:
    """The caller's own ACLs, and those of standard users for shares that the caller changes."""
    changed = _shares(caller, shares_a_standard_user_changes(caller))
    on_changed = ACLS.table.c.target__ident.in_(changed)
    return or_(_of_caller(caller), and_(_of_standard_users(caller), on_changed))


def all_acls(caller: Caller) -> ColumnElement[bool]:
    """All ACLs of the workspace."""
    return ACLS.table.c.workspace == caller.workspace


# -- members of collections -----------------------------------------------------------------------


def files_in_seen_collections(caller: Caller) -> ColumnElement[bool]:
    """Members of collections that the caller sees."""
    return FILES.table.c.parent.in_(_shares(caller, _SHARE[caller.role].read(caller)))


def files_in_changed_collections(caller: Caller) -> ColumnElement[bool]:
    """Members of collections that the caller may change."""
    return FILES.table.c.parent.in_(_shares(caller, _SHARE[caller.role].write(caller)))


_FILE = Access(
    files_in_seen_collections, files_in_changed_collections, create=True, source=INFERRED
)

RIGHTS: Mapping[str, Rights] = {
    "share": _SHARE,
    "volume": _VOLUME,
    "folder": _SHARE,
    "home": _SHARE,
    "collection": _SHARE,
    "acl": {
        Role.ADMIN: FULL,
        Role.EMPLOYEE: Access(all_acls, acls_an_employee_changes, create=True),
        Role.STANDARD: Access(acls_a_standard_user_sees, acls_a_standard_user_changes, create=True),
    },
    "file": dict.fromkeys(Role, _FILE),
}
