"""Collections: files of several shares under one name."""

from __future__ import annotations

from typing import Any

from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.rules.base import Names
from accsyn_orm.server.rules.files import add_files
from accsyn_orm.server.rules.schema import Field, Schema, texts
from accsyn_orm.server.rules.shares import (
    QUEUE_FIELDS,
    ShareRules,
    insert_share,
    share_fields,
    with_code,
)
from accsyn_orm.server.storage.tables import COLLECTIONS, V3


class Collections(ShareRules):
    """The rules of collections, which v1 does not create."""

    schema = Schema(
        COLLECTIONS,
        (
            *share_fields(is_code_required=True),
            *QUEUE_FIELDS,
            Field("files", texts, create=True, generations=V3),
        ),
    )
    names = Names(v1="", v3="collection")

    @behaviour(DOCUMENTED, "collection/create", "its files are named by accsyn paths")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Create a collection with its first members."""
        files = values.pop("files", ())
        named = with_code(call, "collection", values)
        ident = insert_share(call, {**named, "type": "collection"})
        add_files(call, ident, files)
        return ident
