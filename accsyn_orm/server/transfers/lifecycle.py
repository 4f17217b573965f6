"""The life of a job: which status may follow which, and what the tasks' statuses make of it.

Jobs that are done or aborted are *finished*: they leave the active scope, and come back when they
are retried.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, select

from accsyn_orm.server.access.jobs import PACKAGES
from accsyn_orm.server.context import Call, wire_time
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import rows_where, update_row, update_rows
from accsyn_orm.server.storage.tables import JOBS, TASKS, Scope
from accsyn_orm.server.transfers.uploads import follow_upload

FINISHED = frozenset({"done", "aborted"})
ARCHIVED_AFTER = timedelta(days=14)
"""How long finished jobs stay where they are easily found; the default of accsyn."""

KEPT_FOR = timedelta(hours=4)
"""How long files that were uploaded to a package are kept after it is over."""

NOT_MOVING = -1.0
"""Speed of a job through which nothing goes now."""

_SETTLED = frozenset({"done", "excluded"})
_MOVING = frozenset({"init", "waiting", "running"})
_KEEPING_THEIR_PLACE = frozenset({"paused", "pending", "init", "waiting", "running"})


def change_status(call: Call, job: RowMapping, status: str) -> None:
    """Give a job a status that a client asked for.

    ``waiting`` resumes, and retries what failed or has finished; ``pending`` does so by asking the
    receiver for a path; ``paused``, ``aborted`` and ``done`` are for jobs that have not finished.

    Raises:
        Refusal: the job has finished, or holds nothing that could run.
    """
    if status == job["status"]:
        return
    if status == "waiting":
        retry(call, job)
    elif status == "pending":
        resend(call, job)
    elif job["status"] in FINISHED:
        raise Refusal(
            f"the job is {job['status']}: retry it with status waiting before it can be {status}"
        )
    elif status == "done":
        finish(call, job["id"])
    else:
        set_status(call, job["id"], status)


def set_status(call: Call, job: str, status: str) -> None:
    """Set a job's status, and what follows from it: its scope and when it finished."""
    update_row(call, JOBS, job, **_consequences(call, status))
    follow_upload(call, job, status)


def finish(call: Call, job: str) -> None:
    """End a job as done, which means that all its tasks are: those still open become so."""
    tasks = TASKS.table.c
    is_open = (tasks.job == job) & tasks.status.not_in(_SETTLED)
    update_rows(call, TASKS, is_open, {"status": "done", "finished": call.timestamp})
    set_status(call, job, "done")
    measure(call, job)


def measure(call: Call, job: str) -> None:
    """Bring a job's progress and size in line with its tasks."""
    tasks = states_of(call, job)
    values: dict[str, Any] = {"progress": progress_of(tasks)}
    sizes = [task["size"] for task in tasks if task["status"] != "excluded"]
    if None not in sizes:
        values["size"] = sum(sizes)
    update_row(call, JOBS, job, values)


@behaviour(
    INFERRED, "transfers/progress", "progress counts bytes where all sizes are known, else tasks"
)
@behaviour(INFERRED, "transfers/progress", "excluded tasks count neither for progress nor for size")
def progress_of(tasks: Iterable[Mapping[str, Any] | RowMapping]) -> int:
    """Say how many percent of the tasks are done, by bytes where all sizes are known.

    Excluded tasks do not count; nothing to do is all done.
    """
    counted = [task for task in tasks if task["status"] != "excluded"]
    total = sum(task["size"] or 0 for task in counted)
    if total and all(task["size"] is not None for task in counted):
        return 100 * sum(map(_moved, counted)) // int(total)
    done = sum(task["status"] == "done" for task in counted)
    return 100 * done // len(counted) if counted else 100


def _moved(task: Mapping[str, Any] | RowMapping) -> int:
    """Return how many bytes of a task have arrived."""
    size, moved = int(task["size"]), int(task.get("moved") or 0)
    # A file can have been shorter when it was measured.
    return size if task["status"] == "done" else min(size, moved)


def hold_jobs_of(call: Call, user: str) -> None:
    """Pause all jobs of a user that run, or would."""
    hold_where(call, JOBS.table.c.user == user)


def hold_where(call: Call, condition: ColumnElement[bool]) -> None:
    """Pause all jobs that satisfy a condition and run, or would; packages have no such status."""
    jobs = JOBS.table.c
    is_moving = jobs.status.in_(_MOVING) & jobs.type.not_in(PACKAGES)
    update_rows(call, JOBS, is_moving & condition, **_consequences(call, "paused"))


def abort_where(call: Call, condition: ColumnElement[bool]) -> None:
    """Abort all active jobs that satisfy a condition."""
    jobs = JOBS.table.c
    is_active = (jobs.scope == Scope.ACTIVE.value) & condition
    files_go = {"expires": wire_time(call.now + KEPT_FOR)}
    update_rows(call, JOBS, is_active & jobs.type.in_(PACKAGES), files_go)
    update_rows(call, JOBS, is_active, **_consequences(call, "aborted"))


def retry(call: Call, job: RowMapping) -> None:
    """Let a job run again: queue what is left of it, or all of it when it is done.

    Raises:
        Refusal: every task is excluded.
    """
    statuses = {task["status"] for task in states_of(call, job["id"])} - {"excluded"}
    if not statuses:
        raise Refusal("every task of the job is excluded: there is nothing to run")
    # "done" tasks run again only when nothing else is left to.
    requeue(call, job["id"], statuses - {"done"} or statuses)
    set_status(call, job["id"], "waiting")
    schedule(call, job)
    measure(call, job["id"])


@behaviour(
    DOCUMENTED, "transfer/edit", "v1 sends again with status pending, to who chooses the path"
)
def resend(call: Call, job: RowMapping) -> None:
    """Retry a job that was sent to a user alone, who is to choose a path first.

    Raises:
        Refusal: there is nothing in it whose path the receiver chooses.
    """
    asked = [task["id"] for task in tasks_of(call, job["id"]) if _awaits_path(task)]
    if not asked:
        raise Refusal("every path of the job is chosen: retry it with status waiting")
    retry(call, job)
    tasks = TASKS.table.c
    is_open = (tasks.job == job["id"]) & tasks.id.in_(asked) & (tasks.status == "queued")
    update_rows(call, TASKS, is_open, {"status": "pending"})
    set_status(call, job["id"], "pending")


def _awaits_path(task: RowMapping) -> bool:
    destination: Mapping[str, Any] = task["destination"] or {}
    return destination.get("path", "") is None


@behaviour(DOCUMENTED, "transfers/order", "a job that is retried goes to the end of its queue")
@behaviour(INFERRED, "transfers/order", "a job that was paused keeps its place")
def schedule(call: Call, job: RowMapping) -> None:
    """Let the transfer engine run a job."""
    values: dict[str, Any] = {"scheduled": True, "problem": None}
    if job["status"] not in _KEEPING_THEIR_PLACE or job["due"] is None:
        values |= {"due": call.timestamp, "retries": 0}
    update_row(call, JOBS, job["id"], values)


def requeue(call: Call, job: str, statuses: Collection[str]) -> None:
    """Queue those tasks of a job that have one of the statuses."""
    tasks = TASKS.table.c
    own = tasks.job == job
    if "done" in statuses:
        # What was there then need not be what is there now.
        again = own & (tasks.status == "done")
        update_rows(call, TASKS, again, {"moved": None, "size": None})
    values: dict[str, Any] = {"status": "queued", "finished": None, "problem": None}
    update_rows(call, TASKS, own & tasks.status.in_(statuses), values)


def tasks_of(call: Call, job: str) -> Sequence[RowMapping]:
    """Select the tasks of a job, in order of creation."""
    return rows_where(call, TASKS, TASKS.table.c.job == job)


def states_of(call: Call, job: str) -> Sequence[RowMapping]:
    """Select how far the tasks of a job are: their ``status``, ``size`` and ``moved``.

    The engine asks at every step; whole rows, with their documents, would take most of its time.
    """
    tasks = TASKS.table.c
    own = (tasks.workspace == call.caller.workspace) & (tasks.job == job)
    statement = select(tasks.status, tasks.size, tasks.moved).where(own)
    return call.connection.execute(statement).mappings().all()


def settle(call: Call, job: RowMapping) -> None:
    """Bring a job's status in line with those of its tasks, after some of them were changed."""
    status = status_from_tasks(
        job["status"], [task["status"] for task in states_of(call, job["id"])]
    )
    if status != job["status"]:
        set_status(call, job["id"], status)
        if status == "waiting":
            schedule(call, job)
    measure(call, job["id"])


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
    if "failed" in remaining and not {"booting", "executing"} & set(remaining):
        return "failed"
    return current


def _consequences(call: Call, status: str) -> dict[str, Any]:
    is_finished = status in FINISHED
    values: Mapping[str, Any] = {
        "status": status,
        "speed": NOT_MOVING,
        "etr": "",
        "finished": call.timestamp if is_finished else None,
        "archives": wire_time(call.now + ARCHIVED_AFTER) if is_finished else None,
        "modified": call.timestamp,
        "modifier": call.caller.user_code,
    }
    return {"values": values, "scope": Scope.FINISHED if is_finished else Scope.ACTIVE}
