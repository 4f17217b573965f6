"""Python values as literal text."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum

import pytest

from accsyn_orm.errors import QueryValueError
from accsyn_orm.query import raw, to_literal


class Status(str, Enum):
    FAILED = "failed"


class Kind(IntEnum):
    LANE = 4


@dataclass
class Entity:
    id: str | None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Daily backup", "Daily backup"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        (0, "0"),
        (-12, "-12"),
        (0.5, "0.5"),
        (1e100, "1e+100"),
        (Status.FAILED, "failed"),
        (Kind.LANE, "4"),
        (date(2026, 11, 23), "2026-11-23"),
        (datetime(2026, 11, 23, 12, 30, 15, 999_999, tzinfo=timezone.utc), "2026-11-23T12:30:15"),
        (
            datetime(2026, 11, 23, 1, tzinfo=timezone(timedelta(hours=2))),
            "2026-11-22T23:00:00",
        ),
        (timedelta(days=5, minutes=5, seconds=1, microseconds=999), "120h:05m:01s"),
        (raw("half-done"), "half-done"),
        (Entity("5bfeb0381da7ee4095fa217e"), "5bfeb0381da7ee4095fa217e"),
    ],
)
def test_to_literal_writes_what_the_language_has(value: object, expected: str):
    assert to_literal(value) == expected
    assert type(to_literal(value)) is str


@pytest.mark.skipif(not hasattr(time, "tzset"), reason="needs tzset")
def test_to_literal_takes_naive_moments_as_local_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("TZ", "UTC-03:00")
    time.tzset()
    try:
        assert to_literal(datetime(2026, 11, 23, 12)) == "2026-11-23T09:00:00"  # the point
    finally:
        monkeypatch.undo()
        time.tzset()


@pytest.mark.parametrize(
    "value", [float("nan"), float("inf"), -float("inf"), b"x", object(), [1], Entity(None), 1j]
)
def test_to_literal_refuses_what_the_language_cannot_say(value: object):
    with pytest.raises(QueryValueError):
        to_literal(value)


def test_to_literal_refuses_decimals_with_a_hint():
    with pytest.raises(QueryValueError, match="use text, a number"):
        to_literal(Decimal("1.5"))
