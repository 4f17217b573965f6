"""accsyn-python-api 1.4.1 and 2.2.1, unmodified, against the workspace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.seeds.machines import app_code
from accsyn_orm.testing import EmbeddedWorkspace

ADMIN = "admin@acmefilm.com"
COMPUTER = stable_id("client", app_code(ADMIN))
NEVER = "1970-01-01 01:00:00"


@pytest.fixture(params=["1.4.1.post1", "2.2.1"])
def version(request):
    return request.param


@pytest.fixture
def run(witness, version):
    return witness(version).run


def test_sign_in_by_api_key_password_and_session_key(run, workspace):
    password = workspace.credentials("standard").password
    (by_key,) = run('emit(session.find("User WHERE code=standard@acmefilm.com")[0])', "standard")
    assert by_key == {
        "id": by_key["id"],
        "code": "standard@acmefilm.com",
        "name": "Standard",
        "role": "user",
        "status": "enabled",
        "description": "",
        "queue": None,
        "metadata": {},
        "logged_in": by_key["logged_in"],
        "created": by_key["created"],
        "modified": by_key["modified"],
        "creator": ADMIN,
        "modifier": ADMIN,
        "phase": "joined",
    }
    mine, same, visible = run(
        """
        session = accsyn_api.Session(**OPTIONS)
        emit([user["code"] for user in session.find("User")])
        key = session.generate_session_key(lifetime=60)
        del OPTIONS["pwd"]
        other = accsyn_api.Session(session_key=key, **OPTIONS)
        emit(other.get_session_key() == key)
        emit(len(other.find("User")))
        """,
        role="standard",
        pwd=password,
    )
    assert mine == ["standard@acmefilm.com"]
    assert (same, visible) == (True, 1)


def test_wrong_credentials_are_an_error(run):
    by_key, by_password, by_session_key = run(
        """
        del OPTIONS["api_key"]
        for argument in ("api_key", "pwd", "session_key"):
            problem(accsyn_api.Session, **{argument: "wrong"}, **OPTIONS)
        """
    )
    assert "sign-in refused: workspace, user or key is wrong" in by_key
    assert "sign-in refused: workspace, user or key is wrong" in by_password
    assert "not signed in: the session key is wrong" in by_session_key


def test_what_there_is(run):
    types, read, update, key = run(
        """
        emit(session.find("entitytypes"))
        emit(session.find("attributes WHERE entitytype=job"))
        emit(session.find("attributes WHERE entitytype=user", update=True))
        problem(session.get_api_key)
        """
    )
    assert {"job", "queue", "task", "user"} <= set(types)
    assert "name" not in read
    assert {"code", "source_hr", "type"} <= set(read)
    assert update == ["role", "status", "description", "queue", "metadata"]
    assert "disabled in the backend by default" in key


def test_users(run):
    created, found, updated, deleted, gone = run(
        """
        user = session.create("user", {"code": "lisa@example.com", "clearance": "user"})
        emit(user)
        emit(session.find_one("user WHERE (code=LISA@example.com AND role=user)"))
        emit(session.update_one("user", user["id"], {"status": "disabled"})["status"])
        emit(session.delete_one("user", user["id"]))
        emit(session.find_one("user WHERE code=lisa@example.com"))
        """
    )
    assert (created["role"], created["phase"]) == ("user", "activating")
    assert created["logged_in"] == NEVER
    assert found == created
    assert (updated, deleted, gone) == ("disabled", True, None)


def test_queues(run, version):
    # 1.4.1 forgets to say that it means a queue; its tutorial creates one through "job".
    entitytype = "queue" if version == "2.2.1" else "job"
    queue, default, edited, deleted, jobs = run(
        f"""
        queue = session.create("{entitytype}", {{"code": "panic", "priority": 999, "type": 2}})
        emit(queue)
        emit([q["code"] for q in session.find("queue WHERE default=true")])
        emit(session.update_one("queue", queue["id"], {{"status": "disabled"}})["status"])
        emit(session.delete_one("queue", queue["id"]))
        emit(session.find("job"))
        """
    )
    assert queue == {
        "id": queue["id"],
        "code": "panic",
        "priority": 999,
        "description": "",
        "status": "waiting",
        "default": False,
        "uri": "acmefilm/panic",
        "metadata": {},
        "created": queue["created"],
        "modified": queue["modified"],
        "modifier": ADMIN,
        "user": queue["user"],
        "user_hr": f"user:{ADMIN}(admin)",
    }
    assert default == ["medium"]
    assert (edited, deleted, jobs) == ("disabled", True, [])


def test_jobs(run):
    job, found, finished, retried, deleted = run(
        """
        job = session.create("job", {"source": "share=projects/a b.mov", "destination": "/in/",
                                     "code": "my_transfer", "queue": "low"})
        emit(job)
        emit(session.find_one('job WHERE code="my_transfer" AND source=hq'))
        session.update_one("job", job["id"], {"status": "done"})
        emit([len(session.find("job")), len(session.find("job", finished=True))])
        emit(session.update_one("job", job["id"], {"status": "waiting"})["status"])
        emit(session.delete_one("job", job["id"]))
        """
    )
    assert job == {
        "id": job["id"],
        "code": "my_transfer",
        "status": "waiting",
        "type": 1,
        "source": job["source"],
        "source_hr": "organization:acmefilm",
        "destination": f"user:{job['user']}",
        "destination_hr": f"user:{ADMIN}(admin)",
        "progress": 0,
        "size": -1,
        "speed": -1.0,
        "etr": "",
        "uri": "acmefilm/low",
        "parent": job["queue"],
        "parent_hr": f"job:acmefilm/low({job['queue']})",
        "queue": job["queue"],
        "user": job["user"],
        "user_hr": f"user:{ADMIN}(admin)",
        "created": job["created"],
        "finished": NEVER,
        "modified": job["modified"],
        "modifier": ADMIN,
        "metadata": {},
    }
    assert job["source"].startswith("organization:")
    assert found == job
    assert (finished, retried, deleted) == ([0, 1], "waiting", True)


def test_tasks(run):
    task, found, updated = run(
        """
        job = session.create("job", {"source": "share=projects/1", "destination": "/in/1"})
        emit(session.create("task", [{"source": "share=projects/2", "dest": "/in/2"}], job["id"]))
        emit([t["uri"] for t in session.find(
            "task WHERE job.id=" + job["id"] + " AND status<>executing")])
        emit(session.update_many("task", [{"uri": "1", "status": "excluded"}], entityid=job["id"]))
        """
    )
    assert task == {
        "id": task["id"],
        "uri": "1",
        "status": "queued",
        "priority": 500,
        "metadata": {},
        "source": {"r_s": stable_id("share", "projects"), "path": "2"},
        "destination": {"user": task["destination"]["user"], "client": COMPUTER, "path": "/in/2"},
        "size": task["size"],
        "time": None,
        "created": task["created"],
        "finished": NEVER,
    }
    assert found == ["0", "1"]
    assert [(t["uri"], t["status"]) for t in updated] == [("1", "excluded")]


def test_pages_and_attributes(run):
    page, chosen = run(
        """
        for n in range(4):
            session.create("job", {"source": "share=projects/%d" % n, "destination": "/in/"})
        emit([job["code"] for job in session.find("job", skip=1, limit=2)])
        emit(sorted(session.find("job", attributes=["code"])[0]))
        """
    )
    assert page == ["1", "2"]
    assert chosen == ["code", "id"]


@pytest.fixture
def leap(tmp_path: Path) -> Callable[[], datetime]:
    """A clock that leaps forty days ahead once a file called ``leap`` is there."""

    def clock() -> datetime:
        ahead = timedelta(days=40) if (tmp_path / "leap").exists() else timedelta()
        return datetime.now(timezone.utc) + ahead

    return clock


def test_api_key_sessions_revive_after_expiry(witness, version, leap, tmp_path):
    with EmbeddedWorkspace(seed="empty", tls=True, clock=leap) as workspace:
        before, works, after = witness(version, workspace).run(
            f"""
            emit(session.get_session_key())
            open({str(tmp_path / "leap")!r}, "w").close()
            emit(len(session.find("queue")))
            emit(session.get_session_key())
            """
        )
    assert before != after
    assert works == 3


def test_password_sessions_expire_for_good(witness, version, leap, tmp_path):
    with EmbeddedWorkspace(seed="empty", tls=True, clock=leap) as workspace:
        password = workspace.credentials().password
        (message,) = witness(version, workspace).run(
            f"""
            open({str(tmp_path / "leap")!r}, "w").close()
            problem(session.find, "queue")
            """,
            pwd=password,
        )
    assert "the session has expired: sign in again" in message
