"""Which process runs which job: one at a time, and another one when that has died.

A claim is a column of the job, taken and kept up by updates that say what has to be true before;
so that it makes no difference which database it is, or how many processes there are.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, update

from accsyn_orm.server.context import Call, wire_time
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.storage.records import to_columns
from accsyn_orm.server.storage.tables import JOBS, Scope

LEASE = timedelta(seconds=60)
"""How long a job stays claimed by a process that says nothing."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of one process.

    Attributes:
        claimant: its name.
    """

    claimant: str = field(default_factory=lambda: uuid.uuid4().hex)

    @behaviour(INFERRED, "transfers/claims", "one process runs a job, however many there are")
    @behaviour(INFERRED, "transfers/claims", "a job of a process that died is taken over")
    def take(self, call: Call, job: str, expected: str) -> bool:
        """Claim a job that has this status and no living claimant; tell whether it worked."""
        return self._update(call, job, and_(_has(expected), self.free(call.now)))

    def keep(self, call: Call, job: str, expected: str) -> bool:
        """Renew a claim on a job that has this status; tell whether it still was ours.

        Until the transaction ends, nobody else can change the job.
        """
        mine = JOBS.table.c.claimant == self.claimant
        return self._update(call, job, and_(_has(expected), mine))

    def renew(self, connection: Connection, now: datetime) -> None:
        """Renew all claims, whatever becomes of the jobs."""
        jobs = JOBS.table.c
        mine = (jobs.claimant == self.claimant) & (jobs.claimed < wire_time(now))
        values = to_columns(JOBS, {"claimed": wire_time(now)})
        connection.execute(update(JOBS.table).where(mine).values(**values))

    def release(self, call: Call, job: str) -> bool:
        """Give a claim up; tell whether it still was ours."""
        jobs = JOBS.table.c
        mine = and_(jobs.id == job, jobs.claimant == self.claimant)
        nobody = to_columns(JOBS, {"claimant": None, "claimed": None})
        done = call.connection.execute(update(JOBS.table).where(mine).values(**nobody))
        return done.rowcount == 1

    def free(self, now: datetime) -> ColumnElement[bool]:
        """Select jobs that nobody has claimed, or nobody who still lives; our own are not free."""
        jobs = JOBS.table.c
        is_stale = and_(jobs.claimed <= wire_time(now - LEASE), jobs.claimant != self.claimant)
        return or_(jobs.claimant.is_(None), is_stale)

    def _update(self, call: Call, job: str, condition: ColumnElement[bool]) -> bool:
        jobs = JOBS.table.c
        values: dict[str, Any] = {"claimant": self.claimant, "claimed": call.timestamp}
        statement = update(JOBS.table).where(
            jobs.workspace == call.caller.workspace,
            jobs.id == job,
            jobs.scope == Scope.ACTIVE.value,
            condition,
        )
        done = call.connection.execute(statement.values(**to_columns(JOBS, values)))
        return done.rowcount == 1


def _has(status: str) -> ColumnElement[bool]:
    return JOBS.table.c.status == status
