"""One signed-in connection: discovery, sign-in, renewal, and the call all else is made of.

Safe to use from several threads: one of them signs in for all, and one renews for all.
"""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from typing_extensions import assert_never

from accsyn_orm.errors import (
    AccsynError,
    AuthenticationError,
    BackendCrashError,
    BackendError,
    PayloadError,
    ProtocolError,
    SessionClosedError,
    SessionExpiredError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.session.settings import is_loopback
from accsyn_orm.session.stats import Stats
from accsyn_orm.transport.base import Request, Transport
from accsyn_orm.wire.codec import dumps, encode_date, to_query_string
from accsyn_orm.wire.credentials import (
    Credentials,
    KeyCredentials,
    PasswordCredentials,
    SessionCredentials,
    device_header,
    v1_credentials,
    v1_session,
    v3_basic,
)
from accsyn_orm.wire.events import Event, encode_event
from accsyn_orm.wire.replies import ExpiredSession, decode_reply
from accsyn_orm.wire.sign_in import (
    Login,
    decode_discovery,
    decode_login,
    discovery_payload,
    login_payload,
)
from accsyn_orm.wire.versions import DEFAULT_PORT, V1

if TYPE_CHECKING:
    from accsyn_orm.session.log import SessionLog
    from accsyn_orm.session.settings import Settings

_IN_QUERY_STRING = frozenset({"GET", "DELETE"})
_eid: ContextVar[str | None] = ContextVar("accsyn_orm_eid", default=None)


@contextmanager
def attempt_of(eid: str) -> Generator[None, None, None]:
    """Make the one call inside an attempt of the call that has this id."""
    token = _eid.set(eid)
    try:
        yield
    finally:
        _eid.reset(token)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that holds.

    Attributes:
        base_url: host that calls go to.
        login: what the sign-in yielded.
        headers: what authorises each call.
    """

    base_url: str
    login: Login
    headers: dict[str, str] = field(repr=False)


class Connection:
    """A connection to one workspace, signed in when it is first needed.

    Args:
        settings: where and as whom.
        credentials: with which secret; a password or session key is forgotten once it has served.
        log: where to write what happens.
    """

    def __init__(self, settings: Settings, credentials: Credentials, log: SessionLog) -> None:
        self.settings = settings
        self._log = log
        self._lock = threading.RLock()
        self._hostname = socket.gethostname()
        self._device = device_header(settings.generation, self._hostname)
        self._client_session = str(uuid.uuid4())
        self._credentials: Credentials | None = credentials
        self._base_url: str | None = None
        self._signed_in: SignedIn | None = None
        self._stale_key: str | None = None
        self._expiry = ""
        self.stats = Stats()
        self._transport: Transport | None = None
        self._is_closed = False
        log.hide(_secret(credentials))

    @property
    def host(self) -> str | None:
        """``scheme://host:port`` as far as it is known."""
        return self._base_url or self.settings.base_url

    @property
    def is_local(self) -> bool:
        """Whether calls stay on this machine; a proxy on it passes them on."""
        host = urlsplit(self.host or "").hostname or ""
        return self.settings.proxy is None and is_loopback(host)

    def sign_in(self) -> SignedIn:
        """Sign in, unless that has happened.

        Raises:
            AuthenticationError: the backend refused.
        """
        with self._logging_failure():
            return self._current()

    def call(  # noqa: PLR0913  # what an event is made of
        self,
        verb: str,
        uri: str,
        data: Any,
        *,
        query: str | None = None,
        entityid: str | None = None,
        member: str | None = "result",
    ) -> Any:
        """Send one event; sign in before, and once more if the session has expired.

        Args:
            verb: HTTP verb.
            uri: operation.
            data: its payload.
            query: expression, or another text the operation calls for.
            entityid: entity concerned.
            member: which part of the answer to return; ``None`` for all of it.
        """
        with self._logging_failure():
            payload = self._call(verb, uri, data, query, entityid)
        if member is None:
            return payload
        if member not in payload:
            self.reject(uri, f"the answer holds no {member}")
        return payload[member]

    def reject(self, uri: str, reason: str) -> NoReturn:
        """Refuse an answer that is none to what was asked.

        Raises:
            ProtocolError: always.
        """
        with self._logging_failure():
            raise ProtocolError(uri, _host(self._base_url or ""), reason)

    def close(self) -> None:
        """Close every connection to the host, and forget the sign-in."""
        with self._lock:
            self._is_closed = True
            self._signed_in = None
            if self._transport is not None:
                self._transport.close()
                self._transport = None

    @contextmanager
    def _logging_failure(self) -> Generator[None, None, None]:
        try:
            yield
        except AccsynError as error:
            self._log.failure(error)
            raise

    # -- calls ------------------------------------------------------------------------------------

    def _call(
        self, verb: str, uri: str, data: Any, query: str | None, entityid: str | None
    ) -> dict[str, Any]:
        with _before_the_event(Outcome.NOT_SENT):
            signed_in = self._current()
        event = Event(
            uri=uri,
            tenant=self.settings.tenant,
            eid=_eid.get() or str(uuid.uuid4()),
            session=self._event_session(signed_in),
            ident=self.settings.username,
            created=encode_date(datetime.now(timezone.utc)),
            hostname=self._hostname,
            data=data,
            query=query,
            entityid=entityid,
        )
        try:
            return self._send_event(signed_in, verb, event)
        except ExpiredSession as expired:
            with _before_the_event(Outcome.REJECTED):
                renewed = self._renew(signed_in, expired)
        try:
            self.stats.count_retry(uri)
            # The same call once more: the event keeps its id.
            again = replace(event, session=self._event_session(renewed))
            return self._send_event(renewed, verb, again)
        except ExpiredSession as expired:
            error = SessionExpiredError(_reason(expired))
            error.outcome = expired.outcome
            raise error from expired

    def _event_session(self, signed_in: SignedIn) -> str:
        if self.settings.generation is V1:
            return self._client_session
        return signed_in.login.session

    def _send_event(self, signed_in: SignedIn, verb: str, event: Event) -> dict[str, Any]:
        generation = self.settings.generation
        text = encode_event(generation, event)
        url = f"{signed_in.base_url}{generation.event_path}"
        return self._send(event.uri, verb, url, text, signed_in.headers)

    # -- sign-in ----------------------------------------------------------------------------------

    def _current(self) -> SignedIn:
        signed_in = self._signed_in
        if signed_in is not None:
            return signed_in
        with self._lock:
            if self._is_closed:
                raise SessionClosedError
            if self._transport is None:
                self._transport = _make_transport(self.settings)
            if self._signed_in is None:
                self._signed_in = self._login()
            return self._signed_in

    def _login(self) -> SignedIn:
        settings, generation = self.settings, self.settings.generation
        base_url = self._locate()
        body = dumps(login_payload(generation, self._client_session, reuse=self._stale_key))
        url = f"{base_url}{generation.prefix}{generation.login_path}"
        headers = self._login_headers()
        try:
            reply = self._send("login", "PUT", url, body, headers)
            login = decode_login(generation, reply)
        except BackendCrashError:
            raise
        except BackendError as error:
            raise AuthenticationError(_reason(error)) from error
        except PayloadError as error:
            raise ProtocolError("login", _host(base_url), str(error)) from error
        self._stale_key = None
        if isinstance(self._credentials, KeyCredentials):
            self._log.hide(self._credentials.api_key, login.session)
        else:
            self._credentials = None
            self._log.hide(login.session)
        if generation is V1:
            authorization = v1_session(settings.tenant, settings.username, login.session)
            headers = {"Authorization": authorization}
        self._log.notice(f"signed in to {_host(base_url)} with {generation.name}")
        return SignedIn(base_url, login, headers)

    def _login_headers(self) -> dict[str, str]:
        credentials, tenant = self._credentials, self.settings.tenant
        match credentials:
            case None:
                raise SessionExpiredError(self._expiry)
            case SessionCredentials(username, session_key):
                return {"Authorization": v1_session(tenant, username, session_key)}
            case PasswordCredentials(username, password):
                return {"Authorization": v1_credentials(tenant, username, password=password)}
            case KeyCredentials(username, api_key, None):
                header = self.settings.generation.tenant_header or ""
                return {"Authorization": v3_basic(username, api_key), header: tenant}
            case _:
                authorization = v1_credentials(
                    tenant, credentials.username, api_key=credentials.api_key
                )
                return {"Authorization": authorization}

    def _renew(self, stale: SignedIn, expired: ExpiredSession) -> SignedIn:
        """Sign in again, unless another thread has done so meanwhile."""
        with self._lock:
            if self._signed_in is stale:
                self._log.notice("the session has expired")
                self._expiry = _reason(expired)
                # Kept until a sign-in succeeds: after a failed one the next call tries again.
                self._stale_key = stale.login.session
                self._signed_in = None
            return self._current()

    def _locate(self) -> str:
        """Find out which host to call."""
        if self._base_url is None:
            settings = self.settings
            base_url = settings.base_url or self._discover()
            if settings.proxy and settings.proxy.kind == "accsyn":
                base_url = f"http://{settings.proxy.host}:{settings.proxy.port}"
            self._base_url = base_url
        return self._base_url

    def _discover(self) -> str:
        settings, generation = self.settings, self.settings.generation
        base_url = f"https://{generation.discovery_host}:{settings.port or DEFAULT_PORT}"
        if settings.proxy and settings.proxy.kind == "accsyn":
            base_url = f"http://{settings.proxy.host}:{settings.proxy.port}"
        body = dumps(discovery_payload(generation, settings.tenant))
        url = f"{base_url}{generation.prefix}{generation.discovery_path}"
        reply = self._send("discovery", generation.discovery_verb, url, body, {})
        try:
            endpoint = decode_discovery(generation, reply)
        except PayloadError as error:
            raise ProtocolError("discovery", _host(base_url), str(error)) from error
        return f"https://{endpoint.hostname}:{settings.port or endpoint.port or DEFAULT_PORT}"

    # -- one exchange -----------------------------------------------------------------------------

    def _send(
        self, operation: str, verb: str, url: str, text: str, headers: dict[str, str]
    ) -> dict[str, Any]:
        in_query = verb in _IN_QUERY_STRING
        request = Request(
            operation=operation,
            verb=verb,
            url=url,
            query=to_query_string(text) if in_query else "",
            headers={**headers, self.settings.generation.device_header: self._device},
            body=None if in_query else text.encode("ascii"),
        )
        self._log.request(operation, verb, request.host, text)
        transport = self._transport
        if transport is None:
            # Closed by another thread since this call began.
            raise SessionClosedError
        started, down = time.monotonic(), 0
        try:
            response = transport.send(request)
            down = response.size
        finally:
            seconds = time.monotonic() - started
            up = len(request.query) + len(request.body or b"")
            self.stats.count(operation, text, up=up, down=down, seconds=seconds)
        self._log.answer(operation, response.status, response.text, seconds)
        try:
            return decode_reply(operation, request.host, response.status, response.text)
        except AccsynError as error:
            error.retry_after = response.retry_after
            raise


@contextmanager
def _before_the_event(outcome: Outcome) -> Generator[None, None, None]:
    """Give errors of a sign-in the outcome of the call that needed it."""
    try:
        yield
    except AccsynError as error:
        error.outcome = outcome
        raise


def _make_transport(settings: Settings) -> Transport:
    # Imported with the first request: the HTTP library takes longer to import than all the rest.
    from accsyn_orm.transport.http import HttpTransport

    return HttpTransport(
        verify=settings.verify,
        timeout=settings.timeout,
        connect_timeout=settings.connect_timeout,
        proxy=settings.proxy,
    )


def _secret(credentials: Credentials) -> str:
    match credentials:
        case KeyCredentials():
            return credentials.api_key
        case PasswordCredentials():
            return credentials.password
        case SessionCredentials():
            return credentials.session_key
        case _:
            assert_never(credentials)


def _reason(error: BackendError) -> str:
    return error.message_hr or error.message


def _host(base_url: str) -> str:
    return base_url.partition("://")[2]
