"""A loopback HTTPS server that records requests to the byte and answers what it is told."""

from __future__ import annotations

import json
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest

from accsyn_orm.session import Session

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


class Recorder:
    """Requests that arrived, and the answers to give."""

    def __init__(self, port: int, scheme: str) -> None:
        self.port = port
        self.url = f"{scheme}://127.0.0.1:{port}"
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


@pytest.fixture
def make_session(recorder, loopback_tls) -> Iterator[Callable[..., Session]]:
    """Make sessions with the recorder, closed after the test."""
    made: list[Session] = []

    def make(**arguments: Any) -> Session:
        given = {
            "workspace": "acmefilm",
            "username": "john@user.com",
            "api_key": "key-1",
            "url": recorder.url,
            "verify": loopback_tls.ca_path,
            "timeout": 10,
        }
        session = Session(**{k: v for k, v in {**given, **arguments}.items() if v is not None})
        made.append(session)
        return session

    yield make
    for session in made:
        session.close()


@pytest.fixture
def session(make_session) -> Session:
    return make_session()


@pytest.fixture
def v1_session(make_session) -> Session:
    return make_session(protocol="v1")
