"""Connections and transactions: one place that knows how SQLite has to be treated.

A write transaction takes the write lock when it begins (``BEGIN IMMEDIATE``), so that what a rule
has read is still true when it writes. An in-memory database lives in a single connection, which
callers share one after the other.
"""

from __future__ import annotations

import contextlib
from collections.abc import Generator
from pathlib import Path
from threading import RLock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import StaticPool

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.server.search.regex import install_functions
from accsyn_orm.server.storage.private import private_file
from accsyn_orm.server.storage.tables import metadata

MEMORY = "sqlite://"
BUSY_TIMEOUT_MS = 30_000
_WRITES = "accsyn_orm_writes"


class Database:
    """The workspace's tables in one database.

    Args:
        url: SQLAlchemy URL; ``sqlite://`` is a database in memory that ends with this object.

    Raises:
        ConfigurationError: the URL is none, or what it needs is not there.
    """

    def __init__(self, url: str = MEMORY) -> None:
        self._turn: contextlib.AbstractContextManager[Any] = contextlib.nullcontext()
        options: dict[str, Any] = {}
        target = _target(url)
        is_sqlite = target.get_backend_name() == "sqlite"
        if is_sqlite and target.database in {None, "", ":memory:"}:
            self._turn = RLock()
            options = {"poolclass": StaticPool, "connect_args": {"check_same_thread": False}}
        elif is_sqlite:
            # Created by us first, so that it never exists with wider permissions.
            private_file(Path(str(target.database)))
        self.engine = _engine(target, options)
        if is_sqlite:
            _prepare_sqlite(self.engine)

    @classmethod
    def in_directory(cls, directory: Path) -> Database:
        """Open, or make, the database file of a data directory; nobody else may read it."""
        return cls(f"sqlite:///{directory / 'workspace.db'}")

    def create_tables(self) -> None:
        """Make the tables that are not there yet.

        Raises:
            ConfigurationError: the database cannot be reached, or is none.
        """
        try:
            with self.writing() as connection:
                metadata.create_all(connection)
        except DBAPIError as error:
            reason = str(error.orig).partition("\n")[0]
            raise ConfigurationError("database", f"cannot be opened: {reason}") from error

    @contextlib.contextmanager
    def reading(self) -> Generator[Connection, None, None]:
        """Open a transaction that only reads."""
        with self._turn, self.engine.begin() as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self) -> Generator[Connection, None, None]:
        """Open a transaction that writes; it commits at the end, or rolls back on any exception."""
        with self._turn, self.engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


def _target(url: str) -> URL:
    try:
        return make_url(url)
    except ArgumentError as error:
        hint = "write sqlite:///file.db or postgresql+psycopg://user@host/name"
        raise ConfigurationError("database", "is not a SQLAlchemy URL", hint=hint) from error


def _engine(target: URL, options: dict[str, Any]) -> Engine:
    try:
        # hide_parameters: values must reach neither logs nor tracebacks.
        return create_engine(target, hide_parameters=True, **options)
    except (ArgumentError, ModuleNotFoundError) as error:
        reason = f"no driver for {target.drivername} is installed"
        raise ConfigurationError("database", reason) from error


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        # Transactions begin where we say; the driver would begin them late, and only for writes.
        connection.isolation_level = None
        install_functions(connection)
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    del connected, began
