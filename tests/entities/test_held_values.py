"""Dictionaries and lists that somebody holds stay those of the entity, whatever happens to it."""

from __future__ import annotations

import pytest

from accsyn_orm import ConflictError, EntityValidationError, Queue, User
from accsyn_orm.entities.changes import refilled


@pytest.fixture
def queue(session):
    return Queue.where(Queue.code == "low").one()


def test_changes_of_a_held_dictionary_are_saved_time_and_again(queue):
    held = queue.metadata
    held["shot"] = {"frames": [1]}
    queue.save()
    inner = held["shot"]
    inner["frames"].append(2)
    assert queue.changes["metadata"].after == {"shot": {"frames": [1, 2]}}
    queue.save()
    held["show"] = "x"
    queue.description = "d"
    queue.save()
    assert queue.metadata is held
    stored = {"shot": {"frames": [1, 2]}, "show": "x"}
    assert Queue.get(queue.id).metadata == queue.refresh().metadata == stored
    assert queue.metadata is held
    held["last"] = 1
    assert "metadata" in queue.changes


def test_what_was_assigned_is_not_shared_between_entities(queue, session):
    template = {"shot": {"frames": [1]}}
    other = Queue.where(Queue.code == "high").one()
    queue.metadata = other.metadata = template
    new = Queue(name="New")
    queue.metadata["shot"]["frames"].append(2)
    assert (other.metadata, template) == ({"shot": {"frames": [1]}}, {"shot": {"frames": [1]}})
    assert new.is_new


@pytest.mark.parametrize(
    ("kept", "fresh"),
    [
        ({"a": 1, "b": {"c": [1]}}, {"b": {"c": [2, 3]}, "d": None}),
        ([1, {"a": 1}, [2]], [5, {"b": 2}]),
        ([], [1, [2]]),
        ({}, {"a": {}}),
        ({"a": 1}, {}),
    ],
    ids=str,
)
def test_refilled_is_the_fresh_value_in_the_kept_object(kept, fresh):
    found = refilled(kept, fresh)
    assert found is kept
    assert found == fresh


def test_refilled_takes_what_is_of_another_kind_as_it_is():
    fresh = [1]
    assert refilled({"a": 1}, fresh) is fresh
    assert refilled(None, 5) == 5


def test_what_was_not_loaded_is_no_proof_of_a_change(session):
    queue = Queue.where(Queue.code == "low").only(Queue.priority).one()
    queue.description = "z"
    with pytest.raises(ConflictError, match=r"may have been changed .*description was not loaded"):
        queue.save(check=True)


def test_looking_for_nothing_in_particular_is_refused(session):
    with pytest.raises(EntityValidationError, match="name at least one attribute"):
        User.get_or_create()
