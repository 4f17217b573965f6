"""What time it is for the backend, by its own words or by ours."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from accsyn_orm.session.clock import BackendClock

DATE = "Sun, 01 Mar 2026 12:00:00 GMT"
NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)


def test_moment_is_by_the_clock_of_the_last_answer():
    clock = BackendClock()
    clock.note("Sat, 28 Feb 2026 12:00:00 GMT")
    clock.note(DATE)
    clock.note(None)
    since = clock.surely_past() - (NOON - timedelta(seconds=30))
    assert timedelta(0) <= since < timedelta(seconds=5)


def test_time_goes_on_after_an_answer(monkeypatch):
    clock = BackendClock()
    monkeypatch.setattr("time.monotonic", lambda: 100.0)
    clock.note(DATE)
    monkeypatch.setattr("time.monotonic", lambda: 700.0)
    assert clock.surely_past() == NOON + timedelta(minutes=10, seconds=-30)


@pytest.mark.parametrize(
    "date",
    [
        None,
        "",
        "noon",
        "Sun, 99 Mar 2026 12:00:00 GMT",
        "Fri, 31 Dec 9999 23:59:59 GMT",
        "Sun, 01 Mar 2026 12:00:00 +99999999999",
    ],
)
def test_without_its_words_clocks_may_differ_by_ten_minutes(date):
    clock = BackendClock()
    clock.note(date)
    clock._last = clock._last and (clock._last[0], clock._last[1] - 60)
    since = datetime.now(timezone.utc) - clock.surely_past()
    assert abs(since - timedelta(minutes=10)) < timedelta(seconds=5)


@pytest.mark.parametrize("zone", ["-0000", "+0000", "GMT"])
def test_zones_are_utc(zone):
    clock = BackendClock()
    clock.note(DATE.replace("GMT", zone))
    assert clock.surely_past() < NOON
