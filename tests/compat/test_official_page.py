"""The examples of accsyn's page "Using the accsyn Python API", as they stand there.

What the page leaves out (a place holder, the rest of a dictionary) is filled in.
"""

from __future__ import annotations

import pytest

import accsyn_orm.compat
from accsyn_orm.testing import EmbeddedWorkspace

SESSIONS = [
    "accsyn_api.Session(domain='acmefilm',username='', api_key={api_key!r})",
    "accsyn_api.Session(domain='acmefilm',username='', pwd={pwd!r})",
    "accsyn_api.Session(domain='acmefilm',username='', session_key={session_key!r})",
    "accsyn_api.Session()",
    "accsyn_api.Session(verbose=True, path_logfile={log!r})",
]
NESTED = (
    "job WHERE ((user=5bfeb0381da7ee4095fa217e AND source!=hq) OR status<>failed)"
    ' AND code="Daily backup"'
)
EXAMPLES = """
emit(session.find_one('User')["code"])
jobs = session.find('job')
emit(len(jobs) > 0)
nested = session.find({nested!r})
emit(nested[0]["code"])
some = session.find_one('Job where id=' + jobs[0]["id"], attributes=['source','destination'])
emit(set(some) - {{"id"}})
emit(len(session.find('Job', skip=2, limit=5)))
emit(session.create("queue", {{"code": "panic", "priority": 999}})["code"])
j = session.find_one('Job WHERE code="my_transfer"')
emit(session.update('Job', j['id'], {{
    'status': 'paused'
}})["status"])
emit(session.delete_one('Job', j['id']))
try:
    session.delete_one('Job', j['id'])
except accsyn_api.session.AccsynException:
    emit(session.get_last_message() is not None)
"""


@pytest.fixture(scope="module")
def workspace():
    with EmbeddedWorkspace(seed="demo") as running:
        yield running


@pytest.fixture
def secrets(workspace, monkeypatch, tmp_path) -> dict[str, str]:
    admin = workspace.credentials("admin")
    monkeypatch.setenv("ACCSYN_URL", workspace.url)
    monkeypatch.setenv("ACCSYN_API_USER", admin.username)
    with workspace.session(protocol="v1") as session:
        session_key = session.generate_session_key()
    return {
        "api_key": admin.api_key,
        "pwd": admin.password,
        "session_key": session_key,
        "log": str(tmp_path / "my.log.file"),
    }


@pytest.mark.parametrize("opening", SESSIONS)
@pytest.mark.parametrize("tenant", ["ACCSYN_DOMAIN", "ACCSYN_WORKSPACE"])
def test_session_is_created_as_on_the_page(opening, tenant, secrets, interpreter, monkeypatch):
    monkeypatch.setenv(tenant, "acmefilm")
    if "api_key" not in opening and "pwd" not in opening and "session_key" not in opening:
        monkeypatch.setenv("ACCSYN_API_KEY", secrets["api_key"])
    script = f"session = {opening.format(**secrets)}\nemit(session.find_one('User')['code'])"
    assert interpreter.run(accsyn_orm.compat, script) == ["john@user.com"]


@pytest.mark.parametrize("tenant", ["domain", "workspace"])
def test_examples_run_as_on_the_page(tenant, interpreter, monkeypatch):
    with EmbeddedWorkspace(seed="demo") as workspace:
        admin = workspace.credentials("admin")
        monkeypatch.setenv("ACCSYN_URL", workspace.url)
        opening = (
            f"session = accsyn_api.Session({tenant}='acmefilm', username={admin.username!r},"
            f" api_key={admin.api_key!r})\n"
        )
        emitted = interpreter.run(accsyn_orm.compat, opening + EXAMPLES.format(nested=NESTED))
    assert emitted == [
        "john@user.com",
        True,
        "Daily backup",
        {"source", "destination"},
        5,
        "panic",
        "paused",
        True,
        True,
    ]
