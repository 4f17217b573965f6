"""Whether a request that failed can have arrived: told by its first byte, not by the exception."""

from __future__ import annotations

import socket
import time
from contextlib import closing, suppress
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime

import pytest

from accsyn_orm.errors import ProtocolError, TransportError
from accsyn_orm.outcome import Outcome
from accsyn_orm.transport.http import HttpTransport
from accsyn_orm.transport.proxy import parse_proxy

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@pytest.fixture
def make_transport(loopback_tls):
    made = []

    def make(**arguments) -> HttpTransport:
        given = {"verify": str(loopback_tls.ca_path), "timeout": 0.4, "connect_timeout": 0.4}
        made.append(HttpTransport(**{**given, **arguments}))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


def outcome(transport, request) -> Outcome:
    with pytest.raises(TransportError) as caught:
        transport.send(request)
    return caught.value.outcome


def unused_port() -> int:
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


# -- before the first byte of the request ----------------------------------------------------------


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_refused_connection_sent_nothing(make_transport, tls_server, scheme):
    request = tls_server.request(url=f"{scheme}://127.0.0.1:{unused_port()}/x")
    assert outcome(make_transport(), request) is Outcome.NOT_SENT


@pytest.mark.parametrize(
    "behave",
    [
        lambda connection: None,
        lambda connection: connection.recv(1),
        lambda connection: connection.sendall(b"220 mail.example.com ESMTP\r\n"),
        lambda connection: connection.recv(1) and time.sleep(0.8),
    ],
    ids=["closes", "reads and closes", "speaks no TLS", "hangs"],
)
def test_failed_handshake_sent_nothing(make_transport, tls_server, listening, behave):
    with listening(behave) as port:
        request = tls_server.request(url=f"https://127.0.0.1:{port}/x")
        assert outcome(make_transport(), request) is Outcome.NOT_SENT


def test_unknown_certificate_sent_nothing(make_transport, tls_server):
    assert outcome(make_transport(verify=True), tls_server.request()) is Outcome.NOT_SENT


@pytest.mark.parametrize("kind", ["socks4", "socks5"])
def test_proxy_that_refuses_sent_nothing(make_transport, tls_server, socks_server, kind):
    socks_server.refuses = True
    proxy = parse_proxy(f"{kind}:127.0.0.1:{socks_server.port}")
    assert outcome(make_transport(proxy=proxy), tls_server.request()) is Outcome.NOT_SENT
    proxy = parse_proxy(f"{kind}:127.0.0.1:{unused_port()}")
    assert outcome(make_transport(proxy=proxy), tls_server.request()) is Outcome.NOT_SENT


# -- from the first byte on ------------------------------------------------------------------------


def read_head(connection: socket.socket) -> None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)


def reset(connection: socket.socket) -> None:
    # Linger of zero: close() sends RST instead of FIN.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()


AFTER_THE_REQUEST = {
    "closes before reading": lambda connection: None,
    "closes": read_head,
    "resets": lambda connection: (read_head(connection), reset(connection)),
    "is silent": lambda connection: (read_head(connection), time.sleep(0.8)),
    "sends half a status": lambda connection: (read_head(connection), connection.sendall(OK[:7])),
    "sends half of the body": lambda connection: (
        read_head(connection),
        connection.sendall(OK[:-1]),
    ),
    "drips": lambda connection: (
        read_head(connection),
        connection.sendall(OK[:-1]),
        time.sleep(0.8),
    ),
    "sends garbage": lambda connection: (read_head(connection), connection.sendall(b"\0" * 99)),
}


@pytest.mark.parametrize("behave", AFTER_THE_REQUEST.values(), ids=AFTER_THE_REQUEST)
@pytest.mark.parametrize("verb", ["GET", "PUT"])
def test_whatever_fails_afterwards_may_have_been_applied(
    make_transport, tls_server, listening, behave, verb
):
    body = b"{}" if verb == "PUT" else None

    def handle(connection: socket.socket) -> None:
        with suppress(OSError):
            behave(connection)

    with listening(handle) as port:
        request = tls_server.request(url=f"http://127.0.0.1:{port}/x", verb=verb, body=body)
        assert outcome(make_transport(), request) is Outcome.MAYBE_APPLIED


def test_each_request_of_a_kept_connection_is_told_by_itself(make_transport, tls_server, listening):
    def serve_once(connection: socket.socket) -> None:
        with suppress(OSError):
            read_head(connection)
            connection.sendall(OK)
            read_head(connection)

    transport = make_transport()
    with listening(serve_once) as port:
        request = tls_server.request(url=f"http://127.0.0.1:{port}/x")
        transport.send(request)
        assert outcome(transport, request) is Outcome.MAYBE_APPLIED
    # The same transport, and nobody listens any more.
    assert outcome(transport, request) is Outcome.NOT_SENT


# -- when to come back -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("17", 17), (" 0 ", 0), ("soon", None), ("-1", None), ("9" * 400, None), (None, None)],
)
def test_retry_after_in_seconds_is_handed_on(make_transport, tls_server, header, seconds):
    line = b"" if header is None else b"Retry-After: " + header.encode() + b"\r\n"
    tls_server.answer = b"HTTP/1.1 429 Slow\r\n" + line + b"Content-Length: 2\r\n\r\n{}"
    assert make_transport().send(tls_server.request()).retry_after == seconds


@pytest.mark.parametrize("suffix", ["GMT", "-0000"])
def test_retry_after_as_a_date_is_handed_on_in_seconds(make_transport, tls_server, suffix):
    date = format_datetime(datetime.now(timezone.utc) + timedelta(seconds=90), usegmt=True)
    header = date.replace("GMT", suffix).encode()
    tls_server.answer = b"HTTP/1.1 429 Slow\r\nRetry-After: " + header
    tls_server.answer += b"\r\nContent-Length: 2\r\n\r\n{}"
    waiting = make_transport().send(tls_server.request()).retry_after
    assert waiting is not None
    assert 85 < waiting <= 90


@pytest.mark.parametrize(
    ("date", "seconds"),
    [
        ("Sun, 01 Mar 2026 12:00:00 GMT", 90),
        ("Sun, 01 Mar 2026 12:03:00 GMT", 0),
        # When the host does not say what time it is there, that of this machine has to do.
        ("noon", 0),
    ],
)
def test_retry_after_as_a_date_is_by_the_clock_of_the_host(
    make_transport, tls_server, date, seconds
):
    tls_server.answer = (
        b"HTTP/1.1 429 Slow\r\nRetry-After: Sun, 01 Mar 2026 12:01:30 GMT\r\n"
        b"Date: " + date.encode() + b"\r\nContent-Length: 2\r\n\r\n{}"
    )
    assert make_transport().send(tls_server.request()).retry_after == seconds


# -- what is no HTTP -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/2.0 200 OK\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 99\r\n\r\n{}",
        b"HTTP/1.1 abc\r\n\r\n",
    ],
    ids=["another version", "two lengths", "no status"],
)
def test_what_is_no_http_is_called_so(make_transport, tls_server, answer):
    tls_server.answer = answer
    with pytest.raises(ProtocolError, match="does not speak HTTP") as caught:
        make_transport().send(tls_server.request())
    assert caught.value.outcome is Outcome.MAYBE_APPLIED
