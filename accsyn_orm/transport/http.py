"""The transport over HTTP(S): one pool of verified connections, and nothing from the environment.

A session of ``requests`` reads proxies, certificates and credentials from the environment, follows
redirects and keeps cookies. There is none here: what sends for such a session is called directly. A
request goes out with the headers it was given, to the host it was given, or fails.
"""

from __future__ import annotations

import re
import ssl
import sys
from collections.abc import Iterator
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import BadStatusLine, HTTPException, RemoteDisconnected, UnknownProtocol
from typing import Any, NamedTuple

import requests
from urllib3.exceptions import (
    EmptyPoolError,
    HTTPError,
    InvalidHeader,
    NewConnectionError,
    ReadTimeoutError,
)

from accsyn_orm.errors import (
    ProtocolError,
    ProxyError,
    TlsError,
    TransportError,
    TransportTimeoutError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.deadline import within
from accsyn_orm.pacing.forking import renew_after_fork
from accsyn_orm.transport.base import Request, Response
from accsyn_orm.transport.pools import (
    Departure,
    DiscreetAdapter,
    TunnelError,
    watched_departure,
)
from accsyn_orm.transport.proxy import Proxy

MAX_RESPONSE = 64 * 1024 * 1024
"""Largest body accepted, in bytes after decompression."""

_CHUNK = 64 * 1024
_HARMLESS = 4 * 1024 * 1024
_MOST_UNFOLDED = 100  # times the bytes received; gzip can do a thousand
_SECONDS = re.compile(r"[0-9]{1,9}")
_CONNECTIONS = 16
_HEADERS = requests.utils.default_headers()  # those of the official client, in its order


class HttpTransport:
    """Sends requests over a pool of connections that it keeps alive.

    Args:
        verify: ``True`` for the public certificate authorities, a path for others, ``False`` for no
            check at all.
        timeout: seconds that a request may take, to the last byte of the answer.
        connect_timeout: seconds of them that it may take to connect, TLS and proxy included.
        proxy: SOCKS or HTTP proxy to go through.
    """

    def __init__(
        self,
        *,
        verify: bool | str = True,
        timeout: float = 120,
        connect_timeout: float = 10,
        proxy: Proxy | None = None,
    ) -> None:
        self._verify = verify
        self._timeouts = (connect_timeout, timeout)
        self._proxies = {"http": proxy.url, "https": proxy.url} if proxy and proxy.url else {}
        self._proxy = proxy
        self._adapter = DiscreetAdapter(proxy, _CONNECTIONS)
        renew_after_fork(self)

    def send(self, request: Request) -> Response:
        """Send a request and wait for the complete answer."""
        self._check_reach(request)
        handled = sys.exc_info()[1]  # of the caller, and none of what goes wrong here
        with (
            watched_departure(request.query, has_body=bool(request.body)) as departure,
            within(self._timeouts[1]),
        ):
            try:
                with self._adapter.send(
                    self._prepare(request),
                    stream=True,
                    timeout=self._timeouts,
                    verify=self._verify,
                    proxies=self._proxies,
                ) as answer:
                    return _read(request, answer)
            except TransportError:
                raise
            except (OSError, ValueError, HTTPError) as error:
                causes = list(_chain(error, handled))
                translated, cause = self._translate(request, causes, departure), _root_cause(causes)
        # Out here, the library's own error, which holds the request, is not its context.
        raise translated from cause

    def close(self) -> None:
        """Close every connection."""
        self._adapter.close()

    def after_fork(self) -> None:
        """Leave the connections to the parent process."""
        self._adapter = DiscreetAdapter(self._proxy, _CONNECTIONS)

    def _check_reach(self, request: Request) -> None:
        """Refuse what an HTTP proxy would be sent as it is, and not through a tunnel."""
        if self._proxy and self._proxy.kind == "http" and not request.url.startswith("https://"):
            raise ProxyError(
                request.operation,
                request.host,
                "an http proxy is used for https only",
                outcome=Outcome.NOT_SENT,
                is_lasting=True,
            )

    def _prepare(self, request: Request) -> requests.PreparedRequest:
        prepared = requests.PreparedRequest()
        prepared.prepare_method(request.verb)
        prepared.url = request.url  # the connection adds the query
        prepared.prepare_headers({**_HEADERS, **request.headers})
        prepared.prepare_body(request.body, None)
        return prepared

    def _translate(
        self, request: Request, causes: list[BaseException], departure: Departure
    ) -> TransportError:
        """Say what went wrong. The library's own messages may hold the URL and are not used."""
        failures = (_TUNNEL_FAILURE, _PROXY_FAILURE, *_FAILURES) if self._proxies else _FAILURES
        failure = next(f for f in failures if any(isinstance(c, f.signs) for c in causes))
        reason = failure.reason.format(
            connect_timeout=self._timeouts[0],
            timeout=self._timeouts[1],
            tls=_first(causes, "verify_message", "the handshake was refused"),
            system=_first(causes, "strerror", "closed without an answer"),
            tunnel=next((str(c) for c in causes if isinstance(c, TunnelError)), ""),
        )
        outcome = Outcome.MAYBE_APPLIED if departure.has_begun else Outcome.NOT_SENT
        translated = failure.kind(
            request.operation, request.host, reason, hint=failure.hint, outcome=outcome
        )
        if isinstance(translated, TlsError) and any(isinstance(c, _BROKEN) for c in causes):
            translated.is_lasting = False
        if failure.is_lasting:
            translated.is_lasting = True
        return translated


class _Failure(NamedTuple):
    """How a failure shows, and what it is called."""

    signs: tuple[type[BaseException], ...]
    kind: type[TransportError]
    reason: str
    hint: str | None = None
    is_lasting: bool = False


# A handshake that ended like this says nothing about whom one may trust.
_BROKEN = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError, TimeoutError)

_TUNNEL_FAILURE = _Failure(
    (TunnelError,),
    ProxyError,
    "the proxy makes no tunnel: {tunnel}",
    "407 asks for user and password in the proxy setting; 403 does not allow this host",
)
# With a proxy every failure to connect is one on the way to the proxy, or told by it.
_PROXY_FAILURE = _Failure(
    (requests.exceptions.ProxyError, NewConnectionError),
    ProxyError,
    "the proxy refused, could not be reached, or does not speak this protocol",
    "check the proxy setting",
)
_FAILURES = (  # most specific first
    _Failure(
        (requests.exceptions.SSLError,),
        TlsError,
        "TLS failed: {tls}",
        "for a private certificate authority, name its file in verify= or ACCSYN_CA_BUNDLE",
    ),
    _Failure(
        (requests.exceptions.ConnectTimeout,),
        TransportTimeoutError,
        "no connection within {connect_timeout:g} s",
    ),
    _Failure(
        (requests.exceptions.ReadTimeout, ReadTimeoutError),
        TransportTimeoutError,
        "no complete answer within {timeout:g} s",
    ),
    _Failure(
        (EmptyPoolError,),
        TransportTimeoutError,
        "none of its connections was free in time",
        "call from fewer threads at once",
    ),
    _Failure(
        (NewConnectionError,),
        TransportError,
        "no connection: {system}",
        "check host name, port and firewall",
    ),
    _Failure(
        (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError),
        ProtocolError,
        "the answer was cut off, or cannot be unpacked",
    ),
    _Failure((TimeoutError,), TransportTimeoutError, "no complete answer within {timeout:g} s"),
    _Failure((RemoteDisconnected,), TransportError, "the connection broke: {system}"),
    _Failure(
        (BadStatusLine, UnknownProtocol, InvalidHeader),
        ProtocolError,
        "what answered does not speak HTTP",
    ),
    _Failure(
        (HTTPException,),
        ProtocolError,
        "the answer has too many headers, or one that is too long",
        is_lasting=True,
    ),
    _Failure((Exception,), TransportError, "the connection broke: {system}"),
)


def _read(request: Request, answer: requests.Response) -> Response:
    if answer.is_redirect or 300 <= answer.status_code < 400:  # noqa: PLR2004  # the redirects of HTTP
        raise ProtocolError(
            request.operation,
            request.host,
            f"HTTP status {answer.status_code} points elsewhere; credentials are not sent there",
            hint="check host name, port and scheme",
            status_code=answer.status_code,
            is_lasting=True,
        )
    body = bytearray()
    for chunk in answer.iter_content(_CHUNK):
        body += chunk
        if len(body) > MAX_RESPONSE or _is_bomb(len(body), answer.raw.tell()):
            reason = f"the answer is longer than {MAX_RESPONSE} bytes, or unfolds to far too much"
            hint = "ask for less at once with limit and attributes"
            raise ProtocolError(request.operation, request.host, reason, hint=hint, is_lasting=True)
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = None  # its error holds the answer: raised outside of it
    if text is None:
        reason = f"HTTP status {answer.status_code} and an answer that is not UTF-8"
        raise ProtocolError(request.operation, request.host, reason)
    date = answer.headers.get("Date")
    retry_after = _retry_after(answer.headers.get("Retry-After"), date)
    return Response(answer.status_code, text, retry_after, len(body), date)


def _is_bomb(unfolded: int, received: int) -> bool:
    """Tell whether an answer unfolds as none does: the ids of many records cannot be folded so."""
    return unfolded > _HARMLESS and unfolded > _MOST_UNFOLDED * received


def _retry_after(text: str | None, date: str | None) -> float | None:
    """Read the header of that name: seconds, or a date by the clock of the host."""
    if text is None:
        return None
    if _SECONDS.fullmatch(text.strip()):
        return float(text)
    moment = _moment(text)
    if moment is None:
        return None
    now = _moment(date or "") or datetime.now(timezone.utc)
    return max(0.0, (moment - now).total_seconds())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (TypeError, ValueError, OverflowError):
        return None
    return moment.replace(tzinfo=timezone.utc) if moment.tzinfo is None else moment


def _chain(error: BaseException, handled: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it wraps: libraries nest in ``args`` and ``reason`` as well.

    Args:
        error: the error.
        handled: another one, that was being handled when all began.
    """
    pending: list[Any] = [error]
    seen: set[int] = {id(handled)}
    while pending:
        current = pending.pop(0)
        if isinstance(current, BaseException) and id(current) not in seen:
            seen.add(id(current))
            yield current
            pending += [getattr(current, "reason", None), *current.args]
            pending += [current.__cause__, current.__context__]


def _root_cause(causes: list[BaseException]) -> BaseException | None:
    """Return the operating system's or the TLS library's own error.

    Those between hold the URL, whose query is the whole request, and would print it in tracebacks.
    """
    foreign = (requests.exceptions.RequestException, HTTPError)
    own = [
        cause
        for cause in causes
        if isinstance(cause, (OSError, ValueError)) and not isinstance(cause, foreign)
    ]
    if not own:
        return None
    cause = own[-1].with_traceback(None)  # whose frames hold the request
    cause.__cause__ = cause.__context__ = None
    return cause


def _first(causes: list[BaseException], attribute: str, default: str) -> str:
    found = (getattr(cause, attribute, None) for cause in causes)
    return next((text for text in found if isinstance(text, str) and text), default)
