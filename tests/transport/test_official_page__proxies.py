"""The proxy examples of accsyn's page "Using the accsyn Python API", from sign-in to an answer.

Its other examples are in tests/acceptance; these need the proxies of this folder.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from accsyn_orm import Job, Session
from accsyn_orm.testing import EmbeddedWorkspace

BACKEND = "acmefilm.accsyn.test"  # resolves nowhere: only the proxy can lead to a workspace


@pytest.fixture(params=["argument", "environment"])
def proxied(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Session]:
    """Make a session whose proxy is given as an argument, or in ACCSYN_PROXY."""

    def make(workspace: EmbeddedWorkspace, proxy: str, **address: Any) -> Session:
        user = workspace.credentials("admin")
        if request.param == "environment":
            monkeypatch.setenv("ACCSYN_PROXY", proxy)
        else:
            address["proxy"] = proxy
        return Session(user.workspace, user.username, user.api_key, **address)

    return make


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_socks_proxy_leads_to_the_workspace_with_tls_inside(
    proxied: Callable[..., Session], socks_server: Any, protocol: str
):
    genuine = socket.socket
    with EmbeddedWorkspace(seed="demo", tls=True) as workspace:
        port = int(workspace.url.rpartition(":")[2])
        proxy = f"socks:127.0.0.1:{socks_server.port}"
        where = {"hostname": "localhost", "port": port, "verify": workspace.ca_bundle}
        with proxied(workspace, proxy, protocol=protocol, **where) as session:
            assert session.find_one('Job WHERE code="my_transfer"')
            assert Job.where(Job.code == "my_transfer").exists()
    assert socks_server.seen == [("name", "", "localhost")]
    assert b"Authorization" not in socks_server.bytes_seen
    assert socket.socket is genuine


@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_accsyn_proxy_leads_to_the_workspace(
    proxied: Callable[..., Session], listening: Callable[..., Any], protocol: str
):
    with EmbeddedWorkspace(seed="demo") as workspace:
        upstream = int(workspace.url.rpartition(":")[2])
        with listening(lambda client: relay(client, upstream)) as port:
            proxy = f"accsyn:127.0.0.1:{port}"
            with proxied(workspace, proxy, protocol=protocol, hostname=BACKEND) as session:
                assert session.find_one('Job WHERE code="my_transfer"')
                assert Job.where(Job.code == "my_transfer").exists()


def relay(client: socket.socket, port: int) -> None:
    """Pass everything on to a loopback port, and the answers back."""
    with socket.create_connection(("127.0.0.1", port), 10) as upstream:
        back = threading.Thread(target=pump, args=(upstream, client), daemon=True)
        back.start()
        pump(client, upstream)
        with suppress(OSError):
            upstream.shutdown(socket.SHUT_RDWR)
        back.join(5)


def pump(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
