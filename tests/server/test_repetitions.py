"""Calls that come again: done once, answered twice."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from accsyn_orm.server import repetitions
from accsyn_orm.server.refusals import Refusal
from accsyn_orm.server.storage.tables import calls

EID = "6a204bd8-9b1c-4f0e-8f1e-2c3d4e5f6a7b"


def kept(studio) -> int:
    with studio.database.reading() as connection:
        return connection.scalar(select(func.count()).select_from(calls))


def queues(admin) -> list[str]:
    return [queue["code"] for queue in admin.find("queue", "code CONTAINS twice")]


def creation(client, *, eid: str = EID, code: str = "twice") -> dict:
    return client.call("POST", "queue/create", {"code": code}, eid=eid)


@pytest.mark.behaviour("calls: a call that comes again is not done again: it gets its answer")
@pytest.mark.parametrize("protocol", ["v3", "v1"])
def test_call_that_comes_again_gets_its_answer(studio, protocol):
    client = studio.client("admin", protocol)
    data = {"code": "twice", "type": 2} if protocol == "v1" else {"code": "twice"}
    uri = "job/create" if protocol == "v1" else "queue/create"
    first, second = [client.call("POST", uri, data, eid=EID) for _ in range(2)]
    assert first == second
    assert kept(studio) == 1
    assert queues(studio.client("admin")) == ["twice"]


def test_deletion_that_comes_again_gets_its_answer(admin):
    ident = creation(admin)[0]["id"]
    answers = [admin.call("DELETE", "queue/delete", ident=ident, eid="other") for _ in range(2)]
    assert answers[0] == answers[1]


@pytest.mark.behaviour("calls: another call under an id that was used is refused")
@pytest.mark.parametrize(
    "other",
    [
        ("POST", "queue/create", {"code": "another"}, None, None),
        ("POST", "user/create", {"code": "twice"}, None, None),
        ("POST", "queue/create", {"code": "twice"}, "query", None),
        ("POST", "queue/create", {"code": "twice"}, None, "6971e16fceadd67b955b1995"),
    ],
)
def test_another_call_under_the_same_id_is_refused(admin, other):
    creation(admin)
    with pytest.raises(Refusal, match="another call had this id"):
        admin.call(*other, eid=EID)
    assert queues(admin) == ["twice"]


def test_ids_of_different_users_are_different(admin, employee):
    creation(admin)
    own = {"description": "Editorial"}
    changed = employee.call("PUT", "user/edit", own, ident=employee.user_id, eid=EID)
    assert changed[0]["description"] == "Editorial"
    with pytest.raises(Refusal, match="another call"):
        admin.call("POST", "queue/create", {"code": "third"}, eid=EID)


def test_call_that_was_refused_can_come_again(admin, studio):
    creation(admin)
    for _ in range(2):
        with pytest.raises(Refusal, match="twice"):
            creation(admin, eid="other")
    assert kept(studio) == 1


def test_calls_that_only_read_leave_nothing(admin, studio):
    for _ in range(3):
        admin.call("GET", "queue/find", {}, eid=EID)
    assert kept(studio) == 0


def test_call_without_an_id_is_done_each_time(admin, studio):
    creation(admin, eid="")
    with pytest.raises(Refusal):
        creation(admin, eid="")
    assert kept(studio) == 0


def test_long_id_is_one_too(admin, studio):
    long = "x" * 100_000
    assert creation(admin, eid=long) == creation(admin, eid=long)
    with studio.database.reading() as connection:
        assert len(connection.scalar(select(calls.c.eid))) == 64


def test_session_key_is_not_kept(studio):
    client = studio.client("admin", "v1")
    made = client.call("POST", "user/generate_session_key", {}, client.username, eid=EID)
    with studio.database.reading() as connection:
        assert made["session_key"] not in str(connection.execute(select(calls)).all())
    with pytest.raises(Refusal, match="done before, and its answer is not kept"):
        client.call("POST", "user/generate_session_key", {}, client.username, eid=EID)


def test_call_that_comes_while_the_first_is_at_work_waits_for_it(admin, studio):
    answers: list[object] = []
    threads = [threading.Thread(target=lambda: answers.append(creation(admin))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(answers) == 8
    assert all(answer == answers[0] for answer in answers)
    assert queues(admin) == ["twice"]


@pytest.mark.behaviour("calls: ids of calls are remembered for 24 hours")
def test_calls_are_forgotten_after_a_day(admin, studio):
    creation(admin)
    studio.clock.advance(hours=23)
    admin.find("queue")
    assert kept(studio) == 1
    studio.clock.advance(hours=2)
    admin.find("queue")
    assert kept(studio) == 0


def test_only_so_many_calls_are_remembered(admin, studio, monkeypatch):
    monkeypatch.setattr(repetitions, "MOST_KEPT", 3)
    for number in range(5):
        creation(admin, eid=str(number), code=f"twice{number}")
    studio.clock.advance(hours=1)
    admin.find("queue")
    with studio.database.reading() as connection:
        assert connection.scalars(select(calls.c.eid).order_by(calls.c.sequence)).all() == [
            "2", "3", "4",
        ]  # fmt: skip
