"""A look at a host: directly and through proxies, never without checking its certificate."""

from __future__ import annotations

import ssl
from datetime import datetime, timezone

import pytest
import trustme

from accsyn_orm.errors import ProxyError, TlsError, TransportError
from accsyn_orm.outcome import Outcome
from accsyn_orm.transport.probe import probe
from accsyn_orm.transport.proxy import parse_proxy

DATED = (
    b"HTTP/1.1 200 OK\r\nDate: Tue, 24 Nov 2026 10:00:00 GMT\r\n"
    b"Content-Length: 2\r\nConnection: close\r\n\r\n"
)


def test_probe_tells_certificate_date_and_time(tls_server, loopback_tls):
    tls_server.answer = DATED
    url = f"https://localhost:{tls_server.port}"
    seen = probe(url, bundle=str(loopback_tls.ca_path), proxy=None, timeout=5)
    assert seen.date == datetime(2026, 11, 24, 10, tzinfo=timezone.utc)
    assert seen.tls is not None
    assert (seen.tls.version, seen.tls.issuer[:7]) == ("TLSv1.3", "trustme")
    assert seen.tls.expires > datetime.now(timezone.utc)
    assert 0 < seen.seconds < 5
    assert tls_server.requests[0].startswith(b"HEAD / HTTP/1.1\r\nHost: localhost")
    assert b"uthorization" not in tls_server.requests[0]


@pytest.mark.parametrize(
    ("scheme", "seen"),
    [("socks", "name"), ("socks5h", "name"), ("socks4", "socks4a"), ("socks4a", "socks4a")],
)
def test_probe_goes_through_proxies(tls_server, socks_server, loopback_tls, scheme, seen):
    tls_server.answer = DATED
    proxy = parse_proxy(f"{scheme}:127.0.0.1:{socks_server.port}")
    bundle = str(loopback_tls.ca_path)
    found = probe(f"https://localhost:{tls_server.port}", bundle=bundle, proxy=proxy, timeout=5)
    assert found.tls is not None
    name = ("socks4", "", "127.0.0.1") if scheme == "socks4" else (seen, "", "localhost")
    assert socks_server.seen == [name]


def test_probe_signs_in_to_proxies(tls_server, socks_server, loopback_tls):
    socks_server.user, socks_server.password = "jo:hn", "p@ss"
    address = f"127.0.0.1:{socks_server.port}"
    url, bundle = f"https://localhost:{tls_server.port}", str(loopback_tls.ca_path)
    tls_server.answer = DATED
    good = parse_proxy(f"socks5://jo%3Ahn:p%40ss@{address}")
    assert probe(url, bundle=bundle, proxy=good, timeout=5).date
    with pytest.raises(ProxyError) as refused:
        probe(url, bundle=bundle, proxy=parse_proxy(f"socks5:{address}"), timeout=5)
    assert "p@ss" not in str(refused.value)


def test_probe_refuses_certificates_of_others(tls_server, serve_tls, loopback_tls, tmp_path):
    other = trustme.CA()
    other.cert_pem.write_to_path(str(tmp_path / "other.pem"))
    url = f"https://localhost:{tls_server.port}"
    for bundle in (str(tmp_path / "other.pem"), str(tmp_path), None):
        with pytest.raises(TlsError, match="certificate") as refused:
            probe(url, bundle=bundle, proxy=None, timeout=5)
        assert refused.value.outcome is Outcome.NOT_SENT
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.issue_cert("elsewhere.example.com").configure_cert(context)
    bundle = str(tmp_path / "other.pem")
    with serve_tls(context) as wrong, pytest.raises(TlsError, match=r"[Hh]ostname mismatch"):
        probe(f"https://localhost:{wrong.port}", bundle=bundle, proxy=None, timeout=5)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    other.issue_cert("localhost").configure_cert(context)
    with serve_tls(context) as wrong, pytest.raises(TlsError, match="IP address mismatch"):
        probe(f"https://127.0.0.1:{wrong.port}", bundle=bundle, proxy=None, timeout=5)


def test_probe_of_something_that_hangs_up_is_an_error(listening):
    with listening(lambda connection: connection.close()) as port:
        with pytest.raises(TransportError):
            probe(f"http://127.0.0.1:{port}", bundle=None, proxy=None, timeout=5)
        with pytest.raises(TransportError):
            probe(f"https://127.0.0.1:{port}", bundle=None, proxy=None, timeout=5)
