"""Adding files to collections, and removing them."""

from __future__ import annotations

from collections.abc import Mapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.work import answers, entity_id
from accsyn_orm.server.provenance import CLIENT_SOURCE, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.files import Files, remove_files
from accsyn_orm.server.rules.schema import texts
from accsyn_orm.server.storage.store import Record, writable_row
from accsyn_orm.server.storage.tables import COLLECTIONS, V3
from accsyn_orm.wire.events import Event

_FILES = Files()


@behaviour(CLIENT_SOURCE, "file/create", "it is asked for as file/add")
@answers("POST", "file/add", generations=V3)
def add(call: Call, event: Event, _variables: Mapping[str, str]) -> list[Record]:
    """Add files to a collection."""
    return _FILES.create(call, event.data, entity_id(event))


@behaviour(CLIENT_SOURCE, "file/delete", "it is asked for as collection/file/remove, with ids")
@answers("DELETE", "collection/file/remove", generations=V3)
def remove(call: Call, event: Event, _variables: Mapping[str, str]) -> bool:
    """Remove files from a collection."""
    collection = writable_row(call, COLLECTIONS, entity_id(event), "change")
    data = payload(event.data or {})
    if set(data) != {"files"}:
        raise Refusal(f"{event.uri} takes files, a list of their ids; nothing else")
    return remove_files(call, collection["id"], texts("files", data["files"]))
