"""What volumes, folders, homes and collections have in common: codes, statuses and life cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping
from typing_extensions import override

from accsyn_orm.server.access.policy import not_permitted
from accsyn_orm.server.access.roles import STAFF, Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import (
    EntityRules,
    Names,
    StandaloneRules,
    creation,
    modification,
)
from accsyn_orm.server.rules.codes import code, free_code, require_free_code
from accsyn_orm.server.rules.families import FamilyRules
from accsyn_orm.server.rules.queues import find_queue
from accsyn_orm.server.rules.schema import (
    Check,
    Field,
    filled_text,
    json_object,
    nullable_text,
    one_of,
    text,
)
from accsyn_orm.server.rules.scopes import follow, inactive_row, require_active
from accsyn_orm.server.storage.store import (
    Record,
    insert_row,
    records_by_id,
    update_row,
    writable_row,
)
from accsyn_orm.server.storage.tables import SHARES, V1, V3, Scope
from accsyn_orm.server.transfers.involvement import active_jobs, use_of_shares
from accsyn_orm.server.transfers.lifecycle import abort_where, hold_where

SUBJECT = "share"
"""What the behaviours are declared under that all kinds have."""


def share_code(name: str, value: Any) -> str:
    """Take the code of a share: it may become the name of a directory, so dots are not enough."""
    given = code(name, value)
    if not given.strip("."):
        raise Refusal(f"{name} needs a letter or a digit: {given!r}")
    return given


def share_fields(*, check_code: Check = share_code, is_code_required: bool) -> tuple[Field, ...]:
    """List what can be written of every kind of share.

    Args:
        check_code: which codes the kind takes.
        is_code_required: whether v1, which has no names, needs one.
    """
    required = is_code_required
    return (
        Field("code", check_code, create=True, required=required, generations=V1),
        Field("code", check_code, update=True, generations=V1, writers=STAFF),
        Field("code", check_code, create=True, generations=V3),
        Field("code", check_code, update=True, generations=V3, writers=STAFF),
        Field("name", filled_text, create=True, generations=V3),
        Field("name", filled_text, update=True, generations=V3, writers=STAFF),
        Field("status", one_of("enabled", "disabled"), update=True, writers=STAFF),
        Field("description", text, create=True, update=True, source=INFERRED),
        Field("email", text, create=True, update=True, source=INFERRED),
        Field("metadata", json_object, update=True, generations=V3, source=INFERRED),
    )


QUEUE_FIELDS = (
    Field("queue", nullable_text, create=True),
    Field("queue", nullable_text, update=True, writers=STAFF),
)
"""The queue of jobs that name none, as folders have it in both generations."""


class ShareRules(StandaloneRules):
    """The rules of one kind of share."""

    subject = SUBJECT

    @behaviour(DOCUMENTED, "share/edit", "codes stay unique among all shares")
    @behaviour(INFERRED, "share/edit", "in v1.0 the code is the name as well")
    @behaviour(DOCUMENTED, "share/edit", "disabling puts the jobs that use it on hold")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a share; one that is disabled has its jobs on hold."""
        if "code" in values:
            require_free_code(call, SHARES, values["code"], other_than=row["id"])
            if call.caller.generation == "v1":
                values["name"] = values["code"]
        if values.get("status") == "disabled":
            hold_where(call, use_of_shares(call, [row["id"]]))
        self.modify(call, row, with_queue(call, values))

    @behaviour(DOCUMENTED, "share/delete", "its ACLs go to the archive with it")
    @behaviour(INFERRED, "share/delete", "active jobs that use it are aborted")
    @behaviour(DOCUMENTED, "share/delete", "files stay where they are")
    @behaviour(INFERRED, "share/delete", "standard users delete no shares")
    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete a share; files are not touched."""
        self._require_staff(call, "delete")
        abort_where(call, use_of_shares(call, [row["id"]]))
        self.archive(call, row)
        follow(call)

    @behaviour(DOCUMENTED, "share/deactivate", "not while an active job uses it")
    @behaviour(DOCUMENTED, "share/deactivate", "its ACLs become inactive as well")
    @behaviour(INFERRED, "share/deactivate", "standard users deactivate no shares")
    def deactivate(self, call: Call, ident: str) -> bool:
        """Put a share out of use."""
        row = writable_row(call, self.entity, ident, "deactivate")
        self._require_staff(call, "deactivate")
        require_active(call, self.entity, row)
        if active_jobs(call, use_of_shares(call, [row["id"]])):
            raise Refusal(f"active jobs use {row['code']!r}: abort or finish them first")
        self.put_away(call, row)
        follow(call)
        return True

    @behaviour(DOCUMENTED, "share/activate", "by code or by id")
    @behaviour(TESTS, "share/activate", "its ACLs come back")
    def activate(self, call: Call, named: str) -> bool:
        """Bring a share back."""
        row = inactive_row(call, self.entity, named)
        self.bring_back(call, row)
        follow(call)
        return True

    def put_away(self, call: Call, row: RowMapping) -> None:
        """Make a share inactive, with what is beneath it."""
        update_row(call, SHARES, row["id"], modification(call), scope=Scope.INACTIVE)

    def bring_back(self, call: Call, row: RowMapping) -> None:
        """Make a share active, with what became inactive with it."""
        back = {"inactive_with": None, **modification(call)}
        update_row(call, SHARES, row["id"], back, scope=Scope.ACTIVE)

    def _require_staff(self, call: Call, what: str) -> None:
        if call.caller.role is Role.STANDARD:
            kind = self.entity.called(call.caller.generation)
            raise not_permitted(call.caller, f"{what} this {kind}")


class ShareFamily(FamilyRules):
    """What v1 calls a share."""

    names = Names(v1="share", v3="")
    family = SHARES

    def __init__(self, members: Sequence[EntityRules]) -> None:
        super().__init__(members, {member.name: member.name for member in members})

    def create(self, call: Call, data: Any, parent: str | None) -> list[Record]:
        """Create a share of the type that the payload describes."""
        return self._as_found(call, super().create(call, data, parent))

    def edit(self, call: Call, ident: str, data: Any) -> list[Record]:
        """Change a share by the rules of its type."""
        return self._as_found(call, super().edit(call, ident, data))

    def _as_found(self, call: Call, records: list[Record]) -> list[Record]:
        """Give shares of one type the attributes that shares of any type have."""
        return records_by_id(call, SHARES, [record["id"] for record in records])

    @override
    def type_of_new(self, call: Call, data: Mapping[str, Any]) -> object:
        """Say of which type a new share is."""
        named = str(data.get("type", "")).casefold()
        return {"root": "volume", "standard": "folder", "user": "home"}.get(named)


@behaviour(DOCUMENTED, "share/create", "a code is made from the name when none is given")
@behaviour(DOCUMENTED, "share/create", "codes are unique among all shares, whatever their case")
def with_code(call: Call, kind: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Complete the attributes of a new share with its code, or its name.

    Raises:
        Refusal: the code is taken, or neither is given.
    """
    chosen = values.get("code")
    if chosen is not None:
        require_free_code(call, SHARES, chosen)
    elif "name" in values:
        chosen = share_code(f"{kind}.code", free_code(call, SHARES, values["name"]))
    else:
        raise Refusal(f"a {kind} needs a name, or a code")
    return {"name": chosen, **values, "code": chosen}


def with_queue(call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
    """Replace what names a queue by its id."""
    if values.get("queue") is None:
        return dict(values)
    return {**values, "queue": find_queue(call, values["queue"])["id"]}


def insert_share(call: Call, values: Mapping[str, Any], *, ident: str | None = None) -> str:
    """Store a share with what it has when nobody says otherwise; ``values`` says of which type."""
    row: dict[str, Any] = {
        "status": "enabled",
        "default": False,
        "parent": None,
        "path": None,
        "description": "",
        "email": "",
        "queue": None,
        "metadata": {},
        **creation(call),
        **with_queue(call, values),
    }
    return insert_row(call, SHARES, row, ident=ident)
