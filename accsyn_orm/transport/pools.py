"""Connection pools that do not tell the host program's log what is asked.

``urllib3`` logs the target of each request at level ``DEBUG``, and here its query is the whole
event with the id of the session. The library is given the path alone; the connection adds the query
when it writes the request line. That also spares it from taking all of the query apart, byte by
byte, to encode what is encoded. No logger and no class of the library is changed.

Credentials for a proxy are in no URL: they join the rest when they are written to the proxy.

The connection also notes when it begins to write: whether a request that failed can have arrived is
a fact then, and not read off the type of an exception. Its sockets give up at the moment at which
the whole call has to end.
"""

from __future__ import annotations

import re
import socket
import ssl
import sys
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from http.client import HTTPException
from typing import Any, cast

import socks
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, PoolManager
from urllib3.contrib.socks import SOCKSConnection
from urllib3.exceptions import ConnectTimeoutError, NewConnectionError
from urllib3.util.ssl_ import resolve_cert_reqs

from accsyn_orm.pacing.deadline import seconds_left, within
from accsyn_orm.secret import Secret
from accsyn_orm.transport.deadline import TimedSocket, TimedSocksSocket, TimedTlsSocket
from accsyn_orm.transport.proxy import Proxy, http_credentials


@dataclass(slots=True)
class Departure:
    """What goes out with one request, and how far it got.

    Attributes:
        query: query string, encoded; empty for none.
        has_body: something follows the headers.
        has_begun: its first byte was handed to the network.
    """

    query: str = field(default="", repr=False)
    has_body: bool = False
    has_begun: bool = False


_INSTANT = 1e-3
_STATUS = re.compile(r"Tunnel connection failed: ([1-9][0-9]{2})\b")

_departure: ContextVar[Departure] = ContextVar("accsyn_orm_departure")


@contextmanager
def watched_departure(query: str, *, has_body: bool) -> Generator[Departure, None, None]:
    """Give what tells whether the request that is sent inside has begun to leave.

    Args:
        query: query string of that request, which its URL does not have.
        has_body: it has a body that is not empty.
    """
    departure = Departure(query, has_body)
    token = _departure.set(departure)
    try:
        yield departure
    finally:
        _departure.reset(token)


class TunnelError(OSError):
    """An HTTP proxy made no tunnel.

    Attributes:
        status: HTTP status that it answered with; ``None`` when that was not HTTP.
    """

    def __init__(self, status: int | None) -> None:
        self.status = status
        super().__init__(f"HTTP status {status}" if status else "no answer of HTTP")


class DiscreetAdapter(HTTPAdapter):
    """Sends requests through pools that do not log queries, directly or through a proxy.

    Args:
        proxy: the proxy whose credentials are needed; ``None`` for none.
        connections: how many connections are kept.
    """

    def __init__(self, proxy: Proxy | None, connections: int) -> None:
        self._proxy = proxy
        super().__init__(connections, connections, pool_block=True)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make the manager of direct connections."""
        super().init_poolmanager(*args, **kwargs)
        _make_discreet(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        """Return the manager of connections through a proxy."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        # Each time: another thread may have put it there, and not come as far as this line.
        _make_discreet(manager)
        options = manager.connection_pool_kw.get("_socks_options")
        if options is not None and self._proxy is not None:
            options.update(username=self._proxy.user, password=self._proxy.password)
        return manager

    def proxy_headers(self, proxy: str) -> Any:  # noqa: ARG002  # a hook
        """Return what says to an HTTP proxy who uses it; the connection writes it out."""
        headers = http_credentials(self._proxy) if self._proxy else {}
        return {name: Secret(value) for name, value in headers.items()}

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
    def urlopen(self, *args: Any, **kwargs: Any) -> Any:
        # Else it waits for a connection as long as others need theirs.
        return super().urlopen(*args, **{**kwargs, "pool_timeout": seconds_left()})

    def _make_request(self, conn: Any, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        conn.query = _departure.get().query
        return super()._make_request(conn, method, url, *args, **kwargs)


class _DiscreetConnection:
    debuglevel = 0  # whatever the program wants of http.client: it would print all that is sent
    query = ""
    head = b""
    host: str
    port: int
    _dns_host: str
    sock: Any
    timeout: float
    cert_reqs: Any
    ssl_context: ssl.SSLContext | None
    _is_connecting = False
    _tunnel_headers: dict[str, Any]

    def connect(self) -> None:
        """Connect, all in all within the time that each part of it has."""
        if hasattr(self, "ssl_context"):
            self.ssl_context = self.ssl_context or tls_context(self.cert_reqs)
        left = seconds_left()
        if left is not None:
            self.timeout = min(self.timeout, left) or _INSTANT  # zero would mean: do not wait
        self._is_connecting = True
        try:
            with within(self.timeout):
                super().connect()  # type: ignore[misc]  # of a mixin
        finally:
            self._is_connecting = False

    def _new_conn(self) -> socket.socket:
        """Try the addresses of the host one after the other, in the time that one of them has."""
        host, timeout, failure = self._dns_host, self.timeout, None
        addresses = _addresses(host, self.port) or [host]
        try:
            for number, address in enumerate(addresses):
                self._dns_host = address
                self.timeout = _share(timeout, of=len(addresses) - number)
                try:
                    plain = super()._new_conn()  # type: ignore[misc]  # of a mixin
                except (ConnectTimeoutError, NewConnectionError) as error:
                    failure = error
                else:
                    # From the beginning: a proxy may let its answer drip, too.
                    taken = TimedSocket.taken_over(cast("socket.socket", plain))
                    taken.settimeout(_share(timeout))  # the handshake has all that is left
                    return taken
        finally:
            self._dns_host, self.timeout = host, timeout
        raise failure or OSError("the host has no address")

    def _tunnel(self) -> None:
        """Ask an HTTP proxy for a tunnel."""
        sealed = self._tunnel_headers
        self._tunnel_headers = {name: _revealed(value) for name, value in sealed.items()}
        try:
            super()._tunnel()  # type: ignore[misc]  # of a mixin
        except TimeoutError as error:
            reason = f"no tunnel within {self.timeout:g} s"
            raise ConnectTimeoutError(self, reason) from error
        except (OSError, HTTPException) as error:
            status = _STATUS.search(str(error))
            refused = TunnelError(int(status[1]) if status else None)
        else:
            return
        finally:
            self._tunnel_headers = sealed
        # Out here, the library's error, which holds the proxy's own text, is not its context.
        raise refused

    def send(self, data: Any) -> None:
        if self.sock is None:
            # The library connects here too: what fails up to the handshake was not sent.
            self.connect()
        if not self._is_connecting:  # what is said to a proxy is not the request
            if seconds_left() == 0:
                raise TimeoutError("timed out")
            departure = _departure.get()
            if departure.has_body and not (self.head or departure.has_begun):
                self.head = data  # goes out with the body: two writes wake the other side twice
                return
            data, self.head = self.head + data, b""
            departure.has_begun = True
        super().send(data)  # type: ignore[misc]  # of a mixin

    def putrequest(self, method: str, url: str, *args: Any, **kwargs: Any) -> None:
        target = f"{url}?{self.query}" if self.query else url
        self.query, self.head = "", b""  # they hold the id of the session
        super().putrequest(method, target, *args, **kwargs)  # type: ignore[misc]  # of a mixin


def _share(timeout: float, *, of: int = 1) -> float:
    """Return how long to try one of so many addresses: the first may be one that never answers."""
    left = seconds_left()
    return min(timeout, timeout if left is None else left) / of or _INSTANT


def _addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a host; none if it cannot be found, which the library tells best."""
    try:
        found = socket.getaddrinfo(host.strip("[]"), port, 0, socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


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
        families = [entry[0] for entry in socket.getaddrinfo(address, port, 0, socket.SOCK_STREAM)]
        for number, family in enumerate(families):
            greeting = TimedSocksSocket(family)
            greeting.set_proxy(
                options["socks_version"],
                address,
                port,
                options["rdns"],
                _revealed(options["username"]),
                _revealed(options["password"]),
            )
            greeting.settimeout(_share(self.timeout, of=len(families) - number))
            try:
                greeting.connect((self.host, self.port))
            except (OSError, socks.ProxyError) as error:
                greeting.close()
                failure = error
            else:
                socket.socket.settimeout(greeting, _share(self.timeout))
                greeting.proxy = (*greeting.proxy[:4], None, None)  # it has said who it is
                return greeting
        raise failure or OSError("the proxy has no address")


def tls_context(cert_reqs: Any) -> ssl.SSLContext:
    """Return a context that takes TLS 1.2 and later, and checks names where it checks at all.

    That of the library, and the standard one, write the keys of each connection to a file if the
    environment names one in ``SSLKEYLOGFILE``.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.options |= ssl.OP_NO_COMPRESSION | ssl.OP_NO_TICKET
    if sys.version_info >= (3, 13):
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN | ssl.VERIFY_X509_STRICT
    mode = resolve_cert_reqs(cert_reqs)
    context.check_hostname = mode is ssl.CERT_REQUIRED
    context.verify_mode = mode
    context.sslsocket_class = TimedTlsSocket
    return context


def _revealed(value: Secret[str] | str | None) -> str | None:
    return value.reveal() if isinstance(value, Secret) else value
