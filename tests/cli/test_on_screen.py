"""What is on the screen of a real terminal, read out of a window of tmux."""

from __future__ import annotations

import re

import pytest
from multiplexer import window

from accsyn_orm import Job, Queue, Session, bulk
from accsyn_orm.testing import EmbeddedWorkspace


@pytest.fixture
def sending(tmp_path, monkeypatch):
    with EmbeddedWorkspace(seed="empty", transfers=True, bandwidth=4.0) as running:
        running.write_environment(tmp_path)
        monkeypatch.chdir(tmp_path)
        yield running


def test_watched_jobs_have_one_line_each_and_it_ends_with_them(sending):
    with sending.session("admin") as session, window() as shown:
        for name, size in (("a.mov", 8_000_000), ("b.mov", 3_000_000)):
            (sending.volume("projects") / name).write_bytes(bytes(size))
            job = {"source": f"volume=projects/{name}", "destination": "/in/", "status": "paused"}
            session.create("Transfer", job)
        query = "Job WHERE status!=done"
        shown.type("watch", query, "--interval", "0.2", "--env-file", ".env.admin")
        shown.wait_for(r"b\.mov .* 0% .* paused")
        Job.where(Job.status == "paused").update(status="waiting").apply().raise_for_errors()
        early = shown.wait_for(r"a\.mov +\S+ +(\d+)% +8\.0 MB .*\d MB/s .*0h:00m:\d\ds +running")
        assert int(early[1]) < 100
        assert not shown.has_cursor
        later = shown.wait_for(rf"a\.mov +\S+ +(?!{early[1]}%)(\d+)% ")
        assert int(later[1]) > int(early[1])
        assert shown.left_with() == 0
        assert shown.has_cursor
        told = [re.sub(r" +━+ +", " ", line) for line in shown.screen.splitlines()]
        assert [line.split() for line in told if ".mov" in line] == [
            ["a.mov", "100%", "8.0", "MB", "done"],
            ["b.mov", "100%", "3.0", "MB", "done"],
        ]


@pytest.mark.usefixtures("workspace")
def test_ctrl_c_in_a_bulk_change_accounts_for_every_row_and_it_can_go_on(session: Session):
    rows = [{"code": f"n{number}", "priority": 1} for number in range(400)]
    bulk.create(Queue, rows).apply().raise_for_errors()
    changed = Queue.where(Queue.code == "n*", Queue.priority == 2)
    with window() as shown:
        change = ("update", "Queue WHERE code=n*", "priority=2", "--workers", "1")
        shown.type(*change, "--journal", "j")
        shown.wait_for(r"Send this\? \[y/N\]")
        shown.press("y")
        shown.press("Enter")
        shown.wait_for(r"━.* [1-9]\d*/400")
        shown.press("C-c")
        assert shown.left_with() == 130
        assert shown.has_cursor
        told = shown.wait_for(r"(\d+) done, 0 failed, (\d+) not sent, 0 unknown")
        assert "stopped: interrupted" in shown.screen
        assert "Traceback" not in shown.screen
        done, left = int(told[1]), int(told[2])
        assert 0 < done < 400
        assert done + left == 400
        assert changed.count() == done
        shown.type("bulk", "resume", "j")
        assert shown.left_with() == 0
        shown.wait_for("400 done, 0 failed, 0 not sent, 0 unknown")
    assert changed.count() == 400
