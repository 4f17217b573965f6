"""Proxies that other people wrote: what they take is what we send, and TLS stays inside."""

from __future__ import annotations

import socket

import pytest

from accsyn_orm import Session
from accsyn_orm.errors import ProxyError
from accsyn_orm.testing import EmbeddedWorkspace
from accsyn_orm.transport.http import HttpTransport
from accsyn_orm.transport.proxy import parse_proxy

GOOD = "john:p@ss:word"
AS_URL = "john:p%40ss%3Aword"
SMOKE = [
    ("microsocks", GOOD, f"socks5://{AS_URL}@127.0.0.1:{{}}", True),
    ("dante-server", "", "socks4:127.0.0.1:{}", True),
    ("pproxy", GOOD, f"http://{AS_URL}@127.0.0.1:{{}}", True),
]
WHOLE = [
    ("microsocks", "", "socks5:127.0.0.1:{}", True),
    ("microsocks", GOOD, f"socks5h:{GOOD}@127.0.0.1:{{}}", True),
    ("microsocks", GOOD, "socks5:john:wrong@127.0.0.1:{}", False),
    ("microsocks", GOOD, "socks5:eve:p@ss:word@127.0.0.1:{}", False),
    ("microsocks", GOOD, "socks5:127.0.0.1:{}", False),
    ("microsocks", "", "http://127.0.0.1:{}", False),
    ("microsocks", f"u:{'x' * 127}", f"socks5:u:{'x' * 127}@127.0.0.1:{{}}", True),
    ("dante-server", "", "socks:127.0.0.1:{}", True),
    ("dante-server", "", "socks5:127.0.0.1:{}", True),
    ("dante-server", "", "socks4:john@127.0.0.1:{}", True),
    ("dante-server", "", "http://127.0.0.1:{}", False),
    ("pproxy", "", "socks5:127.0.0.1:{}", True),
    ("pproxy", "", "socks4:127.0.0.1:{}", True),
    ("pproxy", "", "http:127.0.0.1:{}", True),
    ("pproxy", GOOD, f"socks5:{GOOD}@127.0.0.1:{{}}", True),
    ("pproxy", GOOD, "socks5:john:wrong@127.0.0.1:{}", False),
    ("pproxy", GOOD, "socks5:127.0.0.1:{}", False),
    ("pproxy", "john", "socks4:john@127.0.0.1:{}", True),
    ("pproxy", "john", "socks4:eve@127.0.0.1:{}", False),
    ("pproxy", "john", "socks4:127.0.0.1:{}", False),
    ("pproxy", GOOD, "http://john:wrong@127.0.0.1:{}", False),
    ("pproxy", GOOD, "http://127.0.0.1:{}", False),
]
ROW = ("server", "credentials", "setting", "is_taken")


@pytest.mark.parametrize(ROW, SMOKE, ids=[row[0] for row in SMOKE])
def test_real_proxy_carries_a_call(
    proxy_server, tls_server, loopback_tls, server, credentials, setting, is_taken
):
    check(proxy_server, tls_server, loopback_tls, server, credentials, setting, is_taken)


@pytest.mark.deep
@pytest.mark.parametrize(ROW, WHOLE)
def test_real_proxy_takes_what_it_should(
    proxy_server, tls_server, loopback_tls, server, credentials, setting, is_taken
):
    check(proxy_server, tls_server, loopback_tls, server, credentials, setting, is_taken)


def check(start, tls_server, loopback_tls, server, credentials, setting, is_taken):
    genuine = socket.socket
    proxy = parse_proxy(setting.format(start(server, credentials)))
    transport = HttpTransport(proxy=proxy, verify=str(loopback_tls.ca_path), timeout=10)
    url = f"https://localhost:{tls_server.port}/api/v3/event"
    try:
        if is_taken:
            assert transport.send(tls_server.request(url=url)).text == "{}"
            assert transport.send(tls_server.request(url=url)).text == "{}"
            assert tls_server.connections == 1
        else:
            with pytest.raises(ProxyError):
                transport.send(tls_server.request(url=url))
            assert not tls_server.requests
    finally:
        transport.close()
    assert socket.socket is genuine


@pytest.mark.deep
def test_sessions_keep_to_their_own_proxies(proxy_server, socks_server, http_proxy, figure):
    """Sessions with different proxies and one without any, taking turns."""
    settings = [
        f"socks5:{GOOD}@127.0.0.1:{proxy_server('microsocks', GOOD)}",
        f"socks4:127.0.0.1:{proxy_server('dante-server')}",
        f"http://{AS_URL}@127.0.0.1:{proxy_server('pproxy', GOOD)}",
        f"socks:127.0.0.1:{socks_server.port}",
        f"http://127.0.0.1:{http_proxy.port}",
        None,
    ]
    with EmbeddedWorkspace(tls=True) as workspace:
        url = workspace.url.replace("127.0.0.1", "localhost")
        user = workspace.credentials("admin")
        given = {"url": url, "verify": workspace.ca_bundle, "rate_limit": 0}
        sessions = [
            Session(user.workspace, user.username, user.api_key, proxy=proxy, **given)
            for proxy in settings
        ]
        answered = 0
        for _ in range(200):
            for session in sessions:
                answered += session.find_one("User") is not None
        for session in sessions:
            session.close()
    figure("R18 calls that were answered, 6 sessions taking turns", answered, "= 1200 calls")
    crossed = len(socks_server.seen) + len(http_proxy.seen) - 2
    figure("R18 connections through the proxy of another session", crossed, "= 0")
    seen = socks_server.bytes_seen + http_proxy.bytes_seen
    figure("R18 times that credentials are seen by a proxy", seen.count(b"uthorization"), "= 0")
