"""Volumes, folders, homes and collections, who may use them, and the members of collections."""

from __future__ import annotations

from sqlalchemy import Index

from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, TESTS
from accsyn_orm.server.storage.tables.attributes import (
    STORED_ONLY,
    V3,
    boolean,
    date,
    document,
    from_scope,
    party,
    readable,
    reference,
    text,
)
from accsyn_orm.server.storage.tables.entity import EntityTable, entity, unique_code

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
            text("status"),
            boolean("default"),
            reference("parent", "share"),
            readable("parent", V3),
            text("path"),
            document("paths"),
            reference("server", "client", shown_in=V3),
            document("siteservers", V3),
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
        TESTS: [text("status_hr", V3)],
        INFERRED: [
            reference("user", "user", shown_in=V3),  # a home's owner
            readable("user", V3),
            text("directory", STORED_ONLY),  # of a volume, beneath the root of volumes
        ],
    },
)
"""The whole share family. v1 calls all of them shares: root, standard and user ones."""

_OF_VOLUMES = frozenset({"default", "paths", "server", "siteservers", "licensed"})
_OF_HOMES = frozenset({"user", "user_hr"})
_PLACE = frozenset({"parent", "parent_hr"})


def _share_type(name: str, without: frozenset[str]) -> EntityTable:
    return SHARES.narrowed(name, SHARES.table.c.type == name, v1_name="share", without=without)


VOLUMES = _share_type("volume", _PLACE | _OF_HOMES)
FOLDERS = _share_type("folder", _OF_VOLUMES | _OF_HOMES)
HOMES = _share_type("home", _OF_VOLUMES)
COLLECTIONS = _share_type("collection", _OF_VOLUMES | _OF_HOMES | _PLACE | {"path"})

ACLS = entity(
    "acl",
    {
        TESTS: [
            party("entity", "user"),
            party("target", "share"),
            text("role"),
            text("status"),
            text("token"),
            text("description"),
            date("created"),
            text("creator"),
            boolean("acknowledged"),
        ],
        DOCUMENTED: [text("path"), boolean("read"), boolean("write")],
        CLIENT_SOURCE: [readable("entity"), readable("target")],
    },
    aliases={"ident": "entity"},
)

FILES = entity(
    "file",
    {
        DOCUMENTED: [reference("parent", "share")],
        INFERRED: [
            text("path"),
            reference("share", "share"),
            date("created"),
            text("creator"),
            text("folded_path", STORED_ONLY),
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
