"""The role matrix of the documentation, cell by cell, against the demo studio.

The words of the table are turned into sets of objects here, in Python, from what an admin sees;
the workspace does it in SQL. Neither knows of the other.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from sqlalchemy import Connection, select

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.access.policy import MATRIX, access
from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.operations import plan
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules import RULES
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.store import rows_where, visible_row, writable_row
from accsyn_orm.server.storage.tables import (
    ACLS,
    CLIENT_TYPES,
    JOBS,
    RECIPIENTS,
    SHARES,
    USERS,
    EntityTable,
    Generation,
)
from accsyn_orm.wire.events import Event

PEOPLE = {"admin": "john@user.com", "employee": "anna@acmefilm.com", "standard": "lisa@example.com"}
ENTITIES: dict[str, EntityTable] = {rules.name: rules.entity for rules in RULES}
Row = Any
Meaning = Callable[["Office", Row], bool]


class Office:
    """One user's view: what of the workspace is hers, looked up without any rights."""

    def __init__(self, call: Call) -> None:
        self.call = call
        self.me = call.caller.user_id
        users = rows_where(call, USERS)
        self.standard = {user["id"] for user in users if user["role"] == "standard"}
        self.shares = {share["id"]: share for share in rows_where(call, SHARES)}
        self.acls = [
            acl
            for acl in rows_where(call, ACLS)
            if acl["scope"] == "active" and acl["entity"] == f"user:{self.me}"
        ]
        self.packages = {
            one["job"] for one in rows_where(call, RECIPIENTS) if one["user"] == self.me
        }
        self.jobs = {job["id"]: job for job in rows_where(call, JOBS)}


def _all(_office: Office, _row: Row) -> bool:
    return True


def _none(_office: Office, _row: Row) -> bool:
    return False


def _me(office: Office, user: Row) -> bool:
    return user["id"] == office.me


def _me_and_standard_users(office: Office, user: Row) -> bool:
    return user["id"] == office.me or user["role"] == "standard"


def _clients_of_me_and_standard_users(office: Office, client: Row) -> bool:
    owned = client["user"] == office.me or client["user"] in office.standard
    return owned and client["type"] not in {1, 4}


def _sender_or_receiver(office: Office, job: Row) -> bool:
    return f"user:{office.me}" in {job["source"], job["destination"]}


def _task_of_sender_or_receiver(office: Office, task: Row) -> bool:
    return _sender_or_receiver(office, office.jobs[task["job"]])


def _task_of_sender_receiver_or_recipient(office: Office, task: Row) -> bool:
    return _task_of_sender_or_receiver(office, task) or task["job"] in office.packages


def _recipient(office: Office, job: Row) -> bool:
    return job["id"] in office.packages


def _own_home(office: Office, share: Row) -> bool:
    return share["type"] == "home" and share["user"] == office.me


def _by_acl(office: Office, share: Row) -> bool:
    return any(acl["target"] == f"share:{share['id']}" for acl in office.acls)


def _own_home_and_by_acl(office: Office, share: Row) -> bool:
    return _own_home(office, share) or _by_acl(office, share)


def _own_home_and_by_writing_acl(office: Office, share: Row) -> bool:
    writing = any(
        acl["target"] == f"share:{share['id']}" and acl["write"] and acl["path"] == "/"
        for acl in office.acls
    )
    return _own_home(office, share) or writing


def _not_homes_of_staff(office: Office, share: Row) -> bool:
    return share["type"] != "home" or share["user"] in {office.me, *office.standard}


def _volumes_by_acl_and_all_else(office: Office, share: Row) -> bool:
    return share["type"] != "volume" or _by_acl(office, share)


def _of_own_collections(office: Office, file: Row) -> bool:
    return _own_home_and_by_acl(office, office.shares[file["parent"]])


# -- the table, in the words of the documentation --------------------------------------------------
# (reads, writes, creates) for employee and standard; admins read, write and create everything.

V3: dict[str, tuple[tuple[Meaning, Meaning, bool], tuple[Meaning, Meaning, bool]]] = {
    "user": ((_me_and_standard_users, _me_and_standard_users, True), (_me, _me, False)),
    "workspace": ((_all, _none, False), (_none, _none, False)),
    "queue": ((_all, _none, False), (_none, _none, False)),
    "transfer": ((_all, _all, True), (_sender_or_receiver, _sender_or_receiver, True)),
    "compute": ((_all, _all, True), (_sender_or_receiver, _sender_or_receiver, True)),
    "delivery": ((_all, _all, True), (_recipient, _none, False)),
    "request": ((_all, _all, True), (_recipient, _none, False)),
    "stream": ((_all, _all, True), (_recipient, _none, False)),
    "task": (
        (_all, _all, True),
        (_task_of_sender_receiver_or_recipient, _task_of_sender_or_receiver, True),
    ),
    "volume": ((_by_acl, _none, False), (_by_acl, _none, False)),
    "folder": ((_all, _all, True), (_own_home_and_by_acl, _own_home_and_by_writing_acl, False)),
    "home": (
        (_all, _not_homes_of_staff, True),
        (_own_home_and_by_acl, _own_home_and_by_writing_acl, False),
    ),
    "collection": ((_all, _all, True), (_own_home_and_by_acl, _own_home_and_by_writing_acl, False)),
    "site": ((_all, _none, False), (_none, _none, False)),
    "server": ((_all, _none, False), (_none, _none, False)),
    "lane": ((_all, _none, False), (_none, _none, False)),
    "engine": ((_all, _none, False), (_none, _none, False)),
    **dict.fromkeys(
        ("app", "browser", "userserver"),
        (
            (_all, _all, False),
            (_clients_of_me_and_standard_users, _clients_of_me_and_standard_users, False),
        ),
    ),
}


CREATABLE = set(V3) - {"workspace", *CLIENT_TYPES}


@contextmanager
def office(demo: Any, role: str, generation: Generation = "v3") -> Iterator[Office]:
    with demo.database.reading() as connection:
        user = connection.execute(
            select(USERS.table).where(USERS.table.c.code == PEOPLE[role])
        ).one()
        caller = Caller(user.workspace, "acmefilm", user.id, user.code, Role(role), generation)
        yield Office(Call(connection, caller, demo.clock(), demo.roots))


def may(function: Callable[..., object], *arguments: object) -> bool:
    try:
        function(*arguments)
    except Refusal:
        return False
    return True


def test_the_table_has_every_entity_type():
    families = {"job", "share", "client"}
    assert set(MATRIX) - families - {"acl", "file"} == set(V3)


@pytest.mark.parametrize("role", PEOPLE)
def test_every_cell_of_the_matrix(furnished, role: str):
    column = {"employee": 0, "standard": 1}
    with office(furnished, role) as one:
        for kind in V3:
            entity = ENTITIES[kind]
            words = V3[kind][column[role]] if role in column else (_all, _all, kind in CREATABLE)
            reads, writes, creates = words
            rows = [row for row in rows_where(one.call, entity) if row["scope"] == "active"]
            assert rows, f"the demo has no {kind}"
            for row in rows:
                seen = may(visible_row, one.call, entity, row["id"])
                assert seen == reads(one, row), f"{role} reads {kind} {row['id']}"
                changed = may(writable_row, one.call, entity, row["id"], "change")
                assert changed == (seen and writes(one, row)), f"{role} writes {kind} {row['id']}"
            assert access(kind, one.call.caller).create is creates, f"{role} creates {kind}"


# -- through the operations -----------------------------------------------------------------------

NOBODY = "f" * 24
CHANGES: dict[str, tuple[str, Any]] = {
    "edit": ("PUT", {"metadata": {"probe": 1}}),
    "delete": ("DELETE", {"force": True}),
    "deactivate": ("DELETE", None),
}


class _Undone(Exception):  # noqa: N818  # not an error
    """Ends a transaction whose outcome is known."""


@contextmanager
def undone(database: Database) -> Iterator[Connection]:
    """Open a transaction of which nothing stays."""
    with suppress(_Undone), database.writing() as connection:
        yield connection
        raise _Undone


def outcome(  # what events are made of
    demo: Any,
    one: Office,
    verb: str,
    uri: str,
    data: Any,
    ident: str | None,
    query: str | None = None,
) -> Any:
    """Do something and undo it; return what was answered, or the words of the refusal."""
    event = Event(
        uri, "acmefilm", "e", "s", one.call.caller.user_code, "2026-03-01T12:00:00", "h",
        data, query, ident,
    )  # fmt: skip
    try:
        with undone(demo.database) as connection:
            return plan("v3", event, verb).run(dataclasses.replace(one.call, connection=connection))
    except AccsynError as refusal:
        return str(refusal)


def is_denied(answer: Any) -> bool:
    return isinstance(answer, str) and answer.startswith("permission denied")


def expected(role: str, kind: str, name: str, *, may_see: bool, may_write: bool) -> str:
    """Say what becomes of a change: ``missing``, ``denied``, ``never`` or ``possible``."""
    if not may_see:
        return "missing"
    if (kind, name) == ("task", "delete"):
        return "never"
    # Standard users change folders and homes, and leave them where they are.
    is_kept = kind in {"folder", "home", "collection"} and name in {"delete", "deactivate"}
    if may_write and not (role == "standard" and is_kept):
        return "possible"
    # Most types cannot be deactivated by anybody.
    return "denied or never" if name == "deactivate" else "denied"


def kind_of(answer: Any, missing: str) -> str:
    """Say what became of a change; ``missing`` is what is said of an id that never was."""
    if str(answer) == missing:
        return "missing"
    if isinstance(answer, str) and "cannot be de" in answer:
        return "never"
    return "denied" if is_denied(answer) else "possible"


def agrees(found: str, wanted: str) -> bool:
    if wanted == "possible":
        return found in {"possible", "never"}
    return found in wanted.split(" or ")


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize(
    ("empty_database", "names"),
    [
        ("sqlite", ("edit",)),
        pytest.param("sqlite", tuple(CHANGES), marks=pytest.mark.deep, id="whole-sqlite"),
        pytest.param("postgresql", tuple(CHANGES), marks=pytest.mark.deep, id="whole-postgresql"),
    ],
    indirect=["empty_database"],
)
def test_every_operation_keeps_to_the_matrix(furnished, figure, role: str, names: tuple[str, ...]):
    column = {"employee": 0, "standard": 1}
    cells, wrong = 0, []
    with office(furnished, role) as one:
        rows = [(k, row) for k in V3 for row in rows_where(one.call, ENTITIES[k])]
        words = {k: V3[k][column[role]] if role in column else (_all, _all, True) for k in V3}
        sights = [
            (k, row["id"], words[k][0](one, row), words[k][1](one, row))
            for k, row in rows
            if row["scope"] == "active"
        ]
    for kind, ident, may_see, may_write in sights:
        found = outcome(furnished, one, "GET", f"{kind}/find", {}, ident)
        cells += 1
        if [entity["id"] for entity in found] != ([ident] if may_see else []):
            wrong.append((kind, ident, "find", found))
        for name in names:
            verb, data = CHANGES[name]
            uri = f"{kind}/{name}"
            never_was = str(outcome(furnished, one, verb, uri, data, NOBODY)).replace(NOBODY, ident)
            answer = outcome(furnished, one, verb, uri, data, ident)
            wanted = expected(role, kind, name, may_see=may_see, may_write=may_write)
            cells += 1
            if not agrees(kind_of(answer, never_was), wanted):
                wrong.append((kind, ident, name, wanted, answer))
    for kind in V3:
        if kind != "task":  # which are found beneath one job only
            idents = [ident for of, ident, _may_see, _may_write in sights if of == kind]
            query = f'id in "{",".join(idents)}"'
            found = outcome(furnished, one, "GET", f"{kind}/find", {}, None, query)
            visible = {ident for of, ident, may_see, _ in sights if of == kind and may_see}
            cells += 1
            if isinstance(found, str) or {entity["id"] for entity in found} != visible:
                wrong.append((kind, None, query, found))
        created = outcome(furnished, one, "POST", f"{kind}/create", {}, None)
        cells += 1
        # Nobody creates what is not in this list; everybody else is told by his role.
        may_create = kind in CREATABLE and words[kind][2]
        if may_create is (is_denied(created) or "cannot be created" in str(created)):
            wrong.append((kind, None, "create", created))
    figure(f"cells of the role matrix, {role}", cells, ">= 200")
    assert wrong[:3] == []
    figure(f"answers against the role matrix, {role}", len(wrong), "= 0")
