"""What was answered stays: over kills, on a full disk, on one that is read-only, over restarts.

``make test-deep`` runs the whole figures, the default tests a fast variant of each.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import psycopg
import pytest
from servers import Caller, ServerProcess
from sqlalchemy import event, text

from accsyn_orm.errors import BackendError, ConfigurationError
from accsyn_orm.outcome import Outcome
from accsyn_orm.server.refusals import Unwritable
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.workspace import Workspace
from accsyn_orm.testing import EmbeddedWorkspace

deep = pytest.mark.deep
LOST = (OSError, http.client.HTTPException, json.JSONDecodeError)


# -- kills ----------------------------------------------------------------------------------------


class Writers:
    """Four threads that create entities, two attributes of which have to agree."""

    def __init__(self, process: ServerProcess) -> None:
        self._process = process
        self._next = 0
        self._lock = threading.Lock()
        self.acknowledged: set[str] = set()
        self.started: set[str] = set()
        self.refused: list[str] = []

    def run_and_kill(self, least: int, seconds: float) -> None:
        """Write until so many are acknowledged, a moment longer, and kill the server."""
        threads = [threading.Thread(target=self._write) for _ in range(4)]
        for thread in threads:
            thread.start()
        patience = time.monotonic() + 10
        while len(self.acknowledged) < least and time.monotonic() < patience:
            time.sleep(0.005)
        time.sleep(seconds)
        self._process.kill()
        for thread in threads:
            thread.join(60)
            assert not thread.is_alive()

    def _write(self) -> None:
        caller = self._process.caller()
        while True:
            with self._lock:
                name = f"q{self._next}"
                self._next += 1
                self.started.add(name)
            data = {"name": name, "description": name}
            try:
                status, answer = caller.call("POST", "queue/create", data)
            except LOST:
                return
            if status == 200 and "result" in answer:
                self.acknowledged.add(name)
            else:
                self.refused.append(str(answer))


def stored(database: Database) -> dict[str, str | None]:
    """Read what is there, past the server: descriptions by names."""
    with database.reading() as connection:
        rows = connection.execute(text("SELECT name, description FROM queues"))
        return {name: description for name, description in rows if re.fullmatch("q[0-9]+", name)}


def integrity(database: Database) -> str:
    with database.reading() as connection:
        if connection.dialect.name != "sqlite":
            return "ok"
        return str(connection.execute(text("PRAGMA integrity_check")).scalar_one())


@pytest.mark.parametrize(
    ("kind", "cycles", "least"),
    [
        ("sqlite", 2, 20),
        pytest.param("sqlite", 110, 20_000, marks=[deep, pytest.mark.timeout(900)], id="whole"),
        pytest.param(
            "postgresql", 15, 500, marks=[deep, pytest.mark.timeout(300)], id="whole-postgresql"
        ),
    ],
)
def test_what_was_answered_survives_kills(request, new_process, figure, kind, cycles, least):
    url = request.getfixturevalue("postgresql").new_database() if kind == "postgresql" else ""
    process, chance = new_process(database=url), random.Random(5)
    writers, took, damaged, torn = Writers(process), [], 0, 0
    for cycle in range(cycles):
        took.append(process.start())
        database = Database(url or f"sqlite:///{process.data / 'workspace.db'}")
        damaged += integrity(database) != "ok"
        found = stored(database)
        torn += sum(name != description for name, description in found.items())
        assert found.keys() <= writers.started
        database.close()
        writers.run_and_kill(least * (cycle + 1) // cycles, chance.uniform(0.01, 0.25))
    process.start()
    database = Database(url or f"sqlite:///{process.data / 'workspace.db'}")
    found = stored(database)
    database.close()
    acknowledged = writers.acknowledged
    assert writers.refused == []
    assert all(process.caller().find("queue", query=f"name={name}") for name in list(found)[-3:])
    figure(f"kills of the server, {kind}", cycles, f">= {cycles} cycles")
    figure(f"writes acknowledged before a kill, {kind}", len(acknowledged), f">= {least}")
    figure(f"acknowledged writes lost, {kind}", len(acknowledged - found.keys()), "= 0")
    figure(f"torn rows, {kind}", torn, "= 0")
    figure(f"damaged databases, {kind}", damaged, "= 0")
    figure(f"95th percentile of a restart, {kind}", sorted(took)[int(len(took) * 0.95)], "<= 5 s")


# -- syncs ----------------------------------------------------------------------------------------


def can_trace(tmp_path: Path) -> bool:
    """Tell whether system calls can be counted here: it takes strace, and the right to trace."""
    if shutil.which("strace") is None:
        return False
    probe = ["strace", "-f", "-o", str(tmp_path / "probe"), "-e", "trace=fdatasync", "true"]
    return subprocess.run(probe, capture_output=True, check=False, timeout=20).returncode == 0


@pytest.mark.parametrize("count", [30, pytest.param(200, marks=deep, id="whole")])
def test_each_commit_is_synced_before_it_is_answered(tmp_path, new_process, figure, count):
    if not can_trace(tmp_path):
        pytest.skip("NOT MEASURED: syncs are counted with strace, which is not here or may not")
    trace = tmp_path / "trace"
    command = ("strace", "-f", "-o", str(trace), "-e", "trace=fsync,fdatasync")
    process = new_process(wrapper=command)
    process.start()
    caller = process.caller()
    assert caller.find("queue")
    before = trace.read_text().count("sync(")
    for number in range(count):
        status, _ = caller.call("POST", "queue/create", {"name": f"n{number}"})
        assert status == 200
        # The tracer has written the line when the call returns.
        syncs = trace.read_text().count("sync(") - before
        assert syncs > number, "an answer was given before the sync"
    process.stop()
    figure(f"syncs of {count} commits answered", syncs, f">= {count}")


# -- no room --------------------------------------------------------------------------------------


def filled(caller: Caller) -> list[str]:
    """Create until there is no room; return what was acknowledged."""
    done = []
    for number in range(2_000):
        data = {"name": f"full{number}", "description": "x" * 4_000}
        status, answer = caller.call("POST", "queue/create", data)
        if status in {500, 507}:
            said = {"message": "nothing can be stored: the disk is full"}
            # A limit, other than a full disk, has no name of its own before Python 3.11.
            assert answer == said or (status == 500 and sys.version_info < (3, 11))
            return done
        assert status == 200, answer
        done.append(data["name"])
    raise AssertionError("the disk is never full")


@pytest.mark.behaviour("requests: without room nothing is stored, and that is what the answer says")
def test_a_full_disk_is_said_and_ends_nothing(new_process, figure):
    process = new_process()
    process.start()
    caller = process.caller()
    room = max(path.stat().st_size for path in process.data.iterdir()) + 100_000
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    done = filled(caller)
    names = {queue["name"] for queue in caller.find("queue")}
    assert names >= set(done)
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
    assert caller.call("POST", "queue/create", {"name": "room again"})[0] == 200
    said = process.stop()
    assert "Traceback" not in said or sys.version_info < (3, 11)
    process.start()
    names = {queue["name"] for queue in process.caller().find("queue")}
    assert "room again" in names
    figure("acknowledged writes lost to a full disk", len(set(done) - names), "= 0")


def write(database: Database, statement: str) -> None:
    with database.writing() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize("what", ["max_page_count = 1", "query_only = 1"])
def test_a_database_that_takes_nothing_says_so_and_keeps_what_it_has(tmp_path, what):
    database = Database.in_directory(tmp_path)
    database.create_tables()

    @event.listens_for(database.engine, "checkout")
    def takes_nothing(connection: sqlite3.Connection, *_: object) -> None:
        connection.execute(f"PRAGMA {what}")

    with (
        pytest.raises(Unwritable, match="nothing can be stored: the disk"),
        database.writing() as connection,
    ):
        connection.execute(text("CREATE TABLE big AS SELECT hex(zeroblob(100000)) AS a"))
    with database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM queues")).scalar_one() == 0
    database.close()


def test_a_postgresql_that_only_reads_says_so(postgresql):
    url = postgresql.new_database()
    database = Database(url)
    database.create_tables()
    name = database.engine.url.database
    database.close()
    postgresql.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with (
        pytest.raises(Unwritable, match="the database is read-only"),
        database.writing() as connection,
    ):
        connection.execute(text("DELETE FROM queues"))
    with pytest.raises(ConfigurationError, match="read-only"):
        Workspace(database=url)
    database.close()
    full = database._backend.refusal_of(psycopg.errors.DiskFull())
    assert str(full) == "nothing can be stored: the disk of the database is full"


READ_ONLY = """
import os, sys
from pathlib import Path
from accsyn_orm.errors import ConfigurationError
from accsyn_orm.server.workspace import Workspace
data = Path(sys.argv[1])
Workspace().stop()  # loads what others could not read
if os.geteuid() == 0:  # for whom permissions do not count
    os.chown(data.parent, 65534, 65534)
    os.setgroups([])
    os.setgid(65534)
    os.setuid(65534)
Workspace(data=data).stop()
for of_file, of_directory in ((0o400, 0o700), (0o600, 0o500), (0o400, 0o500), (0o600, 0o700)):
    (data / "workspace.db").chmod(of_file)
    data.chmod(of_directory)
    try:
        Workspace(data=data).stop()
        print("started")
    except ConfigurationError as error:
        print(error)
    data.chmod(0o700)
"""


def test_a_data_directory_that_cannot_be_written_is_said_at_the_start():
    base = Path(tempfile.mkdtemp(prefix="accsyn_orm-"))
    try:
        command = [sys.executable, "-c", READ_ONLY, str(base / "data")]
        done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    finally:
        shutil.rmtree(base)
    first, second, third, last = done.stdout.splitlines()
    assert "workspace.db: cannot be used: Permission denied" in first
    assert second.startswith("database: ")
    assert "read-only" in second or "cannot be opened" in second
    assert "cannot be used" in third
    assert last == "started"


# -- damage ---------------------------------------------------------------------------------------


def make(directory: Path) -> Path:
    database = Database.in_directory(directory)
    database.create_tables()
    # Closing brings it all into this one file.
    database.close()
    return directory / "workspace.db"


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda whole: b"this is no database" * 1_000, "cannot be opened: file is not a database"),
        (lambda whole: whole[:4096] + os.urandom(4096) + whole[8192:], "is damaged: "),
        (lambda whole: whole[: len(whole) // 2], "is damaged: |cannot be opened: "),
        (lambda whole: whole[:100], "cannot be opened: "),
    ],
    ids=["no database", "a page", "half", "only a head"],
)
def test_a_damaged_database_is_refused_at_the_start(tmp_path, damage, said):
    path = make(tmp_path)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(ConfigurationError, match=f"^database: ({said})"):
        Workspace(data=tmp_path)


def test_a_sound_database_is_not_refused(tmp_path):
    make(tmp_path)
    Workspace(data=tmp_path).stop()


def test_without_room_the_answer_is_507(monkeypatch, caplog):
    def refuse(self):
        raise Unwritable("the disk is full")

    with EmbeddedWorkspace(seed="empty") as workspace, workspace.session() as session:
        assert session.find("queue")
        monkeypatch.setattr(Database, "writing", refuse)
        with pytest.raises(BackendError, match="the disk is full") as caught:
            session.create("queue", {"name": "x"})
        assert (caught.value.status_code, caught.value.outcome) == (507, Outcome.REJECTED)
        assert session.find("queue")
        monkeypatch.undo()
        session.create("queue", {"name": "x"})
    assert [record.getMessage() for record in caplog.records if record.levelname == "ERROR"] == [
        "request refused: nothing can be stored: the disk is full"
    ]


def test_what_the_workspace_does_by_itself_waits_for_room(studio, monkeypatch):
    """A question is answered even if nothing can be noted; work that is done is called done."""
    admin = studio.client("admin", "v1")
    studio.clock.advance(days=29)
    writing = type(studio.database).writing

    def refuse(self):
        raise Unwritable("the disk is full")

    monkeypatch.setattr(type(studio.database), "writing", refuse)
    assert admin.find("user")
    with pytest.raises(Unwritable):
        admin.create("queue", {"name": "x"})
    monkeypatch.setattr(type(studio.database), "writing", writing)
    assert admin.create("job", {"code": "x", "type": 2})
