"""The role matrix for jobs of all kinds and their tasks, cell by cell, in both generations."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal

PACKAGES = ("delivery", "request", "stream")
KINDS = ("transfer", "compute", *PACKAGES)
TRANSFERS = {"transfer own", "transfer foreign"}
COMPUTES = {"compute own", "compute foreign"}
RECEIVED = {f"{kind} own" for kind in PACKAGES}
EVERYTHING = {f"{kind} {whose}" for kind in KINDS for whose in ("own", "foreign")}
OWN = {"transfer own", "compute own"}

SEES = {
    "admin": EVERYTHING,
    "employee": EVERYTHING,
    "poor": TRANSFERS | COMPUTES | RECEIVED,
    "standard": OWN | RECEIVED,
}
CHANGES = {
    "admin": EVERYTHING,
    "employee": EVERYTHING,
    "poor": TRANSFERS | COMPUTES,
    "standard": OWN,
}
CREATES = {
    "admin": set(KINDS),
    "employee": set(KINDS),
    "poor": {"transfer", "compute"},
    "standard": {"transfer", "compute"},
}
USERS = tuple(SEES)


@pytest.fixture
def people(studio):
    """Give an employee without a volume beside those who have one; return their e-mails."""
    studio.client("admin").create("user", {"code": "poor@acmefilm.com", "role": "employee"})
    for user in ("employee", "standard"):
        studio.share_projects(user)
    return {user: f"{user}@acmefilm.com" for user in USERS}


@pytest.fixture
def jobs(studio, people):
    """Make jobs that are a user's own, and jobs that are not; return their ids by name."""

    def make(user):
        admin, own = studio.client("boss@acmefilm.com"), people[user]
        files = ["share=projects/a"]
        made = {}
        for whose, party in (("own", own), ("foreign", "boss@acmefilm.com")):
            payload = {"source": "share=projects/a", "destination": party}
            made[f"transfer {whose}"] = admin.create("transfer", payload)
            client = studio.client(party)
            made[f"compute {whose}"] = client.create("compute", {"engine": "nuke-13"})
            for kind in PACKAGES:
                tasks = {} if kind == "request" else {"tasks": files}
                payload = {"name": "x", "recipients": [party], "status": "init", **tasks}
                made[f"{kind} {whose}"] = admin.create(kind, payload)
        return {name: job["id"] for name, job in made.items()}

    first = studio.client("admin")
    first.create("user", {"code": "boss@acmefilm.com", "role": "admin"})
    first.create("engine", {"code": "nuke-13"})
    return make


def named(jobs, records):
    """Name the jobs of the table that are among some records."""
    by_id = {ident: name for name, ident in jobs.items()}
    return {by_id[record["id"]] for record in records if record["id"] in by_id}


@pytest.mark.parametrize("user", USERS)
def test_who_sees_which_jobs(studio, people, jobs, user):
    made = jobs(user)
    client = studio.client(people[user])
    found = [record for kind in KINDS for record in client.find(kind)]
    assert named(made, found) == SEES[user]
    assert {name for name, ident in made.items() if client.get(name.split()[0], ident)} == SEES[
        user
    ]
    with_tasks = {name for name in made if not name.startswith("request")}
    seen = {name for name in with_tasks if client.find("task", parent=made[name])}
    assert seen == SEES[user] & with_tasks


@pytest.mark.parametrize("user", USERS)
def test_who_sees_which_jobs_in_v1(studio, people, jobs, user):
    made = jobs(user)
    client = studio.client(people[user], "v1")
    assert named(made, client.find("job")) == SEES[user]
    assert {name for name, ident in made.items() if client.get("job", ident)} == SEES[user]
    with_tasks = {name for name in made if not name.startswith("request")}
    seen = {name for name in with_tasks if client.find("task", f"job.id={made[name]}")}
    assert seen == SEES[user] & with_tasks


def refusal(action):
    """Say why an action is refused; empty if it is not."""
    try:
        action()
    except Refusal as refused:
        return refused.message
    return ""


@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize("user", USERS)
def test_who_changes_which_jobs(studio, people, jobs, user, protocol):
    client = studio.client(people[user], protocol)
    for name, ident in jobs(user).items():
        kind = "job" if protocol == "v1" else name.split()[0]
        told = refusal(lambda: client.edit(kind, ident, metadata={"a": 1}))  # noqa: B023  # at once
        if name in CHANGES[user]:
            assert told == ""
        elif name in SEES[user]:
            assert "may not change this" in told
        else:
            assert told == f"there is no {kind} '{ident}'"


@pytest.mark.parametrize("protocol", ["v1", "v3"])
@pytest.mark.parametrize("user", USERS)
def test_who_changes_which_tasks(studio, people, jobs, user, protocol):
    admin, client = studio.client("admin"), studio.client(people[user], protocol)
    made = jobs(user)
    tasks = [(name, task["id"]) for name in made for task in admin.find("task", parent=made[name])]
    assert len(tasks) == len(made) - 2  # requests have none
    for name, ident in tasks:
        told = refusal(lambda: client.edit("task", ident, priority=7))  # noqa: B023  # at once
        if name in CHANGES[user]:
            assert told == ""
        else:
            expected = "may not change this task" if name in SEES[user] else "there is no task"
            assert expected in told


@pytest.mark.parametrize("user", USERS)
def test_who_deletes_which_jobs(studio, people, jobs, user):
    client = studio.client(people[user])
    for name, ident in jobs(user).items():
        told = refusal(lambda: client.delete(name.split()[0], ident))  # noqa: B023  # at once
        if name in CHANGES[user]:
            assert told == ""
        else:
            assert ("may not delete this" if name in SEES[user] else "there is no") in told


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("user", USERS)
def test_who_creates_which_jobs(studio, people, user, kind):
    studio.client("admin").create("engine", {"code": "nuke-13"})
    payload = {
        "transfer": {"source": "/a", "destination": "site=hq:null"},
        "compute": {"engine": "nuke-13"},
    }.get(kind, {"name": "x"})
    told = refusal(lambda: studio.client(people[user]).create(kind, payload))
    if kind in CREATES[user]:
        assert told == ""
    else:
        assert f"may not create a {kind}" in told
