"""Rights to jobs of all kinds, and to their tasks."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import ColumnElement, or_, select

from accsyn_orm.server.access.rights import FULL, Access, Caller, Rights
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.storage.tables import JOBS, TASKS


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


_TRANSFER: Rights = {
    Role.ADMIN: FULL,
    Role.EMPLOYEE: FULL,
    Role.STANDARD: Access(jobs_as_party, jobs_as_party, create=True),
}

RIGHTS: Mapping[str, Rights] = {
    "job": _TRANSFER,
    "transfer": _TRANSFER,
    "task": {
        Role.ADMIN: FULL,
        Role.EMPLOYEE: FULL,
        Role.STANDARD: Access(tasks_of_jobs_as_party, tasks_of_jobs_as_party, create=True),
    },
}
