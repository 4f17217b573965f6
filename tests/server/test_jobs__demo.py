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


def test_the_demo_has_a_delivery_and_a_request(demo):
    john, lisa, pete = (
        demo.client(user) for user in ("john@user.com", "lisa@example.com", "pete@vendor.com")
    )
    (delivery,) = john.find("delivery")
    (request,) = john.find("request")
    assert (delivery["name"], delivery["status"]) == ("Project references", "waiting")
    assert (request["name"], request["status"]) == ("Scans of reel 2", "waiting")
    assert lisa.find("delivery") == pete.find("delivery") == [delivery]
    assert (lisa.find("request"), pete.find("request")) == ([], [request])
    listed = john.call("GET", "job/recipients", {}, ident=delivery["id"])
    assert [(one["user_hr"], one["actioned"]) for one in listed] == [
        ("lisa@example.com", True),
        ("pete@vendor.com", False),
    ]
    files = lisa.find("task", parent=delivery["id"])
    assert [file["source"]["path"] for file in files] == [
        "show/reference/logo.jpeg",
        "show/reference/lut.cube",
    ]
    job = pete.create("transfer", {"source": "/scans", "parent": request["id"]})
    (task,) = pete.find("task", parent=job["id"])
    assert task["destination"]["path"] == "show/in/scans"
    demo.clock.advance(days=1000)
    assert john.find("delivery") == [delivery]
