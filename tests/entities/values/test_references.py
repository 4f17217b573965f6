"""References: one fetch serves all entities that were loaded together, whatever their scope."""

from __future__ import annotations

import gc
import pickle
import threading
import time
from copy import deepcopy
from weakref import ref

import pytest

from accsyn_orm import EntityNotFoundError, Job, Queue, Ref, Task, User
from accsyn_orm.entities import ReadOnlyAttr

pytestmark = pytest.mark.usefixtures("v3")


class StudioJob(Job):
    """A job whose parent may be another one."""

    parent: ReadOnlyAttr[Ref[Queue | Job]]


def finds(backend, entitytype: str) -> list[str]:
    """Return the conditions that were asked for, of one type."""
    found = [call[1] for call in backend.calls if call[0] == "find"]
    return [text for text in found if text.lower().startswith(entitytype)]


def many_jobs(backend, count: int, users: int) -> None:
    for number in range(users):
        backend.add("user", 0xA000 + number, code=f"u{number}@example.com", queue=f"{1:024x}")
    backend.add("queue", 1, code="high")
    for number in range(count):
        backend.add("job", 0xB000 + number, user=f"{0xA000 + number % users:024x}")


def test_loop_over_500_jobs_users_takes_two_requests(v3):
    many_jobs(v3, 500, 60)
    names = [job.user.fetch().code for job in Job.where()]
    assert len(names) == 500
    assert [call[0] for call in v3.calls] == ["find", "find"]


def test_ids_are_asked_for_in_chunks_of_a_hundred(v3):
    many_jobs(v3, 250, 250)
    assert len({job.user.fetch().id for job in Job.where().all()}) == 250
    assert len(finds(v3, "user")) == 3


def test_pages_of_one_run_share_what_was_fetched(v3):
    many_jobs(v3, 30, 3)
    for page in Job.where().pages(10):
        assert all(job.user.fetch() for job in page)
    assert len(finds(v3, "user")) == 1


def test_all_fetches_for_every_page_at_once(v3):
    many_jobs(v3, 1200, 90)
    jobs = Job.where().all()
    assert jobs[-1].user.fetch() == jobs[-1].user
    assert [job.user.is_loaded for job in jobs] == [True] * 1200
    assert len(finds(v3, "user")) == 1


def test_same_reference_gives_the_same_object(v3):
    many_jobs(v3, 10, 2)
    jobs = Job.where().all()
    assert jobs[0].user.fetch() is jobs[2].user.fetch()
    assert jobs[0].user.fetch() is not jobs[1].user.fetch()


def test_what_was_fetched_is_fetched_from_together_as_well(v3):
    many_jobs(v3, 250, 250)
    queues = {job.user.fetch().queue.fetch() for job in Job.where().all()}
    assert [queue.code for queue in queues] == ["high"]
    assert (len(finds(v3, "user")), len(finds(v3, "queue"))) == (3, 1)


def test_saving_one_does_not_take_it_from_the_others(v3):
    many_jobs(v3, 5, 5)
    jobs = Job.where().all()
    for job in jobs:
        job.status = "paused"
        job.save()
        assert job.user.fetch().id == job.user
    assert len(finds(v3, "user")) == 1


def test_entity_that_was_loaded_alone_fetches_once(v3):
    many_jobs(v3, 2, 2)
    job = Job.get(f"{0xB000:024x}")
    assert job.user.fetch() is job.user.fetch()
    assert len(finds(v3, "user")) == 1


def test_refresh_asks_again_for_all(v3):
    many_jobs(v3, 4, 2)
    first, second = Job.where().limit(2).all()
    assert first.user.fetch().code == "u0@example.com"
    for record in v3.records["user"].values():
        record["code"] = f"new-{record['code']}"
    assert first.user.fetch().code == "u0@example.com"
    assert first.user.fetch(refresh=True).code == "new-u0@example.com"
    assert second.user.fetch().code == "new-u1@example.com"
    assert len(finds(v3, "user")) == 2


def test_missing_entity_is_an_error_for_its_own_reference_only(v3):
    many_jobs(v3, 3, 3)
    jobs = Job.where().all()
    del v3.records["user"][jobs[1].user]
    assert jobs[0].user.fetch().id == jobs[0].user
    asked = len(v3.calls)
    with pytest.raises(EntityNotFoundError, match=rf"no User found for id '{jobs[1].user}'"):
        jobs[1].user.fetch()
    assert jobs[2].user.fetch().id == jobs[2].user
    assert len(v3.calls) == asked


def test_reference_that_was_assigned_is_fetched_as_what_it_is_now(v3):
    many_jobs(v3, 1, 2)
    v3.add("queue", 2, code="low")
    users = User.where().all()
    assert users[0].queue.fetch().code == "high"
    users[0].queue = Queue.get(f"{2:024x}")
    assert users[0].queue.fetch().code == "low"
    assert users[1].queue.fetch().code == "high"


def test_page_is_not_kept_alive_by_one_entity_of_it(v3):
    many_jobs(v3, 3, 3)
    jobs = Job.where().all()
    kept, others = jobs[0], [ref(job) for job in jobs[1:]]
    users = [ref(job.user.fetch()) for job in jobs]
    del jobs
    gc.collect()
    assert [job() for job in others] == [None, None]
    assert kept.user.fetch() is users[0]()


def test_iterating_forgets_what_only_earlier_pages_refer_to(v3):
    many_jobs(v3, 100, 100)
    users, last = [], None
    for page in Job.where().pages(10):
        users += [ref(job.user.fetch()) for job in page]
        last = page[-1]
        del page
    gc.collect()
    assert last is not None
    assert not any(user() for user in users[:50])
    assert last.user.fetch() is users[-1]()


def test_threads_share_one_request(v3, monkeypatch):
    many_jobs(v3, 64, 8)
    jobs, gate = Job.where().all(), threading.Barrier(8)
    find = v3.find

    def slowly(*args, **kwargs):
        time.sleep(0.05)
        return find(*args, **kwargs)

    monkeypatch.setattr(v3, "find", slowly)
    found: list[User] = []

    def fetch(share: list[Job]) -> None:
        gate.wait(10)
        found.extend(job.user.fetch() for job in share)

    threads = [threading.Thread(target=fetch, args=(jobs[n::8],)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert len(found) == 64
    assert len({id(user) for user in found}) == 8
    assert len(finds(v3, "user")) == 1


def test_entities_that_were_sought_by_id_belong_together(v3):
    many_jobs(v3, 250, 90)
    jobs = Job.where().by_id([f"{0xB000 + number:024x}" for number in range(250)])
    assert len({job.user.fetch() for job in jobs.values()}) == 90
    assert len(finds(v3, "user")) == 1


def test_child_process_does_not_wait_for_a_thread_of_its_parent(v3):
    many_jobs(v3, 2, 2)
    job = Job.where().first()
    assert job is not None
    holder = threading.Thread(target=job.siblings.lock.acquire)
    holder.start()
    holder.join(10)
    job.siblings.after_fork()  # as in a child
    assert job.user.fetch().id == job.user


def test_code_in_place_of_an_id_is_looked_for_as_one(v3):
    v3.add("queue", 1, code="High")
    v3.add("user", 2, code="lisa@example.com", queue="high")
    v3.add("user", 3, code="john@example.com", queue="HIGH")
    v3.add("user", 4, code="anna@example.com", queue="low")
    lisa, john, anna = User.where().all()
    assert lisa.queue.fetch().code == "High"
    assert john.queue.fetch() is lisa.queue.fetch()
    with pytest.raises(EntityNotFoundError, match="no Queue found for id 'low'"):
        anna.queue.fetch()


def test_reference_of_several_types_finds_whichever_it_is(v3):
    v3.add("queue", 1, code="high")
    v3.add("job", 2, code="delivery", parent=f"{1:024x}")
    v3.add("job", 3, code="transfer", parent=f"{2:024x}")
    first, second = StudioJob.where().all()
    assert type(first.parent.fetch()) is Queue
    assert type(second.parent.fetch()) is Job
    asked = [call[1].split()[0].lower() for call in v3.calls[1:]]
    assert asked == ["queue", "job"]


def test_reference_equals_its_text_and_the_entity_it_leads_to(v3):
    many_jobs(v3, 2, 2)
    first, second = Job.where().all()
    user = first.user.fetch()
    assert (first.user == user, user == first.user, second.user == user) == (True, True, False)
    assert (first.user != user, second.user != user) == (False, True)
    assert first.user == user.id
    assert {first.user: "found"}[user] == "found"


def test_null_is_none_and_plain_copies_hold_no_session(v3):
    v3.add("user", 1, code="lisa@example.com", queue=None)
    v3.add("job", 2, user=f"{1:024x}")
    assert User.where().one().queue is None
    job = Job.where().one()
    assert type(pickle.loads(pickle.dumps(job.user))) is str
    assert deepcopy(job).user.fetch().code == "lisa@example.com"
    assert pickle.loads(pickle.dumps(job)).user == job.user


def test_task_leads_to_its_job_in_both_generations(v3):
    v3.add("job", 1, code="plates")
    v3.add("task", 2, job=f"{1:024x}")
    task = Task.where(Task.job == f"{1:024x}").one()
    assert task.job.fetch().code == "plates"


# -- scopes, in a workspace ------------------------------------------------------------------------


def test_what_is_inactive_or_archived_is_found_as_well(each_session):
    other = f"{each_session.protocol}.gone@example.com"
    user = User(code=other).save()
    queue = Queue(code=f"{each_session.protocol}-q").save()
    lisa = User(code=f"{each_session.protocol}.lisa@example.com").save()
    lisa.queue = queue
    lisa.save()
    assert lisa.queue.fetch() == queue
    each_session.deactivate_one("user", user.id)
    assert Ref.along(_to_user(), user.id, lisa).fetch().code == other
    user.delete()
    assert Ref.along(_to_user(), user.id, lisa.refresh()).fetch().code == other


def _to_user():
    from accsyn_orm.entities.siblings import Link

    return Link("id", ("User",))


def test_jobs_of_a_workspace_share_the_requests_for_their_users(each_session):
    with each_session.stats.measure() as measured:
        users = {job.user.fetch().code for job in Job.where().finished()}
    assert users
    assert measured.requests <= 3
