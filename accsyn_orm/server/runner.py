"""Run a workspace in the foreground, until SIGINT or SIGTERM."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Callable, Generator
from pathlib import Path
from types import FrameType

from accsyn_orm.server.storage.private import write_private
from accsyn_orm.server.workspace import LOCALHOST, Workspace, default_limits


def serve(
    *,
    host: str = LOCALHOST,
    port: int = 8181,
    data: Path | None = None,
    seed: str = "demo",
    tls: bool = False,
    database: str | None = None,
    write_env: Path | None = None,
    ready_file: Path | None = None,
    insecure_public_http: bool = False,
    transfers: bool = True,
    bandwidth: float | None = None,
    local_root: Path | None = None,
    connections: int | None = None,
    is_rated: bool | None = None,
) -> None:
    """Run a workspace until SIGINT or SIGTERM.

    Args:
        host: address to listen on.
        port: port; 0 picks a free one.
        data: directory that keeps everything; ``None`` keeps it in memory.
        seed: ``demo`` or ``empty``: what a workspace that does not exist yet starts with.
        tls: serve HTTPS, with a certificate of the workspace's own authority.
        database: SQLAlchemy URL, instead of SQLite in the data directory.
        write_env: directory to leave environment files with fresh keys in.
        ready_file: file that gets the base URL once the workspace listens.
        insecure_public_http: allow an address that others can reach without TLS.
        transfers: run the transfers that are submitted.
        bandwidth: MB/s that all transfers have together; ``None`` without a limit.
        local_root: directory that stands for ``/`` on the computers of users.
        connections: open connections from one address; 0 for any number, ``None`` for 100.
        is_rated: whether accsyn's rate limit holds; by default where others can reach the address.

    Raises:
        ConfigurationError: an argument is wrong, or the address cannot be bound.
    """
    interrupted = threading.Event()
    with _signals_set(interrupted), _ready_file(ready_file) as tell_ready:
        workspace = Workspace(
            host=host,
            port=port,
            data=data,
            seed=seed,
            tls=tls,
            database=database,
            insecure_public_http=insecure_public_http,
            transfers=transfers,
            bandwidth=bandwidth,
            local_root=local_root,
            limits=default_limits(host, connections=connections, is_rated=is_rated),
        )
        try:
            workspace.start()
            if write_env:
                workspace.write_environment(write_env)
            tell_ready(workspace.url)
            sys.stderr.write(f"workspace {workspace.code} at {workspace.url} (Ctrl-C stops it)\n")
            # Waiting without a timeout cannot be interrupted on Windows.
            while workspace.is_alive and not interrupted.wait(0.5):
                pass
        finally:
            workspace.stop()


@contextlib.contextmanager
def _ready_file(path: Path | None) -> Generator[Callable[[str], None], None, None]:
    """Give a function that writes the file; it is there only while the workspace listens."""

    def tell(url: str) -> None:
        if path:
            write_private(path, f"{url}\n".encode())

    def remove() -> None:
        if path and path.is_file():
            path.unlink()

    remove()
    try:
        yield tell
    finally:
        remove()


@contextlib.contextmanager
def _signals_set(interrupted: threading.Event) -> Generator[None, None, None]:
    def handle(_number: int, _frame: FrameType | None) -> None:
        interrupted.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
