"""A workspace that runs transfers: in a thread, or when a test says so."""

from __future__ import annotations

import time
from datetime import datetime, timezone

import pytest

from accsyn_orm.errors import AccsynError, ConfigurationError
from accsyn_orm.server.workspace import Workspace
from accsyn_orm.testing import EmbeddedWorkspace, ManualClock

START = datetime(2026, 3, 1, 12, 0, tzinfo=timezone.utc)


def wait_until_done(session, job):
    for _ in range(400):
        found = session.find_one(f"Transfer WHERE id={job}", finished=True)
        if found and found["status"] in {"done", "failed"}:
            return found
        time.sleep(0.02)
    raise AssertionError("the job did not end")


def test_transfers_run_when_a_test_says_so(put, read_all):
    with EmbeddedWorkspace("empty") as workspace, workspace.session() as session:
        put(workspace.computer() / "out" / "a.mov", b"content")
        payload = {"source": "/out/a.mov", "destination": "share=projects/in/"}
        job = session.create("Transfer", payload)["id"]
        assert session.find_one(f"Transfer WHERE id={job}")["status"] == "waiting"
        workspace.run_transfers()
        assert session.find_one(f"Transfer WHERE id={job}", finished=True)["status"] == "done"
        assert read_all(workspace.volume("projects")) == {"in/a.mov": b"content"}


def test_hours_of_transfers_take_no_time(put):
    clock = ManualClock(START)
    with (
        EmbeddedWorkspace("empty", clock=clock, bandwidth=0.001) as workspace,
        workspace.session() as session,
    ):
        put(workspace.volume("projects") / "a.mov", 7_200_000)
        payload = {"source": "volume=projects/a.mov", "destination": "/in/"}
        job = session.create("Transfer", payload)["id"]
        workspace.run_transfers(seconds=1_800)
        found = session.find_one(f"Transfer WHERE id={job}")
        assert (found["status"], found["progress"], found["speed"], found["etr"]) == (
            "running", 25, 0.001, "1h:30m:00s",
        )  # fmt: skip
        workspace.run_transfers()
        assert (clock() - START).total_seconds() == 7_200
        assert session.find_one(f"Transfer WHERE id={job}", finished=True)["progress"] == 100


def test_transfers_run_by_themselves_in_a_thread(put, read_all):
    with EmbeddedWorkspace("empty", transfers=True) as workspace, workspace.session() as session:
        content = put(workspace.volume("projects") / "a.mov", 3_000_000).read_bytes()
        payload = {"source": "volume=projects/a.mov", "destination": "/in/"}
        job = wait_until_done(session, session.create("Transfer", payload)["id"])
        assert (job["status"], job["progress"], job["size"]) == ("done", 100, 3_000_000)
        assert read_all(workspace.computer()) == {"in/a.mov": content}


def test_real_time_passes_while_transfers_run(put):
    with (
        EmbeddedWorkspace("empty", bandwidth=1) as workspace,
        workspace.session() as session,
    ):
        put(workspace.volume("projects") / "a.mov", 300_000)
        session.create("Transfer", {"source": "volume=projects/a.mov", "destination": "/in/"})
        began = time.monotonic()
        workspace.run_transfers()
        assert time.monotonic() - began >= 0.3
        began = time.monotonic()
        workspace.run_transfers(seconds=0.2)
        assert time.monotonic() - began >= 0.2


def test_a_job_goes_on_when_a_workspace_is_started_again(tmp_path, put, read_all):
    def started(clock):
        return EmbeddedWorkspace("empty", data=tmp_path / "data", clock=clock, bandwidth=0.001)

    clock = ManualClock(START)
    with started(clock) as workspace, workspace.session() as session:
        content = put(workspace.volume("projects") / "a.mov", 10_000).read_bytes()
        payload = {"source": "volume=projects/a.mov", "destination": "/in/"}
        job = session.create("Transfer", payload)["id"]
        workspace.run_transfers(seconds=4)
        assert session.find_one(f"Transfer WHERE id={job}")["progress"] == 40
    with started(clock) as workspace, workspace.session() as session:
        found = session.find_one(f"Transfer WHERE id={job}")
        assert (found["status"], found["progress"]) == ("waiting", 40)
        workspace.run_transfers()
        assert (clock() - START).total_seconds() == 10
        assert read_all(workspace.computer()) == {"in/a.mov": content}


def test_one_directory_can_stand_for_the_disks_of_all(tmp_path, put):
    local = tmp_path / "local"
    local.mkdir()
    with (
        EmbeddedWorkspace("empty", local_root=local) as workspace,
        workspace.session() as session,
    ):
        assert workspace.computer("admin") == workspace.computer("standard") == local
        put(workspace.volume("projects") / "a.mov", b"content")
        session.create("Transfer", {"source": "volume=projects/a.mov", "destination": "/in/"})
        workspace.run_transfers()
    assert (local / "in" / "a.mov").read_bytes() == b"content"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bandwidth": 0}, "bandwidth: 0 MB/s moves nothing"),
        ({"bandwidth": float("nan")}, "bandwidth: nan MB/s moves nothing"),
        ({"bandwidth": float("inf")}, "bandwidth: inf MB/s moves nothing"),
        ({"local_root": "nowhere"}, "is no directory"),
    ],
)
def test_options_that_make_no_sense_are_refused(tmp_path, options, message):
    if "local_root" in options:
        options = {"local_root": tmp_path / "nowhere"}
    with pytest.raises(ConfigurationError, match=message):
        Workspace(**options)


def test_a_user_without_a_computer_has_no_disk():
    with EmbeddedWorkspace("empty") as workspace:
        running = workspace._workspace
        with pytest.raises(AccsynError, match="has no computer"):
            running.computer("nobody@acmefilm.com")


def test_the_report_says_what_keeps_a_job(put):
    clock = ManualClock(START)
    with EmbeddedWorkspace("empty", clock=clock) as workspace, workspace.session() as session:
        payload = {"source": "volume=projects/a.mov", "destination": "/in/"}
        job = session.create("Transfer", payload)["id"]
        workspace.run_transfers()
        told = session.report(f"Transfer WHERE id={job}")
        assert "problem: 'share=projects/a.mov' is not there (E#J001)" in str(told)
