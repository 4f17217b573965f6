"""What is told about jobs: a report for people, and figures for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.operations.work import answers
from accsyn_orm.server.provenance import CLIENT_SOURCE, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, unknown_attribute
from accsyn_orm.server.rules import EntityRules, rules_named
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.rules.jobs import COMPUTE, is_package
from accsyn_orm.server.rules.schema import filled_text
from accsyn_orm.server.search.searches import find, read_search
from accsyn_orm.server.storage.store import Record, rows_where
from accsyn_orm.server.storage.tables import JOB_TYPES, JOBS, TASKS
from accsyn_orm.server.transfers.packages import recipients_of
from accsyn_orm.wire.events import Event

KINDS = ("job", *JOB_TYPES)
"""What reports and metrics are about: jobs of all kinds."""

FIGURES = ("speed", "progress", "size", "etr", "status")
"""What metrics there are."""

WAITS_FOR_A_MACHINE = "no client that computes is online (W#J050)"
"""Why compute jobs wait here."""


@behaviour(CLIENT_SOURCE, "report", "the answer is one text, beside no result")
@behaviour(INFERRED, "report", "it says what each job moves, how far it is, and what is wrong")
@behaviour(INFERRED, "report", "it says that compute jobs wait for a machine that computes")
@answers("GET", *(f"{kind}/report" for kind in KINDS), is_whole_answer=True)
def report(call: Call, event: Event, _variables: Mapping[str, str]) -> dict[str, str]:
    """Tell about the jobs that a query finds."""
    for name in payload(event.data or {}):
        raise unknown_attribute(event.uri, name, ())
    found = _found(call, event)
    return {"report": "\n\n".join(_told(call, record) for record in found) or "no job is found"}


@behaviour(CLIENT_SOURCE, "metrics", "they are asked for by name; without a name it is the speed")
@behaviour(INFERRED, "metrics", "each has the figures of the jobs by their ids, as they are now")
@behaviour(INFERRED, "metrics", "there is no history: a time is refused")
@answers("GET", *(f"{kind}/metrics" for kind in KINDS))
def metrics(call: Call, event: Event, _variables: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Return figures of the jobs that a query finds: by name, then by the job's id."""
    options = dict(payload(event.data or {}))
    wanted = options.pop("attributes", None) or [FIGURES[0]]
    if options.pop("time", None) is not None:
        raise Refusal("metrics: this workspace keeps no history: leave time out")
    for name in options:
        raise unknown_attribute(event.uri, name, ("attributes", "time"))
    names = [filled_text("attributes", name) for name in _list(wanted)]
    for name in names:
        if name not in FIGURES:
            raise unknown_attribute("metrics", name, FIGURES)
    found = _found(call, event)
    return {name: {record["id"]: record[name] for record in found} for name in names}


def _list(value: object) -> Sequence[Any]:
    if not isinstance(value, list):
        raise Refusal("metrics: attributes is a list of names")
    return value  # pyright: ignore[reportUnknownVariableType]  # JSON


def _found(call: Call, event: Event) -> list[Record]:
    """Find jobs as ``find`` would, the finished as well."""
    named = event.uri.casefold().strip("/").partition("/")[0]
    rules: EntityRules = rules_named(call.caller.generation, named)
    search = read_search(
        rules, call.caller.generation, event.query, event.entityid, {"finished": True}
    )
    active = read_search(rules, call.caller.generation, event.query, event.entityid, {})
    by_id = {record["id"]: record for record in (*find(call, active), *find(call, search))}
    return list(by_id.values())


def _told(call: Call, record: Record) -> str:
    (job,) = rows_where(call, JOBS, JOBS.table.c.id == record["id"])
    tasks = rows_where(call, TASKS, TASKS.table.c.job == job["id"])
    lines = [
        f"{record['code']} ({record['id']})",
        f"status: {record['status']}",
        *(f"{end}: {record[f'{end}_hr']}" for end in ("source", "destination") if record.get(end)),
        *_progress(call, job, len(tasks)),
        *_problem(job),
        *(_task(task) for task in tasks),
    ]
    return "\n".join(lines)


def _progress(call: Call, job: RowMapping, tasks: int) -> list[str]:
    if is_package(job):
        return [f"files: {tasks}", f"recipients: {len(recipients_of(call, job['id']))}"]
    size = "not measured" if job["size"] is None else f"{job['size']} bytes"
    return [f"progress: {job['progress']} %", f"size: {size}"]


def _problem(job: RowMapping) -> list[str]:
    if job["type"] == COMPUTE and job["status"] == "waiting":
        return [f"waits: {WAITS_FOR_A_MACHINE}"]
    return [f"problem: {job['problem']}"] if job["problem"] else []


def _task(task: RowMapping) -> str:
    source: Mapping[str, Any] = task["source"] or {}
    what = source.get("path", "")
    problem = f": {task['problem']}" if task["problem"] else ""
    return f"  {task['uri']} {task['status']} {what}{problem}".rstrip()
