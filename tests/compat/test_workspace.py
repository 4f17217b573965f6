"""Whole scripts, run by an official client and by ours against a workspace: they tell the same."""

from __future__ import annotations

import pytest

from accsyn_orm.compat import v1, v3
from accsyn_orm.testing import EmbeddedWorkspace

V1_CLIENTS = {"1.4.1.post1": v1, "2.2.1": v1}
CLIENTS = {**V1_CLIENTS, "3.4.0": v3}

SIGN_IN = """
session = accsyn_api.Session(**OPTIONS)
failed = accsyn_api.session.{exception}
def refused(call, *args):
    try:
        call(*args)
    except failed:
        return True
    return False
"""

READ = """
emit(sorted(session.find("entitytypes"))[:1] != [])
emit([described(job) for job in session.find("Job WHERE status=failed")])
emit([job["code"] for job in session.find("Job", limit=5, skip=2)])
emit([job["code"] for job in session.find("Job", finished=True, limit=3)])
emit([described(queue) for queue in session.find("Queue")])
emit(described(session.find("User WHERE code=lisa@example.com", attributes=["code", "name"])))
emit(described(session.find_one('Job where code="My_Transfer"')))
emit(session.find_one('Job WHERE code="no such job"'))
emit(session.find_one("User")["code"])
emit("code" in session.find("attributes WHERE entitytype=job"))
emit(session.username if hasattr(session, "username") else OPTIONS["username"])
emit(refused(session.find, "Job WHERE nosuchattribute=1"))
emit(refused(session.find, "nosuchtype"))
emit(refused(accsyn_api.Session, *BAD))
"""

WRITE = """
queue = session.create({queue})
emit([queue["code"], queue["priority"], type(queue["created"]).__name__])
emit(session.update_one("queue", queue["id"], {{"priority": 900}})["priority"])
job = session.create("job", {{
    "code": "Nightly",
    "queue": queue["id"],
    "tasks": [
        {{"source": "volume=projects/" + name, "destination": "user=lisa@example.com"}}
        for name in ("a", "b")
    ],
}})
emit([job["code"], job["status"]])
tasks = session.find(*TASKS_OF(job))
emit(sorted(task["uri"] for task in tasks))
changes = [{{"id": task["id"], "status": "onhold"}} for task in tasks]
emit(len(session.update_many("task", *UPDATE(changes, job["id"]))))
emit([task["status"] for task in session.find(*TASKS_OF(job))])
emit(session.update_one("Job", job["id"], {{"metadata": {{"shot": 10}}}})["metadata"]["shot"])
emit(refused(session.update_one, "job", job["id"], {{"nosuchattribute": 1}}))
emit(refused(session.create, "user", {{"code": "lisa@example.com"}}))
emit(session.delete_one("job", job["id"]))
emit(session.find_one('Job WHERE code="Nightly"'))
emit(session.delete_one("queue", queue["id"]))
emit(refused(session.delete_one, "queue", queue["id"]))
emit(session.get_hostname() != "")
"""

# 1.4.1 forgets to say that it means a queue; its scripts create one as a job.
NEW_QUEUE = {
    "1.4.1.post1": '"job", {"code": "panic", "priority": 999, "type": 2}',
    "2.2.1": '"queue", {"code": "panic", "priority": 999}',
    "3.4.0": '"queue", {"code": "panic", "priority": 999}',
}

V1_NAMES = """
TASKS_OF = lambda job: ("task WHERE job.id=" + job["id"],)
UPDATE = lambda data, parent: (data, parent)
BAD = (OPTIONS["domain"], "nobody@example.com", "wrong", None, None, "127.0.0.1", OPTIONS["port"])
"""
V3_NAMES = """
TASKS_OF = lambda job: ("task", job["id"])
UPDATE = lambda data, parent: (parent, data)
BAD = (OPTIONS["workspace"], "nobody@example.com", "wrong", "127.0.0.1", OPTIONS["port"])
"""

KEYS = """
key = session.generate_session_key()
emit(type(session.get_session_key()).__name__)
options = {name: value for name, value in OPTIONS.items() if name != "api_key"}
other = accsyn_api.Session(session_key=key, **options)
emit(other.get_session_key() == key)
third = accsyn_api.Session(pwd=PASSWORD, **options)
emit([job["code"] for job in third.find("Job", limit=2)])
emit(third.login() if HAS_LOGIN_TWICE else True)
"""


@pytest.fixture
def fresh(monkeypatch):
    """Make workspaces that are alike, each served until the next one or the end of the test."""
    running: list[EmbeddedWorkspace] = []

    def stop() -> None:
        while running:
            running.pop().__exit__(None, None, None)

    def make() -> EmbeddedWorkspace:
        stop()
        running.append(EmbeddedWorkspace(seed="demo", tls=True).__enter__())
        monkeypatch.setenv("ACCSYN_CA_BUNDLE", str(running[0].ca_bundle))
        return running[0]

    yield make
    stop()


def options(workspace: EmbeddedWorkspace, version: str) -> dict[str, object]:
    admin = workspace.credentials("admin")
    return {
        "workspace" if version == "3.4.0" else "domain": workspace.code,
        "username": admin.username,
        "api_key": admin.api_key,
        "hostname": "127.0.0.1",
        "port": int(workspace.url.rpartition(":")[2]),
    }


@pytest.fixture
def run_both(fresh, official_client, interpreter):
    """Run a script against one workspace each; give what it emits in both."""

    def run(version: str, body: str) -> tuple[list[object], list[object]]:
        exception = "accsynException" if version == "2.2.1" else "AccsynException"
        names = V3_NAMES if version == "3.4.0" else V1_NAMES
        script = f"{SIGN_IN.format(exception=exception)}{names}{body}"
        emitted = []
        for client in (official_client(version).run, None):
            workspace = fresh()
            given = {
                "OPTIONS": options(workspace, version),
                "PASSWORD": workspace.credentials("admin").password,
                "HAS_LOGIN_TWICE": client is None,
            }
            if client:
                lines = "".join(f"{name} = {value!r}\n" for name, value in given.items())
                emitted.append(client(f"{interpreter.preamble}{lines}{script}"))
            else:
                emitted.append(interpreter.run(CLIENTS[version], script, **given))
        return emitted[0], emitted[1]

    return run


@pytest.mark.parametrize("version", CLIENTS)
def test_reading_script_tells_the_same(version, run_both):
    theirs, mine = run_both(version, READ)
    assert mine == theirs
    assert mine[-3:] == [True, True, True]


@pytest.mark.parametrize("version", CLIENTS)
def test_writing_script_tells_the_same(version, run_both):
    theirs, mine = run_both(version, WRITE.format(queue=NEW_QUEUE[version]))
    assert mine == theirs
    assert mine[0] == ["panic", 999, "datetime"]


@pytest.mark.parametrize("version", V1_CLIENTS)
def test_script_with_passwords_and_session_keys_tells_the_same(version, run_both):
    theirs, mine = run_both(version, KEYS)
    assert mine == theirs
    assert mine[:2] == ["str", True]
