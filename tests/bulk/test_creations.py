"""Creating: never twice, whatever gets lost."""

from __future__ import annotations

import time

import pytest

from accsyn_orm import Entity, Job, Queue, Task, User, bulk
from accsyn_orm.entities import Attr, ReadOnlyAttr, attr
from accsyn_orm.errors import BackendCrashError, BackendError, EntityStateError, TransportError
from accsyn_orm.outcome import Outcome
from accsyn_orm.testing import Faults

UNREACHABLE = TransportError("queue/create", "host", "refused", outcome=Outcome.NOT_SENT)
LOST = TransportError("queue/create", "host", "broke")
REFUSED = BackendError("queue/create", "no")
CRASHED = BackendCrashError("queue/create", "boom")


def ends(report) -> list[tuple[str, str | None]]:
    return [(result.state.value, result.kind) for result in report.results]


def codes(backend, entitytype: str = "queue") -> list[str]:
    return sorted(record.get("code", "") for record in backend.records.get(entitytype, {}).values())


@pytest.fixture
def plan(backend):
    return bulk.create(Queue, [{"code": "new", "priority": 3}], session=backend)


@pytest.mark.parametrize(
    ("script", "end", "sent", "is_confirmed"),
    [
        ([], ("done", None), 1, False),
        ([UNREACHABLE], ("done", None), 2, False),
        ([("done", LOST)], ("done", None), 1, True),
        ([LOST], ("done", None), 2, False),
        ([LOST, LOST, ("done", CRASHED)], ("done", None), 3, True),
        ([REFUSED], ("failed", "BackendError"), 1, False),
        ([LOST, REFUSED], ("failed", "BackendError"), 2, False),
        # The first one arrives late, and the second is refused because of it.
        ([LOST, ("done", REFUSED)], ("done", None), 2, True),
    ],
)
def test_type_with_unique_codes_is_looked_up(backend, apply, plan, script, end, sent, is_confirmed):
    backend.script["create"] = script
    report = apply(plan)
    assert ends(report) == [end]
    assert len(backend.writes()) == sent
    assert codes(backend) == (["new"] if end[0] == "done" else [])
    (result,) = report.results
    assert result.is_confirmed is is_confirmed
    assert result.ids == ((f"{0xC0:024x}",) if end[0] == "done" else ())


def test_every_attempt_has_the_same_id(backend, apply, plan):
    backend.script["create"] = [LOST, UNREACHABLE, LOST]
    apply(plan).raise_for_errors()
    assert len(backend.eids) == 4
    assert len(set(backend.eids)) == 1


def test_entity_that_is_there_otherwise_than_planned_is_not_adopted(backend, apply, plan):
    def crossed(*_arguments, **_options):
        backend.add("queue", 7, code="NEW", priority=4)
        raise LOST

    backend.create = crossed
    report = apply(plan)
    assert ends(report) == [("unknown", "EntityStateError")]
    assert report.unknown[0].candidates == (f"{7:024x}",)
    assert f"(perhaps {7:024x})" in str(report)


def test_references_and_spellings_do_not_keep_from_adopting(session, workspace, apply):
    plan = bulk.create(User, [{"code": "New@X.com", "role": "employee"}])
    create = session.create

    def lost(*arguments, **options):
        create(*arguments, **options)
        raise LOST

    session.create = lost
    report = apply(plan)
    assert ends(report) == [("done", None)]
    assert report.results[0].is_confirmed


def test_creation_under_way_is_not_repeated_once_it_is_stopping(backend, apply):
    backend.script["create"] = [LOST, LOST]
    rows = [{"code": "a"}, {"code": "b"}]

    def stop(_tally) -> None:
        raise ValueError

    create = backend.create

    def slow(*arguments):
        time.sleep(0.2 if arguments[1]["code"] == "b" else 0)
        return create(*arguments)

    backend.create = slow
    backend.script["create"] = [None, LOST]
    report = apply(bulk.create(Queue, rows, session=backend), workers=2, progress=stop)
    assert ends(report) == [("done", None), ("not_sent", "TransportError")]


def test_row_that_never_left_is_not_sent(backend, apply, plan):
    backend.script["create"] = [UNREACHABLE] * 99
    report = apply(plan)
    assert ends(report) == [("not_sent", "TransportError")]
    assert report.stopped_by is UNREACHABLE


def test_request_of_a_dead_process_that_arrives_late_is_adopted(backend, apply, plan, tmp_path):
    path = tmp_path / "journal"
    apply(plan, path).raise_for_errors()
    path.write_bytes(path.read_bytes().rpartition(b"\n")[0].rpartition(b"\n")[0] + b"\n")
    backend.records.clear()
    # Found missing, and refused because it arrived in the meantime.
    backend.script["create"] = [("done", REFUSED)]
    report = bulk.resume(path, session=backend)
    assert ends(report) == [("done", None)]
    assert report.results[0].is_confirmed


@pytest.mark.parametrize("attempts", [1, 3])
def test_attempts_have_an_end(backend, plan, apply, hasty, attempts):
    from dataclasses import replace

    backend.script["create"] = [LOST] * 99
    report = apply(plan, patience=replace(hasty, attempts=attempts))
    assert ends(report) == [("not_sent", "TransportError")]
    assert codes(backend) == []


def test_row_that_cannot_be_looked_up_is_unknown(backend, plan, apply, hasty):
    backend.script["create"] = [LOST]
    backend.script["find"] = [LOST] * 99
    report = apply(plan)
    assert ends(report) == [("unknown", "TransportError")]
    backend.script.clear()
    assert report.retry().is_complete
    assert codes(backend) == ["new"]


# -- types without unique codes -------------------------------------------------------------------


JOB = {"name": "Plates", "source": "share=projects/a", "destination": "lisa@example.com"}


def test_job_is_never_created_again_and_what_may_be_it_is_named(session, workspace, apply):
    plan = bulk.create(Job, [JOB])
    workspace.faults = Faults(1, ["drop"])
    create, calls = session.create, []

    def counted(*arguments, **options):
        calls.append(arguments)
        try:
            return create(*arguments, **options)
        finally:
            workspace.faults = None

    session.create = counted
    report = apply(plan)
    assert ends(report) == [("unknown", "EntityStateError")]
    assert len(calls) == 1
    job = Job.where(Job.name == "Plates").one()
    assert report.unknown[0].candidates == (job.id,)
    assert ends(report.retry()) == [("unknown", "EntityStateError")]
    assert len(calls) == 1


def test_task_is_looked_for_under_its_job(backend, apply):
    backend.add("job", 1, code="x")
    backend.script["create"] = [("done", LOST)]
    plan = bulk.create(Task, [{"job": f"{1:024x}", "source": "share=a"}], session=backend)
    report = apply(plan)
    assert ends(report) == [("unknown", "EntityStateError")]
    assert any(
        "Task" in call[1] or "task" in call[1] for call in backend.calls if call[0] == "find"
    )


def test_queue_without_code_is_not_looked_up(backend, apply):
    backend.script["create"] = [("done", LOST)]
    report = apply(bulk.create(Queue, [{"name": "x"}], session=backend))
    assert ends(report) == [("unknown", "EntityStateError")]
    assert len(backend.writes()) == 1


def test_type_that_does_not_say_when_is_looked_for_by_name(backend, apply):
    class Reel(Entity):
        """Something with a name."""

        __entity_type__ = "reel"
        id: ReadOnlyAttr[str] = attr(init=False)
        name: Attr[str]

    for number, name in enumerate(["other", "mine"]):
        backend.add("reel", number, name=name)
    backend.script["create"] = [LOST]
    report = apply(bulk.create(Reel, [{"name": "mine"}], session=backend))
    assert report.unknown[0].candidates == (f"{1:024x}",)


# -- what is answered -----------------------------------------------------------------------------


def test_kept_entity_takes_over_what_was_found(backend, apply):
    queue = Queue(code="new", priority=3)
    backend.script["create"] = [("done", LOST)]
    apply(bulk.create(Queue, [queue], session=backend)).raise_for_errors()
    assert (queue.is_new, queue.id) == (False, f"{0xC0:024x}")


def test_answer_without_id_is_done_and_said(backend, apply):
    backend.script["create"] = [{"success": True}]
    queue = Queue(code="new")
    report = apply(bulk.create(Queue, [queue], session=backend))
    (result,) = report.results
    assert (result.state.value, result.ids) == ("done", ())
    assert "did not say its id" in str(result.error)
    with pytest.raises(EntityStateError, match="did not say its id"):
        queue.save(session=backend)


def test_answer_with_several_entities_names_them_all(backend, apply):
    backend.script["create"] = [[{"id": "a"}, {"id": "b"}]]
    report = apply(bulk.create(Queue, [{"code": "new"}], session=backend))
    assert report.results[0].ids == ("a", "b")


def test_ten_thousandth_of_a_chance_is_taken_as_well(session, workspace, database, apply):
    plan = bulk.create(Queue, [{"code": f"n{number}", "priority": 1} for number in range(80)])
    workspace.faults = Faults(0.3, seed=5, retry_after=0)
    report = apply(plan)
    workspace.faults = None
    assert report.is_complete, report
    found = [queue.code for queue in Queue.where(Queue.code.startswith("n"))]
    assert sorted(found) == sorted(f"n{number}" for number in range(80))
