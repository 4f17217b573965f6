"""What a task goes by, read from the database: its ends, and the settings of all levels."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping

from accsyn_orm.server.context import Call
from accsyn_orm.server.engine.ends import End, ends_of
from accsyn_orm.server.engine.options import Options, read_options
from accsyn_orm.server.engine.standing import require_within_reach
from accsyn_orm.server.engine.work import Route
from accsyn_orm.server.provenance import DOCUMENTED, behaviour
from accsyn_orm.server.settings.values import effective_settings
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import SHARES

_PLACE = ("v", "s", "path")


def route_of(call: Call, job: RowMapping, task: RowMapping) -> Route:
    """Find out what a task goes by.

    Args:
        call: a transaction, on behalf of whoever submitted the job.
        job: its job.
        task: the task.

    Raises:
        TransferError: there can be no such task.
        Held: it cannot be carried out now.
    """
    ends = ends_of(call, job)
    source, destination = task["source"], task["destination"]
    found, to = ends.sources(source), ends.destination(destination)
    require_within_reach(call, [*found, to])
    return Route(
        # Ids of tasks are theirs in their job only, and can be chosen by clients.
        owner=f"{job['id']}-{task['sequence']}",
        sources=found,
        destination=to,
        options=options_of(call, job, task, [*found, to]),
        is_mirrored="user" not in destination and _place(source) == _place(destination),
    )


@behaviour(DOCUMENTED, "transfers/settings", "a task runs with the settings that hold for it")
def options_of(call: Call, job: RowMapping, task: RowMapping, ends: Sequence[End]) -> Options:
    """Read the settings of all levels that hold for a task.

    Raises:
        TransferError: a value makes no sense.
    """
    needed = frozenset[str]().union(*(end.shares for end in ends))
    shares = rows_where(call, SHARES, SHARES.table.c.id.in_(needed)) if needed else ()
    return read_options(effective_settings(call, job, shares=shares, task=task))


def _place(document: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(document.get(key) for key in _PLACE)
