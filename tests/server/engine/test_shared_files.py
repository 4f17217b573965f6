"""What users may download because it was shared with them: from collections and deliveries."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import insert_row, update_row
from accsyn_orm.server.storage.tables import ACLS, FILES, SHARES, USERS, Scope

VOLUME = stable_id("share", "projects")
STANDARD = "standard@acmefilm.com"


@pytest.fixture
def collection(depot, put):
    """Share a collection of two files of the volume with the standard user."""
    put(depot.volume / "show" / "a.mov", b"a")
    put(depot.volume / "b.mov", b"b")
    with depot.studio.acting("admin") as call:
        refs = {"type": "collection", "code": "refs", "status": "enabled"}
        ident = insert_row(call, SHARES, refs)
        paths = ("volume=projects/show/a.mov", "volume=projects/b.mov")
        members = [
            insert_row(call, FILES, {"parent": ident, "share": VOLUME, "path": path})
            for path in paths
        ]
        user = call.connection.scalars(
            select(USERS.table.c.id).where(USERS.table.c.code == STANDARD)
        )
        acl = {"entity": f"user:{user.one()}", "target": f"share:{ident}", "path": "/"}
        insert_row(call, ACLS, {**acl, "read": True, "write": False})
    return members


@pytest.mark.behaviour("transfers/paths: whoever may read a collection may read what is in it")
def test_a_collection_is_downloaded_without_a_right_to_the_volume(
    depot, standard, collection, read_all
):
    job = standard.create("transfer", {"source": "collection=refs", "destination": "/in/"})
    depot.run()
    assert depot.job(job["id"])["status"] == "done"
    assert read_all(depot.computer("standard")) == {"in/a.mov": b"a", "in/b.mov": b"b"}


def test_what_was_removed_from_a_collection_is_not_downloaded(
    depot, standard, collection, read_all
):
    with depot.studio.acting("admin") as call:
        update_row(call, FILES, collection[0], {}, scope=Scope.ARCHIVED)
    standard.create("transfer", {"source": "collection=refs", "destination": "/in/"})
    depot.run()
    assert read_all(depot.computer("standard")) == {"in/b.mov": b"b"}


@pytest.fixture
def delivery(depot, admin, put):
    """Deliver a file of the volume to the standard user, until it is live."""
    put(depot.volume / "a.mov", b"a")
    payload = {"name": "Refs", "tasks": ["share=projects/a.mov"], "recipients": [STANDARD]}
    ident = admin.create("delivery", payload)["id"]
    depot.studio.clock.advance(seconds=2)
    return ident


def test_a_delivery_is_downloaded_without_a_right_to_the_volume(
    depot, standard, delivery, read_all
):
    job = standard.create("transfer", {"parent": delivery, "destination": "/in/"})
    depot.run()
    assert depot.job(job["id"])["status"] == "done"
    assert read_all(depot.computer("standard")) == {"in/a.mov": b"a"}


@pytest.mark.behaviour("packages/files: who is no recipient any more downloads nothing")
def test_who_is_no_recipient_any_more_downloads_nothing(depot, admin, standard, delivery, read_all):
    job = standard.create("transfer", {"parent": delivery, "destination": "/in/"})
    admin.call("DELETE", "job/recipient", {"recipient": STANDARD}, ident=delivery)
    depot.run()
    assert depot.job(job["id"])["status"] == "failed"
    assert read_all(depot.computer("standard")) == {}
