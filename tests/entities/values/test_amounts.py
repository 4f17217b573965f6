"""Sizes, speeds and durations: typed on read, plain in store."""

from __future__ import annotations

import json
import pickle
import re
from copy import deepcopy
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("99999999999:00:00", "99999999999:00:00"),  # longer than Python's
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


@pytest.mark.parametrize(
    ("text", "speed"),
    [
        ("12.5 MB/s", 12.5),
        ("12.5", 12.5),
        (" 900 kB/s ", 0.9),
        ("1.5GB/S", 1500),
        ("1 MiB/s", 1.048576),
        ("250 B / s", 0.00025),
        ("0", 0),
        ("-1.0", -1),
        ("1e-05", 1e-05),
    ],
)
def test_speed_is_read_from_text(text, speed):
    assert Speed.parse(text) == speed
    assert type(Speed.parse(text)) is Speed
    assert str(Job.speed > Speed.parse(text)) == f"speed>{float(speed)}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0h:12m:30s", timedelta(minutes=12, seconds=30)),
        ("120:00:09", timedelta(hours=120, seconds=9)),
        (" 90m ", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        ("1H30M5S", timedelta(minutes=90, seconds=5)),
        ("45s", timedelta(seconds=45)),
        ("-0h:01m:30s", -timedelta(seconds=90)),
    ],
)
def test_duration_is_read_from_text(text, expected):
    assert Duration.parse(text) == expected
    assert type(Duration.parse(text)) is Duration


@pytest.mark.parametrize(
    ("kind", "texts", "example"),
    [
        (
            Size,
            ["", "GB", "1 XB", "-1 GB", "1,5 GB", "1 GBit", "1 i", 5, None, "9" * 5000],
            "1.5 GB",
        ),
        (Speed, ["", "fast", "12.5 MB", "12/s", "1 XB/s", "nan", "inf", "1e999", 5.0], "12.5 MB/s"),
        (Duration, ["", "-", "soon", "12", "1:2", "1h:60m:00s", "30s 1m", 90], "0h:12m:30s"),
    ],
)
def test_text_that_is_no_amount_is_refused_with_an_example(kind, texts, example):
    for text in texts:
        with pytest.raises(QueryValueError, match=f"is no .*, such as {re.escape(example)}"):
            kind.parse(text)


def test_bits_are_refused_with_how_many_make_a_byte():
    with pytest.raises(QueryValueError) as caught:
        Speed.parse("100 Mbit/s")
    assert caught.value.hint == "8 Mbit/s are 1 MB/s"


def test_a_duration_longer_than_python_has_is_refused():
    with pytest.raises(QueryValueError, match="999999999 days"):
        Duration.parse("99999999999h")


@given(st.integers(0, 10**30 - 1))
def test_size_reads_what_it_prints(number):
    size = Size(number)
    assert Size.parse(str(size)) == size
    assert abs(Size.parse(size.human) - size) <= size / 10  # one digit behind the point


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_speed_reads_what_it_prints(number):
    speed = Speed(number)
    assert Speed.parse(str(speed)) == speed
    if speed.is_moving:
        assert Speed.parse(speed.human) == float(f"{number:.1f}")


@given(st.integers(-(10**13), 10**13))
def test_duration_reads_what_it_prints(seconds):
    duration = Duration(seconds=seconds)
    assert Duration.parse(str(duration)) == duration


def test_amounts_print_as_plain_numbers():
    assert f"{Size(5)} {Size(5000):,} {Speed(1.5)} {Speed(1.5):.3f}" == "5 5,000 1.5 1.500"
    assert json.dumps([Size(5), Speed(1.5)]) == "[5, 1.5]"
    assert repr([Size(5), Speed(1.5), Speed("inf")]) == "[Size(5), Speed(1.5), Speed('inf')]"


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
