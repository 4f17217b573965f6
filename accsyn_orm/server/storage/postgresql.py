"""PostgreSQL: several server processes share one database, and write one after the other.

A transaction that writes first takes an advisory lock, which is to PostgreSQL what
``BEGIN IMMEDIATE`` is to SQLite: what a rule has read is still true when it writes. The other way
to get there, ``SERIALIZABLE`` with repetition, would repeat operations that have moved files
already. Reading needs no lock: it sees the moment at which it began.
"""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, event

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.server.refusals import Overdue, Refusal, Unwritable
from accsyn_orm.server.search.matching import with_matching_texts
from accsyn_orm.server.storage.backend import (
    LOCK_TIMEOUT_MS,
    STATEMENT_SECONDS,
    WRITES,
    Backend,
    is_writing,
    make_engine,
)

DRIVER = "postgresql+psycopg"

MAX_CONNECTIONS = 16
"""Connections that one process opens, as it needs them; PostgreSQL takes 100 if not told more."""

CONNECT_TIMEOUT = 10
"""Seconds to wait for a server that does not answer."""

_WRITERS = int.from_bytes(b"accsynor", "big")
"""The advisory lock of all that write to the database."""

_SETTINGS = "; ".join(
    f"SET {name} = {value}"
    for name, value in {
        "lock_timeout": LOCK_TIMEOUT_MS,
        "statement_timeout": round(STATEMENT_SECONDS * 1000),
        # The lock of a machine that was switched off must not outlive it by hours.
        "tcp_keepalives_idle": 30,
        "tcp_keepalives_interval": 10,
        "tcp_keepalives_count": 3,
    }.items()
)

_CANCELED = "57014"
"""The state of a statement that has taken too long."""
_UNWRITABLE: Mapping[str | None, str] = {
    "53100": "the disk of the database is full",
    "25006": "the database is read-only",
}
"""States of SQL in which nothing can be written."""


def open_postgresql(target: URL) -> Backend:
    """Make a pool of connections to a database; the first is opened when it is needed.

    Raises:
        ConfigurationError: the driver is not installed.
    """
    engine = make_engine(
        target.set(drivername=DRIVER),
        extra="postgres",
        pool_size=MAX_CONNECTIONS,
        max_overflow=0,
        # The database may have been restarted since.
        pool_pre_ping=True,
        connect_args={
            "fallback_application_name": "accsyn_orm",
            "connect_timeout": target.query.get("connect_timeout", CONNECT_TIMEOUT),
        },
    )
    _prepare(engine)
    return Backend(
        engine,
        reading={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
        # Each statement sees what was committed before the lock was given to us.
        writing={"isolation_level": "READ COMMITTED", WRITES: True},
        # Waiting for the lock in a connection each, writers would leave none to readers.
        turn_to_write=_Turn(),
        refusal_of=_refusal_of,
    )


def _refusal_of(error: BaseException | None) -> Refusal | None:
    state = getattr(error, "sqlstate", None)
    if state == _CANCELED:
        return Overdue()
    return Unwritable(_UNWRITABLE[state]) if state in _UNWRITABLE else None


class _Turn:
    """A lock that does not wait for ever."""

    def __init__(self) -> None:
        self._lock = Lock()

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=LOCK_TIMEOUT_MS / 1000):
            raise TimeoutError(f"a transaction of this process writes for {LOCK_TIMEOUT_MS} ms")

    def __exit__(self, *_exception: object) -> None:
        self._lock.release()


def _prepare(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        encoding = connection.info.parameter_status("server_encoding")
        if encoding != "UTF8":
            connection.close()
            reason = f"is encoded as {encoding}, which cannot hold every text"
            hint = "create it with ENCODING 'UTF8' TEMPLATE template0"
            raise ConfigurationError("database", reason, hint=hint)
        connection.execute(_SETTINGS)
        connection.commit()

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        if is_writing(connection):
            connection.exec_driver_sql("SELECT pg_advisory_xact_lock(%s)", (_WRITERS,))

    @event.listens_for(engine, "before_cursor_execute", retval=True)
    def executes(  # the signature of the event
        connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,
        _context: object,
        _is_many: bool,  # noqa: FBT001  # SQLAlchemy's
    ) -> tuple[str, Any]:
        return statement, with_matching_texts(connection, parameters)

    del connected, began, executes
