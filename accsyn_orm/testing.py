"""An accsyn-compatible workspace for tests: real HTTP on loopback, gone afterwards.

Example:
    >>> from accsyn_orm.testing import EmbeddedWorkspace
    >>> with EmbeddedWorkspace() as workspace:
    ...     with workspace.session() as session:
    ...         session.find_one("Queue WHERE default=true")["code"]
    'medium'
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal

from typing_extensions import Self

from accsyn_orm.errors import ConfigurationError
from accsyn_orm.pacing.hurry import no_waiting

try:
    from accsyn_orm.server.access.roles import Role
    from accsyn_orm.server.access.sessions import Lifetimes
    from accsyn_orm.server.clock import Clock, ManualClock, system_clock
    from accsyn_orm.server.context import Integration, PublishHook
    from accsyn_orm.server.http.faults import Fault, Faults
    from accsyn_orm.server.http.limits import ACCSYN_RATE, Limits
    from accsyn_orm.server.service import Credentials
    from accsyn_orm.server.workspace import Workspace
except ModuleNotFoundError as error:
    needed = f"the embedded workspace needs {error.name}: pip install 'accsyn_orm[server]'"
    raise ModuleNotFoundError(needed, name=error.name) from error

if TYPE_CHECKING:
    from accsyn_orm.session import Session
    from accsyn_orm.session.counting import assert_max_requests

__all__ = [
    "Credentials",
    "EmbeddedWorkspace",
    "Fault",
    "Faults",
    "ManualClock",
    "assert_max_requests",
    "no_waiting",
]

RoleName = Literal["admin", "employee", "standard"]
_DOCUMENTED = Lifetimes()


def __getattr__(name: str) -> Any:
    if name != "assert_max_requests":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    # The server part must be usable without the client part.
    from accsyn_orm.session.counting import assert_max_requests

    return assert_max_requests


class EmbeddedWorkspace:
    """A workspace that listens on a free loopback port while the ``with`` block runs.

    It speaks both protocol generations. Without ``data`` everything is in memory.

    Args:
        seed: ``demo``: a small studio with users, queues and jobs; ``empty``: a user of each role,
            and the built-in queues.
        data: directory that keeps everything for the next one.
        database: SQLAlchemy URL of a database, instead of SQLite in memory or in ``data``; another
            workspace may be at work in it.
        tls: serve HTTPS; ``ca_bundle`` then is the certificate authority to trust.
        clock: tells the time; a `ManualClock` lets a test move it.
        session_lifetime: seconds that a v1.0 session signed in by password lives.
        session_idle: seconds that a v1.0 session signed in by API key lives without a call.
        transfers: run the transfers that are submitted, in a thread; without it they wait for
            `run_transfers`.
        bandwidth: MB/s that all transfers have together; by default, as much as there is.
        local_root: directory that stands for ``/`` on the computers of all users, such as
            ``"/"``; by default each computer has a directory of its own, see `computer`.
        integrations: functions that stand in for integrations, by name: each takes the operation
            and its data and returns what ``Session.integration()`` shall return.
        publish_hook: a function that decides what may be published: it takes the files that were
            given to ``Session.prepublish()`` and returns what that shall return.
        faults: what goes wrong on purpose; ``workspace.faults`` changes it while it runs.
        rate_limit: answer with 429 what comes more often than accsyn takes it: 30 requests a second
            from one address, bursts of 60.
    """

    def __init__(
        self,
        seed: Literal["demo", "empty"] = "demo",
        *,
        data: str | os.PathLike[str] | None = None,
        database: str | None = None,
        tls: bool = False,
        clock: Clock = system_clock,
        session_lifetime: float = _DOCUMENTED.password,
        session_idle: float = _DOCUMENTED.idle,
        transfers: bool = False,
        bandwidth: float | None = None,
        local_root: str | os.PathLike[str] | None = None,
        integrations: Mapping[str, Integration] | None = None,
        publish_hook: PublishHook | None = None,
        faults: Faults | None = None,
        rate_limit: bool = False,
    ) -> None:
        self._seed = seed
        self._data = None if data is None else Path(data)
        self._database = database
        self._tls = tls
        self._clock = clock
        self._lifetimes = Lifetimes(password=session_lifetime, idle=session_idle)
        self._transfers = transfers
        self._bandwidth = bandwidth
        self._local_root = None if local_root is None else Path(local_root)
        self._integrations = integrations
        self._publish_hook = publish_hook
        self._faults = faults
        self._rate_limit = rate_limit
        self._running: Workspace | None = None
        self._credentials: dict[Role, Credentials] = {}

    def __enter__(self) -> Self:
        workspace = Workspace(
            seed=self._seed,
            data=self._data,
            database=self._database,
            tls=self._tls,
            clock=self._clock,
            lifetimes=self._lifetimes,
            transfers=self._transfers,
            bandwidth=self._bandwidth,
            local_root=self._local_root,
            integrations=self._integrations,
            publish_hook=self._publish_hook,
            limits=Limits(rate=ACCSYN_RATE if self._rate_limit else None),
        )
        workspace.switch.faults = self._faults
        self._running = workspace.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        workspace = self._workspace
        self._running = None
        self._credentials.clear()
        workspace.stop()

    @property
    def url(self) -> str:
        """The base URL, such as ``http://127.0.0.1:40123``."""
        return self._workspace.url

    @property
    def ca_bundle(self) -> Path | None:
        """The certificate authority to trust, or ``None`` without TLS."""
        return self._workspace.ca_bundle

    @property
    def faults(self) -> Faults | None:
        """What goes wrong on purpose; ``None`` for nothing."""
        return self._faults

    @faults.setter
    def faults(self, faults: Faults | None) -> None:
        self._faults = faults
        self._workspace.switch.faults = faults

    @property
    def code(self) -> str:
        """Code of the workspace: ``acmefilm``."""
        return self._workspace.code

    def credentials(self, role: RoleName = "admin") -> Credentials:
        """Return what the seed's first user of a role signs in with; the same at every call."""
        wanted = Role(role)
        if wanted not in self._credentials:
            self._credentials[wanted] = self._workspace.new_credentials(wanted)
        return self._credentials[wanted]

    def disconnect(self, client: str) -> None:
        """Stop accsyn's software on a machine: 15 minutes later, by the clock, it is offline.

        Args:
            client: host name of the machine, such as ``hq-server``. Lanes go with their server.

        Raises:
            AccsynError: there is no such machine.
        """
        self._workspace.connect(client, connected=False)

    def connect(self, client: str) -> None:
        """Start accsyn's software on a machine again: it is online at once.

        Args:
            client: host name of the machine.

        Raises:
            AccsynError: there is no such machine.
        """
        self._workspace.connect(client, connected=True)

    def volume(self, code: str) -> Path:
        """Return the directory that a volume is, to put files there or to look at them.

        What is in it is what ``session.ls("volume=…")`` lists.

        Args:
            code: code of the volume; both seeds have ``projects``.

        Raises:
            AccsynError: the workspace has no such volume.

        Example:
            >>> with EmbeddedWorkspace() as workspace, workspace.session() as session:
            ...     _ = (workspace.volume("projects") / "hello.txt").write_text("hello")
            ...     session.getsize("volume=projects/hello.txt")
            5
        """
        return self._workspace.volume(code)

    def computer(self, role: RoleName = "admin") -> Path:
        """Return the directory that stands for ``/`` on the computer of a role's user.

        What a job sends from ``/renders/a.exr`` of his is ``computer(role) / "renders/a.exr"``.

        Args:
            role: whose.
        """
        return self._workspace.computer(self.credentials(role).username)

    def run_transfers(self, *, seconds: float | None = None) -> None:
        """Run the transfers that were submitted, until nothing is left that happens by itself.

        With a `ManualClock` no time passes but on the clock, which moves to when the next job is
        done, and so on; hours of transfers take milliseconds. With any other clock it takes the
        time that it takes.

        Args:
            seconds: run so long, by the clock, instead of until all is done, failed, or waits for
                somebody.

        Example:
            >>> with EmbeddedWorkspace() as workspace, workspace.session() as session:
            ...     _ = (workspace.volume("projects") / "hello.txt").write_text("hello")
            ...     _ = session.create(
            ...         "Transfer", {"source": "volume=projects/hello.txt", "destination": "/in/"}
            ...     )
            ...     workspace.run_transfers()
            ...     (workspace.computer("admin") / "in" / "hello.txt").read_text()
            'hello'
        """
        self._workspace.run_transfers(seconds=seconds)

    def write_environment(self, directory: str | os.PathLike[str]) -> None:
        """Leave ``.env.admin``, ``.env.employee`` and ``.env.standard``, for other programs.

        They hold the keys that `credentials` gives out. Only the owner can read the files.
        """
        self._workspace.write_environment(
            Path(directory), lambda role: self.credentials(role.value)
        )

    def session(self, role: RoleName = "admin", protocol: Literal["v1", "v3"] = "v3") -> Session:
        """Make a session of the seed's first user of a role. Close it, or use it in ``with``."""
        # The server part must be usable without the client part.
        from accsyn_orm.session import Session

        credentials = self.credentials(role)
        return Session(
            workspace=credentials.workspace,
            username=credentials.username,
            api_key=credentials.api_key,
            url=self.url,
            verify=self.ca_bundle,
            protocol=protocol,
        )

    @property
    def _workspace(self) -> Workspace:
        if self._running is None:
            raise ConfigurationError(
                "EmbeddedWorkspace", "is not running", hint="use it in a with statement"
            )
        return self._running
