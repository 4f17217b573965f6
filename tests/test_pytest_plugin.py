"""What the pytest plugin gives to the tests of its users; each is a run of pytest by itself."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest

from accsyn_orm import Job, QuerySyntaxError, Queue, Session
from accsyn_orm.testing import EmbeddedWorkspace, assert_max_requests

TESTS = """
import pytest
from accsyn_orm import Job, NoSessionError, Queue, User
from accsyn_orm.entities.active import active_backend


def test_session_is_the_active_one(accsyn_session, accsyn_admin):
    assert accsyn_session is accsyn_admin
    assert Queue.where(Queue.default == True).one().code == "medium"


@pytest.mark.parametrize("attempt", [1, 2])
def test_workspace_is_new_for_every_test(accsyn_session, attempt):
    Queue(code="panic").save()
    assert Job.where().exists()


def test_roles_are_whom_they_say(accsyn_admin, accsyn_employee, accsyn_standard):
    roles = [session.me().role for session in (accsyn_admin, accsyn_employee, accsyn_standard)]
    assert roles == ["admin", "employee", "standard"]
    assert active_backend() is None


@pytest.mark.accsyn(seed="empty")
class TestEmpty:
    def test_seed(self, accsyn_session):
        assert not Job.where().exists()
        assert accsyn_session.protocol == "v3"

    @pytest.mark.accsyn(protocol="v1")
    def test_marker_of_the_test_adds_to_that_of_its_class(self, accsyn_session, accsyn_standard):
        assert (accsyn_session.protocol, accsyn_standard.protocol) == ("v1", "v1")
        assert not Job.where().exists()


@pytest.mark.accsyn(transfers=True, bandwidth=50)
def test_options_are_those_of_the_workspace(accsyn_workspace):
    assert accsyn_workspace.url.startswith("http://127.0.0.1:")


def test_few_requests(accsyn_session, assert_max_requests):
    with assert_max_requests(1) as measured:
        Queue.where().all()
    assert measured.requests == 2  # and the sign-in


def test_of_another_session(accsyn_employee, assert_max_requests):
    with assert_max_requests(0, accsyn_employee):
        pass
"""


def run(pytester: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    given = ("-p", "accsyn_orm.pytest_plugin", "--strict-markers")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")  # takes two seconds
        return pytester.runpytest_inprocess(*given, "-p", "no:cacheprovider", *arguments)


def test_fixtures_give_workspaces_sessions_and_limits(pytester):
    pytester.makepyfile(TESTS)
    run(pytester, "-W", "error").assert_outcomes(passed=9)


def test_tests_on_the_page_pass(pytester):
    page = Path(__file__).parent.parent / "docs" / "howto" / "testing-your-tools.md"
    block = re.compile(r"^```{code-block} python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
    blocks = block.findall(page.read_text("utf-8"))
    pytester.makepyfile("\n".join(blocks))
    run(pytester).assert_outcomes(passed=3)


def test_too_many_requests_are_listed(pytester):
    pytester.makepyfile(
        """
        from accsyn_orm import Job, Queue

        def test_many(accsyn_session, assert_max_requests):
            with assert_max_requests(1):
                Queue.where(Queue.code == "high").one()
                accsyn_session.find("user")
        """
    )
    result = run(pytester)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*2 requests, at most 1 expected:",
            "*1. queue/find code=high",
            "*2. user/find",
        ]
    )


@pytest.mark.parametrize(
    ("marker", "message"),
    [
        ("seed='demo', colour='red'", "*unexpected keyword argument 'colour'*"),
        ("'empty'", "*takes names: seed='empty'*"),
    ],
)
def test_marker_that_cannot_be_meant_says_so(pytester, marker, message):
    pytester.makepyfile(
        f"""
        import pytest

        @pytest.mark.accsyn({marker})
        def test_nothing(accsyn_workspace):
            pass
        """
    )
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([message])


def test_missing_extra_is_told_with_what_to_install(pytester, monkeypatch):
    monkeypatch.delitem(sys.modules, "accsyn_orm.testing", raising=False)
    monkeypatch.setitem(sys.modules, "accsyn_orm.server.workspace", None)
    pytester.makepyfile("def test_nothing(accsyn_session): pass")
    result = run(pytester)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*the embedded workspace needs *pip install 'accsyn_orm?server?'"])


def test_plugin_loads_nothing_of_the_package_at_collection():
    probe = (
        "import sys, accsyn_orm.pytest_plugin;"
        "print(sorted(n for n in sys.modules if n.startswith('accsyn_orm')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "['accsyn_orm', 'accsyn_orm.pytest_plugin']"


def test_pytest_finds_the_plugin_where_the_package_is_installed():
    try:
        installed = distribution("accsyn_orm")
    except PackageNotFoundError:
        pytest.skip("a checkout on the path that was never installed")
    (found,) = installed.entry_points.select(group="pytest11")
    assert (found.name, found.value) == ("accsyn_orm", "accsyn_orm.pytest_plugin")


# -- in our own tests ------------------------------------------------------------------------------


def test_own_tests_have_the_fixtures_too(
    accsyn_workspace: EmbeddedWorkspace, accsyn_session: Session, assert_max_requests
):
    with assert_max_requests(3):
        jobs = Job.where().all()
        assert {type(job.parent.fetch()) for job in jobs} == {Queue}
    assert accsyn_workspace.code == accsyn_session.workspace


def test_requests_are_limited_without_pytest(accsyn_admin):
    message = r"1 requests, at most 0 expected:\n  1. user/find"
    with pytest.raises(AssertionError, match=message), assert_max_requests(0, accsyn_admin):
        accsyn_admin.find("user")


def test_error_inside_the_limited_block_is_told_as_it_is(accsyn_admin):
    with pytest.raises(QuerySyntaxError), assert_max_requests(0, accsyn_admin):
        accsyn_admin.find("user WHERE")
