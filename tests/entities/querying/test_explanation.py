from __future__ import annotations

import dataclasses
import pickle
import re

import pytest

from accsyn_orm import Job, Queue, Task, Transfer, User
from accsyn_orm.entities.backend import WireRequest
from accsyn_orm.errors import EntityStateError, QueryValueError
from accsyn_orm.fields import status

JOB = "6971e16fceadd67b955b1995"


def test_explanation_needs_no_session_and_asks_nothing(v3) -> None:
    explained = Job.where(status == "done").using(None).explain()
    assert v3.calls == []
    assert (explained.query, explained.generation, explained.request) == (
        "Job WHERE status=done",
        "v3",
        None,
    )
    assert "find() of v3" in str(explained)


def test_explanation_is_a_value() -> None:
    explained = Job.where(status == "done").explain()
    assert explained == Job.where(status == "done").explain()
    assert explained != Job.where(status == "done").explain(size=5)
    assert len({explained, Job.where(status == "done").explain()}) == 1
    assert pickle.loads(pickle.dumps(explained)) == explained
    with pytest.raises(dataclasses.FrozenInstanceError):
        explained.count = 5


def test_each_generation_has_its_own_text() -> None:
    explained = Transfer.where(Transfer.name == "x").explain()
    assert explained.spelled == {"v1": "Job WHERE code=x", "v3": "Transfer WHERE name=x"}
    assert User.where(User.role == "standard").explain().spelled == {
        "v1": "User WHERE role=user",
        "v3": "User WHERE role=standard",
    }


@pytest.mark.parametrize(
    ("protocol", "query", "request_"),
    [
        (
            "v3",
            Transfer.where(Transfer.name == "x").only("name").finished(),
            WireRequest(
                "GET",
                "transfer/find",
                "name=x",
                {"finished": True, "limit": 501, "attributes": ["id", "name"]},
            ),
        ),
        (
            "v1",
            Transfer.where(Transfer.name == "x").only("name"),
            WireRequest(
                "GET", "job/find", "code=x", {"type": 1, "limit": 501, "attributes": ["id", "code"]}
            ),
        ),
        (
            "v1",
            Task.where(Task.status == "done").under(JOB),
            WireRequest("GET", "job/task/find", f"job.id={JOB} AND (status=done)", {"limit": 501}),
        ),
        (
            "v3",
            Task.where().under(JOB).limit(3).skip(2),
            WireRequest("GET", "task/find", None, {"parent": JOB, "limit": 3, "skip": 2}),
        ),
        (
            "v3",
            Queue.where().limit(501),
            WireRequest("GET", "queue/find", None, {"limit": 501}),
        ),
    ],
)
def test_request_is_shown_as_it_is_sent(workspace, protocol, query, request_, monkeypatch) -> None:
    with workspace.session("admin", protocol=protocol) as session:
        explained = query.explain()
        assert (explained.request, explained.generation) == (request_, protocol)
        assert str(request_) in str(explained)
        sent = []
        monkeypatch.setattr(
            session._connection,
            "call",
            lambda verb, uri, data, *, query=None, entityid=None: sent.append(
                WireRequest(verb, uri, query, data)
            ),
        )
        query.all()
        assert sent == [request_]


def test_explanation_holds_no_secret(workspace) -> None:
    with workspace.session("admin") as session:
        session.login()
        text = str(Job.where().explain()) + repr(Job.where().explain())
        settled = session._connection.sign_in()
        assert settled.session.reveal() not in text
        assert session.username not in text


@pytest.mark.parametrize(
    ("limit", "size", "pages", "cost", "requests"),
    [
        (None, 500, "at least 1 page", "at least 1 request", (1, None)),
        (1200, 500, "1 to 3 pages", "1 to 3 requests", (1, 3)),
        (500, 500, "1 page", "1 request", (1, 1)),
        (0, 500, "0 pages", "0 requests", (0, 0)),
    ],
)
def test_cost_before_counting_is_what_can_be_known(limit, size, pages, cost, requests) -> None:
    query = Job.where() if limit is None else Job.where().limit(limit)
    explained = query.explain(size=size)
    assert (explained.pages, explained.cost) == (pages, cost)
    assert (explained.requests, explained.most_requests) == requests
    assert not explained.is_counted


@pytest.mark.parametrize(
    ("count", "limit", "size"),
    [(0, None, 3), (3, None, 3), (4, None, 3), (10, None, 3), (10, 6, 3), (10, 0, 3), (2, 9, 3)],
)
def test_cost_after_counting_is_what_iterating_takes(v3, count, limit, size) -> None:
    for number in range(count):
        v3.add("queue", number)
    query = Queue.where() if limit is None else Queue.where().limit(limit)
    explained = query.explain(size=size, count=True)
    v3.calls.clear()
    assert sum(len(page) for page in query.pages(size)) == explained.count
    assert len(v3.calls) == explained.requests
    assert explained.is_counted
    assert "at least" not in str(explained)


@pytest.mark.parametrize(
    ("query", "notes"),
    [
        (Queue.where(), []),
        (Job.where(), ["done or aborted"]),
        (Transfer.where(), ["done or aborted"]),
        (Job.where().finished(), []),
        (Job.where().archived(), ["archived\\(\\) is slow"]),
        (Queue.where(Queue.name.matches("^a") & (Queue.priority > 5)), ["MATCHES is slow"]),
        (Queue.where(Queue.name.not_matches("^a")), ["MATCHES is slow"]),
        (Queue.where().skip(7), ["skip\\(7\\)"]),
        (Task.where().under(JOB), []),
    ],
)
def test_notes_say_what_to_know_before_asking(query, notes) -> None:
    explained = query.explain()
    assert len(explained.warnings) == len(notes)
    for warning, pattern in zip(explained.warnings, notes, strict=True):
        assert re.search(pattern, warning)
        assert warning in str(explained)


def test_text_reads_line_by_line() -> None:
    assert str(Queue.where(Queue.priority > 5).limit(7).explain()).splitlines() == [
        "Queue WHERE priority>5",
        "  in v1    Queue WHERE priority>5",
        "  in v3    Queue WHERE priority>5",
        "  request  unknown without a session",
        "  pages    1 page of 500",
        "  cost     1 request",
    ]


def test_what_would_be_refused_is_refused_here_too() -> None:
    with pytest.raises(EntityStateError):
        Task.where().explain()
    with pytest.raises(QueryValueError, match="size takes a whole number"):
        Job.where().explain(size=0)
