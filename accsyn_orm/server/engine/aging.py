"""What is left to do for jobs that ended without the engine: it removes what they left half done.

What time does to deliveries and requests is in `transfers.packages`; finished jobs count as
archived by a condition of every search, see `storage.store`.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.drafts import remove_drafts
from accsyn_orm.server.disk.inside import Inside
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.disk.tree import Tree
from accsyn_orm.server.engine import agenda, ledger
from accsyn_orm.server.engine.backend import as_accsyn, as_submitter
from accsyn_orm.server.engine.ends import ends_of
from accsyn_orm.server.engine.trouble import Held, TransferError
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.store import rows_where, update_row
from accsyn_orm.server.storage.tables import JOBS, TASKS


@dataclass(slots=True)
class Aging:
    """Ends and removes what is over.

    Attributes:
        database: where the jobs are.
        roots: where the disks are.
    """

    database: Database
    roots: Roots

    def step(self, now: datetime) -> bool:
        """Bring everything forward to this time; tell whether anything has changed."""
        return self._clean_up_after_jobs(now)

    @behaviour(INFERRED, "transfers/copying", "an aborted job leaves nothing half done behind")
    def _clean_up_after_jobs(self, now: datetime) -> bool:
        with self.database.reading() as connection:
            ended = agenda.ended_jobs(connection)
        for job in ended:
            with self.database.writing() as connection:
                call = as_accsyn(connection, job["workspace"], now, self.roots)
                nothing = {"scheduled": None, "claimant": None, "claimed": None}
                update_row(call, JOBS, job["id"], nothing)
                ledger.halt_tasks(call, job["id"])
                self._remove_drafts(call, job)
        return bool(ended)

    def _remove_drafts(self, call: Call, job: RowMapping) -> None:
        for task in rows_where(call, TASKS, TASKS.table.c.job == job["id"]):
            owner = f"{job['id']}-{task['sequence']}"
            # What is out of reach by now has to keep what is there.
            with contextlib.suppress(TransferError, Held, Refusal):
                end = ends_of(as_submitter(call, job), job).destination(task["destination"])
                for directory in _directories(end.tree, end.inside):
                    remove_drafts(end.tree, directory, owner)


def _directories(tree: Tree, inside: Inside) -> list[Inside]:
    """List the directories in which a task can have left drafts: its own, and all beneath it."""
    around = [inside] if inside.is_root else [inside.parent, inside]
    found = tree.find(inside)
    if found is None or not found.is_directory:
        return around[:1]
    return [*around, *(entry.inside for entry in tree.walk(inside) if entry.is_directory)]
