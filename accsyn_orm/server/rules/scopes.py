"""What deactivation, activation and deletion take along: homes, ACLs and members of collections.

None of these three is put out of use by itself. A home follows its user and its volume, an ACL its
user and its share, a member its collection and its share; so whatever changes the scope of a user
or a share calls `follow` afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, or_, select

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.storage.store import (
    LIVING,
    in_scopes,
    rows_where,
    update_rows,
    writable_row,
)
from accsyn_orm.server.storage.tables import ACLS, FILES, SHARES, USERS, EntityTable, Scope


def inactive_row(call: Call, entity: EntityTable, named: str) -> RowMapping:
    """Select what somebody wants to activate, by its id or its code.

    Raises:
        Refusal: there is none that the caller can see, it is not deactivated, or the caller's role
            may not change it.
    """
    columns, kind = entity.table.c, entity.called(call.caller.generation)
    found = rows_where(
        call,
        entity,
        or_(columns.id == named, columns.code__folded == named.casefold()),
        in_scopes(call, entity, LIVING),
        access(entity.name, call.caller).read(call.caller),
    )
    if not found:
        raise no_such(kind, named)
    if found[0]["scope"] != Scope.INACTIVE.value:
        raise Refusal(f"the {kind} {named!r} is active already")
    return writable_row(call, entity, found[0]["id"], "activate")


def require_active(call: Call, entity: EntityTable, row: RowMapping) -> None:
    """Refuse to put something out of use that is.

    Raises:
        Refusal: it is.
    """
    if row["scope"] != Scope.ACTIVE.value:
        kind = entity.called(call.caller.generation)
        raise Refusal(f"the {kind} {row['code']!r} is deactivated already")


def follow(call: Call) -> None:
    """Bring homes, ACLs and members of collections in line with what they belong to."""
    homes, acls, files = SHARES.table.c, ACLS.table.c, FILES.table.c
    is_home = homes.type == "home"
    _follow(call, SHARES, ((homes.user, USERS), (homes.parent, SHARES)), is_home)
    _follow(call, ACLS, ((acls.entity__ident, USERS), (acls.target__ident, SHARES)))
    _follow(call, FILES, ((files.parent, SHARES), (files.share, SHARES)))


def _follow(
    call: Call,
    entity: EntityTable,
    owners: Sequence[tuple[ColumnElement[Any], EntityTable]],
    *conditions: ColumnElement[bool],
) -> None:
    scope = entity.table.c.scope

    def move(before: ColumnElement[bool], owned: ColumnElement[bool], after: Scope) -> None:
        update_rows(call, entity, and_(before, owned, *conditions), {}, scope=after)

    def any_owner(wanted: Scope) -> ColumnElement[bool]:
        return or_(*(column.in_(_ids(call, owner, wanted)) for column, owner in owners))

    def all_owners(wanted: Scope) -> ColumnElement[bool]:
        return and_(*(column.in_(_ids(call, owner, wanted)) for column, owner in owners))

    move(scope != Scope.ARCHIVED.value, any_owner(Scope.ARCHIVED), Scope.ARCHIVED)
    move(scope == Scope.ACTIVE.value, any_owner(Scope.INACTIVE), Scope.INACTIVE)
    move(scope == Scope.INACTIVE.value, all_owners(Scope.ACTIVE), Scope.ACTIVE)


def _ids(call: Call, entity: EntityTable, scope: Scope) -> Any:
    # Under a name of its own: shares belong to shares, and would be taken for the row changed.
    columns = entity.table.alias().c
    return select(columns.id).where(
        columns.workspace == call.caller.workspace, columns.scope == scope.value
    )
