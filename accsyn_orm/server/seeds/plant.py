"""What a new workspace starts with.

``empty`` has one user of each role and the built-in queues; ``demo`` is a small studio at work. Ids
and dates follow from names and positions, so that the same seed is the same workspace everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, insert, select

from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.clock import Clock
from accsyn_orm.server.context import Call, wire_time
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.rules.jobs import insert_job
from accsyn_orm.server.rules.queues import BUILT_IN, insert_queue
from accsyn_orm.server.seeds.data import (
    DEMO,
    EMPTY,
    HQ,
    WORKSPACE_CODE,
    WORKSPACE_NAME,
    JobSeed,
    Seed,
    UserSeed,
)
from accsyn_orm.server.seeds.identity import stable_id, stable_uuid
from accsyn_orm.server.seeds.machines import plant_machines
from accsyn_orm.server.seeds.packages import plant_packages
from accsyn_orm.server.seeds.shares import plant_shares
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.records import to_columns
from accsyn_orm.server.storage.store import insert_row, insert_rows, update_row
from accsyn_orm.server.storage.tables import DEFAULT_PRIORITY, JOBS, TASKS, USERS, WORKSPACES, Scope
from accsyn_orm.server.transfers.lifecycle import FINISHED, progress_of

SEEDS: Mapping[str, Seed] = {"demo": DEMO, "empty": EMPTY}

FOUNDED = datetime(2026, 1, 12, 8, 0, tzinfo=timezone.utc)
_FIRST_JOB = datetime(2026, 2, 2, 7, 30, tzinfo=timezone.utc)
_BETWEEN_JOBS = timedelta(hours=5, minutes=20)
_TASKS_OF_JOB: Mapping[str, Sequence[str]] = {
    "waiting": ("queued", "queued"),
    "pending": ("pending",),
    "running": ("done", "executing", "queued"),
    "paused": ("done", "onhold"),
    "failed": ("done", "failed"),
    "aborted": ("done", "queued"),
    "done": ("done", "done"),
    "init": ("queued",),
}


def plant(database: Database, name: str, *, clock: Clock, roots: Roots) -> str:
    """Seed a database that has no workspace yet; return the code of the one it has then.

    Args:
        database: where to.
        name: one of `SEEDS`.
        clock: tells when the workspace was made, if the seed does not say.
        roots: where the disks are.
    """
    with database.writing() as connection:
        present = connection.scalars(select(WORKSPACES.table.c.code)).first()
        if present is not None:
            return str(present)
        seed = SEEDS[name]
        _Planter(connection, FOUNDED if seed.jobs else clock(), roots).plant(seed)
    return WORKSPACE_CODE


class _Planter:
    """Puts a seed into one transaction."""

    def __init__(self, connection: Connection, founded: datetime, roots: Roots) -> None:
        self._connection = connection
        self._roots = roots
        self._founded = founded
        self._workspace = stable_id("workspace", WORKSPACE_CODE)
        self._users: dict[str, str] = {}
        self._queues: dict[str, str] = {}

    def plant(self, seed: Seed) -> None:
        columns = to_columns(
            WORKSPACES, {"code": WORKSPACE_CODE, "name": WORKSPACE_NAME, "metadata": {}}
        )
        self._connection.execute(
            insert(WORKSPACES.table).values(
                id=self._workspace,
                workspace=self._workspace,
                scope=Scope.ACTIVE.value,
                **columns,
            )
        )
        self._users = {user.code: user.ident or stable_id("user", user.code) for user in seed.users}
        first = seed.users[0].code
        for user in seed.users:
            self._plant_user(user, by=first)
        for name, priority in {**BUILT_IN, **seed.queues}.items():
            self._plant_queue(name, priority, by=first)
        plant_machines(self._call(first, self._founded), seed, self._users)
        plant_shares(self._call(first, self._founded), seed, self._users)
        for number, job in enumerate(seed.jobs):
            self._plant_job(number, job)
        if seed.jobs:
            plant_packages(self._call, self._users, self._queues["medium"], _FIRST_JOB)

    def _call(self, user: str, now: datetime) -> Call:
        caller = Caller(self._workspace, WORKSPACE_CODE, self._users[user], user, Role.ADMIN, "v3")
        return Call(self._connection, caller, now, self._roots)

    def _plant_user(self, user: UserSeed, *, by: str) -> None:
        call = self._call(by, self._founded)
        values: dict[str, Any] = {
            "code": user.code,
            "name": user.name,
            "role": user.role.value,
            "status": user.status,
            "description": user.description,
            "queue": None,
            "metadata": {},
            "logged_in": None,
            "phase": "joined",
            "created": call.timestamp,
            "modified": call.timestamp,
            "creator": by,
            "modifier": by,
        }
        ident = insert_row(call, USERS, values, ident=self._users[user.code])
        if user.scope is not Scope.ACTIVE:
            update_row(call, USERS, ident, {}, scope=user.scope)

    def _plant_queue(self, name: str, priority: int, *, by: str) -> None:
        code = name.casefold()
        values = {"name": name, "code": code, "priority": priority, "default": name == "Medium"}
        ident = stable_id("queue", code)
        self._queues[code] = insert_queue(self._call(by, self._founded), values, ident=ident)

    def _plant_job(self, number: int, job: JobSeed) -> None:
        began = _FIRST_JOB + number * _BETWEEN_JOBS
        call = self._call(job.user, began)
        ident = job.ident or stable_id("job", f"{number}/{job.name}")
        ended = wire_time(began + timedelta(minutes=47)) if job.status in FINISHED else None
        tasks = self._tasks(call, ident, job, ended)
        queue = self._queues[job.queue]
        values: dict[str, Any] = {
            "name": job.name,
            "status": job.status,
            "source": self._party(job.source),
            "destination": self._party(job.destination),
            "progress": progress_of(tasks.values()),
            "size": None if job.status == "init" else sum(task["size"] for task in tasks.values()),
            "speed": 42.5 if job.status == "running" else -1.0,
            "etr": "0h:12m:30s" if job.status == "running" else "",
            "queue": queue,
            "parent": queue,
            "finished": ended,
            "metadata": dict(job.metadata),
        }
        insert_job(call, values, ident=ident)
        if job.status in FINISHED:
            # Without "archives": the demo's dates are fixed, and its jobs stay where they are.
            update_row(call, JOBS, ident, {}, scope=job.scope or Scope.FINISHED)
        insert_rows(call, TASKS, tasks)

    def _tasks(
        self, call: Call, job: str, seed: JobSeed, ended: str | None
    ) -> dict[str, dict[str, Any]]:
        rows: dict[str, dict[str, Any]] = {}
        for number, status in enumerate(_TASKS_OF_JOB[seed.status]):
            path = f"{seed.path}/{number + 1:03}.exr"
            rows[stable_uuid(job, str(number))] = {
                "job": job,
                "uri": str(number),
                "status": status,
                "priority": DEFAULT_PRIORITY,
                "metadata": {},
                "settings": {},
                "source": self._end(seed.source, path),
                "destination": self._end(seed.destination, path),
                "size": (number + 1) * 52_428_800,
                "time": 110_239 if status == "done" else None,
                "created": call.timestamp,
                "finished": (ended or call.timestamp) if status == "done" else None,
            }
        return rows

    def _party(self, code: str) -> str:
        return f"workspace:{self._workspace}" if code == HQ else f"user:{self._users[code]}"

    def _end(self, code: str, path: str) -> dict[str, Any]:
        if code == HQ:
            return {"path": f"share={path}"}
        return {"user": self._users[code], "path": f"/media/{path}"}
