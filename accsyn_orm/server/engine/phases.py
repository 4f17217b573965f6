"""What is done for one job in one step: it is measured, started, or moved on.

Each phase looks at disks without a transaction, and then writes what it found in a short one, if
the job still is what it was: somebody may have paused it meanwhile, or another process taken over.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call, wire_time
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.engine import agenda, ledger
from accsyn_orm.server.engine.backend import as_accsyn, as_submitter
from accsyn_orm.server.engine.claims import LEASE, Claims
from accsyn_orm.server.engine.rates import remaining_time, speed
from accsyn_orm.server.engine.routing import Routing, is_placeholder
from accsyn_orm.server.engine.run import UNLIMITED_BYTES_PER_STEP, Run, failed_or_excluded
from accsyn_orm.server.engine.trouble import TransferError
from accsyn_orm.server.engine.work import Route
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.store import update_row
from accsyn_orm.server.storage.tables import JOBS
from accsyn_orm.server.transfers.lifecycle import measure, set_status

TASKS_PER_STEP = 200
"""How many tasks of a job may end before others have their turn."""

_Changes: TypeAlias = "dict[int, dict[str, Any]]"
_Routes: TypeAlias = "dict[int, Route | TransferError]"


@dataclass(frozen=True, slots=True)
class Phases:
    """Carries out the phases of jobs that one process has claimed.

    Attributes:
        database: where the jobs are.
        roots: where the disks are.
        claims: those of this process.
    """

    database: Database
    roots: Roots
    claims: Claims

    def advance(self, run: Run, now: datetime) -> bool:
        """Do for a job what its status asks for; tell whether anything has changed.

        Raises:
            Held: it cannot go on now.
        """
        match run.job["status"]:
            case "init":
                return self._measure(run, now)
            case "waiting":
                return self._start(run, now)
            case _:
                return self._move(run, now)

    @contextlib.contextmanager
    def writing(self, job: RowMapping, now: datetime) -> Generator[Call, None, None]:
        """Open a transaction that writes, on behalf of accsyn itself."""
        with self.database.writing() as connection:
            yield as_accsyn(connection, job["workspace"], now, self.roots)

    @behaviour(DOCUMENTED, "transfers/life", "a job is in init while it is measured, then waits")
    def _measure(self, run: Run, now: datetime) -> bool:
        changes = self._sizes(run, now)
        with self.writing(run.job, now) as call:
            if self.claims.keep(call, run.job["id"], "init"):
                ledger.write_tasks(call, changes)
                self._settle(call, run, "waiting")
        return True

    @behaviour(DOCUMENTED, "transfers/life", "a job that has its turn is running")
    def _start(self, run: Run, now: datetime) -> bool:
        changes: _Changes = {}
        task = run.next_task()
        if task is not None:
            route = self._routes(run, [task], now)[task["sequence"]]
            if isinstance(route, TransferError):
                changes = {task["sequence"]: failed_or_excluded(route, run.options)}
            else:
                run.options = route.options
                changes = {task["sequence"]: {"status": "booting"}}
        with self.writing(run.job, now) as call:
            if self.claims.keep(call, run.job["id"], "waiting"):
                ledger.write_tasks(call, changes)
                update_row(call, JOBS, run.job["id"], {"problem": None})
                self._settle(call, run, "running")
        run.restart_measuring(now)
        return True

    def _move(self, run: Run, now: datetime) -> bool:
        changes = self._sizes(run, now)
        moved = self._carry_out(run, changes, now)
        run.stepped_at = now
        if not (moved or changes or now - run.claimed >= LEASE / 4):
            return False
        with self.writing(run.job, now) as call:
            if not self.claims.keep(call, run.job["id"], "running"):
                return True
            run.claimed = now
            ledger.write_tasks(call, changes)
            if not self._settle(call, run, "running"):
                self._tell_speed(call, run, now)
        return bool(moved or changes)

    def _carry_out(self, run: Run, changes: _Changes, now: datetime) -> int:
        """Go on with the tasks as far as there is time; return how many bytes moved."""
        total = 0
        routes: _Routes = {}
        for _ in range(TASKS_PER_STEP):
            task = run.next_task()
            if task is None or total >= UNLIMITED_BYTES_PER_STEP:
                break
            if not run.is_in_hand(task):
                if run.credit.available == 0 and task["size"]:
                    break
                if task["sequence"] not in routes:
                    routes = self._routes(run, run.upcoming(), now)
            moved, values = self._carry_on(run, task, routes, now)
            total += moved
            new = {key: value for key, value in values.items() if task[key] != value}
            if new:
                changes.setdefault(task["sequence"], {}).update(new)
            if values.get("status") == "executing":
                break
            run.leave_out({task["sequence"]})
        return total

    @staticmethod
    def _carry_on(
        run: Run, task: RowMapping, routes: _Routes, now: datetime
    ) -> tuple[int, dict[str, Any]]:
        if not run.is_in_hand(task):
            route = routes[task["sequence"]]
            if isinstance(route, TransferError):
                return 0, failed_or_excluded(route, run.options)
            try:
                run.begin(task, route)
            except TransferError as error:
                return 0, failed_or_excluded(error, route.options)
        return run.advance(now)

    @behaviour(
        INFERRED, "transfers/life", "a task that is a placeholder is done when it is measured"
    )
    def _sizes(self, run: Run, now: datetime) -> _Changes:
        """Measure the tasks of which no size is known; those that cannot be listed have failed."""
        unmeasured = [task for task in run.tasks if task["size"] is None]
        changes: _Changes = {
            task["sequence"]: {"size": 0, "moved": 0, "status": "done", "finished": wire_time(now)}
            for task in unmeasured
            if is_placeholder(task)
        }
        real = [task for task in unmeasured if task["sequence"] not in changes]
        for sequence, route in self._routes(run, real, now).items():
            if isinstance(route, TransferError):
                changes[sequence] = failed_or_excluded(route, run.options)
                continue
            run.options = route.options
            try:
                changes[sequence] = {"size": route.inventory().size}
            except TransferError as error:
                changes[sequence] = failed_or_excluded(error, route.options)
        run.leave_out({sequence for sequence, values in changes.items() if "status" in values})
        return changes

    def _routes(self, run: Run, tasks: Sequence[RowMapping], now: datetime) -> _Routes:
        """Find out what tasks go by, in one transaction.

        Raises:
            Held: one of them cannot be carried out now.
        """
        if not tasks:
            return {}
        with self.database.reading() as connection:
            call = as_accsyn(connection, run.job["workspace"], now, self.roots)
            routing = Routing(as_submitter(call, run.job), run.job)
            return {task["sequence"]: _route_or_error(routing, task) for task in tasks}

    @behaviour(
        DOCUMENTED, "transfers/life", "a job is done when all its tasks are done or excluded"
    )
    def _settle(self, call: Call, run: Run, status: str) -> bool:
        """Give a job a status, unless its tasks make it another one; tell whether it has ended."""
        job = run.job
        result = ledger.status_with_tasks(call, job["id"], status)
        if result != status:
            ledger.end(call, job, result, run.options)
            return True
        if job["status"] != status:
            set_status(call, job["id"], status)
        measure(call, job["id"])
        run.job = agenda.jobs_by_id(call.connection, [job["id"]])[job["id"]]
        return False

    @behaviour(
        DOCUMENTED, "transfers/progress", "speed is in MB/s, and etr says how long the rest takes"
    )
    def _tell_speed(self, call: Call, run: Run, now: datetime) -> None:
        elapsed = now - run.measured_at
        if elapsed < timedelta():
            # The clock was put back.
            run.restart_measuring(now)
        if elapsed <= timedelta():
            return
        per_second = speed(run.moved_since, elapsed)
        etr = remaining_time(run.remaining, per_second)
        update_row(call, JOBS, run.job["id"], {"speed": per_second, "etr": etr})
        run.restart_measuring(now)


def _route_or_error(routing: Routing, task: RowMapping) -> Route | TransferError:
    try:
        return routing.route(task)
    except TransferError as error:
        return error
