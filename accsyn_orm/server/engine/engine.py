"""The engine: whenever it is asked, it brings everything forward to the time that it is.

A job is claimed, measured (``init``), waits for its turn (``waiting``), moves its bytes
(``running``) and ends. Each of these is done in one step, and what a step found is written before
the next one: whoever comes after a crash finds the job where it was. Nothing is written for every
piece of a file, and no transaction is open while bytes move.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from sqlalchemy import RowMapping

from accsyn_orm.errors import AccsynError
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.engine import agenda, ledger
from accsyn_orm.server.engine.aging import Aging
from accsyn_orm.server.engine.backend import as_accsyn
from accsyn_orm.server.engine.claims import Claims
from accsyn_orm.server.engine.needs import require_within_reach
from accsyn_orm.server.engine.phases import Phases
from accsyn_orm.server.engine.rates import MEGABYTE, shares
from accsyn_orm.server.engine.routing import Routing
from accsyn_orm.server.engine.run import Run
from accsyn_orm.server.engine.standing import require_able
from accsyn_orm.server.engine.trouble import Held, TransferError, crash
from accsyn_orm.server.presence import Presence
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.tables import Scope
from accsyn_orm.server.transfers.lifecycle import set_status
from accsyn_orm.server.transfers.packages import Upkeep

JOBS_AT_ONCE = 4
"""How many jobs one engine runs at the same time."""


class Engine:
    """Runs the transfers of all workspaces of a database.

    Several engines, in one process or in many, can run on one database. Every method may be called
    from any thread.

    Args:
        database: where the jobs are.
        roots: where the disks are.
        bandwidth: MB/s that all jobs have together; ``None`` without a limit.
        jobs_at_once: how many jobs it runs at the same time.

    Example:
        >>> engine = Engine(database, roots, bandwidth=100)  # doctest: +SKIP
        >>> while engine.step(clock()):  # doctest: +SKIP
        ...     pass
    """

    def __init__(
        self,
        database: Database,
        roots: Roots,
        *,
        bandwidth: float | None = None,
        jobs_at_once: int = JOBS_AT_ONCE,
    ) -> None:
        self._database = database
        self._roots = roots
        self._bandwidth = None if bandwidth is None else round(bandwidth * MEGABYTE)
        self._jobs_at_once = jobs_at_once
        self._claims = Claims()
        self._phases = Phases(database, roots, self._claims)
        self._aging = Aging(database, roots)
        self._presence = Presence(database)
        self._upkeep = Upkeep(database, roots)
        self._runs: dict[str, Run] = {}
        self._last: datetime | None = None
        self._turn = threading.RLock()

    def step(self, now: datetime) -> bool:
        """Bring everything forward to this time.

        Returns:
            Whether anything has changed, so that another step may find more to do at once.
        """
        with self._turn:
            elapsed = max(timedelta(), now - (self._last or now))
            self._last = now
            self._presence.keep(now)
            self._upkeep.keep(now)
            changes = [self._look_again(now), self._aging.step(now)]
            for run in list(self._runs.values()):
                run.credit.grow(elapsed)
                changes.append(self._advance(run, now))
            changes += [self._run_again(now), self._take_on(now)]
            self._allot()
            return any(changes)

    def due_in(self, now: datetime) -> float | None:
        """Say in how many seconds a step will find something to do.

        That is when a job will be done, or one that failed runs again. ``None``: nothing happens by
        itself. When deliveries expire is not looked at.
        """
        with self._turn:
            waits = [_seconds_to_go(run) for run in self._runs.values()]
            with self._database.reading() as connection:
                retries = agenda.failed_jobs(connection)
            waits += [max(0.0, (_moment(row["due"]) - now).total_seconds()) for row in retries[:1]]
            return min((wait for wait in waits if wait is not None), default=None)

    @behaviour(INFERRED, "transfers/claims", "a job that takes long to measure is not taken over")
    def renew_claims(self, now: datetime) -> None:
        """Tell other processes that this one lives, also while a step takes its time."""
        if self._runs:
            with self._database.writing() as connection:
                self._claims.renew(connection, now)

    @behaviour(
        INFERRED, "transfers/claims", "jobs of a server that is stopped wait for another one"
    )
    def close(self) -> None:
        """Put everything down, for the next engine to go on with."""
        with self._turn:
            for run in list(self._runs.values()):
                self._put_down(run, self._last or run.claimed)

    # -- steps -----------------------------------------------------------------------------------

    @behaviour(
        DOCUMENTED, "transfers/life", "pausing, aborting and disabling take effect while bytes move"
    )
    def _look_again(self, now: datetime) -> bool:
        """Find out what others have made of the jobs in hand."""
        if not self._runs:
            return False
        before = list(self._runs.values())
        with self._database.reading() as connection:
            rows = agenda.jobs_by_id(connection, list(self._runs))
            for run in before:
                run.job = rows[run.job["id"]]
                run.tasks = agenda.open_tasks(connection, run.job)
        for run in before:
            is_ours = run.job["claimant"] == self._claims.claimant
            if not is_ours or run.job["status"] not in agenda.RUNNABLE or _is_over(run.job):
                self._put_down(run, now)
            else:
                self._require_able(run, now)
        return len(self._runs) < len(before)

    def _require_able(self, run: Run, now: datetime) -> None:
        try:
            with self._database.reading() as connection:
                call = as_accsyn(connection, run.job["workspace"], now, self._roots)
                require_able(call, run.job)
                if run.route is not None:
                    require_within_reach(call, run.route.needs)
        except Held as held:
            self._put_down(run, now, held)
        except TransferError as error:
            self._fail(run, now, error)

    def _advance(self, run: Run, now: datetime) -> bool:
        try:
            return self._phases.advance(run, now)
        except Held as held:
            self._put_down(run, now, held)
        except TransferError as error:
            self._fail(run, now, error)
        except (AccsynError, OSError) as error:
            self._fail(run, now, crash(run.job["id"], error))
        return True

    def _take_on(self, now: datetime) -> bool:
        """Claim as many jobs as there is room for."""
        room = self._jobs_at_once - len(self._runs)
        if room <= 0:
            return False
        with self._database.reading() as connection:
            jobs = agenda.runnable_jobs(connection, self._claims.free(now))
        changed = False
        for job in jobs:
            if job["id"] in self._runs:
                continue
            changed = self._take(job, now) or changed
            if len(self._runs) >= self._jobs_at_once:
                break
        return changed

    def _take(self, job: RowMapping, now: datetime) -> bool:
        """Claim one job, or note why it has to wait."""
        try:
            tasks = self._tasks_if_able(job, now)
        except Held as held:
            if (job["status"], job["problem"]) == ("waiting", str(held)):
                return False
            return self._claim(job, now, held=held)
        except TransferError as error:
            return self._claim(job, now, failure=error)
        except (AccsynError, OSError) as error:
            return self._claim(job, now, failure=crash(job["id"], error))
        return self._claim(job, now, tasks=tasks)

    def _tasks_if_able(self, job: RowMapping, now: datetime) -> Sequence[RowMapping]:
        """Select the open tasks of a job, which can run.

        Raises:
            TransferError: a user is gone.
            Held: it cannot run now.
        """
        with self._database.reading() as connection:
            call = as_accsyn(connection, job["workspace"], now, self._roots)
            submitter = require_able(call, job)
            tasks = agenda.open_tasks(connection, job)
            # What is wrong with a task is found when it is measured.
            with contextlib.suppress(TransferError):
                for task in tasks[:1]:
                    Routing(submitter, job).route(task)
        return tasks

    def _claim(
        self,
        job: RowMapping,
        now: datetime,
        *,
        tasks: Sequence[RowMapping] = (),
        held: Held | None = None,
        failure: TransferError | None = None,
    ) -> bool:
        with self._phases.writing(job, now) as call:
            if not self._claims.take(call, job["id"], job["status"]):
                return False
            if held is not None:
                ledger.hold(call, job, str(held))
                self._claims.release(call, job["id"])
                return True
            if failure is not None:
                ledger.fail(call, job, str(failure))
                return True
            if job["status"] != "running" and any(task["size"] is None for task in tasks):
                set_status(call, job["id"], "init")
            row = agenda.jobs_by_id(call.connection, [job["id"]])[job["id"]]
        self._runs[job["id"]] = Run(row, tasks, now)
        return True

    @behaviour(
        DOCUMENTED, "transfers/retry", "a failed job runs again by itself when its time has come"
    )
    def _run_again(self, now: datetime) -> bool:
        with self._database.reading() as connection:
            failed = agenda.failed_jobs(connection)
        due = [job for job in failed if _moment(job["due"]) <= now]
        for job in due:
            with self._phases.writing(job, now) as call:
                if self._claims.take(call, job["id"], "failed"):
                    ledger.run_again(call, job)
                    self._claims.release(call, job["id"])
        return bool(due)

    def _put_down(self, run: Run, now: datetime, held: Held | None = None) -> None:
        """Stop with a job, which keeps what it has moved."""
        run.close()
        del self._runs[run.job["id"]]
        with self._phases.writing(run.job, now) as call:
            if not self._claims.release(call, run.job["id"]):
                return
            job = agenda.jobs_by_id(call.connection, [run.job["id"]])[run.job["id"]]
            ledger.halt_tasks(call, job["id"])
            if job["status"] in agenda.RUNNABLE:
                if held is not None:
                    ledger.hold(call, job, str(held))
                elif job["status"] == "running":
                    set_status(call, job["id"], "waiting")

    def _fail(self, run: Run, now: datetime, error: TransferError) -> None:
        """End a job that none of whose tasks can be carried out any more."""
        run.close()
        del self._runs[run.job["id"]]
        with self._phases.writing(run.job, now) as call:
            if self._claims.keep(call, run.job["id"], run.job["status"]):
                ledger.fail(call, run.job, str(error))

    @behaviour(INFERRED, "transfers/speed", "jobs that run share the bandwidth evenly")
    def _allot(self) -> None:
        """Say how fast each job may go until the next step."""
        running = [run for run in self._runs.values() if run.is_running]
        rates = shares(self._bandwidth, [run.limit for run in running])
        for run, rate in zip(running, rates, strict=True):
            run.credit.rate = rate


def _seconds_to_go(run: Run) -> float | None:
    return run.credit.seconds_until(run.remaining) if run.is_running else 0.0


def _is_over(job: RowMapping) -> bool:
    return bool(job["scope"] != Scope.ACTIVE.value)


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored).replace(tzinfo=timezone.utc)
