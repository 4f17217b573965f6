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
