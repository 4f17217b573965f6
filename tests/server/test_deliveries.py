"""The life of deliveries and streams, and who does what with them."""

from __future__ import annotations

import shutil

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

pytestmark = pytest.mark.usefixtures("shared")

VOLUME = stable_id("share", "projects")
STANDARD = "standard@acmefilm.com"
FILES = ["share=projects/a.mov", "volume=(default)/sub/b.mov"]


@pytest.fixture
def draft(admin):
    """Compose a delivery without files."""
    return admin.create("delivery", {"name": "Refs"})


@pytest.fixture
def live(studio, admin):
    """Submit a delivery of two files to the standard user, and let it become live."""
    payload = {"name": "Refs", "tasks": FILES, "recipients": [STANDARD]}
    ident = admin.create("delivery", payload)["id"]
    studio.clock.advance(seconds=1)
    return admin.get("delivery", ident)


def add(client, package, named, **data):
    return client.call("PUT", "job/recipient/add", {"recipient": named, **data}, ident=package)


def files(client, package):
    return client.find("task", f"job.id={package['id']}")


def status(client, package):
    return client.get("delivery", package["id"])["status"]


def upload(client, package, *paths):
    tasks = [{"source": path} for path in paths or ("/out/a.mov",)]
    return client.create("transfer", {"tasks": tasks, "parent": package["id"]})


# -- composing and submitting ---------------------------------------------------------------------


@pytest.mark.behaviour("delivery/create: without files it is composed: its status is init")
@pytest.mark.behaviour("delivery/find: what it is made of inside is never shown")
def test_a_delivery_is_composed_first(admin, draft):
    assert (draft["name"], draft["code"], draft["status"]) == ("Refs", "Refs", "init")
    assert (draft["user"], draft["public"]) == (admin.user_id, False)
    assert (draft["source_hr"].partition("(")[0], draft["destination"]) == (
        "workspace:acmefilm",
        None,
    )
    assert admin.find("delivery") == [draft]
    assert not {"tasks", "data", "config", "recipients", "package", "settings"} & set(draft)
    with pytest.raises(Refusal, match="a delivery without files needs a name"):
        admin.create("delivery", {"recipients": [STANDARD]})


@pytest.mark.behaviour("delivery/create: with files and recipients it is submitted at once")
@pytest.mark.behaviour("packages/life: a submitted one is pending first, then waiting")
@pytest.mark.behaviour("packages/files: files of volumes are delivered if the sender reads them")
def test_with_all_it_needs_it_is_submitted_at_once(studio, admin):
    payload = {"tasks": FILES, "recipients": [STANDARD], "metadata": {"shot": "010"}}
    delivery = admin.create("delivery", payload)
    assert (delivery["name"], delivery["status"]) == ("a.mov", "pending")
    assert delivery["metadata"] == {"shot": "010"}
    assert [file["source"] for file in files(admin, delivery)] == [
        {"v": VOLUME, "path": "a.mov"},
        {"v": VOLUME, "path": "sub/b.mov"},
    ]
    assert [file["status"] for file in files(admin, delivery)] == ["queued", "queued"]
    studio.clock.advance(seconds=1)
    assert status(admin, delivery) == "waiting"


@pytest.mark.behaviour("delivery/create: status init holds it back")
@pytest.mark.behaviour("delivery/create: with files alone, or recipients alone, it is composed")
@pytest.mark.parametrize(
    "payload",
    [
        {"tasks": FILES, "recipients": [STANDARD], "status": "init"},
        {"tasks": FILES},
        {"recipients": [STANDARD]},
        {"tasks": []},
    ],
)
def test_otherwise_it_waits_to_be_submitted(admin, payload):
    assert admin.create("delivery", {"name": "x", **payload})["status"] == "init"


@pytest.mark.behaviour("delivery/edit: status pending submits it, aborted and done end it")
@pytest.mark.behaviour("packages/life: a delivery is submitted with files and recipients only")
@pytest.mark.behaviour("packages/files: files of volumes are its tasks, until it is submitted")
def test_it_is_submitted_with_files_and_recipients_only(studio, admin, draft):
    with pytest.raises(Refusal, match="it has no recipients"):
        admin.edit("delivery", draft["id"], status="pending")
    assert add(admin, draft["id"], STANDARD) is True
    with pytest.raises(Refusal, match="it has no files"):
        admin.edit("delivery", draft["id"], status="pending")
    new = admin.create_all("task", {"tasks": FILES}, draft["id"])
    assert admin.create_all("task", {"source": FILES[0]}, draft["id"]) == new[:1]
    assert files(admin, draft) == new
    assert admin.edit("delivery", draft["id"], status="pending")["status"] == "pending"
    studio.clock.advance(seconds=1)
    with pytest.raises(Refusal, match="submitted already: its status is waiting"):
        admin.edit("delivery", draft["id"], status="pending")
    with pytest.raises(Refusal, match="files are added to a delivery before it is submitted only"):
        admin.create("task", {"tasks": FILES}, draft["id"])


@pytest.mark.behaviour("packages/files: its files change until it is submitted")
def test_files_are_left_out_until_it_is_submitted(admin, live, draft):
    (first, second) = admin.create_all("task", {"tasks": FILES}, draft["id"])
    admin.edit("task", first["id"], status="excluded")
    assert status(admin, draft) == "init"
    add(admin, draft["id"], STANDARD)
    admin.edit("task", second["id"], status="excluded")
    with pytest.raises(Refusal, match="it has no files"):
        admin.edit("delivery", draft["id"], status="pending")
    with pytest.raises(Refusal, match="files of a delivery are included or left out"):
        admin.edit("task", first["id"], status="done")
    task = files(admin, live)[0]
    with pytest.raises(Refusal, match="files of a delivery are changed before it is submitted"):
        admin.edit("task", task["id"], priority=5)


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({"tasks": ["/local/a.mov"]}, "is a local file: upload it"),
        ({"tasks": ["share=nope/a"]}, "there is no share 'nope' that you may read"),
        ({"tasks": [{"source": FILES[0], "destination": "/x"}]}, "has a source only"),
        ({"tasks": [{"source": FILES[0], "priority": 5}]}, "has a source only"),
        ({"tasks": ["site=hq:null", "client=x:/a"]}, "is not a path in the workspace"),
        ({"tasks": ["standard@acmefilm.com"]}, "is not a path in the workspace"),
        ({"recipients": ["nobody"]}, "there is no user 'nobody'"),
        ({"recipients": STANDARD}, "recipients is a list"),
        ({"recipients": [" "]}, "recipients is empty"),
        ({"status": "waiting"}, "one of init"),
        ({"destination": "share=projects"}, "delivery.destination cannot be given"),
        ({"reciepients": []}, "no attribute 'reciepients': did you mean 'recipients'"),
        ({"type": 8}, "between 7 and 7"),
        ({"code": "y"}, "name and code of a job are the same"),
    ],
)
def test_what_cannot_be_delivered_is_refused(admin, payload, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("delivery", {"name": "x", **payload})
    assert admin.find("delivery") == []


@pytest.mark.behaviour("delivery/edit: it can be renamed at any time")
def test_it_can_be_renamed(admin, admin_v1, live):
    changed = admin.edit("delivery", live["id"], name="New", metadata={"a": 1})
    assert (changed["name"], changed["metadata"]) == ("New", {"a": 1})
    assert admin_v1.edit("job", live["id"], code="Newer")["code"] == "Newer"
    for values, problem in (
        ({"tasks": []}, "tasks cannot be changed"),
        ({"recipients": []}, "recipients cannot be changed"),
        ({"status": "waiting"}, "one of pending, aborted, done"),
    ):
        with pytest.raises(Refusal, match=problem):
            admin.edit("delivery", live["id"], **values)


# -- its end --------------------------------------------------------------------------------------


@pytest.mark.behaviour("delivery/edit: status pending submits it, aborted and done end it")
@pytest.mark.parametrize("end", ["aborted", "done"])
def test_it_is_ended_by_its_status(studio, admin, live, end):
    ended = admin.edit("delivery", live["id"], status=end)
    assert (ended["status"], ended["finished"]) == (end, "2026-03-01T12:00:01")
    assert admin.find("delivery") == []
    assert admin.find("delivery", finished=True) == [ended]
    for again in ("aborted", "done", "pending"):
        with pytest.raises(Refusal, match=f"it is {end} already|its status is {end}"):
            admin.edit("delivery", live["id"], status=again)
    studio.clock.advance(days=14)
    assert admin.find("delivery", finished=True) == []
    assert [one["id"] for one in admin.find("delivery", archived=True)] == [live["id"]]


@pytest.mark.behaviour("delivery/delete: one that was not submitted can be deleted")
@pytest.mark.behaviour("delivery/delete: one that was aborted can be deleted")
@pytest.mark.behaviour("delivery/delete: one that is live is not deleted")
def test_who_is_not_live_can_be_deleted(admin, draft, live):
    assert admin.delete("delivery", draft["id"]) is True
    with pytest.raises(Refusal, match="the delivery is live: abort it before it is deleted"):
        admin.delete("delivery", live["id"])
    admin.edit("delivery", live["id"], status="aborted")
    assert admin.delete("delivery", live["id"], {"force": True}) is True
    assert (admin.find("delivery"), admin.find("delivery", finished=True)) == ([], [])
    archived = admin.find("delivery", archived=True)
    assert [one["status"] for one in archived] == ["aborted", "aborted"]


@pytest.mark.behaviour("packages/life: what is not submitted within eight hours is aborted")
@pytest.mark.behaviour("packages/life: uploaded files are removed four hours after its end")
def test_what_is_not_submitted_ends_after_eight_hours(studio, admin, draft):
    folder = studio.roots.packages / draft["id"]
    folder.mkdir()
    studio.clock.advance(hours=8, seconds=-1)
    assert status(admin, draft) == "init"
    studio.clock.advance(seconds=1)
    ended = admin.get("delivery", draft["id"])
    assert (ended["status"], ended["finished"]) == ("aborted", "2026-03-01T20:00:00")
    assert (ended["modified"], ended["modifier"]) == ("2026-03-01T20:00:00", "accsyn")
    studio.clock.advance(hours=4, seconds=-1)
    admin.find("delivery")
    assert folder.is_dir()
    studio.clock.advance(seconds=1)
    admin.find("delivery")
    assert not folder.exists()


@pytest.mark.behaviour("packages/life: after a month it is done")
def test_it_is_done_after_a_month(studio, admin, live):
    studio.clock.advance(days=30, seconds=-1)
    assert status(admin, live) == "waiting"
    studio.clock.advance(seconds=1)
    assert admin.get("delivery", live["id"])["finished"] == "2026-03-31T12:00:01"
    assert status(admin, live) == "done"


def test_what_was_due_long_ago_happened_then(studio, admin, live):
    folder = studio.roots.packages / live["id"]
    folder.mkdir()
    studio.clock.advance(days=400)
    (ended,) = admin.find("delivery", archived=True)
    assert (ended["status"], ended["finished"]) == ("done", "2026-03-31T12:00:01")
    assert not folder.exists()


def test_others_work_while_uploaded_files_are_removed(studio, admin, draft, monkeypatch):
    (studio.roots.packages / draft["id"]).mkdir()
    made = []

    def remove(path, **options):
        # A large delivery takes long, and no transaction is open meanwhile.
        made.append(admin.create("queue", {"name": "Meanwhile"})["id"])
        path.rmdir()

    monkeypatch.setattr(shutil, "rmtree", remove)
    studio.clock.advance(hours=13)
    admin.find("delivery")
    assert len(made) == 1
    assert not (studio.roots.packages / draft["id"]).exists()
    studio.clock.advance(hours=1)
    admin.find("delivery")
    assert len(made) == 1


def test_files_that_cannot_be_removed_keep_nobody_from_working(studio, admin, draft):
    studio.roots.packages.rmdir()
    (studio.roots.base / "packages").write_bytes(b"")
    studio.clock.advance(hours=13)
    assert status(admin, draft) == "aborted"


def test_deleting_removes_uploaded_files_at_once(studio, admin, draft):
    folder = studio.roots.packages / draft["id"]
    folder.mkdir()
    admin.delete("delivery", draft["id"])
    studio.clock.advance(seconds=1)
    admin.find("delivery")
    assert not folder.exists()


def test_deliveries_of_a_disabled_user_go_on(studio, admin, employee, live):
    own = employee.create("delivery", {"tasks": FILES, "recipients": [STANDARD]})
    studio.clock.advance(seconds=1)
    admin.edit("user", employee.user_id, status="disabled")
    assert status(admin, own) == "waiting"


def test_deliveries_of_a_deleted_user_are_aborted(studio, admin, employee):
    own = employee.create("delivery", {"tasks": FILES, "recipients": [STANDARD]})
    folder = studio.roots.packages / own["id"]
    folder.mkdir()
    admin.delete("user", employee.user_id)
    assert status(admin, own) == "aborted"
    studio.clock.advance(hours=4)
    admin.find("delivery")
    assert not folder.exists()


# -- uploads and downloads ------------------------------------------------------------------------


@pytest.mark.behaviour("packages/files: transfers with it as their parent upload files to it")
@pytest.mark.behaviour("packages/files: a file is there when the job that uploads it is done")
@pytest.mark.behaviour("packages/life: nothing is submitted while files are still uploaded to it")
def test_files_are_uploaded_by_transfers(admin, draft):
    add(admin, draft["id"], STANDARD)
    job = upload(admin, draft, "/out/a.mov", "C:\\out\\b.mov")
    assert (job["parent"], job["parent_hr"]) == (draft["id"], f"Refs[7]({draft['id']})")
    assert (job["uri"], job["status"]) == ("acmefilm/medium", "waiting")
    assert (job["source"], job["destination"][:10]) == (f"user:{admin.user_id}", "workspace:")
    tasks = admin.find("task", f"job.id={job['id']}")
    here = {"job": draft["id"]}
    assert [task["destination"] for task in tasks] == [
        {**here, "path": "a.mov"},
        {**here, "path": "b.mov"},
    ]
    pending = files(admin, draft)
    assert [(file["status"], file["source"]["path"]) for file in pending] == [
        ("pending", "a.mov"),
        ("pending", "b.mov"),
    ]
    with pytest.raises(Refusal, match="files are still uploaded to it"):
        admin.edit("delivery", draft["id"], status="pending")
    with pytest.raises(Refusal, match="files of a delivery are included or left out"):
        admin.edit("task", f"{pending[0]['id']}", status="done")
    admin.edit("transfer", job["id"], status="done")
    assert [file["status"] for file in files(admin, draft)] == ["queued", "queued"]
    assert [
        found["id"] for found in admin.find("transfer", f"parent={draft['id']}", finished=True)
    ] == [job["id"]]
    assert admin.edit("delivery", draft["id"], status="pending")["status"] == "pending"


@pytest.mark.behaviour("packages/files: a file whose upload is aborted is left out")
def test_an_upload_that_is_aborted_leaves_its_files_out(admin, draft):
    job = upload(admin, draft)
    admin.edit("transfer", job["id"], status="aborted")
    assert [file["status"] for file in files(admin, draft)] == ["excluded"]
    admin.edit("transfer", job["id"], status="waiting")
    assert [file["status"] for file in files(admin, draft)] == ["pending"]
    admin.edit("transfer", job["id"], status="aborted")
    again = upload(admin, draft)
    assert [file["status"] for file in files(admin, draft)] == ["pending"]
    admin.edit("transfer", again["id"], status="done")
    once_more = upload(admin, draft)
    assert [file["status"] for file in files(admin, draft)] == ["queued"]
    admin.delete("transfer", once_more["id"])
    assert [file["status"] for file in files(admin, draft)] == ["queued"]


@pytest.mark.behaviour("packages/files: a delivery takes files until it is submitted")
@pytest.mark.behaviour("packages/files: standard users upload to no delivery")
def test_who_uploads_to_a_delivery_and_when(studio, admin, employee, standard, draft, live):
    assert upload(employee, draft)["status"] == "waiting"
    with pytest.raises(Refusal, match="there is no job"):
        upload(standard, draft)
    add(admin, draft["id"], STANDARD)
    with pytest.raises(Refusal, match="standard users may not upload to this delivery"):
        upload(standard, draft)
    with pytest.raises(Refusal, match="files are uploaded to a delivery before it is submitted"):
        upload(admin, live)


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({"source": "share=projects/a"}, "upload local files"),
        ({"source": STANDARD}, "upload local files|names no path"),
        ({"source": "/a", "destination": "share=projects/"}, "leave the destination out"),
        ({"tasks": [{"source": "/a", "destination": "/b"}]}, "leave the destination out"),
        ({}, "name a source to upload to the parent, or a destination"),
        ({"source": "/a", "append": True}, "append is not for a job with a parent"),
        ({"source": "/a", "mirror_paths": True}, "mirror_paths is not for a job with a parent"),
        ({"destination": "share=projects/"}, "downloaded to a local folder"),
        ({"destination": STANDARD}, "downloaded to a local folder"),
        ({"destination": "/in/"}, "there is nothing to download yet"),
        ({"tasks": [{"source": "/a"}, {"source": "/a"}], "allow_duplicates": False}, "repeats"),
    ],
)
def test_what_a_child_cannot_be_is_refused(admin, draft, payload, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("transfer", {**payload, "parent": draft["id"]})


def test_only_a_package_is_a_parent(admin, download):
    job = admin.create("transfer", download())
    for ident, problem in (
        (job["id"], "is a delivery, a request or a stream"),
        ("0" * 24, "no job"),
    ):
        with pytest.raises(Refusal, match=problem):
            admin.create("transfer", {"source": "/a", "parent": ident})


@pytest.mark.behaviour("packages/files: two files of one upload do not take the same name")
def test_two_files_of_an_upload_cannot_become_one(admin, draft):
    with pytest.raises(Refusal, match=r"two files would be 'a\.mov' there"):
        upload(admin, draft, "/out/a.mov", "/in/a.mov")
    assert files(admin, draft) == []
    upload(admin, draft, "/out/a.mov", "/out/a.mov")
    assert len(files(admin, draft)) == 1


def test_more_files_are_another_upload(admin, draft):
    job = upload(admin, draft)
    with pytest.raises(Refusal, match="submit another transfer with the same parent"):
        admin.create("task", {"tasks": [{"source": "/b"}]}, job["id"])


@pytest.mark.behaviour("packages/files: a job with a destination alone downloads all files")
@pytest.mark.behaviour("packages/recipients: who uploads or downloads has actioned")
def test_recipients_download_all_files(admin, standard, live):
    job = standard.create("transfer", {"destination": "/in", "parent": live["id"]})
    assert (job["name"], job["parent"]) == ("a.mov", live["id"])
    assert job["destination"] == f"user:{standard.user_id}"
    tasks = standard.find("task", f"job.id={job['id']}")
    here = {"user": standard.user_id, "client": standard.computer}
    assert [(task["source"], task["destination"]) for task in tasks] == [
        ({"v": VOLUME, "path": "a.mov"}, {**here, "path": "/in/"}),
        ({"v": VOLUME, "path": "sub/b.mov"}, {**here, "path": "/in/"}),
    ]
    entries = admin.call("GET", "job/recipients", {}, ident=live["id"])
    assert entries == [{"actioned": True, "user": standard.user_id, "user_hr": STANDARD}]
    own = standard.find("transfer", f"parent={live['id']} AND user={standard.user_id}")
    assert [found["id"] for found in own] == [job["id"]]


@pytest.mark.behaviour("packages/files: files of the same name are downloaded with their folders")
def test_files_of_the_same_name_keep_their_folders(studio, admin, standard):
    tasks = ["share=projects/sh010/p.exr", "share=projects/sh020/p.exr", "share=projects/sh020/q"]
    delivery = admin.create("delivery", {"tasks": tasks, "recipients": [STANDARD]})
    studio.clock.advance(seconds=1)
    job = standard.create("transfer", {"destination": "C:\\in\\", "parent": delivery["id"]})
    found = standard.find("task", f"job.id={job['id']}")
    assert [task["destination"]["path"] for task in found] == [
        "C:\\in\\sh010/",
        "C:\\in\\sh020/",
        "C:\\in\\",
    ]


@pytest.mark.behaviour("packages/files: recipients download from live ones, staff until the end")
def test_who_downloads_when(studio, admin, standard, draft, live):
    admin.create("task", {"tasks": FILES}, draft["id"])
    add(admin, draft["id"], STANDARD)
    payload = {"destination": "/in/", "parent": draft["id"]}
    assert admin.create("transfer", payload)["status"] == "waiting"
    with pytest.raises(Refusal, match="nothing can be downloaded: it is init"):
        standard.create("transfer", payload)
    admin.edit("delivery", live["id"], status="done")
    for client in (admin, standard):
        with pytest.raises(Refusal, match="nothing can be downloaded: it is done"):
            client.create("transfer", {"destination": "/in/", "parent": live["id"]})


# -- roles ----------------------------------------------------------------------------------------


@pytest.fixture
def poor(studio, admin):
    """Make an employee whom no ACL gives a volume."""
    admin.create("user", {"code": "new@acmefilm.com", "role": "employee"})
    return studio.client("new@acmefilm.com")


@pytest.mark.behaviour("delivery/create: only staff with a volume create one")
@pytest.mark.behaviour("delivery/edit: only staff with a volume change one")
def test_staff_need_a_volume(studio, admin, employee, poor, live):
    mine = employee.create("delivery", {"name": "Mine", "tasks": FILES})
    assert {one["id"] for one in employee.find("delivery")} == {mine["id"], live["id"]}
    assert employee.edit("delivery", live["id"], status="aborted")["status"] == "aborted"
    assert employee.delete("delivery", live["id"]) is True
    with pytest.raises(Refusal, match="may not create a delivery without access to a volume"):
        poor.create("delivery", {"name": "x"})
    assert poor.find("delivery") == []
    assert poor.get("delivery", mine["id"]) is None
    for action in (
        lambda: poor.edit("delivery", mine["id"], name="x"),
        lambda: poor.delete("delivery", mine["id"]),
        lambda: add(poor, mine["id"], STANDARD),
        lambda: poor.create("task", {"tasks": FILES}, mine["id"]),
    ):
        with pytest.raises(Refusal, match=r"there is no (delivery|job)"):
            action()
    studio.share_projects("new@acmefilm.com", "sub", "read")
    assert poor.edit("delivery", mine["id"], name="x")["name"] == "x"


def test_an_employee_without_a_volume_still_receives(studio, admin, poor, live):
    add(admin, live["id"], "new@acmefilm.com")
    assert poor.get("delivery", live["id"])["status"] == "waiting"
    with pytest.raises(Refusal, match="employee users may not change this delivery"):
        poor.edit("delivery", live["id"], name="x")
    assert poor.create("transfer", {"destination": "/in/", "parent": live["id"]})["id"]


def test_standard_users_read_what_they_receive(admin, standard, draft, live):
    assert [one["id"] for one in standard.find("delivery")] == [live["id"]]
    assert standard.get("delivery", draft["id"]) is None
    assert [file["source"]["path"] for file in files(standard, live)] == ["a.mov", "sub/b.mov"]
    assert files(standard, draft) == []
    for action, problem in (
        (lambda: standard.create("delivery", {"name": "x"}), "may not create a delivery"),
        (lambda: standard.edit("delivery", live["id"], name="x"), "may not change this delivery"),
        (lambda: standard.delete("delivery", live["id"]), "may not delete this delivery"),
        (lambda: add(standard, live["id"], STANDARD), "may not change the recipients of this job"),
        (lambda: standard.edit("delivery", draft["id"], name="x"), "there is no delivery"),
        (lambda: standard.create("task", {"tasks": FILES}, live["id"]), "may not add tasks to"),
        (lambda: standard.edit("task", files(standard, live)[0]["id"], priority=1), "may not"),
    ):
        with pytest.raises(Refusal, match=problem):
            action()


def test_files_that_the_sender_cannot_read_are_not_delivered(studio, admin, poor):
    studio.share_projects("new@acmefilm.com", "sub", "read")
    with pytest.raises(Refusal, match="there is no share 'projects' that you may read"):
        poor.create("delivery", {"tasks": FILES, "recipients": [STANDARD]})
    assert poor.create("delivery", {"tasks": FILES[1:]})["name"] == "b.mov"


# -- under other names ----------------------------------------------------------------------------


def test_deleting_a_queue_leaves_children_where_they_are(admin, draft):
    queue = admin.create("queue", {"name": "Panic"})
    payload = {"source": "/a", "parent": draft["id"], "queue": "panic"}
    job = admin.create("transfer", payload)
    admin.delete("queue", queue["id"])
    moved = admin.get("transfer", job["id"])
    assert (moved["parent"], moved["uri"]) == (draft["id"], "acmefilm/medium")


@pytest.mark.behaviour("job/create: deliveries, requests and streams are created as such")
def test_v1_sees_deliveries_among_jobs(admin, admin_v1, live):
    assert live["id"] in {job["id"] for job in admin_v1.find("job")}
    assert [job["id"] for job in admin_v1.find("job", type=7)] == [live["id"]]
    assert admin_v1.find("job", type=1) == []
    assert admin_v1.edit("job", live["id"], status="aborted")["status"] == "aborted"
    assert admin_v1.delete("job", live["id"]) is True
    for client in (admin, admin_v1):
        with pytest.raises(Refusal, match="a delivery is not created as a job"):
            client.create("job", {"name": "x", "type": 7})
    with pytest.raises(Refusal, match="no entity type 'delivery'"):
        admin_v1.create("delivery", {"name": "x"})


@pytest.mark.behaviour("stream/create: it is created as a delivery is")
@pytest.mark.behaviour("stream/edit: it is submitted and ended as a delivery is")
@pytest.mark.behaviour("stream/delete: it is deleted as a delivery is")
def test_streams_live_as_deliveries_do(studio, admin, standard):
    stream = admin.create("stream", {"name": "Dailies", "tasks": FILES, "status": "init"})
    add(admin, stream["id"], STANDARD)
    assert admin.edit("stream", stream["id"], status="pending")["status"] == "pending"
    studio.clock.advance(seconds=1)
    assert standard.find("stream")[0]["status"] == "waiting"
    assert standard.find("delivery") == []
    job = standard.create("transfer", {"destination": "/in/", "parent": stream["id"]})
    assert job["parent_hr"] == f"Dailies[10]({stream['id']})"
    with pytest.raises(Refusal, match="the stream is live"):
        admin.delete("stream", stream["id"])
    assert admin.edit("stream", stream["id"], status="done")["status"] == "done"
    assert admin.delete("stream", stream["id"]) is True
