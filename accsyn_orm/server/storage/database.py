"""Connections and transactions: the workspace's tables in one database, of either kind.

A transaction that writes is alone: nothing else writes until it ends, in this process or in
another, so what a rule has read is still true when it writes. One that only reads sees a single
moment. How each kind of database is brought to that is in `sqlite` and `postgresql`.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.server.provenance import INFERRED, behaviour
from accsyn_orm.server.refusals import Overdue, Refusal
from accsyn_orm.server.storage.backend import Backend
from accsyn_orm.server.storage.postgresql import DRIVER, open_postgresql
from accsyn_orm.server.storage.sqlite import open_sqlite
from accsyn_orm.server.storage.tables import metadata

MEMORY = "sqlite://"

_OPENERS: Mapping[str, Callable[[URL], Backend]] = {
    "sqlite": open_sqlite,
    "sqlite+pysqlite": open_sqlite,
    "postgres": open_postgresql,
    "postgresql": open_postgresql,
    DRIVER: open_postgresql,
}
"""What SQLAlchemy URLs begin with."""


class Database:
    """The workspace's tables in one database.

    Args:
        url: SQLAlchemy URL; ``sqlite://`` is a database in memory that ends with this object.

    Attributes:
        engine: where the connections are from; its ``repr`` and log keep passwords to themselves.

    Raises:
        ConfigurationError: the URL is none, or what it needs is not there.
    """

    def __init__(self, url: str = MEMORY) -> None:
        self._backend = _open(url)
        self.engine = self._backend.engine

    @classmethod
    def in_directory(cls, directory: Path) -> Database:
        """Open, or make, the database file of a data directory; nobody else may read it."""
        return cls(f"sqlite:///{directory / 'workspace.db'}")

    def create_tables(self) -> None:
        """Make the tables that are not there yet; several processes may do so at once.

        Raises:
            ConfigurationError: the database cannot be reached, is none, is damaged, or cannot be
                written.
        """
        try:
            with self.writing() as connection:
                damage = self._backend.damage_of(connection)
                if damage:
                    hint = "restore a backup, or move the file away to start anew"
                    raise ConfigurationError("database", damage, hint=hint)
                metadata.create_all(connection)
        except Refusal as error:
            raise ConfigurationError("database", str(error)) from error
        except DBAPIError as error:
            reason = str(error.orig).partition("\n")[0]
            raise ConfigurationError("database", f"cannot be opened: {reason}") from error

    @behaviour(INFERRED, "requests", "a question that takes longer than a minute is given up")
    @contextlib.contextmanager
    def reading(self) -> Generator[Connection, None, None]:
        """Open a transaction that only reads.

        Raises:
            Overdue: a statement has taken too long.
        """
        backend = self._backend
        with (
            self._refusing(Overdue),
            backend.turn_to_read,
            self._begun(backend.reading) as connection,
        ):
            yield connection

    @behaviour(
        INFERRED, "requests", "without room nothing is stored, and that is what the answer says"
    )
    @contextlib.contextmanager
    def writing(self) -> Generator[Connection, None, None]:
        """Open a transaction that writes; it commits at the end, or rolls back on any exception.

        Raises:
            Unwritable: the database cannot be written now.
            Overdue: a statement has taken too long.
        """
        backend = self._backend
        with (
            self._refusing(Refusal),
            backend.turn_to_write,
            self._begun(backend.writing) as connection,
        ):
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()

    @contextlib.contextmanager
    def _refusing(self, kind: type[Refusal]) -> Generator[None, None, None]:
        try:
            yield
        except DBAPIError as error:
            refusal = self._backend.refusal_of(error.orig)
            if not isinstance(refusal, kind):
                raise
            raise refusal from error

    @contextlib.contextmanager
    def _begun(self, options: Mapping[str, Any]) -> Generator[Connection, None, None]:
        with self.engine.connect() as connection:
            connection.execution_options(**options)
            with connection.begin():
                yield connection


def _open(url: str) -> Backend:
    hint = "write sqlite:///file.db or postgresql+psycopg://user@host/name"
    try:
        target = make_url(url)
    except (ArgumentError, ValueError):
        # Not "from" it: its words repeat the URL, and with it the password.
        raise ConfigurationError("database", "is not a SQLAlchemy URL", hint=hint) from None
    opener = _OPENERS.get(target.drivername)
    if opener is None:
        reason = f"{target.drivername} is no kind of database that the workspace knows"
        raise ConfigurationError("database", reason, hint=hint)
    return opener(target)
