"""Connection pools that do not tell the host program's log what is asked.

``urllib3`` logs the target of each request at level ``DEBUG``, and here its query is the whole
event with the id of the session. These pools give the library the path alone; the connection adds
the query when it writes the request line. No logger and no class of the library is changed.

The connection also notes when it begins to write: whether a request that failed can have arrived is
a fact then, and not read off the type of an exception. Its sockets give up at the moment at which
the whole call has to end.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from typing import Any

import socks
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.contrib.socks import SOCKSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.ssl_ import create_urllib3_context, resolve_cert_reqs

from accsyn_orm.pacing.deadline import seconds_left, within
from accsyn_orm.transport.deadline import TimedSocket, TimedSocksSocket, TimedTlsSocket


@dataclass(slots=True)
class Departure:
    """How far one request got.

    Attributes:
        has_begun: its first byte was handed to the network.
    """

    has_begun: bool = False


_INSTANT = 1e-3

_departure: ContextVar[Departure] = ContextVar("accsyn_orm_departure")


@contextmanager
def watched_departure() -> Generator[Departure, None, None]:
    """Give what tells whether the request that is sent inside has begun to leave."""
    departure = Departure()
    token = _departure.set(departure)
    try:
        yield departure
    finally:
        _departure.reset(token)


class DiscreetAdapter(HTTPAdapter):
    """Sends requests through pools that do not log queries, directly or through a proxy."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the manager of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        _make_discreet(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Return the manager of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        # Each time: another thread may have put it there, and not come as far as this line.
        _make_discreet(manager)
        return manager

    def close(self) -> None:
        """Close every connection that is not in use."""
        # The library only forgets the pools: one that the traceback of an error still refers to
        # would keep its connections open.
        for manager in (self.poolmanager, *self.proxy_manager.values()):
            for key in manager.pools.keys():  # noqa: SIM118  # no dictionary: it cannot be iterated
                if (pool := manager.pools.get(key)) is not None:
                    pool.close()
        super().close()


def _make_discreet(manager: PoolManager) -> None:
    classes: dict[str, Any] = manager.pool_classes_by_scheme
    manager.pool_classes_by_scheme = {name: _discreet(pool) for name, pool in classes.items()}


@cache
def _discreet(pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
    """Return the class of pools that does the same, and logs no query."""
    if issubclass(pool, _DiscreetPool):
        return pool
    kind = pool.ConnectionCls
    mixin = _SocksConnection if issubclass(kind, SOCKSConnection) else _DiscreetConnection
    connection = type("DiscreetConnection", (mixin, kind), {})
    return type("DiscreetPool", (_DiscreetPool, pool), {"ConnectionCls": connection})


class _DiscreetPool(HTTPConnectionPool):
    def _make_request(self, conn: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        path, _, conn.query = url.partition("?")
        return super()._make_request(conn, method, path, *args, **kwargs)


class _DiscreetConnection:
    query = ""
    host: str
    port: int
    sock: Any
    timeout: float
    cert_reqs: Any
    ssl_context: ssl.SSLContext | None
    _is_connecting = False

    def connect(self) -> None:
        """Connect, all in all within the time that each part of it has."""
        if hasattr(self, "ssl_context"):
            self.ssl_context = self.ssl_context or create_urllib3_context(
                cert_reqs=resolve_cert_reqs(self.cert_reqs)
            )
            self.ssl_context.sslsocket_class = TimedTlsSocket
        left = seconds_left()
        if left is not None:
            self.timeout = min(self.timeout, left) or _INSTANT  # zero would mean: do not wait
        self._is_connecting = True
        try:
            with within(self.timeout):
                super().connect()  # type: ignore[misc]  # of a mixin
        finally:
            self._is_connecting = False
        if isinstance(self.sock, socket.socket) and not isinstance(self.sock, ssl.SSLSocket):
            self.sock = TimedSocket.taken_over(self.sock)

    def send(self, data: Any) -> None:
        if self.sock is None:
            # The library connects here too: what fails up to the handshake was not sent.
            self.connect()
        if not self._is_connecting:  # what is said to a proxy is not the request
            if seconds_left() == 0:
                raise TimeoutError("timed out")
            _departure.get().has_begun = True
        super().send(data)  # type: ignore[misc]  # of a mixin

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        target = f"{url}?{self.query}" if self.query else url
        super().putrequest(method, target, *args, **kwargs)  # type: ignore[misc]  # of a mixin


class _SocksConnection(_DiscreetConnection):
    """Greets the proxy with a socket of ours: one that drips is not waited for without end."""

    _socks_options: dict[str, Any]

    def _new_conn(self) -> socket.socket:
        try:
            return self._greeted()
        except (OSError, socks.ProxyError) as error:
            cause = getattr(error, "socket_err", None) or error
            if isinstance(cause, TimeoutError):
                reason = f"no connection within {self.timeout:g} s"
                raise ConnectTimeoutError(self, reason) from error
            raise NewConnectionError(self, str(cause)) from error  # type: ignore[arg-type]  # a mixin

    def _greeted(self) -> socket.socket:
        options = self._socks_options
        address, port = options["proxy_host"].strip("[]"), int(options["proxy_port"])
        failure: Exception | None = None
        for family, *_ in socket.getaddrinfo(address, port, 0, socket.SOCK_STREAM):
            greeting = TimedSocksSocket(family)
            greeting.set_proxy(
                options["socks_version"],
                address,
                port,
                options["rdns"],
                options["username"],
                options["password"],
            )
            greeting.settimeout(self.timeout)
            try:
                greeting.connect((self.host, self.port))
            except (OSError, socks.ProxyError) as error:
                greeting.close()
                failure = error
            else:
                return greeting
        raise failure or OSError("the proxy has no address")
