"""Queues, all kinds of jobs, their tasks, and who receives them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from sqlalchemy import Index

from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, TESTS, Source
from accsyn_orm.server.storage.tables.attributes import (
    STORED_ONLY,
    V1,
    V3,
    boolean,
    date,
    document,
    fraction,
    linked,
    number,
    party,
    readable,
    reference,
    text,
)
from accsyn_orm.server.storage.tables.entity import EntityTable, entity, unique_code

DEFAULT_PRIORITY = 500
"""Priority of queues and tasks when nobody says otherwise; 1000 goes first."""

QUEUES = entity(
    "queue",
    {
        DOCUMENTED: [
            text("code"),
            text("name", V3),
            number("priority"),
            text("description"),
            text("status", v1_spellings=(("paused", "disabled"),)),
            boolean("default"),
            boolean("compute_default", V3),
            text("uri"),
            document("metadata"),
            date("created"),
            date("modified"),
            text("creator", V3),
            text("modifier"),
            reference("user", "user", shown_in=V1),
            readable("user", V1),
        ]
    },
)

JOBS = entity(
    "job",
    {
        DOCUMENTED: [
            text("name", V3),
            text("code", column="name"),
            text("status"),
            party("source", "user", "workspace", "site"),
            readable("source"),
            party("destination", "user", "workspace", "site"),
            readable("destination"),
            number("progress"),
            number("size"),
            fraction("speed"),
            text("etr"),
            linked("uri", "queue"),
            reference("parent", "queue", "job"),
            readable("parent"),
            reference("user", "user"),
            readable("user"),
            date("created"),
            date("finished"),
            date("modified"),
            text("modifier"),
            document("metadata"),
            document("settings", STORED_ONLY),
            boolean("mirror_paths", STORED_ONLY),
            document("hooks", STORED_ONLY),
            document("compute", STORED_ONLY),  # what only a compute job is given
            document("package", STORED_ONLY),  # of a request for a folder: that `destination`
        ],
        CLIENT_SOURCE: [number("type", V1)],  # see `JOB_TYPES`
        TESTS: [boolean("public", V3)],
        INFERRED: [
            # Documented as what a job is given, or a hook is told.
            reference("queue", "queue"),
            text("description", V3),
            reference("engine", "engine", shown_in=V3),
            readable("engine", V3),
            date("archives", STORED_ONLY),  # from when on a finished job counts as archived
            date("expires", STORED_ONLY),  # when a package changes by itself, see `packages`
            # Whether the transfer engine is to run it: what a seed planted stays as it is.
            boolean("scheduled", STORED_ONLY),
            text("claimant", STORED_ONLY),  # the server process that runs it
            date("claimed", STORED_ONLY),  # when that process last said so
            number("retries", STORED_ONLY),
            # Its place in its queue: when it got there. For one that failed, when it runs again.
            date("due", STORED_ONLY),
            text("problem", STORED_ONLY),  # why it waits, or failed
        ],
    },
    aliases={"dest": "destination", "mirror": "mirror_paths"},
)

JOB_TYPES: Mapping[str, int] = MappingProxyType(
    {"transfer": 1, "compute": 3, "delivery": 7, "request": 8, "stream": 10}
)
"""Numbers of the kinds of job; 2, a queue, has a table of its own here."""


_OF_PACKAGES: Mapping[str, Source] = {
    **dict.fromkeys(JOBS.attributes, INFERRED),
    **dict.fromkeys(("id", "code", "name", "status", "parent"), DOCUMENTED),
    **dict.fromkeys(("public", "user"), TESTS),
}
"""Transfers and compute jobs are documented with all attributes of jobs; packages with few."""


def _job_type(name: str, *without: str, sources: Mapping[str, Source] | None = None) -> EntityTable:
    return JOBS.narrowed(
        name,
        JOBS.table.c.type == JOB_TYPES[name],
        v1_name="job",
        without=without,
        sources=sources,
    )


TRANSFERS = _job_type("transfer", "engine", "engine_hr", "public")
COMPUTES = _job_type("compute", "public")
DELIVERIES = _job_type("delivery", "engine", "engine_hr", sources=_OF_PACKAGES)
REQUESTS = _job_type("request", "engine", "engine_hr", sources=_OF_PACKAGES)
STREAMS = _job_type("stream", "engine", "engine_hr", sources=_OF_PACKAGES)

TASKS = entity(
    "task",
    {
        DOCUMENTED: [
            reference("job", "job", shown_in=V3),
            readable("job", V3),
            text("uri"),
            text("status"),
            number("priority"),
            document("settings", STORED_ONLY),
            document("source"),
            document("destination"),
            number("size"),
            number("time"),
            date("created"),
            date("finished"),
            text("description", STORED_ONLY),
            document("compute", STORED_ONLY),  # parameters of a compute task
            document("deps", STORED_ONLY),  # uris of tasks that have to be done first
        ],
        INFERRED: [
            document("metadata"),
            number("moved", STORED_ONLY),  # bytes that have arrived
            text("problem", STORED_ONLY),  # why it failed
            text("upload", STORED_ONLY),  # of a file of a package: the task that uploads it
        ],
    },
    aliases={"parent": "job"},
    # Clients may choose the ids of tasks. Were they unique beyond the job, choosing one would tell
    # whether a job that the client may not see has it.
    has_own_ids=False,
)

RECIPIENTS = entity(
    "recipient",
    {
        DOCUMENTED: [
            reference("user", "user"),
            readable("user"),
            boolean("actioned"),
        ],
        INFERRED: [reference("job", "job", shown_in=STORED_ONLY)],
    },
)

unique_code(QUEUES)
Index("jobs_by_status", JOBS.table.c.workspace, JOBS.table.c.status__folded)
Index("jobs_by_name", JOBS.table.c.workspace, JOBS.table.c.name__folded)
Index("jobs_by_parent", JOBS.table.c.parent)
Index("jobs_by_schedule", JOBS.table.c.scheduled, JOBS.table.c.scope)
Index("jobs_by_queue", JOBS.table.c.queue)
Index("jobs_by_expiry", JOBS.table.c.expires)
Index("tasks_by_job", TASKS.table.c.job, TASKS.table.c.uri, unique=True)
Index(
    "tasks_of_job_by_id", TASKS.table.c.workspace, TASKS.table.c.job, TASKS.table.c.id, unique=True
)
Index("recipients_by_job", RECIPIENTS.table.c.job, RECIPIENTS.table.c.user, unique=True)
