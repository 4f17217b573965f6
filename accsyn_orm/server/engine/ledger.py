"""What the engine writes down about jobs and tasks, in transactions that others open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call, wire_time
from accsyn_orm.server.engine.agenda import OPEN
from accsyn_orm.server.engine.options import Options
from accsyn_orm.server.logbook import log
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.storage.store import rows_where, update_row, update_rows
from accsyn_orm.server.storage.tables import JOBS, TASKS
from accsyn_orm.server.transfers.lifecycle import (
    measure,
    requeue,
    set_status,
    states_of,
    status_from_tasks,
)

Changes = Mapping[int, Mapping[str, Any]]
"""Attributes of tasks to change, by the sequence numbers of their rows."""


def write_tasks(call: Call, changes: Changes) -> None:
    """Change tasks; those that somebody has held back or excluded meanwhile stay as they are."""
    tasks = TASKS.table.c
    for sequence, values in changes.items():
        is_open = (tasks.sequence == sequence) & tasks.status.in_(OPEN)
        update_rows(call, TASKS, is_open, values)


def status_with_tasks(call: Call, job: str, status: str) -> str:
    """Say what a job's status is, given those of its tasks; otherwise it is the one given."""
    return status_from_tasks(status, [task["status"] for task in states_of(call, job)])


@behaviour(INFERRED, "transfers/problems", "a job tells what keeps it waiting, until it goes on")
def hold(call: Call, job: RowMapping, problem: str) -> None:
    """Let a job wait, and say why; one that says so already is not touched."""
    if job["status"] != "waiting":
        set_status(call, job["id"], "waiting")
    if job["problem"] != problem:
        update_row(call, JOBS, job["id"], {"problem": problem})
        log(call, "transfer", job["id"], "warning", problem)


def halt_tasks(call: Call, job: str) -> None:
    """Queue the tasks again that were under way."""
    tasks = TASKS.table.c
    is_moving = (tasks.job == job) & tasks.status.in_(("booting", "executing"))
    update_rows(call, TASKS, is_moving, {"status": "queued"})


@behaviour(DOCUMENTED, "transfers/problems", "a job fails when a task has, after all others ended")
def end(call: Call, job: RowMapping, status: str, options: Options | None) -> None:
    """Write down that a job has ended: done, failed, or held back by its tasks.

    Args:
        call: the transaction.
        job: its row.
        status: what it is now.
        options: say whether it runs again by itself; ``None`` if that is not known.
    """
    set_status(call, job["id"], status)
    problem = first_problem(call, job["id"]) if status == "failed" else None
    values: dict[str, Any] = {"problem": problem, "claimant": None, "claimed": None}
    if status == "done":
        values["scheduled"] = None
    if status == "failed":
        values["due"] = _next_try(call, job, options)
    update_row(call, JOBS, job["id"], values)
    measure(call, job["id"])
    log(call, "transfer", job["id"], "error" if problem else "info", problem or status)


@behaviour(DOCUMENTED, "transfers/retry", "a failed job runs again by itself as often as it may")
def run_again(call: Call, job: RowMapping) -> None:
    """Queue what has failed of a job, which goes to the end of its queue."""
    requeue(call, job["id"], {"failed"})
    set_status(call, job["id"], "waiting")
    values = {"retries": (job["retries"] or 0) + 1, "due": call.timestamp, "problem": None}
    update_row(call, JOBS, job["id"], values)
    log(call, "transfer", job["id"], "info", "runs again")


def fail(call: Call, job: RowMapping, problem: str) -> None:
    """Let a job fail with all of its open tasks, for the same reason."""
    tasks = TASKS.table.c
    is_open = (tasks.job == job["id"]) & tasks.status.in_(OPEN)
    update_rows(call, TASKS, is_open, {"status": "failed", "problem": problem})
    end(call, job, "failed", None)


def first_problem(call: Call, job: str) -> str | None:
    """Say why the first of a job's tasks that failed did."""
    tasks = TASKS.table.c
    failed = rows_where(call, TASKS, tasks.job == job, tasks.status == "failed")
    return next((task["problem"] for task in failed if task["problem"]), None)


def _next_try(call: Call, job: RowMapping, options: Options | None) -> str | None:
    if options is None or (job["retries"] or 0) >= options.max_retries:
        return None
    return wire_time(call.now + options.retry_delay)
