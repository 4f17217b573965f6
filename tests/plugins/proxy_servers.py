"""Fixtures that start real proxies: microsocks and Dante of Debian, pproxy of PyPI.

Tests of one that is not installed are skipped, and their number is told at the end; with
``REQUIRE_PROXY_SERVERS`` set they fail instead.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

START_TIMEOUT = 10.0
REQUIRED = "REQUIRE_PROXY_SERVERS"
_ABSENT = "proxy server not installed: "
_skipped: Counter[str] = Counter()

DANTED = """\
logoutput: stderr
internal: 127.0.0.1 port = {port}
external: lo
clientmethod: none
socksmethod: none
client pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
socks pass {{ from: 127.0.0.0/8 to: 0.0.0.0/0 }}
"""


def _microsocks(port: int, _base: Path, credentials: str) -> list[str]:
    user, _, password = credentials.partition(":")
    signed = ["-u", user, "-P", password] if credentials else []
    return ["microsocks", "-i", "127.0.0.1", "-p", str(port), *signed]


def _dante(port: int, base: Path, _credentials: str) -> list[str]:
    (base / "danted.conf").write_text(DANTED.format(port=port), "utf-8")
    return ["danted", "-N", "1", "-f", str(base / "danted.conf"), "-p", str(base / "danted.pid")]


def _pproxy(port: int, _base: Path, credentials: str) -> list[str]:
    # By default it remembers for a month which addresses have signed in.
    signed = f"/#{credentials}" if credentials else ""
    listen = f"http+socks4+socks5://127.0.0.1:{port}{signed}"
    return [sys.executable, "-m", "pproxy", "-l", listen, "--auth", "0"]


COMMANDS: dict[str, Callable[[int, Path, str], list[str]]] = {
    "microsocks": _microsocks,
    "dante-server": _dante,
    "pproxy": _pproxy,
}


@pytest.fixture
def proxy_server(tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Start a proxy by its package's name, for some credentials; return its port."""
    with ExitStack() as stack:
        yield lambda name, credentials="": stack.enter_context(
            _running(name, tmp_path, credentials)
        )


@contextmanager
def _running(name: str, base: Path, credentials: str) -> Iterator[int]:
    port = _free_port()
    command = COMMANDS[name](port, base, credentials)
    if not _is_installed(name, command[0]):
        if os.environ.get(REQUIRED):
            pytest.fail(f"{name} is not installed, and {REQUIRED} is set")
        pytest.skip(f"{_ABSENT}{name}")
    # Dante is in a directory that only root has on the PATH.
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin"}
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            _wait_for(port, server)
            yield port
        finally:
            server.terminate()
            server.wait(10)


def _is_installed(name: str, program: str) -> bool:
    if name == "pproxy":
        return importlib.util.find_spec("pproxy") is not None
    return shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin") is not None


def _free_port() -> int:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return unused.getsockname()[1]


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + START_TIMEOUT
    while True:
        assert server.poll() is None, f"the proxy ended with {server.returncode}"
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            assert time.monotonic() < end, "the proxy does not listen"
            time.sleep(0.01)
        else:
            return


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what is skipped, in whichever process."""
    if report.skipped and isinstance(report.longrepr, tuple):
        _, _, name = report.longrepr[2].partition(_ABSENT)
        if name:
            _skipped[name] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell which proxies nothing was tested with."""
    for name, number in sorted(_skipped.items()):
        terminalreporter.line(f"NOTICE: {name} is not installed, tests skipped: {number}")
    _skipped.clear()
