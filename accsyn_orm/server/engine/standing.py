"""What a job needs to be in order while it runs, whatever its tasks: its queue and its users."""

from __future__ import annotations

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.engine.backend import as_submitter, enabled_user
from accsyn_orm.server.engine.trouble import Code, Held
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import QUEUES


@behaviour(DOCUMENTED, "transfers/order", "jobs of a queue that is paused wait")
def require_able(call: Call, job: RowMapping) -> Call:
    """Make sure that a job can run, as far as it can be told without its tasks.

    Returns:
        The same transaction, on behalf of whoever submitted the job.

    Raises:
        TransferError: a user is gone.
        Held: the queue is paused, or a user disabled.
    """
    (queue,) = rows_where(call, QUEUES, QUEUES.table.c.id == job["queue"])
    if queue["status"] != "waiting":
        raise Held(Code.QUEUE_STATUS, f"queue {queue['code']} is paused")
    for party in (job["source"], job["destination"]):
        kind, _, ident = str(party).partition(":")
        if kind == "user":
            enabled_user(call, ident)
    return as_submitter(call, job)
