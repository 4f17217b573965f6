"""A loopback HTTPS server that records requests to the byte and answers what it is told."""

from __future__ import annotations

import base64
import datetime as dt
import gzip
import json
import re
import ssl
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
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

MARK = "/mark"
"""Asked for after each call of an official client, to tell the requests of calls apart."""

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


# -- side by side with the official clients -------------------------------------------------------

NAMES = {
    "ID": SHARE_ID,
    "USER": USER_ID,
    "TASK": "1f0c2f7e-5f3a-4f0e-9a0e-0d6a1f1d0c11",
    "SERVER": "66d6ba46c67fe76fd5d81c02",
    "DATA": str(Path(__file__).with_name("data") / "job.json"),
}
"""What calls may name."""

OFFICIAL = """
import datetime, ssl, urllib.request
EAST = datetime.timezone(datetime.timedelta(hours=2))
trusting = ssl._create_unverified_context() if {url!r}.startswith("https") else None
def mark():
    urllib.request.urlopen({url!r}, context=trusting).close()
session = accsyn_api.Session({arguments})
mark()
for source in {calls!r}:
    try:
        eval(source, {{**{names!r}, "session": session, "datetime": datetime, "EAST": EAST}})
    except BaseException as error:
        if not {may_fail!r}:
            raise RuntimeError(source) from error
    mark()
"""


class SideBySide:
    """Runs calls with an official client and with ours, and gives the requests of each call.

    The first item of a result is the sign-in.
    """

    def __init__(
        self,
        official_client: Callable[[str], Any],
        recorder: Recorder,
        make_session: Callable[..., Session],
    ) -> None:
        self._official_client = official_client
        self._recorder = recorder
        self._make_session = make_session

    def theirs(
        self, version: str, calls: list[str], *, may_fail: bool = False, **arguments: str
    ) -> list[list[dict[str, Any]]]:
        tenant = "workspace" if version == "3.4.0" else "domain"
        given = {tenant: "acmefilm", "username": "john@user.com", "api_key": "key-1", **arguments}
        given["hostname"] = "127.0.0.1"
        shown = [f"{name}={value!r}" for name, value in given.items() if value]
        script = OFFICIAL.format(
            url=f"{self._recorder.url}{MARK}",
            arguments=", ".join([*shown, f"port={self._recorder.port}"]),
            calls=calls,
            names=NAMES,
            may_fail=may_fail,
        )
        self._official_client(version).run(script)
        groups: list[list[dict[str, Any]]] = [[]]
        for request in self._recorder.requests:
            if request.path == MARK:
                groups.append([])
            else:
                groups[-1].append(normalised(request))
        self._recorder.requests.clear()
        return groups[:-1]

    def ours(
        self,
        version: str,
        calls: list[str],
        *,
        refused: tuple[type[Exception], ...] = (),
        **arguments: Any,
    ) -> list[list[dict[str, Any]]]:
        given = {"protocol": "v3" if version == "3.4.0" else "v1", "lowercase_queries": True}
        given |= {name: value or None for name, value in arguments.items()}
        session = self._make_session(**given)
        session.login()
        groups = [self.taken()]
        names = {**NAMES, "session": session, "datetime": dt}
        names["EAST"] = dt.timezone(dt.timedelta(hours=2))
        for source in calls:
            with suppress(*refused):
                eval(source, names)
            groups.append(self.taken())
        return groups

    def taken(self) -> list[dict[str, Any]]:
        taken = [normalised(request) for request in self._recorder.requests]
        self._recorder.requests.clear()
        return taken


def normalised(request: Recorded) -> dict[str, Any]:
    """Keep everything but what is new in each call, or differs between machines."""
    text = re.sub(r'"(eid|created|hostname)": "[^"]*"', r'"\1": "…"', request.text)
    text = re.sub(r'"session": "[0-9a-f-]{36}"', '"session": "uuid4"', text)
    text = re.sub(r'"gz_data": "([^"]*)"', _inflated, text)
    volatile = {"content-length": "…"} if "gz_data" in text or "created" in text else {}
    headers = [
        (name, volatile.get(name.lower(), re.sub(r"PythonAPI v\S+", "PythonAPI", value)))
        for name, value in request.headers
    ]
    return {
        "verb": request.verb,
        "path": request.path,
        "in query": bool(request.query),
        "headers": headers,
        "text": text,
    }


def _inflated(found: re.Match[str]) -> str:
    return f'"gz_data": {gzip.decompress(base64.b64decode(found[1])).decode("ascii")}'


@pytest.fixture
def side_by_side(official_client, recorder, make_session) -> SideBySide:
    """Run the same calls with an official client and with ours."""
    return SideBySide(official_client, recorder, make_session)


@pytest.fixture
def plain_side_by_side(official_client, plain_recorder, make_session) -> SideBySide:
    """The same without TLS."""
    return SideBySide(official_client, plain_recorder, make_session)
