"""A plan as a value: shown, kept as JSON, costed."""

from __future__ import annotations

import json

import pytest

from accsyn_orm import Job, Queue, Task, bulk
from accsyn_orm.bulk import Plan, PlanError
from accsyn_orm.bulk.units import divided
from accsyn_orm.entities.backend import RateLimit
from accsyn_orm.entities.querying.query import Query


@pytest.fixture
def queues(backend):
    for number in range(60):
        backend.add("queue", number, code=f"q{number}", name=f"Q {number}", priority=number % 3)
    return Query(Queue, backend=backend)


# -- as text --------------------------------------------------------------------------------------


def test_small_plan_shows_every_row(backend, queues):
    backend.rate_limit = RateLimit("shown", 30, 50)
    plan = queues.limit(3).update(priority=1)
    assert str(plan).splitlines() == [
        "Plan in acmefilm: update 2 Queue, skip 1",
        f"      1  update  Queue Q 0 ({0:024x})  priority: 0 → 1",
        f"      3  update  Queue Q 2 ({2:024x})  priority: 2 → 1",
        "      1  skipped: is so already",
        "4 requests; at least 0 s at 30 per second",
    ]


def test_large_plan_is_folded(queues):
    text = str(queues.update(description="x" * 200, priority=1))
    lines = text.splitlines()
    assert lines[0] == "Plan in acmefilm: update 60 Queue"
    assert len(lines) < 30
    assert "  … and 40 rows more:" in lines
    assert any(line.startswith("     14 ×  update Queue description: ") for line in lines)
    assert "x" * 61 not in text


def test_plan_with_many_kinds_of_change_is_folded_twice(queues):
    text = str(queues.update(description=lambda queue: f"about {queue.code}"))
    assert "… and 20 other kinds of change" in text


def test_plan_shows_what_it_creates_and_deletes(session):
    text = str(bulk.create(Queue, [{"name": "A", "priority": 3}]))
    assert "      1  create  Queue A  name=A, priority=3" in text.splitlines()
    text = str(Queue.where(Queue.code == "low").delete())
    assert "  delete  Queue Low (" in text


def test_plan_shows_values_that_were_not_known(backend):
    backend.add("queue", 1, code="a")
    plan = Query(Queue, backend=backend).update(priority=3, description="")
    assert 'priority: ? → 3, description: ? → ""' in str(plan)


def test_plan_shows_all_problems_and_counts_those_that_are_too_many(queues):
    plan = queues.update(priority=5000)
    lines = str(plan).splitlines()
    assert lines[0] == "Plan in acmefilm: 60 problems"
    assert sum(line.startswith("  ! row ") for line in lines) == 20
    assert "  ! … and 40 problems more" in lines
    assert repr(plan) == "<Plan nothing, 60 problems>"


def test_plan_counts_one_problem_as_one(backend):
    backend.add("queue", 1, code="a")
    plan = Query(Queue, backend=backend).update(priority=5000)
    assert str(plan).startswith("Plan in acmefilm: 1 problem\n")
    assert repr(plan) == "<Plan nothing, 1 problem>"


def test_plan_of_nothing_says_so(queues):
    plan = queues.where(Queue.code == "none").update(priority=1)
    assert str(plan).splitlines()[0] == "Plan in acmefilm: nothing to do"
    assert (len(plan), plan.requests, plan.seconds) == (0, 0, 0)


def test_notebook_shows_a_table_without_letting_values_in(backend):
    backend.add("queue", 1, code="a", name="<script>", priority=1)
    query = Query(Queue, backend=backend)
    html = query.update(priority=2)._repr_html_()
    assert "<td>priority</td><td>1</td><td>2</td>" in html
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "1001" not in query.delete()._repr_html_()
    assert "<li>! row 1, priority" in query.update(priority=1001)._repr_html_()


# -- cost -----------------------------------------------------------------------------------------


def test_cost_counts_the_look_at_every_row(backend, queues):
    backend.rate_limit = RateLimit("cost", 30, 50)
    plan = queues.update(priority=9)
    assert plan.requests == 60 + 15  # looked at by fours, for eight workers
    assert plan.seconds == pytest.approx(25 / 30)
    creations = bulk.create(Queue, [{"code": f"n{n}"} for n in range(650)], session=backend)
    assert (creations.requests, creations.seconds) == (650, 20)
    assert queues.delete().requests == 75


def test_tasks_are_sent_by_the_hundred(backend):
    for number in range(230):
        backend.add("task", number, job=f"{number % 2:024x}", priority=1)
    query = Query(Task, backend=backend)
    rows = [
        row for parent in (0, 1) for row in query.under(f"{parent:024x}").update(priority=2).rows
    ]
    units = divided(rows)
    assert [len(unit.rows) for unit in units] == [100, 100, 15, 15]
    assert sum(unit.requests for unit in units) == 8


def test_units_keep_actions_classes_and_parents_apart(session):
    queue = Queue.where(Queue.code == "low").one()
    queue.priority = 3
    job = Job.where(Job.code == "my_transfer").one()
    job.metadata["a"] = 1
    plan = bulk.save([queue, Queue(name="A"), job, Queue(name="B")])
    assert [[row.number for row in unit.rows] for unit in divided(plan.rows)] == [
        [1],
        [2],
        [3],
        [4],
    ]


# -- as JSON --------------------------------------------------------------------------------------


def test_plan_comes_back_from_json(session):
    changed = Queue.where().update(priority=3)
    mixed = bulk.upsert(Queue, [{"code": "low", "priority": 9}, {"code": "new", "metadata": {}}])
    for plan in (changed, mixed, Queue.where(Queue.code == "low").delete(force=True)):
        again = Plan.from_json(plan.to_json())
        assert again == plan
        assert str(again) == str(plan)
        assert again.backend is session


def test_plan_from_json_is_applied(session):
    text = Queue.where(Queue.code == "low").update(priority=3).to_json()
    Plan.from_json(text).apply().raise_for_errors()
    assert Queue.where(Queue.code == "low").one().priority == 3


def test_plan_from_json_keeps_its_problems(session):
    plan = Queue.where().update(priority=5000)
    with pytest.raises(PlanError):
        Plan.from_json(plan.to_json()).apply()


def test_values_that_somebody_edited_are_checked(session):
    plan = bulk.upsert(Queue, [{"code": "low", "priority": 9}, {"code": "new"}])
    document = json.loads(plan.to_json())
    document["rows"][0]["after"] = {"priority": 5000, "uri": "x"}
    document["rows"][1]["after"] = {"cod": "new"}
    problems = Plan.from_json(json.dumps(document)).problems
    assert {(row, attribute) for row, attribute, _ in problems} == {
        (1, "priority"),
        (1, "uri"),
        (2, "cod"),
    }


def test_value_that_only_the_other_generation_knows_is_a_problem(backend, queues):
    text = queues.limit(1).update(compute_default=True).to_json()
    backend.protocol = "v1"
    (problem,) = Plan.from_json(text, session=backend).problems
    assert "the v1 generation" in problem.reason


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d.update(format="other"), "this is no JSON of 'accsyn_orm plan 1'"),
        (lambda d: d.pop("rows"), "this is no JSON"),
        (lambda d: d.update(skipped=[[1]]), "this is no JSON"),
        (lambda d: d.update(problems=[["x", "y", "z"]]), "this is no JSON"),
        (lambda d: d["rows"].append(d["rows"][0]), "this is no JSON"),
        (lambda d: d.pop("workspace"), "this is no JSON"),
        (lambda d: d["rows"][0].pop("id"), "row: cannot be read: KeyError"),
        (lambda d: d["rows"][0].update(type="reel"), "row: cannot be read: KeyError"),
        (lambda d: d["rows"][0].update(action="melt"), "row: cannot be read: ValueError"),
        (lambda d: d["rows"][0].update(id=""), "a value is of the wrong type"),
        (lambda d: d["rows"][0].update(after=[]), "a value is of the wrong type"),
        (lambda d: d["rows"][0].update(number="1"), "a value is of the wrong type"),
        (lambda d: d["rows"][0].update(parent=5), "a value is of the wrong type"),
        (lambda d: d.update(workspace="other"), "made for other, and this session is one of acme"),
    ],
)
def test_text_that_is_no_plan_for_here_is_refused(session, change, reason):
    document = json.loads(Queue.where(Queue.code == "low").update(priority=3).to_json())
    change(document)
    with pytest.raises(PlanError, match=reason):
        Plan.from_json(json.dumps(document))


@pytest.mark.parametrize("text", ["", "[]", "{}", '"x"', "null", "[" * 100_000])
def test_text_that_is_no_json_is_refused(session, text):
    with pytest.raises(PlanError, match="this is no JSON"):
        Plan.from_json(text)


def test_plan_about_a_class_of_ones_own_is_read_with_it(session):
    class Panic(Queue):
        """A queue of one's own."""

    plan = session.query(Panic).where(Queue.code == "low").update(priority=3)
    again = Plan.from_json(plan.to_json(), classes=[Panic])
    assert again.rows[0].entity is Panic
    assert Plan.from_json(plan.to_json()).rows[0].entity is Queue
