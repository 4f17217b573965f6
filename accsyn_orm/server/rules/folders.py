"""Folders: directories of a volume that are shared under a name of their own."""

from __future__ import annotations

from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.roles import STAFF
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import Names
from accsyn_orm.server.rules.schema import Field, Schema, filled_text, one_of
from accsyn_orm.server.rules.shares import (
    QUEUE_FIELDS,
    ShareRules,
    insert_share,
    share_fields,
    with_code,
)
from accsyn_orm.server.rules.volumes import active_volume
from accsyn_orm.server.storage.tables import FOLDERS, V1
from accsyn_orm.server.transfers.specs import DEFAULT_SHARE, AccsynPath


def folder_path(name: str, value: Any) -> str:
    """Take the path of a directory in a volume, and write it in the one way it is stored."""
    inside = Inside.parse(filled_text(name, value).strip("/"))
    if inside.is_root:
        raise Refusal(f"{name} names a folder in the volume, not the volume itself")
    return str(inside)


class Folders(ShareRules):
    """The rules of folders, which v1 calls standard shares and v3 once called shares."""

    schema = Schema(
        FOLDERS,
        (
            *share_fields(is_code_required=True),
            *QUEUE_FIELDS,
            Field("type", one_of("standard"), create=True, generations=V1),
            Field("parent", filled_text, create=True),
            Field("path", folder_path, create=True, required=True),
            Field("path", folder_path, update=True, writers=STAFF, source=INFERRED),
        ),
    )
    names = Names(v1="", v3="folder", v3_alias="share")

    @behaviour(DOCUMENTED, "folder/create", "without a parent it is in the default volume")
    @behaviour(INFERRED, "folder/create", "its directory is made where it is missing")
    @behaviour(INFERRED, "folder/create", "employees share only where they may write")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Share a directory, which is made when it is not there."""
        named = with_code(call, "folder", values)
        volume = place_for(call, values.get("parent"), values["path"])
        return insert_share(call, {**named, "type": "folder", "parent": volume["id"]})

    @behaviour(INFERRED, "folder/edit", "a new path moves no files")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a folder; with another path it is another directory that is shared."""
        if "path" in values:
            place_for(call, row["parent"], values["path"])
        super().update(call, row, values)

    @behaviour(INFERRED, "folder/activate", "not before its volume")
    def bring_back(self, call: Call, row: RowMapping) -> None:
        """Make a folder active."""
        active_volume(call, row["parent"])
        super().bring_back(call, row)


def place_for(call: Call, volume: str | None, path: str) -> RowMapping:
    """Make sure of a directory in a volume where the caller may write; return the volume.

    Args:
        call: the operation.
        volume: its id or code; ``None`` means the default one.
        path: of the directory, inside the volume.

    Raises:
        Refusal: there is no such volume, the caller may not write there, or something else than a
            directory is in the way.
    """
    wanted = AccsynPath("volume", volume or DEFAULT_SHARE, path)
    found = Places(call).find(wanted, "write").share
    make_directory(call, found, path)
    return found


def make_directory(call: Call, volume: RowMapping, path: str) -> None:
    """Make a directory in a volume, unless it is there.

    Raises:
        Refusal: something else than a directory is in the way.
    """
    root = call.roots.volumes / volume["directory"]
    tree = Tree(root, shown_as=f"volume={volume['code']}")
    tree.make_directory(Inside.parse(path), parents=True, exist_ok=True)
