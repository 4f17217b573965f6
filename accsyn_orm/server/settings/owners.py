"""What settings belong to: the workspace, or a user, client, share, queue or job of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import RowMapping, or_

from accsyn_orm.server.access.policy import access
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, no_such, one
from accsyn_orm.server.rules import rules_named
from accsyn_orm.server.storage.store import LIVING, in_scopes, rows_where, visible_row, writable_row
from accsyn_orm.server.storage.tables import (
    APPS,
    BROWSERS,
    CLIENTS,
    COLLECTIONS,
    COMPUTES,
    DELIVERIES,
    FOLDERS,
    HOMES,
    JOBS,
    LANES,
    QUEUES,
    REQUESTS,
    SERVERS,
    SHARES,
    STREAMS,
    TRANSFERS,
    USER_SERVERS,
    USERS,
    VOLUMES,
    WORKSPACES,
    EntityTable,
)

TENANTS = frozenset({"workspace", "organization"})
"""What the generations call the workspace; settings take both."""

_FAMILIES = (WORKSPACES, USERS, CLIENTS, SHARES, QUEUES, JOBS)
_MEMBERS = (
    APPS, SERVERS, USER_SERVERS, BROWSERS, LANES, VOLUMES, FOLDERS, HOMES, COLLECTIONS, TRANSFERS,
    COMPUTES, DELIVERIES, REQUESTS, STREAMS,
)  # fmt: skip
_TYPES: Mapping[str, EntityTable] = {entity.name: entity for entity in (*_FAMILIES, *_MEMBERS)}
"""What has settings. ``job``, ``share`` and ``client`` mean any member of the family."""


@dataclass(frozen=True, slots=True)
class Owner:
    """What has settings of its own.

    Attributes:
        family: the table it is in.
        row: itself.
    """

    family: EntityTable
    row: RowMapping

    @property
    def ident(self) -> str:
        """Its id."""
        return str(self.row["id"])


@behaviour(
    DOCUMENTED, "setting", "workspace, users, clients, shares, queues and jobs have settings"
)
@behaviour(
    INFERRED, "setting", "whoever sees an entity reads its settings; who changes it sets them"
)
def find_owner(call: Call, scope: str, ident: str | None, *, to_change: bool) -> Owner:
    """Find what the caller means by an entity type and an id.

    Args:
        call: the operation.
        scope: entity type; in v1 a scope is the same.
        ident: id of the entity; not needed for the workspace.
        to_change: whether its settings are going to be changed.

    Raises:
        Refusal: there is none that the caller sees, it may not be changed, or such entities have
            no settings.
    """
    entity = _entity(call, scope)
    if entity is WORKSPACES and ident is None:
        ident = call.caller.workspace
    if ident is None:
        raise Refusal(f"setting: whose? give the id of the {scope}")
    row = (
        writable_row(call, entity, ident, "change settings of")
        if to_change
        else visible_row(call, entity, ident)
    )
    return Owner(_family(entity), row)


@behaviour(DOCUMENTED, "setting", "sites and engines have no settings")
def _entity(call: Call, scope: str) -> EntityTable:
    entity = entity_meant(call, scope)
    if entity.table not in [family.table for family in _FAMILIES]:
        raise Refusal(
            f"{one(scope)} has no settings; workspace, users, clients, shares, queues and jobs have"
        )
    return entity


def entity_meant(call: Call, scope: str) -> EntityTable:
    """Find what settings and logs mean by an entity type.

    Raises:
        Refusal: there is none of this name.
    """
    if scope in TENANTS:
        return WORKSPACES
    return _TYPES.get(scope) or rules_named(call.caller.generation, scope).entity


def _family(entity: EntityTable) -> EntityTable:
    return next(family for family in _FAMILIES if family.table is entity.table)


def find_share(call: Call, named: str) -> Owner:
    """Find a share that the caller sees, by its id or its code.

    Raises:
        Refusal: there is none.
    """
    shares = SHARES.table.c
    found = rows_where(
        call,
        SHARES,
        in_scopes(call, SHARES, LIVING),
        or_(shares.id == named, shares.code__folded == named.casefold()),
        access("share", call.caller).read(call.caller),
    )
    if not found:
        raise no_such("share", named)
    return Owner(SHARES, found[0])


# -- inheritance ----------------------------------------------------------------------------------


@behaviour(DOCUMENTED, "setting", "shares inherit from their volume, and that from the workspace")
@behaviour(DOCUMENTED, "setting", "jobs inherit from their queue, and that from the workspace")
@behaviour(INFERRED, "setting", "a job beneath a delivery inherits from it before its queue")
@behaviour(INFERRED, "setting", "lanes inherit from their server; clients and users, the workspace")
def lineage(call: Call, owner: Owner) -> list[Owner]:
    """List what an owner inherits from: itself, then the nearest first."""
    line = [owner]
    while line[-1].family is not WORKSPACES:
        line.append(_above(call, line[-1]))
    return line


def _above(call: Call, owner: Owner) -> Owner:
    for family, parent in _PARENTS.get(owner.family.name, ()):
        ident = parent(owner.row)
        rows = rows_where(call, family, family.table.c.id == ident) if ident else ()
        if rows:
            return Owner(family, rows[0])
    return the_workspace(call)


def the_workspace(call: Call) -> Owner:
    """Return the workspace itself."""
    (row,) = rows_where(call, WORKSPACES, WORKSPACES.table.c.id == call.caller.workspace)
    return Owner(WORKSPACES, row)


_Parent = Callable[[RowMapping], str | None]

_PARENTS: Mapping[str, tuple[tuple[EntityTable, _Parent], ...]] = {
    "share": ((SHARES, lambda row: row["parent"]),),
    "client": ((CLIENTS, lambda row: row["parent"]),),
    # The parent of a job is its queue, unless it is beneath a delivery, request or stream.
    "job": ((JOBS, lambda row: row["parent"]), (QUEUES, lambda row: row["queue"])),
}
