"""HTTP proxies: a tunnel with TLS inside, or an error that says why there is none."""

from __future__ import annotations

import base64
import logging
import socket
import time
import traceback
from contextlib import closing

import pytest
import trustme

from accsyn_orm.errors import ProxyError, TlsError, TransportError, TransportTimeoutError
from accsyn_orm.outcome import Outcome
from accsyn_orm.transport.http import HttpTransport
from accsyn_orm.transport.probe import probe
from accsyn_orm.transport.proxy import parse_proxy

CREDENTIALS = "Basic " + base64.b64encode("jo@hn:CANÅRY:x".encode()).decode()
PROXY = "http://jo%40hn:CAN%C3%85RY%3Ax@127.0.0.1:{}"


@pytest.fixture
def make_transport(loopback_tls):
    made = []

    def make(setting, **arguments) -> HttpTransport:
        given = {"verify": str(loopback_tls.ca_path), "timeout": 5, "connect_timeout": 5}
        made.append(HttpTransport(proxy=parse_proxy(setting), **{**given, **arguments}))
        return made[-1]

    yield make
    for transport in made:
        transport.close()


def failure(transport, request) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(request)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert "CANÅRY" not in "".join(shown.format())
    assert caught.value.outcome is Outcome.NOT_SENT
    return caught.value


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tunnel_carries_tls_and_the_name(tls_server, http_proxy, make_transport, host):
    transport = make_transport(f"http://127.0.0.1:{http_proxy.port}")
    url = f"https://{host}:{tls_server.port}/api/v3/event"
    for _ in range(3):
        assert transport.send(tls_server.request(url=url)).text == "{}"
    assert http_proxy.seen == [(f"{host}:{tls_server.port}", None)]
    assert tls_server.connections == 1
    assert b"CANARY" not in http_proxy.bytes_seen
    assert b"Authorization" not in http_proxy.bytes_seen + http_proxy.heads[0]


def test_credentials_arrive_at_the_proxy_and_nowhere_else(
    tls_server, http_proxy, make_transport, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    http_proxy.credentials = CREDENTIALS
    transport = make_transport(PROXY.format(http_proxy.port))
    assert transport.send(tls_server.request()).text == "{}"
    assert http_proxy.seen == [(f"127.0.0.1:{tls_server.port}", CREDENTIALS)]
    assert b"Proxy-Authorization" not in tls_server.requests[0]
    assert "CANÅRY" not in caplog.text + "".join(capfd.readouterr())


def test_connections_after_a_broken_one_say_who_they_are(tls_server, http_proxy, make_transport):
    http_proxy.credentials = CREDENTIALS
    tls_server.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"
    transport = make_transport(PROXY.format(http_proxy.port))
    for _ in range(3):
        assert transport.send(tls_server.request()).text == "{}"
    assert [given for _, given in http_proxy.seen] == [CREDENTIALS] * 3


@pytest.mark.parametrize("setting", ["http://127.0.0.1:{}", "http://john:wrong@127.0.0.1:{}"])
def test_proxy_that_wants_other_credentials_is_named(
    tls_server, http_proxy, make_transport, setting
):
    http_proxy.credentials = CREDENTIALS
    error = failure(make_transport(setting.format(http_proxy.port)), tls_server.request())
    assert isinstance(error, ProxyError)
    assert "HTTP status 407" in str(error)
    assert "user and password" in str(error)
    assert tls_server.connections == 0


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 403 \x1b[2J\r\nforged\r\n\r\n", "HTTP status 403"),
        (b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\n\r\n", "HTTP status 302"),
        (b"SSH-2.0-OpenSSH\r\n", "no answer of HTTP"),
        (b"", "no answer of HTTP"),
        (b"HTTP/1.1 200 OK\r\nX: " + b"y" * 70_000 + b"\r\n\r\n", "no answer of HTTP"),
    ],
    ids=["forbidden", "redirect", "ssh", "hangs up", "long header"],
)
def test_proxy_that_makes_no_tunnel_is_never_bypassed(
    tls_server, http_proxy, make_transport, answer, reason
):
    http_proxy.answer = answer
    transport = make_transport(f"http://127.0.0.1:{http_proxy.port}")
    error = failure(transport, tls_server.request())
    assert isinstance(error, ProxyError)
    assert reason in str(error)
    assert "\x1b" not in "".join(traceback.format_exception(error))
    assert tls_server.connections == 0


def test_proxy_that_is_not_there_is_never_bypassed(tls_server, make_transport):
    with closing(socket.socket()) as unused:
        unused.bind(("127.0.0.1", 0))
        transport = make_transport(f"http://127.0.0.1:{unused.getsockname()[1]}")
        assert isinstance(failure(transport, tls_server.request()), ProxyError)
    assert tls_server.connections == 0


def test_proxy_that_drips_is_not_waited_for_without_end(tls_server, http_proxy, make_transport):
    http_proxy.drips = True
    transport = make_transport(f"http://127.0.0.1:{http_proxy.port}", connect_timeout=0.5)
    started = time.monotonic()
    error = failure(transport, tls_server.request())
    assert isinstance(error, TransportTimeoutError)
    assert time.monotonic() - started < 0.8


def test_certificate_is_checked_inside_the_tunnel(tls_server, http_proxy, make_transport, tmp_path):
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    transport = make_transport(f"http://127.0.0.1:{http_proxy.port}", verify=str(other))
    assert isinstance(failure(transport, tls_server.request()), TlsError)
    assert not tls_server.requests


def test_plain_http_is_not_handed_to_the_proxy(tls_server, http_proxy, make_transport):
    transport = make_transport(f"http://127.0.0.1:{http_proxy.port}")
    request = tls_server.request(url=f"http://127.0.0.1:{tls_server.port}/api/v3/event")
    error = failure(transport, request)
    assert isinstance(error, ProxyError)
    assert error.is_lasting
    assert not http_proxy.heads


def test_probe_goes_through_the_tunnel(tls_server, http_proxy, loopback_tls):
    http_proxy.credentials = CREDENTIALS
    url, bundle = f"https://localhost:{tls_server.port}", str(loopback_tls.ca_path)
    proxy = parse_proxy(PROXY.format(http_proxy.port))
    assert probe(url, bundle=bundle, proxy=proxy, timeout=5).tls
    assert http_proxy.seen == [(f"localhost:{tls_server.port}", CREDENTIALS)]
    bare = parse_proxy(f"http://127.0.0.1:{http_proxy.port}")
    with pytest.raises(ProxyError):
        probe(url, bundle=bundle, proxy=bare, timeout=5)
    http_proxy.drips, http_proxy.credentials = True, None
    with pytest.raises(TransportTimeoutError):
        probe(url, bundle=bundle, proxy=bare, timeout=0.05)
