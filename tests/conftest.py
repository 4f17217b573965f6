"""Fixtures that several test folders share.

Official clients as witnesses, loopback TLS, and a server that records requests to the byte and
answers what it is told.
"""

from __future__ import annotations

import base64
import gzip
import json
import os
import re
import signal
import ssl
import subprocess
import sys
import textwrap
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

import pytest
import trustme

pytest_plugins = [
    "accsyn_orm.pytest_plugin",
    "databases",
    "figures",
    "proxy_servers",
    "pytester",
    "servers",
]

ROOT = Path(__file__).parent.parent
WITNESSES = ROOT / ".witnesses"
OFFICIAL_VERSIONS = ("1.4.1.post1", "2.2.1", "3.4.0")
AMBIENT = (
    "ACCSYN_",
    "AS_DEV",
    "FILMHUB_",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT",
    "NETRC",
)

PREAMBLE = """
import json, sys
import accsyn_api
def emit(value):
    print("@@" + json.dumps(value, default=str, sort_keys=True), flush=True)
"""


@pytest.fixture(scope="session", autouse=True)
def interruptible() -> None:
    """Let Ctrl-C do what it does, though a run in the background was started without it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@dataclass(frozen=True)
class OfficialClient:
    """One unmodified release of accsyn-python-api, run in a process of its own."""

    version: str
    path: Path

    def run(self, script: str, *, timeout: float = 60) -> list[Any]:
        """Run a script that has ``accsyn_api`` imported; return what it passed to ``emit``."""
        environment = {k: v for k, v in os.environ.items() if not k.upper().startswith(AMBIENT)}
        environment["PYTHONPATH"] = str(self.path)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PREAMBLE + textwrap.dedent(script)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            cwd=self.path,
            env=environment,
        )
        assert done.returncode == 0, f"{self.version}: {done.stdout}\n{done.stderr}"
        return [json.loads(line[2:]) for line in done.stdout.splitlines() if line.startswith("@@")]


def _installed(version: str) -> Path:
    path = WITNESSES / version
    if not (path / "accsyn_api").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        command += [str(path), f"accsyn-python-api=={version}"]
        subprocess.run(command, check=True, timeout=120)
    return path


@pytest.fixture(scope="session")
def official_client() -> Callable[[str], OfficialClient]:
    """Give the official client of a version, installed from the package index on first use."""
    return lambda version: OfficialClient(version, _installed(version))


@dataclass(frozen=True)
class LoopbackTls:
    """A throw-away certificate authority and a server context for localhost and 127.0.0.1."""

    ca_path: Path
    server_context: ssl.SSLContext


@pytest.fixture(scope="session")
def loopback_tls(tmp_path_factory: pytest.TempPathFactory) -> LoopbackTls:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return LoopbackTls(path, context)


@pytest.fixture(autouse=True, scope="session")
def _runtime_directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Share rate limits with nobody outside of the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_RUNTIME_DIR", str(tmp_path_factory.mktemp("runtime")))
        yield


@pytest.fixture(autouse=True)
def _no_ambient_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings of the machine that runs the tests out of them."""
    for name in list(os.environ):
        if name.upper().startswith(AMBIENT):
            monkeypatch.delenv(name)


# -- a recording server ---------------------------------------------------------------------------

USER_ID = "5bfeb0381da7ee4095fa217e"
SHARE_ID = "614d660de50d45bb027c9bdd"
RECORD = {"id": USER_ID, "code": "first", "created": "2026-11-03T08:00:00"}
ACL = {
    "id": "63ba0f67e50d45bb027c0001",
    "entity": f"user:{USER_ID}",
    "target": f"share:{SHARE_ID}",
    "read": True,
    "write": False,
}
RESULTS = {
    "entitytypes": ["id", "code"],
    "attributes": ["id", "code"],
    "acl/find": [ACL],
    "acl/create": [ACL],
    "job/recipients": [{"user": USER_ID, "user_hr": "lisa@example.com", "actioned": False}],
    "client/find": [{"id": USER_ID, "status": "online"}],
    "setting": {"transfer_speedlimit": "10"},
    "ls": [],
    "getsize": 4096,
}
"""Plausible results, by uri or by operation on files."""

MARK = "/mark"

YES = (
    "/delete",
    "/deactivate",
    "/offline",
    "/activate",
    "/remove",
    "/server",
    "/recipient",
    "/recipient/add",
    "workspace/file",
    "organization/file",
)


@dataclass(frozen=True)
class Recorded:
    """One request as it arrived."""

    verb: str
    path: str
    query: str
    headers: tuple[tuple[str, str], ...]
    body: str

    @property
    def text(self) -> str:
        """The JSON document, wherever it was."""
        return unquote(self.query) if self.query else self.body

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.text)

    @property
    def uri(self) -> str:
        return self.json.get("uri", self.path)

    def header(self, name: str) -> str | None:
        return {key.lower(): value for key, value in self.headers}.get(name.lower())

    @property
    def comparable(self) -> dict[str, Any]:
        """What does not change from call to call, nor from machine to machine."""
        text = re.sub(r'"(eid|created|hostname)": "[^"]*"', r'"\1": "…"', self.text)
        text = re.sub(r'"session": "[0-9a-f-]{36}"', '"session": "uuid4"', text)
        text = re.sub(r'"gz_data": "([^"]*)"', _inflated, text)
        volatile = {"content-length": "…"} if "gz_data" in text or "created" in text else {}
        headers = [
            (name, volatile.get(name.lower(), re.sub(r"PythonAPI v\S+", "PythonAPI", value)))
            for name, value in self.headers
        ]
        return {
            "verb": self.verb,
            "path": self.path,
            "in query": bool(self.query),
            "headers": headers,
            "text": text,
        }


def _inflated(found: re.Match[str]) -> str:
    return f'"gz_data": {gzip.decompress(base64.b64decode(found[1])).decode("ascii")}'


class Recorder:
    """Requests that arrived, and the answers to give.

    Attributes:
        names: ids that calls may name, and that the usual answers hold.
        mark: URL to ask for between calls, to tell the requests of calls apart.
    """

    names: ClassVar[dict[str, str]] = {
        "ID": SHARE_ID,
        "USER": USER_ID,
        "TASK": "1f0c2f7e-5f3a-4f0e-9a0e-0d6a1f1d0c11",
        "SERVER": "66d6ba46c67fe76fd5d81c02",
    }

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.mark = f"{self.url}{MARK}"
        self.gate = threading.Event()
        self.reset()

    def reset(self) -> None:
        self.requests: list[Recorded] = []
        self.connections = 0
        self.answers: deque[tuple[int, Any]] = deque()
        self.login_answers: deque[tuple[int, Any]] = deque()
        self.login_session = "session-1"
        self.gate.set()

    @property
    def events(self) -> list[Recorded]:
        return [request for request in self.requests if request.path.endswith("/event")]

    @property
    def logins(self) -> list[Recorded]:
        return [request for request in self.requests if request.path.endswith(("/login", "/auth"))]

    def taken(self) -> list[list[dict[str, Any]]]:
        """Return what arrived, in the form in which it is compared; a mark ends a group."""
        groups: list[list[dict[str, Any]]] = [[]]
        for request in self.requests:
            if request.path == MARK:
                groups.append([])
            else:
                groups[-1].append(request.comparable)
        self.requests.clear()
        return groups

    def will_answer(self, *payloads: Any, status: int = 200) -> None:
        """Answer the next events so, before falling back to a plausible default."""
        self.answers.extend((status, payload) for payload in payloads)

    def will_answer_login(self, *payloads: Any, status: int = 200) -> None:
        """Answer the next sign-ins so."""
        self.login_answers.extend((status, payload) for payload in payloads)

    def answer(self, request: Recorded) -> tuple[int, Any]:
        self.gate.wait(10)
        is_event = request.path.endswith("/event")
        scripted = self.answers if is_event else self.login_answers
        if scripted:
            return scripted.popleft()
        if request.path == MARK:
            return 200, {}
        return 200, self._event(request) if is_event else self._sign_in(request.path)

    def _sign_in(self, path: str) -> Any:
        session = self.login_session
        return {
            "/api/v3/api/login": {
                "result": {"session_id": session, "role": "admin", "id": USER_ID}
            },
            "/api/v1.0/user/login/auth": {
                "session_key": session,
                "clearance": "admin",
                "id": USER_ID,
            },
            "/api/v1.0/registry/organization/domain": {"domain": "acmefilm"},
            "/api/v3/J3PKTtDvolDMBtTy6AFGA": {
                "result": {"hostname": "acmefilm.accsyn.com", "port": 443}
            },
        }[path]

    def _event(self, request: Recorded) -> Any:
        uri, event = request.uri, request.json
        data = event.get("data")
        operation = data.get("op") if isinstance(data, dict) else None
        if "nobody" in event.get("query", ""):
            return {"result": []}
        if uri in {"user/generate_session_key", "user/api_key"}:
            return {"session_key": "fresh", "api_key": "key-2"}
        if uri.endswith(("/report", "/metrics", "/preprocess", "/utility")):
            return {"report": "all is well", "result": {"speed": [1]}}
        default = True if uri.endswith(YES) else [RECORD]
        return {"result": RESULTS.get(operation or uri, default)}


def _handler(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        timeout = 20

        def setup(self) -> None:
            recorder.connections += 1
            super().setup()

        def respond(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            path, _, query = self.path.partition("?")
            body = self.rfile.read(length).decode("ascii")
            request = Recorded(self.command, path, query, tuple(self.headers.items()), body)
            recorder.requests.append(request)
            status, payload = recorder.answer(request)
            content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_PUT = do_POST = do_DELETE = respond  # noqa: N815  # names the library calls

        def log_message(self, *args: object) -> None:
            pass

    return Handler


class _QuietServer(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def _serving(context: ssl.SSLContext | None) -> Iterator[Recorder]:
    server = _QuietServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    recorder = Recorder(server.server_port, "https" if context else "http")
    server.RequestHandlerClass = _handler(recorder)
    if context:
        server.socket = context.wrap_socket(
            server.socket, server_side=True, do_handshake_on_connect=False
        )
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield recorder
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@pytest.fixture(scope="session")
def _https_recorder(loopback_tls) -> Iterator[Recorder]:
    with _serving(loopback_tls.server_context) as recorder:
        yield recorder


@pytest.fixture(scope="session")
def _http_recorder() -> Iterator[Recorder]:
    with _serving(None) as recorder:
        yield recorder


@pytest.fixture
def recorder(_https_recorder) -> Iterator[Recorder]:
    """The recording HTTPS server, empty."""
    _https_recorder.reset()
    yield _https_recorder
    _https_recorder.reset()


@pytest.fixture
def plain_recorder(_http_recorder) -> Recorder:
    """The recording server without TLS, empty."""
    _http_recorder.reset()
    return _http_recorder
