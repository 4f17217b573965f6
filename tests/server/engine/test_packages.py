"""Files of deliveries and requests, byte by byte."""

from __future__ import annotations

import pytest

from accsyn_orm.server.rules.clients import insert_client
from accsyn_orm.server.storage.store import update_rows
from accsyn_orm.server.storage.tables import ACLS, Scope

STANDARD = "standard@acmefilm.com"


@pytest.fixture
def lisa(depot):
    """Give a standard user with a computer, whom no ACL gives anything."""
    depot.studio.client("admin").create("user", {"code": "lisa@example.com"})
    client = depot.studio.client("lisa@example.com")
    with depot.studio.acting("lisa@example.com") as call:
        app = {"code": "lisa-laptop", "type_hr": "app", "user": client.user_id, "connected": True}
        insert_client(call, app)
    return client


def status(client, kind, ident):
    return client.get(kind, ident)["status"]


def test_a_delivery_brings_what_was_uploaded_to_it(depot, admin, standard, put):
    put(depot.computer("admin") / "out" / "a.mov", b"moving pictures")
    put(depot.computer("admin") / "out" / "stills" / "1.png", b"still")
    delivery = admin.create("delivery", {"name": "Refs"})["id"]
    tasks = [{"source": "/out/a.mov"}, {"source": "/out/stills"}]
    upload = admin.create("transfer", {"tasks": tasks, "parent": delivery})["id"]
    depot.run()
    assert status(admin, "transfer", upload) == "done"
    admin.call("PUT", "job/recipient/add", {"recipient": STANDARD}, ident=delivery)
    admin.edit("delivery", delivery, status="pending")
    depot.studio.clock.advance(seconds=1)
    job = standard.create("transfer", {"destination": "/in", "parent": delivery})["id"]
    depot.run()
    assert status(standard, "transfer", job) == "done"
    here = depot.computer("standard") / "in"
    assert (here / "a.mov").read_bytes() == b"moving pictures"
    assert (here / "stills" / "1.png").read_bytes() == b"still"
    files = admin.find("task", f"job.id={delivery}")
    assert [(file["status"], file["size"]) for file in files] == [("queued", 15), ("queued", 5)]


@pytest.mark.behaviour(
    "packages/files: its files are read and written with the rights of whoever made it"
)
def test_recipients_need_no_rights_of_their_own(depot, admin, lisa, put):
    put(depot.volume / "sh010" / "a.mov", b"plate")
    payload = {"tasks": ["share=projects/sh010/a.mov"], "recipients": [lisa.username]}
    delivery = admin.create("delivery", payload)["id"]
    request = {"name": "Back", "destination": "share=projects/in", "recipients": [lisa.username]}
    back = admin.create("request", request)["id"]
    depot.studio.clock.advance(seconds=1)
    down = lisa.create("transfer", {"destination": "/in/", "parent": delivery})["id"]
    depot.run()
    assert status(lisa, "transfer", down) == "done"
    root = depot.computer(lisa.username)
    assert (root / "in" / "a.mov").read_bytes() == b"plate"
    put(root / "comp.mov", b"comp")
    up = lisa.create("transfer", {"source": "/comp.mov", "parent": back})["id"]
    depot.run()
    assert status(lisa, "transfer", up) == "done"
    assert (depot.volume / "in" / "comp.mov").read_bytes() == b"comp"


def test_what_the_sender_may_no_longer_read_is_not_delivered(depot, admin, employee, lisa, put):
    put(depot.volume / "a.mov", b"plate")
    depot.studio.share_projects("employee")
    payload = {"tasks": ["share=projects/a.mov"], "recipients": [STANDARD]}
    delivery = employee.create("delivery", payload)["id"]
    depot.studio.clock.advance(seconds=1)
    with depot.studio.acting("employee") as call:
        own = ACLS.table.c.entity__ident == employee.user_id
        update_rows(call, ACLS, own, {}, scope=Scope.ARCHIVED)
    job = depot.studio.client(STANDARD).create(
        "transfer", {"destination": "/in/", "parent": delivery}
    )["id"]
    depot.step(5)
    assert status(admin, "transfer", job) == "failed"
    assert not (depot.computer("standard") / "in" / "a.mov").exists()


# -- what uploads must not do ---------------------------------------------------------------------


@pytest.fixture
def request_for_folder(depot, admin, lisa, put):
    """Give a live request for a folder in which there are files already."""
    put(depot.volume / "in" / "sh010" / "plate.mov", b"plate")
    payload = {"name": "Comps", "destination": "share=projects/in", "recipients": [lisa.username]}
    request = admin.create("request", payload)["id"]
    depot.studio.clock.advance(seconds=1)
    return request


@pytest.mark.behaviour("packages/files: what a recipient sends to a folder removes nothing")
@pytest.mark.parametrize(
    "settings",
    [
        {"transfer_mode": "onewaysync"},
        {"transfer_exclude": "*.mov", "job_done_actions": "delete_excluded"},
    ],
)
@pytest.mark.parametrize("source", ["/out/sh010", "/out"])
def test_recipients_remove_nothing(
    depot, lisa, request_for_folder, put, read_all, settings, source
):
    put(depot.computer(lisa.username) / "out" / "sh010" / "comp.txt", b"comp")
    before = read_all(depot.volume)
    payload = {"source": source, "parent": request_for_folder, "settings": settings}
    job = lisa.create("transfer", payload)["id"]
    depot.run()
    assert status(lisa, "transfer", job) == "done"
    after = read_all(depot.volume)
    assert before.items() <= after.items()
    assert b"comp" in after.values()


@pytest.mark.behaviour("packages/files: what a recipient sends to a folder replaces nothing")
def test_recipients_replace_nothing(depot, admin, lisa, request_for_folder, put, read_all):
    put(depot.computer(lisa.username) / "out" / "sh010" / "plate.mov", b"other")
    payload = {"source": "/out/sh010", "parent": request_for_folder}
    job = lisa.create("transfer", payload)["id"]
    depot.run()
    assert (
        depot.job(job)["problem"] == "'share=projects/in/sh010/plate.mov' is there already (E#J058)"
    )
    assert read_all(depot.volume) == {"in/sh010/plate.mov": b"plate"}
    # Who may write there anyway may do so here.
    depot.studio.share_projects(lisa.username)
    lisa.edit("transfer", job, status="waiting")
    depot.run()
    assert read_all(depot.volume) == {"in/sh010/plate.mov": b"other"}


def test_what_a_recipient_sent_half_is_gone_on_with(slow, admin, lisa, put, read_all):
    content = put(slow.computer(lisa.username) / "a.mov", 10_000).read_bytes()
    payload = {"name": "Back", "destination": "share=projects/in", "recipients": [lisa.username]}
    request = admin.create("request", payload)["id"]
    slow.studio.clock.advance(seconds=1)
    job = lisa.create("transfer", {"source": "/a.mov", "parent": request})["id"]
    slow.start()
    slow.step(seconds=4)
    lisa.edit("transfer", job, status="paused")
    slow.step()
    lisa.edit("transfer", job, status="waiting")
    assert slow.run() == 6
    assert read_all(slow.volume) == {"in/a.mov": content}
    # All is there: sending it once more finds it so.
    lisa.edit("transfer", job, status="waiting")
    slow.run()
    assert status(lisa, "transfer", job) == "done"


@pytest.mark.behaviour("packages/files: a file that is uploaded again has its new size")
def test_a_file_that_is_uploaded_again_is_replaced(depot, admin, put):
    delivery = admin.create("delivery", {"name": "Refs"})["id"]
    for size in (5, 15):
        put(depot.computer("admin") / "a.mov", size)
        admin.create("transfer", {"source": "/a.mov", "parent": delivery})
        depot.run()
        (file,) = admin.find("task", f"job.id={delivery}")
        assert (file["status"], file["size"]) == ("queued", size)
    admin.create("transfer", {"source": "/a.mov", "parent": delivery})
    (job,) = admin.find("transfer", f"parent={delivery}")
    admin.edit("transfer", job["id"], status="done")
    (file,) = admin.find("task", f"job.id={delivery}")
    assert (file["status"], file["size"]) == ("queued", 15)


@pytest.mark.behaviour("packages/files: an upload to one that is over by now fails")
@pytest.mark.parametrize("hours", [0, 4])
def test_an_upload_does_not_outlive_its_delivery(slow, admin, put, read_all, hours):
    put(slow.computer("admin") / "a.mov", 10_000)
    delivery = admin.create("delivery", {"name": "Refs"})["id"]
    job = admin.create("transfer", {"source": "/a.mov", "parent": delivery})["id"]
    slow.start()
    slow.step(seconds=2)
    admin.edit("transfer", job, status="paused")
    admin.edit("delivery", delivery, status="aborted")
    slow.run(seconds=hours * 3600 + 1)
    admin.edit("transfer", job, status="waiting")
    slow.run(seconds=5 * 3600)
    assert slow.job(job)["problem"] == "it takes no files: it is aborted (E#J057)"
    assert read_all(slow.studio.roots.packages) == {}
