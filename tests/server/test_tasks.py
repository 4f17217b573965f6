from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.transfers.lifecycle import status_from_tasks

pytestmark = pytest.mark.usefixtures("shared")


@pytest.fixture
def job(admin, download):
    return admin.create("transfer", download("a", "b"))


def tasks_of(client, job):
    return client.find("task", parent=job["id"])


def pair(name):
    return {"source": f"share=projects/{name}", "destination": f"/in/{name}"}


@pytest.mark.behaviour("task/create: tasks without a uri are numbered on")
def test_tasks_are_numbered_on(admin, job):
    new = admin.create_all("task", {"tasks": [pair("c"), pair("d")]}, job["id"])
    assert [task["uri"] for task in new] == ["2", "3"]
    assert [task["uri"] for task in tasks_of(admin, job)] == ["0", "1", "2", "3"]
    keyed = admin.create("task", {"tasks": {"extra": pair("e")}}, job["id"])
    assert keyed["uri"] == "extra"
    with pytest.raises(Refusal, match="has a task 'extra' already"):
        admin.create("task", {"tasks": {"extra": pair("f")}}, job["id"])


@pytest.mark.behaviour("task/create: a task may stand alone, in a list, or keyed by its uri")
@pytest.mark.parametrize(
    "data", [{"tasks": pair("c")}, {"tasks": [pair("c")]}, pair("c"), {"tasks": {"2": pair("c")}}]
)
def test_one_task_can_be_written_in_several_ways(admin, job, data):
    assert admin.create("task", data, job["id"])["uri"] == "2"


@pytest.mark.behaviour("task/create: v3 names the job in the id, v1 in the query")
def test_v1_names_the_job_in_the_query(admin_v1, job):
    new = admin_v1.create("task", {"tasks": [pair("c")]}, job["id"])
    assert new["uri"] == "2"
    found = admin_v1.call("GET", "job/task/find", {}, f"job.id={job['id']} and status<>executing")
    assert len(found) == 3
    with pytest.raises(Refusal, match="say which job"):
        admin_v1.create("task", {"tasks": [pair("c")]})


@pytest.mark.behaviour("task/create: a task that is there already is queued again, not added")
@pytest.mark.behaviour("task/create: allow_duplicates false refuses a task that is there already")
@pytest.mark.behaviour("task/create: replace_duplicates gives the task that is there new values")
def test_a_repeated_task_is_queued_again(admin, job):
    first = tasks_of(admin, job)[0]
    admin.edit("task", first["id"], status="failed")
    again = admin.create("task", {"tasks": [pair("a")]}, job["id"])
    assert (again["id"], again["status"]) == (first["id"], "queued")
    assert len(tasks_of(admin, job)) == 2
    with pytest.raises(Refusal, match="has a task for 'share=projects/a' already"):
        admin.create("task", {"tasks": [pair("a")], "allow_duplicates": False}, job["id"])
    replaced = {**pair("a"), "priority": 7, "metadata": {"x": 1}}
    options = {"tasks": [replaced], "replace_duplicates": True}
    task = admin.create("task", options, job["id"])
    assert (task["id"], task["priority"], task["metadata"]) == (first["id"], 7, {"x": 1})


@pytest.mark.behaviour("task/create: tasks between other parties need a job of their own")
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"tasks": [pair("c")], "append": True}, "no attribute 'append'"),
        ({"tasks": [pair("c")], "allow_duplicates": "no"}, "true or false"),
        ({"tasks": []}, "at least one"),
        ({"source": "/x/y", "destination": "share=projects/"}, "between other parties"),
    ],
)
def test_what_cannot_be_added_is_refused(admin, job, data, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("task", data, job["id"])


def test_a_task_may_bring_its_own_id(admin, job):
    ident = "26468234-c9ee-48d6-8d28-e900b5957129"
    new = admin.create("task", {"tasks": [{**pair("c"), "id": ident.upper()}]}, job["id"])
    assert new["id"] == ident


IDENT = "26468234-c9ee-48d6-8d28-e900b5957129"


def test_two_tasks_of_a_job_never_share_an_id(admin, job):
    twins = [{**pair("c"), "id": IDENT}, {**pair("d"), "id": IDENT.upper()}]
    with pytest.raises(Refusal, match=f"has a task with id '{IDENT}' already"):
        admin.create("transfer", {"tasks": twins})
    admin.create("task", {"tasks": [twins[0]]}, job["id"])
    with pytest.raises(Refusal, match=f"has a task with id '{IDENT}' already"):
        admin.create("task", {"tasks": [twins[1]]}, job["id"])
    assert len(tasks_of(admin, job)) == 3


def test_the_id_of_a_task_in_a_hidden_job_is_free(admin, standard, download):
    hidden = admin.create("transfer", {"tasks": [{**pair("a"), "id": IDENT}]})
    own = standard.create("transfer", download("b"))
    new = standard.create("task", {"tasks": [{**pair("c"), "id": IDENT}]}, own["id"])
    assert (new["id"], new["job"]) == (IDENT, own["id"])
    assert standard.edit("task", IDENT, priority=7)["job"] == own["id"]
    assert standard.get("task", IDENT)["priority"] == 7
    again = standard.call("PUT", "task/edit", [{"id": IDENT, "status": "failed"}], ident=own["id"])
    assert again[0]["job"] == own["id"]
    (untouched,) = admin.find("task", parent=hidden["id"])
    assert (untouched["priority"], untouched["status"]) == (500, "queued")
    repeated = standard.create("task", {"tasks": [pair("c")]}, own["id"])
    assert (repeated["job"], repeated["status"]) == (own["id"], "queued")


def test_an_id_that_several_jobs_have_does_not_say_which_task(admin):
    jobs = [admin.create("transfer", {"tasks": [{**pair("a"), "id": IDENT}]}) for _ in range(2)]
    with pytest.raises(Refusal, match=r"more than one task has the id .* name its job as well"):
        admin.edit("task", IDENT, priority=7)
    (changed,) = admin.call("PUT", "task/edit", [{"id": IDENT, "priority": 7}], ident=jobs[1]["id"])
    assert (changed["job"], changed["priority"]) == (jobs[1]["id"], 7)
    assert tasks_of(admin, jobs[0])[0]["priority"] == 500


def test_running_numbers_pass_by_the_uris_that_are_taken(admin, job):
    drafts = [pair("c"), {**pair("d"), "uri": "2"}, {**pair("e"), "uri": "9" * 300 + "x"}]
    with pytest.raises(Refusal, match=r"task\.uri has at most 255 characters, not 301"):
        admin.create("task", {"tasks": drafts}, job["id"])
    drafts[2]["uri"] = "9" * 255
    new = admin.create_all("task", {"tasks": [*drafts, pair("f")]}, job["id"])
    assert [task["uri"] for task in new] == ["3", "2", "9" * 255, "4"]
    assert admin.create("task", {"tasks": [pair("g")]}, job["id"])["uri"] == "5"
    assert admin.create("task", {"tasks": {"٣": pair("h")}}, job["id"])["uri"] == "٣"
    assert admin.create("task", {"tasks": [pair("i")]}, job["id"])["uri"] == "6"


@pytest.mark.parametrize("uri", ["", " ", "x" * 256])
def test_a_uri_is_a_short_text(admin, job, uri):
    for tasks in ({uri: pair("c")}, {uri: "share=projects/c"}, [{**pair("c"), "uri": uri}]):
        with pytest.raises(Refusal, match=r"task\.uri (is empty|has at most)"):
            admin.create("task", {"tasks": tasks, "destination": "/in/"}, job["id"])


@pytest.mark.behaviour("task/edit: a list changes several tasks of a job, by id or uri")
def test_tasks_are_changed_by_id_or_uri(studio, admin, job):
    first, second = tasks_of(admin, job)
    studio.clock.advance(hours=1)
    changed = admin.call(
        "PUT",
        "task/edit",
        [
            {"id": first["id"], "priority": 1000, "metadata": {"a": 1}},
            {"uri": 1, "status": "done"},
        ],
        ident=job["id"],
    )
    assert [(t["uri"], t["priority"], t["status"]) for t in changed] == [
        ("0", 1000, "queued"),
        ("1", 500, "done"),
    ]
    assert changed[1]["finished"] == "2026-03-01T13:00:00"
    requeued = admin.edit("task", second["id"], status="queued")
    assert (requeued["status"], requeued["finished"]) == ("queued", None)


@pytest.mark.behaviour("task/edit: status, priority and metadata change, nothing else")
@pytest.mark.parametrize(
    ("items", "problem"),
    [
        ([], "nothing to change"),
        ([{"status": "done"}], "its id or its uri"),
        ([{"uri": "9", "status": "done"}], "no task '9'"),
        ([{"uri": "0"}], "nothing to change"),
        ([{"uri": "0", "status": "executing"}], "one of queued, failed, onhold"),
        ([{"uri": "0", "source": "share=projects/x"}], r"task\.source cannot be changed"),
        ([{"uri": "0", "size": 4}], r"task\.size cannot be changed"),
        (["0"], "data is a dictionary"),
    ],
)
def test_only_status_priority_and_metadata_change(admin, job, items, problem):
    with pytest.raises(Refusal, match=problem):
        admin.call("PUT", "task/edit", items, ident=job["id"])


@pytest.mark.behaviour("task/delete: tasks are excluded, never deleted")
def test_tasks_cannot_be_deleted(admin, job):
    task = tasks_of(admin, job)[0]
    with pytest.raises(Refusal, match="status excluded instead"):
        admin.delete("task", task["id"])
    with pytest.raises(Refusal, match="there is no task"):
        admin.delete("task", "26468234-c9ee-48d6-8d28-e900b5957129")


@pytest.mark.behaviour("task/edit: the job's status follows its tasks")
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"0": "done", "1": "excluded"}, "done"),
        ({"0": "excluded", "1": "excluded"}, "done"),
        ({"0": "done", "1": "failed"}, "failed"),
        ({"0": "failed"}, "waiting"),
        ({"0": "done", "1": "onhold"}, "paused"),
    ],
)
def test_the_job_follows_its_tasks(admin, job, changes, status):
    items = [{"uri": uri, "status": value} for uri, value in changes.items()]
    admin.call("PUT", "task/edit", items, ident=job["id"])
    assert admin.get("transfer", job["id"])["status"] == status


@pytest.mark.behaviour("task/edit: the last failed task put on hold pauses the job")
def test_the_last_failed_task_put_on_hold_pauses_the_job(admin, job):
    first, second = tasks_of(admin, job)
    admin.edit("task", first["id"], status="done")
    admin.edit("task", second["id"], status="failed")
    assert admin.get("transfer", job["id"])["status"] == "failed"
    admin.edit("task", second["id"], status="onhold")
    assert admin.get("transfer", job["id"])["status"] == "paused"


@pytest.mark.behaviour("task/create: a finished job revives")
def test_adding_to_a_finished_job_wakes_it(admin, job):
    admin.edit("transfer", job["id"], status="done")
    admin.create("task", {"tasks": [pair("c")]}, job["id"])
    woken = admin.get("transfer", job["id"])
    assert (woken["status"], woken["finished"]) == ("waiting", None)


def test_adding_an_excluded_task_wakes_nothing(admin, job):
    admin.call("PUT", "task/edit", [{"uri": u, "status": "done"} for u in "01"], ident=job["id"])
    admin.create("task", {"tasks": [{**pair("c"), "status": "excluded"}]}, job["id"])
    assert admin.get("transfer", job["id"])["status"] == "done"


def test_tasks_are_found_wherever_their_job_is(admin, job):
    admin.edit("transfer", job["id"], status="done")
    assert len(tasks_of(admin, job)) == 2
    assert len(admin.find("task", f"job.id={job['id']}")) == 2
    task = tasks_of(admin, job)[0]
    assert admin.get("task", task["id"]) == task
    with pytest.raises(Refusal, match="say of which job"):
        admin.find("task")
    with pytest.raises(Refusal, match="say of which job"):
        admin.find("task", "status=queued or priority=5")
    assert admin.find("task", f"(status=queued or status=done) and parent={job['id']}")


_STATUS = st.sampled_from(
    ["pending", "queued", "booting", "executing", "failed", "onhold", "excluded", "done"]
)


@given(
    st.sampled_from(
        ["init", "pending", "waiting", "running", "paused", "failed", "aborted", "done"]
    ),
    st.lists(_STATUS),
)
def test_a_derived_status_is_stable(current, tasks):
    derived = status_from_tasks(current, tasks)
    assert status_from_tasks(derived, tasks) == derived
    if "queued" in tasks:
        assert derived not in {"aborted", "done", "failed"}
    if current == "paused" and "queued" in tasks:
        assert derived == "paused"


@pytest.mark.behaviour("task/find: v1 calls the volume of an end r_s")
def test_v1_calls_the_volume_of_an_end_by_its_own_name(admin, admin_v1, job):
    volume = stable_id("share", "projects")
    where = f"job.id={job['id']} AND "
    (first, _) = admin_v1.find("task", f"{where}source.r_s={volume}")
    assert first["source"] == {"r_s": volume, "path": "a"}
    assert admin_v1.find("task", f"{where}source.v={volume}") == []
    assert len(admin.find("task", f"{where}source.v={volume}")) == 2
    assert admin.find("task", f"{where}source.r_s={volume}") == []
    assert len(admin_v1.find("task", f"{where}source.path=a")) == 1
    (added,) = admin_v1.create_all("task", {"tasks": [pair("c")]}, job["id"])
    assert added["source"] == {"r_s": volume, "path": "c"}
    assert admin.find("task", parent=job["id"])[0]["source"] == {"v": volume, "path": "a"}
