"""Session keys of v1.0, and how long each is good for.

An API key, a password or a session key is traded for a session key, which expires: after a fixed
time when it came from a password, after a time without use when it came from an API key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from sqlalchemy import Connection, bindparam, delete, insert, update

from accsyn_orm.server.access.accounts import accounts_with, caller_of, names_of
from accsyn_orm.server.access.digests import NOBODY_KEY, key_digest, new_key, same_digest
from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.tables import sessions

EXPIRED = "the session has expired: sign in again"

PASSWORD_SESSION = "password"  # noqa: S105  # the kind of a session, not a password
KEY_SESSION = "api_key"
GENERATED_SESSION = "key"

MAX_GENERATED_SECONDS = 30 * 24 * 3600
_REMEMBER_EXPIRED = timedelta(days=1)

_WITH_SESSION = accounts_with(
    sessions, sessions.c.digest, sessions.c.expires, sessions.c.kind
).where(sessions.c.digest == bindparam("presented"))


@dataclass(frozen=True, slots=True)
class Lifetimes:
    """How long v1.0 sessions live, in seconds.

    Attributes:
        password: from sign-in with a password; documented as 10 hours.
        idle: without a call, after sign-in with an API key; documented as 30 days.
        generated: of a generated session key, when its maker does not say; documented as 1 hour.
    """

    password: float = 36_000
    idle: float = 30 * 24 * 3600
    generated: float = 3_600


@dataclass(frozen=True, slots=True)
class Session:
    """A v1.0 session that is good.

    Attributes:
        caller: whose it is.
        needs_touch: it lives by being used, and its end should be put off now.
    """

    caller: Caller
    needs_touch: bool


class Sessions:
    """Opens sessions, and finds them again.

    Args:
        lifetimes: how long they live.
    """

    def __init__(self, lifetimes: Lifetimes) -> None:
        self._lifetimes = lifetimes

    @behaviour(DOCUMENTED, "sign-in", "a password session ends after ten hours")
    @behaviour(DOCUMENTED, "sign-in", "a session made with an api key lives by being used")
    def find(
        self, connection: Connection, workspace: str, username: str, key: str, now: datetime
    ) -> Session:
        """Find the session whose key this is.

        Raises:
            Refusal: there is none, or it has expired (which the refusal then says).
        """
        presented = key_digest(key)
        found = {**names_of(workspace, username), "presented": presented}
        row = connection.execute(_WITH_SESSION, found).first()
        if not same_digest(presented, row.digest if row else NOBODY_KEY) or row is None:
            raise Refusal("not signed in: the session key is wrong, or the user was signed out")
        remaining = (_moment(row.expires) - now).total_seconds()
        if remaining <= 0:
            raise Refusal(EXPIRED, session_expired=True)
        # Putting the end off at every call would turn each reading into a writing.
        is_used_up = remaining < self._lifetimes.idle * 0.95
        return Session(caller_of(row, "v1"), row.kind == KEY_SESSION and is_used_up)

    def open(self, connection: Connection, caller: Caller, kind: str, now: datetime) -> str:
        """Open a v1.0 session after sign-in with a password or an API key; return its key."""
        by_password = kind == PASSWORD_SESSION
        seconds = self._lifetimes.password if by_password else self._lifetimes.idle
        forgotten = _stored(now - _REMEMBER_EXPIRED)
        connection.execute(delete(sessions).where(sessions.c.expires < forgotten))
        return self._insert(connection, caller, kind, now, seconds)

    @behaviour(DOCUMENTED, "sign-in", "session keys are for oneself, and last an hour")
    def generate(
        self, connection: Connection, caller: Caller, now: datetime, lifetime: float | None
    ) -> str:
        """Make a session key that the caller can hand to a program of his own.

        Raises:
            Refusal: the lifetime is not positive, or longer than 30 days.
        """
        seconds = self._lifetimes.generated if lifetime is None else lifetime
        if not 0 < seconds <= MAX_GENERATED_SECONDS:
            raise Refusal(f"lifetime is between 0 and {MAX_GENERATED_SECONDS} seconds")
        return self._insert(connection, caller, GENERATED_SESSION, now, seconds)

    def touch(self, connection: Connection, key: str, now: datetime) -> None:
        """Put off the end of a session that lives by being used."""
        expires = _stored(now + timedelta(seconds=self._lifetimes.idle))
        connection.execute(
            update(sessions).where(sessions.c.digest == key_digest(key)).values(expires=expires)
        )

    @behaviour(CLIENT_SOURCE, "sign-in", "a renewed session replaces the expired one")
    def replace(self, connection: Connection, caller: Caller, key: str) -> None:
        """Forget an expired session of the caller, which a new one takes the place of."""
        connection.execute(
            delete(sessions).where(
                sessions.c.digest == key_digest(key), sessions.c.user == caller.user_id
            )
        )

    def _insert(
        self, connection: Connection, caller: Caller, kind: str, now: datetime, seconds: float
    ) -> str:
        key = new_key()
        connection.execute(
            insert(sessions).values(
                digest=key_digest(key),
                kind=kind,
                workspace=caller.workspace,
                user=caller.user_id,
                created=_stored(now),
                expires=_stored(now + timedelta(seconds=seconds)),
            )
        )
        return key


def sign_out(connection: Connection, user: str) -> None:
    """End every session of a user at once."""
    connection.execute(delete(sessions).where(sessions.c.user == user))


def _stored(moment: datetime) -> str:
    # With fractions: tests use lifetimes below a second. Fixed width, so that text order is time
    # order.
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds")


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored)
