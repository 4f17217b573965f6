"""Going on after a crash, and taking back what was done."""

from __future__ import annotations

from pathlib import Path

import pytest

from accsyn_orm import Job, Queue, Task, User, bulk
from accsyn_orm.bulk import Action, RowState
from accsyn_orm.bulk.history import MOST_WORKERS, read_history
from accsyn_orm.bulk.journal import Journal
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.errors import BackendError, TransportError

REFUSED = BackendError("queue/edit", "no")
LOST = TransportError("queue/edit", "host", "broke")


@pytest.fixture
def queues(backend):
    for number in range(10):
        backend.add("queue", number, code=f"q{number}", name=f"q{number}", priority=number)
    return Query(Queue, backend=backend)


def priorities(backend) -> list[int]:
    return [record["priority"] for record in backend.records["queue"].values()]


def cut(path: Path, keep: int) -> None:
    """Keep the plan and so many records after it, as if the process had died then."""
    lines = path.read_bytes().splitlines(keepends=True)
    plan = next(n for n, line in enumerate(lines) if b'{"ready":true}' in line) + 1
    path.write_bytes(b"".join(lines[: plan + keep]))


# -- resume() -------------------------------------------------------------------------------------


@pytest.mark.parametrize("keep", range(14))
@pytest.mark.parametrize("applied", [0, 3, 5, 10])
def test_every_row_is_done_once_whenever_the_process_died(
    backend, queues, apply, path, keep, applied
):
    plan = queues.update(priority=lambda queue: queue.priority + 1)
    apply(plan, path, workers=1)
    cut(path, keep)
    history = read_history(path)
    # The backend has done what was announced, as far as the process came.
    for number, record in enumerate(backend.records["queue"].values()):
        is_done = number + 1 in history.results or (
            number + 1 in history.announced and number < applied
        )
        record.update(priority=number + is_done, modified="2026-01-01T00:00:00")
    backend.calls.clear()
    report = bulk.resume(path, session=backend)
    assert report.is_complete, report
    assert priorities(backend) == [number + 1 for number in range(10)]
    assert bulk.resume(path, session=backend).is_complete
    assert priorities(backend) == [number + 1 for number in range(10)]


def test_rows_that_failed_stay_so_unless_asked_otherwise(backend, queues, apply, path):
    plan = queues.update(priority=99)
    backend.script["update"] = [REFUSED]
    apply(plan, path, workers=1)
    report = bulk.resume(path, session=backend)
    assert [result.row.number for result in report.failed] == [1]
    assert report.failed[0].error == "queue/edit: no"
    assert bulk.resume(path, session=backend, retry_failed=True).is_complete
    assert len(backend.eids) == len(set(backend.eids)) == 11


def test_row_under_way_keeps_its_id_in_another_process(backend, queues, apply, path):
    plan = queues.limit(1).update(priority=99)
    first = Journal.create(
        path,
        {
            "run": "11111111-1111-4111-8111-111111111111",
            "created": "2026-01-01T00:00:00+00:00",
            "workspace": None,
            "force": False,
            "rows": 1,
            "skipped": [],
        },
        [plan.rows[0].to_document()],
    )
    first.announce([1])
    first.close()
    for _ in range(2):
        content = path.read_bytes()
        backend.script["update"] = [REFUSED]
        bulk.resume(path, session=backend)
        path.write_bytes(content)
    assert len(backend.eids) == 2
    assert len(set(backend.eids)) == 1


def test_report_of_a_class_of_ones_own_goes_on_with_its_journal(backend, apply, path):
    class Reel(Queue):
        """A queue of one's own, under a name of its own."""

        __entity_type__ = "reel"

    backend.add("reel", 1, code="r1", priority=1)
    backend.script["update"] = [REFUSED]
    report = apply(Query(Reel, backend=backend).update(priority=2), path)
    assert report.retry().is_complete
    assert read_history(path, [Reel]).results[1].state is RowState.DONE


def test_progress_and_options_are_those_of_apply(backend, queues, apply, path):
    plan = queues.update(priority=99)
    backend.script["update"] = [REFUSED]
    apply(plan, path, workers=1, on_error="stop")
    told = []
    report = bulk.resume(path, session=backend, progress=told.append, workers=1)
    assert [tally.ended for tally in told] == list(range(2, 11))
    assert report.journal == path


# -- resume() of creations ------------------------------------------------------------------------


@pytest.fixture
def creation(backend, apply, path):
    rows = [{"code": f"n{number}", "priority": number} for number in range(5)]
    apply(bulk.create(Queue, rows, session=backend), path, workers=1)
    return path


@pytest.mark.parametrize("keep", range(11))
@pytest.mark.parametrize("applied", [True, False])
def test_creation_is_done_once_whenever_the_process_died(backend, creation, keep, applied):
    cut(creation, keep)
    history = read_history(creation)
    made = len(history.results) + (applied and bool(history.doubtful))
    backend.records["queue"] = dict(list(backend.records["queue"].items())[:made])
    report = bulk.resume(creation, session=backend)
    assert report.is_complete, report
    assert sorted(q["code"] for q in backend.records["queue"].values()) == [
        "n0",
        "n1",
        "n2",
        "n3",
        "n4",
    ]


def test_creations_near_damage_are_looked_for(backend, creation):
    cut(creation, 4)
    creation.write_bytes(creation.read_bytes()[:-1] + b"x")
    history = read_history(creation)
    # The end of the second row is lost; rows 3 to 5 may have been announced by what is lost.
    assert history.suspects == [3, 4, 5]
    assert bulk.resume(creation, session=backend).is_complete
    assert len(backend.records["queue"]) == 5


def test_creations_far_from_damage_are_not_suspected(backend, apply, path):
    count = 2 * MOST_WORKERS + 10
    rows = [{"name": f"n{number}"} for number in range(count)]
    apply(bulk.create(Queue, rows, session=backend), path, workers=1)
    cut(path, 2)
    path.write_bytes(path.read_bytes()[:-1] + b"x\n")
    suspects = read_history(path).suspects
    assert suspects[:3] == [2, 3, 4]
    assert MOST_WORKERS < len(suspects) < count - 1


def test_creation_without_unique_code_that_may_have_happened_stays_unknown(backend, apply, path):
    apply(bulk.create(Queue, [{"name": "a"}, {"name": "b"}], session=backend), path, workers=1)
    cut(path, 3)
    report = bulk.resume(path, session=backend)
    assert [result.state for result in report.results] == [RowState.DONE, RowState.UNKNOWN]
    assert len(report.unknown[0].candidates) == 1
    assert len(backend.records["queue"]) == 2


@pytest.mark.parametrize("at", [-3, -20])
def test_changes_near_damage_are_read_back_whatever_is_checked(backend, queues, apply, path, at):
    apply(queues.update(priority=lambda queue: queue.priority + 1), path, workers=1)
    cut(path, 1)
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)
    backend.calls.clear()
    report = bulk.resume(path, session=backend, check=False)
    assert report.is_complete
    assert all(result.is_confirmed for result in report.results)
    assert backend.writes() == []


# -- undo() ---------------------------------------------------------------------------------------


def test_undo_gives_back_what_there_was(session, path):
    before = {queue.id: (queue.priority, queue.description) for queue in Queue.where()}
    Queue.where().update(priority=7, description="bulk").apply(journal=path)
    plan = bulk.undo(path)
    assert len(plan) == len(before)
    plan.apply().raise_for_errors()
    assert {queue.id: (queue.priority, queue.description) for queue in Queue.where()} == before
    assert len(bulk.undo(path)) == 0


def test_undo_of_half_a_change_gives_back_half(backend, queues, apply, path):
    plan = queues.update(priority=lambda queue: queue.priority + 1)
    apply(plan, path, workers=1)
    cut(path, 4)
    assert len(read_history(path).doubtful) == 2
    undo = bulk.undo(path, session=backend)
    undo.apply().raise_for_errors()
    history = read_history(path)
    touched = {row.number for row in history.touched}
    assert priorities(backend) == [
        number if number + 1 in touched else number + 1 for number in range(10)
    ]


def skips(plan) -> dict[str, str]:
    return {skipped.label: skipped.reason for skipped in plan.skipped}


def test_undo_lists_what_it_cannot_take_back(session, path):
    query = Job.where(Job.code == "Daily backup")
    statuses = {job.id: str(job.status) for job in query}
    query.update(status="paused").apply(journal=path)
    plan = bulk.undo(path)
    assert {row.before["status"] for row in plan.rows} == {"paused"}
    assert {row.after["status"] for row in plan.rows} == {"waiting"}
    kept = {skipped.id: skipped.reason for skipped in plan.skipped}
    assert set(kept) == {ident for ident, status in statuses.items() if status != "waiting"}
    assert all("cannot be set by a change" in reason for reason in kept.values())


def test_undo_does_not_touch_what_somebody_else_changed(backend, queues, apply, path):
    apply(queues.update(priority=50), path)
    backend.records["queue"][f"{1:024x}"]["priority"] = 51
    backend.records["queue"][f"{2:024x}"]["priority"] = 2
    del backend.records["queue"][f"{3:024x}"]
    plan = bulk.undo(path, session=backend)
    assert len(plan) == 7
    assert skips(plan) == {
        "q1": "was changed since: it cannot be taken back without losing that",
        "q2": "is as it was before",
        "q3": "is gone",
    }


def test_undo_knows_what_the_backend_made_of_a_value(backend, queues, apply, path):
    plan = queues.limit(1).update(name="New")
    update = backend.update

    def normalising(entitytype, entityid, data):
        return update(entitytype, entityid, {"name": data["name"].upper()})

    backend.update = normalising
    apply(plan, path)
    backend.update = update
    (row,) = bulk.undo(path, session=backend).rows
    assert (row.before, row.after) == ({"name": "NEW"}, {"name": "q0"})


def test_undo_says_what_was_not_known_before(backend, apply, path):
    backend.add("queue", 1, code="q1")
    apply(Query(Queue, backend=backend).update(priority=5), path)
    plan = bulk.undo(path, session=backend)
    assert skips(plan) == {"q1": "cannot be taken back: what priority was before is not known"}


def test_undo_of_creations_deletes_what_nobody_has_changed(backend, apply, path):
    rows = [{"code": f"n{number}"} for number in range(6)]
    plan = bulk.create(Queue, rows, session=backend)
    backend.script["create"] = [
        None,
        ("done", LOST),
        {"success": True},
        [{"id": "a"}, {"id": "b"}],
    ]
    backend.script["find"] = [None]
    apply(plan, path, workers=1)
    made = {record["code"]: record for record in backend.records["queue"].values()}
    made["n4"]["modified"] = "2026-03-03T00:00:00"
    del backend.records["queue"][made["n5"]["id"]]
    undo = bulk.undo(path, session=backend)
    assert [(row.action, row.label) for row in undo.rows] == [(Action.DELETE, "n0")]
    assert skips(undo) == {
        "n1": "was found after its answer got lost: delete it yourself if it is yours",
        "n2": "0 entities came of it: without known ids",
        "n3": "2 entities came of it: a, b",
        "n4": "was changed since: it cannot be taken back without losing that",
        "n5": "is gone",
    }


def test_undo_of_what_may_have_been_created_waits_for_certainty(backend, creation):
    cut(creation, 3)
    plan = bulk.undo(creation, session=backend)
    assert skips(plan) == {"n1": "may have been created: resume the journal, to know"}
    assert [row.label for row in plan.rows] == ["n0"]


def test_undo_of_a_task_says_what_to_do_instead(session, path):
    job = Job.where(Job.code == "my_transfer").one()
    rows = [{"job": job, "source": "share=projects/a.mov", "destination": "lisa@example.com"}]
    report = bulk.create(Task, rows).apply(journal=path)
    report.raise_for_errors()
    (reason,) = skips(bulk.undo(path)).values()
    assert "exclude() it instead" in reason


def test_undo_of_deletions_says_that_there_is_none(session, path):
    Queue.where(Queue.code == "low").delete().apply(journal=path)
    assert skips(bulk.undo(path)) == {
        "Low": "cannot be taken back: what was deleted does not come back through the API"
    }


def test_undo_of_tasks_finds_them_under_their_job(session, path):
    job = Job.where(Job.code == "my_transfer").one()
    job.tasks.update(priority=9).apply(journal=path).raise_for_errors()
    bulk.undo(path).apply().raise_for_errors()
    assert {task.priority for task in job.tasks} == {500}


def test_undo_can_itself_be_interrupted_and_undone(session, path, tmp_path):
    query = User.where(User.role == "standard")
    before = {user.id: user.description for user in query}
    query.update(description="x").apply(journal=path)
    undo_path = tmp_path / "undo.journal"
    bulk.undo(path).apply(journal=undo_path).raise_for_errors()
    assert {user.id: user.description for user in query} == before
    bulk.undo(undo_path).apply().raise_for_errors()
    assert {user.description for user in query} == {"x"}
