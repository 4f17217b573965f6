"""Users: unique e-mail addresses, roles that only admins give, and what leaving means."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.access.accounts import revoke_everything
from accsyn_orm.server.access.policy import not_permitted
from accsyn_orm.server.access.roles import ADMINS, STAFF, Role
from accsyn_orm.server.access.sessions import sign_out
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import Names, StandaloneRules, creation, modification
from accsyn_orm.server.rules.grants import FULL, revoke_access, store_acl
from accsyn_orm.server.rules.homes import give_home
from accsyn_orm.server.rules.queues import find_queue
from accsyn_orm.server.rules.schema import (
    Field,
    Schema,
    boolean,
    filled_text,
    json_object,
    nullable_text,
    one_of,
    text,
    texts,
)
from accsyn_orm.server.rules.scopes import follow, inactive_row, require_active
from accsyn_orm.server.rules.volumes import active_volume, active_volumes, default_volume
from accsyn_orm.server.storage.store import (
    insert_row,
    rows_where,
    update_row,
    update_rows,
    writable_row,
)
from accsyn_orm.server.storage.tables import RECIPIENTS, USERS, V1, V3, Scope
from accsyn_orm.server.transfers.involvement import active_jobs, involvement_of, jobs_of_user
from accsyn_orm.server.transfers.lifecycle import abort_where, hold_jobs_of

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")

_ROLE_IN_V1 = one_of(*(role.wire("v1") for role in Role))
_ROLE_IN_V3 = one_of(*(role.wire("v3") for role in Role))


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
            Field("role", _ROLE_IN_V1, create=True, generations=V1),
            Field("role", _ROLE_IN_V1, update=True, generations=V1, writers=ADMINS),
            Field("clearance", _ROLE_IN_V1, create=True, generations=V1, source=INFERRED),
            Field("role", _ROLE_IN_V3, create=True, generations=V3),
            Field("role", _ROLE_IN_V3, update=True, generations=V3, writers=ADMINS),
            Field("status", one_of("enabled", "disabled"), update=True, writers=STAFF),
            Field("description", text, create=True, update=True, source=INFERRED),
            Field("queue", nullable_text, update=True, source=INFERRED),
            Field("metadata", json_object, update=True, source=INFERRED),
            Field("create_home_share", boolean, create=True, generations=V3),
            Field("give_all_volumes_access", boolean, create=True, generations=V3),
            Field("give_default_volume_access", boolean, create=True, generations=V3),
            Field("volumes", texts, create=True, generations=V3),
            # No mail ever leaves an embedded workspace, so it does not matter whether one is
            # wanted.
            Field("message", text, create=True, generations=V3),
            Field("mail", boolean, create=True, generations=V3),
        ),
    )
    names = Names(v1="user", v3="user")

    @behaviour(DOCUMENTED, "user/create", "codes are e-mail addresses, unique whatever their case")
    @behaviour(DOCUMENTED, "user/create", "the role is standard unless another is given")
    @behaviour(INFERRED, "user/create", "other roles than standard are given by admins")
    @behaviour(DOCUMENTED, "user/create", "an inactive user of that e-mail comes back")
    @behaviour(INFERRED, "user/create", "employees bring back standard users only")
    def insert(self, call: Call, values: dict[str, Any]) -> str:
        """Create a user, or bring back one that was deactivated."""
        given = _attributes(call, values)
        role = given.get("role", Role.STANDARD.value)
        if role != Role.STANDARD.value and call.caller.role is not Role.ADMIN:
            raise not_permitted(call.caller, f"create a user with role {role}")
        existing = _with_code(call, given["code"])
        if existing is None:
            ident = insert_row(call, USERS, _defaults(call, {"role": role, **given}))
        elif existing["scope"] != Scope.INACTIVE.value:
            raise Refusal(f"there already is a user {existing['code']!r}")
        else:
            ident = self._restore(call, existing, given)
        (user,) = rows_where(call, USERS, USERS.table.c.id == ident)
        _equip(call, user, values)
        return ident

    @behaviour(DOCUMENTED, "user/edit", "admins only change roles")
    @behaviour(DOCUMENTED, "user/edit", "a disabled user is signed out and cannot sign in")
    @behaviour(DOCUMENTED, "user/edit", "jobs of a disabled user are on hold")
    @behaviour(INFERRED, "user/edit", "one enabled admin remains")
    def update(self, call: Call, row: RowMapping, values: dict[str, Any]) -> None:
        """Change a user; one that is disabled is signed out at once, and his jobs are on hold."""
        changes = _attributes(call, values)
        is_lost = changes.get("status") == "disabled" or changes.get("role", "admin") != "admin"
        if is_lost:
            _require_other_admin(call, row)
        if changes.get("status") == "disabled":
            sign_out(call.connection, row["id"])
            hold_jobs_of(call, row["id"])
        if changes.get("role", row["role"]) != row["role"]:
            revoke_access(call, row["id"])
        self.modify(call, row, changes)

    @behaviour(DOCUMENTED, "user/delete", "jobs are aborted")
    @behaviour(
        INFERRED, "user/delete", "deliveries that others receive as well lose a recipient only"
    )
    @behaviour(DOCUMENTED, "user/delete", "the home is deleted")
    @behaviour(INFERRED, "user/delete", "ACLs go to the archive, and the e-mail is free again")
    @behaviour(INFERRED, "user/delete", "nobody deletes himself, or the last enabled admin")
    def remove(self, call: Call, row: RowMapping) -> None:
        """Remove a user from the workspace: jobs are aborted, keys are revoked."""
        if row["id"] == call.caller.user_id:
            raise Refusal("you cannot delete yourself")
        _require_other_admin(call, row)
        abort_where(call, jobs_of_user(row["id"]))
        received = RECIPIENTS.table.c.user == row["id"]
        update_rows(call, RECIPIENTS, received, {}, scope=Scope.ARCHIVED)
        revoke_everything(call.connection, row["id"])
        self.archive(call, row)
        follow(call)

    @behaviour(DOCUMENTED, "user/deactivate", "not while a job that involves the user is active")
    @behaviour(DOCUMENTED, "user/deactivate", "the home and the ACLs become inactive as well")
    @behaviour(INFERRED, "user/deactivate", "the user is signed out and cannot sign in")
    @behaviour(INFERRED, "user/deactivate", "nobody deactivates himself, or the last enabled admin")
    def deactivate(self, call: Call, ident: str) -> bool:
        """Put a user out of use; home and ACLs go along."""
        row = writable_row(call, USERS, ident, "deactivate")
        require_active(call, USERS, row)
        if row["id"] == call.caller.user_id:
            raise Refusal("you cannot deactivate yourself")
        _require_other_admin(call, row)
        if active_jobs(call, involvement_of(call, row["id"])):
            raise Refusal(f"active jobs involve {row['code']!r}: abort or finish them first")
        sign_out(call.connection, row["id"])
        update_row(call, USERS, row["id"], modification(call), scope=Scope.INACTIVE)
        follow(call)
        return True

    @behaviour(DOCUMENTED, "user/activate", "by id or by e-mail")
    @behaviour(INFERRED, "user/activate", "the home and the ACLs come back")
    def activate(self, call: Call, named: str) -> bool:
        """Bring a user back, with home and ACLs."""
        row = inactive_row(call, USERS, named)
        update_row(call, USERS, row["id"], modification(call), scope=Scope.ACTIVE)
        follow(call)
        return True

    def _restore(self, call: Call, row: RowMapping, given: dict[str, Any]) -> str:
        if row["role"] != Role.STANDARD.value and call.caller.role is not Role.ADMIN:
            raise not_permitted(call.caller, "bring this user back")
        del given["code"]
        back = {**given, "status": "enabled", **modification(call)}
        if given.get("role", row["role"]) != row["role"]:
            revoke_access(call, row["id"])
        update_row(call, USERS, row["id"], back, scope=Scope.ACTIVE)
        follow(call)
        return str(row["id"])


@behaviour(DOCUMENTED, "user/create", "create_home_share gives a home")
@behaviour(DOCUMENTED, "user/create", "v1.0 gives a home by itself")
@behaviour(
    DOCUMENTED, "user/create", "access to all, to the default or to named volumes can be given"
)
@behaviour(
    INFERRED, "user/create", "access to volumes is to read and to write, and given by admins"
)
def _equip(call: Call, user: RowMapping, values: dict[str, Any]) -> None:
    """Give a user what was asked for along with him."""
    if values.get("create_home_share") or (call.caller.generation == "v1" and active_volumes(call)):
        give_home(call, user)
    options = ("volumes", "give_default_volume_access", "give_all_volumes_access")
    if any(map(values.get, options)) and call.caller.role is not Role.ADMIN:
        raise not_permitted(call.caller, "give access to volumes")
    volumes = [active_volume(call, named) for named in values.get("volumes", ())]
    if values.get("give_default_volume_access"):
        volumes.append(default_volume(call))
    if values.get("give_all_volumes_access"):
        volumes += active_volumes(call)
    for volume in volumes:
        store_acl(call, user, volume, FULL)


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
