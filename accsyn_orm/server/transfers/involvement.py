"""Which jobs use a share, or involve a user."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, RowMapping, or_, select

from accsyn_orm.server.context import Call
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import JOBS, RECIPIENTS, TASKS, Scope


def use_of_shares(call: Call, idents: Collection[str]) -> ColumnElement[bool]:
    """Select jobs that move files of the shares with these ids.

    A task's ends name the volume (``v``) and the share (``s``) that their paths are in.
    """
    tasks = TASKS.table.c
    ends = (tasks.source__leaves, tasks.destination__leaves)
    named = [end.contains(f'"t{ident}"', autoescape=True) for end in ends for ident in idents]
    users = select(tasks.job).where(tasks.workspace == call.caller.workspace, or_(*named))
    return JOBS.table.c.id.in_(users)


def jobs_of_user(user: str) -> ColumnElement[bool]:
    """Select jobs that a user submitted, sends or receives."""
    jobs, party = JOBS.table.c, f"user:{user}"
    return or_(jobs.user == user, jobs.source == party, jobs.destination == party)


def involvement_of(call: Call, user: str) -> ColumnElement[bool]:
    """Select the jobs of a user, and those of which he is one of the recipients."""
    recipients = RECIPIENTS.table.c
    received = select(recipients.job).where(
        recipients.workspace == call.caller.workspace,
        recipients.user == user,
        recipients.scope == Scope.ACTIVE.value,
    )
    return or_(jobs_of_user(user), JOBS.table.c.id.in_(received))


def active_jobs(call: Call, condition: ColumnElement[bool]) -> Sequence[RowMapping]:
    """Select the jobs that satisfy a condition and have not finished."""
    return rows_where(call, JOBS, JOBS.table.c.scope == Scope.ACTIVE.value, condition)
