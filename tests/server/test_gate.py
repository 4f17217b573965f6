"""The gate, over real sockets: abuse of HTTP, clients that are slow, and crowds of them."""

from __future__ import annotations

import base64
import contextlib
import json
import socket
import ssl
import statistics
import threading
import time
import uuid
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from typing_extensions import Self

from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.http.limits import MAX_BODY, Limits
from accsyn_orm.server.workspace import Workspace

QUICK = Limits(head_seconds=0.4, request_seconds=0.8, linger_seconds=0.1)
FIND = "GET /api/v3/event?{} HTTP/1.1"


def served(limits: Limits, *, tls: bool = False) -> Iterator[Workspace]:
    workspace = Workspace(seed="empty", limits=limits, tls=tls).start()
    yield workspace
    workspace.stop()


@pytest.fixture(scope="module")
def workspace() -> Iterator[Workspace]:
    yield from served(Limits(linger_seconds=0.05))


@pytest.fixture(scope="module")
def quick() -> Iterator[Workspace]:
    yield from served(QUICK)


class Client:
    """Writes bytes to the server, and reads what comes back."""

    def __init__(self, workspace: Workspace) -> None:
        port = int(workspace.url.rpartition(":")[2])
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        if workspace.ca_bundle:
            context = ssl.create_default_context(cafile=workspace.ca_bundle)
            self.socket = context.wrap_socket(self.socket, server_hostname="127.0.0.1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self.socket.sendall(data)

    def answer(self) -> tuple[int, dict]:
        """Read one answer."""
        raw = b""
        while b"\r\n\r\n" not in raw:
            chunk = self.socket.recv(65536)
            if not chunk:
                raise ConnectionError
            raw += chunk
        head, _, body = raw.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields[b"content-length"]):
            body += self.socket.recv(65536)
        assert len(body) == int(fields[b"content-length"]), "more than one answer"
        assert b"server" not in fields
        return int(head.split()[1]), json.loads(body) if body else {}

    def rest(self) -> bytes:
        """Read to the end of the connection."""
        found = b""
        with contextlib.suppress(ConnectionError):
            while chunk := self.socket.recv(65536):
                found += chunk
        return found


def request(workspace: Workspace, uri: str = "queue/find", verb: str = "GET", **data) -> bytes:
    """Write a whole request of the admin's."""
    if not hasattr(workspace, "given"):
        workspace.given = workspace.new_credentials(Role.ADMIN)
    name, key = workspace.given.username, workspace.given.api_key
    encoded = ":".join(base64.b64encode(text.encode()).decode() for text in (name, key))
    members = {
        "audience": "api", "workspace": "acmefilm", "eid": str(uuid.uuid4()),
        "session": "s", "uri": uri, "ident": name, "created": "2026-01-01T00:00:00",
        "hostname": "h", "data": data,
    }  # fmt: skip
    text = json.dumps(members)
    target = f"/api/v3/event?{quote(text)}" if verb == "GET" else "/api/v3/event"
    body = "" if verb == "GET" else text
    lines = [
        f"{verb} {target} HTTP/1.1",
        "Host: x",
        f"Authorization: basic {encoded}",
        "X-Accsyn-Workspace: acmefilm",
        f"Content-Length: {len(body)}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def queues(workspace: Workspace) -> list[str]:
    with Client(workspace) as client:
        client.send(request(workspace))
        return sorted(queue["name"] for queue in client.answer()[1]["result"])


# -- one request after the other ------------------------------------------------------------------


def test_a_connection_is_used_again(workspace):
    with Client(workspace) as client:
        for number in range(3):
            client.send(request(workspace, "queue/create", "POST", name=f"again {number}"))
            assert client.answer()[0] == 200
            client.send(request(workspace))
            assert f"again {number}" in str(client.answer()[1])


def test_a_request_may_come_byte_by_byte(workspace):
    with Client(workspace) as client:
        for byte in request(workspace, "queue/create", "POST", name="drop by drop"):
            client.send(bytes([byte]))
        assert client.answer()[0] == 200


@pytest.mark.behaviour("requests: a second request before the answer to the first is not read")
def test_what_is_sent_along_with_a_request_is_not_read(workspace):
    evil = request(workspace, "queue/create", "POST", name="smuggled")
    for first in (request(workspace), request(workspace, "queue/create", "POST", name="x")):
        with Client(workspace) as client:
            client.send(first + evil)
            assert client.answer()[0] == 200
            assert client.rest() == b""
    assert "smuggled" not in queues(workspace)


def test_the_body_of_a_request_that_needs_none_is_not_taken_for_a_request(workspace):
    evil = request(workspace, "queue/create", "POST", name="in a body")
    head = request(workspace).replace(b"Content-Length: 0", b"Content-Length: %d" % len(evil))
    with Client(workspace) as client:
        client.send(head + evil)
        assert client.answer()[0] == 200
        client.send(request(workspace))
        assert client.answer()[0] == 200
    with Client(workspace) as client:
        # The answer is there before the body.
        client.send(head)
        assert client.answer()[0] == 200
        client.send(evil)
        client.send(request(workspace))
        assert "in a body" not in str(client.answer())
    assert "in a body" not in queues(workspace)


def smuggled(workspace: Workspace) -> Iterator[bytes]:
    """Give ways to hide a request in the body of another."""
    evil = request(workspace, "queue/create", "POST", name="smuggled")
    plain = b"POST /api/v3/event HTTP/1.1\r\nHost: x\r\n"
    chunked = b"0\r\n\r\n" + evil
    for fields in (
        b"Content-Length: 0\r\nContent-Length: %d" % len(evil),
        b"Content-Length: %d\r\nContent-Length: 0" % len(evil),
        b"Content-Length: 0, %d" % len(evil),
        b"Content-Length: -1",
        b"Content-Length : 0",
        b"X: y\nContent-Length: 0",
    ):
        yield plain + fields + b"\r\n\r\n" + evil
    for fields in (
        b"Transfer-Encoding: chunked",
        b"Transfer-Encoding: chunked\r\nContent-Length: %d" % len(chunked),
        b"Transfer-Encoding: xchunked\r\nContent-Length: 5",
        b"Transfer-Encoding: identity, chunked",
        b"Transfer-Encoding:\x0bchunked",
        b" Transfer-Encoding: chunked",
        b"X: y\r\n Transfer-Encoding: chunked",
    ):
        yield plain + fields + b"\r\n\r\n" + chunked
    for line in (
        b"GET http://x/api/v3/event HTTP/1.1",
        b"GET /a\x00b HTTP/1.1",
        b"CONNECT x:1 HTTP/1.1",
        b"POST /api/v3/event",
        b"post /api/v3/event HTTP/1.1",
        b"PRI * HTTP/2.0",
    ):
        yield line + b"\r\nHost: x\r\n\r\n" + evil


def test_no_request_hides_in_another(workspace, caplog):
    for raw in smuggled(workspace):
        with Client(workspace) as client:
            client.send(raw)
            status, said = client.answer()
            assert (status, list(said)) == (400, ["message"]), raw
            assert client.rest() == b""
    assert "smuggled" not in queues(workspace)
    assert [record for record in caplog.records if record.levelname != "INFO"] == []


def test_what_is_too_large_is_refused_while_it_comes(workspace):
    head = b"POST /api/v3/event HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % (MAX_BODY + 1)
    for raw, status in (
        (b"GET /" + b"x" * 600_000, 414),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20_000, 431),
        (b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X: y\r\n" * 150 + b"\r\n", 431),
        (head, 413),
        (head + b"x" * 1_000_000, 413),
    ):
        with Client(workspace) as client:
            client.send(raw)
            assert client.answer()[0] == status
            assert client.rest() == b""


def test_a_body_that_is_to_be_asked_for_is_asked_for(workspace):
    raw = request(workspace, "queue/create", "POST", name="expected")
    head, _, body = raw.replace(b"Host: x", b"Host: x\r\nExpect: 100-continue").partition(
        b"\r\n\r\n"
    )
    with Client(workspace) as client:
        client.send(head + b"\r\n\r\n")
        assert client.socket.recv(1024).startswith(b"HTTP/1.1 100 ")
        client.send(body)
        assert "result" in client.answer()[1]


def test_upgrades_are_not_taken(workspace):
    with Client(workspace) as client:
        client.send(
            request(workspace).replace(
                b"Host: x", b"Host: x\r\nConnection: upgrade\r\nUpgrade: h2c"
            )
        )
        assert client.answer()[0] == 200


# -- slow clients ---------------------------------------------------------------------------------


def dripped(client: Client, raw: bytes) -> float:
    """Send a byte now and then; return the seconds until it is of no use any more."""
    began = time.monotonic()
    client.socket.settimeout(0.02)
    for byte in raw:
        client.send(bytes([byte]))
        with contextlib.suppress(TimeoutError):
            assert client.socket.recv(1, socket.MSG_PEEK)
            break
    client.socket.settimeout(20)
    return time.monotonic() - began


@pytest.mark.behaviour("requests: clients that take too long are cut off")
def test_heads_that_drip_in_are_cut_off(quick):
    raw = request(quick)
    with Client(quick) as client:
        assert 0.2 < dripped(client, raw) < 3
        assert client.answer()[0] == 408
        assert client.rest() == b""


def test_bodies_that_drip_in_are_cut_off(quick):
    raw = request(quick, "queue/create", "POST", name="slow", description="x" * 500)
    split = raw.index(b"\r\n\r\n") + 10
    with Client(quick) as client:
        client.send(raw[:split])
        assert 0.5 < dripped(client, raw[split:]) < 5
        assert client.answer()[0] == 408
        assert client.rest() == b""
    assert "slow" not in queues(quick)


def test_a_connection_that_says_nothing_is_closed(quick):
    began = time.monotonic()
    with Client(quick) as client:
        assert client.rest() == b""
    assert time.monotonic() - began < 3


def test_the_clock_starts_anew_with_each_request(quick):
    with Client(quick) as client:
        for _ in range(4):
            client.send(request(quick))
            assert client.answer()[0] == 200
            time.sleep(0.25)
        client.send(b"GET /")
        assert client.answer()[0] == 408


def test_a_client_that_does_not_read_its_answer_is_cut_off(quick):
    size = 8_000_000
    with Client(quick) as client:
        client.send(request(quick, "queue/create", "POST", name="big", description="x" * size))
        assert client.answer()[0] == 200
    for pause, is_whole in ((2, False), (0.05, True)):
        with Client(quick) as client:
            client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 300_000)
            client.send(request(quick))
            time.sleep(pause)
            received = 0
            with contextlib.suppress(ConnectionError):
                while received < size and (chunk := client.socket.recv(300_000)):
                    received += len(chunk)
                    time.sleep(0.02)
            assert (received >= size) is is_whole


def test_tls_handshakes_are_not_waited_for_long():
    for workspace in served(QUICK, tls=True):
        assert queues(workspace)
        port = int(workspace.url.rpartition(":")[2])
        for sent in (b"", b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port), timeout=5) as client:
                client.sendall(sent)
                with contextlib.suppress(ConnectionError):
                    while client.recv(1024):
                        continue
        assert queues(workspace)


# -- crowds ---------------------------------------------------------------------------------------


@pytest.mark.behaviour("requests: one address has at most 100 connections")
def test_one_address_has_a_hundred_connections_and_the_others_are_not_hurt(workspace):
    time.sleep(0.1)  # those of other tests are closed
    crowd = [Client(workspace) for _ in range(150)]
    try:
        inside, outside = crowd[:100], crowd[100:]
        for client in outside:
            status, said = client.answer()
            assert (status, list(said)) == (429, ["message"])
            assert client.rest() == b""
        took = []
        for client in inside:
            began = time.perf_counter()
            client.send(request(workspace))
            assert client.answer()[0] == 200
            took.append(time.perf_counter() - began)
        assert statistics.median(took) < 0.1
    finally:
        for client in crowd:
            client.socket.close()
    assert queues(workspace)


def test_connections_can_be_without_limit():
    for workspace in served(Limits(connections=0)):
        crowd = [Client(workspace) for _ in range(120)]
        crowd[-1].send(request(workspace))
        assert crowd[-1].answer()[0] == 200
        for client in crowd:
            client.socket.close()


def test_stopping_does_not_wait_for_those_who_say_nothing():
    for workspace in served(Limits()):
        with Client(workspace) as silent, Client(workspace) as midway:
            midway.send(b"POST /api/v3/event HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
            time.sleep(0.1)
            stopping = threading.Thread(target=workspace.stop)
            began = time.monotonic()
            stopping.start()
            assert silent.rest() == b""
            midway.socket.close()
            stopping.join(10)
            assert time.monotonic() - began < 3


def test_a_body_that_is_announced_and_never_comes_ends_the_connection(quick):
    raw = request(quick).replace(b"Content-Length: 0", b"Content-Length: 5")
    with Client(quick) as client:
        client.send(raw)
        assert client.answer()[0] == 200
        # The body is due; the answer is over, so there can be another one.
        assert client.answer()[0] == 408
        assert client.rest() == b""
