"""The workspace as a process of its own, that can be killed: fixture ``new_process``."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

CODE = """
import os, sys
from pathlib import Path
from accsyn_orm.errors import AccsynError
from accsyn_orm.server.runner import serve
base, data, database, env = sys.argv[1:]
base = Path(base)
(base / "pid").write_text(str(os.getpid()))
try:
    serve(
        port=0, data=Path(data), database=database or None, seed="empty", transfers=False,
        ready_file=base / "ready", write_env=Path(env) if env else None,
    )
except AccsynError as error:
    sys.exit(f"error: {error}")
"""
ROOT = Path(__file__).parents[2]
PATIENCE = 30.0


class NotStartedError(Exception):
    """The process has ended; its message is what it said."""


@dataclass
class ServerProcess:
    """One workspace, started as often as is needed.

    Attributes:
        base: directory for what tests and process tell each other.
        data: data directory.
        database: URL, instead of SQLite in there.
        wrapper: command that runs the process, such as a tracer.
    """

    base: Path
    data: Path
    database: str = ""
    wrapper: Sequence[str] = ()
    _process: subprocess.Popen[str] | None = None
    _env: Path | None = None
    _callers: list[Caller] = field(default_factory=list)
    url: str = ""

    def start(self) -> float:
        """Start it; return the seconds until it listens.

        Raises:
            NotStartedError: it does not.
        """
        self.hang_up()
        env = "" if self._env else str(self.base / "env")
        arguments = (str(self.base), str(self.data), self.database, env)
        began = time.monotonic()
        (self.base / "ready").unlink(missing_ok=True)  # a killed one leaves it behind
        self._process = subprocess.Popen(
            [*self.wrapper, sys.executable, "-c", CODE, *arguments],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )
        while not (self.base / "ready").is_file():
            if self._process.poll() is not None:
                said = self._process.communicate()[1]
                self._process = None
                raise NotStartedError(said)
            assert time.monotonic() < began + PATIENCE, "it neither listens nor ends"
            time.sleep(0.005)
        self._env = self.base / "env"
        self.url = (self.base / "ready").read_text().strip()
        return time.monotonic() - began

    @property
    def pid(self) -> int:
        """The process that serves, whatever runs it."""
        return int((self.base / "pid").read_text())

    @property
    def is_alive(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def kill(self, number: int = signal.SIGKILL) -> str:
        """End it; return what it has said."""
        assert self._process is not None
        os.kill(self.pid, number)
        said = self._process.communicate(timeout=PATIENCE)[1]
        self._process = None
        return said

    def stop(self) -> str:
        """Stop it as an operator does, if it runs; return what it has said."""
        return self.kill(signal.SIGTERM) if self.is_alive else ""

    def peak_memory(self) -> int:
        """Return the most memory that it has had, in bytes."""
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM:"))

    def caller(self, role: str = "admin") -> Caller:
        """Give somebody who calls it over a connection of his own."""
        assert self._env is not None
        lines = (self._env / f".env.{role}").read_text().splitlines()
        values = dict(line.split("=", 1) for line in lines)
        address = self.url.removeprefix("http://")
        caller = Caller(address, values["ACCSYN_API_USER"], values["ACCSYN_API_KEY"])
        self._callers.append(caller)
        return caller

    def hang_up(self) -> None:
        """Close the connections of all callers."""
        while self._callers:
            self._callers.pop().connection.close()


class Caller:
    """Sends v3 events over one connection, as bare as can be.

    Args:
        address: host and port.
        user: e-mail.
        key: API key.
    """

    def __init__(self, address: str, user: str, key: str) -> None:
        self.user = user
        self.connection = http.client.HTTPConnection(address, timeout=PATIENCE)
        encoded = ":".join(base64.b64encode(text.encode()).decode() for text in (user, key))
        self.headers = {"Authorization": f"basic {encoded}", "X-Accsyn-Workspace": "acmefilm"}

    def event(self, uri: str, data: Any = None, **members: Any) -> str:
        """Write an event."""
        envelope = {
            "audience": "api", "workspace": "acmefilm", "eid": uuid.uuid4().hex,
            "session": "s", "uri": uri,
            "ident": self.user, "created": "2026-01-01T00:00:00", "hostname": "h", "data": data,
        }  # fmt: skip
        return json.dumps({**envelope, **members})

    def send(self, verb: str, text: str) -> tuple[int, Any]:
        """Send the text of an event; return status and answer."""
        if verb in {"GET", "DELETE"}:
            target, body = f"/api/v3/event?{quote(text)}", None
        else:
            target, body = "/api/v3/event", text.encode()
        self.connection.request(verb, target, body, self.headers)
        answer = self.connection.getresponse()
        return answer.status, json.loads(answer.read())

    def call(self, verb: str, uri: str, data: Any = None, **members: Any) -> tuple[int, Any]:
        """Send an event; return status and answer."""
        return self.send(verb, self.event(uri, data, **members))

    def find(self, kind: str, **members: Any) -> list[dict[str, Any]]:
        """Find entities."""
        status, answer = self.call("GET", f"{kind}/find", {}, **members)
        assert status == 200, answer
        return answer["result"]


@pytest.fixture
def new_process(tmp_path: Path) -> Iterator[Callable[..., ServerProcess]]:
    """Make workspaces that are processes; those that still run are killed at the end."""
    made: list[ServerProcess] = []

    def make(*, base: Path | None = None, **options: Any) -> ServerProcess:
        base = base or tmp_path / f"process{len(made)}"
        base.mkdir(exist_ok=True)
        made.append(ServerProcess(base, **{"data": base / "data", **options}))
        return made[-1]

    yield make
    for process in made:
        process.hang_up()
        if process.is_alive:
            process.kill()
