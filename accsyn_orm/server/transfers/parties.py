"""Who sends and who receives: the parties of a job, and which of them the caller may name."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import RowMapping

from accsyn_orm.server.access.policy import not_permitted
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.context import Call
from accsyn_orm.server.provenance import DOCUMENTED, INFERRED, behaviour
from accsyn_orm.server.refusals import Refusal, no_such
from accsyn_orm.server.storage.projection import MAIN_SITE
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import CLIENT_TYPES, CLIENTS, SITES, USERS, Scope
from accsyn_orm.server.transfers.specs import PartyKind, Spec

RESERVED_SITES = frozenset({"local", "roaming"})
"""Sites that cannot be sent to: one stands for whoever submits, one for all standard users."""

_OF_USERS = frozenset({CLIENT_TYPES["app"], CLIENT_TYPES["userserver"]})
"""Kinds of client that move files for a user."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who has one end of a job.

    Attributes:
        kind: ``user``, ``workspace`` (the server of the main site) or ``site``.
        ident: id of the user, the workspace or the site.
        client: id of the user's computer, or of a server that was named.
    """

    kind: str
    ident: str
    client: str | None = None

    @property
    def reference(self) -> str:
        """The party as jobs carry it."""
        return f"{self.kind}:{self.ident}"

    @property
    def end(self) -> dict[str, str]:
        """What ends of tasks say about it."""
        keys = {} if self.kind == "workspace" else {self.kind: self.ident}
        return keys if self.client is None else {**keys, "client": self.client}


@dataclass(slots=True)
class Parties:
    """Finds parties for one operation; looks everything up once.

    Attributes:
        call: the operation.
    """

    call: Call
    _users: dict[str, str] = field(default_factory=dict[str, str])
    _computers: dict[tuple[str, str | None], str | None] = field(
        default_factory=dict[tuple[str, "str | None"], "str | None"]
    )

    @behaviour(DOCUMENTED, "transfers/parties", "an absolute path alone is on the caller's disk")
    @behaviour(DOCUMENTED, "transfers/parties", "a local path is on a computer of the caller's own")
    @behaviour(DOCUMENTED, "transfers/parties", "hq and the workspace's code are the main site")
    def find(self, spec: Spec) -> Party:
        """Find the party that a source or destination names.

        Raises:
            Refusal: there is none, or the caller may not name it.
        """
        match spec.kind:
            case PartyKind.OMITTED if spec.is_local:
                return self.of_user(self.call.caller.user_id, None)
            case PartyKind.OMITTED | PartyKind.WORKSPACE:
                return self.of_workspace()
            case PartyKind.USER:
                return self._named_user(spec)
            case PartyKind.SITE:
                return self._site(spec)
            case PartyKind.CLIENT:
                return self._client(spec)

    def of_workspace(self) -> Party:
        """Return the main site."""
        return Party("workspace", self.call.caller.workspace)

    @behaviour(DOCUMENTED, "transfers/parties", "a user is his most recently seen computer")
    @behaviour(DOCUMENTED, "transfers/parties", "user@mail@host is that computer of the user")
    def of_user(self, user: str, host: str | None) -> Party:
        """Return a user at his most recently seen computer, or at the one with a host name.

        Raises:
            Refusal: the user has no computer of that name.
        """
        key = user, host
        if key not in self._computers:
            self._computers[key] = self._computer(user, host)
        return Party("user", user, self._computers[key])

    def of_reference(self, reference: str) -> Party:
        """Return the party that a job carries."""
        kind, _, ident = reference.partition(":")
        return self.of_user(ident, None) if kind == "user" else Party(kind, ident)

    def _computer(self, user: str, host: str | None) -> str | None:
        clients = CLIENTS.table.c
        owned = rows_where(
            self.call,
            CLIENTS,
            clients.user == user,
            clients.type.in_(_OF_USERS),
            clients.scope == Scope.ACTIVE.value,
        )
        wanted = [row for row in owned if host is None or row["code__folded"] == host.casefold()]
        if host is not None and not wanted:
            raise Refusal(f"the user has no computer {host!r}")
        latest = max(wanted, key=lambda row: row["last_checkin"] or "", default=None)
        return None if latest is None else str(latest["id"])

    @behaviour(INFERRED, "transfers/parties", "to standard users no other users exist")
    def _named_user(self, spec: Spec) -> Party:
        user, caller = self._user(spec.ident), self.call.caller
        if caller.role is Role.STANDARD and user != caller.user_id:
            raise no_such("user", spec.ident)
        self._require_own(user, spec)
        return self.of_user(user, spec.host)

    def _require_own(self, user: str | None, spec: Spec) -> None:
        caller = self.call.caller
        if user == caller.user_id:
            return
        if spec.is_local:
            raise not_permitted(caller, "name a local path on somebody else's computer")

    def _user(self, named: str) -> str:
        folded = named.casefold()
        if folded not in self._users:
            users = USERS.table.c
            is_named = (users.code__folded == folded) | (users.id == folded)
            rows = rows_where(self.call, USERS, is_named, users.scope == Scope.ACTIVE.value)
            if not rows:
                raise no_such("user", named)
            self._users[folded] = str(rows[0]["id"])
        return self._users[folded]

    @behaviour(DOCUMENTED, "transfers/parties", "site=code is that site, but for the reserved ones")
    @behaviour(INFERRED, "transfers/parties", "to standard users only the main site exists")
    def _site(self, spec: Spec) -> Party:
        if spec.is_placeholder:
            # Nothing will ever move there, so the site does not have to exist.
            return self.of_workspace()
        folded = spec.ident.casefold()
        if folded in RESERVED_SITES:
            raise Refusal(f"the site {folded!r} is reserved: name a user, or another site")
        sites = SITES.table.c
        is_named = (sites.code__folded == folded) | (sites.id == folded)
        rows = rows_where(self.call, SITES, is_named, sites.scope == Scope.ACTIVE.value)
        if not rows or self.call.caller.role is Role.STANDARD:
            raise no_such("site", spec.ident)
        return self._at_site(rows[0], None)

    @behaviour(DOCUMENTED, "transfers/parties", "client=id is that computer, or that server's site")
    def _client(self, spec: Spec) -> Party:
        caller, clients = self.call.caller, CLIENTS.table.c
        rows = rows_where(
            self.call,
            CLIENTS,
            clients.id == spec.ident.casefold(),
            clients.scope == Scope.ACTIVE.value,
        )
        is_hidden = caller.role is Role.STANDARD and any(
            row["user"] != caller.user_id for row in rows
        )
        if not rows or is_hidden:
            raise no_such("client", spec.ident)
        if rows[0]["type"] in _OF_USERS:
            self._require_own(rows[0]["user"], spec)
            return Party("user", rows[0]["user"], rows[0]["id"])
        if rows[0]["type"] != CLIENT_TYPES["server"]:
            raise Refusal(f"the client {spec.ident!r} moves no files: name an app or a server")
        site = rows_where(self.call, SITES, SITES.table.c.id == rows[0]["site"])[0]
        return self._at_site(site, rows[0]["id"])

    def _at_site(self, site: RowMapping, client: str | None) -> Party:
        if site["code__folded"] == MAIN_SITE or site["main"]:
            return Party("workspace", self.call.caller.workspace, client)
        return Party("site", site["id"], client)
