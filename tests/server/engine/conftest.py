"""A workspace with an engine, without HTTP: jobs are submitted by events, and run by the clock."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from accsyn_orm.server.engine.engine import Engine
from accsyn_orm.server.engine.pacing import run
from accsyn_orm.server.storage.records import to_columns
from accsyn_orm.server.storage.tables import CLIENTS, JOBS, TASKS, EntityTable

MB = 1_000_000


@dataclass
class Depot:
    """A studio whose jobs run."""

    studio: Any
    engine: Engine

    def engine_with(self, **options: Any) -> Engine:
        """Make another engine on the same database."""
        return Engine(self.studio.database, self.studio.roots, **options)

    @property
    def volume(self) -> Path:
        """Directory of the default volume."""
        return self.studio.roots.volumes / "projects"

    def computer(self, user: str) -> Path:
        """Return the directory that is ``/`` on the computer of a user."""
        return self.studio.roots.computer(self.client_id(user))

    def client_id(self, user: str) -> str:
        ident = self.studio.client(user).user_id
        clients = CLIENTS.table.c
        with self.studio.database.reading() as connection:
            owned = select(clients.id).where(clients.user == ident, clients.type == 0)
            return str(connection.scalars(owned).one())

    def row_of_client(self, user: str) -> dict[str, Any]:
        """Read the row of a user's computer."""
        return self.row(CLIENTS, self.client_id(user))

    def step(self, times: int = 1, *, seconds: float = 0) -> None:
        """Move the clock on, and then step."""
        self.studio.clock.advance(seconds=seconds)
        for _ in range(times):
            self.engine.step(self.studio.clock())

    def run(self, seconds: float | None = None) -> float:
        """Run until all is quiet, or so long; return how many seconds that took, by the clock."""
        began = self.studio.clock()
        run(self.engine, self.studio.clock, seconds=seconds)
        return (self.studio.clock() - began).total_seconds()

    def start(self) -> None:
        """Bring new jobs to where bytes move next: measured, waiting, running."""
        self.step(3)

    def row(self, entity: EntityTable, ident: str) -> dict[str, Any]:
        """Read a row with all that is never sent."""
        with self.studio.database.reading() as connection:
            statement = select(entity.table).where(entity.table.c.id == ident)
            return dict(connection.execute(statement).mappings().one())

    def tasks(self, job: str) -> list[dict[str, Any]]:
        """Read the tasks of a job with all that is never sent."""
        with self.studio.database.reading() as connection:
            own = select(TASKS.table).where(TASKS.table.c.job == job)
            rows = connection.execute(own.order_by(TASKS.table.c.sequence)).mappings()
            return [dict(row) for row in rows]

    def job(self, ident: str) -> dict[str, Any]:
        """Read the row of a job."""
        return self.row(JOBS, ident)

    def set(self, entity: EntityTable, ident: str, **values: Any) -> None:
        """Change a row behind the back of all rules."""
        with self.studio.database.writing() as connection:
            here = entity.table.c.id == ident
            connection.execute(
                update(entity.table).where(here).values(**to_columns(entity, values))
            )


def write(path: Path, content: bytes | int = b"content") -> Path:
    """Write a file with content, or with so many bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(os.urandom(content) if isinstance(content, int) else content)
    return path


@pytest.fixture
def depot(studio: Any) -> Iterator[Depot]:
    """Give a workspace whose engine has no limit."""
    engine = Engine(studio.database, studio.roots)
    yield Depot(studio, engine)
    engine.close()


@pytest.fixture
def slow(studio: Any) -> Iterator[Depot]:
    """Give a workspace whose engine moves a kilobyte each second."""
    engine = Engine(studio.database, studio.roots, bandwidth=0.001)
    yield Depot(studio, engine)
    engine.close()


@pytest.fixture
def put() -> Any:
    """Give the function that writes a file with content, or with so many bytes."""
    return write


def files_in(directory: Path) -> dict[str, bytes]:
    """Read all files beneath a directory, hidden ones included."""
    return {
        str(path.relative_to(directory)): path.read_bytes()
        for path in sorted(directory.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def read_all() -> Any:
    """Give the function that reads all files beneath a directory."""
    return files_in
