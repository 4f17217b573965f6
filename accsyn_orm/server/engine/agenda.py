"""Which jobs there are for the engine, and in which order: by their queues, then by their turn."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, select

from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.storage.tables import JOB_TYPES, JOBS, QUEUES, TASKS, Scope

RUNNABLE = frozenset({"init", "waiting", "running"})
"""Statuses of jobs that the engine takes on; one that runs has lost whoever ran it."""

OPEN = frozenset({"queued", "booting", "executing"})
"""Statuses of tasks that are to be carried out."""


@behaviour(DOCUMENTED, "transfers/order", "jobs of the queue with the highest priority go first")
@behaviour(INFERRED, "transfers/order", "within a queue, jobs go in the order in which they came")
def runnable_jobs(connection: Connection, is_free: ColumnElement[bool]) -> Sequence[RowMapping]:
    """Select the jobs that can be taken on, the most urgent one first."""
    jobs, queues = JOBS.table.c, QUEUES.table.c
    is_runnable = and_(jobs.scope == Scope.ACTIVE.value, jobs.status.in_(RUNNABLE), is_free)
    return _rows(connection, is_runnable, queues.priority.desc(), jobs.due, jobs.sequence)


def failed_jobs(connection: Connection) -> Sequence[RowMapping]:
    """Select the failed jobs that are to run again, the first one first."""
    jobs = JOBS.table.c
    has_failed = and_(jobs.scope == Scope.ACTIVE.value, jobs.status == "failed")
    return _rows(connection, and_(has_failed, jobs.due.is_not(None)), jobs.due, jobs.sequence)


def ended_jobs(connection: Connection) -> Sequence[RowMapping]:
    """Select the jobs that have ended without the engine, which may have to clean up."""
    jobs = JOBS.table.c
    return _rows(connection, jobs.scope != Scope.ACTIVE.value, jobs.sequence)


def jobs_by_id(connection: Connection, idents: Sequence[str]) -> dict[str, RowMapping]:
    """Select jobs, whatever has become of them."""
    jobs = JOBS.table.c
    found = connection.execute(select(JOBS.table).where(jobs.id.in_(idents))).mappings()
    return {row["id"]: row for row in found}


@behaviour(DOCUMENTED, "transfers/order", "tasks go by priority, then in the order they came in")
def open_tasks(connection: Connection, job: RowMapping) -> Sequence[RowMapping]:
    """Select the tasks of a job that are to be carried out, the most urgent one first."""
    tasks = TASKS.table.c
    statement = (
        select(TASKS.table)
        .where(tasks.workspace == job["workspace"], tasks.job == job["id"], tasks.status.in_(OPEN))
        .order_by(tasks.priority.desc(), tasks.sequence)
    )
    return connection.execute(statement).mappings().all()


def _rows(
    connection: Connection, condition: ColumnElement[bool], *order: ColumnElement[object]
) -> Sequence[RowMapping]:
    jobs, queues = JOBS.table.c, QUEUES.table.c
    is_ours = and_(jobs.scheduled.is_(True), jobs.type == JOB_TYPES["transfer"])
    statement = (
        select(JOBS.table)
        .join(QUEUES.table, queues.id == jobs.queue)
        .where(is_ours, condition)
        .order_by(*order)
    )
    return connection.execute(statement).mappings().all()
