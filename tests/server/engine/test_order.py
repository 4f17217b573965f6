"""Who goes first: queues and their priorities, the turn of a job, and how many run at once."""

from __future__ import annotations

import pytest

from accsyn_orm.server.engine.pacing import run
from accsyn_orm.server.storage.tables import JOBS


@pytest.fixture
def submit(depot, admin, put):
    """Make jobs that take a second each."""

    def make(name, **more):
        put(depot.volume / name, 1_000)
        ends = {"source": f"share=projects/{name}", "destination": "/in/"}
        return admin.create("transfer", {**ends, **more})["id"]

    return make


@pytest.fixture
def one(depot):
    """Give the same workspace with an engine that runs one job at a time."""
    depot.engine = depot.engine_with(bandwidth=0.001, jobs_at_once=1)
    return depot


def order(depot, jobs):
    """Run all jobs; return the names in the order in which they ended."""
    names = []
    for _ in range(100):
        depot.step(seconds=0.5)
        ended = [name for name, job in jobs.items() if depot.job(job)["status"] == "done"]
        names += [name for name in ended if name not in names]
    return names


@pytest.mark.behaviour("transfers/order: jobs of the queue with the highest priority go first")
@pytest.mark.behaviour("transfers/order: within a queue, jobs go in the order in which they came")
def test_queues_go_by_priority_and_jobs_by_age(one, submit):
    queues = {"a": "low", "b": "medium", "c": "high", "d": "medium", "e": "high"}
    jobs = {name: submit(name, queue=queue) for name, queue in queues.items()}
    assert order(one, jobs) == ["c", "e", "b", "d", "a"]


def test_a_job_that_runs_is_not_interrupted_by_a_more_urgent_one(one, submit):
    jobs = {"a": submit("a", queue="low")}
    one.start()
    jobs["b"] = submit("b", queue="high")
    assert order(one, jobs) == ["a", "b"]


def test_the_priority_of_a_queue_counts_when_it_is_looked_at(one, admin, submit):
    jobs = {"a": submit("a", queue="low"), "b": submit("b", queue="medium")}
    (low,) = admin.find("queue", "code=low")
    admin.edit("queue", low["id"], priority=1000)
    assert order(one, jobs) == ["a", "b"]


def test_jobs_of_a_paused_queue_let_others_pass(one, admin, submit):
    jobs = {"a": submit("a", queue="high"), "b": submit("b", queue="low")}
    (high,) = admin.find("queue", "code=high")
    admin.edit("queue", high["id"], status="paused")
    assert order(one, jobs) == ["b"]
    assert "queue high is paused (W#J067)" in one.job(jobs["a"])["problem"]
    admin.edit("queue", high["id"], status="waiting")
    assert order(one, jobs) == ["b", "a"] or order(one, jobs) == ["a", "b"]


@pytest.mark.behaviour("transfers/order: a job that is retried goes to the end of its queue")
@pytest.mark.behaviour("transfers/order: a job that was paused keeps its place")
def test_retried_jobs_go_last_and_resumed_ones_keep_their_place(one, admin, submit):
    jobs = {name: submit(name) for name in ("a", "b", "c")}
    admin.edit("transfer", jobs["a"], status="aborted")
    admin.edit("transfer", jobs["b"], status="paused")
    one.studio.clock.advance(seconds=1)
    jobs["d"] = submit("d")
    one.studio.clock.advance(seconds=1)
    admin.edit("transfer", jobs["a"], status="waiting")
    admin.edit("transfer", jobs["b"], status="waiting")
    assert order(one, jobs) == ["b", "c", "d", "a"]


def test_as_many_jobs_run_at_once_as_there_is_room_for(depot, submit):
    depot.engine = depot.engine_with(bandwidth=0.001, jobs_at_once=3)
    jobs = [submit(name) for name in "abcde"]
    depot.step(4)
    statuses = [depot.row(JOBS, job)["status"] for job in jobs]
    assert statuses == ["running", "running", "running", "waiting", "waiting"]
    run(depot.engine, depot.studio.clock)
    assert {depot.row(JOBS, job)["status"] for job in jobs} == {"done"}


def test_the_bandwidth_of_a_job_that_ends_goes_to_the_others(depot, submit, admin, put):
    depot.engine = depot.engine_with(bandwidth=0.001, jobs_at_once=2)
    submit("a")
    put(depot.volume / "big", 9_000)
    admin.create("transfer", {"source": "share=projects/big", "destination": "/in/"})
    assert depot.run() == 10
