"""Deliveries, requests and streams: how one is composed, submitted, ended and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from sqlalchemy import RowMapping
from typing_extensions import override

from accsyn_orm.server.access.acls import Right
from accsyn_orm.server.access.jobs import has_a_volume
from accsyn_orm.server.access.policy import not_permitted
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call, wire_time
from accsyn_orm.server.disk.places import Places
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, TESTS, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import Names, StandaloneRules
from accsyn_orm.server.rules.jobs import as_name, common_attributes, given_name, insert_job
from accsyn_orm.server.rules.recipients import add_recipient
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    boolean,
    filled_text,
    json_object,
    one_of,
    settings,
    text,
    whole_number,
)
from accsyn_orm.server.rules.submission import anything, names
from accsyn_orm.server.storage.store import rows_where, update_row, visible_row
from accsyn_orm.server.storage.tables import (
    DELIVERIES,
    JOB_TYPES,
    JOBS,
    REQUESTS,
    STREAMS,
    USERS,
    V1,
    V3,
    EntityTable,
)
from accsyn_orm.server.transfers.ends import End, end_in_workspace
from accsyn_orm.server.transfers.lifecycle import FINISHED
from accsyn_orm.server.transfers.packages import COMPOSED_FOR, end, submit
from accsyn_orm.server.transfers.shapes import listed_tasks
from accsyn_orm.server.transfers.specs import PartyKind, file_name, is_absolute, parse_spec
from accsyn_orm.server.transfers.uploads import add_files

_FILES = Field("tasks", anything, create=True, generations=V3)
_ENDS = frozenset({"aborted", "done"})


def _schema(entity: EntityTable, *own: Field) -> Schema:
    number = JOB_TYPES[entity.name]
    return Schema(
        entity,
        (
            Field("name", filled_text, create=True, generations=V3),
            Field("name", filled_text, update=True, generations=V3, source=INFERRED),
            Field("code", filled_text, create=True, generations=V3),
            Field("code", filled_text, update=True, generations=V1, source=INFERRED),
            Field("status", one_of("init"), create=True, generations=V3),
            Field("status", one_of("pending", "aborted", "done"), update=True),
            Field("recipients", names, create=True, generations=V3),
            Field("description", text, create=True, generations=V3),
            Field("metadata", json_object, create=True, generations=V3),
            Field("metadata", json_object, update=True, source=INFERRED),
            Field("settings", settings, create=True, generations=V3),
            Field("queue", filled_text, create=True, generations=V3),
            Field(
                "allow_duplicates",
                boolean,
                create=True,
                generations=V3,
                source=CLIENT_SOURCE,
            ),
            Field(
                "replace_duplicates",
                boolean,
                create=True,
                generations=V3,
                source=CLIENT_SOURCE,
            ),
            Field("type", whole_number(number, number), create=True, generations=V3),
            *own,
        ),
    )


class _Packages(StandaloneRules):
    """What deliveries, requests and streams have in common.

    Attributes:
        needs_files: whether one is submitted with files only.
    """

    needs_files: ClassVar[bool] = True

    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Compose one; with all that it needs, it is submitted at once."""
        _require_volume(call, f"create a {self.name}")
        files = self.files(call, values)
        ident = insert_job(call, {**self._attributes(call, values), **self.ends(call, values)})
        add_files(call, ident, files)
        recipients = values.get("recipients", [])
        for named in recipients:
            add_recipient(call, ident, named)
        is_complete = bool(recipients) and (bool(files) or not self.needs_files)
        if is_complete and values.get("status") != "init":
            submit(call, visible_row(call, self.entity, ident))
        return ident

    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Rename one, submit it, or end it."""
        status = values.pop("status", None)
        self.modify(call, row, as_name(values))
        if status in _ENDS:
            end(call, row, status)
        elif status is not None:
            submit(call, row)

    def remove(self, call: Call, row: RowMapping) -> None:
        """Delete one that was not submitted, or is over; its uploaded files go at once."""
        if row["status"] not in FINISHED | {"init"}:
            raise Refusal(f"the {self.name} is live: abort it before it is deleted")
        if row["status"] == "init":
            end(call, row, "aborted")
        update_row(call, JOBS, row["id"], {"expires": call.timestamp})
        self.archive(call, row)

    def ends(self, call: Call, values: Mapping[str, Any]) -> dict[str, Any]:  # noqa: ARG002  # requests do
        """Say where files come from and go to, as jobs do."""
        return {"source": f"workspace:{call.caller.workspace}"}

    def files(self, call: Call, values: Mapping[str, Any]) -> list[End]:
        """Find the files in the workspace that a payload names."""
        return workspace_files(call, values.get("tasks", []))

    def _attributes(self, call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
        name = given_name(values) or _first_name(values.get("tasks"))
        if name is None:
            raise Refusal(f"a {self.name} without files needs a name")
        return {
            **common_attributes(call, values),
            "type": JOB_TYPES[self.name],
            "name": name,
            "status": "init",
            "expires": wire_time(call.now + COMPOSED_FOR),
        }


@behaviour(DOCUMENTED, "delivery/create", "without files it is composed: its status is init")
@behaviour(DOCUMENTED, "delivery/create", "with files and recipients it is submitted at once")
@behaviour(DOCUMENTED, "delivery/create", "status init holds it back")
@behaviour(INFERRED, "delivery/create", "with files alone, or recipients alone, it is composed")
@behaviour(TESTS, "delivery/create", "only staff with a volume create one")
@behaviour(DOCUMENTED, "delivery/edit", "status pending submits it, aborted and done end it")
@behaviour(INFERRED, "delivery/edit", "it can be renamed at any time")
@behaviour(TESTS, "delivery/edit", "only staff with a volume change one")
@behaviour(DOCUMENTED, "delivery/delete", "one that was not submitted can be deleted")
@behaviour(TESTS, "delivery/delete", "one that was aborted can be deleted")
@behaviour(INFERRED, "delivery/delete", "one that is live is not deleted")
@behaviour(TESTS, "delivery/find", "what it is made of inside is never shown")
class Deliveries(_Packages):
    """The rules of deliveries."""

    schema = _schema(DELIVERIES, _FILES)
    names = Names(v1="", v3="delivery")


@behaviour(DOCUMENTED, "request/create", "with recipients it is submitted, unless held back")
@behaviour(DOCUMENTED, "request/create", "its destination is a folder that the creator writes to")
@behaviour(INFERRED, "request/create", "without recipients it is composed")
@behaviour(DOCUMENTED, "request/edit", "status pending submits it, aborted and done end it")
@behaviour(DOCUMENTED, "request/delete", "one that was not submitted, or is over, can be deleted")
class Requests(_Packages):
    """The rules of requests."""

    schema = _schema(REQUESTS, Field("destination", text, create=True, generations=V3))
    names = Names(v1="", v3="request")
    needs_files = False

    @override
    def files(self, call: Call, values: Mapping[str, Any]) -> list[End]:
        """Return no file: they come from recipients."""
        return []

    def ends(self, call: Call, values: Mapping[str, Any]) -> dict[str, Any]:
        """Say where files go to."""
        ends: dict[str, Any] = {"destination": f"workspace:{call.caller.workspace}"}
        named = values.get("destination")
        if named is not None:
            ends["package"] = {"destination": _in_workspace(Places(call), named, "write")}
        return ends


@behaviour(INFERRED, "stream/create", "it is created as a delivery is")
@behaviour(INFERRED, "stream/edit", "it is submitted and ended as a delivery is")
@behaviour(INFERRED, "stream/delete", "it is deleted as a delivery is")
class Streams(_Packages):
    """The rules of streams. What of them is streamable is nothing that the workspace knows."""

    schema = _schema(
        STREAMS, Field("tasks", anything, create=True, generations=V3, source=INFERRED)
    )
    names = Names(v1="", v3="stream")


@behaviour(DOCUMENTED, "packages/files", "files of volumes are delivered if the sender reads them")
def workspace_files(call: Call, tasks: object) -> list[End]:
    """Find the files in the workspace that are listed under ``tasks``, each of them once.

    Raises:
        Refusal: one is not in the workspace, or the caller may not read it.
    """
    places, found = Places(call), dict[str, End]()
    for draft in listed_tasks(tasks):
        if draft.destination is not None or draft.values:
            raise Refusal("a file of a delivery has a source only")
        found.setdefault(draft.source, _in_workspace(places, draft.source, "read"))
    return list(found.values())


def _in_workspace(places: Places, text: str, right: Right) -> End:
    spec = parse_spec(text, workspace=places.call.caller.workspace_code)
    if spec.kind not in {PartyKind.OMITTED, PartyKind.WORKSPACE} or spec.path is None:
        raise Refusal(f"{text!r} is not a path in the workspace")
    if spec.kind is PartyKind.OMITTED and is_absolute(spec.path):
        raise Refusal(f"{text!r} is a local file: upload it by a transfer with this as its parent")
    return end_in_workspace(places, {}, spec.path, right)


def _first_name(tasks: object) -> str | None:
    drafts = listed_tasks(tasks) if tasks else []
    return file_name(drafts[0].source) if drafts else None


def _require_volume(call: Call, what: str) -> None:
    """Refuse employees who have no volume.

    Raises:
        Refusal: the caller is one.
    """
    caller = call.caller
    own = USERS.table.c.id == caller.user_id
    if caller.role is Role.EMPLOYEE and not rows_where(call, USERS, own, has_a_volume(caller)):
        raise not_permitted(caller, f"{what} without access to a volume")
