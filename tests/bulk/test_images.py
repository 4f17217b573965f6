from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

import pytest

from accsyn_orm import Job, JobStatus, Queue, QueueStatus, Task, TaskStatus
from accsyn_orm.bulk.images import agree, image_of, plain_value, revived
from accsyn_orm.errors import PayloadError

MOMENT = datetime(2026, 11, 24, 8, 30, 1, 999, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (1.5, 1.5),
        ("text", "text"),
        (JobStatus.PAUSED, "paused"),
        (JobStatus.unknown("melted"), "melted"),
        ([1, (2, "x")], [1, [2, "x"]]),
        ({"a": {"b": JobStatus.DONE}}, {"a": {"b": "done"}}),
        ({"$date": "mine"}, {"$": {"$date": "mine"}}),
        ({"$": 1}, {"$": {"$": 1}}),
        ({"$date": 1, "x": 2}, {"$date": 1, "x": 2}),
        (date(2026, 11, 24), {"$date": "2026-11-24"}),
        (MOMENT, {"$datetime": "2026-11-24T06:30:01+00:00"}),
    ],
    ids=repr,
)
def test_value_is_plain_and_comes_back(value, plain):
    assert plain_value(value, "x") == plain
    assert type(plain_value(value, "x")) is type(plain)
    assert plain_value(revived(plain), "x") == plain


def test_what_comes_back_is_what_attributes_take():
    assert revived({"$date": "2026-11-24"}) == date(2026, 11, 24)
    assert revived({"$datetime": "2026-11-24T06:30:01+00:00"}) == MOMENT.replace(microsecond=0)
    assert revived({"$": {"$date": "mine"}}) == {"$date": "mine"}


@pytest.mark.parametrize(
    ("value", "where"),
    [
        ({"a": [float("nan")]}, "x['a'][0]"),
        ({"a": {1, 2}}, "x['a']"),
        ({"a": {1: 2}}, "x['a']"),
        ({"due": MOMENT}, "x['due']"),
        (object(), "x"),
    ],
)
def test_value_that_json_cannot_give_back_is_refused_with_its_place(value, where):
    with pytest.raises(PayloadError) as refused:
        plain_value(value, "x")
    assert refused.value.where == where


def test_image_has_the_attributes_that_are_there():
    assert image_of({"a": 1, "b": JobStatus.DONE}, ["b", "c"]) == {"b": "done"}


@pytest.mark.parametrize(
    ("cls", "name", "wanted", "now", "agrees"),
    [
        (Job, "status", "waiting", "waiting", True),
        (Job, "status", "waiting", "running", True),
        (Job, "status", "waiting", "done", False),
        (Job, "status", "paused", "running", False),
        (Job, "status", "waiting", "melted", False),
        (Task, "status", "queued", "executing", True),
        (Task, "status", "queued", "booting", True),
        (Task, "status", "excluded", "executing", False),
        (Queue, "status", "paused", "disabled", True),
        (Queue, "priority", 1, 1, True),
        (Queue, "priority", 1, True, False),
        (Queue, "name", "a", "A", False),
    ],
)
def test_attribute_agrees_with_what_it_turns_into_by_itself(cls, name, wanted, now, agrees):
    assert agree(cls, name, wanted, now) is agrees


@pytest.mark.parametrize(
    ("status", "wanted", "is_possible"),
    [
        (JobStatus.DONE, JobStatus.WAITING, True),
        (JobStatus.ABORTED, JobStatus.PENDING, True),
        (JobStatus.DONE, JobStatus.DONE, True),
        (JobStatus.DONE, JobStatus.PAUSED, False),
        (JobStatus.ABORTED, JobStatus.DONE, False),
        (JobStatus.RUNNING, JobStatus.ABORTED, True),
        (JobStatus.unknown("melted"), JobStatus.PAUSED, True),
        (QueueStatus.PAUSED, QueueStatus.WAITING, True),
        (TaskStatus.DONE, TaskStatus.QUEUED, True),
    ],
)
def test_status_can_become_what_is_known_to_be_possible(status, wanted, is_possible):
    assert status.can_become(wanted) is is_possible
