from __future__ import annotations

import threading

import pytest

from accsyn_orm import BackendError, EntityValidationError, Queue, User
from accsyn_orm.errors import MultipleEntitiesError, QueryFieldError
from accsyn_orm.testing import EmbeddedWorkspace


def test_what_there_is_is_returned_and_left_alone(v3) -> None:
    v3.add("queue", 1, code="panic", priority=5)
    queue, is_new = Queue.get_or_create(code="panic", defaults={"priority": 900})
    assert (queue.priority, is_new, len(v3.calls)) == (5, False, 1)


def test_what_there_is_not_is_created_with_its_defaults(v3) -> None:
    queue, is_new = Queue.get_or_create({"priority": 900}, code="panic")
    assert (queue.priority, queue.code, is_new, queue.is_new) == (900, "panic", True, False)
    assert v3.calls[-1] == ("create", "queue", {"priority": 900, "code": "panic"}, None)


@pytest.mark.parametrize(
    ("lookup", "defaults"),
    [({"cod": "x"}, None), ({"code": "x"}, {"priority": "high"}), ({"code": "x", "uri": "y"}, {})],
)
def test_what_cannot_be_created_is_refused_before_asking(v3, lookup, defaults) -> None:
    with pytest.raises(EntityValidationError):
        Queue.get_or_create(defaults, **lookup)
    assert v3.calls == []


def test_what_cannot_be_asked_for_is_refused(v3) -> None:
    with pytest.raises(QueryFieldError, match="message"):
        User.get_or_create(code="lisa@example.com", message="Welcome")
    assert v3.calls == []


def test_several_are_an_error(v3) -> None:
    v3.add("queue", 1, name="x")
    v3.add("queue", 2, name="x")
    with pytest.raises(MultipleEntitiesError):
        Queue.get_or_create(name="x")


def test_a_refusal_for_another_reason_is_told(v3) -> None:
    def refuse(*_: object) -> None:
        raise BackendError("create", "no permission")

    v3.create = refuse
    with pytest.raises(BackendError, match="no permission"):
        Queue.get_or_create(code="x")


def test_of_many_who_create_the_same_all_get_the_one_that_was_created() -> None:
    found: list[tuple[str, bool]] = []
    with EmbeddedWorkspace("empty") as workspace:
        start = threading.Barrier(4)

        def create() -> None:
            with workspace.session("admin") as session:
                session.me()
                start.wait()
                queue, is_new = Queue.get_or_create(code="panic", session=session)
                found.append((queue.id, is_new))

        workspace.credentials("admin")
        threads = [threading.Thread(target=create) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len({ident for ident, _ in found}) == 1
    assert sorted(is_new for _, is_new in found) == [False, False, False, True]


def test_who_is_refused_adopts_what_the_other_created(v3) -> None:
    def create_first(*_: object) -> None:
        v3.add("queue", 1, code="panic", priority=7)
        raise BackendError("create", "there already is a queue 'panic'")

    v3.create = create_first
    queue, is_new = Queue.get_or_create(code="panic", defaults={"priority": 1})
    assert (queue.priority, is_new) == (7, False)
