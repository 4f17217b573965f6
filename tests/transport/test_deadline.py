"""The moment at which a call ends holds against whatever drips, stalls or hangs on the way."""

from __future__ import annotations

import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress

import pytest

from accsyn_orm.errors import TransportError, TransportTimeoutError
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.deadline import within
from accsyn_orm.transport import http
from accsyn_orm.transport.http import HttpTransport
from accsyn_orm.transport.proxy import parse_proxy

SECONDS = 0.2
TOLERANCE = 0.25
HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"


def read_head(connection: socket.socket) -> None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)


def drip(connection: socket.socket, *, every: float = 0.02) -> None:
    """Send a byte now and then: no single wait is long."""
    for _ in range(500):
        connection.sendall(b"1")
        time.sleep(every)


def drip_status(connection: socket.socket) -> None:
    read_head(connection)
    connection.sendall(b"HTTP/1.1 2")
    drip(connection)


def drip_headers(connection: socket.socket) -> None:
    read_head(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    drip(connection)


def drip_body(connection: socket.socket) -> None:
    read_head(connection)
    connection.sendall(HEAD)
    drip(connection)


def continue_for_ever(connection: socket.socket) -> None:
    read_head(connection)
    while True:
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        time.sleep(0.02)


def say_nothing(connection: socket.socket) -> None:
    read_head(connection)
    connection.recv(1)


def read_nothing(connection: socket.socket) -> None:
    time.sleep(4)


ANSWERS = [drip_status, drip_headers, drip_body, continue_for_ever, say_nothing, read_nothing]
IN_TLS = [drip_headers, drip_body, say_nothing]


@pytest.fixture
def send(loopback_tls) -> Callable[..., TransportError]:
    """Send a request that must fail in time, and return how."""
    made: list[HttpTransport] = []

    def send(request, *, proxy=None, seconds: float = SECONDS) -> TransportError:
        transport = HttpTransport(
            verify=str(loopback_tls.ca_path), timeout=30, connect_timeout=30, proxy=proxy
        )
        made.append(transport)
        started = time.monotonic()
        with within(seconds), pytest.raises(TransportError) as caught:
            transport.send(request)
        assert time.monotonic() - started < seconds + TOLERANCE
        return caught.value

    yield send
    for transport in made:
        transport.close()


@pytest.fixture
def serving(listening, loopback_tls):
    """Serve connections, inside of TLS or without."""

    def serving(behave, scheme: str):
        def handle(connection: socket.socket) -> None:
            with suppress(OSError):
                if scheme == "http":
                    behave(connection)
                    return
                with loopback_tls.server_context.wrap_socket(connection, server_side=True) as tls:
                    behave(tls)

        return listening(handle)

    return serving


@pytest.mark.parametrize(
    ("behave", "scheme", "proxied"),
    [
        *((behave, "http", False) for behave in ANSWERS),
        *((behave, "https", False) for behave in IN_TLS),
        *((behave, "https", True) for behave in IN_TLS[:2]),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_answer_that_takes_too_long_is_given_up_in_time(
    send, serving, tls_server, socks_server, behave, scheme, proxied
):
    proxy = parse_proxy(f"socks5:127.0.0.1:{socks_server.port}") if proxied else None
    # More than the buffers of the system take: somebody who reads nothing holds up the writing.
    body = b" " * 16_000_000 if behave is read_nothing else None
    with serving(behave, scheme) as port:
        url = f"{scheme}://127.0.0.1:{port}/x"
        error = send(tls_server.request(url=url, verb="PUT", query="", body=body), proxy=proxy)
    assert isinstance(error, TransportTimeoutError)
    assert error.outcome is Outcome.MAYBE_APPLIED


def hang(connection: socket.socket) -> None:
    connection.settimeout(4)
    while connection.recv(65_536):
        pass


def drip_greeting(connection: socket.socket) -> None:
    connection.recv(1)
    connection.sendall(b"\x05\x00\x05\x00\x00\x03\xff")  # an address of 255 characters
    drip(connection)


@pytest.mark.parametrize("kind", ["socks5", "socks4", "socks4a", "socks5://john:secret@"])
@pytest.mark.parametrize("behave", [hang, drip_greeting], ids=lambda behave: behave.__name__)
def test_proxy_that_takes_too_long_is_given_up_in_time(send, listening, tls_server, behave, kind):
    separator = "" if "//" in kind else ":"
    with listening(behave) as port:
        proxy = parse_proxy(f"{kind}{separator}127.0.0.1:{port}")
        error = send(tls_server.request(), proxy=proxy)
    assert error.outcome is Outcome.NOT_SENT


@pytest.mark.parametrize("proxied", [False, True])
def test_handshake_that_hangs_is_given_up_in_time(
    send, listening, tls_server, socks_server, proxied
):
    proxy = parse_proxy(f"socks5:127.0.0.1:{socks_server.port}") if proxied else None
    with listening(hang) as port:
        error = send(tls_server.request(url=f"https://127.0.0.1:{port}/x"), proxy=proxy)
    assert isinstance(error, TransportTimeoutError)
    assert error.outcome is Outcome.NOT_SENT


def test_time_to_connect_is_for_all_of_it(loopback_tls, listening, tls_server):
    transport = HttpTransport(
        verify=str(loopback_tls.ca_path),
        timeout=30,
        connect_timeout=SECONDS,
        proxy=None,
    )
    with listening(hang) as port:
        started = time.monotonic()
        with pytest.raises(TransportTimeoutError, match=r"no .* within"):
            transport.send(tls_server.request(url=f"https://127.0.0.1:{port}/x"))
        assert time.monotonic() - started < SECONDS + TOLERANCE
    transport.close()


@pytest.fixture
def full_port() -> Iterator[int]:
    """Give a port that answers to nobody any more, on all addresses of this machine."""
    with socket.socket() as listener, ExitStack() as waiting:
        listener.bind(("0.0.0.0", 0))
        listener.listen(0)
        for _ in range(4):
            one = waiting.enter_context(socket.socket())
            one.setblocking(False)
            one.connect_ex(("127.0.0.1", listener.getsockname()[1]))
        yield listener.getsockname()[1]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others refuse when it is full")
@pytest.mark.parametrize("proxied", [False, True])
def test_all_addresses_of_a_host_have_the_time_of_one(
    loopback_tls, tls_server, full_port, monkeypatch, proxied
):
    addresses = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (f"127.0.0.{number}", full_port))
        for number in (1, 2, 3)
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda host, *_args, **_options: (
        [entry for entry in addresses if entry[4][0] == host] or addresses
    ))  # fmt: skip
    proxy = parse_proxy(f"socks5:many.example:{full_port}") if proxied else None
    transport = HttpTransport(
        verify=str(loopback_tls.ca_path), timeout=30, connect_timeout=SECONDS, proxy=proxy
    )
    started = time.monotonic()
    with pytest.raises(TransportError) as caught:
        transport.send(tls_server.request(url=f"https://many.example:{full_port}/x"))
    assert time.monotonic() - started < SECONDS + TOLERANCE
    assert caught.value.outcome is Outcome.NOT_SENT
    transport.close()


def test_next_address_is_tried_when_one_refuses(loopback_tls, tls_server, monkeypatch):
    resolve = socket.getaddrinfo

    def both(host, port, *args, **options):
        names = ["127.0.0.2", "127.0.0.1"] if host == "localhost" else [host]
        return [entry for name in names for entry in resolve(name, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    transport = HttpTransport(verify=str(loopback_tls.ca_path), timeout=5)
    url = f"https://localhost:{tls_server.port}/x"
    assert transport.send(tls_server.request(url=url)).status == 200
    transport.close()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others refuse when it is full")
@pytest.mark.parametrize("proxied", [False, True])
def test_address_that_never_answers_leaves_time_for_the_next(
    loopback_tls, tls_server, socks_server, full_port, monkeypatch, proxied
):
    """As that of IPv6 on a network where nothing of it gets through."""
    port = socks_server.port if proxied else tls_server.port
    named = "proxy.example" if proxied else "localhost"
    resolve, reach = socket.getaddrinfo, socket.socket.connect
    tried: list[object] = []

    def both(host, *args, **options):
        found = resolve("127.0.0.1" if host == named else host, *args, **options)
        return [(*found[0][:4], ("127.0.0.9", port)), *found] if host == named else found

    def connect(one, address):
        tried.append(address)
        host = "127.0.0.1" if address[0] == named else address[0]
        return reach(one, ("127.0.0.1", full_port) if len(tried) == 1 else (host, address[1]))

    monkeypatch.setattr(socket, "getaddrinfo", both)
    monkeypatch.setattr(socket.socket, "connect", connect)
    proxy = parse_proxy(f"socks5:proxy.example:{port}") if proxied else None
    transport = HttpTransport(
        verify=str(loopback_tls.ca_path), timeout=30, connect_timeout=1.0, proxy=proxy
    )
    started = time.monotonic()
    url = f"https://localhost:{tls_server.port}/x"
    assert transport.send(tls_server.request(url=url)).status == 200
    assert 0.4 < time.monotonic() - started < 1.0
    assert len(tried) >= 2
    transport.close()


def test_next_call_on_the_same_connection_has_all_its_time(loopback_tls, tls_server):
    transport = HttpTransport(verify=str(loopback_tls.ca_path), timeout=30)
    with within(0.3):
        transport.send(tls_server.request())
    time.sleep(0.3)
    tls_server.holds = True
    threading.Timer(0.4, tls_server.hold.set).start()
    assert transport.send(tls_server.request()).status == 200
    assert tls_server.connections == 1
    transport.close()


def test_time_that_is_up_before_it_begins_sends_nothing(loopback_tls, tls_server):
    transport = HttpTransport(verify=str(loopback_tls.ca_path), timeout=30)
    with within(-1), pytest.raises(TransportTimeoutError) as caught:
        transport.send(tls_server.request())
    assert caught.value.outcome is Outcome.NOT_SENT
    assert not tls_server.requests
    transport.close()


def test_sockets_of_others_are_left_alone(loopback_tls, tls_server):
    transport = HttpTransport(verify=str(loopback_tls.ca_path), timeout=30)
    transport.send(tls_server.request())
    assert ssl.create_default_context().sslsocket_class is ssl.SSLSocket
    transport.close()


@pytest.mark.deep
def test_calls_end_in_time_whatever_happens(send, serving, listening, tls_server, figure):
    body = b" " * 16_000_000
    socks = [f"{kind}:127.0.0.1:" for kind in ("socks5", "socks5h", "socks4", "socks4a")]
    worst = 0.0

    def measure(request, proxy: str | None = None) -> None:
        nonlocal worst
        started = time.monotonic()
        send(request, proxy=proxy and parse_proxy(proxy), seconds=2.0)
        worst = max(worst, time.monotonic() - started)

    for behave in ANSWERS:
        for scheme in ("http", "https"):
            with serving(behave, scheme) as port:
                url = f"{scheme}://127.0.0.1:{port}/x"
                sent = body if behave is read_nothing else None
                measure(tls_server.request(url=url, verb="PUT", query="", body=sent))
    for behave in (hang, drip_greeting):
        for proxy in socks:
            with listening(behave) as port:
                measure(tls_server.request(), f"{proxy}{port}")
    with listening(hang) as port:
        measure(tls_server.request(url=f"https://127.0.0.1:{port}/x"))
    figure("R7 longest of 21 calls that had 2 s", worst, "<= 2.25 s")


def test_waiting_for_a_free_connection_ends_in_time(tls_server, loopback_tls, monkeypatch):
    monkeypatch.setattr(http, "_CONNECTIONS", 1)
    transport = HttpTransport(verify=str(loopback_tls.ca_path), timeout=5)
    tls_server.holds = True
    busy = threading.Thread(target=transport.send, args=(tls_server.request(),))
    busy.start()
    while not tls_server.requests:
        time.sleep(0.01)
    began = time.monotonic()
    with pytest.raises(TransportTimeoutError, match="free in time") as caught, within(SECONDS):
        transport.send(tls_server.request())
    assert time.monotonic() - began < SECONDS + TOLERANCE
    assert caught.value.outcome is Outcome.NOT_SENT
    tls_server.hold.set()
    busy.join(10)
    transport.close()
