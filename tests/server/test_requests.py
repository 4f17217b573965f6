"""Requests: recipients send files, into a folder or to the request itself."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

pytestmark = pytest.mark.usefixtures("shared")

VOLUME = stable_id("share", "projects")
STANDARD = "standard@acmefilm.com"
FOLDER = "share=(default)/source/from_client"


@pytest.fixture
def live(studio, admin):
    """Ask the standard user for files, and let the request become live."""

    def make(**more):
        payload = {"name": "Plates", "recipients": [STANDARD], **more}
        ident = admin.create("request", payload)["id"]
        studio.clock.advance(seconds=1)
        return admin.get("request", ident)

    return make


def files(client, package):
    return client.find("task", f"job.id={package['id']}")


@pytest.mark.behaviour("request/create: with recipients it is submitted, unless held back")
@pytest.mark.behaviour("request/create: without recipients it is composed")
@pytest.mark.behaviour("packages/life: a request is submitted with recipients only")
@pytest.mark.behaviour("request/edit: status pending submits it, aborted and done end it")
def test_a_request_needs_recipients_and_no_files(admin, live):
    request = live()
    assert (request["status"], request["source"]) == ("waiting", None)
    assert request["destination_hr"].startswith("workspace:acmefilm(")
    assert admin.find("request") == [request]
    held = admin.create("request", {"name": "x", "recipients": [STANDARD], "status": "init"})
    assert held["status"] == "init"
    assert admin.edit("request", held["id"], status="pending")["status"] == "pending"
    empty = admin.create("request", {"name": "y"})
    with pytest.raises(Refusal, match="it has no recipients"):
        admin.edit("request", empty["id"], status="pending")
    assert admin.edit("request", request["id"], status="done")["status"] == "done"


@pytest.mark.behaviour("request/create: its destination is a folder that the creator writes to")
@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({"destination": "share=nope/in"}, "there is no share 'nope' that you may write to"),
        ({"destination": "/local/in"}, "is a local file"),
        ({"destination": STANDARD}, "is not a path in the workspace"),
        ({"tasks": ["share=projects/a"]}, "no attribute 'tasks'"),
        ({"name": None}, "name is text"),
    ],
)
def test_what_cannot_be_requested_is_refused(admin, payload, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("request", {"name": "x", **payload})


def test_a_request_has_a_name(admin):
    with pytest.raises(Refusal, match="a request without files needs a name"):
        admin.create("request", {"recipients": [STANDARD]})


@pytest.mark.behaviour("packages/files: a live request takes files from its recipients")
@pytest.mark.behaviour("packages/files: a request for a folder takes files there")
def test_recipients_send_files_into_the_folder(studio, admin, live):
    # Recipients need no right of their own in the folder.
    admin.create("user", {"code": "lisa@example.com"})
    lisa = studio.client("lisa@example.com")
    request = live(destination=FOLDER, recipients=["lisa@example.com"])
    payload = {"tasks": [{"source": "/out/a.mov"}, {"source": "/b/"}], "parent": request["id"]}
    job = lisa.create("transfer", payload)
    assert (job["name"], job["parent"]) == ("a.mov", request["id"])
    assert [task["destination"] for task in lisa.find("task", f"job.id={job['id']}")] == [
        {"v": VOLUME, "path": "source/from_client/a.mov"},
        {"v": VOLUME, "path": "source/from_client/b"},
    ]
    assert [file["status"] for file in files(admin, request)] == ["pending", "pending"]
    lisa.edit("transfer", job["id"], status="done")
    assert [file["status"] for file in files(lisa, request)] == ["queued", "queued"]
    (entry,) = admin.call("GET", "job/recipients", {}, ident=request["id"])
    assert entry["actioned"] is True


def test_files_can_be_requested_into_the_root_of_a_share(admin, standard, live):
    request = live(destination="share=projects")
    job = standard.create("transfer", {"source": "/out/a.mov", "parent": request["id"]})
    (task,) = standard.find("task", f"job.id={job['id']}")
    assert task["destination"] == {"v": VOLUME, "path": "a.mov"}


@pytest.mark.behaviour("packages/files: other requests keep a folder for each sender")
@pytest.mark.behaviour("packages/files: recipients of a request do not download from it")
def test_without_a_folder_the_request_keeps_the_files(studio, admin, employee, standard, live):
    request = live(recipients=[STANDARD, "employee@acmefilm.com"])
    for client in (standard, employee):
        job = client.create("transfer", {"source": "/out/a.mov", "parent": request["id"]})
        client.edit("transfer", job["id"], status="done")
    assert [file["source"] for file in files(admin, request)] == [
        {"job": request["id"], "path": f"{STANDARD}/a.mov"},
        {"job": request["id"], "path": "employee@acmefilm.com/a.mov"},
    ]
    job = admin.create("transfer", {"destination": "/in", "parent": request["id"]})
    assert [task["destination"]["path"] for task in admin.find("task", f"job.id={job['id']}")] == [
        f"/in/{STANDARD}/",
        "/in/employee@acmefilm.com/",
    ]
    with pytest.raises(Refusal, match="standard users may not download from this request"):
        standard.create("transfer", {"destination": "/in", "parent": request["id"]})


@pytest.mark.behaviour("packages/files: a request has no files of its own")
def test_a_request_gets_its_files_from_its_recipients(admin, standard, live):
    request = live()
    with pytest.raises(Refusal, match="gets its files from its recipients"):
        admin.create("task", {"tasks": ["share=projects/a"]}, request["id"])
    held = admin.create("request", {"name": "x", "recipients": [STANDARD], "status": "init"})
    with pytest.raises(Refusal, match="the request takes no files: it is init"):
        standard.create("transfer", {"source": "/a", "parent": held["id"]})
    other = admin.create("request", {"name": "y"})
    with pytest.raises(Refusal, match="there is no job"):
        standard.create("transfer", {"source": "/a", "parent": other["id"]})


@pytest.mark.behaviour("request/delete: one that was not submitted, or is over, can be deleted")
def test_requests_are_deleted_before_or_after(admin, live):
    assert admin.delete("request", admin.create("request", {"name": "y"})["id"]) is True
    request = live()
    with pytest.raises(Refusal, match="the request is live"):
        admin.delete("request", request["id"])
    admin.edit("request", request["id"], status="aborted")
    assert admin.delete("request", request["id"]) is True
