"""One signed-in connection: sign-in, renewal, and the call that all else is made of.

Safe to use from several threads: one of them signs in for all, and one renews for all. A child
process goes on with the sign-in, over connections of its own.
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, NoReturn
from urllib.parse import urlsplit

from accsyn_orm.errors import (
    AccsynError,
    BackendError,
    ProtocolError,
    SessionExpiredError,
    TransportError,
    TransportTimeoutError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.pacing.deadline import seconds_left, within
from accsyn_orm.pacing.forking import renew_after_fork
from accsyn_orm.session.addresses import is_loopback
from accsyn_orm.session.exchange import Exchange, Letter
from accsyn_orm.session.retrying import Call, Look, Repeater
from accsyn_orm.session.settings import DEFAULT_PACE, Pace
from accsyn_orm.session.sign_in import SignedIn, Signer, host_of
from accsyn_orm.session.stats import Stats
from accsyn_orm.wire.codec import encode_date
from accsyn_orm.wire.events import Event, encode_event
from accsyn_orm.wire.operations import class_of
from accsyn_orm.wire.replies import ExpiredSession
from accsyn_orm.wire.versions import V1

if TYPE_CHECKING:
    from accsyn_orm.session.log import SessionLog
    from accsyn_orm.session.settings import Settings
    from accsyn_orm.wire.credentials import Credentials

_UNAUTHORISED = 401
_eid: ContextVar[str | None] = ContextVar("accsyn_orm_eid", default=None)


@contextmanager
def attempt_of(eid: str) -> Generator[None, None, None]:
    """Make the one call inside an attempt of the call that has this id; it is not repeated here."""
    token = _eid.set(eid)
    try:
        yield
    finally:
        _eid.reset(token)


class Connection:
    """A connection to one workspace, signed in when it is first needed.

    Args:
        settings: where and as whom.
        credentials: with which secret; a password or session key is forgotten once it has served.
        log: where to write what happens.

    Attributes:
        stats: counts what is sent.
    """

    def __init__(self, settings: Settings, credentials: Credentials, log: SessionLog) -> None:
        self.settings = settings
        self._log = log
        self._lock = threading.RLock()
        self.stats = Stats()
        self._exchange = Exchange(settings, log, self.stats)
        self._repeater = Repeater(
            log, self.stats, retries=settings.retries, deduplicates=settings.deduplicates
        )
        self._signer = Signer(settings, credentials, log, self._send_to_sign_in)
        self._signed_in: SignedIn | None = None
        renew_after_fork(self)

    @property
    def host(self) -> str | None:
        """``scheme://host:port`` as far as it is known."""
        return self._signer.base_url or self.settings.base_url

    @property
    def is_local(self) -> bool:
        """Whether calls stay on this machine; a proxy on it passes them on."""
        host = urlsplit(self.host or "").hostname or ""
        return self.settings.proxy is None and is_loopback(host)

    @property
    def pace(self) -> Pace | None:
        """How many requests the host takes from this machine; ``None`` for all it can answer."""
        given = self.settings.pace
        if given is not None:
            return given if given.per_second else None
        return None if self.is_local else DEFAULT_PACE

    def sign_in(self) -> SignedIn:
        """Sign in, unless that has happened.

        Raises:
            AuthenticationError: the backend refused.
        """
        with self._logging_failure(), within(self.settings.timeout):
            return self._current()

    def call(
        self,
        verb: str,
        uri: str,
        data: Any,
        *,
        query: str | None = None,
        entityid: str | None = None,
        member: str | None = "result",
        look: Look | None = None,
    ) -> Any:
        """Make a call; sign in before, and once more if the session has expired.

        Args:
            verb: HTTP verb.
            uri: operation.
            data: its payload.
            query: expression, or another text the operation calls for.
            entityid: entity concerned.
            member: which part of the answer to return; ``None`` for all of it.
            look: how to find out whether it was done, when no answer says so.
        """
        with self._logging_failure(), within(self.settings.timeout):
            payload = self._call(verb, uri, data, query, entityid, look)
        if member is None:
            return payload
        if member not in payload:
            self.reject(uri, f"the answer holds no {member}")
        return payload[member]

    def surely_past(self) -> datetime:
        """Return a moment that has passed for the backend, by its own clock."""
        return self._exchange.clock.surely_past()

    def reject(self, uri: str, reason: str) -> NoReturn:
        """Refuse an answer that is none to what was asked.

        Raises:
            ProtocolError: always.
        """
        with self._logging_failure():
            raise ProtocolError(uri, host_of(self._signer.base_url or ""), reason)

    def close(self) -> None:
        """Close every connection to the host, and forget the sign-in."""
        self._exchange.close()
        with self._lock:
            self._signed_in = None

    def after_fork(self) -> None:
        """Forget whoever held the lock."""
        self._lock = threading.RLock()

    @contextmanager
    def _logging_failure(self) -> Generator[None, None, None]:
        try:
            yield
        except AccsynError as error:
            self._log.failure(error)
            raise

    # -- calls ------------------------------------------------------------------------------------

    def _call(  # noqa: PLR0917  # what an event is made of
        self,
        verb: str,
        uri: str,
        data: Any,
        query: str | None,
        entityid: str | None,
        look: Look | None = None,
    ) -> Mapping[str, Any]:
        # Before all attempts: what fails here has been repeated already.
        with _before_the_event(Outcome.NOT_SENT):
            signed_in = self._current()
        single = _eid.get()
        event = Event(
            uri=uri,
            tenant=self.settings.tenant,
            eid=single or str(uuid.uuid4()),
            session="",
            ident=self.settings.username,
            created=encode_date(datetime.now(timezone.utc)),
            hostname=self._exchange.hostname,
            data=data,
            query=query,
            entityid=entityid,
        )
        call = Call(
            operation=uri,
            operation_class=class_of(verb, uri, data),
            host=host_of(signed_in.base_url),
            eid=event.eid,
            look=look,
            is_single=single is not None,
        )
        return self._repeater.make(call, lambda: self._attempt(verb, event))

    def _attempt(self, verb: str, event: Event) -> dict[str, Any]:
        """Send an event; when the session has expired, once more with a new one and the same id."""
        with _before_the_event(Outcome.NOT_SENT):
            signed_in = self._current()
        try:
            return self._send_event(signed_in, verb, event)
        except (BackendError, TransportError) as error:
            # Refused under a sign-in that another thread has renewed since: it may just be that.
            is_outdated = self._signed_in is not signed_in and error.outcome is Outcome.REJECTED
            if not (_is_expiry(error) or is_outdated):
                raise
            with _before_the_event(Outcome.REJECTED):
                renewed = self._renew(signed_in, error)
        self.stats.count_retry(event.uri)
        try:
            return self._send_event(renewed, verb, event)
        except ExpiredSession as expired:
            lasting = SessionExpiredError(_reason(expired))
            lasting.outcome = expired.outcome
            raise lasting from expired

    def _send_event(self, signed_in: SignedIn, verb: str, event: Event) -> dict[str, Any]:
        generation = self.settings.generation
        is_v1 = generation is V1
        session = self._signer.client_session if is_v1 else signed_in.session.reveal()
        text = encode_event(generation, replace(event, session=session))
        url = f"{signed_in.base_url}{generation.event_path}"
        return self._exchange.send(
            Letter(event.uri, verb, url, text, signed_in.headers.reveal()), self.pace
        )

    # -- sign-in ----------------------------------------------------------------------------------

    def _current(self) -> SignedIn:
        signed_in = self._signed_in
        if signed_in is not None:
            return signed_in
        with self._locked():
            if self._signed_in is None:
                self._signed_in = self._signer.sign_in()
            return self._signed_in

    def _renew(self, stale: SignedIn, expired: BackendError | TransportError) -> SignedIn:
        """Sign in again, unless another thread has done so meanwhile."""
        with self._locked():
            if self._signed_in is stale:
                self._signer.expire(stale, _reason(expired))
                self._signed_in = None
            return self._current()

    @contextmanager
    def _locked(self) -> Generator[None, None, None]:
        """Wait for a thread that signs in, but not beyond the end of the call."""
        left = seconds_left()
        if not self._lock.acquire(timeout=-1 if left is None else left):
            reason = "another thread has been signing in all the time"
            raise TransportTimeoutError(
                "login", host_of(self.host or ""), reason, outcome=Outcome.NOT_SENT
            )
        try:
            yield
        finally:
            self._lock.release()

    def _send_to_sign_in(self, letter: Letter) -> Mapping[str, Any]:
        base_url = letter.url.rpartition(self.settings.generation.prefix)[0]
        call = Call(
            letter.operation,
            class_of(letter.verb, letter.operation),
            host_of(base_url),
            is_single=_eid.get() is not None,
        )
        return self._repeater.make(call, lambda: self._exchange.send(letter, self.pace))


@contextmanager
def _before_the_event(outcome: Outcome) -> Generator[None, None, None]:
    """Give errors of a sign-in the outcome of the call that needed it."""
    try:
        yield
    except AccsynError as error:
        error.outcome = outcome
        raise


def _is_expiry(error: BackendError | TransportError) -> bool:
    """Tell whether signing in anew may help: the backend says so, or does not know who calls."""
    return isinstance(error, ExpiredSession) or error.status_code == _UNAUTHORISED


def _reason(error: BackendError | TransportError) -> str:
    return error.reason if isinstance(error, TransportError) else error.message_hr or error.message
