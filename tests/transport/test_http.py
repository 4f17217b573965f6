"""The transport over loopback sockets: what arrives, what is refused, what failures are called."""

from __future__ import annotations

import gzip
import logging
import socket
import ssl
import threading
import time
import traceback
from contextlib import closing

import pytest
import trustme

from accsyn_orm.errors import (
    ProtocolError,
    ProxyError,
    TlsError,
    TransportError,
    TransportTimeoutError,
)
from accsyn_orm.transport import http
from accsyn_orm.transport.deadline import TimedTlsSocket
from accsyn_orm.transport.http import HttpTransport
from accsyn_orm.transport.proxy import parse_proxy


@pytest.fixture
def make_transport(loopback_tls):
    made = []

    def make(**arguments) -> HttpTransport:
        given = {"verify": str(loopback_tls.ca_path), "timeout": 5, "connect_timeout": 5}
        made.append(HttpTransport(**{**given, **arguments}))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


def answer(body: bytes, status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def failure(transport, request) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(request)
    error = caught.value
    assert "CANARY" not in "".join(traceback.format_exception(error))
    assert (error.operation, error.host) == (request.operation, request.host)
    return error


# -- what is sent ---------------------------------------------------------------------------------


def test_get_arrives_as_it_was_given(tls_server, make_transport):
    make_transport().send(tls_server.request())
    line, *headers = tls_server.requests[0].decode().strip().split("\r\n")
    assert line == "GET /api/v3/event?%7B%22session%22%3A%20%22CANARY%22%7D HTTP/1.1"
    names = [header.partition(":")[0] for header in headers]
    assert "Content-Type" not in names
    assert "Content-Length" not in names
    assert names[-2:] == ["Authorization", "X-Accsyn-Device"]


@pytest.mark.parametrize(
    ("verb", "body", "length"), [("PUT", b"{}", 2), ("POST", b'"x"', 3), ("DELETE", None, 0)]
)
def test_body_arrives_with_its_length_and_without_a_type(
    tls_server, make_transport, verb, body, length
):
    make_transport().send(tls_server.request(verb=verb, query="", body=body))
    arrived = tls_server.requests[0]
    assert arrived.startswith(f"{verb} /api/v3/event HTTP/1.1".encode())
    assert f"Content-Length: {length}".encode() in arrived
    assert b"Content-Type" not in arrived
    assert arrived.endswith(body or b"\r\n\r\n")


@pytest.mark.parametrize("body", [b'{"a": 1}', b"", None, b"x" * 1_000_000])
def test_request_is_written_at_once(tls_server, make_transport, monkeypatch, body):
    written = []
    write = TimedTlsSocket.sendall
    monkeypatch.setattr(
        TimedTlsSocket, "sendall", lambda self, data: (written.append(data), write(self, data))
    )
    transport = make_transport()
    for _ in range(2):  # the second over a connection that was used
        transport.send(tls_server.request(verb="PUT", query="", body=body))
    assert written == tls_server.requests
    assert [data.endswith(body or b"\r\n\r\n") for data in written] == [True, True]


def test_connection_is_kept(tls_server, make_transport):
    transport = make_transport()
    for _ in range(20):
        assert transport.send(tls_server.request()).text == "{}"
    assert tls_server.connections == 1


def test_cookies_are_not_kept(tls_server, make_transport):
    tls_server.answer = answer(b"{}", "200 OK", "Set-Cookie: a=b")
    transport = make_transport()
    for _ in range(2):
        transport.send(tls_server.request())
    assert b"Cookie" not in tls_server.requests[1]


def test_environment_has_no_effect(tls_server, make_transport, monkeypatch, tmp_path):
    other = tmp_path / "other-ca.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login evil password evil\n")
    netrc.chmod(0o600)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(other))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("HOME", str(tmp_path))
    make_transport().send(tls_server.request())
    assert b"Authorization: basic a:b\r\n" in tls_server.requests[0]


def test_environment_cannot_widen_trust(tls_server, make_transport, monkeypatch, loopback_tls):
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(loopback_tls.ca_path))
    assert isinstance(failure(make_transport(verify=True), tls_server.request()), TlsError)


def test_nothing_of_the_process_is_changed(tls_server, socks_server, make_transport):
    before = (socket.socket, socket.create_connection, socket.getaddrinfo, logging.root.handlers[:])
    proxy = parse_proxy(f"socks:127.0.0.1:{socks_server.port}")
    make_transport(proxy=proxy).send(tls_server.request())
    after = (socket.socket, socket.create_connection, socket.getaddrinfo, logging.root.handlers[:])
    assert before == after


# -- certificates ---------------------------------------------------------------------------------


def context_for(*names: str, **options) -> tuple[ssl.SSLContext, trustme.CA]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names, **options).configure_cert(context)
    return context, authority


@pytest.mark.parametrize("proxied", [False, True])
def test_unknown_authority_is_refused(tls_server, socks_server, make_transport, proxied):
    proxy = parse_proxy(f"socks5:127.0.0.1:{socks_server.port}") if proxied else None
    error = failure(make_transport(verify=True, proxy=proxy), tls_server.request())
    assert isinstance(error, TlsError)
    assert "ACCSYN_CA_BUNDLE" in str(error)
    assert not tls_server.requests


def test_certificate_for_another_host_is_refused(serve_tls, make_transport, tmp_path):
    context, authority = context_for("other.example.com")
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    with serve_tls(context) as server:
        error = failure(make_transport(verify=str(path)), server.request())
    assert isinstance(error, TlsError)
    assert not server.requests


def test_verification_can_be_turned_off_and_the_library_warns(serve_tls, make_transport):
    context, _ = context_for("other.example.com")
    with serve_tls(context) as server, pytest.warns(Warning, match="Unverified"):
        make_transport(verify=False).send(server.request())
    assert server.requests


# -- answers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
def test_redirect_is_not_followed(tls_server, make_transport, status):
    tls_server.answer = answer(b"{}", f"{status} Elsewhere", "Location: http://127.0.0.1:9/")
    if status == 304:
        tls_server.answer = b"HTTP/1.1 304 Elsewhere\r\n\r\n"
    error = failure(make_transport(), tls_server.request())
    assert isinstance(error, ProtocolError)
    assert str(status) in str(error)
    assert len(tls_server.requests) == 1


@pytest.mark.parametrize("status", ["200 OK", "302 Elsewhere"])
def test_answer_that_unfolds_to_too_much_is_refused(
    tls_server, make_transport, monkeypatch, status
):
    monkeypatch.setattr(http, "MAX_RESPONSE", 1_000_000)
    packed = gzip.compress(b" " * 50_000_000)
    tls_server.answer = answer(packed, status, "Content-Encoding: gzip", "Location: /")
    started = time.monotonic()
    assert isinstance(failure(make_transport(), tls_server.request()), ProtocolError)
    assert time.monotonic() - started < 3


def test_packed_answer_is_unpacked(tls_server, make_transport):
    tls_server.answer = answer(
        gzip.compress('{"å": 1}'.encode()), "200 OK", "Content-Encoding: gzip"
    )
    assert make_transport().send(tls_server.request()).text == '{"å": 1}'


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (answer(b"\xff"), "not UTF-8"),
        (answer(b"no gzip", "200 OK", "Content-Encoding: gzip"), "cannot be unpacked"),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{", "cut off"),
    ],
    ids=["encoding", "gzip", "short"],
)
def test_answer_that_cannot_be_read_is_a_protocol_error(tls_server, make_transport, raw, reason):
    tls_server.answer = raw
    error = failure(make_transport(), tls_server.request())
    assert isinstance(error, ProtocolError)
    assert reason in str(error)


def test_every_status_is_handed_on(tls_server, make_transport):
    tls_server.answer = answer(b"busy", "503 Unavailable")
    response = make_transport().send(tls_server.request())
    assert (response.status, response.text) == (503, "busy")


# -- failures -------------------------------------------------------------------------------------


def test_refused_connection_is_named(make_transport, tls_server):
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"https://127.0.0.1:{unused.getsockname()[1]}/x"
        error = failure(make_transport(), tls_server.request(url=url))
    assert type(error) is TransportError
    assert "no connection: Connection refused" in str(error)


def test_error_that_the_program_handles_is_not_taken_for_the_cause(make_transport, tls_server):
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        request = tls_server.request(url=f"https://127.0.0.1:{unused.getsockname()[1]}/x")
        try:
            make_transport(verify=True).send(tls_server.request())
        except TlsError:
            error = failure(make_transport(), request)
    assert type(error) is TransportError
    assert isinstance(error.__cause__, ConnectionRefusedError)
    assert error.__cause__.__traceback__ is None


@pytest.mark.parametrize("host", ["a" * 70 + ".example", ".."])
def test_host_that_cannot_be_is_a_transport_error(make_transport, tls_server, host):
    failure(make_transport(), tls_server.request(url=f"https://{host}:443/x"))


def test_host_that_cannot_be_found_is_named(make_transport, tls_server, monkeypatch):
    def unknown(*_arguments, **_options):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    error = failure(make_transport(), tls_server.request(url="https://typo.example:443/x"))
    assert str(error).startswith("job/find: typo.example:443: no connection: Name or service")


def test_server_that_hangs_up_is_a_transport_error(make_transport, tls_server):
    tls_server.answer = b"Connection: close"
    error = failure(make_transport(), tls_server.request())
    assert isinstance(error, TransportError)


def test_server_that_speaks_no_tls_is_a_tls_error(make_transport, tls_server, listening):
    def greet(connection: socket.socket) -> None:
        connection.sendall(b"220 mail.example.com ESMTP\r\n")
        connection.recv(1000)

    with listening(greet) as port:
        request = tls_server.request(url=f"https://127.0.0.1:{port}/x")
        assert isinstance(failure(make_transport(), request), TlsError)


def test_silence_is_a_timeout(make_transport, tls_server):
    tls_server.holds = True
    error = failure(make_transport(timeout=0.2), tls_server.request())
    assert isinstance(error, TransportTimeoutError)
    assert isinstance(error, TimeoutError)
    assert "no complete answer within 0.2 s" in str(error)


def test_answer_that_stops_half_way_is_a_timeout(make_transport, tls_server):
    tls_server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"
    error = failure(make_transport(timeout=0.2), tls_server.request())
    assert isinstance(error, TransportTimeoutError)


def test_handshake_that_hangs_is_a_timeout(make_transport, tls_server, listening):
    with listening(lambda connection: connection.recv(1) and time.sleep(1)) as port:
        request = tls_server.request(url=f"https://127.0.0.1:{port}/x")
        error = failure(make_transport(timeout=0.2, connect_timeout=0.3), request)
    assert isinstance(error, TransportTimeoutError)


def test_connection_that_does_not_come_about_is_a_timeout(make_transport, tls_server, monkeypatch):
    def slow(*_arguments, **_options):
        raise TimeoutError

    monkeypatch.setattr("urllib3.util.connection.create_connection", slow)
    error = failure(make_transport(connect_timeout=3), tls_server.request())
    assert isinstance(error, TransportTimeoutError)
    assert "no connection within 3 s" in str(error)


def test_keyboard_interrupt_passes_through(make_transport, tls_server, monkeypatch):
    def interrupt(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("urllib3.util.connection.create_connection", interrupt)
    with pytest.raises(KeyboardInterrupt):
        make_transport().send(tls_server.request())


def test_close_closes_connections_although_an_error_is_kept(make_transport, listening, tls_server):
    connections = []
    closed = threading.Event()

    def serve(connection: socket.socket) -> None:
        connections.append(connection)
        while connection.recv(10_000):
            if len(connections) == 1:
                return
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        closed.set()

    with listening(serve) as port:
        transport = make_transport()
        request = tls_server.request(url=f"http://127.0.0.1:{port}/x")
        kept = failure(transport, request)
        transport.send(request)
        transport.close()
        assert closed.wait(2)
    assert kept.__traceback__


def test_transport_works_after_a_failure(make_transport, tls_server):
    transport = make_transport(timeout=0.3)
    tls_server.holds = True
    failure(transport, tls_server.request())
    tls_server.holds = False
    assert transport.send(tls_server.request()).status == 200


# -- SOCKS ----------------------------------------------------------------------------------------

MATRIX = [
    ("socks", "localhost", "name"),
    ("socks5", "localhost", "name"),
    ("socks5h", "localhost", "name"),
    ("socks4", "localhost", "socks4"),
    ("socks4a", "localhost", "socks4a"),
]


@pytest.mark.parametrize(("scheme", "host", "seen"), MATRIX)
def test_socks_carries_tls_and_resolves_where_it_should(  # a table row
    tls_server, socks_server, make_transport, scheme, host, seen
):
    transport = make_transport(proxy=parse_proxy(f"{scheme}:127.0.0.1:{socks_server.port}"))
    url = f"https://{host}:{tls_server.port}/api/v3/event"
    for _ in range(3):
        assert transport.send(tls_server.request(url=url)).status == 200
    expected = "127.0.0.1" if seen == "socks4" else host
    assert socks_server.seen == [(seen, "", expected)]
    assert b"CANARY" not in socks_server.bytes_seen
    assert b"basic a:b" not in socks_server.bytes_seen
    assert tls_server.connections == 1


def test_socks5_credentials_arrive_whatever_they_hold(tls_server, socks_server, make_transport):
    socks_server.user, socks_server.password = "jo:hn@å", "p@ss:w/r%d"
    address = f"127.0.0.1:{socks_server.port}"
    proxy = parse_proxy(f"socks5://jo%3Ahn%40%C3%A5:p%40ss%3Aw%2Fr%25d@{address}")
    assert make_transport(proxy=proxy).send(tls_server.request()).status == 200
    assert socks_server.seen[0][1] == "jo:hn@å"


@pytest.mark.parametrize("scheme", ["socks4", "socks4a"])
def test_socks4_user_arrives(tls_server, socks_server, make_transport, scheme):
    socks_server.user = "john"
    address = f"127.0.0.1:{socks_server.port}"
    proxy = parse_proxy(f"{scheme}:john@{address}")
    assert make_transport(proxy=proxy).send(tls_server.request()).status == 200
    assert socks_server.seen[0][1] == "john"


@pytest.mark.parametrize("setting", ["socks5:john:CANARY@{}", "socks5:{}", "socks4:eve@{}"])
def test_proxy_that_refuses_credentials_is_a_proxy_error(
    tls_server, socks_server, make_transport, setting
):
    socks_server.user, socks_server.password = "john", "right"
    proxy = parse_proxy(setting.format(f"127.0.0.1:{socks_server.port}"))
    assert isinstance(failure(make_transport(proxy=proxy), tls_server.request()), ProxyError)
    assert not tls_server.requests


@pytest.mark.parametrize("scheme", ["socks4", "socks5"])
def test_proxy_that_refuses_the_target_is_a_proxy_error(
    tls_server, socks_server, make_transport, scheme
):
    socks_server.refuses = True
    proxy = parse_proxy(f"{scheme}:127.0.0.1:{socks_server.port}")
    assert isinstance(failure(make_transport(proxy=proxy), tls_server.request()), ProxyError)


def test_proxy_that_is_not_there_is_a_proxy_error_and_never_bypassed(tls_server, make_transport):
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        proxy = parse_proxy(f"socks5:127.0.0.1:{unused.getsockname()[1]}")
        assert isinstance(failure(make_transport(proxy=proxy), tls_server.request()), ProxyError)
    assert tls_server.connections == 0


def test_two_transports_keep_to_their_own_proxies(tls_server, socks_server, make_transport):
    proxied = make_transport(proxy=parse_proxy(f"socks5:127.0.0.1:{socks_server.port}"))
    direct = make_transport()
    for _ in range(5):
        proxied.send(tls_server.request())
        direct.send(tls_server.request())
    assert len(socks_server.seen) == 1
    assert tls_server.connections == 2


def test_request_and_response_hide_what_they_carry(tls_server, make_transport):
    request = tls_server.request(body=b"CANARY", headers={"Authorization": "CANARY"})
    tls_server.answer = answer(b'"CANARY"')
    assert "CANARY" not in repr(request)
    assert "CANARY" not in repr(make_transport().send(tls_server.request()))


@pytest.mark.parametrize("proxied", [False, True])
def test_queries_are_in_no_log(tls_server, socks_server, make_transport, caplog, proxied):
    caplog.set_level(logging.DEBUG)
    proxy = parse_proxy(f"socks:127.0.0.1:{socks_server.port}") if proxied else None
    transport = make_transport(proxy=proxy)
    for query in ("session=CANARY", "", "session=CANARY2"):
        transport.send(tls_server.request(query=query))
    targets = [request.split(b" ")[1].decode() for request in tls_server.requests]
    path = "/api/v3/event"
    assert targets == [f"{path}?session=CANARY", path, f"{path}?session=CANARY2"]
    assert tls_server.connections == 1
    assert sum(path in message for message in caplog.messages) == 3
    assert "CANARY" not in caplog.text
