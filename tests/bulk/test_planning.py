"""Plans: what they hold, what they leave out, and every problem at once."""

from __future__ import annotations

import pytest

from accsyn_orm import Job, Queue, Task, User, bulk
from accsyn_orm.bulk import Action, PlanError
from accsyn_orm.entities.querying.query import Query
from accsyn_orm.errors import EntityValidationError, NoSessionError, QueryFieldError


def problems(plan) -> list[tuple[int, str, str]]:
    return [tuple(problem) for problem in plan.problems]


def session_query(backend, cls) -> Query:
    return Query(cls, backend=backend)


# -- Query.update() -------------------------------------------------------------------------------


def test_update_plans_one_row_for_each_entity_and_writes_nothing(session, database):
    database.watch("jobs")
    plan = Job.where(Job.code == "Daily backup", Job.status == "failed").update(status="paused")
    assert [(row.action, row.before, row.after) for row in plan.rows] == [
        (Action.UPDATE, {"status": "failed"}, {"status": "paused"})
    ] * len(plan)
    assert len(plan) == Job.where(Job.code == "Daily backup", Job.status == "failed").count() > 1
    assert [row.number for row in plan.rows] == list(range(1, len(plan) + 1))
    assert not database.writes()


def test_update_leaves_out_what_is_so_already(session):
    plan = Job.where(Job.status.in_(["waiting", "paused"])).update(status="paused")
    paused = Job.where(Job.status == "paused").all()
    assert {skipped.id for skipped in plan.skipped} == {job.id for job in paused}
    assert len(plan) == Job.where(Job.status == "waiting").count()


def test_update_sends_only_the_attributes_that_differ(session):
    plan = Queue.where(Queue.code == "low").update(priority=1, description="new")
    assert [(row.before, row.after) for row in plan.rows] == [
        ({"description": ""}, {"description": "new"})
    ]


def test_values_can_be_worked_out_for_each_entity(session):
    by_attribute = Queue.where().update(priority=lambda queue: queue.priority // 2)
    by_entity = Queue.where().update(lambda queue: {"priority": queue.priority // 2})
    assert by_attribute.rows == by_entity.rows
    assert all(row.after["priority"] == row.before["priority"] // 2 for row in by_attribute.rows)


def test_function_that_fails_is_a_problem_of_its_row(session):
    plan = Queue.where(Queue.code.in_(["high", "low"])).update(
        priority=lambda queue: 10 // (queue.priority - 1)
    )
    (number, attribute, reason) = problems(plan)[0]
    assert (attribute, reason) == (
        "row",
        "the change failed: ZeroDivisionError: integer division or modulo by zero",
    )
    assert len(plan) == 1
    assert number not in {row.number for row in plan.rows}


@pytest.mark.parametrize(
    ("cls", "values", "attribute", "reason"),
    [
        (Queue, {"priority": 1001}, "priority", "less than or equal to 1000"),
        (Queue, {"priority": "high"}, "priority", "valid integer"),
        (Queue, {"uri": "x"}, "uri", "only the backend sets it"),
        (Queue, {"status": "paussed"}, "status", "did you mean"),
        (Job, {"status": "running"}, "status", "cannot be set by a change"),
        (Job, {"source": "x"}, "source", "when the entity is created"),
        (Queue, {"metadata": {"due": {1}}}, "metadata['due']", "set cannot be sent"),
        (User, {"queue": "nosuch"}, "queue", "there is no Queue 'nosuch'"),
        (User, {"queue": "0" * 24}, "queue", "there is no Queue '000000000000000000000000'"),
    ],
)
def test_every_row_is_validated_before_anything_is_sent(
    session, database, cls, values, attribute, reason
):
    database.watch("queues")
    plan = cls.where().update(**values)
    assert len(plan) == 0
    assert len(plan.problems) + len(plan.skipped) == cls.where().count()
    assert {problem.attribute for problem in plan.problems} == {attribute}
    assert all(reason in problem.reason for problem in plan.problems)
    with pytest.raises(PlanError, match="nothing was sent"):
        plan.apply()
    assert not database.writes()


@pytest.mark.parametrize("named", ["high", "High", "HIGH"])
def test_references_may_be_given_by_code_or_name(session, named):
    plan = User.where(User.code == "lisa@example.com").update(queue=named)
    assert not plan.problems
    plan.apply().raise_for_errors()
    assert (
        User.where(User.code == "lisa@example.com").one().queue
        == Queue.where(Queue.code == "high").one().id
    )


def test_references_are_not_judged_by_who_can_see_none(workspace, session):
    lisa = User.where(User.code == "lisa@example.com").one()
    with workspace.session("standard") as standard:
        assert standard.find("Queue") == []
        row = {"source": "share=projects/a", "destination": lisa.code, "queue": "high"}
        assert not bulk.create(Job, [row], session=standard).problems


def test_attribute_that_does_not_exist_is_refused_before_anything_is_read(backend):
    query = session_query(backend, Job).update
    with pytest.raises(EntityValidationError, match="did you mean 'status'"):
        query(statu="paused")
    assert backend.calls == []


def test_ended_job_can_only_be_retried(session):
    ended = Job.where(Job.status == "done").finished()
    plan = ended.limit(1).update(status="paused")
    assert problems(plan) == [(1, "status", "a Job that is done cannot become paused")]
    assert not ended.limit(1).update(status="waiting").problems


def test_update_narrowed_by_only_reads_what_a_plan_needs(session):
    query = Queue.where(Queue.code == "low").only(Queue.priority)
    plan = query.update(description="x", priority=lambda queue: queue.priority + 1)
    (row,) = plan.rows
    assert row.label == "Low"
    assert row.modified is not None
    assert row.before == {"description": "", "priority": 1}


def test_entity_that_pages_show_twice_is_one_row(backend):
    record = backend.add("queue", 1, code="a", priority=1)
    backend.script["find"] = [[record, record]]
    assert len(session_query(backend, Queue).update(priority=2)) == 1


def test_tasks_are_planned_under_their_job(session):
    job = Job.where(Job.code == "my_transfer").one()
    plan = job.tasks.update(priority=lambda task: task.priority + 1)
    assert {row.parent for row in plan.rows} == {job.id}
    assert plan.requests == 2


def test_task_whose_job_is_not_known_is_a_problem(backend):
    backend.add("task", 1, priority=1)
    query = session_query(backend, Task).where(Task.job != "x")
    assert problems(query.update(priority=2)) == [(1, "job", "is not known: load it under its job")]


def test_plan_without_session_says_so():
    with pytest.raises(NoSessionError):
        Job.where().update(status="paused")


# -- Query.delete() -------------------------------------------------------------------------------


def test_delete_keeps_all_there_was_in_the_plan(session):
    plan = Queue.where(Queue.code == "low").delete()
    (row,) = plan.rows
    assert row.action is Action.DELETE
    assert row.before["priority"] == 1
    assert plan.requests == 2


def test_delete_refuses_what_the_backend_keeps(session):
    assert problems(Queue.where(Queue.code == "medium").delete()) == [
        (1, "row", "is the default queue: make another one the default first")
    ]
    tasks = Job.where(Job.code == "my_transfer").one().tasks
    assert {problem.reason for problem in tasks.delete().problems} == {
        "a task cannot be deleted: exclude() it instead"
    }


# -- bulk.create() --------------------------------------------------------------------------------


def test_create_takes_dictionaries_and_new_entities(session):
    plan = bulk.create(Queue, [{"name": "A", "priority": 3}, Queue(name="B")])
    assert [(row.action, row.after) for row in plan.rows] == [
        (Action.CREATE, {"name": "A", "priority": 3}),
        (Action.CREATE, {"name": "B"}),
    ]
    assert plan.requests == 2


def test_create_tells_all_problems_of_all_rows(session):
    rows = [
        {"name": "ok"},
        {"nme": "x", "priority": 2000},
        {},
        "text",
        Queue.where(Queue.code == "low").one(),
        {"code": "HIGH"},
        {"code": "twice"},
        {"code": "Twice"},
        {"name": "y", "description": "y", "priority": 1.5},
    ]
    plan = bulk.create(Queue, rows)
    assert {(number, attribute) for number, attribute, _ in problems(plan)} == {
        (2, "nme"),
        (2, "priority"),
        (3, "name"),
        (4, "row"),
        (5, "row"),
        (6, "code"),
        (8, "code"),
        (9, "priority"),
    }
    reasons = {problem.row: problem.reason for problem in plan.problems}
    assert "is taken by Queue.loaded(" in reasons[6]
    assert reasons[8] == "is the same as in row 7"
    assert [row.number for row in plan.rows] == [1, 7]
    with pytest.raises(PlanError) as refused:
        plan.apply()
    assert refused.value.problems == plan.problems
    assert str(refused.value).startswith("8 problems, nothing was sent")


def test_create_checks_that_the_job_of_new_tasks_exists(session):
    job = Job.where(Job.status == "done").finished().first()
    rows = [
        {"job": job, "source": "share=projects/a"},
        {"job": "f" * 24, "source": "share=projects/b"},
    ]
    assert problems(bulk.create(Task, rows)) == [
        (2, "job", "there is no Job 'ffffffffffffffffffffffff'")
    ]


def test_create_asks_once_for_many_rows(backend):
    backend.add("queue", 1, code="high", name="High")
    plan = bulk.create(User, [{"code": f"u{n}@x.com"} for n in range(150)], session=backend)
    assert len(plan) == 150
    assert len(backend.calls) == 2  # in two chunks


def test_generation_that_does_not_know_an_attribute_refuses_the_row(backend):
    backend.protocol = "v1"
    row = {"source": "share=a/b", "destination": "x@y.com", "description": "v3 only"}
    assert problems(bulk.create(Job, [row], session=backend)) == [
        (1, "description", "the v1 generation of the backend does not know it")
    ]


# -- bulk.save() ----------------------------------------------------------------------------------


def test_save_plans_what_is_new_or_changed(session):
    changed, same = Queue.where(Queue.code.in_(["high", "low"])).all()
    changed.priority = 77
    job = Job.where(Job.code == "my_transfer").one()
    job.metadata["shot"] = "020"
    plan = bulk.save([changed, same, job, Queue(name="New")])
    assert [(row.number, row.action, row.entity) for row in plan.rows] == [
        (1, Action.UPDATE, Queue),
        (3, Action.UPDATE, Job),
        (4, Action.CREATE, Queue),
    ]
    assert plan.rows[1].before == {"metadata": {"shot": "010"}}
    assert [skipped.number for skipped in plan.skipped] == [2]


def test_save_refuses_what_cannot_be_saved(workspace, session):
    queue = Queue(name="Gone").save()
    queue.delete()
    with workspace.session() as other:
        foreign = other.query(Queue).where(Queue.code == "low").one()
    foreign.priority = 3
    again = Queue.where(Queue.code == "high").one()
    again.priority = 4
    assert [p[:2] for p in problems(bulk.save([again, again, queue, foreign]))] == [
        (2, "id"),
        (3, "row"),
        (4, "row"),
    ]


def test_save_of_nothing_plans_nothing(session):
    assert bulk.save([]).requests == 0


def test_entities_take_over_what_the_backend_answers(session):
    queue = Queue.where(Queue.code == "low").one()
    queue.priority = 5
    new = Queue(name="Fresh")
    plan = bulk.save([queue, new])
    plan.apply().raise_for_errors()
    assert (queue.changes, new.is_new, new.code) == ({}, False, "fresh")
    assert Queue.get(new.id) == new


def test_entities_keep_what_was_assigned_after_planning(session):
    queue = Queue.where(Queue.code == "low").one()
    queue.priority = 5
    plan = bulk.save([queue])
    queue.priority = 6
    plan.apply().raise_for_errors()
    assert queue.changes["priority"].after == 6
    queue.save()
    assert Queue.get(queue.id).priority == 6


# -- bulk.upsert() --------------------------------------------------------------------------------


def test_upsert_creates_changes_and_leaves_alone(session):
    rows = [
        {"code": "new@x.com", "role": "employee"},
        {"code": "LISA@example.com", "description": "Lead", "mail": False},
        {"code": "pete@vendor.com", "role": "standard"},
    ]
    plan = bulk.upsert(User, rows)
    assert [(row.number, row.action) for row in plan.rows] == [
        (1, Action.CREATE),
        (2, Action.UPDATE),
    ]
    assert plan.rows[1].after == {"description": "Lead"}
    assert [skipped.number for skipped in plan.skipped] == [3]
    plan.apply().raise_for_errors()
    assert len(bulk.upsert(User, rows)) == 0


def test_upsert_sets_what_can_only_be_set_afterwards_on_what_is_there(session):
    plan = bulk.upsert(Queue, [{"code": "low", "status": "paused"}])
    assert plan.rows[0].after == {"status": "paused"}
    assert problems(bulk.upsert(Queue, [{"code": "none", "status": "paused"}])) == [
        (1, "status", "cannot be given yet: save() first, then change it")
    ]


def test_paths_are_judged_in_a_plan(session):
    rows = [{"source": "shaer=projects/x", "destination": "hq"}, {"tasks": ["volume="]}]
    assert [problem[:2] for problem in problems(bulk.create(Job, rows))] == [
        (1, "source"),
        (2, "tasks.0"),
    ]


def test_upsert_takes_parties_as_they_were_read(session):
    job = Job.where(Job.code == "my_transfer").one()
    row = {"code": job.code, "source": str(job.source), "name": "renamed"}
    plan = bulk.upsert(Job, [row], key="code")
    assert [row.after for row in plan.rows] == [{"name": "renamed"}]


def test_upsert_tells_all_problems(session):
    Job.where(Job.code == "Daily backup").count()
    rows = [{"name": "Daily backup"}, {"name": ""}, {"name": "my_transfer", "source": 7}, 5]
    found = problems(bulk.upsert(Job, rows, key="name"))
    assert [problem[:2] for problem in found] == [
        (1, "name"),
        (2, "name"),
        (3, "source"),
        (4, "row"),
    ]
    assert "entities have 'Daily backup'" in found[0][2]
    assert "should be a valid string" in found[2][2]


@pytest.mark.parametrize(("key", "reason"), [("cod", "code"), ("mail", "never returned")])
def test_upsert_needs_a_key_that_can_be_looked_up(session, key, reason):
    with pytest.raises(QueryFieldError, match=reason):
        bulk.upsert(User, [{"code": "a@b"}], key=key)


def test_upsert_leaves_alone_what_can_only_be_given_at_creation(session):
    row = {"name": "my_transfer", "source": "share=projects/other", "metadata": {"shot": "020"}}
    assert bulk.upsert(Job, [row], key="name").rows[0].after == {"metadata": {"shot": "020"}}


def test_upsert_takes_entities_for_references(session):
    queue = Queue.where(Queue.code == "low").one()
    rows = [{"code": "lisa@example.com", "queue": queue}]
    assert bulk.upsert(User, rows).rows[0].after == {"queue": queue.id}
