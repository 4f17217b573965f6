"""Signing in to the workspace, by what a request shows of its sender.

What a user may do is not asked here, only who it is.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from accsyn_orm.server.access import accounts
from accsyn_orm.server.access.accounts import WRONG_CREDENTIALS
from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.access.sessions import KEY_SESSION, PASSWORD_SESSION, Session, Sessions
from accsyn_orm.server.context import Call
from accsyn_orm.server.logbook import log
from accsyn_orm.server.operations import Work, require_verb
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.rules.base import payload
from accsyn_orm.server.storage.database import Database
from accsyn_orm.wire.credentials import Credentials as WireCredentials
from accsyn_orm.wire.credentials import KeyCredentials, PasswordCredentials, SessionCredentials
from accsyn_orm.wire.events import Event
from accsyn_orm.wire.versions import V1, Generation

NO_API_KEY = "API keys cannot be read: this is disabled in the backend by default"


@dataclass(frozen=True, slots=True)
class Signature:
    """How a request identifies its sender.

    Attributes:
        credentials: from its ``Authorization`` header.
        tenant: the workspace that it is for.
    """

    credentials: WireCredentials
    tenant: str


class SignIn:
    """Tells callers by their credentials, opens their sessions, and makes keys of these.

    Args:
        sessions: the sessions of v1.0.
    """

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    def checked_digest(
        self, database: Database, generation: Generation, signature: Signature
    ) -> str:
        """Check the password of a sign-in; return its digest, or nothing if there is none."""
        match signature.credentials:
            case PasswordCredentials(username, password) if generation is V1:
                return accounts.check_password(database, signature.tenant, username, password)
            case _:
                return ""

    def open(
        self,
        connection: Connection,
        generation: Generation,
        signature: Signature,
        digest: str,
        now: datetime,
    ) -> tuple[Caller, str]:
        """Check credentials at sign-in; return the caller and the session that he gets."""
        tenant = signature.tenant
        match signature.credentials:
            case KeyCredentials(username, api_key):
                caller = accounts.caller_with_key(
                    connection, tenant, username, api_key, generation.name
                )
                if generation is not V1:
                    # v3 has no sessions: the key itself comes with every event.
                    return caller, uuid.uuid4().hex
                return caller, self._sessions.open(connection, caller, KEY_SESSION, now)
            case PasswordCredentials(username) if generation is V1:
                caller = accounts.caller_with_password(connection, tenant, username, digest)
                return caller, self._sessions.open(connection, caller, PASSWORD_SESSION, now)
            case SessionCredentials(username, key) if generation is V1:
                # The key goes on as it is: signing in with it must not make it live longer.
                session = self._sessions.find(connection, tenant, username, key, now)
                return session.caller, key
            case _:
                raise Refusal(WRONG_CREDENTIALS)

    def identify(
        self, connection: Connection, generation: Generation, signature: Signature, now: datetime
    ) -> Session:
        """Find out whose event this is."""
        match signature.credentials:
            case SessionCredentials(username, key) if generation is V1:
                return self._sessions.find(connection, signature.tenant, username, key, now)
            case KeyCredentials(username, api_key) if generation is not V1:
                caller = accounts.caller_with_key(
                    connection, signature.tenant, username, api_key, generation.name
                )
                return Session(caller, needs_touch=False)
            case _:
                raise Refusal("not signed in: these credentials are not for events")

    def work(self, generation: Generation, event: Event, verb: str) -> Work | None:
        """Find an operation that is about the caller's credentials, not about entities."""
        uri = event.uri.casefold().strip("/")
        if uri == "user/api_key":
            require_verb(event, verb, "GET")
            return Work(writes=False, run=_refuse_api_key)
        if uri == "user/generate_session_key" and generation is V1:
            require_verb(event, verb, "POST")
            return Work(
                writes=True,
                run=lambda call: self._generate_session_key(call, event),
                is_whole_answer=True,
                is_secret=True,
            )
        return None

    def _generate_session_key(self, call: Call, event: Event) -> dict[str, Any]:
        # The query is a bare user name here, not an expression.
        if (event.query or "").casefold() != call.caller.user_code.casefold():
            raise Refusal("session keys are made for yourself only")
        data = dict(payload(event.data or {}))
        lifetime = data.pop("lifetime", None)
        if data:
            raise Refusal(f"{event.uri} takes lifetime; not {', '.join(data)}")
        if isinstance(lifetime, bool) or not isinstance(lifetime, (int, float, type(None))):
            raise Refusal("lifetime is a number of seconds")
        key = self._sessions.generate(call.connection, call.caller, call.now, lifetime)
        log(call, "user", call.caller.user_id, "info", "session key made")
        return {"session_key": key}


def _refuse_api_key(_call: Call) -> Any:
    raise Refusal(NO_API_KEY)
