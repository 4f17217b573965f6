"""A loopback TLS server with scripted answers, and proxies that record what they are asked."""

from __future__ import annotations

import socket
import socketserver
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import pytest

from accsyn_orm.transport.base import Request


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are part of the tests."""


@contextmanager
def _listening(handle: Callable[[socket.socket], None]) -> Iterator[int]:
    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.settimeout(10)
            handle(self.request)

    with _Server(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join(5)


@dataclass
class TlsServer:
    """What arrived, and the bytes to answer with."""

    answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    port: int = 0
    connections: int = 0
    requests: list[bytes] = field(default_factory=list)
    hold: threading.Event = field(default_factory=threading.Event)
    holds: bool = False

    def request(self, **changes: Any) -> Request:
        given = {
            "operation": "job/find",
            "verb": "GET",
            "url": f"https://127.0.0.1:{self.port}/api/v3/event",
            "query": "%7B%22session%22%3A%20%22CANARY%22%7D",
            "headers": {"Authorization": "basic a:b", "X-Accsyn-Device": "test"},
        }
        return Request(**{**given, **changes})

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        while head := _read_head(connection):
            length = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-l")]
            body = _read_exactly(connection, int(length[0].split(b":")[1])) if length else b""
            self.requests.append(head + body)
            if self.holds:
                self.hold.wait(10)
            connection.sendall(self.answer)
            if b"Connection: close" in self.answer:
                return


def _read_head(connection: socket.socket) -> bytes:
    head = b""
    with suppress(OSError):
        while not head.endswith(b"\r\n\r\n"):
            byte = connection.recv(1)
            if not byte:
                return b""
            head += byte
        return head
    return b""


def _read_exactly(connection: socket.socket, length: int) -> bytes:
    body = b""
    while len(body) < length:
        chunk = connection.recv(length - len(body))
        if not chunk:
            raise ConnectionError
        body += chunk
    return body


@contextmanager
def _serving_tls(context: ssl.SSLContext) -> Iterator[TlsServer]:
    server = TlsServer()

    def handle(connection: socket.socket) -> None:
        with suppress(OSError), context.wrap_socket(connection, server_side=True) as secured:
            server.serve(secured)

    with _listening(handle) as port:
        server.port = port
        try:
            yield server
        finally:
            server.hold.set()


@pytest.fixture
def tls_server(loopback_tls) -> Iterator[TlsServer]:
    with _serving_tls(loopback_tls.server_context) as server:
        yield server


@pytest.fixture
def serve_tls() -> Callable[[ssl.SSLContext], Any]:
    return _serving_tls


@pytest.fixture
def listening() -> Callable[[Callable[[socket.socket], None]], Any]:
    return _listening


@dataclass
class SocksServer:
    """A SOCKS 4, 4a and 5 server that connects everything to loopback and notes what it saw."""

    port: int = 0
    user: str | None = None
    password: str | None = None
    refuses: bool = False
    seen: list[tuple[str, str, str]] = field(default_factory=list)
    bytes_seen: bytes = b""

    def serve(self, client: socket.socket) -> None:
        version = _read_exactly(client, 1)
        target = self._socks5(client) if version == b"\x05" else self._socks4(client)
        if target:
            with socket.create_connection(("127.0.0.1", target), 10) as upstream:
                self._relay(client, upstream)

    def _socks4(self, client: socket.socket) -> int | None:
        _, port = struct.unpack(">BH", _read_exactly(client, 3))
        address = _read_exactly(client, 4)
        user = _read_text(client)
        is_name = address[:3] == b"\0\0\0" and address[3:] != b"\0"
        host = _read_text(client) if is_name else socket.inet_ntoa(address)
        self.seen.append(("socks4a" if is_name else "socks4", user, host))
        granted = not self.refuses and self.user in {None, user}
        client.sendall(b"\0" + (b"\x5a" if granted else b"\x5b") + b"\0" * 6)
        return port if granted else None

    def _socks5(self, client: socket.socket) -> int | None:
        methods = _read_exactly(client, _read_exactly(client, 1)[0])
        user = ""
        if self.user is not None:
            if 2 not in methods:
                client.sendall(b"\x05\xff")
                return None
            client.sendall(b"\x05\x02")
            _read_exactly(client, 1)
            user = _read_exactly(client, _read_exactly(client, 1)[0]).decode()
            password = _read_exactly(client, _read_exactly(client, 1)[0]).decode()
            if (user, password) != (self.user, self.password):
                client.sendall(b"\x01\x01")
                return None
            client.sendall(b"\x01\x00")
        else:
            client.sendall(b"\x05\x00")
        kind = _read_exactly(client, 4)[3]
        if kind == 3:
            host = _read_exactly(client, _read_exactly(client, 1)[0]).decode()
        else:
            host = socket.inet_ntoa(_read_exactly(client, 4))
        (port,) = struct.unpack(">H", _read_exactly(client, 2))
        self.seen.append(("name" if kind == 3 else "address", user, host))
        code = b"\x05" if self.refuses else b"\x00"
        client.sendall(b"\x05" + code + b"\0\x01" + b"\0" * 6)
        return None if self.refuses else port

    def _relay(self, client: socket.socket, upstream: socket.socket) -> None:
        for data in _relayed(client, upstream):
            self.bytes_seen += data


@dataclass
class HttpProxy:
    """An HTTP proxy that tunnels to loopback and notes what it saw.

    Attributes:
        answer: what it says instead of making a tunnel.
        drips: it sends its answer byte by byte, slowly.
        seen: target and ``Proxy-Authorization`` of each tunnel that was asked for.
    """

    port: int = 0
    credentials: str | None = None
    answer: bytes | None = None
    drips: bool = False
    seen: list[tuple[str, str | None]] = field(default_factory=list)
    heads: list[bytes] = field(default_factory=list)
    bytes_seen: bytes = b""

    def serve(self, client: socket.socket) -> None:
        head = _read_head(client)
        self.heads.append(head)
        line, *rest = head.decode("latin-1").split("\r\n")
        headers = dict(header.split(": ", 1) for header in rest if header)
        given = headers.get("Proxy-Authorization")
        self.seen.append((line.split(" ")[1], given))
        answer = self.answer
        if answer is None and self.credentials not in {None, given}:
            answer = b"HTTP/1.1 407 Who\r\nProxy-Authenticate: Basic\r\n\r\n"
        if answer is not None:
            client.sendall(answer)
            return
        answer = b"HTTP/1.1 200 Connection established\r\nVia: test\r\n\r\n"
        for piece in [answer[i : i + 1] for i in range(len(answer))] if self.drips else [answer]:
            client.sendall(piece)
            time.sleep(0.1 if self.drips else 0)
        target = int(line.split(" ")[1].rpartition(":")[2])
        with socket.create_connection(("127.0.0.1", target), 10) as upstream:
            for data in _relayed(client, upstream):
                self.bytes_seen += data


def _relayed(client: socket.socket, upstream: socket.socket) -> Iterator[bytes]:
    """Carry bytes both ways; yield those that the client sends."""
    for end in (client, upstream):
        # What is carried in small parts would wait for acknowledgements that are delayed.
        end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def pump_back() -> None:
        with suppress(OSError):
            while data := upstream.recv(65536):
                client.sendall(data)

    thread = threading.Thread(target=pump_back, daemon=True)
    thread.start()
    with suppress(OSError):
        while data := client.recv(65536):
            yield data
            upstream.sendall(data)
    with suppress(OSError):
        upstream.shutdown(socket.SHUT_RDWR)
    thread.join(5)


def _read_text(connection: socket.socket) -> str:
    text = b""
    while (byte := _read_exactly(connection, 1)) != b"\0":
        text += byte
    return text.decode()


@pytest.fixture
def http_proxy() -> Iterator[HttpProxy]:
    proxy = HttpProxy()
    with _listening(proxy.serve) as port:
        proxy.port = port
        yield proxy


@pytest.fixture
def socks_server() -> Iterator[SocksServer]:
    server = SocksServer()
    with _listening(server.serve) as port:
        server.port = port
        yield server
