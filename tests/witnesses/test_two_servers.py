"""Two server processes on one database, asked by every official client and by ours at once."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import accsyn_orm
from accsyn_orm import Session

CODES, TASKS, JOBS = 8, 5, 12

RACE = f"""
def race(session, other, name, job):
    won = []
    for number in range({CODES}):
        code = "race-%d@example.com" % number
        try:
            made = session.create("user", {{"code": code}})
        except Exception as error:
            assert "there already is a user" in str(error), error
        else:
            won.append(code)
            # Through the other server it is there at once.
            assert other.find_one("user WHERE code=" + code)["id"] == made["id"]
    for number in range({TASKS}):
        path = "share=projects/%s-%d" % (name, number)
        session.create("task", [{{"source": path, "destination": "/in/x"}}], job)
    for code in ("high", "low", "medium"):
        queue = session.find_one("queue WHERE code=" + code)
        session.update_one("queue", queue["id"], {{"default": True}})
    return won
"""
"""What each client does, with a session of one server and one of the other."""

OFFICIAL = """
import os, time
other = accsyn_api.Session(**{{**OPTIONS, "port": {port}}})
open({ready!r}, "w").close()
while not os.path.exists({go!r}):
    time.sleep(0.002)
emit(race(session, other, {name!r}, {job!r}))
"""


@dataclass(frozen=True)
class Credentials:
    """What ``--write-env`` has left."""

    username: str
    api_key: str


@dataclass(frozen=True)
class Server:
    """One server process; to a witness it is a workspace."""

    url: str
    environment: Path
    data: Path
    code: str = "acmefilm"

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def credentials(self, role: str = "admin") -> Credentials:
        lines = (self.environment / f".env.{role}").read_text().splitlines()
        values = dict(line.split("=", 1) for line in lines)
        return Credentials(values["ACCSYN_API_USER"], values["ACCSYN_API_KEY"])

    def session(self, protocol: str = "v3") -> Session:
        """Make a session of ours."""
        given = self.credentials()
        return Session(
            workspace=self.code,
            username=given.username,
            api_key=given.api_key,
            url=self.url,
            verify=self.data / "ca.pem",
            protocol=protocol,
        )


def wait_for(path: Path) -> None:
    deadline = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < deadline, path
        time.sleep(0.002)


@contextlib.contextmanager
def serving(ready: Path, *options: str) -> Iterator[None]:
    """Start ``accsyn-orm serve``; it must end well, with nothing to say but where it was."""
    root = str(Path(accsyn_orm.__file__).parents[1])
    process = subprocess.Popen(
        [
            *(sys.executable, "-W", "error", "-m", "accsyn_orm", "serve", "--tls"),
            *("--port", "0", "--seed", "empty", "--ready-file", str(ready), *options),
        ],
        env={**os.environ, "PYTHONPATH": root},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield
    finally:
        process.terminate()
        _, said = process.communicate(timeout=30)
    assert [line[:10] for line in said.splitlines()] == ["workspace "], said
    assert process.returncode == 0


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def servers(request, tmp_path_factory) -> Iterator[list[Server]]:
    """Start two servers at the same moment, with nothing there yet."""
    base = tmp_path_factory.mktemp("two")
    url = f"sqlite:///{base}/shared.db"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgresql").new_database()
    data, environment = base / "data", base / "env"
    ready = [base / "listens-1", base / "listens-2"]
    shared = ("--database", url, "--data", str(data))
    with (
        serving(ready[0], *shared, "--write-env", str(environment)),
        serving(ready[1], *shared),
    ):
        for path in ready:
            wait_for(path)
        yield [Server(path.read_text().strip(), environment, data) for path in ready]


def test_every_client_at_work_on_two_servers_at_once(servers, witness_at, tmp_path):
    first, second = servers
    go = tmp_path / "go"
    with first.session() as session:
        made = session.create("job", {"source": "share=projects/first", "destination": "/in/x"})
        job = session.update("job", made["id"], {"status": "paused"})["id"]

    def official(version: str, mine: Server, others: Server) -> list[str]:
        ready = str(tmp_path / version)
        act = OFFICIAL.format(port=others.port, name=version, job=job, ready=ready, go=str(go))
        (won,) = witness_at(version, mine).run(
            RACE + "session = accsyn_api.Session(**OPTIONS)" + act
        )
        return won

    def ours(protocol: str, mine: Server, others: Server) -> list[str]:
        defined: dict[str, Any] = {}
        exec(RACE, defined)
        with mine.session(protocol) as session, others.session(protocol) as other:
            (tmp_path / protocol).touch()
            wait_for(go)
            return defined["race"](session, other, protocol, job)

    parties = [
        (official, "1.4.1.post1", first, second),
        (official, "2.2.1", second, first),
        (official, "3.4.0", first, second),
        (ours, "v1", second, first),
        (ours, "v3", first, second),
    ]
    with ThreadPoolExecutor(len(parties)) as pool:
        running = [pool.submit(*party) for party in parties]
        for _, name, *_ in parties:
            wait_for(tmp_path / name)
        go.touch()
        won = [code for one in running for code in one.result()]

    assert sorted(won) == [f"race-{number}@example.com" for number in range(CODES)]
    with second.session() as session:
        assert len(session.find("user WHERE code=race-*")) == CODES
        uris = {task["uri"] for task in session.find(f"task WHERE job.id={job}")}
        assert uris == {str(number) for number in range(1 + len(parties) * TASKS)}
        assert len(session.find("queue WHERE default=true")) == 1


def test_two_servers_share_the_transfers(servers):
    volume = servers[0].data / "volumes" / "projects"
    contents = {f"{number}.exr": os.urandom(200_000 + number) for number in range(JOBS)}
    for name, content in contents.items():
        (volume / name).write_bytes(content)
    with servers[0].session() as session, servers[1].session() as other:
        for number, name in enumerate(contents):
            task = {"source": f"share=projects/{name}", "destination": f"/in/{name}"}
            (session, other)[number % 2].create("job", {"tasks": [task], "code": name})
        deadline = time.monotonic() + 60
        done: list[dict[str, Any]] = []
        while len(done) < JOBS and time.monotonic() < deadline:
            time.sleep(0.1)
            done = other.find("job WHERE code=*.exr", finished=True)
    assert {(job["code"], job["status"]) for job in done} == {(name, "done") for name in contents}
    (computer,) = (servers[0].data / "computers").iterdir()
    assert {path.name: path.read_bytes() for path in (computer / "in").iterdir()} == contents
