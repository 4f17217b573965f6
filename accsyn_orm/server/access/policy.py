"""Who may see and change what: the role matrix, as SQL conditions in front of every statement.

A role's *read* condition is added to whatever is selected, so an object that the caller may not see
is just not there; its *write* condition is looked at only for objects that are. The matrix is that
of the accsyn documentation, for the entity types that this workspace has.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, false, or_, select, true

from accsyn_orm.server.access.roles import Role, is_internal
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.tables import JOBS, TASKS, USERS, Generation


@dataclass(frozen=True, slots=True)
class Caller:
    """The user on whose behalf an operation runs.

    Attributes:
        workspace: id of the workspace; every statement is confined to it.
        workspace_code: its code, as it stands in uris and party names.
        user_id: id of the user.
        user_code: e-mail of the user.
        role: what the user may do.
        generation: the protocol generation spoken.
    """

    workspace: str
    workspace_code: str
    user_id: str
    user_code: str
    role: Role
    generation: Generation


Condition = Callable[[Caller], ColumnElement[bool]]


def everything(_caller: Caller) -> ColumnElement[bool]:
    """All objects of the workspace."""
    return true()


def nothing(_caller: Caller) -> ColumnElement[bool]:
    """No object."""
    return false()


def own_profile(caller: Caller) -> ColumnElement[bool]:
    """The caller's own user."""
    return USERS.table.c.id == caller.user_id


def own_and_standard_users(caller: Caller) -> ColumnElement[bool]:
    """The caller's own user, and those with the least role."""
    return or_(own_profile(caller), USERS.table.c.role == Role.STANDARD.value)


def users_an_employee_sees(caller: Caller) -> ColumnElement[bool]:
    """All users in v1; in v3 the own and the standard ones."""
    return true() if caller.generation == "v1" else own_and_standard_users(caller)


def jobs_as_party(caller: Caller) -> ColumnElement[bool]:
    """Jobs that the caller sends or receives."""
    jobs = JOBS.table.c
    own = caller.user_id
    # Ids are unique among users and workspaces alike.
    return or_(jobs.source__ident == own, jobs.destination__ident == own)


def tasks_of_jobs_as_party(caller: Caller) -> ColumnElement[bool]:
    """Tasks of jobs that the caller sends or receives."""
    jobs = JOBS.table.c
    visible = select(jobs.id).where(jobs.workspace == caller.workspace, jobs_as_party(caller))
    return TASKS.table.c.job.in_(visible)


@dataclass(frozen=True, slots=True)
class Access:
    """What one role may do with one entity type.

    Attributes:
        read: which objects exist for it.
        write: which of them it may change or delete.
        create: whether it may make new ones.
    """

    read: Condition
    write: Condition
    create: bool


_FULL = Access(everything, everything, create=True)
_NONE = Access(nothing, nothing, create=False)

MATRIX: Mapping[str, Mapping[Role, Access]] = {
    "user": {
        Role.ADMIN: _FULL,
        Role.EMPLOYEE: Access(users_an_employee_sees, own_and_standard_users, create=True),
        Role.STANDARD: Access(own_profile, own_profile, create=False),
    },
    "queue": {
        Role.ADMIN: _FULL,
        Role.EMPLOYEE: Access(everything, nothing, create=False),
        Role.STANDARD: _NONE,
    },
    "job": {
        Role.ADMIN: _FULL,
        Role.EMPLOYEE: _FULL,
        Role.STANDARD: Access(jobs_as_party, jobs_as_party, create=True),
    },
    "task": {
        Role.ADMIN: _FULL,
        Role.EMPLOYEE: _FULL,
        Role.STANDARD: Access(tasks_of_jobs_as_party, tasks_of_jobs_as_party, create=True),
    },
}


def access(kind: str, caller: Caller) -> Access:
    """Look up what the caller's role may do with an entity type."""
    return MATRIX[kind][caller.role]


def sees_internal(caller: Caller) -> bool:
    """Tell whether the caller sees and sets the ``internal`` part of metadata."""
    return caller.role is not Role.STANDARD


def external(metadata: Mapping[str, Any] | None) -> dict[str, Any]:
    """Leave the internal part of metadata out."""
    return {key: value for key, value in (metadata or {}).items() if not is_internal(key)}


def with_internal(
    caller: Caller, stored: Mapping[str, Any] | None, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Keep the stored internal part of metadata when a caller who does not see it changes the rest.

    Args:
        caller: who changes.
        stored: the metadata until now.
        values: the attributes to change, of which ``metadata`` may be one.
    """
    if "metadata" not in values or sees_internal(caller):
        return dict(values)
    kept = {key: value for key, value in (stored or {}).items() if is_internal(key)}
    return {**values, "metadata": {**values["metadata"], **kept}}


def not_permitted(caller: Caller, what: str) -> Refusal:
    """Refuse something that the caller can see but may not do."""
    return Refusal(f"permission denied: {caller.role.wire(caller.generation)} users may not {what}")


def require_create(kind: str, caller: Caller) -> None:
    """Refuse a creation that the caller's role does not allow.

    Raises:
        Refusal: the role may not create objects of this type.
    """
    if not access(kind, caller).create:
        raise not_permitted(caller, f"create a {kind}")
