"""SQLite: a file or memory, one writer at a time by ``BEGIN IMMEDIATE``.

An in-memory database lives in a single connection, which callers share one after the other.
"""

from __future__ import annotations

import math
import sqlite3
import time
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.pool import ConnectionPoolEntry, StaticPool

from accsyn_orm.server.refusals import Overdue, Refusal, Unwritable
from accsyn_orm.server.search.matching import install_functions
from accsyn_orm.server.storage.backend import (
    LOCK_TIMEOUT_MS,
    STATEMENT_SECONDS,
    WRITES,
    Backend,
    is_writing,
    make_engine,
)
from accsyn_orm.server.storage.private import private_file

_FULL, _READ_ONLY = "the disk is full", "the disk, or the file of the database, is read-only"
_UNWRITABLE = {
    "SQLITE_FULL": _FULL,
    "database or disk is full": _FULL,
    # A quota, or a limit of the process. After a write that failed nothing was committed; this
    # cannot be said of one that was not synced.
    "SQLITE_IOERR_WRITE": _FULL,
    **dict.fromkeys(("SQLITE_READONLY", "SQLITE_READONLY_DBMOVED"), _READ_ONLY),
    "attempt to write a readonly database": _READ_ONLY,
}
"""Names, and in older Pythons words, of what the driver raises when nothing can be written."""
_INTERRUPTED = frozenset({"SQLITE_INTERRUPT", "interrupted"})

_LOOKS_EVERY = 10_000
"""Instructions of the database, some tenths of a millisecond, between two looks at the clock."""

_PRAGMAS = (
    "synchronous=FULL",
    "foreign_keys=ON",
    f"busy_timeout={LOCK_TIMEOUT_MS}",
)
_PAUSE = 0.005


def open_sqlite(target: URL) -> Backend:
    """Open, or make, a database file that nobody else may read; or a database in memory.

    Raises:
        ConfigurationError: there cannot be a file at this path.
    """
    if target.database in {None, "", ":memory:"}:
        turn = RLock()
        engine = make_engine(
            target,
            extra="server",
            poolclass=StaticPool,
            connect_args={"check_same_thread": False},
        )
        _prepare(engine)
        return Backend(
            engine,
            writing={WRITES: True},
            turn_to_read=turn,
            turn_to_write=turn,
            refusal_of=_refusal_of,
        )
    # Created by us first, so that it never exists with wider permissions.
    private_file(Path(str(target.database)))
    engine = make_engine(target, extra="server")
    _prepare(engine)
    return Backend(engine, writing={WRITES: True}, refusal_of=_refusal_of, damage_of=_damage_of)


def _refusal_of(error: BaseException | None) -> Refusal | None:
    # Python 3.10 knows no names: of what it says, only this is certain.
    name = getattr(error, "sqlite_errorname", str(error))
    if name in _INTERRUPTED:
        return Overdue()
    return Unwritable(_UNWRITABLE[name]) if name in _UNWRITABLE else None


def _damage_of(connection: Connection) -> str | None:
    """Look every page over; what is merely another value nobody can tell from a change."""
    # The driver itself is asked: this one statement may take as long as it does.
    connection.info["ends"][0] = math.inf
    driver: Any = connection.connection.driver_connection
    (found,) = driver.execute("PRAGMA quick_check(1)").fetchone()
    return None if found == "ok" else f"is damaged: {found.partition(chr(10))[0]}"


def _write_ahead(cursor: sqlite3.Cursor) -> None:
    """Let the database keep a write-ahead log, which it goes on doing.

    That takes the file alone. Of several servers that start at once, all but one are refused, and
    at once: SQLite does not wait where two would wait for each other.
    """
    ends = time.monotonic() + LOCK_TIMEOUT_MS / 1000
    while not _begins_log(cursor, may_wait=time.monotonic() < ends):
        time.sleep(_PAUSE)


def _begins_log(cursor: sqlite3.Cursor, *, may_wait: bool) -> bool:
    try:
        cursor.execute("PRAGMA journal_mode=WAL")
    except sqlite3.OperationalError as error:
        if not may_wait or "locked" not in str(error):
            raise
        return False
    return True


def _prepare(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, record: ConnectionPoolEntry) -> None:
        # Transactions begin where we say; the driver would begin them late, and only for writes.
        connection.isolation_level = None
        install_functions(connection)
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        _write_ahead(cursor)
        cursor.close()
        ends = record.info["ends"] = [math.inf]
        connection.set_progress_handler(lambda: time.monotonic() > ends[0], _LOOKS_EVERY)

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing(connection) else "BEGIN")

    @event.listens_for(engine, "before_cursor_execute")
    def executes(connection: Connection, *_: object) -> None:
        connection.info["ends"][0] = time.monotonic() + STATEMENT_SECONDS

    del connected, began, executes
