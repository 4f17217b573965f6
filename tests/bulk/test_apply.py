"""Applying plans: how rows end, in the workspace and with a backend that fails on cue."""

from __future__ import annotations

import signal
import threading
import time

import pytest

from accsyn_orm import Job, Queue, Task, bulk
from accsyn_orm.bulk import PartialFailureError, RowState, Tally
from accsyn_orm.bulk.apply import Options
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.errors import (
    BackendCrashError,
    BackendError,
    EntityStateError,
    SessionExpiredError,
    TransportError,
)
from accsyn_orm.outcome import Outcome
from accsyn_orm.testing import Faults

UNREACHABLE = TransportError("queue/edit", "host", "refused", outcome=Outcome.NOT_SENT)
LOST = TransportError("queue/edit", "host", "broke")
REFUSED = BackendError("queue/edit", "no")
CRASHED = BackendCrashError("queue/edit", "boom")


def states(report) -> list[str]:
    return [result.state.value for result in report.results]


def ends(report) -> list[tuple[str, str | None]]:
    return [(result.state.value, result.kind) for result in report.results]


@pytest.fixture
def queues(backend):
    """Give the query for five queues of a backend that fails on cue."""
    for number in range(5):
        backend.add("queue", number, code=f"q{number}", name=f"q{number}", priority=number)
    return Query(Queue, backend=backend)


# -- in the workspace -----------------------------------------------------------------------------


@pytest.mark.parametrize("workers", [1, 3, 8])
def test_every_row_is_done_once(make_queues, database, workers):
    make_queues(60)
    query = Queue.where(Queue.name.startswith("q"))
    plan = query.update(priority=lambda queue: queue.priority + 1, description="bulk")
    database.watch("queues")
    report = plan.apply(workers=workers)
    report.raise_for_errors()
    assert report.is_complete
    assert [result.row.number for result in report.results] == list(range(1, 61))
    assert set(database.writes().values()) == {1}
    assert [queue.priority for queue in query.all()] == [n + 1 for n in range(60)]


def test_second_plan_over_the_same_rows_is_refused_row_by_row(make_queues, database):
    make_queues(30)
    query = Queue.where(Queue.name.startswith("q"))
    first = query.update(priority=lambda queue: queue.priority + 1)
    second = query.update(priority=lambda queue: queue.priority + 10)
    first.apply().raise_for_errors()
    database.watch("queues")
    report = second.apply()
    assert ends(report) == [("failed", "ConflictError")] * 30
    assert not database.writes()
    assert [queue.priority for queue in query.all()] == [n + 1 for n in range(30)]


def test_second_plan_may_overwrite_when_it_is_told_to(session):
    first = Queue.where(Queue.code == "low").update(priority=2)
    second = Queue.where(Queue.code == "low").update(priority=3)
    first.apply()
    second.apply(check=False).raise_for_errors()
    assert Queue.where(Queue.code == "low").one().priority == 3


def test_tasks_of_one_job_go_in_one_request(session):
    job = Job.where(Job.code == "my_transfer").one()
    session.update("job", job.id, {"status": "paused"})
    plan = job.tasks.update(priority=lambda task: task.priority + 7)
    calls = []
    update_many = session.update_many
    session.update_many = lambda *arguments: calls.append(arguments) or update_many(*arguments)
    plan.apply().raise_for_errors()
    assert len(calls) == 1
    assert {task.priority for task in job.tasks} == {507}


def test_deletions_are_done(session):
    plan = Queue.where(Queue.code.in_(["low", "high"])).delete()
    plan.apply().raise_for_errors()
    assert not Queue.where(Queue.code.in_(["low", "high"])).exists()


def test_backend_says_no_to_one_row_and_the_others_are_done(session):
    # The last admin cannot be disabled; only the workspace knows that it is the last.
    from accsyn_orm import User

    report = User.where(User.status == "enabled").update(status="disabled").apply()
    (failed,) = report.failed
    assert failed.row.label == "John User"
    assert "at least one enabled admin" in str(failed.error)
    assert isinstance(failed.exception, BackendError)
    assert len(report.done) == len(report.results) - 1
    with pytest.raises(PartialFailureError) as raised:
        report.raise_for_errors()
    assert raised.value.report is report
    assert "John User" in str(raised.value)


def test_names_and_values_of_v1_are_sent(workspace):
    with workspace.session(protocol="v1") as session:
        query = Queue.where(Queue.code == "low")
        query.update(status="paused", name="lowest").apply().raise_for_errors()
        assert session.find_one("queue WHERE code=lowest")["status"] == "disabled"


def test_rows_are_done_although_every_third_call_fails(make_queues, database, workspace, apply):
    make_queues(120)
    query = Queue.where(Queue.name.startswith("q"))
    plan = query.update(priority=lambda queue: queue.priority + 1)
    database.watch("queues")
    workspace.faults = Faults(0.3, seed=11, retry_after=0)
    report = apply(plan, workers=8)
    faults, workspace.faults = workspace.faults, None
    assert len(faults.injected) == 6
    assert report.is_complete, report
    assert any(result.is_confirmed for result in report.results)
    assert set(database.writes().values()) == {1}
    assert [queue.priority for queue in query.all()] == [n + 1 for n in range(120)]


# -- with a backend that fails on cue -------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "end", "sent"),
    [
        ([UNREACHABLE, UNREACHABLE], ("done", None), 3),
        ([LOST], ("done", None), 2),
        ([("done", LOST)], ("done", None), 1),
        ([CRASHED], ("done", None), 2),
        ([("done", CRASHED)], ("done", None), 1),
        ([LOST, ("done", LOST)], ("done", None), 2),
        ([REFUSED], ("failed", "BackendError"), 1),
        ([LOST, REFUSED], ("failed", "BackendError"), 2),
        # The first attempt arrives late, after it was found missing, and makes the second useless.
        ([LOST, ("done", REFUSED)], ("done", None), 2),
        ([{"id": "other"}], ("done", None), 1),
        ([{}], ("done", None), 1),
    ],
)
def test_change_whose_answer_gets_lost_is_settled_by_reading(
    backend, queues, apply, script, end, sent
):
    plan = queues.where(Queue.code == "q1").update(priority=9)
    backend.script["update"] = list(script)
    report = apply(plan)
    assert ends(report) == [end]
    assert len(backend.writes()) == sent
    assert backend.records["queue"][f"{1:024x}"]["priority"] == (9 if end[0] == "done" else 1)


def test_every_attempt_of_a_row_has_its_id_and_every_row_its_own(backend, queues, apply):
    backend.script["update"] = [LOST, UNREACHABLE, None, LOST]
    apply(queues.update(priority=9), workers=1).raise_for_errors()
    first, second, *others = backend.eids
    assert backend.eids == [first, first, first, second and backend.eids[3], *backend.eids[4:]]
    assert backend.eids[3] == backend.eids[4]
    assert len(set(backend.eids)) == 5
    assert others


def test_two_runs_of_a_plan_have_ids_of_their_own(backend, queues, apply):
    plan = queues.where(Queue.code == "q1").update(priority=9)
    apply(plan)
    apply(plan, check=False)
    assert len(set(backend.eids)) == 2


def test_answer_without_the_entity_that_changed_nothing_is_not_done(backend, queues, hasty, apply):
    plan = queues.where(Queue.code == "q1").update(priority=9)
    backend.update = lambda *_: {}
    report = apply(plan)
    assert ends(report) == [("not_sent", "EntityStateError")]


def test_deletion_is_settled_by_reading(backend, queues, apply):
    backend.script["delete_one"] = [("done", LOST), LOST, REFUSED, False, None]
    report = apply(queues.delete(), workers=1)
    assert ends(report) == [
        ("done", None),
        ("failed", "BackendError"),
        ("failed", "EntityStateError"),
        ("done", None),
        ("done", None),
    ]
    assert [result.is_confirmed for result in report.results][:2] == [True, False]


def test_force_is_handed_on(backend, queues, apply):
    apply(queues.limit(1).delete(force=True))
    apply(queues.limit(1).delete())
    assert [call[3] for call in backend.writes()] == [{"force": True}, None]


def test_row_whose_entity_cannot_be_read_back_is_unknown(backend, queues, hasty, apply):
    plan = queues.where(Queue.code == "q1").update(priority=9)
    backend.script["update"] = [LOST]
    backend.script["find"] = [None, *[LOST] * (4 * hasty.attempts)]
    report = apply(plan)
    assert ends(report) == [("unknown", "TransportError")]
    assert isinstance(report.stopped_by, TransportError)
    backend.script.clear()
    assert report.retry().is_complete
    assert len(backend.writes()) == 2


def test_row_that_somebody_else_crossed_is_unknown_and_stays_so(backend, queues, apply):
    plan = queues.where(Queue.code == "q1").update(priority=9)

    def crossed(entitytype, entityid, data):
        backend.records["queue"][entityid]["priority"] = 500
        raise LOST

    backend.update = crossed
    report = apply(plan)
    assert ends(report) == [("unknown", "ConflictError")]
    assert ends(report.retry()) == [("unknown", "ConflictError")]


# -- tasks ----------------------------------------------------------------------------------------


@pytest.fixture
def tasks(backend):
    for number in range(4):
        backend.add("task", number, job="a" * 24, uri=str(number), priority=number)
    return Query(Task, backend=backend).under("a" * 24)


@pytest.mark.parametrize(
    ("script", "sent"),
    [
        ([LOST], [4, 4]),
        ([("done", LOST)], [4]),
        ([UNREACHABLE], [4, 4]),
        ([[]], [4]),
        ([REFUSED], [4, 1, 1, 1, 1]),
    ],
)
def test_tasks_whose_answer_gets_lost_are_settled_by_reading(backend, tasks, apply, script, sent):
    backend.script["update_many"] = script
    report = apply(tasks.update(priority=77))
    assert states(report) == ["done"] * 4
    assert [len(call[3]) for call in backend.writes()] == sent


def test_task_that_is_the_reason_for_a_refusal_is_told_from_the_others(backend, tasks, apply):
    plan = tasks.update(priority=77)
    update_many = backend.update_many

    def refusing(entitytype, parent, items):
        if any(item["id"] == f"{2:024x}" for item in items):
            raise REFUSED
        return update_many(entitytype, parent, items)

    backend.update_many = refusing
    report = apply(plan)
    assert states(report) == ["done", "done", "failed", "done"]


def test_tasks_that_a_refused_request_did_change_are_done(backend, tasks, apply):
    plan = tasks.update(priority=77)
    update_many = backend.update_many
    sent = []

    def half_refusing(entitytype, parent, items):
        sent.append(len(items))
        if len(items) > 1:
            update_many(entitytype, parent, items[:3])
            raise REFUSED
        return update_many(entitytype, parent, items)

    backend.update_many = half_refusing
    report = apply(plan)
    assert states(report) == ["done"] * 4
    assert sent == [4, 1]


def test_tasks_that_the_backend_leaves_out_of_its_answer_and_unchanged_are_not_done(
    backend, tasks, apply
):
    plan = tasks.update(priority=77)
    backend.update_many = lambda *_: []
    assert ends(apply(plan)) == [("not_sent", "EntityStateError")] * 4


# -- stopping -------------------------------------------------------------------------------------


def test_no_row_is_begun_after_one_failed_when_that_is_asked_for(backend, queues, apply):
    backend.script["update"] = [None, REFUSED]
    report = apply(queues.update(priority=9), workers=1, on_error="stop")
    assert states(report) == ["done", "failed", "not_sent", "not_sent", "not_sent"]
    assert report.stopped_by is None
    backend.script.clear()
    again = report.retry()
    assert states(again) == ["done"] * 5
    assert len(backend.writes()) == 6


def test_other_rows_are_done_after_one_failed_otherwise(backend, queues, apply):
    backend.script["update"] = [None, REFUSED]
    report = apply(queues.update(priority=9), workers=1)
    assert states(report) == ["done", "failed", "done", "done", "done"]


def test_row_that_failed_is_sent_anew_under_another_id(backend, queues, apply):
    backend.script["update"] = [REFUSED]
    report = apply(queues.where(Queue.code == "q1").update(priority=9))
    report.retry()
    assert len(set(backend.eids)) == 2


@pytest.mark.parametrize("error", [SessionExpiredError("expired"), UNREACHABLE])
def test_error_that_would_meet_every_row_stops_the_run(backend, queues, apply, error):
    plan = queues.update(priority=9)
    backend.script["update"] = [None, *[error] * 99]
    report = apply(plan, workers=1)
    assert states(report) == ["done", *["not_sent"] * 4]
    assert report.stopped_by is error
    assert "stopped: " in str(report)
    with pytest.raises(PartialFailureError) as raised:
        report.raise_for_errors()
    assert raised.value.__cause__ is error


def test_backend_that_cannot_be_read_stops_the_run_before_anything_is_sent(backend, queues, apply):
    plan = queues.update(priority=9)
    backend.script["find"] = [LOST] * 99
    report = apply(plan)
    assert states(report) == ["not_sent"] * 5
    assert backend.writes() == []


def test_row_that_was_given_up_in_a_bad_moment_is_taken_up_again(backend, queues, hasty, apply):
    plan = queues.update(priority=9)
    update, others_go_on, failures = backend.update, threading.Event(), []
    has_failed = threading.Event()

    def failing_for_one(entitytype, entityid, data):
        if entityid == f"{0:024x}" and len(failures) < hasty.attempts:
            failures.append(entityid)
            has_failed.set()
            others_go_on.wait(5)
            raise UNREACHABLE
        has_failed.wait(5)
        answer = update(entitytype, entityid, data)
        others_go_on.set()
        return answer

    backend.update = failing_for_one
    told: list[Tally] = []
    report = apply(plan, workers=2, progress=told.append)
    assert (told[-1].done, told[-1].ended) == (5, 5)
    assert len(failures) == hasty.attempts
    assert report.stopped_by is None
    assert report.is_complete
    assert len(backend.writes()) == 5


def test_ctrl_c_settles_what_is_under_way_and_leaves_the_rest(backend, queues, apply):
    update, begun = backend.update, threading.Event()

    def slow(entitytype, entityid, data):
        begun.set()
        time.sleep(0.3)
        return update(entitytype, entityid, data)

    plan = queues.update(priority=9)
    backend.update = slow
    _interrupt_when(begun)
    report = apply(plan, workers=1)
    assert states(report) == ["done", *["not_sent"] * 4]
    assert isinstance(report.stopped_by, KeyboardInterrupt)
    assert "stopped: interrupted" in str(report)
    assert [queue.priority for queue in queues.all()] == [9, 1, 2, 3, 4]
    backend.update = update
    assert report.retry().is_complete


def test_second_ctrl_c_leaves_at_once(backend, queues, apply):
    begun, hold = threading.Event(), threading.Event()

    def endless(entitytype, entityid, data):
        begun.set()
        hold.wait(20)
        raise LOST

    plan = queues.update(priority=9)
    backend.update = endless
    _interrupt_when(begun, times=2)
    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        apply(plan, workers=1)
    assert time.monotonic() - started < 5
    hold.set()
    _join_workers()


def _interrupt_when(event: threading.Event, times: int = 1) -> None:
    main = threading.main_thread().ident

    def interrupt() -> None:
        event.wait(10)
        for _ in range(times):
            time.sleep(0.15)
            signal.pthread_kill(main, signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()


def _join_workers() -> None:
    for thread in threading.enumerate():
        if thread.name == "accsyn_orm bulk":
            thread.join(10)


def test_worker_that_breaks_down_loses_no_row(backend, queues, apply):
    plan = queues.update(priority=9)
    update = backend.update
    calls = []

    def broken(entitytype, entityid, data):
        calls.append(entityid)
        if len(calls) == 2:
            raise ZeroDivisionError
        return update(entitytype, entityid, data)

    backend.update = broken
    report = apply(plan, workers=1)
    # What was announced together with it may have been sent, for all that is known.
    assert states(report) == ["done", "unknown", "unknown", "not_sent", "not_sent"]
    assert isinstance(report.stopped_by, ZeroDivisionError)


# -- progress -------------------------------------------------------------------------------------


def test_progress_is_told_in_this_thread_row_by_row(backend, queues, apply):
    backend.script["update"] = [None, REFUSED]
    told: list[tuple[Tally, int]] = []
    apply(
        queues.update(priority=9),
        workers=2,
        progress=lambda tally: told.append((tally, threading.get_ident())),
    )
    assert {thread for _, thread in told} == {threading.get_ident()}
    assert [tally.ended for tally, _ in told] == [1, 2, 3, 4, 5]
    last = told[-1][0]
    assert (last.total, last.done, last.failed, last.not_sent, last.unknown) == (5, 4, 1, 0, 0)
    assert last.last.row.number in range(1, 6)


def test_progress_of_a_retry_counts_on(backend, queues, apply):
    backend.script["update"] = [REFUSED]
    report = apply(queues.update(priority=9), workers=1)
    told: list[Tally] = []
    report.retry(progress=told.append)
    assert [(tally.done, tally.ended) for tally in told] == [(5, 5)]


def test_callback_that_fails_stops_the_run_and_loses_nothing(backend, queues, apply):
    def fail(tally: Tally) -> None:
        raise ValueError("broken bar")

    report = apply(queues.update(priority=9), workers=1, progress=fail)
    assert str(report.stopped_by) == "broken bar"
    assert report.counts[RowState.DONE] >= 1
    assert report.counts[RowState.DONE] + report.counts[RowState.NOT_SENT] == 5


# -- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [{"workers": 0}, {"workers": 65}, {"workers": True}, {"workers": 2.0}, {"on_error": "ignore"}],
)
def test_options_that_make_no_sense_are_refused(backend, queues, options):
    plan = queues.update(priority=9)
    with pytest.raises(ValueError, match=next(iter(options))):
        plan.apply(**options)
    assert backend.writes() == []
    with pytest.raises(ValueError, match="not"):
        Options(**options)


def test_nothing_to_do_is_done(backend, queues, apply):
    report = apply(queues.where(Queue.code == "none").update(priority=9))
    assert report.is_complete
    assert str(report).startswith("0 done")


def test_entities_that_were_saved_elsewhere_are_not_touched(backend, apply):
    queue = Queue(name="x")
    plan = bulk.create(Queue, [queue], session=backend)
    queue.name = "y"
    apply(plan).raise_for_errors()
    assert queue.is_new


def test_state_error_says_why(backend, queues, apply):
    backend.script["delete_one"] = [False]
    report = apply(queues.limit(1).delete())
    assert isinstance(report.failed[0].exception, EntityStateError)
