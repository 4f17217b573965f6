"""A look at a host: how far a connection gets, what its certificate says, what time it has there.

For diagnosis only. It makes one connection of its own, by the same rules as all others, and sends
one request without anything in it.
"""

from __future__ import annotations

import http.client
import math
import os
import socket
import ssl
import time
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import socks
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from accsyn_orm.errors import (
    ProtocolError,
    ProxyError,
    TlsError,
    TransportError,
    TransportTimeoutError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.transport.pools import tls_context
from accsyn_orm.transport.proxy import Proxy, http_credentials

_OPERATION = "probe"
_SOCKS_TYPES = {"socks5h": socks.SOCKS5, "socks4": socks.SOCKS4, "socks4a": socks.SOCKS4}


@dataclass(frozen=True, slots=True)
class Tls:
    """What a handshake told.

    Attributes:
        version: of the protocol, such as ``TLSv1.3``.
        issuer: who issued the certificate.
        expires: when it ends.
    """

    version: str
    issuer: str
    expires: datetime


@dataclass(frozen=True, slots=True)
class Probe:
    """What a look at a host showed.

    Attributes:
        seconds: that it took to connect, without TLS.
        tls: what the handshake told; ``None`` without TLS.
        date: what time the host says it is, to the second; ``None`` when it does not say.
    """

    seconds: float
    tls: Tls | None
    date: datetime | None


def probe(base_url: str, *, bundle: str | None, proxy: Proxy | None, timeout: float) -> Probe:
    """Look at a host.

    Args:
        base_url: ``scheme://host:port``.
        bundle: path of the certificate authorities to trust; ``None`` for the public ones.
        proxy: SOCKS or HTTP proxy to go through.
        timeout: seconds that each step may take.

    Raises:
        TransportError: it cannot be reached, or its certificate is not acceptable.
    """
    parts = urlsplit(base_url)
    hostname, host = parts.hostname or "", parts.netloc
    try:
        began = time.monotonic()
        connection = _connect(hostname, parts.port or 443, proxy, timeout)
        seconds = time.monotonic() - began
        with connection as plain:
            if parts.scheme != "https":
                return Probe(seconds, None, _date(plain, host, timeout))
            with _context(bundle).wrap_socket(plain, server_hostname=hostname) as secure:
                return Probe(seconds, _tls(secure), _date(secure, host, timeout))
    except (OSError, http.client.HTTPException) as error:
        raise _translated(error, host, timeout) from error


def _connect(hostname: str, port: int, proxy: Proxy | None, timeout: float) -> socket.socket:
    if proxy is None or proxy.kind == "accsyn":
        return socket.create_connection((hostname, port), timeout)
    if proxy.kind == "http":
        return _tunnel(hostname, port, proxy, timeout)
    connection: socket.socket = socks.create_connection(
        (hostname, port),
        timeout=math.ceil(timeout),
        proxy_type=_SOCKS_TYPES[proxy.scheme],
        proxy_addr=proxy.host.strip("[]"),
        proxy_port=proxy.port,
        proxy_rdns=proxy.scheme != "socks4",
        proxy_username=proxy.user.reveal() if proxy.user else None,
        proxy_password=proxy.password.reveal() if proxy.password else None,
    )
    return connection


def _tunnel(hostname: str, port: int, proxy: Proxy, timeout: float) -> socket.socket:
    connection = http.client.HTTPConnection(proxy.host.strip("[]"), proxy.port, timeout=timeout)
    connection.set_tunnel(hostname, port, http_credentials(proxy))
    try:
        connection.connect()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        if isinstance(error, TimeoutError):
            raise
        raise socks.ProxyError("no tunnel") from None  # the rest is the proxy's own text
    return connection.sock


def _context(bundle: str | None) -> ssl.SSLContext:
    context, path = tls_context(ssl.CERT_REQUIRED), bundle or DEFAULT_CA_BUNDLE_PATH
    if os.path.isdir(path):  # noqa: PTH112  # text
        context.load_verify_locations(capath=path)
    else:
        context.load_verify_locations(cafile=path)
    return context


def _tls(secure: ssl.SSLSocket) -> Tls:
    certificate: dict[str, Any] = dict(secure.getpeercert() or {})
    names = dict(pair for group in certificate["issuer"] for pair in group)
    issuer = names.get("organizationName") or names.get("commonName") or "somebody unnamed"
    ends = ssl.cert_time_to_seconds(certificate["notAfter"])
    return Tls(str(secure.version()), issuer, datetime.fromtimestamp(ends, timezone.utc))


def _date(connected: socket.socket, host: str, timeout: float) -> datetime | None:
    connected.settimeout(timeout)
    connection = http.client.HTTPConnection(host)
    connection.sock = connected
    connection.request("HEAD", "/", headers={"Connection": "close"})
    text = connection.getresponse().getheader("Date")
    try:
        return parsedate_to_datetime(text or "").astimezone(timezone.utc)
    except (TypeError, ValueError):
        return None


def _translated(error: Exception, host: str, timeout: float) -> TransportError:
    """Say what went wrong, most specific first."""
    kind, reason, hint = TransportError, getattr(error, "strerror", None) or "it broke", None
    if isinstance(error, ssl.SSLError):
        kind = TlsError
        reason = getattr(error, "verify_message", "") or "the handshake was refused"
    elif isinstance(error, socks.ProxyError):
        kind, reason = ProxyError, "the proxy refused, or cannot be reached"
    elif isinstance(error, TimeoutError):
        kind, reason = TransportTimeoutError, f"nothing within {timeout:g} s"
    elif isinstance(error, socket.gaierror):
        reason, hint = "the name cannot be resolved", "check host name and DNS"
    elif isinstance(error, http.client.HTTPException):
        kind, reason = ProtocolError, "what answers does not speak HTTP"
    return kind(_OPERATION, host, reason, hint=hint, outcome=Outcome.NOT_SENT)
