"""Which machines are online: they check in by themselves, and count as offline when they stop.

No program runs on the machines of an embedded workspace, so all of them count as checking in while
the workspace is used, until somebody disconnects one. Whoever looks at a status calls `Presence`
before; it stores a check-in once in a minute, by the clock that it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, or_, select, update

from accsyn_orm.server.clock import Rhythm
from accsyn_orm.server.context import wire_time
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import no_such
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.records import to_columns
from accsyn_orm.server.storage.tables import CLIENTS, WORKSPACES, Scope

OFFLINE_AFTER = timedelta(minutes=15)
CHECKS_IN_EVERY = timedelta(minutes=1)

_GONE: Mapping[str, str] = {"online": "offline", "disabled": "disabled-offline"}
_BACK: Mapping[str, str] = {status: before for before, status in _GONE.items()}


class Presence:
    """Keeps the statuses of machines true.

    Args:
        database: where they are.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._rhythm = Rhythm(CHECKS_IN_EVERY)

    def keep(self, now: datetime) -> None:
        """Let the machines check in, if the last time is long enough ago."""
        if not self._rhythm.is_due(now):
            return
        with self._database.writing() as connection:
            check_in(connection, now)

    def connect(self, workspace: str, code: str, now: datetime, *, connected: bool) -> None:
        """Start or stop the accsyn software on a machine; its lanes go with it.

        Args:
            workspace: code of the workspace.
            code: host name of the machine.
            now: the time.
            connected: whether it runs.

        Raises:
            Refusal: there is no such machine.
        """
        with self._database.writing() as connection:
            # What happened until now comes first.
            check_in(connection, now)
            _connect(connection, workspace, code, connected=connected)
            check_in(connection, now)


@behaviour(DOCUMENTED, "client", "a client that has not checked in for 15 minutes is offline")
@behaviour(INFERRED, "client", "clients check in until they are disconnected")
def check_in(connection: Connection, now: datetime) -> None:
    """Note that connected machines are there; put those offline that have stopped.

    Args:
        connection: a transaction that writes.
        now: the time.
    """
    clients = CLIENTS.table.c
    is_connected, is_kept = clients.connected.is_(True), clients.scope == Scope.ACTIVE.value
    is_due = clients.last_checkin <= wire_time(now - CHECKS_IN_EVERY)
    is_late = clients.last_checkin <= wire_time(now - OFFLINE_AFTER)
    for away, back in _BACK.items():
        _set(connection, and_(is_kept, is_connected, clients.status == away), status=back)
    checked = or_(is_due, clients.last_checkin.is_(None))
    _set(connection, and_(is_kept, is_connected, checked), last_checkin=wire_time(now))
    for here, gone in _GONE.items():
        is_gone = and_(clients.connected.is_not(True), clients.status == here, is_late)
        _set(connection, and_(is_kept, is_gone), status=gone)


def _set(connection: Connection, condition: ColumnElement[bool], **values: Any) -> None:
    columns = to_columns(CLIENTS, values)
    connection.execute(update(CLIENTS.table).where(condition).values(**columns))


def _connect(connection: Connection, workspace: str, code: str, *, connected: bool) -> None:
    clients, homes = CLIENTS.table.c, WORKSPACES.table.c
    found = connection.scalars(
        select(clients.id)
        .join(WORKSPACES.table, homes.id == clients.workspace)
        .where(
            homes.code == workspace,
            clients.scope == Scope.ACTIVE.value,
            clients.code__folded == code.casefold(),
        )
    ).all()
    if not found:
        raise no_such("client", code)
    # Host names are not unique: all machines of that name come or go.
    _set(connection, or_(clients.id.in_(found), clients.parent.in_(found)), connected=connected)
