from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id

pytestmark = pytest.mark.usefixtures("shared")

VOLUME = stable_id("share", "projects")
PAIR = {"source": "share=projects/a.mov", "destination": "/in/"}


def statuses(client, job):
    return [task["status"] for task in client.find("task", parent=job["id"])]


@pytest.mark.behaviour("transfers/shapes: every documented shape of a payload is the same job")
@pytest.mark.behaviour("transfer/create: tasks that repeat another one are left out")
@pytest.mark.behaviour("transfers/parties: an absolute path alone is on the caller's disk")
@pytest.mark.behaviour("transfer/create: a job is called after its first file unless named")
@pytest.mark.parametrize(
    "data",
    [
        PAIR,
        {"tasks": [PAIR]},
        {"tasks": {"0": PAIR}},
        {"tasks": PAIR},
        {"tasks": ["share=projects/a.mov"], "destination": "/in/"},
        {"tasks": [{"source": "share=projects/a.mov", "dest": "/in/"}]},
        {"tasks": [PAIR, PAIR]},
    ],
)
def test_every_documented_shape_is_the_same_job(admin, data):
    job = admin.create("transfer", data)
    assert (job["name"], job["code"], job["status"]) == ("a.mov", "a.mov", "waiting")
    assert (job["progress"], job["size"], job["speed"], job["etr"]) == (0, None, -1.0, "")
    assert job["source_hr"].startswith("workspace:acmefilm(")
    assert job["destination"] == f"user:{admin.user_id}"
    assert (job["user"], job["uri"], job["finished"]) == (admin.user_id, "acmefilm/medium", None)
    (task,) = admin.find("task", parent=job["id"])
    assert (task["uri"], task["status"], task["priority"]) == ("0", "queued", 500)
    assert task["source"] == {"v": VOLUME, "path": "a.mov"}
    here = {"user": admin.user_id, "client": admin.computer}
    assert task["destination"] == {**here, "path": "/in/"}
    assert (task["job"], task["job_hr"]) == (job["id"], f"a.mov[1]({job['id']})")


@pytest.mark.behaviour("transfers/shapes: a source beside tasks is refused, not ignored")
@pytest.mark.behaviour("transfer/create: allow_duplicates false refuses tasks that repeat")
@pytest.mark.behaviour("transfers/parties: a job goes from one party to one other")
@pytest.mark.behaviour("transfers/sequences: a sequence goes into a directory, or to a sequence")
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({}, "needs a source"),
        ({"tasks": []}, "at least one task"),
        ({"tasks": 5}, "write a list of tasks"),
        ({"tasks": [5]}, "each is a path"),
        ({"tasks": [{"source": 5}]}, "source is text"),
        (
            {"tasks": ["share=projects/a"], "destination": "lisa@example.com", "dest": "x"},
            "no user 'lisa",
        ),
        ({"tasks": [{**PAIR, "colour": 1}]}, "task has no attribute 'colour'"),
        ({"tasks": [{**PAIR, "tasks": []}]}, "only those of compute jobs"),
        (
            {"tasks": [{**PAIR, "uri": "a"}, {**PAIR, "source": "share=projects/b", "uri": "a"}]},
            "same uri",
        ),
        ({"tasks": [{**PAIR, "priority": 1001}]}, "between 0 and 1000"),
        ({"tasks": [{**PAIR, "id": "nonsense"}]}, "is a UUID"),
        ({"tasks": [{**PAIR, "status": "done"}]}, "one of queued, onhold, excluded"),
        ({"source": "share=projects/a", "destination": "share=projects/b"}, "same party"),
        ({"source": "share=projects/a"}, "needs a destination"),
        ({"source": "lisa@example.com", "destination": "/x"}, "names no path to send"),
        (
            {"source": "share=projects/a", "destination": "nobody@x.y:share=projects/b"},
            "no user 'nobody@x.y'",
        ),
        ({"source": "share=projects/a", "destination": "site=berlin"}, "no site 'berlin'"),
        ({"source": "share=projects/a", "destination": "client=123:/x"}, "no client '123'"),
        (
            {"source": "share=projects/a", "destination": "employee@acmefilm.com:/x"},
            "somebody else's",
        ),
        ({**PAIR, "queue": "nope"}, "no queue 'nope'"),
        ({**PAIR, "status": "done"}, "one of waiting, paused"),
        ({**PAIR, "type": 3}, "between 1 and 1"),
        ({**PAIR, "parent": "x"}, "there is no job 'x'"),
        ({**PAIR, "hooks": [{}]}, "hooks.when is text"),
        ({**PAIR, "hooks": [{"when": "x", "date": 1}]}, "hook has no attribute 'date'"),
        ({**PAIR, "hooks": {}}, "hooks is a list"),
        ({"tasks": [PAIR], "source": "share=projects/a"}, "tasks, or a source: not both"),
        ({"tasks": [PAIR, PAIR], "allow_duplicates": False}, "repeats another one"),
        ({**PAIR, "destination": "/x/a.mov", "source": "share=projects/a.%04d"}, "is many files"),
        ({**PAIR, "recipients": ["a@b.c"]}, "no attribute 'recipients'"),
        ({**PAIR, "metadata": "x"}, "dictionary"),
        ({**PAIR, "settings": {"transfer_log": []}}, "settings.transfer_log is text"),
        ({**PAIR, "settings": {"transfer_mod": "copy"}}, "did you mean 'transfer_mode'"),
        ({**PAIR, "engine": "nuke"}, "no attribute 'engine'"),
        ({**PAIR, "name": "a", "code": "b"}, "name and code of a job are the same"),
        ({**PAIR, "name": " "}, "name is empty"),
        (
            {"tasks": [PAIR, {"source": "/x", "destination": "share=projects/y"}]},
            "from one party to one other",
        ),
    ],
)
def test_what_cannot_be_submitted_is_refused(admin, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("transfer", data)
    assert admin.find("transfer") == []


def test_parties_are_found_by_every_notation(studio, admin):
    employee = studio.client("employee")
    for destination in (
        "employee@acmefilm.com",
        "user=EMPLOYEE@acmefilm.com:share=projects/x",
        employee.user_id,
    ):
        party = destination if "@" in destination else f"user={destination}"
        job = admin.create("transfer", {"source": "share=projects/a/b", "destination": party})
        assert job["destination"] == f"user:{employee.user_id}"
    pulled = admin.create("transfer", {"source": "employee@acmefilm.com:share=projects/a/b"})
    assert pulled["source"] == f"user:{employee.user_id}"
    assert pulled["destination"].startswith("workspace:")
    upload = admin.create(
        "transfer", {"source": "C:\\a\\b.exr", "destination": "share=projects/x/"}
    )
    assert (upload["name"], upload["source"]) == ("b.exr", f"user:{admin.user_id}")
    assert admin.create("transfer", {"source": "/a/b.exr"})["destination"].startswith("workspace:")


def test_everything_a_payload_may_hold_is_kept(admin, download):
    job = admin.create(
        "transfer",
        download(
            "a.mov",
            "b.mov",
            name="Mine",
            status="paused",
            queue="HIGH",
            settings={"task_bucketsize": 5, "transfer_speedlimit": -1.0},
            metadata={"shot": "010"},
            description="text",
            mirror_paths=True,
        ),
    )
    assert (job["name"], job["status"], job["description"]) == ("Mine", "paused", "text")
    assert (job["uri"], job["metadata"]) == ("acmefilm/high", {"shot": "010"})
    assert "settings" not in job
    assert [t["uri"] for t in admin.find("task", parent=job["id"])] == ["0", "1"]


@pytest.mark.behaviour("transfer/create: the queue is the named, the user's or the default one")
def test_a_user_s_own_queue_comes_before_the_default_one(admin, download):
    admin.edit("user", admin.user_id, queue="low")
    assert admin.create("transfer", download())["uri"] == "acmefilm/low"
    assert admin.create("transfer", download(queue="high"))["uri"] == "acmefilm/high"


def test_v1_shows_its_own_shapes(admin_v1, download):
    job = admin_v1.create("job", download(code="Mine", allow_duplicates=True))
    assert (job["code"], job["size"], job["finished"]) == ("Mine", -1, "1970-01-01T01:00:00")
    assert job["source"].startswith("organization:")
    assert job["source_hr"] == "organization:acmefilm"
    assert job["destination_hr"] == "user:admin@acmefilm.com(admin)"
    assert "name" not in job
    (task,) = admin_v1.find("task", f"job.id={job['id']}")
    assert "job" not in task


@pytest.mark.behaviour("transfers/paths: v1 lets a user who is named alone choose the path")
def test_v1_lets_a_receiver_choose_the_path(admin_v1, admin):
    payload = {"source": "share=projects/a/b", "destination": "standard@acmefilm.com"}
    job = admin_v1.create("job", payload)
    assert job["status"] == "pending"
    assert [t["status"] for t in admin_v1.find("task", f"job.id={job['id']}")] == ["pending"]
    assert admin.create("transfer", payload)["status"] == "waiting"


@pytest.mark.behaviour("transfer/edit: v1 sends again with status pending, to who chooses the path")
@pytest.mark.parametrize("meanwhile", ["waiting", "paused", "aborted", "done"])
def test_v1_sends_a_job_again_to_who_chooses_the_path(admin_v1, admin, meanwhile):
    sent = admin_v1.create(
        "job", {"source": "share=projects/a/b", "destination": "standard@acmefilm.com"}
    )
    admin_v1.edit("job", sent["id"], status=meanwhile)
    assert admin_v1.edit("job", sent["id"], status="pending")["status"] == "pending"
    assert [task["status"] for task in admin_v1.find("task", f"job.id={sent['id']}")] == ["pending"]
    assert [job["id"] for job in admin.find("transfer", "status=pending")] == [sent["id"]]


def test_pending_is_for_jobs_of_v1_whose_path_is_open(admin_v1, admin):
    job = admin_v1.create("job", {"source": "share=projects/a", "destination": "/in/"})
    with pytest.raises(Refusal, match="every path of the job is chosen: retry it"):
        admin_v1.edit("job", job["id"], status="pending")
    with pytest.raises(Refusal, match="one of waiting, paused, aborted, done; not 'pending'"):
        admin.edit("transfer", job["id"], status="pending")


@pytest.mark.behaviour("transfer/create: a job of nothing but placeholders is done at once")
@pytest.mark.parametrize(
    "data",
    [
        {"tasks": [{**PAIR, "status": "excluded"}]},
        {"source": "/x/a", "destination": "site=hq:null"},
        {"source": "/x/a", "destination": "site=cloud:null"},
        {"source": "site=cloud:null", "destination": "/x/a"},
        {
            "tasks": [
                {
                    "source": "share=projects/a",
                    "destination": "site=cloud:null",
                    "status": "excluded",
                }
            ]
        },
    ],
)
def test_placeholder_jobs_are_done_at_once(admin, data):
    job = admin.create("transfer", data)
    assert (job["status"], job["finished"]) == ("done", "2026-03-01T12:00:00")
    assert admin.find("transfer") == []
    assert [found["id"] for found in admin.find("transfer", finished=True)] == [job["id"]]


@pytest.mark.behaviour("transfers/paths: a destination without a path has that of the source")
@pytest.mark.behaviour("transfers/paths: a local path is mirrored beneath the default volume")
@pytest.mark.parametrize("option", ["mirror_paths", "mirror"])
@pytest.mark.parametrize("protocol", ["v1", "v3"])
def test_a_mirroring_job_takes_paths_alone(studio, option, protocol):
    admin = studio.client("admin", protocol)
    kind = "job" if protocol == "v1" else "transfer"
    standard = studio.client("standard")
    payload = {"tasks": ["share=projects/a"], "destination": "standard@acmefilm.com", option: True}
    job = admin.create(kind, payload)
    assert job["status"] == "waiting"
    (new,) = admin.create_all("task", {"tasks": ["share=projects/b/c.mov"]}, job["id"])
    there = {"user": standard.user_id, "client": standard.computer}
    volume = {"r_s" if protocol == "v1" else "v": VOLUME}
    assert new["destination"] == {**there, **volume, "path": "b/c.mov"}
    tasks = standard.find("task", parent=job["id"])
    assert [task["destination"]["path"] for task in tasks] == ["a", "b/c.mov"]
    upload = standard.create("transfer", {"source": "/x/a", option: True})
    (second,) = standard.create_all("task", {"tasks": ["/x/b"]}, upload["id"])
    assert second["source"]["path"] == "/x/b"
    assert second["destination"] == {"v": VOLUME, "path": "x/b"}


def test_other_jobs_need_to_be_told_where_to(admin, download):
    job = admin.create("transfer", download())
    with pytest.raises(Refusal, match="needs a destination"):
        admin.create("task", {"tasks": ["share=projects/b"]}, job["id"])
    with pytest.raises(Refusal, match="mirror and mirror_paths of a job are the same"):
        admin.create("transfer", download(mirror=True, mirror_paths=False))


@pytest.mark.behaviour("transfer/edit: a status pauses, resumes, retries, aborts or finishes")
def test_pause_and_resume(admin, download):
    job = admin.create("transfer", download())
    assert admin.edit("transfer", job["id"], status="paused")["status"] == "paused"
    assert admin.edit("transfer", job["id"], status="PAUSED")["status"] == "paused"
    assert admin.edit("transfer", job["id"], status="waiting")["status"] == "waiting"
    with pytest.raises(Refusal, match="one of waiting, paused, aborted, done"):
        admin.edit("transfer", job["id"], status="running")


@pytest.mark.parametrize("end", ["aborted", "done"])
def test_finished_jobs_leave_and_come_back(studio, admin, download, end):
    job = admin.create("transfer", download("a", "b"))
    studio.clock.advance(hours=2)
    ended = admin.edit("transfer", job["id"], status=end)
    assert (ended["status"], ended["finished"]) == (end, "2026-03-01T14:00:00")
    assert admin.find("transfer") == []
    assert admin.find("transfer", finished=True) == [ended]
    assert admin.find("transfer", archived=True) == []
    assert admin.get("transfer", job["id"]) == ended
    with pytest.raises(Refusal, match=f"the job is {end}: retry it"):
        admin.edit("transfer", job["id"], status="paused")
    again = admin.edit("transfer", job["id"], status="waiting")
    assert (again["status"], again["finished"]) == ("waiting", None)
    assert statuses(admin, job) == ["queued", "queued"]
    assert admin.find("transfer") == [again]


def test_a_retry_runs_what_is_left_and_else_everything(admin, download):
    job = admin.create("transfer", download("a", "b", "c", "d"))
    change = [
        {"uri": "0", "status": "done"},
        {"uri": "1", "status": "failed"},
        {"uri": "2", "status": "onhold"},
        {"uri": "3", "status": "excluded"},
    ]
    admin.call("PUT", "task/edit", change, ident=job["id"])
    assert admin.get("transfer", job["id"])["status"] == "failed"
    admin.edit("transfer", job["id"], status="waiting")
    assert statuses(admin, job) == ["done", "queued", "queued", "excluded"]
    admin.call("PUT", "task/edit", [{"uri": u, "status": "done"} for u in "12"], ident=job["id"])
    assert admin.get("transfer", job["id"])["status"] == "done"
    admin.edit("transfer", job["id"], status="waiting")
    assert statuses(admin, job) == ["queued", "queued", "queued", "excluded"]


def test_a_job_of_excluded_tasks_has_nothing_to_retry(admin):
    job = admin.create("transfer", {"tasks": [{**PAIR, "status": "excluded"}]})
    with pytest.raises(Refusal, match="nothing to run"):
        admin.edit("transfer", job["id"], status="waiting")


@pytest.mark.behaviour("transfer/edit: name and metadata can be changed")
def test_names_and_metadata_can_change(admin, admin_v1, download):
    job = admin.create("transfer", download())
    assert admin.edit("transfer", job["id"], name="New")["code"] == "New"
    assert admin_v1.edit("job", job["id"], code="Newer")["code"] == "Newer"
    changed = admin.edit("job", job["id"], metadata={"a": 1})
    assert (changed["name"], changed["metadata"]) == ("Newer", {"a": 1})
    with pytest.raises(Refusal, match=r"transfer\.description cannot be changed"):
        admin.edit("job", job["id"], description="d")
    for code in ("a", "b"):
        with pytest.raises(Refusal, match=r"transfer\.code cannot be changed"):
            admin.edit("transfer", job["id"], name="a", code=code)
    with pytest.raises(Refusal, match=r"transfer\.queue cannot be changed"):
        admin.edit("transfer", job["id"], queue="high")
    with pytest.raises(Refusal, match=r"transfer\.progress cannot be changed"):
        admin.edit("transfer", job["id"], progress=5)


@pytest.mark.parametrize("end", ["aborted", "done"])
def test_finished_jobs_move_to_the_archive_after_fourteen_days(studio, admin, download, end):
    job = admin.create("transfer", download())
    ended = admin.edit("transfer", job["id"], status=end)
    studio.clock.advance(days=14, seconds=-1)
    assert admin.find("transfer", finished=True) == [ended]
    assert admin.find("transfer", archived=True) == []
    studio.clock.advance(seconds=1)
    assert admin.find("transfer", finished=True) == []
    assert admin.find("transfer", archived=True) == [ended]
    assert admin.find("transfer", finished=True, archived=True) == [ended]
    assert admin.find("transfer", single_entity_query=True) == []
    assert admin.get("transfer", job["id"]) == ended
    with pytest.raises(Refusal, match="there is no transfer"):
        admin.edit("transfer", job["id"], status="waiting")
    assert admin.create("transfer", download("z", append=True))["id"] != job["id"]


def test_a_retried_job_ages_anew(studio, admin, download):
    job = admin.create("transfer", download())
    admin.edit("transfer", job["id"], status="done")
    studio.clock.advance(days=13)
    admin.edit("transfer", job["id"], status="waiting")
    studio.clock.advance(days=13)
    assert [found["id"] for found in admin.find("transfer")] == [job["id"]]
    admin.edit("transfer", job["id"], status="done")
    studio.clock.advance(days=13)
    assert [found["id"] for found in admin.find("transfer", finished=True)] == [job["id"]]


def test_a_job_that_is_done_has_all_its_tasks_done(studio, admin, download):
    job = admin.create("transfer", download("a", "b", "c"))
    change = [{"uri": "0", "status": "failed"}, {"uri": "1", "status": "excluded"}]
    admin.call("PUT", "task/edit", change, ident=job["id"])
    studio.clock.advance(hours=1)
    ended = admin.edit("transfer", job["id"], status="done")
    assert ended["progress"] == 100
    tasks = admin.find("task", parent=job["id"])
    assert [task["status"] for task in tasks] == ["done", "excluded", "done"]
    assert [task["finished"] for task in tasks] == [ended["finished"], None, ended["finished"]]


def test_progress_follows_the_tasks(admin, download):
    job = admin.create("transfer", download("a", "b", "c", "d"))

    def progress(**changes):
        items = [{"uri": uri[1:], "status": status} for uri, status in changes.items()]
        admin.call("PUT", "task/edit", items, ident=job["id"])
        return admin.get("transfer", job["id"])["progress"]

    assert progress(_0="done") == 25
    assert progress(_1="excluded") == 33
    assert progress(_2="done", _3="done") == 100
    assert admin.get("transfer", job["id"])["status"] == "done"
    admin.create("task", {"tasks": download("e")["tasks"]}, job["id"])
    assert admin.get("transfer", job["id"])["progress"] == 75
    admin.edit("transfer", job["id"], status="aborted")
    assert admin.edit("transfer", job["id"], status="waiting")["progress"] == 75


@pytest.mark.behaviour("transfer/delete: it is deleted whatever its status, which archives it")
@pytest.mark.behaviour("transfer/delete: an active job is aborted first")
def test_deleting_archives_and_aborts_what_is_active(admin, download):
    job = admin.create("transfer", download())
    assert admin.delete("transfer", job["id"], {"force": True}) is True
    assert (admin.find("transfer"), admin.find("transfer", finished=True)) == ([], [])
    (archived,) = admin.find("transfer", archived=True)
    assert (archived["id"], archived["status"]) == (job["id"], "aborted")
    with pytest.raises(Refusal, match="there is no transfer"):
        admin.delete("transfer", job["id"])
    with pytest.raises(Refusal, match="there is no transfer"):
        admin.edit("transfer", job["id"], name="x")
    done = admin.create("transfer", {"tasks": [{**PAIR, "status": "excluded"}]})
    admin.delete("job", done["id"])
    assert admin.get("transfer", done["id"])["status"] == "done"


@pytest.mark.behaviour("transfer/create: append adds to a job between the same parties")
@pytest.mark.behaviour("transfer/create: append takes the newest own job not paused")
def test_append_finds_the_newest_job_of_the_same_parties(studio, admin, download):
    old = admin.create("transfer", download("a"))
    job = admin.create("transfer", download("b"))
    upload = admin.create("transfer", {"source": "/x", "destination": "share=projects/y/"})
    studio.client("employee").create("transfer", download("c"))
    assert admin.create("transfer", download("c", append=True))["id"] == job["id"]
    assert [t["source"]["path"] for t in admin.find("task", parent=job["id"])] == [
        "b",
        "c",
    ]
    admin.edit("transfer", job["id"], status="paused")
    assert admin.create("transfer", download("d", append=True))["id"] == old["id"]
    admin.edit("transfer", old["id"], status="done")
    revived = admin.create("transfer", download("e", append=True))
    assert (revived["id"], revived["status"]) == (old["id"], "waiting")
    admin.delete("transfer", old["id"])
    fresh = admin.create("transfer", download("f", append=True))
    assert fresh["id"] not in {old["id"], job["id"], upload["id"]}


def test_an_option_that_v1_does_not_have_is_refused(admin_v1, download):
    with pytest.raises(Refusal, match="no attribute 'append'"):
        admin_v1.create("job", download(append=True))


@pytest.mark.behaviour("transfer/create: v1 sends to several recipients: a job for each")
def test_v1_sends_to_several_recipients(admin_v1, download):
    to = ["standard@acmefilm.com", "employee@acmefilm.com:share=projects/in/"]
    payload = {"source": "share=projects/a.mov", "recipients": to, "code": "Turnover"}
    first, second = admin_v1.create_all("job", payload)
    assert [job["destination_hr"] for job in (first, second)] == [
        "user:standard@acmefilm.com(user)",
        "user:employee@acmefilm.com(employee)",
    ]
    assert {job["code"] for job in (first, second)} == {"Turnover"}
    # One is asked for a path, the other was given one.
    assert (first["status"], second["status"]) == ("pending", "waiting")
    assert admin_v1.create("job", download(recipients=[]))["status"] == "waiting"
    for problem, data in (
        ("not both", {**payload, "destination": "hq"}),
        ("no user 'nobody@x.y'", {**payload, "recipients": ["nobody@x.y"]}),
        ("recipients is a list", {**payload, "recipients": "standard@acmefilm.com"}),
    ):
        with pytest.raises(Refusal, match=problem):
            admin_v1.create("job", data)
