"""The life of a job that nothing disturbs: its statuses, its figures, and the bytes that arrive."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accsyn_orm.server.engine.engine import Engine
from accsyn_orm.server.engine.pacing import run
from accsyn_orm.server.storage.tables import JOBS, TASKS

MB = 1_000_000
TRICKY = {
    "a.mov": b"content",
    "empty": b"",
    "chunks": bytes(range(256)) * 4096 * 3 + b"end",
    "ü/日本 (1).exr": b"\x00\xff",
    "q'uo\"te;--.txt": b"x",
    ".hidden": b"h",
}


def figures(row):
    return row["status"], row["progress"], row["size"], row["speed"], row["etr"]


@pytest.mark.behaviour("transfers/life: a job is in init while it is measured, then waits")
@pytest.mark.behaviour("transfers/life: a job that has its turn is running")
@pytest.mark.behaviour("transfers/life: a job is done when all its tasks are done or excluded")
@pytest.mark.behaviour("transfers/progress: a task is queued, booting, executing, then done")
@pytest.mark.behaviour("transfers/progress: speed is in MB/s, and etr says how long the rest takes")
def test_a_job_goes_from_init_to_done(slow, admin, put):
    put(slow.volume / "a.mov", 10_000)
    job = admin.create("transfer", {"source": "share=projects/a.mov", "destination": "/in/"})
    seen = []

    def look():
        task = slow.tasks(job["id"])[0]
        seen.append((*figures(admin.get("transfer", job["id"])), task["status"]))

    for seconds in (0, 0, 0, 0, 2.5, 0, 7.5):
        slow.step(seconds=seconds)
        look()
    assert seen == [
        ("init", 0, None, -1.0, "", "queued"),
        ("waiting", 0, 10_000, -1.0, "", "queued"),
        ("running", 0, 10_000, -1.0, "", "booting"),
        ("running", 0, 10_000, -1.0, "", "booting"),
        ("running", 25, 10_000, 0.001, "0h:00m:08s", "executing"),
        ("running", 25, 10_000, 0.001, "0h:00m:08s", "executing"),
        ("done", 100, 10_000, -1.0, "", "done"),
    ]


@pytest.mark.behaviour("transfers/progress: the time of a task is in milliseconds")
def test_a_job_that_is_done_leaves_the_active_scope_and_later_goes_to_the_archive(slow, admin, put):
    put(slow.volume / "a.mov", 10_000)
    job = admin.create("transfer", {"source": "share=projects/a.mov", "destination": "/in/"})
    assert slow.run() == 10
    assert admin.find("transfer", f"id={job['id']}") == []
    (found,) = admin.find("transfer", f"id={job['id']}", finished=True)
    assert (found["finished"], found["modifier"]) == ("2026-03-01T12:00:10", "accsyn")
    (task,) = slow.tasks(job["id"])
    assert (task["time"], task["moved"], task["finished"]) == (10_000, 10_000, found["finished"])
    slow.studio.clock.advance(days=14, seconds=1)
    slow.step()
    assert admin.find("transfer", f"id={job['id']}", finished=True) == []
    assert len(admin.find("transfer", f"id={job['id']}", archived=True)) == 1


def test_hours_pass_in_no_time(studio, depot, admin, put):
    put(depot.volume / "a.mov", 36_000)
    job = admin.create("transfer", {"source": "share=projects/a.mov", "destination": "/in/"})
    engine = depot.engine_with(bandwidth=1 / MB)
    began = studio.clock()
    run(engine, studio.clock, seconds=5 * 3600)
    assert studio.clock() - began == timedelta(hours=5)
    assert figures(depot.job(job["id"])) == ("running", 50, 36_000, 0.0, "")
    run(engine, studio.clock)
    assert studio.clock() - began == timedelta(hours=10)
    assert depot.job(job["id"])["status"] == "done"


@pytest.mark.parametrize("direction", ["download", "upload"])
def test_every_byte_arrives(depot, admin, put, read_all, direction):
    there, here = depot.volume, depot.computer("admin")
    sender, receiver = (there, here) if direction == "download" else (here, there)
    for name, content in TRICKY.items():
        put(sender / "out" / name, content)
    ends = (
        ("share=projects/out", "/in/")
        if direction == "download"
        else ("/out", "share=projects/in/")
    )
    job = admin.create("transfer", {"source": ends[0], "destination": ends[1]})
    depot.run()
    assert read_all(receiver / "in" / "out") == TRICKY
    assert figures(depot.job(job["id"]))[:3] == ("done", 100, sum(map(len, TRICKY.values())))


def test_a_job_of_many_tasks_moves_them_all(depot, admin, put, read_all):
    names = [f"{number:03}" for number in range(450)]
    for name in names:
        put(depot.volume / "out" / name, name.encode())
    tasks = [{"source": f"share=projects/out/{name}", "destination": "/in/"} for name in names]
    job = admin.create("transfer", {"tasks": tasks})
    depot.run()
    assert depot.job(job["id"])["status"] == "done"
    assert read_all(depot.computer("admin") / "in") == {name: name.encode() for name in names}


def test_a_job_of_empty_files_only_is_done_at_once(slow, admin, put, read_all):
    for name in ("a", "b"):
        put(slow.volume / name, b"")
    tasks = [{"source": f"share=projects/{name}", "destination": "/in/"} for name in ("a", "b")]
    job = admin.create("transfer", {"tasks": tasks})
    assert slow.run() == 0
    assert figures(slow.job(job["id"])) == ("done", 100, 0, -1.0, "")
    assert read_all(slow.computer("admin")) == {"in/a": b"", "in/b": b""}


@pytest.mark.behaviour(
    "transfers/progress: progress counts bytes where all sizes are known, else tasks"
)
@pytest.mark.behaviour("transfers/progress: excluded tasks count neither for progress nor for size")
def test_progress_counts_the_bytes_of_all_tasks(slow, admin, put):
    for name, size in {"a": 1_000, "b": 3_000, "c": 50_000}.items():
        put(slow.volume / name, size)
    tasks = [{"source": f"share=projects/{name}", "destination": "/in/"} for name in "abc"]
    job = admin.create("transfer", {"tasks": tasks})
    first, *_, last = slow.tasks(job["id"])
    admin.edit("task", last["id"], status="excluded")
    slow.start()
    slow.step(seconds=2.5)
    assert figures(slow.job(job["id"])) == ("running", 62, 4_000, 0.001, "0h:00m:02s")
    assert [task["status"] for task in slow.tasks(job["id"])] == ["done", "executing", "excluded"]
    assert slow.row(TASKS, first["id"])["moved"] == 1_000
    assert slow.run() == 1.5
    assert (slow.computer("admin") / "in" / "c").exists() is False


@pytest.mark.behaviour("transfers/speed: jobs that run share the bandwidth evenly")
@pytest.mark.behaviour("transfers/settings: transfer_speedlimit bounds a job, in MB/s; -1 is none")
def test_jobs_share_the_bandwidth_and_keep_to_their_limits(slow, admin, put):
    def job(name, **settings):
        put(slow.volume / name, 10_000)
        ends = {"source": f"share=projects/{name}", "destination": "/in/"}
        return admin.create("transfer", {**ends, "settings": settings})["id"]

    jobs = [job("a"), job("b", transfer_speedlimit="0.0001"), job("c", transfer_speedlimit="-1")]
    slow.start()
    slow.step(seconds=10)
    assert [slow.job(ident)["progress"] for ident in jobs] == [45, 10, 45]
    slow.step(seconds=10)
    assert [slow.job(ident)["progress"] for ident in jobs] == [90, 20, 90]
    slow.step(seconds=10)
    # The step in which the others ended has not changed what the third one may.
    assert [slow.job(ident)["status"] for ident in jobs] == ["done", "running", "done"]


@pytest.mark.behaviour("transfers/settings: a task runs with the settings that hold for it")
def test_settings_are_inherited_from_workspace_share_and_queue(slow, admin, put):
    queue = admin.find("queue", "default=true")[0]["id"]
    put(slow.volume / "x" / "a.exr", 10)
    put(slow.volume / "x" / "b.tmp", 10)
    put(slow.volume / "x" / "c.log", 10)
    for kind, ident, name, value in (
        ("workspace", None, "transfer_exclude", "*.tmp"),
        ("queue", queue, "transfer_exclude", "*.log"),
        ("queue", queue, "transfer_speedlimit", "0.00001"),
    ):
        data = {"entitytype": kind, "name": name, "value": value}
        admin.call("PUT", "setting", data, ident=ident)
    job = admin.create("transfer", {"source": "share=projects/x", "destination": "/in/"})
    assert slow.run() == 1
    assert slow.job(job["id"])["size"] == 10


def test_a_job_that_is_not_scheduled_stays_as_it_is(demo):
    engine = Engine(demo.database, demo.roots)
    john = demo.client("john@user.com")
    before = {job["id"]: job for job in john.find("transfer")}
    assert {job["status"] for job in before.values()} >= {"waiting", "running", "init"}
    for _ in range(3):
        engine.step(demo.clock())
    assert {job["id"]: job for job in john.find("transfer")} == before
    engine.close()


def test_a_job_of_the_demo_that_is_resumed_runs(demo):
    engine = Engine(demo.database, demo.roots)
    john = demo.client("john@user.com")
    job = john.find("transfer", "status=paused")[0]
    john.edit("transfer", job["id"], status="waiting")
    for _ in range(5):
        engine.step(demo.clock())
    # Its files are not on any disk.
    assert john.get("transfer", job["id"])["status"] == "failed"
    engine.close()


def test_nothing_to_do_changes_nothing(depot):
    assert depot.engine.step(depot.studio.clock()) is False
    assert depot.engine.due_in(depot.studio.clock()) is None
    assert depot.run() == 0
    assert depot.run(seconds=90) == 90


def test_a_clock_that_goes_back_moves_nothing(slow, admin, put):
    put(slow.volume / "a", 10_000)
    job = admin.create("transfer", {"source": "share=projects/a", "destination": "/in/"})
    slow.start()
    slow.step(seconds=1)
    slow.step(seconds=-3600)
    assert slow.job(job["id"])["progress"] == 10
    slow.step(seconds=1)
    assert slow.job(job["id"])["progress"] == 20


def test_a_task_that_is_added_while_the_job_runs_is_moved_too(slow, admin, put, read_all):
    put(slow.volume / "a", 10_000)
    put(slow.volume / "b", 5_000)
    job = admin.create("transfer", {"source": "share=projects/a", "destination": "/in/"})
    slow.start()
    slow.step(seconds=5)
    task = {"source": "share=projects/b", "destination": "/in/"}
    admin.create("task", {"tasks": task}, parent=job["id"])
    slow.step(seconds=1)
    assert figures(slow.job(job["id"]))[:3] == ("running", 40, 15_000)
    assert slow.run() == 9
    assert read_all(slow.computer("admin")).keys() == {"in/a", "in/b"}
    assert slow.row(JOBS, job["id"])["size"] == 15_000


@pytest.mark.behaviour("transfers/order: tasks go by priority, then in the order they came in")
def test_tasks_go_by_priority(slow, admin, put):
    priorities = {"a": 1, "b": 900, "c": 500, "d": 500}
    for name in priorities:
        put(slow.volume / name, 1_000)
    tasks = [
        {"source": f"share=projects/{name}", "destination": "/in/", "priority": priority}
        for name, priority in priorities.items()
    ]
    job = admin.create("transfer", {"tasks": tasks})
    slow.start()
    order = []
    for _ in range(4):
        slow.step(seconds=1)
        done = [row["uri"] for row in slow.tasks(job["id"]) if row["status"] == "done"]
        order += [uri for uri in done if uri not in order]
    assert order == ["1", "2", "3", "0"]
