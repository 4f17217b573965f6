"""The life of a job: which status may follow which, and what the tasks' statuses make of it.

Jobs that are done or aborted are *finished*: they leave the active scope, and come back when they
are retried.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.store import rows_where, update_row, update_rows
from accsyn_orm.server.tables import JOBS, TASKS, Scope

FINISHED = frozenset({"done", "aborted"})
_SETTLED = frozenset({"done", "excluded"})


def change_status(call: Call, job: RowMapping, status: str) -> None:
    """Give a job a status that a client asked for.

    ``waiting`` resumes, and retries what failed or has finished; ``paused``, ``aborted`` and
    ``done`` are for jobs that have not finished.

    Raises:
        Refusal: the job has finished, or holds nothing that could run.
    """
    if status == job["status"]:
        return
    if status == "waiting":
        retry(call, job)
    elif job["status"] in FINISHED:
        raise Refusal(
            f"the job is {job['status']}: retry it with status waiting before it can be {status}"
        )
    else:
        set_status(call, job["id"], status)


def set_status(call: Call, job: str, status: str) -> None:
    """Set a job's status, and what follows from it: its scope and when it finished."""
    update_row(call, JOBS, job, **_consequences(call, status))


def abort_where(call: Call, condition: ColumnElement[bool]) -> None:
    """Abort all active jobs that satisfy a condition."""
    is_active = JOBS.table.c.scope == Scope.ACTIVE.value
    update_rows(call, JOBS, is_active & condition, **_consequences(call, "aborted"))


def retry(call: Call, job: RowMapping) -> None:
    """Let a job run again: queue what is left of it, or all of it when it is done.

    Raises:
        Refusal: every task is excluded.
    """
    statuses = {task["status"] for task in tasks_of(call, job["id"])} - {"excluded"}
    if not statuses:
        raise Refusal("every task of the job is excluded: there is nothing to run")
    # "done" tasks run again only when nothing else is left to.
    requeue(call, job["id"], statuses - {"done"} or statuses)
    set_status(call, job["id"], "waiting")


def requeue(call: Call, job: str, statuses: Collection[str]) -> None:
    """Queue those tasks of a job that have one of the statuses."""
    tasks = TASKS.table.c
    condition = (tasks.job == job) & tasks.status.in_(statuses)
    update_rows(call, TASKS, condition, {"status": "queued", "finished": None})


def tasks_of(call: Call, job: str) -> Sequence[RowMapping]:
    """Select the tasks of a job, in order of creation."""
    return rows_where(call, TASKS, TASKS.table.c.job == job)


def settle(call: Call, job: RowMapping) -> None:
    """Bring a job's status in line with those of its tasks, after some of them were changed."""
    status = status_from_tasks(
        job["status"], [task["status"] for task in tasks_of(call, job["id"])]
    )
    if status != job["status"]:
        set_status(call, job["id"], status)


def status_from_tasks(current: str, tasks: Sequence[str]) -> str:
    """Say what a job's status is, given those of its tasks.

    Args:
        current: its status until now, which stays when the tasks do not say otherwise.
        tasks: the statuses of all its tasks.
    """
    remaining = [status for status in tasks if status not in _SETTLED]
    if not remaining:
        return current if current in FINISHED else "done"
    if current == "aborted" and "queued" not in remaining:
        return current
    if "queued" in remaining:
        # Something can run: wake what had ended; a pause is the user's own and stays.
        return "waiting" if current in FINISHED or current == "failed" else current
    if all(status == "onhold" for status in remaining):
        return "paused"
    if "failed" in remaining and "executing" not in remaining:
        return "failed"
    return current


def _consequences(call: Call, status: str) -> dict[str, Any]:
    is_finished = status in FINISHED
    values: Mapping[str, Any] = {
        "status": status,
        "finished": call.timestamp if is_finished else None,
        "modified": call.timestamp,
        "modifier": call.caller.user_code,
    }
    return {"values": values, "scope": Scope.FINISHED if is_finished else Scope.ACTIVE}
