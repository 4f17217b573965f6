"""A workspace without HTTP: what rules and roles do is looked at behind the wire."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from accsyn_orm.server.access import accounts
from accsyn_orm.server.access.rights import Caller
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.access.sessions import Lifetimes
from accsyn_orm.server.clock import ManualClock
from accsyn_orm.server.context import Call
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.rules.clients import insert_client
from accsyn_orm.server.rules.jobs import insert_job
from accsyn_orm.server.rules.sites import find_site
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.seeds.machines import app_code
from accsyn_orm.server.seeds.plant import plant
from accsyn_orm.server.service import Service
from accsyn_orm.server.sign_in import Signature
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.store import insert_row, insert_rows
from accsyn_orm.server.storage.tables import (
    ACLS,
    CLIENT_TYPES,
    CLIENTS,
    TASKS,
    USERS,
    Generation,
)
from accsyn_orm.wire.credentials import KeyCredentials, SessionCredentials
from accsyn_orm.wire.events import Event
from accsyn_orm.wire.versions import GENERATIONS

START = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)
CODE = "acmefilm"


@dataclass
class Client:
    """Sends events as one user in one generation."""

    service: Service
    signature: Signature
    protocol: str
    username: str
    user_id: str

    @property
    def computer(self) -> str:
        """The id of the user's desktop app."""
        return stable_id("client", app_code(self.username))

    def call(
        self,
        verb: str,
        uri: str,
        data: Any = None,
        query: str | None = None,
        ident: str | None = None,
        *,
        eid: str | None = None,
    ) -> Any:
        event = Event(
            uri, CODE, str(uuid.uuid4()) if eid is None else eid, "session", self.username,
            "2026-03-01T12:00:00", "host", data, query, ident,
        )  # fmt: skip
        generation = GENERATIONS[self.protocol]
        answer = self.service.handle(generation, self.signature, event, verb)
        return answer.get("result", answer)

    def find(self, kind: str, query: str | None = None, **data: Any) -> list[dict[str, Any]]:
        return self.call("GET", f"{kind}/find", data, query)

    def get(self, kind: str, ident: str) -> dict[str, Any] | None:
        return next(iter(self.call("GET", f"{kind}/find", {}, ident=ident)), None)

    def create(self, kind: str, data: Any, parent: str | None = None) -> dict[str, Any]:
        return self.create_all(kind, data, parent)[0]

    def create_all(self, kind: str, data: Any, parent: str | None = None) -> list[dict[str, Any]]:
        if self.protocol == "v1":
            return self.call("POST", f"{kind}/create", data, query=parent)
        return self.call("POST", f"{kind}/create", data, ident=parent)

    def edit(self, kind: str, ident: str, **data: Any) -> dict[str, Any]:
        return self.call("PUT", f"{kind}/edit", data, ident=ident)[0]

    def delete(self, kind: str, ident: str, data: Any = None) -> Any:
        return self.call("DELETE", f"{kind}/delete", data, ident=ident)


@dataclass
class Studio:
    """A workspace without a server, and clients of it."""

    database: Database
    service: Service
    clock: ManualClock
    roots: Roots
    keys: dict[str, str] = field(default_factory=dict)

    def share_projects(self, user: str, path: str = "/", *rights: str) -> None:
        """Give a user an ACL for the default volume, to read and write unless rights are named."""
        with self.acting(user) as call:
            acl = {
                "entity": f"user:{call.caller.user_id}",
                "target": f"share:{stable_id('share', 'projects')}",
                "path": path,
                "read": not rights or "read" in rights,
                "write": not rights or "write" in rights,
            }
            insert_row(call, ACLS, acl)

    def client(self, user: str, protocol: str = "v3") -> Client:
        """Make a client for ``admin``, ``employee``, ``standard`` or an e-mail."""
        code = user if "@" in user else f"{user}@acmefilm.com"
        with self.database.writing() as connection:
            found = connection.execute(
                select(USERS.table.c.id, USERS.table.c.workspace).where(
                    USERS.table.c.code == code, USERS.table.c.scope == "active"
                )
            ).one()
            if code not in self.keys:
                self.keys[code] = accounts.new_api_key(
                    connection, found.workspace, found.id, self.clock()
                )
        key = self.keys[code]
        if protocol == "v3":
            signature = Signature(KeyCredentials(code, key), CODE)
        else:
            signed = Signature(KeyCredentials(code, key, CODE), CODE)
            login = self.service.sign_in(GENERATIONS["v1"], signed, {"session": "s"})
            signature = Signature(SessionCredentials(code, login["session_key"], CODE), CODE)
        return Client(self.service, signature, protocol, code, found.id)

    @contextlib.contextmanager
    def acting(self, user: str, protocol: Generation = "v3") -> Iterator[Call]:
        """Open an operation of ``admin``, ``employee``, ``standard`` or an e-mail."""
        code = user if "@" in user else f"{user}@acmefilm.com"
        with self.database.writing() as connection:
            users = USERS.table.c
            found = connection.execute(
                select(users.workspace, users.id, users.role).where(users.code == code)
            ).one()
            caller = Caller(found.workspace, CODE, found.id, code, Role(found.role), protocol)
            yield Call(connection, caller, self.clock(), self.roots)


def _studio(seed: str, base: Path, database: Database) -> Studio:
    clock = ManualClock(START)
    roots = Roots(base)
    plant(database, seed, clock=clock, roots=roots)
    service = Service(database, clock=clock, lifetimes=Lifetimes(), roots=roots)
    return Studio(database, service, clock, roots)


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """Make a client from a service and a signature."""

    def make(service: Service, signature: Signature, protocol: str = "v3") -> Client:
        return Client(service, signature, protocol, signature.credentials.username, "")

    return make


@pytest.fixture
def studio(tmp_path: Path, empty_database: Database) -> Studio:
    """Give a workspace with one user of each role, on each kind of database."""
    return _studio("empty", tmp_path, empty_database)


@pytest.fixture
def shared(studio: Studio) -> None:
    """Let everybody use the default volume."""
    for user in ("employee", "standard"):
        studio.share_projects(user)


@pytest.fixture
def demo(tmp_path: Path, empty_database: Database) -> Studio:
    """Give the demo workspace, on each kind of database."""
    return _studio("demo", tmp_path, empty_database)


@pytest.fixture
def furnished(demo: Studio) -> Studio:
    """Give the demo workspace, with something of every entity type."""
    john = demo.client("john@user.com")
    john.create("collection", {"name": "Dailies", "files": ["volume=projects/show"]})
    john.create("stream", {"name": "Rushes", "recipients": ["lisa@example.com"]})
    john.create(
        "compute", {"engine": "nuke-13", "input": "volume=projects/show/comp.nk", "range": "1-3"}
    )
    app = next(client for client in john.find("client") if client["type_hr"] == "app")
    with demo.database.writing() as connection:
        chosen = update(CLIENTS.table).where(CLIENTS.table.c.id == app["id"])
        connection.execute(chosen.values(type=CLIENT_TYPES["browser"]))
    return demo


@pytest.fixture
def admin(studio: Studio) -> Client:
    return studio.client("admin")


@pytest.fixture
def employee(studio: Studio) -> Client:
    return studio.client("employee")


@pytest.fixture
def standard(studio: Studio) -> Client:
    return studio.client("standard")


@pytest.fixture
def admin_v1(studio: Studio) -> Client:
    return studio.client("admin", "v1")


@pytest.fixture
def job_using(studio: Studio) -> Callable[..., str]:
    """Make a waiting job of the admin that moves files of shares; return its id."""

    def make(*idents: str) -> str:
        with studio.acting("admin") as call:
            hq = f"workspace:{call.caller.workspace}"
            job = insert_job(call, {"name": "a.mov", "source": hq, "destination": hq})
            ends = [{"path": f"{number}.mov", "s": ident} for number, ident in enumerate(idents)]
            common = {"job": job, "status": "queued", "metadata": {}, "destination": {"path": "x"}}
            rows = {
                str(uuid.uuid4()): {"uri": str(number), "source": end, **common}
                for number, end in enumerate(ends)
            }
            insert_rows(call, TASKS, rows)
        return job

    return make


@pytest.fixture
def new_server(studio: Studio) -> Callable[..., str]:
    """Make a server, by default online at the main site and the admin's; return its id."""

    def make(code: str, *, owner: str = "admin", site: str | None = "hq", **values: Any) -> str:
        with studio.acting(owner) as call:
            own = {"code": code, "type_hr": "server", "user": call.caller.user_id}
            place = {"site": site and find_site(call, site)["id"]}
            return insert_client(call, {**own, **place, **values})

    return make


@pytest.fixture
def download() -> Callable[..., dict[str, Any]]:
    """Make the payload of a job that the caller downloads."""

    def make(*paths: str, **more: Any) -> dict[str, Any]:
        names = paths or ("a.mov",)
        tasks = [
            {"source": f"share=projects/{name}", "destination": f"/in/{name}"} for name in names
        ]
        return {"tasks": tasks, **more}

    return make


class Seconds:
    """A clock that counts seconds, and stands still until ``now`` is set."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()
