"""Who is calling: API keys, passwords, v1.0 session keys, and how long each is good for.

v3 shows its API key with every call. v1.0 trades an API key, a password or a session key for a
session key, which expires: after a fixed time when it came from a password, after a time without
use when it came from an API key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    delete,
    insert,
    select,
    update,
)

from accsyn_orm.server.access.digests import (
    NOBODY_KEY,
    NOBODY_PASSWORD,
    key_digest,
    new_key,
    password_digest,
    password_matches,
    same_digest,
)
from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import wire_time
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.records import to_columns
from accsyn_orm.server.storage.tables import (
    USERS,
    WORKSPACES,
    Generation,
    Scope,
    api_keys,
    passwords,
    sessions,
)

WRONG_CREDENTIALS = "sign-in refused: workspace, user or key is wrong, or the user is disabled"
EXPIRED = "the session has expired: sign in again"

PASSWORD_SESSION = "password"  # noqa: S105  # the kind of a session, not a password
KEY_SESSION = "api_key"
GENERATED_SESSION = "key"

MAX_GENERATED_SECONDS = 30 * 24 * 3600
_REMEMBER_EXPIRED = timedelta(days=1)


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


class Accounts:
    """Checks credentials, and makes them.

    Args:
        lifetimes: how long v1.0 sessions live.
    """

    def __init__(self, lifetimes: Lifetimes) -> None:
        self._lifetimes = lifetimes

    # -- checking ------------------------------------------------------------------------------

    def caller_with_key(
        self,
        connection: Connection,
        workspace: str,
        username: str,
        key: str,
        generation: Generation,
    ) -> Caller:
        """Find the user whose API key this is.

        Raises:
            Refusal: workspace, user or key is wrong, or the user is disabled; it does not say
                which.
        """
        presented = key_digest(key)
        found = {**_names(workspace, username), "presented": presented}
        row = connection.execute(_WITH_KEY, found).first()
        if not same_digest(presented, row.digest if row else NOBODY_KEY) or row is None:
            raise Refusal(WRONG_CREDENTIALS)
        return _caller(row, generation)

    @behaviour(INFERRED, "sign-in", "wrong user and wrong secret are answered alike")
    def check_password(
        self, database: Database, workspace: str, username: str, password: str
    ) -> str:
        """Check the password of a user; return the digest that it has.

        Outside of any transaction: checking takes its time, and everybody else would wait.

        Raises:
            Refusal: workspace, user or password is wrong, or the user is disabled; it does not say
                which.
        """
        with database.reading() as connection:
            row = connection.execute(_WITH_PASSWORD, _names(workspace, username)).first()
        digest: str = row.digest if row else NOBODY_PASSWORD
        if not password_matches(password, digest):
            raise Refusal(WRONG_CREDENTIALS)
        return digest

    def caller_with_password(
        self, connection: Connection, workspace: str, username: str, digest: str
    ) -> Caller:
        """Find the user whose checked password has this digest.

        Raises:
            Refusal: the user has been disabled, or has another password now.
        """
        row = connection.execute(_WITH_PASSWORD, _names(workspace, username)).first()
        if row is None or not same_digest(digest, row.digest):
            raise Refusal(WRONG_CREDENTIALS)
        return _caller(row, "v1")

    @behaviour(DOCUMENTED, "sign-in", "a password session ends after ten hours")
    @behaviour(DOCUMENTED, "sign-in", "a session made with an api key lives by being used")
    def session(
        self, connection: Connection, workspace: str, username: str, key: str, now: datetime
    ) -> Session:
        """Find the session whose key this is.

        Raises:
            Refusal: there is none, or it has expired (which the refusal then says).
        """
        presented = key_digest(key)
        found = {**_names(workspace, username), "presented": presented}
        row = connection.execute(_WITH_SESSION, found).first()
        if not same_digest(presented, row.digest if row else NOBODY_KEY) or row is None:
            raise Refusal("not signed in: the session key is wrong, or the user was signed out")
        remaining = (_moment(row.expires) - now).total_seconds()
        if remaining <= 0:
            raise Refusal(EXPIRED, session_expired=True)
        # Putting the end off at every call would turn each reading into a writing.
        is_used_up = remaining < self._lifetimes.idle * 0.95
        return Session(_caller(row, "v1"), row.kind == KEY_SESSION and is_used_up)

    # -- making --------------------------------------------------------------------------------

    def open_session(self, connection: Connection, caller: Caller, kind: str, now: datetime) -> str:
        """Open a v1.0 session after sign-in with a password or an API key; return its key."""
        by_password = kind == PASSWORD_SESSION
        seconds = self._lifetimes.password if by_password else self._lifetimes.idle
        forgotten = _stored(now - _REMEMBER_EXPIRED)
        connection.execute(delete(sessions).where(sessions.c.expires < forgotten))
        return self._insert_session(connection, caller, kind, now, seconds)

    @behaviour(
        DOCUMENTED,
        "sign-in",
        "session keys are for oneself, and last an hour",
    )
    def generate_session_key(
        self, connection: Connection, caller: Caller, now: datetime, lifetime: float | None
    ) -> str:
        """Make a session key that the caller can hand to a program of his own.

        Raises:
            Refusal: the lifetime is not positive, or longer than 30 days.
        """
        seconds = self._lifetimes.generated if lifetime is None else lifetime
        if not 0 < seconds <= MAX_GENERATED_SECONDS:
            raise Refusal(f"lifetime is between 0 and {MAX_GENERATED_SECONDS} seconds")
        return self._insert_session(connection, caller, GENERATED_SESSION, now, seconds)

    def touch(self, connection: Connection, key: str, now: datetime) -> None:
        """Put off the end of a session that lives by being used."""
        expires = _stored(now + timedelta(seconds=self._lifetimes.idle))
        connection.execute(
            update(sessions).where(sessions.c.digest == key_digest(key)).values(expires=expires)
        )

    @behaviour(CLIENT_SOURCE, "sign-in", "a renewed session replaces the expired one")
    def replace_session(self, connection: Connection, caller: Caller, key: str) -> None:
        """Forget an expired session of the caller, which a new one takes the place of."""
        connection.execute(
            delete(sessions).where(
                sessions.c.digest == key_digest(key), sessions.c.user == caller.user_id
            )
        )

    @behaviour(DOCUMENTED, "sign-in", "a user has one api key: a new one replaces it")
    def new_api_key(self, connection: Connection, workspace: str, user: str, now: datetime) -> str:
        """Make an API key; a user has one, so the one before is no longer good."""
        key = new_key()
        connection.execute(delete(api_keys).where(api_keys.c.user == user))
        connection.execute(
            insert(api_keys).values(
                digest=key_digest(key), workspace=workspace, user=user, created=wire_time(now)
            )
        )
        return key

    def set_password(
        self, connection: Connection, workspace: str, user: str, password: str, now: datetime
    ) -> None:
        """Give a user a password, in place of the one before."""
        connection.execute(delete(passwords).where(passwords.c.user == user))
        connection.execute(
            insert(passwords).values(
                digest=password_digest(password),
                workspace=workspace,
                user=user,
                created=wire_time(now),
            )
        )

    def note_sign_in(self, connection: Connection, caller: Caller, now: datetime) -> None:
        """Remember when the user signed in last."""
        values = to_columns(USERS, {"logged_in": wire_time(now), "phase": "joined"})
        connection.execute(
            update(USERS.table).where(USERS.table.c.id == caller.user_id).values(**values)
        )

    def _insert_session(
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


def revoke_everything(connection: Connection, user: str) -> None:
    """Take sessions, API key and password away from a user."""
    for table in (sessions, api_keys, passwords):
        connection.execute(delete(table).where(table.c.user == user))


def _accounts_with(credentials: Table, *columns: Column[Any]) -> Select[Any]:
    """Select users who can sign in, with what they have of one kind of credentials."""
    users, workspaces = USERS.table.c, WORKSPACES.table.c
    account: list[ColumnElement[Any]] = [
        workspaces.id.label("workspace_id"),
        workspaces.code.label("workspace_code"),
        users.id.label("user_id"),
        users.code.label("user_code"),
        users.role.label("role"),
    ]
    return (
        select(*account, *columns)
        .select_from(USERS.table)
        .join(WORKSPACES.table, workspaces.id == users.workspace)
        .join(credentials, credentials.c.user == users.id)
        .where(
            workspaces.code__folded == bindparam("tenant"),
            users.code__folded == bindparam("user_code"),
            users.scope == Scope.ACTIVE.value,
            users.status == "enabled",
        )
    )


_WITH_KEY = _accounts_with(api_keys, api_keys.c.digest).where(
    api_keys.c.digest == bindparam("presented")
)
_WITH_PASSWORD = _accounts_with(passwords, passwords.c.digest)
_WITH_SESSION = _accounts_with(
    sessions, sessions.c.digest, sessions.c.expires, sessions.c.kind
).where(sessions.c.digest == bindparam("presented"))


def _names(workspace: str, username: str) -> dict[str, str]:
    return {"tenant": workspace.casefold(), "user_code": username.casefold()}


def _caller(row: Row[Any], generation: Generation) -> Caller:
    return Caller(
        workspace=row.workspace_id,
        workspace_code=row.workspace_code,
        user_id=row.user_id,
        user_code=row.user_code,
        role=Role(row.role),
        generation=generation,
    )


def _stored(moment: datetime) -> str:
    # With fractions: tests use lifetimes below a second. Fixed width, so that text order is time
    # order.
    return moment.astimezone(timezone.utc).isoformat(timespec="microseconds")


def _moment(stored: str) -> datetime:
    return datetime.fromisoformat(stored)
