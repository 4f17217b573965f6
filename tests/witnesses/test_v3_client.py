"""accsyn-python-api 3.4.0, unmodified, against the workspace."""

from __future__ import annotations

import pytest

from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.seeds.machines import app_code

ADMIN = "admin@acmefilm.com"
COMPUTER = stable_id("client", app_code(ADMIN))
VOLUME = stable_id("share", "projects")


@pytest.fixture
def run(witness):
    return witness("3.4.0").run


def test_sign_in_and_the_own_profile(run):
    profile, everybody = run(
        """
        emit(session.find_one("User"))
        emit([user["code"] for user in session.find("User")])
        """,
        role="employee",
    )
    assert profile == {
        "id": profile["id"],
        "code": "employee@acmefilm.com",
        "name": "Employee",
        "role": "employee",
        "status": "enabled",
        "description": "",
        "queue": None,
        "metadata": {},
        "logged_in": profile["logged_in"],
        "created": profile["created"],
        "modified": profile["modified"],
        "creator": ADMIN,
        "modifier": ADMIN,
        "inactive": False,
    }
    assert len(profile["id"]) == 24
    assert everybody == ["employee@acmefilm.com", "standard@acmefilm.com"]


def test_a_wrong_key_is_an_error(run):
    (message,) = run('problem(accsyn_api.Session, **{**OPTIONS, "api_key": "wrong"})')
    assert "AccsynException" in message
    assert "sign-in refused: workspace, user or key is wrong" in message


def test_what_there_is(run):
    types, read, create, update, unknown = run(
        """
        emit(session.find("entitytypes"))
        emit(session.find("attributes WHERE entitytype=queue"))
        emit(session.find("attributes WHERE entitytype=queue", create=True))
        emit(session.find("attributes WHERE entitytype=task", update=True))
        problem(session.find, "Root")
        """
    )
    assert {"queue", "task", "transfer", "user"} <= set(types)
    assert read[:3] == ["id", "code", "name"]
    assert create == ["code", "name", "priority", "description"]
    assert update == ["status", "priority", "metadata"]
    assert "no entity type 'root'; there are " in unknown


def test_users(run):
    created, found, updated, twice, deleted, gone, archived = run(
        """
        user = session.create("User", {"code": "lisa@example.com", "mail": False})
        emit(user)
        emit(session.find_one("User WHERE code='LISA@example.com'"))
        emit(session.update("User", user["id"], {"description": "x", "role": "employee"}))
        problem(session.create, "user", {"code": "admin@acmefilm.com"})
        emit(session.delete_one("User", user["id"], {"force": True}))
        emit(session.find_one("User WHERE code=lisa@example.com"))
        emit(session.find_one("User WHERE code=lisa@example.com", archived=True)["id"])
        """
    )
    assert created["role"] == "standard"
    assert found == created
    assert (updated["description"], updated["role"]) == ("x", "employee")
    assert "there already is a user 'admin@acmefilm.com'" in twice
    assert (deleted, gone, archived) == (True, None, created["id"])


def test_queues(run):
    queue, default, renamed, deleted, refused = run(
        """
        queue = session.create("Queue", {"name": "Panic Now", "priority": 1000, "description": "d"})
        emit(queue)
        emit([q["name"] for q in session.find("Queue WHERE default=True")])
        emit(session.update("Queue", queue["id"], {"name": "Calm", "status": "paused"}))
        emit(session.delete_one("Queue", queue["id"]))
        problem(session.delete_one, "Queue", session.find_one("Queue WHERE name='medium'")["id"])
        """
    )
    assert queue == {
        "id": queue["id"],
        "code": "panic_now",
        "name": "Panic Now",
        "priority": 1000,
        "description": "d",
        "status": "waiting",
        "default": False,
        "compute_default": False,
        "uri": "acmefilm/panic_now",
        "metadata": {},
        "created": queue["created"],
        "modified": queue["modified"],
        "creator": ADMIN,
        "modifier": ADMIN,
    }
    assert default == ["Medium"]
    assert (renamed["name"], renamed["code"], renamed["status"]) == ("Calm", "panic_now", "paused")
    assert deleted is True
    assert "default queue cannot be deleted" in refused


def test_transfers(run):
    job, same, aborted, active, finished, entity, retried, deleted = run(
        """
        job = session.create("Transfer", {
            "tasks": [{"source": "share=projects/x and y.png", "destination": "/in/"}],
            "status": "paused", "queue": "High", "metadata": {"shot": "010"},
        })
        emit(job)
        emit(session.find('transfer WHERE name="x and y.png" AND status<>failed'))
        emit(session.update("Transfer", job["id"], {"status": "aborted"})["status"])
        emit(session.find("Job"))
        emit([j["id"] for j in session.find("Transfer WHERE status=aborted", finished=True)])
        emit(session.get_entity("Transfer", job["id"])["id"])
        emit(session.update("Transfer", job["id"], {"status": "waiting"})["status"])
        emit(session.delete_one("Transfer", job["id"], {"force": True}))
        """
    )
    ident, user = job["id"], job["user"]
    workspace = job["source"].partition(":")[2]
    assert job == {
        "id": ident,
        "name": "x and y.png",
        "code": "x and y.png",
        "status": "paused",
        "source": f"workspace:{workspace}",
        "source_hr": f"workspace:acmefilm({workspace})",
        "destination": f"user:{user}",
        "destination_hr": f"user:{ADMIN}[admin]({user})",
        "progress": 0,
        "size": None,
        "speed": -1.0,
        "etr": "",
        "uri": "acmefilm/high",
        "parent": job["queue"],
        "parent_hr": f"job:acmefilm/high({job['queue']})",
        "queue": job["queue"],
        "user": user,
        "user_hr": f"user:{ADMIN}[admin]({user})",
        "created": job["created"],
        "finished": None,
        "modified": job["modified"],
        "modifier": ADMIN,
        "metadata": {"shot": "010"},
        "description": "",
    }
    assert same == [job]
    assert (aborted, active, finished, entity) == ("aborted", [], [ident], ident)
    assert (retried, deleted) == ("waiting", True)


def test_tasks(run):
    task, several, found, updated, refused, revived = run(
        """
        job = session.create("Transfer", {"source": "share=projects/1", "destination": "/in/1"})
        emit(session.create("Task", {"source": "share=projects/2", "dest": "/in/2"}, job["id"]))
        more = [{"source": f"share=projects/{n}", "destination": f"/in/{n}"} for n in (3, 4)]
        emit([task["uri"] for task in session.create("Task", more, job["id"])])
        emit([task["uri"] for task in session.find("Task WHERE status=queued", entityid=job["id"])])
        emit(session.update_many("Task", job["id"], [
            {"uri": "0", "status": "excluded"}, {"uri": "1", "priority": 3, "metadata": {"a": 1}},
        ]))
        problem(session.create, "Task", {"source": "share=projects/4", "dest": "/in/4"}, job["id"],
                allow_duplicates=False)
        session.update("Transfer", job["id"], {"status": "done"})
        session.create("Task", {"source": "share=projects/5", "destination": "/in/5"}, job["id"])
        emit(session.find_one(f"Transfer WHERE id={job['id']}")["status"])
        """
    )
    assert task == {
        "id": task["id"],
        "job": task["job"],
        "job_hr": f"1[1]({task['job']})",
        "uri": "1",
        "status": "queued",
        "priority": 500,
        "metadata": {},
        "source": {"v": VOLUME, "path": "2"},
        "destination": {"user": task["destination"]["user"], "client": COMPUTER, "path": "/in/2"},
        "size": None,
        "time": None,
        "created": task["created"],
        "finished": None,
    }
    assert len(task["id"]) == 36
    assert (several, found) == (["2", "3"], ["0", "1", "2", "3"])
    assert [(t["uri"], t["status"], t["priority"]) for t in updated] == [
        ("0", "excluded", 500),
        ("1", "queued", 3),
    ]
    assert "has a task for 'share=projects/4' already" in refused
    assert revived == "waiting"


def test_pages_attributes_and_find_one_among_finished(run):
    page, chosen, unknown, finished, nothing = run(
        """
        for n in range(5):
            session.create("Transfer", {"source": f"share=projects/{n}", "destination": "/in/"})
        emit([job["name"] for job in session.find("Transfer", skip=1, limit=2)])
        emit(session.find("Transfer", attributes=["name", "status"])[0])
        problem(session.find, "Transfer", attributes=["nmae"])
        ident = session.find_one("Transfer WHERE name=4")["id"]
        session.update("Transfer", ident, {"status": "done"})
        emit(session.find_one("Transfer WHERE name=4")["status"])
        emit(session.find_one("Transfer WHERE name=missing"))
        """
    )
    assert page == ["1", "2"]
    assert {"name": "0", "status": "waiting"}.items() <= chosen.items()
    assert chosen.keys() == {"id", "name", "status"}
    assert "'nmae'" in unknown
    assert "'name'" in unknown
    assert (finished, nothing) == ("done", None)


def test_long_urls_and_compressed_payloads_arrive(run):
    paths, metadata = run(
        """
        query = " OR ".join(f"name=x{n}" for n in range(5000))
        emit(len(session.find("Transfer WHERE name=x0 OR " + query)))
        job = session.create("Transfer", {"source": "share=projects/b", "destination": "/in/",
                                          "metadata": {"text": "é" * 150000}})
        emit(len(session.get_entity("Transfer", job["id"])["metadata"]["text"]))
        """
    )
    assert (paths, metadata) == (0, 150000)


def test_standard_users_see_what_is_theirs(run):
    foreign, mine = run(
        """
        for to in ("/in/", "standard@acmefilm.com"):
            job = session.create("Transfer", {"source": "share=projects/a", "destination": to})
            emit(job["id"])
        """
    )
    everybody, queues, jobs, entity, refused, missing = run(
        f"""
        emit([user["code"] for user in session.find("User")])
        emit(session.find("Queue"))
        emit([job["id"] for job in session.find("Transfer")])
        emit(session.get_entity("Transfer", "{foreign}"))
        problem(session.update, "Transfer", "{foreign}", {{"status": "paused"}})
        problem(session.update, "Transfer", "{"0" * 24}", {{"status": "paused"}})
        """,
        role="standard",
    )
    assert everybody == ["standard@acmefilm.com"]
    assert (queues, jobs, entity) == ([], [mine], None)
    assert refused.replace(foreign, "0" * 24) == missing


def test_discovery_names_this_server(run, workspace):
    # The client always asks master.accsyn.com; here its own code asks the workspace instead.
    (answer,) = run(
        """
        emit(session._rest("GET", OPTIONS["hostname"], "/J3PKTtDvolDMBtTy6AFGA",
                           {"ident": "acmefilm"}, port=OPTIONS["port"]))
        """
    )
    port = int(workspace.url.rpartition(":")[2])
    assert answer == {"result": {"hostname": "127.0.0.1", "port": port}}
