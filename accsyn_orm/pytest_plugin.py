"""Fixtures for pytest: a workspace of one's own for every test, sessions in it, counted requests.

pytest finds this module by itself once the package is installed. It loads nothing of the package
before a fixture is used, so that it costs nothing elsewhere and coverage sees all that follows.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from accsyn_orm.session import Session
    from accsyn_orm.session.stats import Measurement
    from accsyn_orm.testing import EmbeddedWorkspace, RoleName

    AssertMaxRequests: TypeAlias = Callable[..., AbstractContextManager[Measurement]]

_MARKER = (
    "accsyn(seed='demo', protocol='v3', **options): how the embedded workspace of a test is made; "
    "the options are those of accsyn_orm.testing.EmbeddedWorkspace"
)


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest about the marker."""
    config.addinivalue_line("markers", _MARKER)


@pytest.fixture
def accsyn_workspace(request: pytest.FixtureRequest) -> Iterator[EmbeddedWorkspace]:
    """Give a workspace with demo data, gone after the test."""
    options = _options(request)
    options.pop("protocol", None)
    workspace_class = _testing().EmbeddedWorkspace
    try:
        workspace: EmbeddedWorkspace = workspace_class(**options)
    except TypeError as error:
        raise pytest.UsageError(f"@pytest.mark.accsyn: {error}") from error
    with workspace:
        yield workspace


@pytest.fixture
def accsyn_session(accsyn_admin: Session) -> Iterator[Session]:
    """Give the session of an admin, which entity classes use during the test."""
    with accsyn_admin:
        yield accsyn_admin


@pytest.fixture
def accsyn_admin(
    request: pytest.FixtureRequest, accsyn_workspace: EmbeddedWorkspace
) -> Iterator[Session]:
    """Give the session of an admin; name it where it is meant: ``Job.where().using(…)``."""
    yield from _session(request, accsyn_workspace, "admin")


@pytest.fixture
def accsyn_employee(
    request: pytest.FixtureRequest, accsyn_workspace: EmbeddedWorkspace
) -> Iterator[Session]:
    """Give the session of an employee."""
    yield from _session(request, accsyn_workspace, "employee")


@pytest.fixture
def accsyn_standard(
    request: pytest.FixtureRequest, accsyn_workspace: EmbeddedWorkspace
) -> Iterator[Session]:
    """Give the session of a standard user, as vendors and clients are."""
    yield from _session(request, accsyn_workspace, "standard")


@pytest.fixture
def assert_max_requests(request: pytest.FixtureRequest) -> AssertMaxRequests:
    """Give what fails when a ``with`` block sends more than so many requests.

    They are those of ``accsyn_session``, or of the session that is named behind the number.
    """
    from accsyn_orm.session.counting import assert_max_requests as limited_requests

    def limited(most: int, session: Any = None) -> AbstractContextManager[Measurement]:
        counted = request.getfixturevalue("accsyn_session") if session is None else session
        return limited_requests(most, counted)

    return limited


def _session(
    request: pytest.FixtureRequest, workspace: EmbeddedWorkspace, role: RoleName
) -> Generator[Session, None, None]:
    session = workspace.session(role, protocol=_options(request).get("protocol", "v3"))
    try:
        yield session
    finally:
        session.close()


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return what the markers of a test say; that of the test itself goes before its class's."""
    options: dict[str, Any] = {}
    for marker in request.node.iter_markers("accsyn"):
        if marker.args:
            raise pytest.UsageError(f"@pytest.mark.accsyn takes names: seed={marker.args[0]!r}")
        options = {**marker.kwargs, **options}
    return options


def _testing() -> Any:
    """Return the module with the embedded workspace, or fail the test with how to install it."""
    try:
        import accsyn_orm.testing
    except ModuleNotFoundError as error:
        pytest.fail(str(error), pytrace=False)
    return accsyn_orm.testing
