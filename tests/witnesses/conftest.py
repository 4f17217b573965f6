"""The official clients, pointed at a workspace on each kind of database that serves TLS."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from textwrap import dedent
from typing import Any

import pytest

from accsyn_orm.testing import EmbeddedWorkspace

TENANT = {"1.4.1.post1": "domain", "2.2.1": "domain", "3.4.0": "workspace"}


@pytest.fixture
def workspace(database_url: str) -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(seed="empty", database=database_url, tls=True) as running:
        yield running


@dataclass(frozen=True)
class Witness:
    """One official client that signs in to one workspace."""

    client: Any
    workspace: EmbeddedWorkspace

    def run(self, script: str, role: str = "admin", **arguments: str) -> list[Any]:
        """Run a script; return what it emits.

        It finds an open ``session``, unless it opens its own from ``OPTIONS``.
        """
        credentials = self.workspace.credentials(role)
        given = arguments or {"api_key": credentials.api_key}
        options = {
            TENANT[self.client.version]: self.workspace.code,
            "username": credentials.username,
            "hostname": "127.0.0.1",
            "port": int(self.workspace.url.rpartition(":")[2]),
            **given,
        }
        preamble = f"""
import logging
logging.disable(logging.CRITICAL)
OPTIONS = {options!r}
def problem(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Exception as error:
        emit(type(error).__name__ + ": " + str(error))
    else:
        emit("no error")
"""
        opening = (
            "" if "accsyn_api.Session" in script else "session = accsyn_api.Session(**OPTIONS)\n"
        )
        return self.client.run(preamble + opening + dedent(script))


@pytest.fixture
def witness_at(official_client: Callable[[str], Any]) -> Callable[..., Witness]:
    """Give the witness of a version for a workspace."""

    def make(version: str, workspace: EmbeddedWorkspace) -> Witness:
        return Witness(official_client(version), workspace)

    return make


@pytest.fixture
def witness(
    witness_at: Callable[..., Witness], workspace: EmbeddedWorkspace
) -> Callable[..., Witness]:
    """Give the witness of a version, for the usual workspace or for another one."""

    def make(version: str, other: EmbeddedWorkspace | None = None) -> Witness:
        return witness_at(version, other or workspace)

    return make
