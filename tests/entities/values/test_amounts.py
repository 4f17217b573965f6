"""Sizes, speeds and durations: typed on read, plain in store."""

from __future__ import annotations

import pickle
from copy import deepcopy
from datetime import timedelta

import pytest

from accsyn_orm.entities import Duration, Job, Size, Speed


def loaded(backend, **record) -> Job:
    return Job.load_record({"id": "6971e16fceadd67b955b1995", **record}, backend)


@pytest.mark.parametrize(
    ("number", "human"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1.0 kB"),
        (128_868_496, "128.9 MB"),
        (5 * 10**18, "5.0 EB"),
        (10**22, "10000.0 EB"),
    ],
)
def test_size_is_a_number_with_a_readable_form(v3, number: int, human: str):
    size = loaded(v3, size=number).size
    assert size == number
    assert isinstance(size, Size)
    assert size.human == human


@pytest.mark.parametrize(("number", "human"), [(12.54, "12.5 MB/s"), (0.0, "0.0 MB/s"), (-1.0, "")])
def test_speed_below_zero_is_no_speed(v3, number: float, human: str):
    speed = loaded(v3, speed=number).speed
    assert isinstance(speed, Speed)
    assert (speed, speed.human, speed.is_moving) == (number, human, number >= 0)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("01:02:03", timedelta(hours=1, minutes=2, seconds=3)),
        ("0h:12m:30s", timedelta(minutes=12, seconds=30)),
        ("0:0:9", timedelta(seconds=9)),
        ("120:00:00", timedelta(hours=120)),
        ("", None),
        ("soon", "soon"),
    ],
)
def test_remaining_time_is_a_duration(v3, text: str, expected: object):
    assert loaded(v3, etr=text).etr == expected


def test_duration_prints_as_accsyn_writes_it():
    assert str(Duration(hours=120, minutes=2, seconds=3)) == "120h:02m:03s"


def test_values_of_another_type_are_read_as_they_came(v3):
    job = loaded(v3, size="huge", speed=None)
    assert job.size == "huge"
    assert job.speed is None


def test_typed_values_are_stored_plainly(v3):
    job = loaded(v3, size=5, etr="00:00:07", user="69887165f643db8cd731b31a")
    values = {name: vars(job)[name] for name in ("size", "etr", "user")}
    assert values == {"size": 5, "etr": "00:00:07", "user": "69887165f643db8cd731b31a"}
    assert {type(value) for value in values.values()} == {int, str}
    assert not job.changes


def test_reference_equals_its_id_and_survives_pickling_as_text(v3):
    user = loaded(v3, user="69887165f643db8cd731b31a").user
    assert user == "69887165f643db8cd731b31a"
    assert {user: 1}["69887165f643db8cd731b31a"] == 1
    assert repr(user) == "Ref('69887165f643db8cd731b31a')"
    assert type(pickle.loads(pickle.dumps(user))) is str
    assert deepcopy(user) == user
