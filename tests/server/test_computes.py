"""Compute jobs: what they are submitted with, and that they wait."""

from __future__ import annotations

import pytest

from accsyn_orm.server.computes.items import read_items
from accsyn_orm.server.computes.ranges import read_range
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.seeds.identity import stable_id
from accsyn_orm.server.storage.store import rows_where
from accsyn_orm.server.storage.tables import JOBS, TASKS

pytestmark = pytest.mark.usefixtures("shared")

VOLUME = stable_id("share", "projects")


@pytest.fixture
def engine(admin):
    return admin.create("engine", {"code": "nuke-13"})["id"]


@pytest.fixture
def payload(engine):
    return {
        "engine": "NUKE-13",
        "input": "share=projects/comp.nk",
        "output": "share=projects/renders",
        "range": "1-3",
    }


def tasks_of(client, job):
    return client.find("task", f"job.id={job['id']}")


def stored(studio, entity, condition):
    with studio.acting("admin") as call:
        return rows_where(call, entity, condition)


@pytest.mark.behaviour("compute/create: it is called after its input unless named")
@pytest.mark.behaviour("compute/create: an engine is found by code or id")
@pytest.mark.behaviour("compute/create: each frame of its range is a task with that uri")
def test_a_compute_job_has_a_task_for_each_frame(admin, engine, payload):
    job = admin.create("compute", {**payload, "description": "d", "metadata": {"shot": 1}})
    assert (job["name"], job["status"], job["engine"]) == ("comp.nk", "waiting", engine)
    assert job["engine_hr"] == f"nuke-13({engine})"
    assert (job["description"], job["metadata"]) == ("d", {"shot": 1})
    assert (job["source"][:10], job["destination"][:10]) == ("workspace:", "workspace:")
    tasks = tasks_of(admin, job)
    assert [(task["uri"], task["status"]) for task in tasks] == [
        ("1", "queued"),
        ("2", "queued"),
        ("3", "queued"),
    ]
    assert tasks[0]["source"] == {"v": VOLUME, "path": "comp.nk"}
    assert tasks[0]["destination"] == {"v": VOLUME, "path": "renders"}
    named = admin.create("compute", {"engine": engine, "name": "Sleep"})
    assert [task["uri"] for task in tasks_of(admin, named)] == ["0"]
    assert admin.create("compute", {"engine": engine})["name"] == "nuke-13"


@pytest.mark.behaviour("compute/create: other parameters are the engine's own, and kept")
def test_everything_a_compute_payload_may_hold_is_kept(studio, admin, payload):
    more = {
        "dependencies": ["share=projects/lut.cube", "/local/font.ttf"],
        "filters": "ram:>64g, cores:=12,site:sthlm,hostname:+h1,pool:~p",
        "parameters": {
            "arguments": ["-x", "1"],
            "input_conversion": "Platform",
            "remote_os": "linux",
            "mapped_share_paths": [{"remote": "/mnt/p", "local": "share=projects", "os": "mac"}],
            "clear_output_directory": True,
            "site": {"local": {"settings": {"download": {"enable": False}}}},
            "own": {"deep": [1]},
        },
        "envs": {"common": {"A": "1"}, "linux": {"B": 2}},
        "settings": {"task_bucketsize": 5},
        "hooks": [{"when": "hook-job-publish-server", "data": {"files": []}}],
        "queue": "high",
        "status": "paused",
    }
    job = admin.create("compute", {**payload, **more})
    assert (job["status"], job["uri"]) == ("paused", "acmefilm/high")
    assert not {"compute", "parameters", "settings", "hooks", "envs"} & set(job)
    (row,) = stored(studio, JOBS, JOBS.table.c.id == job["id"])
    assert row["compute"]["parameters"] == {
        **more["parameters"],
        "input_conversion": "platform",
        "clear_output_directory": "true",
    }
    assert row["compute"]["envs"] == {"common": {"A": "1"}, "linux": {"B": "2"}}
    assert row["compute"]["dependencies"] == more["dependencies"]
    flag = {"parameters": {"clear_output_directory": "FALSE"}, "envs": {"A": 1}}
    other = admin.create("compute", {**payload, **flag})
    (kept,) = stored(studio, JOBS, JOBS.table.c.id == other["id"])
    assert kept["compute"]["parameters"] == {"clear_output_directory": "false"}
    assert kept["compute"]["envs"] == {"A": "1"}
    assert (row["settings"], row["hooks"]) == ({"task_bucketsize": "5"}, more["hooks"])


@pytest.mark.behaviour("compute/create: its engine is one of those for computing")
@pytest.mark.behaviour("compute/create: input, output and dependencies are paths, permitted")
@pytest.mark.behaviour("compute/create: tasks and a range exclude each other")
@pytest.mark.behaviour("compute/create: the documented parameters are checked")
@pytest.mark.behaviour("compute/create: envs are flat, or for common, linux, mac and windows")
@pytest.mark.behaviour("compute/create: filters choose by ram, cores, site, hostname and pool")
@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"engine": None}, "engine is text"),
        ({"engine": "maya"}, "there is no engine 'maya'"),
        ({"engine": "builtin-accsyn-transfer"}, "there is no engine 'builtin-accsyn-transfer'"),
        ({"input": "share=nope/x"}, "there is no share 'nope' that you may read"),
        ({"output": "share=nope/x"}, "there is no share 'nope' that you may write to"),
        ({"dependencies": ["share=nope"]}, "there is no share 'nope' that you may read"),
        ({"dependencies": "share=projects"}, "dependencies is a list"),
        ({"input": "site=hq:share=projects/x"}, "neither a local path nor one in the workspace"),
        ({"tasks": [{}]}, "tasks, or a range: not both"),
        ({"range": "x"}, "range: 'x' is neither 4, nor 1-10, nor 5-250x5"),
        ({"app": "nuke-13"}, "no attribute 'app'"),
        ({"filter": "ram:>1g"}, "no attribute 'filter': did you mean 'filters'"),
        ({"filters": "gpu:2"}, "no attribute 'gpu'"),
        ({"filters": "ram:64g"}, "'ram:64g' is no such filter: write ram:>64g"),
        ({"filters": "pool:p"}, "is no such filter: write pool:"),
        ({"filters": "cores:>x"}, "is no such filter: write cores:=12"),
        ({"filters": 5}, "filters is text"),
        ({"parameters": {"arguments": 5}}, "arguments is text"),
        ({"parameters": {"arguments": [5]}}, "arguments is text"),
        ({"parameters": {"input_conversion": "maybe"}}, "always, platform, never, auto"),
        ({"parameters": {"remote_os": "beos"}}, "linux, mac, windows"),
        ({"parameters": {"clear_output_directory": "yes"}}, "one of true, false"),
        ({"parameters": {"mapped_share_paths": [{"remote": "/a"}]}}, "local is text"),
        ({"parameters": {"mapped_share_paths": [{"path": "/a"}]}}, "no attribute 'path'"),
        ({"parameters": {"mapped_share_paths": {}}}, "is a list"),
        ({"parameters": {"mapped_share_paths": [{"remote": "/a", "local": ""}]}}, "is empty"),
        ({"parameters": {"site": {"hq": {"setting": {}}}}}, "no attribute 'setting'"),
        ({"parameters": {"site": {"hq": {"settings": {"up": {}}}}}}, "no attribute 'up'"),
        ({"parameters": {"site": {"hq": {"settings": {"upload": {"a": []}}}}}}, "is text"),
        ({"parameters": []}, "parameters is a dictionary"),
        ({"envs": {"A": []}}, r"envs\.A is text"),
        ({"envs": {"common": {}, "solaris": {}}}, "no attribute 'solaris'"),
        ({"envs": {"common": {}, "linux": "x"}}, "linux is a dictionary"),
        ({"status": "init"}, "one of waiting, paused"),
        ({"type": 1}, "between 3 and 3"),
        ({"parent": "x"}, r"compute\.parent cannot be given at creation"),
    ],
)
def test_what_cannot_be_computed_is_refused(admin, payload, change, problem):
    with pytest.raises(Refusal, match=problem):
        admin.create("compute", {**payload, **change})
    assert admin.find("compute") == []


def test_a_disabled_engine_computes_nothing(admin, engine, payload):
    admin.edit("engine", engine, status="disabled")
    with pytest.raises(Refusal, match="the engine 'NUKE-13' is disabled"):
        admin.create("compute", payload)


@pytest.mark.behaviour("compute/create: a range is numbers, from-to and from-toxstep, in any mix")
@pytest.mark.behaviour("compute/create: a frame that a range names twice is computed once")
@pytest.mark.parametrize(
    ("text", "frames"),
    [
        ("1-3", [1, 2, 3]),
        ("4", [4]),
        ("5-20x5", [5, 10, 15, 20]),
        ("1-10x4 2, 0001", [1, 5, 9, 2]),
        (" 3,3-4 ", [3, 4]),
    ],
)
def test_ranges_are_read(text, frames):
    assert read_range(text) == frames


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "range is empty"),
        (",", "range is empty"),
        ("3-1", "counts up"),
        ("1-3x0", "steps of at least one"),
        ("-3", "is neither"),
        ("1-100001", "at most 100000 frames"),
        ("1-999999999", "at most 100000 frames"),
    ],
)
def test_ranges_count_up_and_end(text, problem):
    with pytest.raises(Refusal, match=problem):
        read_range(text)


# -- items ----------------------------------------------------------------------------------------


NESTED = {
    "A": {
        "description": "the plates",
        "compute": {"parameters": {"a": 1, "b": 1}},
        "metadata": {"x": 1},
        "settings": {"task_bucketsize": 2},
        "priority": 900,
        "tasks": {
            "1": {"compute": {"parameters": {"b": 2}}, "metadata": {"y": 2}},
            "2": {"deps": ["A/1"], "priority": 100},
        },
    },
    "B": {"deps": ["A"], "tasks": [{"description": "last"}, {"uri": "z", "deps": ["B/0"]}]},
}


@pytest.mark.behaviour("compute/create: tasks hold tasks, which are computed instead of them")
@pytest.mark.behaviour("compute/create: parameters and metadata add up from outer to inner tasks")
@pytest.mark.behaviour("compute/create: a task that only holds others is no task itself")
@pytest.mark.behaviour("compute/create: deps name tasks that are done first, with all in them")
def test_nested_tasks_are_computed_at_their_innermost(studio, admin, payload):
    del payload["range"]
    job = admin.create("compute", {**payload, "tasks": NESTED})
    tasks = tasks_of(admin, job)
    assert [task["uri"] for task in tasks] == ["A/1", "A/2", "B/0", "B/z"]
    assert [task["priority"] for task in tasks] == [900, 100, 500, 500]
    assert [task["metadata"] for task in tasks] == [{"x": 1, "y": 2}, {"x": 1}, {}, {}]
    rows = stored(studio, TASKS, TASKS.table.c.job == job["id"])
    assert [row["deps"] for row in rows] == [[], ["A/1"], ["A"], ["A", "B/0"]]
    assert [row["compute"]["parameters"] for row in rows] == [
        {"a": 1, "b": 2},
        {"a": 1, "b": 1},
        {},
        {},
    ]
    assert rows[0]["settings"] == {"task_bucketsize": "2"}
    assert [row["description"] for row in rows] == [None, None, "last", None]


def nested(depth):
    return {"a": {"tasks": nested(depth - 1)}} if depth else {"a": {}}


@pytest.mark.behaviour("compute/create: deps name tasks, and never wait for each other")
@pytest.mark.parametrize(
    ("tasks", "problem"),
    [
        ({"A": {"deps": ["B"]}}, "task 'A' waits for 'B', which is no task"),
        ({"A": {"deps": ["A"]}}, "tasks wait for each other: 'A' to 'A'"),
        ({"A": {"deps": ["B"]}, "B": {"deps": ["A"]}}, "wait for each other"),
        ({"A": {"tasks": {"B": {"deps": ["A"]}}}}, "wait for each other"),
        ({"A": {"deps": ["A/B"], "tasks": {"B": {}}}}, "wait for each other"),
        ({"A": {"deps": "B"}}, "task.deps is a list"),
        ({"A/B": {}}, "'A/B' holds a slash"),
        ({"": {}}, "task.uri is empty"),
        ([{"uri": "A"}, {"uri": "A"}], "two tasks have the same uri 'A'"),
        ([{}, {"uri": "0"}], "two tasks have the same uri '0'"),
        ({"A": "share=projects/a"}, "each task of a compute job is a dictionary"),
        ({"A": {"source": "share=projects/a"}}, "task has no attribute 'source'"),
        ({"A": {"compute": {"arguments": []}}}, "no attribute 'arguments'"),
        ({"A": {"compute": []}}, "task.compute is a dictionary"),
        ({"A": {"compute": {"parameters": {"arguments": 1}}}}, "arguments is text"),
        ({"A": {"metadata": "x", "tasks": {"B": {}}}}, "task.metadata is a dictionary"),
        ({"A": {"settings": [], "tasks": {"B": {}}}}, "task.settings is a dictionary"),
        ({"A": {"tasks": {}}}, "needs at least one task"),
        ({}, "needs at least one task"),
        ("A", "write a list of tasks, or a dictionary"),
        (nested(17), "at most 16 levels deep"),
    ],
)
def test_tasks_that_cannot_be_worked_through_are_refused(tasks, problem):
    with pytest.raises(Refusal, match=problem):
        read_items(tasks)


def test_tasks_are_checked_as_those_of_transfers_are(admin, payload):
    del payload["range"]
    ident = "26468234-c9ee-48d6-8d28-e900b5957129"
    for tasks, problem in (
        ({"A": {"priority": 1001}}, "between 0 and 1000"),
        ({"A": {"settings": {"a": "b"}}}, "there is no setting 'a'"),
        ({"A": {"status": "done"}}, "one of queued, onhold, excluded"),
        ({"A": {"id": ident}, "B": {"id": ident.upper()}}, f"two tasks have the id '{ident}'"),
    ):
        with pytest.raises(Refusal, match=problem):
            admin.create("compute", {**payload, "tasks": tasks})
    job = admin.create("compute", {**payload, "tasks": {"A": {"id": ident}}})
    assert tasks_of(admin, job)[0]["id"] == ident


# -- life -----------------------------------------------------------------------------------------


@pytest.mark.behaviour("compute/create: it waits: no machine of this workspace computes")
@pytest.mark.behaviour("compute/edit: a status pauses, resumes, retries, aborts or finishes it")
@pytest.mark.behaviour("compute/delete: it is deleted as a transfer is")
def test_it_waits_for_whoever_reports_on_its_tasks(studio, admin, payload):
    job = admin.create("compute", payload)
    (row,) = stored(studio, JOBS, JOBS.table.c.id == job["id"])
    assert (job["status"], row["scheduled"]) == ("waiting", False)
    assert admin.edit("compute", job["id"], status="paused", name="New")["name"] == "New"
    assert admin.edit("compute", job["id"], status="waiting")["status"] == "waiting"
    change = [{"uri": frame, "status": "done"} for frame in "123"]
    admin.call("PUT", "task/edit", change, ident=job["id"])
    done = admin.get("compute", job["id"])
    assert (done["status"], done["progress"]) == ("done", 100)
    assert admin.find("compute", finished=True) == [done]
    admin.edit("compute", job["id"], status="waiting")
    with pytest.raises(Refusal, match="tasks of a compute job are submitted with it"):
        admin.create("task", {"tasks": {"A": {}}}, job["id"])
    assert admin.delete("compute", job["id"]) is True
    assert admin.find("compute", archived=True)[0]["status"] == "aborted"


def test_standard_users_see_what_they_submitted(admin, employee, standard, payload):
    foreign = admin.create("compute", payload)
    own = standard.create("compute", {**payload, "input": "/local/comp.nk"})
    assert own["source"] == f"user:{standard.user_id}"
    (first, *_) = tasks_of(standard, own)
    assert first["source"]["path"] == "/local/comp.nk"
    assert [job["id"] for job in standard.find("compute")] == [own["id"]]
    assert tasks_of(standard, foreign) == []
    assert standard.edit("compute", own["id"], status="paused")["status"] == "paused"
    assert len(employee.find("compute")) == 2
    for ident in (foreign["id"], "0" * 24):
        with pytest.raises(Refusal, match=f"there is no compute '{ident}'"):
            standard.delete("compute", ident)


@pytest.mark.behaviour("job/create: type 3, an app or an engine makes it a compute job")
@pytest.mark.behaviour("find: v1 finds compute jobs with type 1 as well: they are no queues")
@pytest.mark.behaviour("find: v3's job is another word for transfer")
def test_jobs_under_their_older_name(admin, admin_v1, payload, download):
    transfer = admin.create("transfer", download())
    old = {**payload, "app": payload["engine"]}
    del old["engine"]
    first = admin_v1.create("job", {**old, "allow_duplicates": True})
    second = admin_v1.create("job", {**old, "type": 3, "code": "Comp"})
    third = admin.create("job", payload)
    computes = [job["id"] for job in (first, second, third)]
    assert (first["type"], first["code"], second["code"]) == (3, "comp.nk", "Comp")
    assert "engine" not in first
    assert [job["id"] for job in admin.find("compute")] == computes
    assert [job["id"] for job in admin_v1.find("job", type=3)] == computes
    assert [job["id"] for job in admin_v1.find("job", type=1)] == [transfer["id"], *computes]
    assert [job["id"] for job in admin.find("job")] == [transfer["id"]]
    assert admin.get("job", first["id"])["id"] == first["id"]
    assert admin_v1.edit("job", first["id"], code="New", status="paused")["code"] == "New"
    assert admin.edit("job", first["id"], name="Newer")["name"] == "Newer"
    assert admin.delete("job", first["id"]) is True
    with pytest.raises(Refusal, match="no attribute 'engine'"):
        admin_v1.create("job", payload)
