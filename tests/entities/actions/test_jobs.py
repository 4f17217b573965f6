"""Pausing, resuming, retrying and ending jobs; tasks, queues and users likewise."""

from __future__ import annotations

import pytest

from accsyn_orm import (
    BackendError,
    Compute,
    ConfigurationError,
    Delivery,
    EntityStateError,
    EntityValidationError,
    Job,
    JobStatus,
    Queue,
    Request,
    Stream,
    Task,
    Transfer,
    User,
)

ID = f"{9:024x}"
LISA = "lisa@example.com"
JOBS = [Job, Transfer, Compute]
PACKAGES = [Delivery, Request, Stream]


def loaded(backend, cls, status: str | None):
    record = {} if status is None else {"status": status}
    backend.add(cls.__entity_type__, 9, **record)
    return cls.load_record({"id": ID, **record}, backend)


@pytest.mark.parametrize("cls", JOBS)
@pytest.mark.parametrize(
    ("action", "before", "sent"),
    [
        ("pause", "running", "paused"),
        ("pause", "failed", "paused"),
        ("pause", None, "paused"),
        ("resume", "paused", "waiting"),
        ("resume", "waiting", "waiting"),
        ("retry", "failed", "waiting"),
        ("retry", "done", "waiting"),
        ("retry", "aborted", "waiting"),
        ("abort", "running", "aborted"),
        ("abort", "failed", "aborted"),
        ("finish", "paused", "done"),
    ],
)
def test_an_action_sends_a_status_and_nothing_else(v3, cls, action, before, sent) -> None:
    job = loaded(v3, cls, before)
    job.metadata = {"mine": 1}
    getattr(job, action)()
    assert v3.calls == [("update", cls.__entity_type__, ID, {"status": sent})]
    assert (job.status, job.changes.keys()) == (sent, {"metadata"})


@pytest.mark.parametrize("cls", JOBS)
@pytest.mark.parametrize(
    ("action", "statuses", "reason"),
    [
        ("pause", ["done", "aborted"], "nothing to pause"),
        ("resume", ["failed", "done", "aborted"], r"use retry\(\)"),
        ("retry", ["init", "pending", "waiting", "running", "paused"], r"resume\(\) a paused one"),
        ("abort", ["done", "aborted"], "ended already"),
        ("finish", ["done", "aborted"], "ended already"),
    ],
)
def test_what_the_status_rules_out_is_refused_before_sending(
    v3, cls, action, statuses, reason
) -> None:
    for status in statuses:
        job = loaded(v3, cls, status)
        with pytest.raises(EntityStateError, match=f"{reason}.*refresh"):
            getattr(job, action)()
        assert (job.status, dict(job.changes)) == (status, {})
    assert v3.calls == []


@pytest.mark.parametrize("cls", PACKAGES)
def test_packages_are_submitted_and_ended(v3, cls) -> None:
    for action, before, sent in [
        ("submit", "init", "pending"),
        ("abort", "waiting", "aborted"),
        ("finish", "pending", "done"),
    ]:
        getattr(loaded(v3, cls, before), action)()
        assert v3.calls.pop() == ("update", cls.__entity_type__, ID, {"status": sent})
    for action, before in [
        ("submit", "pending"),
        ("submit", "waiting"),
        ("submit", "done"),
        ("abort", "done"),
        ("finish", "aborted"),
    ]:
        with pytest.raises(EntityStateError):
            getattr(loaded(v3, cls, before), action)()
    assert not hasattr(cls, "pause")
    assert v3.calls == []


def test_new_and_deleted_jobs_have_no_actions(v3) -> None:
    gone = loaded(v3, Job, "paused")
    gone.delete()
    v3.calls.clear()
    for job in (Job(source="a"), gone):
        for action in ("pause", "resume", "retry", "abort", "finish", "wait"):
            with pytest.raises(EntityStateError):
                getattr(job, action)()
    assert v3.calls == []


@pytest.mark.parametrize("fixture", ["session", "v1_session"])
def test_a_job_is_steered_through_its_life(request, fixture) -> None:
    request.getfixturevalue(fixture)
    job = Job(source="volume=projects/show", destination=LISA, status="paused").save()
    job.resume()
    assert job.status == Job.get(job.id).status == JobStatus.WAITING
    job.pause()
    job.abort()
    assert Job.where(Job.id == job.id).finished().one().status == "aborted"
    job.retry()
    assert Job.where(Job.id == job.id).one().status == "waiting"
    job.finish()
    assert Job.get(job.id).status == job.status == "done"


def test_what_the_backend_refuses_is_told(session) -> None:
    job = Transfer(source="volume=projects/show", destination=LISA).save()
    job.tasks.one().exclude()
    with pytest.raises(BackendError, match="every task of the job is excluded"):
        Transfer.load_record({"id": job.id, "status": "aborted"}, session).retry()


# -- tasks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("action", "sent"),
    [
        ("exclude", "excluded"),
        ("hold", "onhold"),
        ("requeue", "queued"),
        ("retry", "queued"),
        ("finish", "done"),
    ],
)
def test_actions_of_tasks_send_a_status(v3, action, sent) -> None:
    v3.add("task", 9, job="a" * 24, status="failed")
    task = Task.where().under("a" * 24).one()
    getattr(task, action)()
    assert v3.calls[-1] == ("update_many", "task", "a" * 24, [{"id": ID, "status": sent}])
    assert task.status == sent


@pytest.mark.parametrize("fixture", ["session", "v1_session"])
def test_the_job_follows_its_tasks(request, fixture) -> None:
    request.getfixturevalue(fixture)
    job = Job(tasks=["volume=projects/a", "volume=projects/b"], destination=LISA).save()
    first, second = job.tasks.all()
    first.exclude()
    second.hold()
    assert job.refresh().status == "paused"
    first.requeue()
    second.finish()
    assert [task.status for task in job.tasks] == ["queued", "done"]


# -- adding tasks ----------------------------------------------------------------------------------


@pytest.mark.parametrize("fixture", ["session", "v1_session"])
def test_tasks_are_added_and_wake_the_job(request, fixture) -> None:
    request.getfixturevalue(fixture)
    job = Job(source="volume=projects/a", destination="/in/").save()
    job.finish()
    again = {"source": "volume=projects/b", "destination": "/in/"}
    added = job.add([Task(**again), {"source": "volume=projects/c", "destination": "/in/"}])
    assert [(task.job, task.is_new) for task in added] == [(job.id, False)] * 2
    assert {task.status for task in added} == {"queued"}
    assert job.tasks.count() == 3
    assert job.refresh().status == "waiting"
    assert job.add(again) == added[:1]
    with pytest.raises(BackendError):
        job.add(again, allow_duplicates=False)


def test_added_tasks_are_checked_before_sending(v3) -> None:
    job = loaded(v3, Transfer, "done")
    for tasks, place in [([], "tasks"), (["a", {}], "tasks.1.source"), ("a", "tasks")]:
        with pytest.raises(EntityValidationError) as caught:
            job.add(tasks)
        assert [name for name, _ in caught.value.problems] == [place]
    assert v3.calls == []


def test_what_is_sent_to_add_tasks(v3) -> None:
    job = loaded(v3, Transfer, "done")
    job.add(["share=a/b"], allow_duplicates=True, replace_duplicates=False)
    data = {"tasks": ["share=a/b"], "allow_duplicates": True, "replace_duplicates": False}
    assert v3.calls == [("create", "task", data, ID)]


def test_replacing_duplicates_is_of_v3(v1_session) -> None:
    job = Job(source="volume=projects/a", destination=LISA).save()
    with pytest.raises(EntityValidationError, match="v1"):
        job.add([{"source": "volume=projects/b", "destination": LISA}], replace_duplicates=True)


@pytest.mark.parametrize(
    ("cls", "status", "reason"),
    [
        (Compute, "waiting", r"another Compute\(tasks"),
        (Request, "init", "come from its recipients"),
        (Delivery, "waiting", r"before submit\(\)"),
        (Stream, "done", r"before submit\(\)"),
    ],
)
def test_where_no_tasks_are_added(v3, cls, status, reason) -> None:
    with pytest.raises(EntityStateError, match=reason):
        loaded(v3, cls, status).add(["share=a"])
    assert v3.calls == []


def test_files_are_added_to_a_delivery_until_it_is_submitted(session) -> None:
    draft = Delivery(name="Dailies", recipients=[LISA], status="init").save()
    (file,) = draft.add(["volume=projects/show"])
    assert (file.status, file.job) == ("queued", draft.id)
    draft.submit()
    assert draft.refresh().status in {"pending", "waiting"}
    with pytest.raises(EntityStateError):
        draft.add(["volume=projects/show"])


# -- queues and users ------------------------------------------------------------------------------


@pytest.mark.parametrize(("protocol", "paused"), [("v3", "paused"), ("v1", "disabled")])
def test_queues_are_paused_and_resumed(request, protocol, paused) -> None:
    backend = request.getfixturevalue(protocol)
    queue = loaded(backend, Queue, "waiting")
    queue.pause()
    assert queue.status == "paused"
    queue.resume()
    assert backend.calls == [
        ("update", "queue", ID, {"status": paused}),
        ("update", "queue", ID, {"status": "waiting"}),
    ]


def test_another_queue_becomes_the_default(session) -> None:
    before = Queue.where(Queue.default == True).one()
    other = Queue(name="Main").save()
    other.make_default()
    other.make_compute_default()
    assert (other.default, other.compute_default) == (True, True)
    assert before.refresh().default is False
    before.make_default()
    assert Queue.where(Queue.default == True).one() == before


def test_v1_knows_no_default_for_compute_jobs(v1) -> None:
    with pytest.raises(EntityValidationError, match="v1 generation"):
        loaded(v1, Queue, "waiting").make_compute_default()
    assert v1.calls == []


def test_users_are_disabled_and_deactivated_and_come_back(session) -> None:
    user = User(code="kim@example.com").save()
    user.disable()
    assert User.get(user.id).status == user.status == "disabled"
    user.enable()
    user.deactivate()
    assert user in User.where().inactive().all()
    assert user not in User.where().all()
    assert user.refresh().inactive is True
    user.activate()
    assert user in User.where().all()
    assert user.refresh().inactive is False


def test_v1_cannot_bring_users_back(v1_session) -> None:
    user = User(code="bo@example.com").save()
    user.deactivate()
    assert user in User.where().inactive().all()
    with pytest.raises(ConfigurationError, match="v3"):
        user.activate()
