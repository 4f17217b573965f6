"""Jobs from every kind of place to every other: files arrive where the notation says."""

from __future__ import annotations

import pytest

from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import insert_row, update_row
from accsyn_orm.server.storage.tables import SHARES, SITES

VOLUME = stable_id("share", "projects")


@pytest.fixture
def move(depot, admin):
    """Submit a job and run it; return what it is then."""

    def run(payload, client=admin):
        job = client.create("transfer", payload)["id"]
        depot.run()
        return depot.job(job)

    return run


@pytest.fixture
def berlin(depot, admin):
    """Give a second site, and the directory of the default volume there."""
    site = admin.create("site", {"name": "Berlin"})["id"]
    return depot.studio.roots.base / "sites" / site / "projects"


@pytest.fixture
def home(depot, standard):
    """Give a standard user a home; return its directory."""
    with depot.studio.acting("admin") as call:
        values = {"code": "home", "type": "home", "status": "enabled", "path": "homes/standard"}
        insert_row(call, SHARES, {**values, "parent": VOLUME, "user": standard.user_id})
    return depot.volume / "homes" / "standard"


def test_from_a_site_to_another_one_and_back(depot, move, berlin, put, read_all):
    put(depot.volume / "shot" / "a.exr", b"a")
    put(depot.volume / "shot" / "deep" / "b.exr", b"b")
    there = {"shot/a.exr": b"a", "shot/deep/b.exr": b"b"}
    for source in ("share=projects/shot", "share=projects/shot/"):
        job = move({"source": source, "destination": "site=berlin"})
        assert (job["status"], job["problem"]) == ("done", None)
        assert read_all(berlin) == there
    put(berlin / "shot" / "c.exr", b"c")
    payload = {"source": "site=berlin:share=projects/shot/c.exr", "destination": "hq"}
    assert move(payload)["status"] == "done"
    assert read_all(depot.volume) == {**there, "shot/c.exr": b"c"}
    put(berlin / "other", b"o")
    job = move(
        {"source": "site=berlin:share=projects/other", "destination": "hq:share=projects/x/"}
    )
    assert job["status"] == "done"
    assert read_all(depot.volume)["x/other"] == b"o"


def test_a_whole_volume_is_mirrored_to_another_site(depot, move, berlin, put, read_all):
    put(depot.volume / "a.exr", b"a")
    put(depot.volume / "deep" / "b.exr", b"b")
    settings = {"transfer_mode": "onewaysync"}
    payload = {"source": "share=projects", "destination": "site=berlin", "settings": settings}
    assert move(payload)["status"] == "done"
    assert read_all(berlin) == {"a.exr": b"a", "deep/b.exr": b"b"}
    (depot.volume / "a.exr").unlink()
    assert move(payload)["status"] == "done"
    assert read_all(berlin) == {"deep/b.exr": b"b"}


@pytest.mark.behaviour("transfers/sites: a job waits while a site it uses is disabled")
def test_a_site_that_is_disabled_is_no_obstacle_to_others(depot, admin, move, berlin, put):
    put(depot.volume / "a.exr", b"a")
    (site,) = admin.find("site", "code=berlin")
    depot.set(SITES, site["id"], status="disabled")
    job = move({"source": "share=projects/a.exr", "destination": "site=berlin"})
    assert job["status"] == "waiting"
    assert "site berlin is disabled (W#J055)" in job["problem"]
    depot.set(SITES, site["id"], status="enabled")
    depot.run()
    assert depot.job(job["id"])["status"] == "done"
    assert (berlin / "a.exr").read_bytes() == b"a"


@pytest.mark.parametrize(
    ("source", "expected"),
    [("/out/a.exr", "out/a.exr"), ("/out/", "out/a.exr"), ("C:\\out\\a.exr", "out/a.exr")],
)
def test_an_upload_without_a_destination_keeps_its_path(
    depot, move, put, read_all, source, expected
):
    for drive in ("", "C/"):
        put(depot.computer("admin") / f"{drive}out" / "a.exr", b"a")
    assert move({"source": source})["status"] == "done"
    assert read_all(depot.volume) == {expected: b"a"}


def test_what_is_sent_home_goes_into_the_folder_of_the_day(
    depot, standard, move, home, put, read_all
):
    put(depot.computer("standard") / "out" / "a.exr", b"a")
    assert move({"source": "/out/a.exr", "destination": "~"}, standard)["status"] == "done"
    assert move({"source": "/out/a.exr", "destination": "~/x/"}, standard)["status"] == "done"
    assert read_all(home) == {"20260301/a.exr": b"a", "x/a.exr": b"a"}
    assert move({"source": "~/x/a.exr", "destination": "/back/"}, standard)["status"] == "done"
    assert (depot.computer("standard") / "back" / "a.exr").read_bytes() == b"a"


def test_a_push_to_a_users_copy_of_a_share_and_a_pull_from_it(depot, standard, move, put, read_all):
    put(depot.volume / "a.exr", b"a")
    who = standard.username
    payload = {"source": "share=projects/a.exr", "destination": f"{who}:share=projects/in/"}
    assert move(payload)["status"] == "done"
    copy = depot.computer("standard") / "Downloads" / "projects"
    assert read_all(copy) == {"in/a.exr": b"a"}
    put(copy / "in" / "b.exr", b"b")
    assert move({"source": f"{who}:share=projects/in/b.exr"})["status"] == "done"
    assert (depot.volume / "in" / "b.exr").read_bytes() == b"b"


def test_a_relative_path_of_a_user_is_in_his_downloads(depot, move, put, standard):
    put(depot.volume / "a.exr", b"a")
    payload = {"source": "share=projects/a.exr", "destination": f"{standard.username}:in/"}
    assert move(payload)["status"] == "done"
    assert (depot.computer("standard") / "Downloads" / "in" / "a.exr").read_bytes() == b"a"


def test_a_sequence_of_a_job_moves_its_frames(depot, move, put, read_all):
    for frame in range(95, 106):
        put(depot.volume / "shot" / f"p.{frame:04}.exr", str(frame).encode())
    payload = {"source": "share=projects/shot/p.%04d.exr[99-101]", "destination": "/in/"}
    assert move(payload)["status"] == "done"
    expected = {f"in/p.{frame:04}.exr": str(frame).encode() for frame in (99, 100, 101)}
    assert read_all(depot.computer("admin")) == expected


@pytest.mark.behaviour("transfers/paths: a job waits while the server of its volume is offline")
def test_a_job_waits_while_the_server_of_its_volume_is_offline(depot, admin, put):
    put(depot.volume / "a.exr", b"a")
    depot.studio.service.connect("acmefilm", "hq-server", connected=False)
    depot.studio.clock.advance(seconds=16 * 60)
    job = admin.create("transfer", {"source": "share=projects/a.exr", "destination": "/in/"})["id"]
    depot.run()
    assert depot.job(job)["status"] == "waiting"
    assert "server hq-server is offline (W#J055)" in depot.job(job)["problem"]
    depot.studio.service.connect("acmefilm", "hq-server", connected=True)
    depot.run()
    assert depot.job(job)["status"] == "done"


def test_a_share_that_is_renamed_while_a_job_waits_is_still_found(depot, admin, put, read_all):
    put(depot.volume / "a.exr", b"a")
    payload = {"source": "share=projects/a.exr", "destination": "/in/", "status": "paused"}
    job = admin.create("transfer", payload)["id"]
    with depot.studio.acting("admin") as call:
        update_row(call, SHARES, VOLUME, {"code": "renamed"})
    admin.edit("transfer", job, status="waiting")
    depot.run()
    assert depot.job(job)["status"] == "done"
    assert read_all(depot.computer("admin")) == {"in/a.exr": b"a"}
