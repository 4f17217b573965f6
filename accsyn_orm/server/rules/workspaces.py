"""The workspace itself, which v1 calls an organization."""

from __future__ import annotations

from typing import Any

from typing_extensions import override

from accsyn_orm.server.access.roles import ADMINS
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, one
from accsyn_orm.server.rules.base import EntityRules, Names, payload
from accsyn_orm.server.rules.schema import Field, Schema, filled_text, json_object
from accsyn_orm.server.storage.store import Record, records_by_id, update_row, writable_row
from accsyn_orm.server.storage.tables import WORKSPACES


class Workspaces(EntityRules):
    """The rules of the one workspace that a caller is in."""

    schema = Schema(
        WORKSPACES,
        (
            Field("name", filled_text, update=True, writers=ADMINS),
            Field("metadata", json_object, update=True, writers=ADMINS),
        ),
    )
    names = Names(v1="organization", v3="workspace")

    @behaviour(INFERRED, "workspace/create", "a workspace is not made by its users")
    @override
    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Refuse to create a workspace.

        Raises:
            Refusal: always.
        """
        raise Refusal(
            f"{one(self.entity.called(call.caller.generation))} cannot be created by a call"
        )

    @behaviour(DOCUMENTED, "workspace/edit", "admins change name and metadata, nobody the code")
    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Change the workspace."""
        row = writable_row(call, WORKSPACES, ident, "change")
        values = self.schema.check_update(payload(data), call.caller.generation, call.caller.role)
        update_row(call, WORKSPACES, row["id"], values)
        return records_by_id(call, WORKSPACES, [row["id"]])

    @behaviour(INFERRED, "workspace/delete", "a workspace is not deleted by its users")
    @override
    def delete(self, call: Call, ident: str, options: Any) -> bool:
        """Refuse to delete the workspace.

        Raises:
            Refusal: always.
        """
        writable_row(call, WORKSPACES, ident, "delete")
        kind = self.entity.called(call.caller.generation)
        raise Refusal(f"{one(kind)} cannot be deleted by a call")
