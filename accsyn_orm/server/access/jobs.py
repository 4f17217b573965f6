"""Rights to jobs of all kinds, and to their tasks.

Transfers and compute jobs are seen by who sends or receives them; deliveries, requests and streams,
which are *packages* here, by who is named as a recipient. Employees use packages only while an ACL
gives them a volume.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select

from accsyn_orm.server.access.rights import FULL, Access, Caller, Condition, Rights, nothing
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.access.shares import shared_with
from accsyn_orm.server.provenance import INFERRED, TESTS
from accsyn_orm.server.storage.tables import (
    ACLS,
    JOB_TYPES,
    JOBS,
    RECIPIENTS,
    SHARES,
    TASKS,
    Scope,
)

PACKAGES = frozenset({JOB_TYPES["delivery"], JOB_TYPES["request"], JOB_TYPES["stream"]})
"""Types of job that are about recipients."""


def jobs_as_party(caller: Caller) -> ColumnElement[bool]:
    """Transfers that the caller sends or receives."""
    jobs = JOBS.table.c
    own = caller.user_id
    # Ids are unique among users and workspaces alike.
    return and_(
        jobs.type.not_in(PACKAGES),
        or_(jobs.source__ident == own, jobs.destination__ident == own),
    )


def own_computes(caller: Caller) -> ColumnElement[bool]:
    """Compute jobs that the caller submitted."""
    jobs = JOBS.table.c
    return and_(jobs.type == JOB_TYPES["compute"], jobs.user == caller.user_id)


def packages_received(caller: Caller) -> ColumnElement[bool]:
    """Packages that the caller is a recipient of."""
    jobs, recipients = JOBS.table.c, RECIPIENTS.table.c
    received = select(recipients.job).where(
        recipients.workspace == caller.workspace,
        recipients.scope == Scope.ACTIVE.value,
        recipients.user == caller.user_id,
    )
    return and_(jobs.type.in_(PACKAGES), jobs.id.in_(received))


def has_a_volume(caller: Caller) -> ColumnElement[bool]:
    """Whether an ACL gives the caller a volume."""
    acls, shares = ACLS.table.c, SHARES.table.c
    volumes = select(shares.id).where(
        shares.workspace == caller.workspace,
        shares.type == "volume",
        shares.scope == Scope.ACTIVE.value,
    )
    return exists(shared_with(caller, acls.target__ident.in_(volumes)))


def packages_with_a_volume(caller: Caller) -> ColumnElement[bool]:
    """All packages, given that an ACL gives the caller a volume."""
    return and_(JOBS.table.c.type.in_(PACKAGES), has_a_volume(caller))


def packages_with_a_volume_or_received(caller: Caller) -> ColumnElement[bool]:
    """All packages given a volume, and those that the caller is a recipient of."""
    return or_(packages_with_a_volume(caller), packages_received(caller))


def jobs_an_employee_sees(caller: Caller) -> ColumnElement[bool]:
    """All jobs; packages as far as the employee sees those."""
    return or_(JOBS.table.c.type.not_in(PACKAGES), packages_with_a_volume_or_received(caller))


def jobs_an_employee_changes(caller: Caller) -> ColumnElement[bool]:
    """All jobs; packages given that an ACL gives the employee a volume."""
    return or_(JOBS.table.c.type.not_in(PACKAGES), packages_with_a_volume(caller))


def jobs_a_standard_user_sees(caller: Caller) -> ColumnElement[bool]:
    """Transfers as sender or receiver, own compute jobs, packages as recipient."""
    return or_(jobs_a_standard_user_changes(caller), packages_received(caller))


def jobs_a_standard_user_changes(caller: Caller) -> ColumnElement[bool]:
    """Transfers as sender or receiver, and own compute jobs."""
    return or_(jobs_as_party(caller), own_computes(caller))


def _tasks_of(caller: Caller, jobs: Condition) -> ColumnElement[bool]:
    ids: Select[Any] = select(JOBS.table.c.id).where(
        JOBS.table.c.workspace == caller.workspace, jobs(caller)
    )
    return TASKS.table.c.job.in_(ids)


def tasks_an_employee_sees(caller: Caller) -> ColumnElement[bool]:
    """Tasks of the jobs that the employee sees."""
    return _tasks_of(caller, jobs_an_employee_sees)


def tasks_an_employee_changes(caller: Caller) -> ColumnElement[bool]:
    """Tasks of the jobs that the employee changes."""
    return _tasks_of(caller, jobs_an_employee_changes)


def tasks_a_standard_user_sees(caller: Caller) -> ColumnElement[bool]:
    """Tasks of the jobs that the standard user sees."""
    return _tasks_of(caller, jobs_a_standard_user_sees)


def tasks_a_standard_user_changes(caller: Caller) -> ColumnElement[bool]:
    """Tasks of the jobs that the standard user changes."""
    return _tasks_of(caller, jobs_a_standard_user_changes)


_JOB: Rights = {
    Role.ADMIN: FULL,
    Role.EMPLOYEE: Access(jobs_an_employee_sees, jobs_an_employee_changes, create=True),
    Role.STANDARD: Access(jobs_a_standard_user_sees, jobs_a_standard_user_changes, create=True),
}

_TRANSFER: Rights = {
    Role.ADMIN: FULL,
    Role.EMPLOYEE: FULL,
    Role.STANDARD: Access(jobs_as_party, jobs_as_party, create=True),
}

_COMPUTE: Rights = {
    Role.ADMIN: FULL,
    Role.EMPLOYEE: FULL,
    Role.STANDARD: Access(own_computes, own_computes, create=True, source=INFERRED),
}

_PACKAGE: Rights = {
    Role.ADMIN: FULL,
    Role.EMPLOYEE: Access(
        packages_with_a_volume_or_received, packages_with_a_volume, create=True, source=TESTS
    ),
    # The documentation's table says that they may write; the tests say what they may not.
    Role.STANDARD: Access(packages_received, nothing, create=False, source=TESTS),
}

RIGHTS: Mapping[str, Rights] = {
    "job": _JOB,
    "transfer": _TRANSFER,
    "compute": _COMPUTE,
    "delivery": _PACKAGE,
    "request": _PACKAGE,
    "stream": _PACKAGE,
    "task": {
        Role.ADMIN: FULL,
        Role.EMPLOYEE: Access(tasks_an_employee_sees, tasks_an_employee_changes, create=True),
        Role.STANDARD: Access(
            tasks_a_standard_user_sees, tasks_a_standard_user_changes, create=True
        ),
    },
}
