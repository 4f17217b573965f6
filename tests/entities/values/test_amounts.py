"""Sizes, speeds and durations: typed on read, plain in store."""

from __future__ import annotations

import pickle
from copy import deepcopy
from datetime import timedelta

import pytest

from accsyn_orm import QueryValueError, Queue, User, raw
from accsyn_orm.entities import Duration, Job, Ref, Size, Speed


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


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("12 B", 12),
        ("1kB", 1000),
        ("1 KB", 1000),
        ("1.5 GB", 1_500_000_000),
        (" 2 TiB ", 2 * 1024**4),
        ("3g", 3 * 10**9),
        ("0.1 kb", 100),
        ("1 EB", 10**18),
    ],
)
def test_size_is_read_from_text(text, size):
    assert Size.parse(text) == size
    assert type(Size.parse(text)) is Size
    assert str(Job.size > Size.parse(text)) == f"size>{size}"


@pytest.mark.parametrize("text", ["", "GB", "1 XB", "-1 GB", "1,5 GB", "1 GBit", "1 i"])
def test_text_that_is_no_size_is_refused(text):
    with pytest.raises(QueryValueError, match=r"is no size, such as 1\.5 GB"):
        Size.parse(text)


def test_duration_is_compared_as_accsyn_writes_it(v3):
    v3.add("job", 1, etr="1h:05m:00s")
    v3.add("job", 2, etr="")
    assert Job.where(Job.etr == Duration(hours=1, minutes=5)).count() == 1
    assert Job.where(Job.etr.in_([Duration(minutes=65), "2h:00m:00s"])).count() == 1
    assert str(Job.etr == Duration(hours=120)) == "etr=120h:00m:00s"


@pytest.mark.parametrize(
    "ask",
    [
        lambda: Job.etr < Duration(minutes=5),
        lambda: Job.etr >= "0h:05m:00s",
        lambda: Job.parse("Job WHERE etr>0h:05m:00s"),
        lambda: Job.parse("Job WHERE status=failed OR etr<=0h:05m:00s"),
    ],
)
def test_order_of_durations_is_refused(ask):
    message = r"Job\.etr is text to the backend, for which 9h comes after 10h"
    with pytest.raises(QueryValueError, match=message):
        ask()


def test_order_of_durations_can_be_forced():
    assert str(Job.etr < raw("0h:05m:00s")) == "etr<0h:05m:00s"


def test_references_are_compared_with_ids_references_and_entities(v3):
    user, queue = User.loaded(id="a" * 24), Queue.loaded(id="c" * 24)
    job = loaded(v3, user="b" * 24)
    assert str(Job.user == user) == f"user={'a' * 24}"
    assert str(Job.parent != queue) == f"parent!={'c' * 24}"
    mixed = [user, job.user, Ref("d"), "lisa@example.com"]
    assert str(Job.user.in_(mixed)) == f"user IN {'a' * 24},{'b' * 24},d,lisa@example.com"
