"""Deliveries, requests and streams at work: their files, their recipients, and their life.

A package is composed (``init``), submitted (``pending``), live (``waiting``) and over (``done`` or
``aborted``). What happens to it by itself happens at its ``expires``: `advance` does it.

The tasks of a package are its files, each with its ``source`` only. One that is still being
uploaded is ``pending``.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, select, update

from accsyn_orm.server.access.jobs import PACKAGES
from accsyn_orm.server.clock import Rhythm
from accsyn_orm.server.context import Call, wire_time
from accsyn_orm.server.disk.refusal import DiskRefusal
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.records import to_columns
from accsyn_orm.server.storage.store import rows_where, update_row
from accsyn_orm.server.storage.tables import JOB_TYPES, JOBS, RECIPIENTS, TASKS, Scope
from accsyn_orm.server.transfers.lifecycle import ARCHIVED_AFTER, FINISHED, KEPT_FOR

COMPOSED_FOR = timedelta(hours=8)
"""How long a package may be composed before it is submitted."""

SUBMITTED_FOR = timedelta(seconds=1)
"""How long a submitted package is pending before it is live."""

LIVE_FOR = timedelta(days=30)
"""How long recipients can use a package; the default of accsyn, one month."""

REQUEST = JOB_TYPES["request"]
OPEN = frozenset({"init", "pending", "waiting"})

_NEXT: Mapping[str, tuple[str, timedelta]] = {
    "init": ("aborted", KEPT_FOR),
    "pending": ("waiting", LIVE_FOR),
    "waiting": ("done", KEPT_FOR),
}
"""What a status becomes by itself, and how long that lasts."""


def files_of(call: Call, package: RowMapping) -> Sequence[RowMapping]:
    """Select the files of a package that are there, in order of creation."""
    tasks = TASKS.table.c
    return rows_where(call, TASKS, tasks.job == package["id"], tasks.status == "queued")


def recipients_of(call: Call, package: str) -> Sequence[RowMapping]:
    """Select the recipients of a package, given by its id, in the order of their naming."""
    recipients = RECIPIENTS.table.c
    is_active = recipients.scope == Scope.ACTIVE.value
    return rows_where(call, RECIPIENTS, recipients.job == package, is_active)


@behaviour(DOCUMENTED, "packages/life", "a delivery is submitted with files and recipients only")
@behaviour(DOCUMENTED, "packages/life", "a request is submitted with recipients only")
@behaviour(INFERRED, "packages/life", "nothing is submitted while files are still uploaded to it")
def submit(call: Call, package: RowMapping) -> None:
    """Submit a package that was composed: its recipients can use it as soon as it is live.

    Raises:
        Refusal: it is no longer being composed, or lacks recipients or files.
    """
    if package["status"] != "init":
        raise Refusal(f"it was submitted already: its status is {package['status']}")
    if not recipients_of(call, package["id"]):
        raise Refusal("it has no recipients: grant access to somebody before it is submitted")
    tasks = TASKS.table.c
    if rows_where(call, TASKS, tasks.job == package["id"], tasks.status == "pending"):
        raise Refusal("files are still uploaded to it: submit it when they have arrived")
    if package["type"] != REQUEST and not files_of(call, package):
        raise Refusal("it has no files: add some before it is submitted")
    _become(call, package, "pending", SUBMITTED_FOR)


def end(call: Call, package: RowMapping, status: str) -> None:
    """Let a package be over: ``done`` or ``aborted``.

    Raises:
        Refusal: it is already.
    """
    if package["status"] in FINISHED:
        raise Refusal(f"it is {package['status']} already")
    _become(call, package, status, KEPT_FOR)


def require_composed(package: RowMapping, what: str) -> None:
    """Refuse what can be done only before a package is submitted.

    Raises:
        Refusal: it was submitted.
    """
    if package["status"] != "init":
        raise Refusal(f"{what} before it is submitted only: its status is {package['status']}")


def _become(call: Call, package: RowMapping, status: str, lasts: timedelta) -> None:
    values = _values(status, call.now, lasts)
    modifier = {"modified": call.timestamp, "modifier": call.caller.user_code}
    update_row(call, JOBS, package["id"], {**values, **modifier}, scope=_scope(status))


def _values(status: str, when: datetime, lasts: timedelta) -> dict[str, Any]:
    values: dict[str, Any] = {"status": status, "expires": wire_time(when + lasts)}
    if status in FINISHED:
        values["finished"] = wire_time(when)
        values["archives"] = wire_time(when + ARCHIVED_AFTER)
    return values


def _scope(status: str) -> Scope:
    return Scope.FINISHED if status in FINISHED else Scope.ACTIVE


# -- by itself ------------------------------------------------------------------------------------


class Upkeep:
    """Lets packages change by themselves, by the clock that it is given.

    Whoever looks at jobs calls it before; it looks for what is due once in a second.

    Args:
        database: where they are.
        roots: where their files are.
    """

    def __init__(self, database: Database, roots: Roots) -> None:
        self._database = database
        self._roots = roots
        self._rhythm = Rhythm(SUBMITTED_FOR)

    def keep(self, now: datetime) -> None:
        """Let happen what is due, if the last time is long enough ago."""
        if not self._rhythm.is_due(now):
            return
        with self._database.reading() as connection:
            due = select(JOBS.table.c.sequence).where(JOBS.table.c.expires <= wire_time(now))
            is_due = connection.execute(due.limit(1)).first() is not None
        if is_due:
            with self._database.writing() as connection:
                over = advance(connection, now)
            self._remove_files(over)

    @behaviour(DOCUMENTED, "packages/life", "uploaded files are removed four hours after its end")
    def _remove_files(self, over: Sequence[RowMapping]) -> None:
        """Remove what was uploaded to packages; nobody waits for it to be done."""
        for row in over:
            with contextlib.suppress(DiskRefusal):
                # What cannot be removed must not keep everybody from working.
                shutil.rmtree(self._roots.packages / row["id"], ignore_errors=True)
        if over:
            with self._database.writing() as connection:
                for row in over:
                    _change(connection, row, {"expires": None})


@behaviour(DOCUMENTED, "packages/life", "what is not submitted within eight hours is aborted")
@behaviour(DOCUMENTED, "packages/life", "a submitted one is pending first, then waiting")
@behaviour(DOCUMENTED, "packages/life", "after a month it is done")
def advance(connection: Connection, now: datetime) -> Sequence[RowMapping]:
    """Let happen what packages of all workspaces do by themselves up to a time.

    Returns:
        Those that are over for so long that their files can go.
    """
    jobs = JOBS.table.c
    columns = jobs.sequence, jobs.id, jobs.status, jobs.expires
    due = select(*columns).where(jobs.expires <= wire_time(now), jobs.type.in_(PACKAGES))
    while rows := connection.execute(due.where(jobs.status.in_(_NEXT))).mappings().all():
        for row in rows:
            _change(connection, row, _own_change(row["status"], row["expires"]))
    return connection.execute(due).mappings().all()


def _change(connection: Connection, row: RowMapping, values: Mapping[str, Any]) -> None:
    """Change a package, unless somebody else has ended it, or brought it forward, since."""
    jobs = JOBS.table.c
    is_unchanged = and_(
        jobs.sequence == row["sequence"],
        jobs.status == row["status"],
        jobs.expires == row["expires"],
    )
    connection.execute(update(JOBS.table).where(is_unchanged).values(**values))


def _own_change(status: str, expires: str) -> dict[str, Any]:
    becomes, lasts = _NEXT[status]
    when = datetime.fromisoformat(expires).replace(tzinfo=timezone.utc)
    values = {**_values(becomes, when, lasts), "modified": wire_time(when), "modifier": "accsyn"}
    return {**to_columns(JOBS, values), "scope": _scope(becomes).value}
