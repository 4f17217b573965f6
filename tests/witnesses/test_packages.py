"""The official clients, unmodified, with deliveries, requests, compute jobs and reports."""

from __future__ import annotations

from textwrap import dedent

import pytest

STANDARD = "standard@acmefilm.com"
LIVE = """
import time
def live(kind, ident):
    for _ in range(100):
        status = session.get_entity(kind, ident)["status"]
        if status != "pending":
            break
        time.sleep(0.05)
    return status
"""


@pytest.fixture
def run(witness):
    return witness("3.4.0").run


def test_a_delivery_from_its_beginning_to_its_end(run):
    (
        draft, empty, granted, listed, without, tasks, pending, status, entry, revoked, gone,
        twice, live_one, aborted, active, finished, deleted, missing,
    ) = run(
        LIVE
        + dedent(f"""
        delivery = session.create("Delivery", {{"name": "Project references"}})
        ident = delivery["id"]
        emit(delivery)
        problem(session.update, "Delivery", ident, {{"status": "pending"}})
        emit(session.grant("user", "{STANDARD}", "delivery", ident))
        emit(session.access("delivery", ident))
        problem(session.update, "Delivery", ident, {{"status": "pending"}})
        new = session.create("Task", {{"tasks": ["share=projects/a.mov", "b.mov"]}}, ident)
        emit([task["source"]["path"] for task in new])
        emit(session.update("Delivery", ident, {{"status": "pending"}})["status"])
        emit(live("Delivery", ident))
        emit(session.grant("user", "new@example.com", "delivery", ident))
        emit(session.revoke("user", "new@example.com", "delivery", ident))
        emit([one["user_hr"] for one in session.access("delivery", ident)])
        emit(session.revoke("user", "new@example.com", "delivery", ident))
        problem(session.delete_one, "Delivery", ident)
        emit(session.update("Delivery", ident, {{"status": "aborted"}})["status"])
        emit(session.find("Delivery"))
        emit([one["id"] == ident for one in session.find("Delivery", finished=True)])
        emit(session.delete_one("Delivery", ident, {{"force": True}}))
        emit(session.find_one("Delivery WHERE id=" + ident))
        """)
    )  # fmt: skip
    assert (draft["name"], draft["status"]) == ("Project references", "init")
    assert not {"tasks", "data", "config"} & set(draft)
    assert "it has no recipients" in empty
    assert granted is True
    assert listed == [{"actioned": False, "user": listed[0]["user"], "user_hr": STANDARD}]
    assert "it has no files" in without
    assert tasks == ["a.mov", "b.mov"]
    assert (pending, status) == ("pending", "waiting")
    assert entry == {"actioned": False, "user": entry["user"], "user_hr": "new@example.com"}
    assert (revoked, gone, twice) == (True, [STANDARD], False)
    assert "the delivery is live: abort it before it is deleted" in live_one
    assert (aborted, active, finished, deleted, missing) == ("aborted", [], [True], True, None)


def test_recipients_get_what_is_theirs(run):
    mine, foreign, request = run(
        LIVE
        + dedent(f"""
        tasks = ["share=projects/a.mov"]
        mine = session.create("Delivery", {{"tasks": tasks, "recipients": ["{STANDARD}"]}})
        foreign = session.create("Delivery", {{"tasks": tasks, "recipients": ["a@b.cd"]}})
        request = session.create("Request", {{
            "name": "Plates", "destination": "share=projects/in", "recipients": ["{STANDARD}"]}})
        for kind, one in (("Delivery", mine), ("Delivery", foreign), ("Request", request)):
            live(kind, one["id"])
            emit(one["id"])
        """)
    )
    seen, unseen, files, child, up, listed, refused, create, upload = run(
        f"""
        emit([one["id"] for one in session.find("Delivery")])
        emit(session.get_entity("Delivery", "{foreign}"))
        emit([task["source"]["path"] for task in session.find("Task WHERE job.id={mine}")])
        job = session.create("Transfer", {{"parent": "{mine}", "destination": "/in/"}})
        emit([one["id"] == job["id"] for one in session.find("Transfer WHERE parent={mine}")])
        job = session.create("Transfer", {{"parent": "{request}", "source": "/out/p.exr"}})
        emit(session.find("Task", entityid=job["id"])[0]["destination"]["path"])
        emit([one["actioned"] for one in session.access("request", "{request}")])
        problem(session.update, "Delivery", "{mine}", {{"status": "aborted"}})
        problem(session.create, "Delivery", {{"name": "x"}})
        problem(session.create, "Transfer", {{"parent": "{mine}", "source": "/a"}})
        """,
        role="standard",
    )
    assert (seen, unseen, files, child) == ([mine], None, ["a.mov"], [True])
    assert (up, listed) == ("in/p.exr", [True])
    assert "standard users may not change this delivery" in refused
    assert "standard users may not create a delivery" in create
    assert "standard users may not upload to this delivery" in upload


def test_streams_and_requests(run):
    held, pending, done, stream = run(
        f"""
        request = session.create("Request", {{"name": "x", "recipients": ["{STANDARD}"],
                                             "status": "init"}})
        emit(request["status"])
        emit(session.update("Request", request["id"], {{"status": "pending"}})["status"])
        emit(session.update("Request", request["id"], {{"status": "done"}})["status"])
        emit(session.create("Stream", {{"name": "Dailies"}})["status"])
        """
    )
    assert (held, pending, done, stream) == ("init", "pending", "done", "init")


def test_compute_jobs(run):
    job, found, frames, report, done, unknown = run(
        """
        session.create("Engine", {"code": "nuke-13"})
        job = session.create("Compute", {
            "engine": "nuke-13", "input": "share=projects/comp.nk", "output": "share=projects/out",
            "range": "1-3", "parameters": {"arguments": "-x"}, "filters": "ram:>64g"})
        emit(job)
        emit([one["id"] == job["id"] for one in session.find("Compute WHERE engine=nuke-13")])
        tasks = session.find("Task", entityid=job["id"])
        emit([task["uri"] for task in tasks])
        emit(session.report("Compute WHERE id=" + job["id"]))
        session.update_many("Task", job["id"], [{"id": t["id"], "status": "done"} for t in tasks])
        emit(session.get_entity("Compute", job["id"])["status"])
        problem(session.create, "Compute", {"engine": "maya"})
        """
    )
    assert (job["name"], job["status"]) == ("comp.nk", "waiting")
    assert job["engine_hr"].startswith("nuke-13(")
    assert (found, frames, done) == ([True], ["1", "2", "3"], "done")
    assert "no client that computes is online (W#J050)" in report
    assert "there is no engine 'maya'" in unknown


def test_reports_metrics_and_publishing(run):
    report, speed, more, published = run(
        """
        job = session.create("Transfer", {"source": "share=projects/a.mov", "destination": "/in/"})
        where = "Transfer WHERE id=" + job["id"]
        emit(session.report(where).splitlines()[1])
        emit(list(session.metrics(where)["speed"].values())[0])
        emit(list(session.metrics(where, attributes=["progress", "size"])["progress"].values())[0])
        emit(session.prepublish([
            {"id": "26468234-c9ee-48d6-8d28-e900b5957129", "filename": "a_v001.mov"}]))
        """
    )
    assert (report, speed, more) == ("status: waiting", -1.0, 0)
    assert published["files"][0]["can_publish"] is True
    assert published["files"][0]["size"] == 0


@pytest.mark.parametrize("version", ["1.4.1.post1", "2.2.1"])
def test_v1_jobs_of_all_kinds(witness, version):
    several, compute, found, retyped, report, published = witness(version).run(
        """
        to = ["standard@acmefilm.com", "employee@acmefilm.com"]
        jobs = session.create("job", {"source": "share=projects/a", "recipients": to, "code": "T"})
        emit([job["status"] for job in jobs])
        session.create("app", {"code": "nuke-13"})
        emit(session.create("job", {"app": "nuke-13", "code": "Comp", "range": "1-3"})["type"])
        emit([job["type"] for job in session.find("job")])
        emit(session.update_one("job", jobs[0]["id"], {"status": "aborted"})["status"])
        emit(session.report("job WHERE code=T").count("status: pending"))
        files = [{"id": "26468234-c9ee-48d6-8d28-e900b5957129", "filename": "a_v001.mov"}]
        emit(session.prepublish(files)["files"][0]["can_publish"])
        """
    )
    assert (several, compute, found) == (["pending", "pending"], 3, [1, 1, 3])
    assert (retyped, report, published) == ("aborted", 1, True)


def test_v1_metrics(witness):
    figures, refused = witness("2.2.1").run(
        """
        session.create("job", {"source": "share=projects/a", "destination": "/in/"})
        emit(list(session.metrics("job")["speed"].values())[0])
        problem(session.metrics, "job", time=60)
        """
    )
    assert figures == -1.0
    assert "keeps no history" in refused
