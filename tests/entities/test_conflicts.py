"""``save(check=True)``: three-way, with somebody else at work in the same workspace."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from accsyn_orm import ConflictError, EntityNotFoundError, Queue, Task
from accsyn_orm.entities import ABSENT, UNSET
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
    theirs.priority, theirs.metadata = 500, {"by": "them", "theirs": 1}
    theirs.save()
    mine.priority, mine.description = 900, "mine"
    mine.metadata["by"] = "me"
    with pytest.raises(ConflictError, match="priority was 1, is 500, was to become 900") as caught:
        mine.save(check=True)
    assert caught.value.differences == {
        "priority": (1, 900, 500),
        "metadata.by": (ABSENT, "me", "them"),
    }
    assert (caught.value.entity, caught.value.id) == ("Queue", mine.id)
    assert mine.changes["priority"] == Change(1, 900)
    assert mine.metadata == {"by": "me"}
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


# -- keys of dictionaries -------------------------------------------------------------------------


def test_keys_that_others_changed_are_kept(both) -> None:
    mine, theirs = both.load()
    mine.metadata = {"shot": {"name": "sh010", "frame": 1}, "show": "x", "old": 1}
    mine.save()
    theirs.refresh()
    theirs.metadata["shot"]["frame"] = 2
    theirs.metadata["note"] = "theirs"
    del theirs.metadata["old"]
    theirs.save()
    held, shot = mine.metadata, mine.metadata["shot"]
    shot["name"] = "sh020"
    held["mine"] = [1]
    mine.save(check=True)
    expected = {
        "shot": {"name": "sh020", "frame": 2},
        "show": "x",
        "note": "theirs",
        "mine": [1],
    }
    assert mine.metadata == theirs.refresh().metadata == expected
    assert dict(mine.changes) == {}
    assert mine.metadata is held
    assert held["shot"] is shot
    shot["name"] = "sh030"
    assert mine.save(check=True).metadata == theirs.refresh().metadata
    assert theirs.metadata["shot"]["name"] == "sh030"


def test_a_save_without_check_sends_the_whole_dictionary(both) -> None:
    mine, theirs = both.load()
    theirs.metadata["theirs"] = 1
    theirs.save()
    mine.metadata["mine"] = 1
    mine.save()
    assert theirs.refresh().metadata == {"mine": 1}


def test_a_conflict_names_the_key_and_leaves_all_others_alone(both) -> None:
    mine, theirs = both.load()
    mine.metadata = {"shot": {"frame": 1, "take": 1}, "gone": 1}
    mine.save()
    theirs.refresh()
    theirs.metadata |= {"shot": {"frame": 2, "take": 1}, "note": 1, "gone": 2}
    theirs.save()
    mine.metadata["shot"]["frame"] = 3
    del mine.metadata["gone"]
    with pytest.raises(ConflictError) as caught:
        mine.save(check=True)
    assert caught.value.differences == {
        "metadata.shot.frame": (1, 3, 2),
        "metadata.gone": (1, ABSENT, 2),
    }
    assert "metadata.gone was 1, is 2, was to become absent" in str(caught.value)
    assert mine.metadata == {"shot": {"frame": 3, "take": 1}}


def test_what_was_merged_is_what_waits_when_the_backend_refuses(v3) -> None:
    v3.add("queue", 1, metadata={"a": 1})
    mine = Queue.where().one()
    held = mine.metadata
    v3.records["queue"][mine.id]["metadata"] = {"a": 1, "theirs": 1}
    held["mine"] = 1
    mine._catch_up(v3)
    assert mine.metadata is held
    merged_values = {"a": 1, "theirs": 1, "mine": 1}
    assert mine.changes == {"metadata": Change({"a": 1, "theirs": 1}, merged_values)}


def test_a_dictionary_that_others_made_the_same_is_not_sent(v3) -> None:
    v3.add("queue", 1, metadata={"a": 1})
    mine = Queue.where().one()
    v3.records["queue"][mine.id]["metadata"] = {"a": 2, "b": 1}
    mine.metadata["a"] = 2
    mine.save(check=True)
    assert mine.metadata == {"a": 2, "b": 1}
    assert [call[0] for call in v3.calls] == ["find", "get_entity"]


def test_dictionary_that_was_not_loaded_stays_whole(v3) -> None:
    v3.add("queue", 1, metadata={"a": 1})
    mine = Queue.where().only("id").one()
    mine.metadata = {"b": 1}
    with pytest.raises(ConflictError, match="metadata was not loaded") as caught:
        mine.save(check=True)
    assert caught.value.differences == {"metadata": (UNSET, {"b": 1}, {"a": 1})}


def test_drifted_names_the_keys() -> None:
    before = {"metadata": {"a": 1, "b": 1}}
    after = {"metadata": {"a": 1, "b": 1, "c": 1}}
    assert drifted(before, after, {"metadata": {"a": 2, "d": 1}}) == {
        "metadata.a": (1, 1, 2),
        "metadata.b": (1, 1, ABSENT),
        "metadata.d": (ABSENT, ABSENT, 1),
    }


def test_drifted_is_what_is_not_as_it_was() -> None:
    assert drifted({"a": 1, "b": 1}, {"a": 2, "b": 2, "c": 2}, {"a": 1, "b": 3, "c": 4}) == {
        "b": (1, 2, 3),
        "c": (None, 2, 4),
    }
