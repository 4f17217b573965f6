"""Fixtures that several test folders share: official clients as witnesses, loopback TLS."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme

ROOT = Path(__file__).parent.parent
WITNESSES = ROOT / ".witnesses"
OFFICIAL_VERSIONS = ("1.4.1.post1", "2.2.1", "3.4.0")
AMBIENT = (
    "ACCSYN_",
    "AS_DEV",
    "FILMHUB_",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "SSL_CERT",
    "NETRC",
)

PREAMBLE = """
import json, sys
import accsyn_api
def emit(value):
    print("@@" + json.dumps(value, default=str, sort_keys=True), flush=True)
"""


@dataclass(frozen=True)
class OfficialClient:
    """One unmodified release of accsyn-python-api, run in a process of its own."""

    version: str
    path: Path

    def run(self, script: str, *, timeout: float = 60) -> list[Any]:
        """Run a script that has ``accsyn_api`` imported; return what it passed to ``emit``."""
        environment = {k: v for k, v in os.environ.items() if not k.upper().startswith(AMBIENT)}
        environment["PYTHONPATH"] = str(self.path)
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", PREAMBLE + textwrap.dedent(script)],
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
            cwd=self.path,
            env=environment,
        )
        assert done.returncode == 0, f"{self.version}: {done.stdout}\n{done.stderr}"
        return [json.loads(line[2:]) for line in done.stdout.splitlines() if line.startswith("@@")]


def _installed(version: str) -> Path:
    path = WITNESSES / version
    if not (path / "accsyn_api").is_dir():
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target"]
        command += [str(path), f"accsyn-python-api=={version}"]
        subprocess.run(command, check=True, timeout=120)
    return path


@pytest.fixture(scope="session")
def official_client() -> Callable[[str], OfficialClient]:
    """Give the official client of a version, installed from the package index on first use."""
    return lambda version: OfficialClient(version, _installed(version))


@dataclass(frozen=True)
class LoopbackTls:
    """A throw-away certificate authority and a server context for localhost and 127.0.0.1."""

    ca_path: Path
    server_context: ssl.SSLContext


@pytest.fixture(scope="session")
def loopback_tls(tmp_path_factory: pytest.TempPathFactory) -> LoopbackTls:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost", "127.0.0.1").configure_cert(context)
    path = tmp_path_factory.mktemp("tls") / "ca.pem"
    authority.cert_pem.write_to_path(str(path))
    return LoopbackTls(path, context)


@pytest.fixture(autouse=True)
def _no_ambient_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep settings of the machine that runs the tests out of them."""
    for name in list(os.environ):
        if name.upper().startswith(AMBIENT):
            monkeypatch.delenv(name)
