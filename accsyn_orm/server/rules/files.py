"""Files: the members of collections, each an accsyn path into another share."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from typing_extensions import override

from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import EntityRules, Names, payload
from accsyn_orm.server.rules.schema import Field, Schema, texts
from accsyn_orm.server.storage.store import (
    Record,
    insert_row,
    records_by_id,
    rows_where,
    update_rows,
    writable_row,
)
from accsyn_orm.server.storage.tables import COLLECTIONS, FILES, V3, Scope
from accsyn_orm.server.transfers.specs import AccsynPath, parse_accsyn_path


class Files(EntityRules):
    """The rules of the members of collections; they are added and removed, never changed."""

    schema = Schema(FILES, (Field("files", texts, create=True, required=True, generations=V3),))
    names = Names(v1="", v3="file")

    @behaviour(DOCUMENTED, "file/create", "accsyn paths become members of the collection")
    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Add files to a collection."""
        if parent is None:
            raise Refusal("files are added to a collection: name it by its id")
        collection = writable_row(call, COLLECTIONS, parent, "change")
        values = self.schema.check_create(payload(data), call.caller.generation, call.caller.role)
        return records_by_id(call, FILES, add_files(call, collection["id"], values["files"]))

    @behaviour(INFERRED, "file/edit", "members do not change: remove one and add another")
    @override
    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Refuse to change a member.

        Raises:
            Refusal: always.
        """
        writable_row(call, FILES, ident, "change")
        raise Refusal("a file of a collection cannot be changed: remove it and add another one")

    @behaviour(INFERRED, "file/delete", "a member can be removed by its own id as well")
    def delete(self, call: Call, ident: str, options: Any) -> bool:
        """Remove one member from its collection; what it names stays."""
        row = writable_row(call, FILES, ident, "delete")
        if payload(options or {}):
            raise Refusal("delete takes no options for files of a collection")
        return remove_files(call, row["parent"], [ident])


@behaviour(CLIENT_SOURCE, "file/create", "collections do not hold absolute paths")
@behaviour(INFERRED, "file/create", "whoever adds a file may read it")
@behaviour(INFERRED, "file/create", "a path that is a member already is not added again")
def add_files(call: Call, collection: str, paths: Sequence[str]) -> list[str]:
    """Make paths members of a collection; return the ids of the members, in their order.

    Raises:
        Refusal: a path is absolute, names no share, or one that the caller may not read.
    """
    places = Places(call)
    return [_add(places, collection, path) for path in dict.fromkeys(paths)]


@behaviour(DOCUMENTED, "file/delete", "false is the answer when one is not there")
@behaviour(INFERRED, "file/delete", "all are removed, or none")
def remove_files(call: Call, collection: str, idents: Sequence[str]) -> bool:
    """Remove members from a collection; tell whether all of them were there."""
    files = FILES.table.c
    chosen = (
        (files.parent == collection) & files.id.in_(idents) & (files.scope == Scope.ACTIVE.value)
    )
    if len(rows_where(call, FILES, chosen)) < len(set(idents)):
        return False
    update_rows(call, FILES, chosen, {}, scope=Scope.ARCHIVED)
    return True


def _add(places: Places, collection: str, text: str) -> str:
    call, path = places.call, _accsyn_path(text)
    inside = str(Inside.parse(path.rest))
    place = places.find(path, "read")
    files = FILES.table.c
    present = rows_where(
        call,
        FILES,
        files.parent == collection,
        files.share == place.share["id"],
        files.inside == inside,
        files.scope == Scope.ACTIVE.value,
    )
    if present:
        return str(present[0]["id"])
    values = {
        "parent": collection,
        "path": text.strip(),
        "share": place.share["id"],
        "inside": inside,
        "created": call.timestamp,
        "creator": call.caller.user_code,
    }
    return insert_row(call, FILES, values, ident=str(uuid.uuid4()))


def _accsyn_path(text: str) -> AccsynPath:
    path = parse_accsyn_path(text)
    if path is None or "=" not in text:
        raise Refusal(f"{text!r} is no path of the workspace: write volume=code/path")
    if path.kind == "collection":
        raise Refusal(f"{text!r}: a collection holds files of volumes, folders and homes")
    if not path.rest:
        raise Refusal(f"{text!r} names a whole {path.kind}: write which file or folder of it")
    return path
