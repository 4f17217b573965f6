"""Jobs that a seed planted."""

from __future__ import annotations


def test_the_demo_s_jobs_stay_where_they_are(demo):
    john = demo.client("john@user.com")
    finished = john.find("transfer", finished=True)
    demo.clock.advance(days=1000)
    assert finished
    assert john.find("transfer", finished=True) == finished


def test_progress_counts_bytes_where_they_are_known(demo):
    john = demo.client("john@user.com")
    job = john.find("transfer", 'name="Turnover sh080"')[0]
    assert job["progress"] == 16
    tasks = john.find("task", parent=job["id"])
    john.edit("task", tasks[1]["id"], status="done")
    assert john.get("transfer", job["id"])["progress"] == 50
