"""Volumes, folders, homes and collections, who may use them, and the members of collections."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Index, and_, case, exists, or_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, TESTS
from accsyn_orm.server.storage.tables.attributes import (
    STORED_ONLY,
    V1,
    V3,
    boolean,
    composed,
    date,
    document,
    from_scope,
    party,
    readable,
    reference,
    text,
)
from accsyn_orm.server.storage.tables.entity import EntityTable, Scope, entity, unique_code
from accsyn_orm.server.storage.tables.machines import CLIENTS

_STATUSES = ("enabled", "offline", "disabled", "disabled-offline")
# The same words but for their case: what has an ``_hr`` beside it is also compared with that.
_READABLE_STATUSES = ("Enabled", "Offline", "Disabled", "Disabled-offline")


def _status(columns: ReadOnlyColumnCollection[str, Any], _folded: bool) -> ColumnElement[str]:  # noqa: FBT001  # as `Composition`
    """Say whether a share is enabled, and whether its server is there."""
    return _by_status(columns, _STATUSES)


def _readable_status(
    columns: ReadOnlyColumnCollection[str, Any],
    folded: bool,  # noqa: FBT001  # as `Composition`
) -> ColumnElement[str]:
    words = _READABLE_STATUSES
    return _by_status(columns, tuple(map(str.casefold, words)) if folded else words)


def _by_status(
    columns: ReadOnlyColumnCollection[str, Any], words: tuple[str, ...]
) -> ColumnElement[str]:
    enabled, offline, disabled, disabled_offline = words
    is_enabled, is_served = columns["status"] == "enabled", _is_served(columns)
    return case(
        (and_(is_enabled, is_served), enabled),
        (is_enabled, offline),
        (is_served, disabled),
        else_=disabled_offline,
    )


def _is_served(columns: ReadOnlyColumnCollection[str, Any]) -> ColumnElement[bool]:
    """Tell whether the main server of the volume is online; collections need none of their own."""
    servers, volumes = CLIENTS.table.alias("serving"), SHARES.table.alias("holding")
    is_online = and_(servers.c.status == "online", servers.c.scope == Scope.ACTIVE.value)
    of_volume = exists().where(servers.c.id == columns["server"], is_online)
    beneath = exists().where(
        volumes.c.id == columns["parent"], servers.c.id == volumes.c.server, is_online
    )
    own = columns["id"].table
    return or_(columns["type"] == "collection", of_volume.correlate(own), beneath.correlate(own))


SHARES = entity(
    "share",
    {
        DOCUMENTED: [
            text("code"),
            text("name", V3),
            text(
                "type",
                v1_spellings=(
                    ("volume", "root"),
                    ("folder", "standard"),
                    ("home", "user"),
                ),
            ),
            text("status", composed=_status),
            boolean("default"),
            reference("parent", "share"),
            readable("parent", V3),
            text("path"),
            document("paths"),
            text("description"),
            text("email"),
            reference("queue", "queue"),
            boolean("licensed", V3),
            document("metadata", V3),
            date("created"),
            text("creator"),
            date("modified"),
            text("modifier"),
            from_scope("inactive"),
        ],
        TESTS: [composed("status_hr", "status", _readable_status, V3)],
        INFERRED: [
            # Documented as what a volume is given at creation.
            reference("server", "client", shown_in=V3),
            document("siteservers", V3),
            reference("user", "user", shown_in=V3),  # a home's owner
            readable("user", V3),
            text("directory", STORED_ONLY),  # of a volume, beneath the root of volumes
            # Id of the volume that took a folder along when it was deactivated.
            text("inactive_with", STORED_ONLY),
        ],
    },
)
"""The whole share family. v1 calls all of them shares: root, standard and user ones."""

_OF_VOLUMES = frozenset({"default", "paths", "server", "siteservers", "licensed"})
_OF_HOMES = frozenset({"user", "user_hr"})
_PLACE = frozenset({"parent", "parent_hr"})


# Not everything that is documented of one kind is documented of the others.
_UNSAID_OF_VOLUMES = frozenset({"inactive", "status_hr"})
_UNSAID_OF_OTHERS = frozenset({"type"})


def _share_type(
    name: str, without: frozenset[str], unsaid: frozenset[str] = _UNSAID_OF_OTHERS
) -> EntityTable:
    return SHARES.narrowed(
        name,
        SHARES.table.c.type == name,
        v1_name="share",
        without=without,
        sources=dict.fromkeys(unsaid, INFERRED),
    )


VOLUMES = _share_type("volume", _PLACE | _OF_HOMES, _UNSAID_OF_VOLUMES)
FOLDERS = _share_type("folder", _OF_VOLUMES | _OF_HOMES)
HOMES = _share_type("home", _OF_VOLUMES)
COLLECTIONS = _share_type("collection", _OF_VOLUMES | _OF_HOMES | _PLACE | {"path"})

ACLS = entity(
    "acl",
    {
        TESTS: [
            party("entity", "user", shown_in=V3),
            party("target", "share"),
            text("role", v1_spellings=(("standard", "user"),)),
            text("status"),
            text("token"),
            text("description"),
            date("created"),
            text("creator"),
            boolean("acknowledged"),
        ],
        DOCUMENTED: [text("path"), boolean("read"), boolean("write")],
        CLIENT_SOURCE: [readable("entity", V3), readable("target")],
        INFERRED: [
            # What v1 calls the entity.
            replace(party("ident", "user", shown_in=V1), column="entity"),
            readable("ident", V1),
        ],
    },
)

FILES = entity(
    "file",
    {
        INFERRED: [
            reference("parent", "share"),
            text("path"),
            reference("share", "share"),
            date("created"),
            text("creator"),
            text("inside", STORED_ONLY),  # where in its share, whatever the share's code is then
        ],
    },
    aliases={"collection": "parent"},
    has_own_ids=True,
)

unique_code(SHARES)
Index("shares_by_parent", SHARES.table.c.parent)
Index("acls_by_entity", ACLS.table.c.workspace, ACLS.table.c.entity__ident)
Index("acls_by_target", ACLS.table.c.workspace, ACLS.table.c.target__ident)
Index("files_by_parent", FILES.table.c.parent)
