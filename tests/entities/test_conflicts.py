"""``save(check=True)``: three-way, with somebody else at work in the same workspace."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from accsyn_orm import ConflictError, EntityNotFoundError, Queue, Task
from accsyn_orm.entities.changes import Change
from accsyn_orm.entities.conflicts import drifted
from accsyn_orm.testing import EmbeddedWorkspace

_NUMBERS = itertools.count()


class Both:
    """A queue, loaded by two people."""

    def __init__(self, workspace: EmbeddedWorkspace, protocol) -> None:
        self.mine = workspace.session("admin", protocol)
        self.theirs = workspace.session("admin", "v3")

    def load(self) -> tuple[Queue, Queue]:
        code = f"panic-{next(_NUMBERS)}"
        Queue(code=code, priority=1, description="old").save(session=self.mine)
        mine, theirs = (
            session.query(Queue).where(Queue.code == code).one()
            for session in (self.mine, self.theirs)
        )
        return mine, theirs


@pytest.fixture(params=["v1", "v3"], scope="module")
def both(request) -> Iterator[Both]:
    with EmbeddedWorkspace("empty") as workspace:
        people = Both(workspace, request.param)
        with people.mine, people.theirs:
            yield people


def test_what_others_changed_meanwhile_is_taken_over(both) -> None:
    mine, theirs = both.load()
    theirs.description = "new"
    theirs.save()
    mine.priority = 900
    mine.save(check=True)
    assert (mine.priority, mine.description, dict(mine.changes)) == (900, "new", {})
    assert (theirs.refresh().priority, theirs.description) == (900, "new")


def test_what_both_changed_is_a_conflict_and_nothing_is_sent(both) -> None:
    mine, theirs = both.load()
    theirs.priority, theirs.metadata = 500, {"by": "them"}
    theirs.save()
    mine.priority, mine.description = 900, "mine"
    mine.metadata["by"] = "me"
    with pytest.raises(ConflictError, match="priority was 1, is 500, was to become 900") as caught:
        mine.save(check=True)
    assert caught.value.differences == {
        "priority": (1, 900, 500),
        "metadata": ({}, {"by": "me"}, {"by": "them"}),
    }
    assert (caught.value.entity, caught.value.id) == ("Queue", mine.id)
    assert mine.changes["priority"] == Change(1, 900)
    assert (theirs.refresh().priority, theirs.description) == (500, "old")


def test_the_same_change_twice_is_no_conflict(both) -> None:
    mine, theirs = both.load()
    theirs.priority = 900
    theirs.save()
    mine.priority = 900
    assert mine.save(check=True).priority == 900
    assert dict(mine.changes) == {}


def test_a_conflict_is_settled_by_refreshing_or_by_saving_without_check(both) -> None:
    mine, theirs = both.load()
    theirs.priority = 500
    theirs.save()
    mine.priority = 900
    with pytest.raises(ConflictError):
        mine.save(check=True)
    mine.save()
    assert theirs.refresh().priority == 900
    theirs.priority = 500
    theirs.save()
    mine.priority = 901
    with pytest.raises(ConflictError):
        mine.save(check=True)
    assert mine.refresh().priority == 500


@pytest.mark.parametrize(("only", "is_told"), [(["id", "modified"], True), (["id"], False)])
def test_of_what_was_not_loaded_the_time_of_change_tells(v3, only, is_told) -> None:
    v3.add("queue", 1, priority=1, modified="2026-01-01T00:00:00")
    mine = Queue.where().only(*only).one()
    mine.priority = 900
    if is_told:
        assert mine.save(check=True).priority == 900
    else:
        with pytest.raises(ConflictError, match="was not loaded"):
            mine.save(check=True)
    later = Queue.where().only(*only).one()
    v3.records["queue"][later.id] |= {"priority": 5, "modified": "2026-01-02T00:00:00"}
    later.priority = 6
    with pytest.raises(ConflictError):
        later.save(check=True)


def test_what_is_gone_is_said_to_be(v3) -> None:
    v3.add("queue", 1, priority=1)
    mine = Queue.where().one()
    mine.priority = 2
    v3.records["queue"].clear()
    with pytest.raises(EntityNotFoundError):
        mine.save(check=True)
    assert mine.changes.keys() == {"priority"}


def test_without_changes_nothing_is_asked(v3) -> None:
    v3.add("queue", 1, priority=1)
    mine = Queue.where().one()
    mine.save(check=True)
    assert len(v3.calls) == 1


def test_check_costs_one_request_more(v3) -> None:
    v3.add("queue", 1, priority=1)
    mine = Queue.where().one()
    mine.priority = 2
    mine.save(check=True)
    assert [call[0] for call in v3.calls] == ["find", "get_entity", "update"]
    new = Queue(name="x").save(check=True)
    assert v3.calls[-1][0] == "create"
    assert not new.is_new


def test_tasks_are_checked_as_well(v3) -> None:
    v3.add("task", 1, job="a" * 24, priority=1)
    mine = Task.where().under("a" * 24).one()
    v3.records["task"][mine.id]["priority"] = 2
    mine.priority = 3
    with pytest.raises(ConflictError, match="priority was 1, is 2"):
        mine.save(check=True)


def test_a_failed_save_leaves_the_changes_after_catching_up(v3) -> None:
    v3.add("queue", 1, priority=1, description="old")
    mine = Queue.where().one()
    v3.records["queue"][mine.id]["description"] = "new"
    mine.priority = 2
    mine._catch_up(v3)
    assert mine.changes == {"priority": Change(1, 2)}
    assert mine.description == "new"


def test_drifted_is_what_is_not_as_it_was() -> None:
    assert drifted({"a": 1, "b": 1}, {"a": 2, "b": 2, "c": 2}, {"a": 1, "b": 3, "c": 4}) == {
        "b": (1, 2, 3),
        "c": (None, 2, 4),
    }
