"""When two objects are the same entity, whatever class they were loaded as."""

from __future__ import annotations

import itertools

import pytest

from accsyn_orm import (
    Acl,
    App,
    Browser,
    Client,
    Collection,
    Compute,
    Delivery,
    Engine,
    File,
    Folder,
    Home,
    Job,
    Lane,
    Queue,
    Request,
    Server,
    Share,
    Site,
    Stream,
    Task,
    Transfer,
    User,
    UserServer,
    Volume,
    Workspace,
    entity_class,
)
from accsyn_orm.entities import ENTITY_CLASSES, Entity, ReadOnlyAttr, attr


class StudioJob(Job):
    pass


class Shot(StudioJob):
    pass


class StudioQueue(Queue):
    pass


class One(Entity):
    id: ReadOnlyAttr[str] = attr(init=False)


class Other(Entity):
    id: ReadOnlyAttr[str] = attr(init=False)


KIN = [
    (Job, Transfer, Compute, Delivery, Request, Stream, StudioJob, Shot),
    (Share, Volume, Folder, Home, Collection),
    (Client, App, Server, UserServer, Browser, Lane),
    *((cls,) for cls in (User, Site, Engine, Task, File, Acl, Workspace, entity_class("gadget"))),
    (Queue, StudioQueue),
    (entity_class("widget"),),
]
"""Classes, by what can be the same entity."""


def test_saved_entities_are_equal_by_id_and_by_what_they_can_be() -> None:
    classes = [(cls, number) for number, kin in enumerate(KIN) for cls in kin]
    assert {cls for cls, _ in classes} >= set(ENTITY_CLASSES.values())
    for (one, mine), (other, theirs) in itertools.product(classes, repeat=2):
        first, second = one.loaded(id="a" * 24), other.loaded(id="a" * 24)
        assert (first == second) is (second == first) is (mine == theirs), (one, other)
        assert (first != second) is (mine != theirs)
        assert hash(first) == hash(second)
        assert first != other.loaded(id="b" * 24)
    same = {cls.loaded(id="a" * 24) for cls, _ in classes}
    assert len(same) == len(KIN)


def test_what_an_entity_holds_is_nothing_to_its_equality(v3) -> None:
    record = {"id": "a" * 24}
    assert Job.load_record(record, v3) == StudioJob.load_record({**record, "code": "x"}, v3)
    assert Job.load_record(record, v3) != "a" * 24
    assert {Job.load_record(record, v3): "found"}[Transfer.load_record(record, v3)] == "found"


def test_classes_without_a_type_have_nothing_in_common() -> None:
    assert One.loaded(id="a") == One.loaded(id="a") != Other.loaded(id="a")


def test_new_entities_are_equal_only_to_themselves() -> None:
    one, other = Queue(name="x"), Queue(name="x")
    assert one == one  # noqa: PLR0124  # the point
    assert one != other
    assert StudioQueue(name="x") not in [one, other]


def test_new_entities_have_no_hash_that_saving_would_change(v3) -> None:
    queue = Queue(name="x")
    with pytest.raises(TypeError, match="a new Queue has no hash: save"):
        hash(queue)
    queue.save(session=v3)
    assert {queue, Queue.loaded(id=queue.id)} == {queue}
    assert hash(queue) == hash(queue.id)
