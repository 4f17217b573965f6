from __future__ import annotations

import pickle

import pytest

from accsyn_orm.entities import Job, Query, Queue, Task, Transfer, User
from accsyn_orm.entities.active import active_backend
from accsyn_orm.entities.types.base_job import BaseJob
from accsyn_orm.errors import (
    BackendError,
    EntityNotFoundError,
    EntityStateError,
    EntityValidationError,
    NoSessionError,
    ReadOnlyAttributeError,
)


def writes(backend):
    return [call for call in backend.calls if call[0] not in {"find", "get_entity"}]


def test_save_creates_a_new_entity_and_takes_the_reply_over(v3) -> None:
    queue = Queue(name="Panic", priority=1000)
    assert queue.save() is queue
    assert v3.calls == [("create", "queue", {"name": "Panic", "priority": 1000}, None)]
    assert (queue.id, queue.status, queue.is_new, queue.changes) == (
        f"{0xC0:024x}",
        "waiting",
        False,
        {},
    )


def test_save_sends_only_what_changed(v3) -> None:
    v3.add("job", 1, status="failed", metadata={"a": {"b": 1}}, code="x")
    job = Job.where().one()
    job.status = "paused"
    job.save()
    job.metadata["a"]["b"] = 2
    job.save()
    assert writes(v3) == [
        ("update", "job", job.id, {"status": "paused"}),
        ("update", "job", job.id, {"metadata": {"a": {"b": 2}}}),
    ]


def test_save_without_changes_sends_nothing(v3) -> None:
    v3.add("job", 1, status="waiting", metadata={"a": 1}, colour="red")
    job = Job.where().one()
    job.status = "waiting"
    job.save().save()
    assert writes(v3) == []


def test_failed_save_leaves_the_changes_pending(v3) -> None:
    v3.add("job", 1, status="failed")
    job = Job.where().one()
    job.status = "paused"
    v3.refusal = "queue is full"
    with pytest.raises(BackendError, match="queue is full"):
        job.save()
    assert job.changes.keys() == {"status"}
    v3.refusal = None
    job.save()
    assert (job.changes, v3.records["job"][job.id]["status"]) == ({}, "paused")


def test_failed_create_leaves_the_entity_new(v3) -> None:
    v3.refusal = "no"
    queue = Queue(name="x")
    with pytest.raises(BackendError):
        queue.save()
    assert queue.is_new


def test_what_the_backend_knows_is_independent_of_the_entity(v3) -> None:
    job = Job(source="a", metadata={"a": [1]}).save()
    job.metadata["a"].append(2)
    assert v3.records["job"][job.id]["metadata"] == {"a": [1]}
    assert job.changes.keys() == {"metadata"}


@pytest.mark.parametrize(
    ("entity", "missing"),
    [
        (Queue(priority=1), "name: is required (or code)"),
        (Job(name="x"), "tasks: or source and destination are required"),
        (Job(tasks=[]), "tasks: or source"),
        (Task(destination="x"), "job: is required"),
        (Task(job="a" * 24), "source: is required"),
    ],
)
def test_what_is_missing_is_said_before_anything_is_sent(v3, entity, missing) -> None:
    with pytest.raises(EntityValidationError) as caught:
        entity.save()
    assert missing in str(caught.value)
    assert v3.calls == []


def test_download_from_a_delivery_needs_no_source(v3) -> None:
    Transfer(parent="a" * 24, destination="/tmp/x/").save()
    assert v3.calls == [
        ("create", "transfer", {"parent": "a" * 24, "destination": "/tmp/x/"}, None)
    ]


def test_values_spoilt_in_place_are_refused_before_sending(v3) -> None:
    job = Job(source="a", hooks=[{"when": "post-done"}])
    job.hooks.append("post-done")
    with pytest.raises(EntityValidationError, match=r"hooks\.1"):
        job.save()
    assert v3.calls == []


@pytest.mark.usefixtures("v3")
def test_create_only_values_changed_in_place_are_refused() -> None:
    job = Job(source="a", hooks=[{"when": "post-done"}]).save()
    job.hooks[0]["when"] = "post-failed"
    with pytest.raises(ReadOnlyAttributeError, match="only be given when the entity is created"):
        job.save()


@pytest.mark.parametrize("reply", [[{"success": True}], {"success": True}, [], {"id": None}])
def test_create_without_an_id_in_the_reply_is_an_error_and_never_sent_again(
    v3, monkeypatch, reply
) -> None:
    sent = []
    monkeypatch.setattr(v3, "create", lambda *call: sent.append(call) or reply)
    queue = Queue(name="x")
    for _ in range(2):
        with pytest.raises(EntityStateError, match="did not say its id"):
            queue.save()
    assert len(sent) == 1


def test_reply_to_a_create_may_be_a_list(v3, monkeypatch) -> None:
    monkeypatch.setattr(v3, "create", lambda *_: [{"id": "x"}])
    assert Queue(name="x").save().id == "x"


# -- generations -----------------------------------------------------------------------------------


def test_v1_gets_its_own_names_and_values(v1) -> None:
    queue = Queue(name="Panic").save()
    queue.status = "paused"
    queue.save()
    user = User(code="lisa@example.com", role="standard").save()
    job = Transfer(name="x", source="a").save()
    job.name = "y"
    job.save()
    assert writes(v1) == [
        ("create", "queue", {"code": "Panic"}, None),
        ("update", "queue", queue.id, {"status": "disabled"}),
        ("create", "user", {"code": "lisa@example.com", "role": "user"}, None),
        ("create", "job", {"code": "x", "source": "a"}, None),
        ("update", "job", job.id, {"code": "y"}),
    ]
    assert (queue.status, user.role, job.name, job.code) == ("paused", "standard", "y", "y")


def test_both_spellings_of_a_value_mean_the_same_in_v3(v3) -> None:
    queue = Queue(name="x").save()
    queue.status = "disabled"
    queue.save()
    user = User(code="a@b.c", role="user").save()
    assert writes(v3)[1] == ("update", "queue", queue.id, {"status": "paused"})
    assert v3.records["user"][user.id]["role"] == "standard"


@pytest.mark.usefixtures("v1")
def test_v1_refuses_a_name_and_a_code_that_differ() -> None:
    with pytest.raises(EntityValidationError, match="means the same as code"):
        Queue(name="a", code="b").save()
    assert Queue(name="a", code="a").save().code == "a"


def test_attributes_of_the_other_generation_are_refused(v1) -> None:
    with pytest.raises(
        EntityValidationError, match="v1 generation of the backend does not know it"
    ):
        Job(source="a", append=True).save()
    assert v1.calls == []


# -- deleting and refreshing -----------------------------------------------------------------------


@pytest.mark.parametrize(("force", "options"), [(False, None), (True, {"force": True})])
def test_delete_deletes_once(v3, force, options) -> None:
    v3.add("job", 1, status="failed")
    job = Job.where().one()
    job.delete(force=force)
    assert writes(v3) == [("delete_one", "job", job.id, options)]
    assert job.is_deleted
    for use in (job.delete, job.save, job.refresh, lambda: setattr(job, "status", "paused")):
        with pytest.raises(EntityStateError, match="was deleted"):
            use()


def test_delete_that_the_backend_did_not_do_is_an_error(v3) -> None:
    job = Job.load_record({"id": "a" * 24}, v3)
    with pytest.raises(EntityStateError, match="did not delete"):
        job.delete()
    assert not job.is_deleted


@pytest.mark.parametrize("use", [Queue.delete, Queue.refresh])
def test_new_entities_can_be_neither_deleted_nor_refreshed(v3, use) -> None:
    with pytest.raises(EntityStateError, match="is new"):
        use(Queue(name="x"))
    assert v3.calls == []


def test_refresh_loads_everything_and_drops_changes(v3) -> None:
    record = v3.add("job", 1, status="failed", code="x", colour="red")
    job = Job.where().only("status").one()
    job.status = "paused"
    record["status"] = "running"
    assert job.refresh() is job
    assert (job.status, job.code, job.changes, job.extra) == ("running", "x", {}, {"colour": "red"})


def test_refresh_of_something_gone_is_not_found(v3) -> None:
    with pytest.raises(EntityNotFoundError):
        Job.load_record({"id": "a" * 24}, v3).refresh()


# -- sessions --------------------------------------------------------------------------------------


def test_no_session_is_an_error_that_names_the_ways() -> None:
    assert active_backend() is None
    for use in (lambda: Job.get("a" * 24), Queue(name="x").save, Job.where().all):
        with pytest.raises(NoSessionError, match=r"with Session.*session.query.*session="):
            use()


def test_loaded_entities_remember_their_session(v3, v1) -> None:
    v3.add("job", 1, status="failed")
    job = Job.get(f"{1:024x}", session=v3)
    job.status = "paused"
    job.save()
    assert writes(v3)
    assert v1.calls == []


def test_unpickled_entities_use_the_active_session(v3) -> None:
    v3.add("job", 1, status="failed")
    job = pickle.loads(pickle.dumps(Job.where().one()))
    job.status = "paused"
    job.save()
    assert job.session is v3


# -- getting ---------------------------------------------------------------------------------------


def test_get_returns_the_entity_or_raises(v3) -> None:
    v3.add("user", 1, code="a@b.c")
    assert User.get(f"{1:024x}").code == "a@b.c"
    with pytest.raises(EntityNotFoundError, match="no User found for id 'f"):
        User.get("f" * 24)


def test_get_of_an_empty_id_asks_nobody(v3) -> None:
    with pytest.raises(EntityNotFoundError):
        User.get("")
    assert v3.calls == []


# -- tasks -----------------------------------------------------------------------------------------


@pytest.fixture
def job(v3):
    job = v3.add("job", 1, status="running", code="x")
    v3.add("task", 2, job=job["id"], uri="0", status="failed")
    v3.add("task", 3, job="f" * 24, uri="0", status="queued")
    return Job.where().one()


def test_tasks_of_a_job_are_a_query_under_it(v3, job) -> None:
    assert isinstance(job.tasks, Query)
    assert [task.status for task in job.tasks] == ["failed"]
    assert v3.calls[-1] == ("find", "Task", {"limit": 501, "parent": job.id})
    assert job.tasks.backend is v3


def test_tasks_of_a_new_job_cannot_be_asked_for() -> None:
    with pytest.raises(EntityStateError, match="save\\(\\) it first"):
        _ = Job(tasks=["a"]).tasks


def test_tasks_of_a_new_job_can_be_assigned() -> None:
    job = Job()
    job.tasks = ["a"]
    vars(BaseJob)["tasks"].__set__(job, ["b"])
    assert job.changes["tasks"].after == ["b"]
    with pytest.raises(AttributeError):
        _ = Job.tasks


def test_task_saves_through_its_job(v3, job) -> None:
    task = job.tasks.one()
    task.status = "queued"
    task.save()
    assert writes(v3) == [("update_many", "task", job.id, [{"id": task.id, "status": "queued"}])]
    assert task.changes == {}


def test_task_update_may_answer_without_the_task(v3, job, monkeypatch) -> None:
    monkeypatch.setattr(v3, "update_many", lambda *_: [])
    task = job.tasks.one()
    task.status = "queued"
    assert task.save().status == "queued"


def test_new_task_is_created_under_its_job(v3, job) -> None:
    task = Task(job=job, source="share=a/b", priority=5).save()
    named = Task(job=job.id, source="share=a/c", uri="7").save()
    assert [call[2:] for call in writes(v3)] == [
        ({"tasks": {"source": "share=a/b", "priority": 5}}, job.id),
        ({"tasks": {"7": {"source": "share=a/c"}}}, job.id),
    ]
    assert not task.is_new
    assert named.job == job.id


def test_task_cannot_be_created_under_a_job_that_is_new() -> None:
    with pytest.raises(EntityValidationError, match="job"):
        Task(job=Job(source="a"), source="b")


def test_tasks_are_never_deleted(job) -> None:
    with pytest.raises(EntityStateError, match=r"exclude\(\) it instead"):
        job.tasks.one().delete()


def test_task_refreshes_under_its_job(v3, job) -> None:
    task = job.tasks.only("status").one()
    v3.records["task"][task.id]["status"] = "done"
    task.refresh()
    assert (task.status, task.uri, task.job) == ("done", "0", job.id)
    del v3.records["task"][task.id]
    with pytest.raises(EntityNotFoundError):
        task.refresh()


def test_task_is_got_by_id_and_job(job) -> None:
    assert Task.get(f"{2:024x}", job=job.id).uri == "0"
    with pytest.raises(EntityNotFoundError, match="in job"):
        Task.get("nothing", job=job.id)
    with pytest.raises(EntityStateError, match="job="):
        Task.get(f"{2:024x}")


def test_task_without_a_known_job_cannot_be_saved(v3) -> None:
    task = Task.load_record({"id": "x", "status": "failed"}, v3)
    task.status = "queued"
    with pytest.raises(EntityStateError, match=r"job\.tasks"):
        task.save()


# -- references ------------------------------------------------------------------------------------


def test_references_are_given_as_entities_and_sent_as_ids(v3) -> None:
    queue = Queue(name="x").save()
    assert Job(source="a", queue=queue, parent=queue).save().queue == queue.id
    user = User(code="a@b.c").save()
    user.queue = queue
    user.save()
    assert v3.calls[-1] == ("update", "user", user.id, {"queue": queue.id})
    user.queue = None
    assert user.changes["queue"].after is None


def test_references_to_new_entities_are_refused(v3) -> None:
    user = User.load_record({"id": "a" * 24}, v3)
    with pytest.raises(EntityValidationError, match=r"queue: save\(\) the Queue first"):
        user.queue = Queue(name="x")
    with pytest.raises(EntityValidationError, match=r"queue: save\(\) the Queue first"):
        Job(source="a", queue=Queue(name="x"))


def test_task_is_got_under_a_job_object(job) -> None:
    assert Task.get(f"{2:024x}", job=job).job == job.id
    with pytest.raises(EntityStateError, match=r"save\(\) it first"):
        Task.get(f"{2:024x}", job=Job(source="a"))
    with pytest.raises(EntityNotFoundError):
        Task.get("", job=job)
