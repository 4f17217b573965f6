"""Databases of each kind: how they are opened, and what transactions promise."""

from __future__ import annotations

import builtins
import logging
import socket
import sqlite3
import threading
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import exc, func, insert, select, text, update

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.query import Comparison, Operator
from accsyn_orm.server.refusals import Overdue
from accsyn_orm.server.search.compile import compile_filter
from accsyn_orm.server.storage import postgresql as postgresql_backend
from accsyn_orm.server.storage import sqlite as sqlite_backend
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.records import to_columns
from accsyn_orm.server.storage.tables import JOBS, WORKSPACES

WORKSPACE = {"id": "a", "workspace": "a"}


@pytest.fixture
def pair(shared_url) -> Iterator[tuple[Database, Database]]:
    """Give one database, opened twice, as by two processes."""
    pair = Database(shared_url), Database(shared_url)
    pair[0].create_tables()
    yield pair
    for one in pair:
        one.close()


def insert_workspace(connection, priority=0):
    columns = to_columns(WORKSPACES, {"code": "a", "metadata": {"n": priority}})
    connection.execute(insert(WORKSPACES.table).values(**WORKSPACE, **columns))


def count(connection):
    return connection.execute(select(func.count()).select_from(WORKSPACES.table)).scalar()


def at_once(*functions):
    """Run functions in threads; raise what one of them raised."""
    with ThreadPoolExecutor(len(functions)) as pool:
        for running in [pool.submit(function) for function in functions]:
            running.result()


# -- transactions ---------------------------------------------------------------------------------


def test_what_was_read_is_still_true_when_it_is_written(pair):
    with pair[0].writing() as connection:
        insert_workspace(connection)
    table = WORKSPACES.table

    def count_up(database):
        for _ in range(20):
            with database.writing() as connection:
                document = connection.execute(select(table.c.metadata)).scalar_one()
                values = to_columns(WORKSPACES, {"metadata": {"n": document["n"] + 1}})
                connection.execute(update(table).values(**values))

    at_once(*(lambda one=one: count_up(one) for one in pair * 2))
    with pair[1].reading() as connection:
        assert connection.execute(select(table.c.metadata)).scalar_one() == {"n": 80}


def test_a_reader_sees_one_moment_and_keeps_no_writer_waiting(pair):
    with pair[0].reading() as reader:
        assert count(reader) == 0
        with pair[1].writing() as writer:
            insert_workspace(writer)
        assert count(reader) == 0
    with pair[0].reading() as reader:
        assert count(reader) == 1


def test_a_failed_write_is_rolled_back(empty_database):
    def fail():
        with empty_database.writing() as connection:
            insert_workspace(connection)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with empty_database.reading() as connection:
        assert count(connection) == 0


def test_tables_are_made_once_when_several_start(shared_url):
    databases = [Database(shared_url) for _ in range(4)]
    at_once(*(one.create_tables for one in databases))
    with databases[0].reading() as connection:
        assert count(connection) == 0
    for one in databases:
        one.close()


def test_none_of_those_who_make_one_file_at_once_is_refused(tmp_path):
    # One is, of some hundred, where SQLite is not asked again.
    for number in range(30):
        databases = [Database(f"sqlite:///{tmp_path / str(number)}.db") for _ in range(4)]
        at_once(*(one.create_tables for one in databases))
        for one in databases:
            one.close()


def test_file_that_another_program_keeps_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_backend, "LOCK_TIMEOUT_MS", 20)
    monkeypatch.setattr(sqlite_backend, "_PRAGMAS", ("busy_timeout=10",))
    path = tmp_path / "kept.db"
    keeper = sqlite3.connect(path, isolation_level=None)
    keeper.execute("BEGIN EXCLUSIVE")
    database = Database(f"sqlite:///{path}")
    with pytest.raises(ConfigurationError, match="database is locked"):
        database.create_tables()
    keeper.close()
    database.close()


def test_data_on_disk_is_written_safely(tmp_path):
    database = Database.in_directory(tmp_path)
    database.create_tables()
    with database.reading() as connection:
        found = [
            connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        ]
    assert found == ["wal", 2, 1, 30_000]
    database.close()


ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT count(*) FROM n"


@pytest.mark.behaviour("requests: a question that takes longer than a minute is given up")
def test_a_question_that_takes_too_long_is_given_up(shared_url, monkeypatch):
    for module in (sqlite_backend, postgresql_backend):
        monkeypatch.setattr(module, "STATEMENT_SECONDS", 0.2)
    monkeypatch.setattr(postgresql_backend, "_SETTINGS", "SET statement_timeout = 200")
    database = Database(shared_url)
    database.create_tables()
    began = time.monotonic()
    for opened in (database.reading, database.writing):
        with pytest.raises(Overdue, match="ask for less"), opened() as connection:
            connection.execute(text(ENDLESS)).scalar()
    assert time.monotonic() - began < 5
    with database.reading() as connection:
        assert count(connection) == 0
    database.close()


# -- PostgreSQL -----------------------------------------------------------------------------------


@pytest.fixture
def ours(postgresql) -> Iterator[Database]:
    """Give a database of PostgreSQL's."""
    database = Database(postgresql.new_database())
    database.create_tables()
    yield database
    database.close()


def test_readers_cannot_write_on_postgresql(ours):
    with pytest.raises(exc.InternalError, match="read-only"), ours.reading() as connection:
        insert_workspace(connection)


def test_writers_that_wait_leave_connections_to_readers(ours):
    started = threading.Barrier(postgresql_backend.MAX_CONNECTIONS + 5)
    done = []

    def write():
        started.wait(10)
        with ours.writing() as connection:
            done.append(count(connection))

    with ours.writing():
        threads = [threading.Thread(target=write) for _ in range(started.parties - 1)]
        for thread in threads:
            thread.start()
        started.wait(10)
        began = time.monotonic()
        with ours.reading() as connection:
            assert count(connection) == 0
        assert time.monotonic() - began < 5
        assert done == []
    for thread in threads:
        thread.join(20)
    assert done == [0] * len(threads)


def test_a_writer_that_waits_too_long_in_one_process_gives_up(ours, monkeypatch):
    monkeypatch.setattr(postgresql_backend, "LOCK_TIMEOUT_MS", 20)

    def write():
        with ours.writing():
            pass

    with ours.writing(), pytest.raises(TimeoutError, match="writes for 20 ms"):
        write()
    write()


def test_a_writer_that_waits_too_long_for_another_process_gives_up(ours, monkeypatch):
    monkeypatch.setattr(postgresql_backend, "_SETTINGS", "SET lock_timeout = 50")
    other = Database(ours.engine.url.render_as_string(hide_password=False))

    def write():
        with other.writing():
            pass

    with ours.writing(), pytest.raises(exc.OperationalError, match="lock timeout"):
        write()
    other.close()


def test_a_connection_that_was_cut_is_replaced(ours, postgresql):
    with ours.reading() as connection:
        assert count(connection) == 0
    postgresql.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        f"WHERE datname = '{ours.engine.url.database}'"
    )
    with ours.reading() as connection:
        assert count(connection) == 0


@pytest.mark.parametrize("size", [0, 1, 12_345])
def test_patterns_find_what_matches_among_any_number_of_texts(ours, size):
    rows = [
        {"id": f"{n:024x}", "workspace": "w", **to_columns(JOBS, {"name": f"İob-{n}"})}
        for n in range(size)
    ]
    condition = compile_filter(Comparison("name", Operator.MATCHES, r"^iOB-\d*7$"), JOBS)
    # A pattern is asked for in a transaction that writes just as well.
    with ours.writing() as connection:
        if rows:
            connection.execute(insert(JOBS.table), rows)
        found = connection.execute(select(JOBS.table.c.name).where(condition)).scalars().all()
    assert len(found) == (size + 2) // 10
    assert all(name.endswith("7") for name in found)


# -- addresses ------------------------------------------------------------------------------------


def test_postgresql_is_recognised_by_its_usual_names():
    for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
        database = Database(f"{scheme}://user@host/name")
        assert database.engine.url.drivername == "postgresql+psycopg"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("nonsense", "is not a SQLAlchemy URL"),
        ("postgresql://user:hunter2@host:port/name", "is not a SQLAlchemy URL"),
        ("mysql://user:hunter2@host/name", "mysql is no kind of database that the workspace knows"),
        ("postgresql+asyncpg://u:hunter2@host/name", "postgresql\\+asyncpg is no kind of database"),
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(url, reason):
    with pytest.raises(ConfigurationError, match=reason) as caught:
        Database(url)
    assert "hunter2" not in "".join(traceback.format_exception(caught.value))


def unused_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_a_server_that_is_not_there_is_named_without_the_password(caplog):
    caplog.set_level(logging.DEBUG)
    port = unused_port()
    database = Database(f"postgresql://user:hunter2@127.0.0.1:{port}/name")
    with pytest.raises(ConfigurationError, match=f"database: cannot be opened: .*{port}") as caught:
        database.create_tables()
    database.close()
    said = "".join(traceback.format_exception(caught.value))
    assert "hunter2" not in said + caplog.text + repr(database.engine) + repr(database)


def test_a_server_that_does_not_answer_is_not_waited_for_long():
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        port = silent.getsockname()[1]
        database = Database(f"postgresql://user@127.0.0.1:{port}/name?connect_timeout=2")
        began = time.monotonic()
        with pytest.raises(ConfigurationError, match="timeout"):
            database.create_tables()
        assert time.monotonic() - began < 8
        database.close()


def test_a_database_that_cannot_hold_every_text_is_refused(postgresql):
    url = postgresql.new_database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    database = Database(url)
    with pytest.raises(ConfigurationError, match=r"LATIN1, .* \(create it with ENCODING 'UTF8'"):
        database.create_tables()
    database.close()


def test_a_missing_driver_is_named_with_the_extra_that_brings_it(monkeypatch):
    real = builtins.__import__

    def without_psycopg(name, *args, **kwargs):
        if name == "psycopg":
            raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", without_psycopg)
    with pytest.raises(ConfigurationError, match=r"pip install 'accsyn_orm\[postgres\]'"):
        Database("postgresql://user@host/name")
