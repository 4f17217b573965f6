"""Reports for people, figures for programs."""

from __future__ import annotations

import pytest

from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.store import update_row, update_rows
from accsyn_orm.server.storage.tables import JOBS, TASKS

pytestmark = pytest.mark.usefixtures("shared")


def report(client, kind, query=None):
    return client.call("GET", f"{kind}/report", {}, query)["report"]


def metrics(client, kind, query=None, **data):
    return client.call("GET", f"{kind}/metrics", {"attributes": None, **data}, query)


@pytest.fixture
def job(admin, download):
    return admin.create("transfer", download("a.mov", "b.mov", name="Mine"))


@pytest.mark.behaviour("report: the answer is one text, beside no result")
@pytest.mark.behaviour("report: it says what each job moves, how far it is, and what is wrong")
def test_a_report_tells_about_a_job(studio, admin, job):
    admin.call("PUT", "task/edit", [{"uri": "0", "status": "done"}], ident=job["id"])
    assert report(admin, "transfer", "name=mine").splitlines() == [
        f"Mine ({job['id']})",
        "status: waiting",
        f"source: {job['source_hr']}",
        f"destination: {job['destination_hr']}",
        "progress: 50 %",
        "size: not measured",
        "  0 done a.mov",
        "  1 queued b.mov",
    ]
    assert admin.call("GET", "transfer/report", {}, "name=mine").keys() == {"report"}


def test_a_report_tells_what_went_wrong(studio, admin, job):
    with studio.acting("admin") as call:
        update_row(call, JOBS, job["id"], {"problem": "no computer is online (W#J050)"})
        first = TASKS.table.c.uri == "0"
        update_rows(call, TASKS, first, {"status": "failed", "problem": "not there (E#J001)"})
    lines = report(admin, "transfer").splitlines()
    assert "problem: no computer is online (W#J050)" in lines
    assert "  0 failed a.mov: not there (E#J001)" in lines


def test_a_report_tells_about_many_and_none(studio, admin, standard, job, download):
    admin.edit("transfer", job["id"], status="done")
    other = admin.create("transfer", download())
    both = report(admin, "job")
    assert both.index(other["id"]) < both.index(job["id"])
    assert "\n\n" in both
    assert report(standard, "transfer") == "no job is found"
    assert job["id"] in report(studio.client("admin", "v1"), "job")
    with pytest.raises(Refusal, match="no attribute 'limit'"):
        admin.call("GET", "transfer/report", {"limit": 5})


@pytest.mark.behaviour("report: it says that compute jobs wait for a machine that computes")
def test_a_report_tells_why_compute_jobs_wait(admin):
    admin.create("engine", {"code": "nuke-13"})
    job = admin.create("compute", {"engine": "nuke-13", "name": "Sleep"})
    assert "waits: no client that computes is online (W#J050)" in report(admin, "compute")
    admin.edit("compute", job["id"], status="paused")
    assert "waits" not in report(admin, "compute")


def test_a_report_tells_who_receives_what(admin):
    payload = {"tasks": ["share=projects/a.mov"], "recipients": ["standard@acmefilm.com"]}
    delivery = admin.create("delivery", payload)
    lines = report(admin, "delivery").splitlines()
    assert lines[0] == f"a.mov ({delivery['id']})"
    assert lines[-3:] == ["files: 1", "recipients: 1", "  0 queued a.mov"]
    assert report(admin, "request") == report(admin, "stream") == "no job is found"


@pytest.mark.behaviour("metrics: they are asked for by name; without a name it is the speed")
@pytest.mark.behaviour("metrics: each has the figures of the jobs by their ids, as they are now")
def test_metrics_are_figures_of_jobs(studio, admin, job):
    assert metrics(admin, "transfer") == {"speed": {job["id"]: -1.0}}
    assert metrics(admin, "job", "name=mine", attributes=["progress", "size"]) == {
        "progress": {job["id"]: 0},
        "size": {job["id"]: None},
    }
    v1 = studio.client("admin", "v1")
    assert metrics(v1, "job", "code=mine", attributes=["size"]) == {"size": {job["id"]: -1}}
    assert metrics(admin, "transfer", "name=other") == {"speed": {}}


@pytest.mark.behaviour("metrics: there is no history: a time is refused")
@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"time": 60}, "keeps no history"),
        ({"attributes": ["speeed"]}, "no attribute 'speeed': did you mean 'speed'"),
        ({"attributes": "speed"}, "a list of names"),
        ({"attributes": [5]}, "attributes is text"),
        ({"limit": 5}, "no attribute 'limit'"),
    ],
)
def test_what_metrics_do_not_tell_is_refused(admin, job, data, problem):
    with pytest.raises(Refusal, match=problem):
        metrics(admin, "transfer", **data)
