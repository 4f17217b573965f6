"""Who is calling: the accounts of users, their API keys and passwords.

v3 shows its API key with every call. v1.0 trades what is here for a session key, see `sessions`.
"""

from __future__ import annotations

from datetime import datetime
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
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
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


def accounts_with(credentials: Table, *columns: Column[Any]) -> Select[Any]:
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


_WITH_KEY = accounts_with(api_keys, api_keys.c.digest).where(
    api_keys.c.digest == bindparam("presented")
)
_WITH_PASSWORD = accounts_with(passwords, passwords.c.digest)


def caller_with_key(
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
    found = {**names_of(workspace, username), "presented": presented}
    row = connection.execute(_WITH_KEY, found).first()
    if not same_digest(presented, row.digest if row else NOBODY_KEY) or row is None:
        raise Refusal(WRONG_CREDENTIALS)
    return caller_of(row, generation)


@behaviour(INFERRED, "sign-in", "wrong user and wrong secret are answered alike")
def check_password(database: Database, workspace: str, username: str, password: str) -> str:
    """Check the password of a user; return the digest that it has.

    Outside of any transaction: checking takes its time, and everybody else would wait.

    Raises:
        Refusal: workspace, user or password is wrong, or the user is disabled; it does not say
            which.
    """
    with database.reading() as connection:
        row = connection.execute(_WITH_PASSWORD, names_of(workspace, username)).first()
    digest: str = row.digest if row else NOBODY_PASSWORD
    if not password_matches(password, digest):
        raise Refusal(WRONG_CREDENTIALS)
    return digest


def caller_with_password(
    connection: Connection, workspace: str, username: str, digest: str
) -> Caller:
    """Find the user whose checked password has this digest.

    Raises:
        Refusal: the user has been disabled, or has another password now.
    """
    row = connection.execute(_WITH_PASSWORD, names_of(workspace, username)).first()
    if row is None or not same_digest(digest, row.digest):
        raise Refusal(WRONG_CREDENTIALS)
    return caller_of(row, "v1")


@behaviour(DOCUMENTED, "sign-in", "a user has one api key: a new one replaces it")
def new_api_key(connection: Connection, workspace: str, user: str, now: datetime) -> str:
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
    connection: Connection, workspace: str, user: str, password: str, now: datetime
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


def note_sign_in(connection: Connection, caller: Caller, now: datetime) -> None:
    """Remember when the user signed in last."""
    values = to_columns(USERS, {"logged_in": wire_time(now), "phase": "joined"})
    connection.execute(
        update(USERS.table).where(USERS.table.c.id == caller.user_id).values(**values)
    )


def revoke_everything(connection: Connection, user: str) -> None:
    """Take sessions, API key and password away from a user."""
    for table in (sessions, api_keys, passwords):
        connection.execute(delete(table).where(table.c.user == user))


def names_of(workspace: str, username: str) -> dict[str, str]:
    """Return what a user is looked up by: letter case does not count."""
    return {"tenant": workspace.casefold(), "user_code": username.casefold()}


def caller_of(row: Row[Any], generation: Generation) -> Caller:
    """Make the caller of a row of `accounts_with`."""
    return Caller(
        workspace=row.workspace_id,
        workspace_code=row.workspace_code,
        user_id=row.user_id,
        user_code=row.user_code,
        role=Role(row.role),
        generation=generation,
    )
