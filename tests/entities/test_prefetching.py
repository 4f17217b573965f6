"""What is fetched with each page, and what strict() makes of everything else."""

from __future__ import annotations

import re
import threading

import pytest

from accsyn_orm import (
    Collection,
    HiddenRequestError,
    Home,
    Job,
    Query,
    QueryFieldError,
    Queue,
    Session,
    Task,
    User,
)
from accsyn_orm.entities.strictness import strictly

JOB = f"{0xB000:024x}"


def kinds(backend) -> list[str]:
    """Return which types were asked for, in order."""
    return [call[1].split()[0] for call in backend.calls]


@pytest.fixture
def studio(v3):
    v3.add("queue", 1, code="high")
    v3.add("queue", 2, code="low")
    v3.add("workspace", 3, code="acmefilm")
    for number in range(30):
        v3.add("user", 0xA000 + number, code=f"u{number}@example.com", queue=f"{2:024x}")
        v3.add("home", 0xC000 + number, code=f"h{number}", user=f"{0xA000 + number:024x}")
        v3.add(
            "job",
            0xB000 + number,
            user=f"{0xA000 + number:024x}",
            parent=f"{1:024x}",
            source=f"user:{0xA000 + number:024x}" if number % 2 else f"workspace:{3:024x}",
            status="waiting",
        )
        source = {"user": f"{0xA000 + number:024x}", "path": "/a"}
        v3.add("task", 0xD000 + number, job=JOB, source=source)
    return v3


def test_prefetch_asks_once_for_each_name_and_page(studio):
    for page in Job.where().prefetch(Job.user, "parent").pages(10, ahead=False):
        assert all(job.user.is_loaded and job.parent.is_loaded for job in page)
    assert kinds(studio) == ["Job", "User", "Queue", "Job", "User", "Job", "User"]


def test_dots_follow_what_was_found(studio):
    jobs = Job.where().prefetch("user.queue").all()
    assert jobs[0].user.fetch().queue.is_loaded
    assert {job.user.fetch().queue.fetch().code for job in jobs} == {"low"}
    assert kinds(studio) == ["Job", "User", "Queue"]


def test_relations_to_one_are_prefetched_and_followed(studio):
    users = User.where().prefetch(User.home, "home.user").strict().all()
    assert [user.home.code for user in users if user.home] == [f"h{n}" for n in range(30)]
    assert users[3].home is not None
    assert users[3].home.user.fetch() == users[3]
    assert kinds(studio) == ["User", "Home", "User"]


def test_parties_of_each_kind_are_prefetched(studio):
    jobs = Job.where().prefetch(Job.source).strict().all()
    assert jobs[1].source.fetch().code == "u1@example.com"
    assert jobs[0].source.fetch().code == "acmefilm"
    assert kinds(studio) == ["Job", "Workspace", "User"]


def test_users_of_the_parties_of_tasks_are_prefetched(studio):
    query = Task.where(Task.job == JOB).prefetch(Task.source["user"], "source.user.queue")
    tasks = query.strict().all()
    assert {task.source.user.fetch().queue.fetch().code for task in tasks} == {"low"}
    assert kinds(studio) == ["Task", "User", "Queue"]


def test_what_can_be_of_several_types_is_followed_where_it_can_be(studio):
    studio.add("delivery", 0xF000, code="dailies", queue=f"{2:024x}")
    studio.records["job"][JOB]["parent"] = f"{0xF000:024x}"
    first, second = Job.where().prefetch("parent.queue").strict().limit(2).all()
    assert first.parent.fetch().queue.fetch().code == "low"  # a delivery in a queue
    assert second.parent.fetch().code == "high"  # a queue, which is in none
    assert kinds(studio) == ["Job", "Queue", "Delivery", "Queue"]


def test_nothing_is_asked_for_an_empty_page(v3):
    assert Job.where().prefetch(Job.user, Job.source).all() == []
    assert kinds(v3) == ["Job"]


def test_only_loads_what_is_prefetched_as_well(studio):
    job = Job.where().only(Job.code).prefetch(Job.user, "source").first()
    assert job is not None
    assert job.user.fetch()
    assert studio.calls[0][2]["attributes"] == ["id", "code", "user", "source"]
    assert User.where().only(User.name).prefetch("home").first().home


@pytest.mark.parametrize("end", [Query.count, Query.exists])
def test_counting_prefetches_nothing(studio, end):
    end(Job.where().prefetch(Job.user))
    assert kinds(studio) == ["Job"]


def test_queries_are_combined_with_what_both_prefetch(v3):
    first, second = Job.where().prefetch(Job.user), Job.where().prefetch("parent").strict()
    merged = first & second
    assert merged.selection.prefetch == ("user", "parent")
    assert merged.selection.strict
    assert repr(merged) == "Job.where().prefetch('user', 'parent').strict()"
    assert first.prefetch(Job.user) == first


@pytest.mark.parametrize(
    ("query", "name", "reason"),
    [
        (Job, "colour", "has no attribute 'colour'"),
        (Job, "usr", "did you mean 'user'"),
        (Job, "status", "Job.status refers to no other entity"),
        (Job, "user.name", "User.name refers to no other entity"),
        (Job, "tasks", "Job.tasks cannot be prefetched: .* for one parent at a time"),
        (User, "jobs.tasks", "Job.tasks cannot be prefetched"),
        (Collection, "files", "Collection.files cannot be prefetched"),
        (User, "jobs.name", "Job.name refers to no other entity"),
        (Job, "source.code", "can be of any type"),
        (Task, "source", "one of source.client, source.user"),
        (Task, "source.path", "one of source.client, source.user"),
        (Job, 5, "has no attribute '5'"),
    ],
)
def test_what_refers_to_nothing_cannot_be_prefetched(query, name, reason):
    with pytest.raises(QueryFieldError, match=reason):
        query.where().prefetch(name)


# -- strict ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("load", "read", "name"),
    [
        (Job.where, lambda job: job.user.fetch(), "user"),
        (Job.where, lambda job: job.source.fetch(), "source"),
        (User.where, lambda user: user.home, "home"),
        (lambda: Task.where(Task.job == JOB), lambda t: t.source.user.fetch(), "source.user"),
    ],
)
def test_strict_query_names_the_prefetch_that_is_missing(studio, load, read, name):
    entity = load().strict().first()
    asked = len(studio.calls)
    with pytest.raises(HiddenRequestError, match=rf"add .prefetch\('{name}'\)") as caught:
        read(entity)
    assert len(studio.calls) == asked
    assert (caught.value.entity, caught.value.attribute) == (type(entity).__name__, name)
    read(load().prefetch(caught.value.attribute).strict().first())


def test_strictness_goes_on_with_what_was_prefetched(studio):
    job = Job.where().prefetch(Job.user).strict().first()
    with pytest.raises(HiddenRequestError, match=r"User\.queue"):
        job.user.fetch().queue.fetch()


def test_refreshing_a_reference_is_hidden_too(studio):
    job = Job.where().prefetch(Job.user).strict().first()
    with pytest.raises(HiddenRequestError):
        job.user.fetch(refresh=True)


def test_what_is_written_out_is_not_hidden(studio):
    with strictly(studio):
        job = Job.where().first()
        job.refresh()
        job.status = "paused"
        job.save()
        assert User.get(job.user).jobs.all() == [job]


def test_strict_block_is_of_its_session_thread_and_time(studio, v1):
    jobs = Job.where().using(studio).all()
    with strictly(v1):
        assert jobs[0].parent.fetch()
    jobs = Job.where().using(studio).all()
    errors: list[Exception] = []

    def elsewhere() -> None:
        try:
            jobs[0].user.fetch()
        except HiddenRequestError as error:
            errors.append(error)

    with strictly(studio):
        with pytest.raises(HiddenRequestError):
            jobs[1].user.fetch()
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join(10)
        assert jobs[1].user.fetch()
        with pytest.raises(HiddenRequestError):
            jobs[1].parent.fetch()
    assert jobs[1].parent.fetch()
    assert not errors


# -- in a workspace --------------------------------------------------------------------------------


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_prefetching_works_in_both_generations(workspace, protocol):
    with workspace.session(protocol=protocol) as session, session.strict():
        names = [Job.user, Job.source, Job.parent, "user.home", "user.queue"]
        jobs = Job.where().prefetch(*names).all()
        assert {job.user.fetch().code for job in jobs}
        assert {job.source.fetch().code for job in jobs}
        assert {type(job.parent.fetch()) for job in jobs} == {Queue}
        assert {type(job.user.fetch().home) for job in jobs} <= {Home, type(None)}
        with pytest.raises(HiddenRequestError):
            jobs[0].tasks.first().job.fetch()


def test_prefetching_is_explained(workspace):
    explained = str(Job.where().prefetch(Job.user, "parent").explain())
    assert "prefetch() adds a request or more to a page for each of: user, parent" in explained
    session: Session = workspace.session()
    assert session.query(Job).prefetch("user").explain().requests == 1
    session.close()


@pytest.mark.parametrize("protocol", ["v3", "v1"])
@pytest.mark.parametrize(
    ("query", "prefetches"),
    [
        (Job.where().prefetch("user"), 1),
        (Job.where().prefetch("user", "parent", "user.home"), 3),
        (Job.where().prefetch("user.jobs.parent", "user.jobs"), 3),
        (Queue.where().prefetch("jobs", "jobs.user"), 2),
        (User.where().prefetch("home"), 1),
    ],
    ids=str,
)
def test_cost_of_what_is_prefetched_is_what_reading_takes(workspace, protocol, query, prefetches):
    with workspace.session(protocol=protocol) as session:
        explained = query.explain(count=True)
        with session.stats.measure() as measured:
            query.all()
    assert not explained.is_exact
    assert explained.prefetches == prefetches
    assert measured.requests == explained.requests + prefetches
    assert re.search(
        rf"at least 1 request for \d+ \w+, with about {prefetches} more for what is prefetched$",
        str(explained),
        re.MULTILINE,
    )


def test_cost_of_prefetching_is_that_of_each_page_until_the_pages_are_known(workspace):
    query = Job.where().prefetch("user", "parent")
    assert "at least 1 request, with about 2 more a page for what is" in str(query.explain())
    limited = query.limit(20).explain(size=20)
    assert "at least 1 request, with about 2 more for what is prefetched" in str(limited)
    paged = query.limit(20).explain(size=5)
    assert (paged.pages, paged.cost) == ("1 to 4 pages", "at least 1 request")
    none = query.limit(0).explain()
    assert (none.cost, none.prefetches) == ("0 requests", 0)
    with workspace.session():
        empty = Job.where(Job.name == "no such job").prefetch("user").explain(count=True)
        assert empty.is_exact
        assert "  cost     1 request for 0 Jobs\n" in str(empty)
