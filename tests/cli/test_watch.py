"""Jobs that are followed until they end, on real transfers."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from terminals import Terminal

from accsyn_orm import Session
from accsyn_orm.cli import watch
from accsyn_orm.errors import TransportError
from accsyn_orm.testing import EmbeddedWorkspace, Faults

QUICK = ("--interval", "0.1")
Send = Callable[..., str]


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace(seed="empty", transfers=True, bandwidth=4.0) as running:
        running.write_environment(tmp_path)
        monkeypatch.chdir(tmp_path)
        for line in (tmp_path / ".env.admin").read_text("utf-8").splitlines():
            monkeypatch.setenv(*line.split("=", 1))
        yield running


@pytest.fixture
def send(workspace: EmbeddedWorkspace, session: Session) -> Send:
    """Begin a transfer of some bytes; return its id."""

    def send(name: str, size: int, **more: object) -> str:
        (workspace.volume("projects") / name).write_bytes(bytes(size))
        job = {"source": f"volume=projects/{name}", "destination": "/in/", **more}
        return session.create("Transfer", job)["id"]

    return send


def test_terminal_sees_bars_that_move_until_all_is_done(send):
    send("a.mov", 4_000_000)
    send("b.mov", 2_500_000)
    terminal = Terminal("watch", "Transfer WHERE status!=done", *QUICK)
    assert terminal.end() == 0
    percents = {int(text) for text in re.findall(r"(\d+)%", terminal.seen)}
    assert 100 in percents
    assert len(percents) > 2
    for text in ("a.mov", "4.0 MB", "MB/s", "0h:00m:", "━", "running", "done"):
        assert text in terminal.seen, terminal.seen


def test_ctrl_c_leaves_with_130_and_gives_the_terminal_back(send):
    send("a.mov", 100_000_000)
    terminal = Terminal("watch", "Transfer")
    terminal.wait_for("running")
    terminal.interrupt()
    assert terminal.end() == 130
    assert "\x1b[?25h" in terminal.seen
    assert "Traceback" not in terminal.seen


def test_pipe_gets_a_line_for_each_change(send, run):
    ident = send("a.mov", 1_200_000)
    code, out, talk = run("watch", "Transfer", *QUICK)
    lines = out.splitlines()
    assert (code, talk) == (0, "")
    assert all(line.startswith(ident) for line in lines)
    assert len(lines) == len(set(lines)) > 2
    assert lines[-1] == f"{ident}  done  100%  1.2 MB  a.mov"


def test_program_gets_plain_values(send, run):
    ident = send("a.mov", 4_000_000)
    code, out, _ = run("watch", "Transfer", "--json", *QUICK)
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {row["speed"] for row in rows} >= {None, 4.0}
    assert rows[-1] == {
        "id": ident,
        "code": "a.mov",
        "status": "done",
        "progress": 100,
        "size": 4_000_000,
        "speed": None,
        "etr": "",
    }


def test_table_for_programs_has_one_header(send, run):
    ident = send("a.mov", 1_200_000)
    code, out, _ = run("watch", "Transfer", "-o", "csv", *QUICK)
    assert (code, out.splitlines()[0]) == (0, "id,code,status,progress,size,speed,etr")
    told = list(csv.DictReader(io.StringIO(out)))
    assert {row["id"] for row in told} == {ident}
    assert told[-1]["status"] == "done"
    assert len(told) > 2


def test_waiting_ends_when_told(send, run):
    send("a.mov", 10_000, status="paused")
    began = time.monotonic()
    code, out, talk = run("watch", "Transfer", "--timeout", "0.3", *QUICK)
    assert time.monotonic() - began < 5
    assert (code, len(out.splitlines())) == (1, 1)
    assert "error: 1 of 1 are still under way (--timeout)" in talk


@pytest.fixture
def meanwhile(monkeypatch):
    """Have something done between the first look and the second."""

    def meanwhile(action: Callable[[], object]) -> None:
        look, pending = watch._look, [action]

        def looking(*arguments):
            if pending:
                pending.pop()()
            return look(*arguments)

        monkeypatch.setattr(watch, "_look", looking)

    return meanwhile


def test_what_does_not_come_through_is_told_by_the_exit_code(send, run, session, meanwhile):
    good, bad = send("a.mov", 400_000), send("b.mov", 400_000, status="paused")
    meanwhile(lambda: session.update("transfer", bad, {"status": "aborted"}))
    code, out, _ = run("watch", "Transfer", *QUICK)
    assert code == 6
    assert f"{good}  done" in out
    assert f"{bad}  aborted" in out


def test_job_that_is_gone_ends_it(send, run, session, meanwhile):
    ident = send("a.mov", 100, status="paused")
    meanwhile(lambda: session.delete_one("transfer", ident))
    code, out, _ = run("watch", "Transfer", *QUICK)
    assert code == 1
    assert out.splitlines()[-1] == f"{ident}  gone  0%  a.mov"


def test_nothing_to_watch_is_said(workspace, run):
    assert run("watch", "Job WHERE code=none") == (
        0,
        "",
        "nothing to watch: the query selects no job\n",
    )


def test_only_what_progresses_can_be_watched(workspace, run):
    code, _, talk = run("watch", "User")
    assert (code, "User has no progress" in talk) == (2, True)


def test_bad_moment_is_survived_and_an_outage_is_not(workspace, send, session):
    job = send("a.mov", 100, status="paused")
    sights = [watch.Sight(job, "a.mov", "paused")]
    from accsyn_orm import Transfer

    workspace.faults = Faults(1, ["reset"])
    looks = watch._looks(Transfer, sights, watch.Patience(0.01))
    with pytest.raises(TransportError):
        next(looks)
    looks = watch._looks(Transfer, sights, watch.Patience(0.3))
    timer = threading.Timer(0.4, setattr, (workspace, "faults", None))
    timer.start()
    assert [sight.status for sight in next(looks)] == ["paused"]
    timer.join()
