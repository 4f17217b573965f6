"""The workspace behind the wire: discovery, sign-in and events, in and out as decoded payloads.

It knows nothing about HTTP. Every method may be called from any thread.
"""

from __future__ import annotations

import contextlib
import dataclasses
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from accsyn_orm.server.access import accounts
from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.access.sessions import Lifetimes, Sessions
from accsyn_orm.server.clock import Clock
from accsyn_orm.server.context import Call, Integration, PublishHook
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.intake import require_storable
from accsyn_orm.server.operations import plan
from accsyn_orm.server.presence import Presence
from accsyn_orm.server.provenance import CLIENT_SOURCE, DOCUMENTED, behaviour
from accsyn_orm.server.refusals import Refusal, Unwritable, no_such
from accsyn_orm.server.repetitions import Memory, answer_once
from accsyn_orm.server.rules.clients import note_machine
from accsyn_orm.server.sign_in import Signature, SignIn
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.tables import (
    CLIENT_TYPES,
    CLIENTS,
    USERS,
    VOLUMES,
    WORKSPACES,
    Scope,
)
from accsyn_orm.server.transfers.packages import Upkeep
from accsyn_orm.wire.credentials import Credentials as WireCredentials
from accsyn_orm.wire.credentials import SessionCredentials, parse_device
from accsyn_orm.wire.events import Event
from accsyn_orm.wire.sign_in import Endpoint, Login, encode_discovery, encode_login
from accsyn_orm.wire.versions import Generation


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a user of the workspace signs in with.

    Attributes:
        workspace: code of the workspace.
        username: e-mail of the user.
        api_key: API key of the user.
        password: password of the user, for v1.0.
    """

    workspace: str
    username: str
    api_key: str = field(repr=False)
    password: str = field(repr=False)


class Service:
    """One workspace server's answers.

    Args:
        database: where everything is.
        clock: tells the time.
        lifetimes: how long v1.0 sessions live.
        roots: where the disks are.
        integrations: what answers calls to integrations, by name.
        publish_hook: what decides about publishing.
    """

    def __init__(
        self,
        database: Database,
        *,
        clock: Clock,
        lifetimes: Lifetimes,
        roots: Roots,
        integrations: Mapping[str, Integration] | None = None,
        publish_hook: PublishHook | None = None,
    ) -> None:
        self._database = database
        self._clock = clock
        self._roots = roots
        self._sessions = Sessions(lifetimes)
        self._sign_in = SignIn(self._sessions)
        self._presence = Presence(database)
        self._upkeep = Upkeep(database, roots)
        self._memory = Memory(database)
        self._publish_hook = publish_hook
        self._integrations = {name.casefold(): one for name, one in (integrations or {}).items()}

    @behaviour(CLIENT_SOURCE, "discovery", "the answer names this server")
    def discover(
        self, generation: Generation, question: Mapping[str, Any], endpoint: Endpoint
    ) -> dict[str, Any]:
        """Say where a workspace lives: here, if it is one of ours.

        Raises:
            Refusal: it is not.
        """
        require_storable("payload", question)
        named = str(question.get(generation.discovery_key, ""))
        with self._database.reading() as connection:
            codes = connection.scalars(select(WORKSPACES.table.c.code__folded))
            if named.casefold() not in codes.all():
                raise Refusal(f"there is no workspace {named!r} here")
        return encode_discovery(generation, endpoint)

    @behaviour(CLIENT_SOURCE, "sign-in", "the answer names user, role and session")
    @behaviour(DOCUMENTED, "sign-in", "the last sign-in of a user is noted")
    def sign_in(
        self,
        generation: Generation,
        signature: Signature,
        body: Mapping[str, Any],
        *,
        device: str = "",
    ) -> dict[str, Any]:
        """Sign a user in.

        Args:
            generation: protocol generation.
            signature: who it is.
            body: what is sent along.
            device: what the machine says about itself, see `parse_device`.

        Raises:
            Refusal: the credentials are no good.
            PayloadError: they, or the body, hold what no text can.
        """
        _require_storable_signature(signature)
        require_storable("payload", body, device)
        now = self._clock()
        digest = self._sign_in.checked_digest(self._database, generation, signature)
        with self._database.writing() as connection:
            caller, session = self._sign_in.open(connection, generation, signature, digest, now)
            accounts.note_sign_in(connection, caller, now)
            note_machine(Call(connection, caller, now, self._roots), parse_device(device))
            expired = body.get("session_key_reuse")
            if isinstance(expired, str):
                self._sessions.replace(connection, caller, expired)
        login = Login(session, caller.user_id, caller.role.wire(generation.name))
        return encode_login(generation, login)

    def handle(
        self, generation: Generation, signature: Signature, event: Event, verb: str
    ) -> dict[str, Any]:
        """Do what an event asks for; return the members of the answer.

        Raises:
            Refusal: the credentials are no good, or a rule says no.
            QueryError: the query is none, or does not fit the entity type.
            PayloadError: the credentials or the event hold what no text can.
        """
        _require_storable_signature(signature)
        require_storable("event", *_members(event))
        if event.tenant.casefold() != signature.tenant.casefold():
            raise Refusal("the event and the credentials name different workspaces")
        work = self._sign_in.work(generation, event, verb) or plan(generation.name, event, verb)
        now = self._clock()
        # What the workspace does by itself has time until there is room for it; what it is asked
        # for will say so.
        with contextlib.suppress(Unwritable):
            self._presence.keep(now)
            self._upkeep.keep(now)
            self._memory.keep(now)
        opened = self._database.writing() if work.writes else self._database.reading()
        with opened as connection:
            session = self._sign_in.identify(connection, generation, signature, now)
            call = self._call(connection, session.caller, now)
            answer = answer_once(call, event, verb, work) if work.writes else work.run(call)
        if session.needs_touch and isinstance(signature.credentials, SessionCredentials):
            # The work is done: to say anything else now would be wrong.
            with contextlib.suppress(Unwritable), self._database.writing() as connection:
                self._sessions.touch(connection, signature.credentials.session_key, now)
        return answer if work.is_whole_answer else {"result": answer}

    def _call(self, connection: Connection, caller: Caller, now: datetime) -> Call:
        return Call(connection, caller, now, self._roots, self._integrations, self._publish_hook)

    def connect(self, workspace: str, code: str, *, connected: bool) -> None:
        """Start or stop accsyn's software on a machine, given its host name.

        Raises:
            Refusal: there is no such machine.
        """
        self._presence.connect(workspace, code, self._clock(), connected=connected)

    def new_credentials(self, workspace: str, role: Role) -> Credentials:
        """Give the first user of a role a fresh API key and password, in place of those before."""
        users, workspaces, now = USERS.table.c, WORKSPACES.table.c, self._clock()
        with self._database.writing() as connection:
            found = connection.execute(
                select(users.id, users.code, users.workspace)
                .join(WORKSPACES.table, workspaces.id == users.workspace)
                .where(
                    workspaces.code == workspace,
                    users.role == role.value,
                    users.scope == Scope.ACTIVE.value,
                    users.status == "enabled",
                )
                .order_by(users.sequence)
            ).first()
            if found is None:
                raise Refusal(f"the workspace has no enabled user with role {role.value}")
            password = secrets.token_urlsafe(16)
            ident, code, home = found
            key = accounts.new_api_key(connection, home, ident, now)
            accounts.set_password(connection, home, ident, password, now)
        return Credentials(workspace, code, key, password)

    def volume(self, workspace: str, code: str) -> Path:
        """Return the directory that a volume is.

        Raises:
            Refusal: the workspace has no such volume.
        """
        volumes, workspaces = VOLUMES.table.c, WORKSPACES.table.c
        statement = (
            select(volumes.directory)
            .join(WORKSPACES.table, workspaces.id == volumes.workspace)
            .where(
                workspaces.code == workspace,
                volumes.type == VOLUMES.name,
                volumes.code__folded == code.casefold(),
                volumes.scope != Scope.ARCHIVED.value,
            )
        )
        with self._database.reading() as connection:
            directory = connection.scalars(statement).first()
        if directory is None:
            raise no_such(VOLUMES.name, code)
        return self._roots.volume(directory)

    def computer(self, workspace: str, username: str) -> Path:
        """Return the directory that stands for ``/`` on a user's computer.

        Raises:
            Refusal: the user has none.
        """
        clients, users, workspaces = CLIENTS.table.c, USERS.table.c, WORKSPACES.table.c
        statement = (
            select(clients.id)
            .join(USERS.table, users.id == clients.user)
            .join(WORKSPACES.table, workspaces.id == clients.workspace)
            .where(
                workspaces.code == workspace,
                users.code__folded == username.casefold(),
                clients.type == CLIENT_TYPES["app"],
                clients.scope == Scope.ACTIVE.value,
            )
            .order_by(clients.last_checkin.desc(), clients.sequence.desc())
        )
        with self._database.reading() as connection:
            client = connection.scalars(statement).first()
        if client is None:
            raise Refusal(f"{username!r} has no computer: it appears when he first signs in")
        return self._roots.computer(client)


def _require_storable_signature(signature: Signature) -> None:
    require_storable("credentials", signature.tenant, *_members(signature.credentials))


def _members(record: Event | WireCredentials) -> list[Any]:
    # Not asdict(): it copies, and its recursion has an end.
    return [getattr(record, member.name) for member in dataclasses.fields(record)]
