"""What a job needs to be in order while it runs: its queue, its users, its shares and computers."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.engine.backend import as_submitter, enabled_user
from accsyn_orm.server.engine.ends import End
from accsyn_orm.server.engine.trouble import Code, Held
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import CLIENTS, QUEUES, SHARES


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


@behaviour(DOCUMENTED, "transfers/paths", "a job waits while a share it uses is not enabled")
def require_within_reach(call: Call, ends: Iterable[End]) -> None:
    """Make sure that shares and computers can be used.

    Raises:
        Held: a share is disabled, or a computer has gone offline.
    """
    shares, clients = SHARES.table.c, CLIENTS.table.c
    wanted = list(ends)
    needed = frozenset[str]().union(*(end.shares for end in wanted))
    for share in rows_where(call, SHARES, shares.id.in_(needed)) if needed else ():
        if share["status"] != "enabled":
            raise Held(Code.UNAVAILABLE, f"share {share['code']} is {share['status']}")
    computers = {end.client for end in wanted if end.client is not None}
    for client in rows_where(call, CLIENTS, clients.id.in_(computers)) if computers else ():
        if client["status"] != "online":
            raise Held(Code.NO_CLIENT, f"computer {client['code']} is {client['status']}")
