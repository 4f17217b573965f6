"""Users: unique e-mail addresses, roles that only admins give, and what leaving means."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.accounts import revoke_everything, sign_out
from accsyn_orm.server.access.policy import not_permitted
from accsyn_orm.server.access.roles import ADMINS, STAFF, Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import Names, StandaloneRules, creation, modification
from accsyn_orm.server.rules.queues import find_queue
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    absent,
    boolean,
    filled_text,
    json_object,
    nullable_text,
    one_of,
    text,
)
from accsyn_orm.server.storage.store import insert_row, rows_where, update_row
from accsyn_orm.server.storage.tables import JOBS, USERS, V1, V3, Scope
from accsyn_orm.server.transfers.lifecycle import abort_where, hold_jobs_of

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_NO_SHARES = "this workspace has no volumes and homes"


def _email(name: str, value: Any) -> str:
    code = filled_text(name, value)
    if not _EMAIL.fullmatch(code):
        raise Refusal(f"{name} is an e-mail address, not {code!r}")
    return code


class Users(StandaloneRules):
    """The rules of users."""

    schema = Schema(
        USERS,
        (
            Field("code", _email, create=True, required=True),
            Field(
                "role",
                one_of("admin", "employee", "user"),
                create=True,
                generations=V1,
            ),
            Field(
                "role",
                one_of("admin", "employee", "user"),
                update=True,
                generations=V1,
                writers=ADMINS,
            ),
            Field("clearance", one_of("admin", "employee", "user"), create=True, generations=V1),
            Field("role", one_of("admin", "employee", "standard"), create=True, generations=V3),
            Field(
                "role",
                one_of("admin", "employee", "standard"),
                update=True,
                generations=V3,
                writers=ADMINS,
            ),
            Field("status", one_of("enabled", "disabled"), update=True, writers=STAFF),
            Field("description", text, create=True, update=True),
            Field("queue", nullable_text, update=True),
            Field("metadata", json_object, update=True),
            Field("create_home_share", absent(_NO_SHARES), create=True, generations=V3),
            Field("give_all_volumes_access", absent(_NO_SHARES), create=True, generations=V3),
            Field("give_default_volume_access", absent(_NO_SHARES), create=True, generations=V3),
            Field("volumes", absent(_NO_SHARES), create=True, generations=V3),
            # No mail ever leaves an embedded workspace, so it does not matter whether one is
            # wanted.
            Field("message", text, create=True, generations=V3),
            Field("mail", boolean, create=True, generations=V3),
        ),
    )
    names = Names(v1="user", v3="user")

    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Create a user, or bring back one that was deactivated."""
        given = _attributes(call, values)
        role = given.setdefault("role", Role.STANDARD.value)
        if role != Role.STANDARD.value and call.caller.role is not Role.ADMIN:
            raise not_permitted(call.caller, f"create a user with role {role}")
        existing = _with_code(call, given["code"])
        if existing is None:
            return insert_row(call, USERS, _defaults(call, given))
        if existing["scope"] != Scope.INACTIVE.value:
            raise Refusal(f"there already is a user {existing['code']!r}")
        return self._restore(call, existing, given)

    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a user; one that is disabled is signed out at once, and his jobs are on hold."""
        changes = _attributes(call, values)
        is_lost = changes.get("status") == "disabled" or changes.get("role", "admin") != "admin"
        if is_lost:
            _require_other_admin(call, row)
        if changes.get("status") == "disabled":
            sign_out(call.connection, row["id"])
            hold_jobs_of(call, row["id"])
        self.modify(call, row, changes)

    def remove(self, call: Call, row: RowMapping) -> None:
        """Remove a user from the workspace: jobs are aborted, keys are revoked."""
        if row["id"] == call.caller.user_id:
            raise Refusal("you cannot delete yourself")
        _require_other_admin(call, row)
        jobs, party = JOBS.table.c, f"user:{row['id']}"
        abort_where(
            call, (jobs.user == row["id"]) | (jobs.source == party) | (jobs.destination == party)
        )
        revoke_everything(call.connection, row["id"])
        self.archive(call, row)

    def _restore(self, call: Call, row: RowMapping, given: dict[str, Any]) -> str:
        if row["role"] != Role.STANDARD.value and call.caller.role is not Role.ADMIN:
            raise not_permitted(call.caller, "bring this user back")
        del given["code"]
        back = {**given, "status": "enabled", **modification(call)}
        update_row(call, USERS, row["id"], back, scope=Scope.ACTIVE)
        return str(row["id"])


def _attributes(call: Call, values: dict[str, Any]) -> dict[str, Any]:
    """Turn checked values into what is stored: no options, no aliases, ids for references."""
    stored = {name: value for name, value in values.items() if name in USERS.attributes}
    role = values.get("clearance", values.get("role"))
    if values.get("role", role) != role:
        raise Refusal("role and clearance are the same attribute, and differ")
    if role is not None:
        stored["role"] = Role.STANDARD.value if role == "user" else role
    if stored.get("queue") is not None:
        stored["queue"] = find_queue(call, stored["queue"])["id"]
    return stored


def _defaults(call: Call, given: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": given["code"],
        "status": "enabled",
        "description": "",
        "queue": None,
        "metadata": {},
        "logged_in": None,
        "phase": "activating",
        **creation(call),
        **given,
    }


def _with_code(call: Call, code: str) -> RowMapping | None:
    users = USERS.table.c
    is_kept = users.scope != Scope.ARCHIVED.value
    rows = rows_where(call, USERS, users.code__folded == code.casefold(), is_kept)
    return rows[0] if rows else None


def _require_other_admin(call: Call, row: RowMapping) -> None:
    """Refuse to take the last admin away: nobody could undo it."""
    users = USERS.table.c
    others = rows_where(
        call,
        USERS,
        users.id != row["id"],
        users.role == Role.ADMIN.value,
        users.status == "enabled",
        users.scope == Scope.ACTIVE.value,
    )
    if row["role"] == Role.ADMIN.value and not others:
        raise Refusal("the workspace needs at least one enabled admin")
