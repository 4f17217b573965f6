"""Relations to many that were prefetched: what is asked for all, and what then needs no request."""

from __future__ import annotations

import gc
import itertools
import pickle
from collections.abc import Iterator
from weakref import ref

import pytest

from accsyn_orm import (
    HiddenRequestError,
    Job,
    QueryFieldError,
    Queue,
    Server,
    Session,
    Share,
    Site,
    User,
    Volume,
)
from accsyn_orm.entities import ENTITY_CLASSES
from accsyn_orm.entities.dialects import dialect_of
from accsyn_orm.entities.relations import Many
from accsyn_orm.entities.strictness import strictly
from accsyn_orm.testing import EmbeddedWorkspace

QUEUES, JOBS = 5, 12
"""Each queue has the jobs of a number with the same remainder, but for the last, which has none."""


def ident(number: int) -> str:
    return f"{number:024x}"


@pytest.fixture
def studio(v3):
    for number in range(QUEUES):
        v3.add("queue", number + 1, code=f"q{number}")
    v3.add("user", 0xA000, code="lisa@example.com")
    for number in range(JOBS):
        parent = ident(number % (QUEUES - 1) + 1)
        v3.add("job", 0xB000 + number, parent=parent, user=ident(0xA000), status="waiting")
    return v3


def kinds(backend) -> list[str]:
    """Return which types were asked for, in order."""
    return [call[1].split()[0] for call in backend.calls if call[0] == "find"]


def test_jobs_of_all_queues_take_one_request(studio):
    queues = Queue.where().prefetch(Queue.jobs).all()
    assert kinds(studio) == ["Queue", "Job"]
    assert studio.calls[1][1] == f"Job WHERE parent IN {','.join(q.id for q in queues)}"
    found = {queue.id: [job.id for job in queue.jobs] for queue in queues}
    assert sum(map(len, found.values())) == JOBS
    assert found[ident(QUEUES)] == []
    assert kinds(studio) == ["Queue", "Job"]
    asked = {queue.id: [job.id for job in queue.jobs.using(studio)] for queue in queues}
    assert found == asked


def test_many_parents_are_named_a_hundred_at_a_time(v3):
    for number in range(250):
        v3.add("queue", number + 1, code=f"q{number}")
        v3.add("job", 0xB000 + number, parent=ident(number + 1), user=ident(0xA000))
    v3.add("user", 0xA000, code="lisa@example.com")
    queues = Queue.where().prefetch("jobs").all()
    assert kinds(v3) == ["Queue", "Job", "Job", "Job"]
    assert [job.parent for queue in queues for job in queue.jobs] == [q.id for q in queues]
    # What came with several requests is still followed together.
    assert {job.user.fetch().code for queue in queues for job in queue.jobs} == {"lisa@example.com"}
    assert kinds(v3)[4:] == ["User"]


def test_many_children_are_read_page_by_page(v3):
    v3.add("queue", 1, code="q")
    for number in range(1200):
        v3.add("job", 0xB000 + number, parent=ident(1))
    (queue,) = Queue.where().prefetch(Queue.jobs).all()
    assert kinds(v3) == ["Queue", "Job", "Job", "Job"]
    assert queue.jobs.count() == 1200
    assert [len(page) for page in queue.jobs.pages(500)] == [500, 500, 200]
    assert len(v3.calls) == 4


def test_each_page_brings_its_own(studio):
    for page in Queue.where().prefetch(Queue.jobs).pages(2, ahead=False):
        asked = len(studio.calls)
        assert all(job.parent == queue.id for queue in page for job in queue.jobs)
        assert len(studio.calls) == asked
    assert kinds(studio) == ["Queue", "Job"] * 3


@pytest.mark.parametrize(
    ("end", "answer"),
    [
        (lambda query: [job.id for job in query], [ident(0xB000), ident(0xB004), ident(0xB008)]),
        (lambda query: len(query.all()), 3),
        (lambda query: query.first().id, ident(0xB000)),
        (lambda query: query.count(), 3),
        (lambda query: query.exists(), True),
        (lambda query: [len(page) for page in query.pages(2)], [2, 1]),
        (lambda query: [row["id"] for row in query.to_dicts()][1:], [ident(0xB004), ident(0xB008)]),
        (lambda query: query.explain(count=True).count, 3),
        (lambda query: len(query.where().all()), 3),
    ],
)
def test_every_end_answers_from_what_was_prefetched(studio, end, answer):
    queue = Queue.where().prefetch(Queue.jobs).strict().first()
    asked = len(studio.calls)
    with strictly(studio):
        assert end(queue.jobs) == answer
    assert len(studio.calls) == asked


@pytest.mark.parametrize(
    "change",
    [
        lambda query: query.where(Job.status == "waiting"),
        lambda query: query & (Job.status == "waiting"),
        lambda query: query & Job.where(),
        lambda query: query | (Job.status == "failed"),
        lambda query: query.limit(100),
        lambda query: query.skip(0),
        lambda query: query.only(Job.status),
        lambda query: query.finished(),
        lambda query: query.using(query.backend),
    ],
)
def test_query_that_is_changed_asks(studio, change):
    queue = Queue.where().prefetch(Queue.jobs).first()
    asked = len(studio.calls)
    changed = change(queue.jobs)
    assert len(changed.all()) == 3
    assert len(studio.calls) == asked + 1


def test_by_id_asks_as_well(studio):
    queue = Queue.where().prefetch(Queue.jobs).first()
    asked = len(studio.calls)
    assert list(queue.jobs.by_id([ident(0xB000), ident(0xB001)])) == [ident(0xB000)]
    assert len(studio.calls) == asked + 1


@pytest.mark.parametrize("plan", [lambda q: q.update(status="paused"), lambda q: q.delete()])
def test_plans_read_what_there_is_by_now(studio, plan):
    queue = Queue.where().prefetch(Queue.jobs).first()
    studio.records["job"][ident(0xB00A)]["parent"] = queue.id
    assert len(queue.jobs.all()) == 3
    assert len(plan(queue.jobs).rows) == 4


def test_one_of_several_is_still_several(studio):
    queue = Queue.where().prefetch(Queue.jobs).first()
    with pytest.raises(LookupError):
        queue.jobs.one()
    last = Queue.where(Queue.code == "q4").prefetch(Queue.jobs).one()
    assert last.jobs.one_or_none() is None
    assert last.jobs.first() is None


def test_what_was_prefetched_is_the_same_object_each_time(studio):
    queue = Queue.where().prefetch(Queue.jobs).first()
    assert queue.jobs.first() is next(iter(queue.jobs))
    queue.jobs.all().clear()
    next(queue.jobs.pages()).clear()
    assert queue.jobs.count() == 3


def test_refresh_asks_anew(studio):
    queue = Queue.where().prefetch(Queue.jobs).first()
    studio.records["job"].clear()
    assert queue.jobs.exists()
    assert not queue.refresh().jobs.exists()


def test_dots_lead_on_from_many_and_to_many(studio):
    users = Job.where().prefetch("user.jobs.parent").strict().all()
    assert kinds(studio) == ["Job", "User", "Job", "Queue"]
    jobs = users[0].user.fetch().jobs.all()
    assert len(jobs) == JOBS
    assert {job.parent.fetch().code for job in jobs} == {f"q{n}" for n in range(QUEUES - 1)}
    with pytest.raises(HiddenRequestError, match=r"Job\.user"):
        jobs[0].user.fetch()
    assert kinds(studio) == ["Job", "User", "Job", "Queue"]


def test_parties_are_told_apart(v3):
    for number in range(3):
        v3.add("user", number + 1, code=f"u{number}@example.com")
        v3.add("acl", 0xC000 + number, entity=f"user:{ident(number % 2 + 1)}", read=True)
    users = User.where().prefetch(User.acls).all()
    assert [len(user.acls.all()) for user in users] == [2, 1, 0]
    assert kinds(v3) == ["User", "Acl"]


def test_only_needs_nothing_more(studio):
    queue = Queue.where().only(Queue.code).prefetch(Queue.jobs).first()
    assert studio.calls[0][2]["attributes"] == ["id", "code"]
    assert len(queue.jobs.all()) == 3


def test_what_names_its_parent_by_no_id_is_asked_for_where_it_is_needed(studio, monkeypatch):
    find = studio.find

    def by_code(query, **options):
        return [
            {**row, "parent": "q0"} if "parent" in row else row for row in find(query, **options)
        ]

    monkeypatch.setattr(studio, "find", by_code)
    queue = Queue.where().prefetch(Queue.jobs).first()
    asked = len(studio.calls)
    assert len(queue.jobs.all()) == 3
    assert len(studio.calls) == asked + 1


def test_children_are_let_go_with_their_parents(studio):
    pages = Queue.where().prefetch(Queue.jobs).pages(1, ahead=False)
    kept = next(pages)[0]
    watched = ref(next(pages)[0].jobs.first())
    for _ in itertools.islice(pages, 4):
        gc.collect()
    assert watched() is None
    assert kept.jobs.first().parent == kept.id


def test_query_is_the_same_value_with_and_without_its_answer(studio):
    queue = Queue.where().prefetch(Queue.jobs).first()
    asked = queue.jobs.using(studio)
    assert queue.jobs == asked
    assert hash(queue.jobs) == hash(asked)
    assert repr(queue.jobs) == repr(asked)
    assert pickle.loads(pickle.dumps(queue.jobs)).known is None


def test_explanation_says_that_nothing_is_asked(studio):
    queue = Queue.where().prefetch(Queue.jobs).first()
    explanation = queue.jobs.explain()
    assert (explanation.requests, explanation.count) == (0, 3)
    assert "0 requests for 3 Jobs" in str(explanation)
    assert "was prefetched: nothing is asked" in str(explanation)
    assert "was prefetched" not in str(queue.jobs.where(Job.status == "failed").explain())


# -- what only the other generation has ------------------------------------------------------------


@pytest.mark.parametrize(
    ("cls", "name", "label", "generation"),
    [
        (Volume, "server", "Volume.server", "v3"),
        (Volume, "queue", "Volume.queue", "v3"),
        (Server, "volumes", "Server.volumes", "v3"),
        (Site, "servers.volumes", "Server.volumes", "v3"),
        (Queue, "user", "Queue.user", "v1"),
        (Job, "user.queue.user", "Queue.user", "v1"),
    ],
)
def test_what_only_the_other_generation_has_is_not_prefetched(v1, v3, cls, name, label, generation):
    knows, lacks = (v1, v3) if generation == "v1" else (v3, v1)
    query = cls.where().prefetch(name)
    assert query.using(knows).all() == []
    for end in (list, lambda q: q.first()):
        with pytest.raises(QueryFieldError, match=f"{label} .* only the {generation} generation"):
            end(query.using(lacks))
    assert not lacks.calls
    assert list(query.using(None).explain().spelled) == [generation]
    assert query.using(lacks).count() == 0


# -- in a workspace --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workspace() -> Iterator[EmbeddedWorkspace]:
    with EmbeddedWorkspace() as workspace:
        yield workspace


@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_every_relation_to_many_finds_the_same_when_it_is_prefetched(workspace, protocol):
    with workspace.session(protocol=protocol) as session:
        session.me()  # signs in
        found = [result for cls in ENTITY_CLASSES.values() for result in _compared(session, cls)]
    assert len({relation for relation, count in found if count}) > 7


def _compared(session: Session, cls) -> Iterator[tuple[str, int]]:
    relations = [r for name in dir(cls) if isinstance(r := getattr(cls, name, None), Many)]
    if not dialect_of(cls, session).exists or (cls, session.protocol) == (Share, "v3"):
        return
    for relation in relations:
        if (relation.label, session.protocol) == ("Server.volumes", "v1"):
            continue
        with session.stats.measure() as measured:
            parents = cls.where().prefetch(relation).all()
            prefetched = {one.id: set(getattr(one, relation.name)) for one in parents}
        assert len(measured.sent) == (2 if parents else 1), measured.sent
        asked = {one.id: set(getattr(one, relation.name).using(session)) for one in parents}
        assert prefetched == asked, relation
        yield relation.label, sum(map(len, asked.values()))
