"""One workspace with a few jobs, and what its tables must say."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from accsyn_orm import Session
from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture(scope="package")
def workspace() -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(seed="demo") as running:
        yield running


@pytest.fixture
def session(workspace: EmbeddedWorkspace) -> Iterator[Session]:
    with workspace.session() as signed_in:
        yield signed_in
