"""A workspace that listens on an address, put together: database, seed, certificate, listener.

It runs in threads of this process; `runner` keeps a process for it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import math
import shutil
import tempfile
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from typing import cast

from typing_extensions import Self

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.server.access.roles import Role
from accsyn_orm.server.access.sessions import Lifetimes
from accsyn_orm.server.clock import Clock, system_clock
from accsyn_orm.server.context import Integration, PublishHook
from accsyn_orm.server.disk.roots import Roots
from accsyn_orm.server.engine.engine import Engine
from accsyn_orm.server.engine.pacing import run
from accsyn_orm.server.engine.thread import EngineThread
from accsyn_orm.server.http.app import make_app
from accsyn_orm.server.http.authority import Authority
from accsyn_orm.server.http.dated import Dated
from accsyn_orm.server.http.faults import Application, FaultSwitch
from accsyn_orm.server.http.limits import ACCSYN_RATE, Limits
from accsyn_orm.server.http.listener import Listener
from accsyn_orm.server.http.rates import RateLimit
from accsyn_orm.server.refusals import Unwritable
from accsyn_orm.server.seeds.plant import SEEDS, plant
from accsyn_orm.server.service import Credentials, Service
from accsyn_orm.server.storage.database import Database
from accsyn_orm.server.storage.private import private_directory, write_private

LOCALHOST = "127.0.0.1"


class Workspace:
    """An accsyn-compatible workspace that listens on an address.

    Args:
        host: address to listen on.
        port: port; 0 picks a free one.
        data: directory that keeps everything; ``None`` keeps it in memory.
        seed: what a workspace that does not exist yet starts with.
        tls: serve HTTPS, with a certificate of the workspace's own authority.
        database: SQLAlchemy URL, instead of SQLite in the data directory.
        clock: tells the time.
        lifetimes: how long v1 sessions live.
        insecure_public_http: allow an address that others can reach without TLS.
        transfers: run the transfers that are submitted, in a thread, while it listens.
        bandwidth: MB/s that all transfers have together; ``None`` without a limit.
        local_root: directory that stands for ``/`` on the computers of users; ``None`` gives each
            computer a directory of its own.
        integrations: what answers calls to integrations, by name.
        publish_hook: what decides about publishing.
        limits: what is granted to each client; by default `Limits`, with accsyn's rate limit where
            others can reach the address.

    Attributes:
        switch: makes calls fail, for tests.

    Raises:
        ConfigurationError: an argument is wrong, or the address cannot be bound.
    """

    def __init__(
        self,
        *,
        host: str = LOCALHOST,
        port: int = 0,
        data: Path | None = None,
        seed: str = "demo",
        tls: bool = False,
        database: str | None = None,
        clock: Clock = system_clock,
        lifetimes: Lifetimes | None = None,
        insecure_public_http: bool = False,
        transfers: bool = False,
        bandwidth: float | None = None,
        local_root: Path | None = None,
        integrations: Mapping[str, Integration] | None = None,
        publish_hook: PublishHook | None = None,
        limits: Limits | None = None,
    ) -> None:
        if seed not in SEEDS:
            raise ConfigurationError("seed", f"{seed!r} is none of {', '.join(SEEDS)}")
        if not (tls or insecure_public_http or _is_loopback(host)):
            raise ConfigurationError(
                "host",
                f"{host} can be reached by others, and keys would travel in clear text",
                hint="serve with TLS, or say insecure_public_http",
            )
        limits = limits or default_limits(host)
        if bandwidth is not None and not 0 < bandwidth < math.inf:
            raise ConfigurationError("bandwidth", f"{bandwidth} MB/s moves nothing")
        if local_root is not None and not local_root.is_dir():
            raise ConfigurationError("local_root", f"{local_root} is no directory")
        self._cleanup = contextlib.ExitStack()
        with self._cleanup:
            directory = private_directory(data) if data else None
            opened = _open_database(directory, database)
            self._cleanup.callback(opened.close)
            opened.create_tables()
            context = None
            self.ca_bundle: Path | None = None
            if tls:
                # Of several processes that start at once in one directory, one makes the authority.
                with _started(), opened.writing():
                    authority = Authority(directory or self._temporary_directory())
                self.ca_bundle = authority.ca_bundle
                context = authority.server_context(host)
            roots = Roots(
                directory or self._temporary_directory(),
                local_root,
                # Files on somebody's own disk are meant to stay.
                is_temporary=directory is None and local_root is None,
            )
            self.service = Service(
                opened,
                clock=clock,
                lifetimes=lifetimes or Lifetimes(),
                roots=roots,
                integrations=integrations,
                publish_hook=publish_hook,
            )
            with _started():
                self.code = plant(opened, seed, clock=clock, roots=roots)
            self._clock = clock
            self._engine = Engine(opened, roots, bandwidth=bandwidth)
            self._cleanup.callback(self._engine.close)
            self._thread = EngineThread(self._engine, clock) if transfers else None
            if self._thread:
                self._cleanup.callback(self._thread.stop)
            app = Dated(cast("Application", make_app(self.service)), clock)
            self.switch = FaultSwitch(RateLimit(app, limits.rate) if limits.rate else app)
            self._listener = Listener(self.switch, host, port, context=context, limits=limits)
            self._cleanup.callback(self._listener.stop)
            # Nothing failed: keep it all open until stop().
            self._cleanup = self._cleanup.pop_all()

    @property
    def url(self) -> str:
        """The base URL, such as ``http://127.0.0.1:8181``."""
        return self._listener.url

    @property
    def is_alive(self) -> bool:
        """Whether it still serves."""
        return self._listener.is_alive

    def start(self) -> Self:
        """Start to listen, and to run transfers."""
        self._listener.start()
        if self._thread:
            self._thread.start()
        return self

    def stop(self) -> None:
        """Stop listening and close everything; a workspace in memory is gone then."""
        self._cleanup.close()

    def new_credentials(self, role: Role) -> Credentials:
        """Make a fresh API key for the seed's user of a role; it replaces the one made before."""
        return self.service.new_credentials(self.code, role)

    def volume(self, code: str) -> Path:
        """Return the directory that a volume is."""
        return self.service.volume(self.code, code)

    def computer(self, username: str) -> Path:
        """Return the directory that stands for ``/`` on a user's computer."""
        return self.service.computer(self.code, username)

    def run_transfers(self, *, seconds: float | None = None) -> None:
        """Run transfers until nothing is left that happens by itself, or so long by the clock."""
        run(self._engine, self._clock, seconds=seconds)

    def connect(self, client: str, *, connected: bool) -> None:
        """Start or stop accsyn's software on a machine, given its host name."""
        self.service.connect(self.code, client, connected=connected)

    def write_environment(
        self, directory: Path, credentials_of: Callable[[Role], Credentials] | None = None
    ) -> None:
        """Leave ``.env.admin``, ``.env.employee`` and ``.env.standard``.

        Only the owner can read the files.

        Args:
            directory: where to; it is made if it is not there.
            credentials_of: gives what is written for a role; by default fresh keys.
        """
        private_directory(directory)
        for role in Role:
            credentials = (credentials_of or self.new_credentials)(role)
            lines = {
                "ACCSYN_WORKSPACE": credentials.workspace,
                "ACCSYN_API_USER": credentials.username,
                "ACCSYN_API_KEY": credentials.api_key,
                "ACCSYN_URL": self.url,
            }
            if self.ca_bundle:
                lines["ACCSYN_CA_BUNDLE"] = str(self.ca_bundle.resolve())
            content = "".join(f"{name}={value}\n" for name, value in lines.items())
            write_private(directory / f".env.{role.value}", content.encode())

    def _temporary_directory(self) -> Path:
        path = Path(tempfile.mkdtemp(prefix="accsyn_orm-"))
        self._cleanup.callback(shutil.rmtree, path, ignore_errors=True)
        return path


def default_limits(
    host: str, *, connections: int | None = None, is_rated: bool | None = None
) -> Limits:
    """Choose the limits for an address.

    Args:
        host: the address that is listened on.
        connections: open connections from one address; 0 for any number, ``None`` for 100.
        is_rated: whether accsyn's rate limit holds; by default where others can reach the address.
    """
    rate = ACCSYN_RATE if (not _is_loopback(host) if is_rated is None else is_rated) else None
    return Limits(rate=rate) if connections is None else Limits(connections, rate)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextlib.contextmanager
def _started() -> Generator[None, None, None]:
    """Say of a database that cannot be written that it is none to start with."""
    try:
        yield
    except Unwritable as error:
        raise ConfigurationError("database", str(error)) from error


def _open_database(directory: Path | None, url: str | None) -> Database:
    if url:
        return Database(url)
    return Database.in_directory(directory) if directory else Database()
