"""Getting in: where the workspace lives, and the sign-in there."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from accsyn_orm.errors import (
    AuthenticationError,
    BackendCrashError,
    BackendError,
    PayloadError,
    ProtocolError,
    SessionExpiredError,
)
from accsyn_orm.pacing.patience import is_throttled
from accsyn_orm.secret import Secret
from accsyn_orm.session.exchange import Letter
from accsyn_orm.wire.codec import dumps
from accsyn_orm.wire.credentials import (
    Credentials,
    KeyCredentials,
    PasswordCredentials,
    SessionCredentials,
    v1_credentials,
    v1_session,
    v3_basic,
)
from accsyn_orm.wire.sign_in import (
    decode_discovery,
    decode_login,
    discovery_payload,
    login_payload,
)
from accsyn_orm.wire.versions import DEFAULT_PORT, V1

if TYPE_CHECKING:
    from accsyn_orm.session.log import SessionLog
    from accsyn_orm.session.settings import Settings


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A sign-in that holds.

    Attributes:
        base_url: host that calls go to.
        user_id: id of the user who signed in.
        session: v1.0: the key that authorises the calls; v3: the id of the session.
        headers: what authorises each call.
    """

    base_url: str
    user_id: str
    session: Secret[str]
    headers: Secret[dict[str, str]]


class Signer:
    """Signs in to one workspace. Not safe to use from several threads at once.

    Args:
        settings: where and as whom.
        credentials: with which secret; a password or session key is forgotten once it has served.
        log: where to write what happens.
        send: sends a letter, repeatedly if need be, and returns the answer.

    Attributes:
        client_session: v1.0: id that this client made for its session.
        base_url: ``scheme://host:port``, once it is known.
    """

    def __init__(
        self,
        settings: Settings,
        credentials: Credentials,
        log: SessionLog,
        send: Callable[[Letter], Mapping[str, Any]],
    ) -> None:
        self._settings = settings
        self._credentials: Secret[Credentials] | None = Secret(credentials)
        self._log = log
        self._send = send
        self._stale_key: Secret[str] | None = None
        self._expiry = ""
        self.client_session = str(uuid.uuid4())
        self.base_url: str | None = None
        log.hide(_secret(credentials))

    def expire(self, stale: SignedIn, reason: str) -> None:
        """Note that a sign-in holds no longer.

        Args:
            stale: the sign-in.
            reason: the backend's own words.
        """
        self._log.notice("the session has expired")
        self._expiry = reason
        # Kept until a sign-in succeeds: after a failed one the next call tries again.
        self._stale_key = stale.session

    def sign_in(self) -> SignedIn:
        """Sign in.

        Raises:
            AuthenticationError: the backend refused the credentials.
            BackendError: it refused for another reason, such as too many requests.
            SessionExpiredError: there is nothing left to sign in with.
        """
        settings, generation = self._settings, self._settings.generation
        base_url = self._locate()
        reused = self._stale_key.reveal() if self._stale_key else None
        body = dumps(login_payload(generation, self.client_session, reuse=reused))
        url = f"{base_url}{generation.prefix}{generation.login_path}"
        headers = self._headers()
        known = self._known(headers)
        self._log.hide(*known)
        try:
            reply = self._send(Letter("login", "PUT", url, body, headers))
            login = decode_login(generation, dict(reply))
        except BackendCrashError:
            raise
        except BackendError as error:
            if not _is_about_credentials(error):
                raise
            raise AuthenticationError(error.message_hr or error.message) from error
        except PayloadError as error:
            raise ProtocolError("login", host_of(base_url), str(error)) from error
        self._stale_key = None
        if not (self._credentials and isinstance(self._credentials.reveal(), KeyCredentials)):
            self._credentials, known = None, []
        if generation is V1:
            authorization = v1_session(settings.tenant, settings.username, login.session)
            headers = {"Authorization": authorization}
        self._log.hide(*known, login.session, _token(headers))
        self._log.notice(f"signed in to {host_of(base_url)} with {generation.name}")
        return SignedIn(base_url, login.user_id, Secret(login.session), Secret(headers))

    def _headers(self) -> dict[str, str]:
        credentials = self._credentials.reveal() if self._credentials else None
        tenant = self._settings.tenant
        match credentials:
            case None:
                raise SessionExpiredError(self._expiry)
            case SessionCredentials(username, session_key):
                return {"Authorization": v1_session(tenant, username, session_key)}
            case PasswordCredentials(username, password):
                return {"Authorization": v1_credentials(tenant, username, password=password)}
            case KeyCredentials(username, api_key, None):
                header = self._settings.generation.tenant_header or ""
                return {"Authorization": v3_basic(username, api_key), header: tenant}
            case _:
                authorization = v1_credentials(
                    tenant, credentials.username, api_key=credentials.api_key
                )
                return {"Authorization": authorization}

    def _known(self, headers: dict[str, str]) -> list[str]:
        """Return what a backend may repeat of a sign-in, and nobody must see."""
        known = [_token(headers)]
        if self._credentials:
            known.append(_secret(self._credentials.reveal()))
        if self._stale_key:
            known.append(self._stale_key.reveal())
        return known

    def _locate(self) -> str:
        """Find out which host to call."""
        if self.base_url is None:
            settings = self._settings
            base_url = settings.base_url or self._discover()
            if settings.proxy and settings.proxy.kind == "accsyn":
                base_url = f"http://{settings.proxy.host}:{settings.proxy.port}"
            self.base_url = base_url
        return self.base_url

    def _discover(self) -> str:
        settings, generation = self._settings, self._settings.generation
        base_url = f"https://{generation.discovery_host}:{settings.port or DEFAULT_PORT}"
        if settings.proxy and settings.proxy.kind == "accsyn":
            base_url = f"http://{settings.proxy.host}:{settings.proxy.port}"
        body = dumps(discovery_payload(generation, settings.tenant))
        url = f"{base_url}{generation.prefix}{generation.discovery_path}"
        reply = self._send(Letter("discovery", generation.discovery_verb, url, body, {}))
        try:
            endpoint = decode_discovery(generation, dict(reply))
        except PayloadError as error:
            raise ProtocolError("discovery", host_of(base_url), str(error)) from error
        return f"https://{endpoint.hostname}:{settings.port or endpoint.port or DEFAULT_PORT}"


def host_of(base_url: str) -> str:
    """Return ``host:port`` of a base URL, for error messages."""
    return base_url.partition("://")[2]


def _is_about_credentials(error: BackendError) -> bool:
    """Tell a refusal of who signs in from one of the moment: too much, no room, maintenance."""
    return error.status_code < 500 and not is_throttled(error)  # noqa: PLR2004  # the server errors of HTTP


def _token(headers: dict[str, str]) -> str:
    return headers["Authorization"].partition(" ")[2]


def _secret(credentials: Credentials) -> str:
    # No assert_never, which is of a library: the doctor runs where that is missing.
    if isinstance(credentials, KeyCredentials):
        return credentials.api_key
    if isinstance(credentials, PasswordCredentials):
        return credentials.password
    return credentials.session_key
