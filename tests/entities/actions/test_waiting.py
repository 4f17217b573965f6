"""Waiting for the end of a job, with a clock that only waiting moves."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable
from typing import Any

import pytest

from accsyn_orm import (
    BackendError,
    Compute,
    Delivery,
    Duration,
    EntityNotFoundError,
    EntityValidationError,
    Job,
    JobFailedError,
    JobTimeoutError,
    Request,
    Stream,
    Transfer,
)
from accsyn_orm.entities.actions import progress, waiting
from accsyn_orm.testing import EmbeddedWorkspace, ManualClock

ID = f"{9:024x}"


class Clock:
    """Seconds that pass by sleeping; each sleep may do something."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []
        self.then: Callable[[], Any] = lambda: None

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        self.then()


@pytest.fixture
def clock(monkeypatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(waiting, "time", found)
    return found


@pytest.fixture
def job(v3, clock) -> Job:
    """Give a job that moves on each time somebody sleeps: statuses, one after the other."""
    record = v3.add("job", 9, code="plates", status="waiting", progress=0, speed=-1.0, etr="")

    def lives(*steps: dict[str, object]) -> None:
        left = iter(steps)
        clock.then = lambda: record.update(next(left, {}))

    found = Job.get(ID)
    v3.lives = lives
    v3.calls.clear()
    return found


RUNNING = {"status": "running", "progress": 40, "speed": 12.5, "etr": "00:01:30"}
DONE = {"status": "done", "progress": 100, "speed": -1.0, "etr": ""}


def test_the_job_is_returned_as_it_is_when_it_is_done(v3, job, clock) -> None:
    v3.lives(RUNNING, DONE)
    job.metadata = {"mine": 1}
    assert job.wait(interval=5) is job
    assert (job.status, job.progress, job.changes.keys()) == ("done", 100, {"metadata"})
    assert v3.calls == [("get_entity", "job", ID)] * 3
    assert clock.slept == [5, 5]


def test_what_is_done_is_not_waited_for(v3, job, clock) -> None:
    v3.records["job"][ID]["status"] = "done"
    assert job.wait().status == "done"
    assert clock.slept == []


@pytest.mark.parametrize(("status", "said"), [("failed", "has failed"), ("aborted", "was aborted")])
def test_what_fails_is_an_error_with_the_job_up_to_date(v3, job, status, said) -> None:
    v3.lives(RUNNING, {"status": status})
    with pytest.raises(JobFailedError, match=f"Job {ID} {said}") as caught:
        job.wait()
    error = caught.value
    assert (error.entity, error.id, error.status, job.status) == ("Job", ID, status, status)
    assert isinstance(error, RuntimeError)


def test_time_runs_out_and_the_job_goes_on(v3, job, clock) -> None:
    v3.lives(RUNNING)
    with pytest.raises(JobTimeoutError, match=f"{ID} is running after 5 s") as caught:
        job.wait(timeout=5, interval=2)
    assert (caught.value.status, caught.value.seconds) == ("running", 5)
    assert isinstance(caught.value, TimeoutError)
    assert clock.slept == [2, 2, 1]


def test_without_any_time_it_is_looked_at_once(v3, job, clock) -> None:
    with pytest.raises(JobTimeoutError):
        job.wait(timeout=0)
    assert (len(v3.calls), clock.slept) == (1, [])


def test_what_is_gone_meanwhile_is_said_to_be(v3, job, clock) -> None:
    clock.then = v3.records["job"].clear
    with pytest.raises(EntityNotFoundError, match="which was there before"):
        job.wait()


@pytest.mark.parametrize(
    ("cls", "status", "advice"),
    [
        (Job, "init", "wait() longer"),
        (Job, "waiting", "wait() longer"),
        (Job, "running", "wait() longer"),
        (Job, "invented", "wait() longer"),
        (Job, "paused", "resume() it"),
        (Transfer, "paused", "resume() it"),
        (Compute, "paused", "resume() it"),
        (Job, "pending", "its receiver has to choose where to put it"),
        (Delivery, "init", "submit() it"),
        (Stream, "init", "submit() it"),
        (Delivery, "pending", "wait() longer"),
        (Request, "waiting", "its recipients have to act, or finish() it"),
    ],
)
def test_what_does_not_go_on_by_itself_is_said_with_what_to_do(v3, cls, status, advice) -> None:
    kind = cls.__entity_type__
    v3.add(kind, 9, status=status)
    with pytest.raises(JobTimeoutError) as caught:
        cls.load_record({"id": ID}, v3).wait(timeout=0)
    assert str(caught.value) == f"{cls.__name__} {ID} is {status} after 0 s: {advice}"
    assert caught.value.hint == advice
    for method in re.findall(r"(\w+)\(\)", advice):
        assert callable(getattr(cls, method))


@pytest.mark.parametrize(
    ("cls", "status", "advice"),
    [
        (Job, "failed", "retry() it"),
        (Job, "aborted", "retry() it"),
        (Compute, "aborted", "retry() it"),
        (Delivery, "aborted", "make a new one"),
        (Request, "failed", "make a new one"),
    ],
)
def test_what_failed_is_said_with_what_can_be_done(v3, cls, status, advice) -> None:
    v3.add(cls.__entity_type__, 9, status=status)
    with pytest.raises(JobFailedError) as caught:
        cls.load_record({"id": ID}, v3).wait()
    assert caught.value.hint == f"its tasks and log say more; {advice}"


def test_who_waits_for_ever_is_warned_once_of_what_is_held_back(v3, job, clock) -> None:
    v3.lives({"status": "paused"}, {}, {"status": "waiting"}, {"status": "paused"}, DONE)
    with pytest.warns(RuntimeWarning, match=f"Job {ID} is paused: resume\\(\\) it") as caught:
        job.wait()
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.parametrize("options", [{"timeout": 60}, {"progress": print}, {"progress": True}])
def test_who_sees_that_it_is_held_back_is_not_warned(v3, job, options) -> None:
    v3.lives({"status": "paused"}, DONE)
    assert job.wait(**options).status == "done"


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_what_was_deleted_elsewhere_is_not_to_be_retried(clock, protocol) -> None:
    with EmbeddedWorkspace() as workspace, workspace.session("admin", protocol) as session:
        sent = Job(source="volume=projects/a", destination="lisa@example.com").save()
        Job.get(sent.id).delete(force=True)
        with pytest.raises(JobFailedError, match="was aborted: it was deleted, or") as caught:
            sent.wait()
        assert "retry" not in str(caught.value)
        ended = Job(source="volume=projects/b", destination="lisa@example.com").save()
        ended.abort()
        with session.stats.measure() as asked, pytest.raises(JobFailedError, match=r"retry\(\) it"):
            ended.wait()
        # The job, in v1 in two scopes, and whether it is in the archive.
        assert asked.requests == {"v3": 2, "v1": 3}[protocol]


def test_who_may_not_look_into_the_archive_hears_that_it_was_aborted(v3, job, monkeypatch) -> None:
    v3.records["job"][ID]["status"] = "aborted"

    def refuse(*_: object, **__: object) -> None:
        raise BackendError("job/find", "not for you")

    monkeypatch.setattr(v3, "find", refuse)
    with pytest.raises(JobFailedError, match="was aborted: its tasks and log say more"):
        job.wait()


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"interval": 0}, "interval"),
        ({"interval": "2"}, "interval"),
        ({"interval": True}, "interval"),
        ({"timeout": -1}, "timeout"),
        ({"timeout": "long"}, "timeout"),
        ({"timeout": float("nan")}, "timeout"),
    ],
)
def test_impatience_is_refused(v3, job, options, name) -> None:
    with pytest.raises(EntityValidationError) as caught:
        job.wait(**options)
    assert [problem for problem, _ in caught.value.problems] == [name]
    assert v3.calls == []


def test_a_callback_is_told_after_each_look(v3, job) -> None:
    v3.lives(RUNNING, DONE)
    seen: list[tuple[str, int]] = []
    job.wait(progress=lambda told: seen.append((str(told.status), told.progress)))
    assert seen == [("waiting", 0), ("running", 40), ("done", 100)]


def test_in_a_pipe_a_line_says_what_changed(v3, job, capsys) -> None:
    v3.lives(RUNNING, {}, DONE)
    job.wait(progress=True)
    assert capsys.readouterr().err.splitlines() == [
        "plates  waiting  0%",
        f"plates  running  40%  12.5 MB/s  {Duration(seconds=90)}",
        "plates  done  100%",
    ]


def test_names_from_elsewhere_do_not_steer_the_terminal(v3, job, capsys) -> None:
    v3.records["job"][ID] |= {"code": "a\x1b[2Jb", **DONE}
    job.wait(progress=True)
    assert capsys.readouterr().err == "a\\x1b[2Jb  done  100%\n"


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_on_a_terminal_there_is_a_bar(v3, job, monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    v3.lives(RUNNING, DONE)
    job.wait(progress=True)
    shown = terminal.getvalue()
    assert "plates" in shown
    assert "100%" in shown
    assert "━" in shown


def test_without_rich_a_terminal_gets_lines(v3, job, monkeypatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "find_spec", lambda _: None)
    v3.lives(DONE)
    job.wait(progress=True)
    assert terminal.getvalue().splitlines() == ["plates  waiting  0%", "plates  done  100%"]


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_a_transfer_is_waited_for_though_it_leaves_ordinary_queries(clock, protocol) -> None:
    with (
        EmbeddedWorkspace(clock=ManualClock()) as workspace,
        workspace.session("admin", protocol),
    ):
        (workspace.volume("projects") / "plates.mov").write_text("plates")
        sent = Job(source="volume=projects/plates.mov", destination="/in/").save()
        clock.then = workspace.run_transfers
        assert sent.wait(timeout=60).status == "done"
        assert Job.where(Job.id == sent.id).all() == []
        broken = Job(source="volume=projects/nowhere.mov", destination="/in/").save()
        with pytest.raises(JobFailedError):
            broken.wait(timeout=60)


def test_deliveries_are_waited_for_as_well(v3, clock) -> None:
    record = v3.add("delivery", 9, status="waiting")
    clock.then = lambda: record.update(status="done")
    assert Delivery.get(ID).wait().status == "done"


def test_waiting_is_for_transfers_too(v3, clock) -> None:
    v3.add("transfer", 9, status="done")
    assert Transfer.load_record({"id": ID}, v3).wait().status == "done"
