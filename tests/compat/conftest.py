"""Scripts of the official clients, run by them and by ``accsyn_orm.compat``."""

from __future__ import annotations

import builtins
import datetime as dt
import ssl
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import accsyn_orm.compat
from accsyn_orm.compat import CompatDeprecationWarning, deprecation

DATA = Path(__file__).parent.parent / "session" / "data"

DESCRIBE = """
def described(value):
    # Tells what JSON would not: tuples from lists, times from text, numbers from booleans.
    if isinstance(value, dict):
        return {str(name): described(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [type(value).__name__, *[described(item) for item in value]]
    return [type(value).__name__, str(value)]
"""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Ignore the notes, which are errors elsewhere, and forget which were given."""
    deprecation._noted.clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CompatDeprecationWarning)
        yield


class Interpreter:
    """Runs a script as the official client would, but in this process, with a module of ours.

    Attributes:
        preamble: what a script finds in either.
    """

    preamble = DESCRIBE

    def __init__(self) -> None:
        self.sessions: list[Any] = []

    def run(self, accsyn_api: ModuleType, script: str, **names: Any) -> list[Any]:
        """Run a script that has ``accsyn_api`` imported; return what it passed to ``emit``."""
        emitted: list[Any] = []
        scope = {"__name__": "__main__", "accsyn_api": accsyn_api, "emit": emitted.append, **names}
        code = compile(self.preamble + script, f"<script for {accsyn_api.__name__}>", "exec")
        try:
            exec(code, scope)
        finally:
            found = [value for value in scope.values() if hasattr(value, "get_last_message")]
            self.sessions += [value for value in found if not isinstance(value, builtins.type)]
        return emitted


@pytest.fixture
def interpreter() -> Iterator[Interpreter]:
    """Run scripts in this process; their sessions are closed after the test."""
    running = Interpreter()
    yield running
    for session in running.sessions:
        session.close()


@pytest.fixture
def trusted(loopback_tls, monkeypatch) -> ssl.SSLContext:
    """Trust the recording server: in sessions of ours by the environment."""
    monkeypatch.setenv("ACCSYN_CA_BUNDLE", str(loopback_tls.ca_path))
    return ssl.create_default_context(cafile=loopback_tls.ca_path)


@pytest.fixture
def open_session(recorder, trusted) -> Iterator[Callable[..., Any]]:
    """Open a session of ours at the recording server as scripts do, closed after the test."""
    opened: list[Any] = []

    def open_it(session_class: type[Any] = accsyn_orm.compat.Session, **arguments: Any) -> Any:
        given = {"username": "john@user.com", "api_key": "key-1", **arguments}
        given |= {"hostname": "127.0.0.1", "port": recorder.port}
        session = session_class(**{k: v for k, v in given.items() if v is not None})
        opened.append(session)
        return session

    yield open_it
    for session in opened:
        session.close()


@pytest.fixture
def v1_session(open_session) -> Any:
    return open_session(accsyn_orm.compat.v1.Session, domain="acmefilm")


@pytest.fixture
def v3_session(open_session) -> Any:
    return open_session(accsyn_orm.compat.v3.Session, workspace="acmefilm")


@pytest.fixture
def call_names(recorder) -> dict[str, Any]:
    """What the calls in ``tests/session/data/calls.tsv`` name."""
    east = dt.timezone(dt.timedelta(hours=2))
    return {**recorder.names, "DATA": str(DATA / "job.json"), "datetime": dt, "EAST": east}


@pytest.fixture
def call_table() -> list[list[str]]:
    """Rows of that file: releases, their call, and maybe the call of ``accsyn_orm.Session``."""
    lines = (DATA / "calls.tsv").read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]
