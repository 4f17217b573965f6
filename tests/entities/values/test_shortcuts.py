"""Taking a shortcut gives what the conversion gives."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from pydantic import ValidationError
from pydantic_core import SchemaValidator

from accsyn_orm.entities import Job, Queue, Task
from accsyn_orm.entities.registry import ENTITY_CLASSES
from accsyn_orm.entities.shape import adapter
from accsyn_orm.entities.values.shortcuts import of_records
from accsyn_orm.paths import AccsynPath

UTC = timezone.utc
ID = "6971e16fceadd67b955b1995"
VALUES = [
    *(None, "", "x", "user:5", "waiting", "5", "1h:00m:00s", 5, -1, 0, True, 1.5, [], {}, ["a"]),
    *({"path": "a"}, AccsynPath.parse("share=a/b.png")),
    *("2026-02-09T09:17:45", "2026-02-09T09:17:45Z", "2026-02-09T09:17:45+01:00"),
    *("1970-01-01T00:00:00", "1970-01-01T01:00:00", "1970-01-01T01:00:01"),
    *(datetime(2026, 2, 9, 9), datetime(2026, 2, 9, 9, tzinfo=UTC)),  # without one
    *(datetime(1970, 1, 1, hour, tzinfo=UTC) for hour in (0, 1, 2)),
    datetime(2026, 2, 9, 9, tzinfo=timezone(timedelta(hours=2))),
]


def outcome(validator, value):
    try:
        found = validator.validate_python(value)
    except ValidationError:
        found = value  # what does not fit is kept as it came
    return type(found), found, getattr(found, "tzinfo", None)


@pytest.mark.parametrize("cls", ENTITY_CLASSES.values(), ids=ENTITY_CLASSES)
def test_shortcut_gives_what_the_conversion_gives(cls):
    for name in cls.model_fields:
        slow = adapter(cls, name)
        quick = SchemaValidator(of_records(slow.core_schema))
        for value in VALUES:
            assert outcome(quick, value) == outcome(slow, value), (name, value)


@pytest.mark.parametrize(
    ("cls", "name"),
    [
        *((Job, name) for name in ("source", "parent", "queue", "created", "finished", "size")),
        (Queue, "created"),
        (Task, "source"),
    ],
)
def test_what_many_records_hold_is_taken_without_python(cls, name):
    schema = of_records(adapter(cls, name).core_schema)
    assert schema["type"] == "union"
    assert "function" not in schema["choices"][0]["type"]


def test_entity_that_is_known_may_be_named_with_entities(v3):
    queue = Queue.loaded(id=ID, session=v3)
    assert vars(Job.loaded(id=ID, queue=queue, session=v3))["queue"] == ID
