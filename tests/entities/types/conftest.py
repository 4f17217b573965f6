"""A workspace over HTTP for the types of entities, in both generations.

It is shared by the tests of a module: each makes what it needs, and looks at nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accsyn_orm import Session
from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture(scope="module")
def workspace() -> Iterator[EmbeddedWorkspace]:
    """Give the demo workspace."""
    with EmbeddedWorkspace() as running:
        yield running


@pytest.fixture
def session(workspace) -> Iterator[Session]:
    """Give the session of an admin, in the v3 generation, as the active one."""
    with workspace.session("admin") as opened:
        yield opened


@pytest.fixture
def v1_session(workspace) -> Iterator[Session]:
    """Give the session of an admin, in the v1 generation, as the active one."""
    with workspace.session("admin", "v1") as opened:
        yield opened
